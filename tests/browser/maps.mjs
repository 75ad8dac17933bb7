// maps.mjs - maps, curves, and what other sites show of a petition.
//
//     PETITIOND=build/petitiond node tests/browser/maps.mjs
//
// The demo's map has 24 areas, hexagons and shapes, and a set of six for the
// archived petition's period; there is no map of the world.

import { main } from './lib.mjs';

const LIVE = '/petitions/700001';
const OLD = '/archived/petitions/106369';

// The numbers of the drawing and of the table, by name.
async function numbers(v) {
	return v.page.evaluate(() => {
		const figure = (text) => Number(/[\d,]+/.exec(text)[0]
			.replaceAll(',', ''));
		const drawn = [...document.querySelectorAll('.map title')]
			.map((t) => t.textContent.split(': '))
			.map(([name, rest]) => [name, figure(rest)]);
		const listed = [...document.querySelectorAll('.figures tbody tr')]
			.map((tr) => [tr.cells[0].textContent,
				figure(tr.cells[1].textContent)]);

		return { drawn, listed };
	});
}

const byName = (a, b) => (a[0] < b[0] ? -1 : 1);
const same = (list) => JSON.stringify([...list].sort(byName));

async function equal(tap, v, what, count) {
	const { drawn, listed } = await numbers(v);

	tap.is(drawn.length, count, `${what}: ${count} areas are drawn`);
	tap.is(same(drawn), same(listed), `${what}: the table says the same`);
}

await main(async ({ tap, site, browser }) => {
	await tap.part('a map', async () => {
		const v = await browser.visitor(tap, site.base);

		await v.go(LIVE);
		tap.is(await v.press('text=Show on a map'), 200,
			'the petition leads to its map');
		await v.look('hexes');
		await equal(tap, v, 'hexes', 24);
		const before = await v.text('.figures tbody th');
		await v.press('.figures thead th:nth-child(2) a');
		const { listed } = await numbers(v);
		tap.ok(listed.every((row, i) => i === 0 ||
			row[1] <= listed[i - 1][1]), 'sorted by the server');
		tap.ok(before !== listed[0][0], 'in another order than before');
		await v.press('text=Areas in their shape');
		await v.look('shapes');
		await equal(tap, v, 'shapes', 24);
		await v.press('text=By share of the people');
		tap.ok((await v.page.locator('.map title').first()
			.textContent()).endsWith('of the people'),
		'shaded by share');
		await v.look('share');
		await v.press('text=The world');
		tap.ok((await v.text('.figures')).includes('France'),
			'countries are listed without a map of the world');
		await v.look('world');
		tap.is(await v.go(`${LIVE}/map?view=nonsense&sort=%27`), 200,
			'nonsense means the usual');
		await equal(tap, v, 'nonsense', 24);
		await v.close();
	});

	await tap.part('an area', async () => {
		const v = await browser.visitor(tap, site.base);

		await v.go(`${LIVE}/map`);
		await v.page.locator('.map svg a').first().focus();
		const [answer] = await Promise.all([
			v.page.waitForResponse((a) => a.url().includes('/local/')),
			v.page.keyboard.press('Enter'),
		]);
		tap.is(answer.status(), 200, 'leads to its local petitions');
		await v.close();
	});

	await tap.part('an earlier period', async () => {
		const v = await browser.visitor(tap, site.base, { script: false });

		await v.go(`${OLD}/map`);
		await v.look('archived map');
		tap.is((await v.page.locator('.map title').allTextContents())
			.length, 6, 'drawn on the areas of its time');
		tap.is(new URL((await fetch(`${site.base}/petitions/106369/map`))
			.url).pathname, `${OLD}/map`, 'from either address');
		await v.close();
	});

	await tap.part('a curve', async () => {
		const v = await browser.visitor(tap, site.base);

		await v.go(OLD);
		tap.ok(await v.has('.curve svg path.goal'),
			'the reached threshold is marked');
		await v.page.locator('section:has(.curve) summary').click();
		const rows = await v.page.locator(
			'section:has(.curve) tbody td').allTextContents();
		tap.is(rows.at(-1), '11,277', 'the table ends with the count');
		await v.look('curve');
		const history = (await (await fetch(
			`${site.base}${OLD}/history.json`)).json()).data;
		tap.is(history.at(-1).signature_count, 11277,
			'history.json does, too');
		tap.ok(history.some((p, i) => i > 0 &&
			p.signature_count < history[i - 1].signature_count),
		'and keeps what was taken away');
		const lines = (await (await fetch(
			`${site.base}${OLD}/history.csv`)).text()).trim().split('\n');
		tap.is(lines.length, history.length + 1, 'so does history.csv');
		await v.close();
	});

	await tap.part('files and frames', async () => {
		const get = (path) => fetch(site.base + path);
		const png = async (path) => {
			const answer = await get(path);
			const bytes = Buffer.from(await answer.arrayBuffer());

			tap.is(answer.headers.get('content-type'), 'image/png',
				`${path} is a picture`);
			tap.is(bytes.subarray(1, 4).toString(), 'PNG',
				`${path}: drawn within the sandbox`);
		};

		await png(`${LIVE}/card.png`);
		await png(`${LIVE}/map.png?view=shapes&by=share`);
		const svg = await (await get(`${OLD}/map.svg`)).text();
		tap.is(svg.match(/<path /g).length, 6, 'map.svg has the areas');
		tap.ok(svg.includes(`${site.base}${OLD}`), 'and says whose they are');
		tap.ok((await (await get(`${LIVE}/badge.svg`)).text())
			.includes('2,417 signatures'), 'the badge has the count');
		const widget = await get(`${LIVE}/widget`);
		tap.ok(widget.headers.get('content-security-policy')
			.includes('frame-ancestors *'), 'the widget may be framed');
		tap.ok((await get(LIVE)).headers.get('content-security-policy')
			.includes("frame-ancestors 'none'"), 'the page may not');
		tap.is((await get('/petitions/1/card.png')).status, 404,
			'no petition, no picture');
		const trending = await (await get('/trending.json')).json();
		tap.is(JSON.stringify(Object.keys(trending)),
			'["data","links","meta"]', 'trending.json has its keys');
		const v = await browser.visitor(tap, site.base);
		await v.go(`${LIVE}/widget`);
		await v.look('widget');
		await v.close();
	});
});
