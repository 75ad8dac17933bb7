// words.mjs - languages: by address and by preference, the switch, a language
// from right to left, dark and on paper.
//
//     PETITIOND=build/src/cmd/petitiond WORDS=build/po/ar-XB.mo \
//     	node tests/browser/words.mjs
//
// WORDS is the pseudo-language of tools/pseudo.py, which the site is given as
// an operator would: SITE/locale/ar-XB.mo.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { main } from './lib.mjs';

const PAGES = ['/', '/petitions', '/petitions?state=rejected',
	'/archived/petitions', '/help', '/who-can-read', '/standards', '/c',
	'/nowhere'];

async function giveWords(site) {
	const file = join(site.dir, 'petitiond.conf');
	const conf = await readFile(file, 'utf8');

	await mkdir(join(site.dir, 'locale'), { recursive: true });
	await copyFile(process.env.WORDS, join(site.dir, 'locale/ar-XB.mo'));
	await writeFile(file, conf.replace(/^languages = .*$/m,
		'languages = en de ar-XB'));
	await site.child.stop();
	await site.serve();
}

// What a plain request gets: { status, language, vary, lang, location, text }.
async function ask(site, path, accept, more = {}) {
	const answer = await fetch(site.base + path, { redirect: 'manual',
		headers: accept ? { 'Accept-Language': accept } : {}, ...more });
	const text = await answer.text();

	return { status: answer.status, text,
		language: answer.headers.get('content-language'),
		vary: answer.headers.get('vary') ?? '',
		etag: answer.headers.get('etag'),
		location: answer.headers.get('location'),
		lang: /<html lang="([^"]+)"/.exec(text)?.[1] };
}

async function openPetition(site) {
	const list = await (await fetch(
		`${site.base}/petitions.json?state=open`)).json();

	return list.data[0].id;
}

await main(async ({ tap, site, browser }) => {
	await giveWords(site);
	const id = await openPetition(site);

	await tap.part('preference', async () => {
		for (const [accept, lang] of [
			[undefined, 'en-GB'], ['en', 'en-GB'], ['de', 'de'],
			['de-AT,en;q=0.5', 'de'], ['fr,de;q=0.3,en;q=0.8', 'en-GB'],
			['ar-XB', 'ar-XB'], ['fr', 'en-GB'], ['*', 'en-GB'],
			['de;q=0', 'en-GB'], [';;,,q=x,de;q=1.0.0.0', 'de'],
			['x'.repeat(2000), 'en-GB']]) {
			const page = await ask(site, `/petitions/${id}`, accept);
			const said = (accept ?? 'nothing').slice(0, 30);

			tap.is(page.lang, lang, `${said}: ${lang}`);
			tap.is(page.language, lang, `${said}: the field says so`);
			tap.ok(/Accept-Language/.test(page.vary),
				`${said}: it varies by the field`);
		}
	});

	await tap.part('addresses', async () => {
		for (const path of ['/', '/help', '/petitions',
			`/petitions/${id}`, '/nowhere']) {
			const named = await ask(site, `/de${path}`, 'en');
			const usual = await ask(site, `/en${path}`, 'de');

			tap.is(named.lang, 'de', `/de${path} is German`);
			tap.is(usual.lang, 'en-GB', `/en${path} is English`);
			tap.ok(!/Accept-Language/.test(usual.vary),
				`/en${path} does not vary`);
		}
		tap.is((await ask(site, '/de')).lang, 'de', '/de is the home page');
		tap.is((await ask(site, '/dex')).status, 404, '/dex is nothing');
		tap.is((await ask(site, '/de/petitions.json')).status, 406,
			'data have one address');
		const data = await ask(site, `/petitions/${id}.json`, 'de');

		tap.ok(!/Accept-Language/.test(data.vary) && !data.language,
			'and no language');
		const sent = await ask(site, `/de/c?token=0-x`);

		tap.is(sent.lang, 'de', 'a refusal is in the language');
		const moved = await ask(site, `/de/archived/petitions/${id}`);

		tap.is(moved.location, `/de/petitions/${id}`,
			'a redirect keeps the language');
		const page = await ask(site, '/help', 'de');
		const again = await fetch(`${site.base}/help`, { headers: {
			'Accept-Language': 'en', 'If-None-Match': page.etag } });

		tap.is(again.status, 200, 'one language is no 304 for another');
		tap.ok(page.text.includes('hreflang="x-default"') &&
			page.text.includes(`href="${site.base}/de/help"`),
		'pages name their translations');
	});

	await tap.part('the switch', async () => {
		const v = await browser.visitor(tap, site.base);

		await v.go('/petitions?state=open');
		tap.is(await v.press('.languages a[lang=de]'), 200,
			'German can be chosen');
		tap.is(new URL(v.page.url()).pathname +
			new URL(v.page.url()).search, '/de/petitions?state=open',
		'and shows the same list');
		tap.is(await v.title(), 'Offene Petitionen', 'in German');
		await v.press('.petitions a');
		tap.is(await v.page.locator('html').getAttribute('lang'), 'de',
			'links lead on in it');
		await v.look('a German petition');
		await v.press('.tally .button');
		tap.ok(/^\/de\//.test(new URL(v.page.url()).pathname),
			'to the form as well');
		await v.press('form button');
		tap.is(await v.page.locator('html').getAttribute('lang'), 'de',
			'and to its answer');
		await v.press('.languages a[lang=en-GB]');
		tap.ok(/^\/en\//.test(new URL(v.page.url()).pathname),
			'English by name');
		await v.close();
	});

	await tap.part('from right to left', async () => {
		const v = await browser.visitor(tap, site.base);

		for (const path of [...PAGES, `/petitions/${id}`,
			`/petitions/${id}/signatures/new`]) {
			await v.go(`/ar-XB${path}`);
			tap.is(await v.page.locator('html').getAttribute('dir'),
				'rtl', `${path} runs from right to left`);
			await v.look(`${path} from right to left`);
		}
		await v.close();
	});

	await tap.part('dark, and on paper', async () => {
		const v = await browser.visitor(tap, site.base);

		for (const lang of ['de', 'ar-XB']) {
			await v.page.emulateMedia({ colorScheme: 'dark' });
			await v.go(`/${lang}/petitions/${id}`);
			await v.look(`${lang} in the dark`);
			await v.page.emulateMedia({ media: 'print' });
			tap.ok(!await v.page.locator('.languages').isVisible(),
				`${lang} on paper has no switch`);
			tap.ok(await v.page.locator('h1').isVisible(),
				`${lang} on paper has its title`);
			await v.page.emulateMedia({ media: 'screen' });
		}
		await v.close();
	});
});
