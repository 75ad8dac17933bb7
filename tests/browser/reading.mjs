// reading.mjs - every kind of page that only is read, as markup, on the wire,
// with the keyboard and without script.
//
//     PETITIOND=build/petitiond node tests/browser/reading.mjs
//
// Prints TAP.  See lib.mjs for what it needs.

import { main } from './lib.mjs';
import { paths } from './selectors.mjs';

const PAGE_MAX_BYTES = 30 * 1024; // of a petition's page and all it loads
const STYLE_MAX_BYTES = 12 * 1024;

// Titles are as long as petitions' are, and a button that says nothing else
// sends its form (HTML 4.10.6), which is what ours are for.
const RULES = { root: true, extends: ['html-validate:recommended'],
	rules: { 'long-title': 'off', 'no-implicit-button-type': 'off' } };

// Every kind, and what is answered.  OPEN stands for an open petition.
const PAGES = [
	['/'], ['/petitions'], ['/petitions?state=open'],
	['/petitions?state=recent'], ['/petitions?state=closed'],
	['/petitions?state=rejected'], ['/petitions?state=awaiting_response'],
	['/petitions?state=with_response'], ['/petitions?state=awaiting_debate'],
	['/petitions?state=debated'], ['/petitions?state=not_debated'],
	['/petitions?q=zzzzzz'], ['/petitions?topic=nothing'],
	['/petitions?count=1&page=2'], ['/archived/petitions'],
	['/archived/petitions?state=rejected'],
	['/archived/petitions/106369'],
	['/archived/petitions/106369?reveal_response=yes'],
	['/petitions/OPEN'], ['/parliaments'], ['/topics'],
	['/help'], ['/standards'], ['/privacy'], ['/cookies'],
	['/accessibility'], ['/who-can-read'], ['/c'],
	['/petitions/OPEN/signatures/new'],
	['/petitions/OPEN/signatures/thank-you'],
	['/petitions/99', 404], ['/no/such/page', 404],
	['/petitions?topic=%FF', 400],
];

class Reading {
	constructor({ tap, site, browser }) {
		Object.assign(this, { tap, site, browser });
	}

	visitor(options) {
		return this.browser.visitor(this.tap, this.site.base, options);
	}

	// An open petition, and every petition that the lists lead to.
	async find() {
		const get = async (path) =>
			(await fetch(this.site.base + path)).json();
		const open = await get('/petitions.json?state=open');
		const all = await get('/petitions.json?count=50');

		[{ id: this.open }] = open.data;
		this.pages = PAGES.map(([path, status = 200]) =>
			[path.replace('OPEN', this.open), status]);
		for (const { id } of all.data)
			this.pages.push([paths.petition(id), 200]);
	}

	async markup() {
		const { tap } = this;
		const { HtmlValidate } = await import('html-validate');
		const validator = new HtmlValidate(RULES);

		for (const [path, status] of this.pages) {
			const answer = await fetch(this.site.base + path);
			const report = await validator.validateString(
				await answer.text());
			const faults = report.results.flatMap((r) =>
				r.messages.map((m) => `${m.ruleId} at ${m.line}: ${
					m.message}`));

			tap.is(answer.status, status, `${path}: ${status}`);
			tap.is(faults.join('; '), '', `${path}: sound markup`);
			tap.is(answer.headers.get('set-cookie'), null,
				`${path}: no cookie`);
		}
	}

	async looks() {
		const v = await this.visitor();

		for (const [path, status] of this.pages) {
			this.tap.is(await v.go(path), status, path);
			await v.look(path);
		}
		await v.close();
	}

	// What comes over the wire for a petition's page, head and body of every
	// answer, by a browser that has been here never before.
	async transfer() {
		const { tap } = this;

		for (const path of [paths.petition(this.open),
			'/archived/petitions/106369', '/']) {
			const v = await this.visitor();
			const sizes = [];

			v.page.on('requestfinished', (request) => {
				sizes.push(request.sizes().then((s) =>
					s.responseBodySize + s.responseHeadersSize));
			});
			await v.go(path);
			await v.page.waitForLoadState('networkidle');
			const total = (await Promise.all(sizes))
				.reduce((sum, n) => sum + n, 0);
			tap.ok(total > 1000 && total <= PAGE_MAX_BYTES,
				`${path}: ${total} bytes in ${sizes.length} answers`);
			await v.close();
		}
	}

	async style() {
		const home = await (await fetch(this.site.base)).text();
		const sheets = [...home.matchAll(
			/<link rel="stylesheet" href="([^"]+)">/g)];

		this.tap.is(sheets.length, 1, 'one stylesheet');
		const sheet = await fetch(this.site.base + sheets[0][1]);
		const packed = Number(sheet.headers.get('content-length'));

		this.tap.is(sheet.headers.get('content-encoding'), 'gzip',
			'it comes compressed');
		this.tap.ok(packed <= STYLE_MAX_BYTES, `it has ${packed} bytes`);
	}

	// With the Tab key alone: the skip link first, then every link and field
	// of the page once, each of them to be seen, and out at the end.
	async keyboard() {
		const { tap } = this;
		const v = await this.visitor();

		await v.page.setViewportSize({ width: 360, height: 800 });
		for (const path of ['/', '/petitions?state=open',
			paths.petition(this.open), '/archived/petitions/106369']) {
			await v.go(path);
			const seen = await this.tabThrough(v.page);

			tap.is(seen[0]?.href, '#main', `${path}: skip link first`);
			tap.is(seen.filter((e) => !e.shown).map((e) => e.what)
				.join('; '), '', `${path}: focus is always seen`);
			const want = await v.page.evaluate(() =>
				[...document.querySelectorAll(
					'a[href], button, input:not([type=hidden]), ' +
					'select, textarea, summary, [tabindex="0"]')]
					.filter((e) => e.checkVisibility()).length);
			tap.is(seen.length, want, `${path}: all can be reached`);
			await v.page.keyboard.press('Tab');
		}
		await v.go('/');
		await v.page.keyboard.press('Tab');
		await v.page.keyboard.press('Enter');
		tap.is(await v.page.evaluate(() => document.activeElement.id),
			'main', 'the skip link skips');
		await this.discloses(v);
		await v.close();
	}

	async tabThrough(page) {
		const seen = [];

		for (let i = 0; i < 400; i++) {
			await page.keyboard.press('Tab');
			const at = await page.evaluate(() => {
				const e = document.activeElement;

				if (e === document.body || e === null ||
					e.dataset.tabbed)
					return null;
				e.dataset.tabbed = 'yes';
				const box = e.getBoundingClientRect();
				const style = getComputedStyle(e);
				return { what: e.outerHTML.slice(0, 80),
					href: e.getAttribute('href'),
					shown: box.width > 0 && box.height > 0 &&
						(style.outlineStyle !== 'none' ||
						style.boxShadow !== 'none') };
			});

			if (at === null)
				return seen;
			seen.push(at);
		}
		throw new Error('Tab never leaves the page');
	}

	// A response unfolds by keyboard.
	async discloses(v) {
		await v.go('/archived/petitions/106369');
		const summary = v.page.locator('summary').first();

		await summary.focus();
		await v.page.keyboard.press('Enter');
		this.tap.ok(await v.page.locator('details').first()
			.evaluate((e) => e.open), 'a response unfolds');
	}

	// Reading, finding and getting to the form, with scripts switched off.
	async withoutScript() {
		const { tap } = this;
		const v = await this.visitor({ script: false });

		tap.is(await v.go('/'), 200, 'home');
		tap.is(await v.press('a[href="/petitions?state=open"]'), 200,
			'the list of open petitions');
		tap.is(await v.press(`a[href="${paths.petition(this.open)}"]`),
			200, 'a petition');
		tap.is(await v.press(`a[href="${paths.sign(this.open)}"]`), 200,
			'its form');
		await v.go('/archived/petitions/106369');
		await v.page.locator('summary').first().click();
		tap.ok(await v.page.getByText('Department for', { exact: false })
			.or(v.page.locator('details[open] p')).first().isVisible(),
		'a response unfolds');
		await v.look('without script');
		await v.close();
	}

	// What a page of the seed shows (issue 3, section 3).
	async archived() {
		const { tap } = this;
		const v = await this.visitor();

		await v.go('/archived/petitions/106369');
		const text = (await v.text('main')).replace(/\s+/g, ' ');

		for (const words of ['This petition was submitted during the ' +
			'2015\u20132017 Conservative government', 'More details',
		'This petition is closed', 'This petition ran for 6 months',
		'11,277 signatures', 'Government responded',
		'This response was given on 18 January 2016',
		'Read the response in full', 'Other parliamentary business',
		'Get involved and follow']) {
			tap.ok(text.includes(words), words);
		}
		await v.close();
	}
}

await main(async (all) => {
	const { tap } = all;
	const r = new Reading(all);

	await r.find();
	await tap.part('markup', () => r.markup());
	await tap.part('style', () => r.style());
	await tap.part('transfer', () => r.transfer());
	await tap.part('keyboard', () => r.keyboard());
	await tap.part('without script', () => r.withoutScript());
	await tap.part('the page of the seed', () => r.archived());
	await tap.part('looks', () => r.looks());
});
