// local.mjs - petitions where people live, by the acceptance list's F-023 to
// F-035, and a signature that shows in the figures of its area.
//
//     PETITIOND=build/petitiond node tests/browser/local.mjs
//
// The demo's country is invented: QC1 lies in Amberhaven, QC1 7ST in two areas,
// QC1 9ZZ has ended, QX1 1AA elects nobody, and Otterby's seat is vacant.

import { main, until } from './lib.mjs';
import { check, form, paths } from './selectors.mjs';

const where = '#where';
const go = 'form:has(#where) button';
const AREA = 'X14000101';

async function search(v, what, from = '/petitions/local') {
	await v.go(from);
	await v.page.fill(where, what);
	return v.press(go);
}

const path = (v) => new URL(v.page.url()).pathname;

async function json(site, at) {
	return (await fetch(site.base + at)).json();
}

await main(async ({ tap, site, inbox, browser }) => {
	await tap.part('the search', async () => {
		const v = await browser.visitor(tap, site.base);

		tap.is(await v.go('/petitions/local'), 200, 'the form is there');
		await v.look('local');
		tap.is(await v.page.locator('.areas a').count(), 24,
			'and all areas');
		tap.is(await search(v, ' qc1-1aa ', '/'), 200,
			'a postcode from the home page');
		tap.is(path(v), '/petitions/local/amberhaven',
			'leads to its area and stands in no address');
		tap.is(await v.title(), 'Petitions in Amberhaven',
			'which is named');
		tap.is(await v.page.title(),
			'Petitions in Amberhaven - Petitions', 'in the title, too');
		await v.look('area');
		await search(v, 'OTTERBY');
		tap.is(path(v), '/petitions/local/otterby', 'a name does as well');
		tap.ok((await v.text('main')).includes('the seat is vacant'),
			'a vacant seat is said to be');
		tap.ok(!await v.has('main a[href^="https:"]'), 'without a link');
		await v.close();
	});

	await tap.part('what was not found', async () => {
		const v = await browser.visitor(tap, site.base);

		for (const [typed, says] of [
			['', 'Enter a postcode or a name'],
			['qz9 9zz', 'We do not know this postcode'],
			['Nowhere', 'Nothing of that name'],
			['QX1 1AA', 'elects nobody here'],
			['<b>"1', 'We do not know this postcode'],
		]) {
			tap.is(await search(v, typed), 422, `refused: ${typed}`);
			tap.ok((await v.text(form.faults)).includes(says),
				`told why: ${says}`);
			tap.is(await v.page.inputValue(where), typed,
				'what was typed stays');
			tap.ok((await v.page.title()).startsWith('Error: '),
				'the title says so first');
		}
		await v.look('unknown postcode');
		await v.page.locator(`${form.faults} a`).click();
		tap.ok(await v.page.locator(where).evaluate((field) =>
			field === document.activeElement),
		'the fault leads to the field');
		await v.close();
	});

	await tap.part('several answers', async () => {
		const v = await browser.visitor(tap, site.base);

		tap.is(await search(v, 'QC1 7ST'), 200, 'a postcode of two areas');
		tap.is(await v.page.locator('.petitions li').count(), 2,
			'offers both');
		await v.look('two areas');
		await v.press('.petitions a >> nth=1');
		tap.is(await v.title(), 'Petitions in Cockle Sands',
			'and leads to the one chosen');
		await search(v, 'QC1 9ZZ');
		tap.ok((await v.text('.inset')).includes('no longer in use'),
			'an ended postcode is explained');
		await v.look('ended postcode');
		await search(v, 'and');
		tap.is((await v.page.locator('.petitions li > a')
			.allInnerTexts()).join('; '),
		'Cockle Sands; Gullery and Saltings; Thornlow and Uppergate; ' +
			'Willowmere and Strand', 'a part of a name finds several');
		await v.close();
	});

	await tap.part('without script', async () => {
		const v = await browser.visitor(tap, site.base,
			{ script: false });

		await search(v, 'QL1 1AA', '/');
		tap.is(await v.title(), 'Petitions in Alderwater',
			'it works the same');
		await v.press('a:has-text("Open and closed")');
		tap.is(path(v), '/petitions/local/alderwater/all',
			'closed ones as well');
		tap.ok((await v.text('main')).includes('Now closed'),
			'which are marked');
		await v.close();
	});

	await tap.part('as data', async () => {
		const at = '/petitions/local/amberhaven';
		const open = await json(site, `${at}.json`);
		const all = await json(site, `${at}/all.json`);
		const vacant = await json(site, '/petitions/local/otterby.json');
		const csv = await fetch(`${site.base}${at}/all.csv`);
		const lines = (await csv.text()).trim().split('\n');
		const counts = all.petitions.map((p) =>
			p.constituency_signature_count);

		tap.is(Object.keys(open).join(), 'constituency,mp,petitions',
			'keys in their order');
		tap.is(JSON.stringify(open.mp), JSON.stringify({
			name: 'Ada Thornbury MP',
			url: 'https://members.example/ada-thornbury' }),
		'who sits there');
		tap.is(Object.keys(open.petitions[0]).join(),
			'action,url,state,constituency_signature_count,' +
			'total_signature_count', 'keys of a petition');
		tap.ok(open.petitions.every((p) => p.state === 'open') &&
			all.petitions.some((p) => p.state === 'closed'),
		'open, and all');
		tap.is(counts.join(), [...counts].sort((a, b) => b - a).join(),
			'most signed there first');
		tap.ok(!('mp' in vacant), 'a vacant seat has no mp');
		tap.is(lines[0], '"Petition","URL","State","Local Signatures",' +
			'"Total Signatures"', 'the header of the table');
		tap.is(lines.length, all.petitions.length + 1, 'and its rows');
		tap.ok(csv.headers.get('content-disposition').includes(
			'all-popular-petitions-in-amberhaven.csv'), 'its name');
		tap.is((await fetch(`${site.base}/petitions/local/ashdale`))
			.status, 404, 'an area that is no more has no page');
	});

	await tap.part('a signature counts for its area', async () => {
		const v = await browser.visitor(tap, site.base);
		const of = async () => (await json(site, '/petitions/700001.json'))
			.data.attributes;
		const area = (a) => a.signatures_by_constituency.find((row) =>
			row.ons_code === AREA).signature_count;
		const region = (a) => a.signatures_by_region.find((row) =>
			row.name === 'Coast').signature_count;
		const before = await of();

		await v.go(paths.sign(700001));
		await v.page.check(form.eligible);
		await v.page.fill(form.name, 'Lena Coaster');
		await v.page.fill(form.email, 'lena@example.org');
		await v.page.fill(form.postcode, 'qc1 7st');
		await v.press(form.go);
		await v.press(check.send);
		const mail = await inbox.wait('lena@example.org');
		const link = /https?:\/\/\S+\/c\/\S+/.exec(mail.text)[0];

		await v.go(link);
		await v.press('main form button');
		tap.is(await v.text('#area'), 'Amberhaven\nMP: Ada Thornbury MP',
			'F-104 the page after confirming names area and member');
		tap.ok(await v.has('#area a[href="/petitions/local/amberhaven"]'),
			'F-104 with a link to the area');
		tap.ok(await v.has('#area a[href^="https://members.example/"]'),
			'F-104 and to the member');
		await v.look('the page after confirming');
		const bare = new URL(v.page.url());
		bare.search = bare.hash = '';
		await v.go(bare.href);
		tap.ok(!await v.has('#area'),
			'who has not got the promise does not see it');
		const after = await until('the figures', async () => {
			const now = await of();

			return area(now) > area(before) ? now : null;
		});

		tap.is(area(after), area(before) + 1, 'its area has one more');
		tap.is(region(after), region(before) + 1, 'so has its region');
		tap.is(after.signature_count, before.signature_count + 1,
			'and the petition');
		await v.go('/petitions/local/amberhaven');
		tap.ok((await v.text('main')).includes(
			`${area(after)} signatures from here`),
		'the page of the area says so');
		await v.close();
	});
}, { limits: { form_seconds: 0 } });
