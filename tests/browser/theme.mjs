// theme.mjs - a site in its institution's clothes: SITE/theme in light and
// dark, in two languages, and what happens when it is written badly.
//
//     PETITIOND=build/src/cmd/petitiond node tests/browser/theme.mjs

import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { main } from './lib.mjs';

const GOOD = {
	'theme.css': ':root { --brand: #5b1a3a; --action: #7a1f4d; }\n' +
		'@media (prefers-color-scheme: dark) {\n' +
		'\t:root { --brand: #2d0d1d; }\n}\n',
	'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg" ' +
		'viewBox="0 0 60 40"><script>document.title = "run"</script>' +
		'<rect width="60" height="40" fill="#e8c15a"/></svg>\n',
	'header.html': '<p>Part of the <a href="https://council.example/">' +
		'Council of Amberhaven</a></p>\n',
	'footer.html': '<ul><li><a href="/help">Ask us</a></li>\n' +
		'<li><a href="mailto:petitions@council.example">Write</a>' +
		'</li></ul>\n<p>The Council, 1 Harbour Street</p>\n',
	'footer.de.html': '<p>Der Rat, Hafenstraße 1. ' +
		'<a href="/help">Fragen</a></p>\n',
};

const BAD = {
	'theme.css': ':root {\n\t--brand: red;\n\t--paper: url(//a/b);\n}\n',
	'logo.png': 'no picture\n',
	'header.html': '<p>Hello</p>\n<script>alert(1)</script>\n',
	'footer.html': '<p>Open\n',
};

async function dress(site, files) {
	const folder = join(site.dir, 'theme');

	await rm(folder, { recursive: true, force: true });
	await mkdir(folder);
	for (const [name, text] of Object.entries(files))
		await writeFile(join(folder, name), text);
	await site.child.stop();
	await site.serve();
}

async function twoLanguages(site) {
	const file = join(site.dir, 'petitiond.conf');
	const conf = await readFile(file, 'utf8');

	await writeFile(file, conf.replace(/^languages = .*$/m,
		'languages = en de'));
}

const check = (site) => spawnSync(process.env.PETITIOND,
	['check', site.dir], { encoding: 'utf8' });

const brand = (v) => v.page.locator('header.top').evaluate((bar) =>
	getComputedStyle(bar).backgroundColor);

await main(async ({ tap, site, browser }) => {
	await twoLanguages(site);
	await dress(site, GOOD);

	await tap.part('what everybody sees', async () => {
		const v = await browser.visitor(tap, site.base);

		await v.page.emulateMedia({ colorScheme: 'light' });
		tap.is(await v.go('/'), 200, 'home');
		tap.is(await brand(v), 'rgb(91, 26, 58)', 'its own colour');
		tap.ok(await v.page.locator('.brand img').evaluate((img) =>
			img.complete && img.naturalWidth > 0), 'its own logo');
		tap.is(await v.text('.top .own'),
			'Part of the Council of Amberhaven', 'its own header');
		tap.ok((await v.text('.bottom .own')).includes('Harbour'),
			'its own footer');
		for (const colorScheme of ['light', 'dark']) {
			await v.page.emulateMedia({ colorScheme });
			for (const path of ['/', '/petitions', '/help',
				'/petitions/700001', '/nowhere']) {
				await v.go(path);
				await v.look(`${path}, ${colorScheme}`);
			}
		}
		tap.is(await brand(v), 'rgb(45, 13, 29)', 'another when dark');
		await v.page.emulateMedia({ media: 'print' });
		tap.is(await brand(v), 'rgb(255, 255, 255)', 'none on paper');
		await v.close();
	});

	await tap.part('in another language', async () => {
		const v = await browser.visitor(tap, site.base);

		await v.go('/de/help');
		tap.ok((await v.text('.bottom .own')).includes('Hafenstraße'),
			'the footer has its own words');
		tap.is(await v.page.getAttribute('.bottom .own a', 'href'),
			'/de/help', 'whose links stay in the language');
		tap.is(await v.page.getAttribute('.bottom .own', 'lang'), null,
			'it is in the page\'s language');
		tap.is(await v.page.getAttribute('.top .own', 'lang'), 'en-GB',
			'the header says that it is not');
		await v.look('German');
		await v.close();
	});

	await tap.part('the files', async () => {
		const page = await (await fetch(`${site.base}/help`)).text();
		const css = /\/theme\/[0-9a-f]{16}\.css/.exec(page)?.[0];
		const logo = /\/theme\/[0-9a-f]{16}\.svg/.exec(page)?.[0];
		const style = await fetch(site.base + css);
		const picture = await fetch(site.base + logo);
		const v = await browser.visitor(tap, site.base);

		tap.is(style.headers.get('content-type'),
			'text/css; charset=utf-8', 'a stylesheet');
		tap.ok(style.headers.get('cache-control').includes('immutable'),
			'for ever');
		tap.is(picture.headers.get('content-type'), 'image/svg+xml',
			'a picture');
		tap.ok(/\bsandbox\b/.test(
			picture.headers.get('content-security-policy')),
		'in a sandbox');
		tap.is(await picture.text(), GOOD['logo.svg'], 'as it was given');
		await v.page.goto(logo);
		tap.ok(await v.page.title() !== 'run',
			'no script of it runs when it is opened by itself');
		tap.is((await fetch(`${site.base}/theme/theme.css`)).status, 404,
			'and nothing else is there');
		tap.is(check(site).status, 0, 'check has nothing to say');
		await v.close();
	});

	await dress(site, BAD);
	await tap.part('mistakes', async () => {
		const v = await browser.visitor(tap, site.base);
		const { status, stderr } = check(site);

		tap.is(status, 1, 'check finds them');
		for (const says of ['theme/theme.css:3: "url(//a/b)"',
			'theme/logo.png: it is no PNG',
			'theme/header.html:2: "script"',
			'theme/footer.html:1: "p" is never closed'])
			tap.ok(stderr.includes(says), says);
		tap.is(stderr.trim().split('\n').length, 4, 'each of them once');
		tap.ok(/event=theme-not-usable/.test(site.child.said),
			'the server says that there are some');
		tap.is(await v.go('/'), 200, 'and serves');
		tap.ok(!await v.has('.own, .brand img') &&
			!await v.has('link[href^="/theme/"]'), 'our own pages');
		await v.look('home without a theme');
		await v.close();
	});

	await dress(site, { 'theme.css': `/*${'x'.repeat(20000)}*/` });
	tap.ok(check(site).stderr.includes('theme/theme.css: it is too large'),
		'a file may not be too large');
});
