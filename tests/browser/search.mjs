// search.mjs - finding petitions by words, and those that are like a draft.
//
//     PETITIOND=build/petitiond node tests/browser/search.mjs

import { main } from './lib.mjs';

const box = 'form[role=search] input[name=q]';
const go = 'form[role=search] button';

async function find(v, from, words) {
	await v.go(from);
	await v.page.fill(box, words);
	return v.press(go);
}

await main(async ({ tap, site, browser }) => {
	await tap.part('words', async () => {
		const v = await browser.visitor(tap, site.base);

		tap.is(await find(v, '/', 'floods street'), 200,
			'words from the home page');
		await v.look('found');
		tap.ok((await v.text('main')).includes('tree-lined rain garden'),
			'find the petition that has them all');
		tap.is(await v.page.locator(box).inputValue(), 'floods street',
			'and stay in the box');
		tap.is(await find(v, '/petitions', '700003'), 200, 'a number');
		tap.is(new URL(v.page.url()).pathname, '/petitions/700003',
			'leads to its petition');
		tap.is(await find(v, '/archived/petitions', 'encryption'), 200,
			'the archive is searched, too');
		tap.ok(await v.has('a[href="/archived/petitions/106369"]'),
			'with what it holds');
		await v.close();
	});

	await tap.part('nothing', async () => {
		const v = await browser.visitor(tap, site.base);

		for (const nonsense of ['xyzzy', '"', '\'); --', '<b>', '🌳'])
			tap.is(await find(v, '/petitions', nonsense), 200,
				`${nonsense} is no error`);
		await find(v, '/petitions', 'xyzzy');
		await v.look('nothing');
		tap.ok((await v.text('main')).includes('xyzzy'),
			'the page says what was not found');
		await v.close();
	});

	await tap.part('a draft', async () => {
		const v = await browser.visitor(tap, site.base);

		tap.is(await find(v, '/petitions/check',
			'plant rain gardens where streets flood'), 200,
			'a draft is taken');
		await v.look('similar');
		tap.ok((await v.text('main')).includes('tree-lined rain garden'),
			'and shows the petition that exists');
		tap.ok(await v.has('a[href="/petitions/700003/signatures/new"]'),
			'which can be signed at once');
		await v.close();
	});
});
