// journey.mjs - one petition read, signed, confirmed, counted and checked, as
// people do it: with and without script, twice, wrongly, and too late.
//
//     PETITIOND=build/petitiond node tests/browser/journey.mjs
//
// Prints TAP.  See lib.mjs for what it needs.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

import { main, until } from './lib.mjs';
import { check, confirm, form, mail, paths, petition, receipt, thanks }
	from './selectors.mjs';

const ADA = {
	name: 'Zo\u00eb O\u2019Brien', email: 'ada@example.org',
	postcode: 'SW1A 1AA',
};

// Petitions of the demo, told apart by what their pages offer.
async function findPetitions(base) {
	const home = await (await fetch(base)).text();
	const ids = new Set([...home.matchAll(/href="\/petitions\/(\d+)"/g)]
		.map((found) => found[1]));
	const found = { open: [], closed: [] };

	for (const id of ids) {
		const page = await (await fetch(base + paths.petition(id)))
			.text();
		const open = page.includes(`href="${paths.sign(id)}"`);

		found[open ? 'open' : 'closed'].push(id);
	}
	return found;
}

class Journey {
	constructor(tap, site, inbox, browser) {
		Object.assign(this, { tap, site, inbox, browser });
	}

	visitor(options) {
		return this.browser.visitor(this.tap, this.site.base, options);
	}

	// The count, as the page of the petition shows it.
	async count(id) {
		const page = await (await fetch(
			this.site.base + paths.petition(id))).text();
		const shown = page.match(/id="signature-count"[^>]*>([^<]*)</);

		if (shown === null)
			throw new Error('the page shows no count');
		return Number(shown[1].replace(/\D/g, ''));
	}

	async waitForCount(id, want) {
		const seen = await until(`a count of ${want}`, async () => {
			const count = await this.count(id);

			return count >= want ? count : null;
		}).catch((e) => e.message);

		this.tap.is(seen, want, 'the petition\u2019s count is right');
	}

	async fill(v, person) {
		const p = v.page;

		await p.locator(form.eligible).check();
		await p.locator(form.name).fill(person.name);
		await p.locator(form.email).fill(person.email);
		await p.locator(form.postcode).fill(person.postcode);
	}

	// From the petition's form to "Check your email".
	async sign(v, id, person, { look = false } = {}) {
		const { tap } = this;

		tap.is(await v.go(paths.sign(id)), 200, 'the form is there');
		if (look)
			await this.lookAtForm(v);
		await this.fill(v, person);
		tap.is(await v.press(form.go), 200, 'the form is accepted');
		if (look)
			await this.lookAtCheck(v, person);
		tap.is(await v.press(check.send), 200, 'it can be sent');
		tap.is(new URL(v.page.url()).pathname, paths.thanks(id),
			'the answer is a redirect to the next page');
		tap.is(await v.title(), thanks.title, 'it asks to look for mail');
		if (look)
			await v.look('the page after signing');
		return v.text('main');
	}

	async lookAtForm(v) {
		const { tap } = this;
		const p = v.page;

		tap.is(await p.locator(form.country).inputValue(), 'GB',
			'the country is set');
		tap.ok(!await p.locator(form.updates).isChecked(),
			'nobody is signed up for updates unasked');
		tap.ok(!await p.locator(form.eligible).isChecked(),
			'eligibility is not ticked beforehand');
		await v.look('the form');
	}

	async lookAtCheck(v, person) {
		const shown = await v.page.locator(check.answers).allInnerTexts();

		for (const typed of Object.values(person)) {
			this.tap.ok(shown.includes(typed),
				`the check page shows ${typed}`);
		}
		await v.look('the check page');
	}

	// The link in mail number n to somebody; null if the mail has none.
	async link(person, n = 1) {
		const received = await this.inbox.wait(person.email, n);
		const found = received.text.match(mail.link(this.site.base));

		return found === null ? null : found[0];
	}

	// Follow a link and press the button; the answer's status.
	async confirm(v, link, { look = false } = {}) {
		this.tap.is(await v.go(link), 200, 'the link opens a page');
		this.tap.is(await v.title(), confirm.title, 'it asks to confirm');
		if (look)
			await v.look('the page behind the link');
		return v.press(confirm.go);
	}

	async lookAtReceipt(v, link) {
		const { tap } = this;
		const url = v.page.url();

		tap.ok(paths.receipt.test(url), 'the way ends at a receipt');
		tap.is(await v.title(), receipt.title, 'the receipt says so');
		tap.ok(url.endsWith(link.slice(link.indexOf('#'))),
			'what stands behind # came along');
		tap.ok((await v.text(receipt.promise)).includes('/promise/v1'),
			'it shows the promise');
		await v.look('the receipt');
		await until('the leaf', async () => {
			await v.page.reload();
			return receipt.counted.test(
				await v.text(receipt.state));
		});
		tap.ok(true, 'it says when the signature is counted');
	}

	// "Check my signature": once as somebody else, once as oneself.
	// Type both and press; the verdict that follows the one before, and
	// how the steps ended.
	async pressCheck(v, name, email, before = '') {
		const p = v.page;
		const ends = (where) => p.locator(where).evaluateAll((all) =>
			all.map((e) => e.dataset.end).join(' '));

		await p.locator(receipt.name).fill(name);
		await p.locator(receipt.email).fill(email);
		await p.locator(receipt.go).click();
		const verdict = await until('a verdict', async () => {
			const end = await ends(receipt.verdict);

			return end !== '' && end !== before && end;
		});

		return [verdict, await ends(receipt.steps)];
	}

	async checkReceipt(v, person) {
		const { tap } = this;
		let [verdict, steps] = await this.pressCheck(v,
			`${person.name}x`, person.email);
		tap.is(verdict, 'bad', 'another name does not fit');
		[verdict, steps] = await this.pressCheck(v, person.name,
			person.email, verdict);
		tap.ok(/^(good|unsure)$/.test(verdict),
			`the browser finds nothing wrong (${verdict})`);
		tap.ok(/^good\b/.test(steps), 'the entry is the signer\u2019s');
		tap.ok(!/bad/.test(steps), `every step holds: ${steps}`);
		await v.look('the checked receipt');
		await this.keepReceipt(v);
	}

	// The file that the browser makes is one that petition-verify counts.
	async keepReceipt(v) {
		const { tap } = this;
		const saved = v.page.waitForEvent('download');

		tap.is(await v.page.locator(`${receipt.qr} svg`).count(), 1,
			'the link is drawn as a QR code');
		await v.page.locator(receipt.save).click();
		const path = await (await saved).path();
		const done = spawnSync(join(dirname(process.env.PETITIOND),
			'petition-verify'), ['receipt', path]);

		tap.is(done.status, 0, 'the saved receipt verifies');
		tap.ok(/^COUNTED/.test(done.stdout), 'and is counted');
	}

	// --- the journeys ---------------------------------------------------

	async withScript(id) {
		const { tap } = this;
		const v = await this.visitor();
		const before = await this.count(id);

		tap.is(await v.go(paths.petition(id)), 200, 'a petition is read');
		tap.ok((await v.title()).length > 0, 'it has a title');
		await v.look('the petition');
		tap.is(await v.press(petition.sign), 200, 'it can be signed');
		await this.sign(v, id, ADA, { look: true });
		const link = await this.link(ADA);
		tap.is(await this.confirm(v, link, { look: true }), 200,
			'the signature is confirmed');
		await this.lookAtReceipt(v, link);
		await this.checkReceipt(v, ADA);
		await this.waitForCount(id, before + 1);
		const status = await this.confirmAgain(v, link);
		tap.is(status, 200, 'the link can be used again');
		tap.is(await this.count(id), before + 1, 'and counts once');
		await this.withdrawn(v, id, ADA, before);
		await v.close();
	}

	// The receipt of who left, in the browser that has seen it before.
	async withdrawn(v, id, person, count) {
		const { tap } = this;
		const at = v.page.url();
		const { text } = await this.inbox.wait(person.email);
		const [, token] = text.match(mail.token);

		await v.go(`/s/${token}/withdraw`);
		await v.press(confirm.go);
		await until('the count to fall', async () =>
			await this.count(id) === count);
		await v.go(at);
		tap.ok(/^Withdrawn on/.test(await v.text(receipt.state)),
			'the receipt says that it is withdrawn');
		const asked = v.page.waitForRequest(/\/checkpoint$/);
		const [verdict, steps] = await this.pressCheck(v, person.name,
			person.email);
		tap.is((await (await asked).allHeaders())['cache-control'],
			'max-age=0', 'the browser asks for a fresh checkpoint');
		tap.is(steps.split(' ').pop(), 'good',
			'the browser finds the entry that says so');
		tap.ok(/^(good|unsure)$/.test(verdict) &&
			!await v.page.locator('[data-step="verdict"]')
				.isVisible(), `and does not call it counted (${
			verdict})`);
		await v.look('the checked receipt of who left');
	}

	async confirmAgain(v, link) {
		const status = await v.go(link);

		if (await v.title() !== confirm.title)
			return status;
		const pressed = await v.press(confirm.go);
		this.tap.ok([confirm.againTitle, receipt.title]
			.includes(await v.title()), 'it says that it is counted');
		return pressed;
	}

	async withoutScript(id) {
		const { tap } = this;
		const person = { ...ADA, name: 'Bea', email: 'bea@example.org' };
		const v = await this.visitor({ script: false });
		const before = await this.count(id);

		await v.go(paths.petition(id));
		tap.is(await v.press(petition.sign), 200, 'it can be signed');
		await this.sign(v, id, person);
		const link = await this.link(person);
		tap.is(await this.confirm(v, link), 200,
			'the signature is confirmed');
		await this.lookAtReceipt(v, link);
		await this.waitForCount(id, before + 1);
		await v.close();
	}

	// The same form sent twice at once, as by a double click.
	async pressedTwice(id) {
		const { tap } = this;
		const person = { ...ADA, name: 'Cyd', email: 'cyd@example.org' };
		const v = await this.visitor();
		const before = await this.count(id);

		await v.go(paths.sign(id));
		await this.fill(v, person);
		await v.press(form.go);
		const target = await v.page.locator(check.form).evaluate(
			(f) => f.action);
		const fields = await v.page.locator(check.form).evaluate((f) =>
			Object.fromEntries(new FormData(f)));
		const post = () => v.context.request.post(target, {
			form: { ...fields, stage: 'send' }, maxRedirects: 0,
			headers: { 'Origin': this.site.base,
				'Sec-Fetch-Site': 'same-origin' },
		});
		const answers = await Promise.all([post(), post()]);
		answers.push(await post());
		tap.is(answers.map((a) => a.status()).join(' '), '303 303 303',
			'each press gets the same answer');
		await this.confirm(v, await this.link(person));
		await this.waitForCount(id, before + 1);
		tap.is((await this.inbox.to(person.email)).length, 1,
			'one mail went out');
		await v.close();
	}

	async samePersonAgain(id) {
		const { tap } = this;
		const person = { ...ADA, name: 'Dot', email: 'dot@example.org' };
		const v = await this.visitor();
		const before = await this.count(id);
		const first = await this.sign(v, id, person);

		await this.confirm(v, await this.link(person));
		await this.waitForCount(id, before + 1);
		const second = await this.sign(v, id, person);
		tap.is(second, first, 'the screen says the same');
		const received = await this.inbox.wait(person.email, 2);
		tap.ok(received.subject.startsWith(mail.alreadySubject),
			'the mail says that it is signed already');
		tap.is(await this.link(person, 2), null, 'it has no link');
		tap.is(await this.count(id), before + 1, 'nothing is counted');
		await v.close();
	}

	// Two people may share a mailbox if they share a postcode.
	async oneMailbox(id, postcode, counts) {
		const { tap } = this;
		const box = `box-${counts ? 'same' : 'other'}@example.org`;
		const first = { ...ADA, name: 'Eve', email: box };
		const second = { ...first, name: 'Fay', postcode };
		const last = { ...ADA, name: 'Gil', email: `after-${box}` };
		const v = await this.visitor();
		const before = await this.count(id);

		const screen = await this.sign(v, id, first);
		await this.confirm(v, await this.link(first));
		await this.waitForCount(id, before + 1);
		tap.is(await this.sign(v, id, second), screen,
			'the screen says the same');
		// Somebody else's mail and signature come after whatever
		// becomes of the second's.
		await this.sign(v, id, last);
		const lastLink = await this.link(last);
		if (counts) {
			await this.confirm(v, await this.link(second, 2));
			tap.is(await v.title(), receipt.title,
				'the second is confirmed');
		} else if ((await this.inbox.to(box)).length > 1 &&
			await this.link(second, 2) !== null) {
			await this.confirm(v, await this.link(second, 2));
			tap.ok(await v.title() !== receipt.title,
				'the second is not confirmed');
		}
		await this.confirm(v, lastLink);
		await this.waitForCount(id, before + (counts ? 3 : 2));
		await v.close();
	}

	async wrongToken() {
		const { tap } = this;
		const v = await this.visitor();

		for (const token of ['B-AAAAAAAAAAAAAAAAAAAAAAAAAA', 'nonsense',
			'%3Cb%3E', '7'.repeat(200)]) {
			let status = await v.go(`/c/${token}`);

			if (await v.title() === confirm.title)
				status = await v.press(confirm.go);
			tap.is(status, 404, `no such token: ${token.slice(0, 9)}`);
			tap.ok(await v.has('h1'), 'a page says so');
		}
		await v.look('the page of a wrong link');
		await v.close();
	}

	async typedToken(id) {
		const { tap } = this;
		const person = { ...ADA, name: 'Hal', email: 'hal@example.org' };
		const v = await this.visitor();
		const before = await this.count(id);

		await this.sign(v, id, person);
		const { text } = await this.inbox.wait(person.email);
		const token = text.match(mail.token)[1];
		tap.is(await v.go(paths.typeToken), 200, 'a code can be typed');
		await v.look('the page to type a code');
		await v.page.locator(confirm.field).fill('nonsense');
		const status = await v.press(confirm.typeGo);
		tap.ok(status >= 400 && status < 500, 'nonsense is refused');
		if (await v.has(confirm.field)) {
			tap.is(await v.page.locator(confirm.field).inputValue(),
				'nonsense', 'what was typed stays');
		}
		await v.look('the page of a wrong code');
		await v.go(paths.typeToken);
		// As people type: small letters, blanks between.
		await v.page.locator(confirm.field).fill(
			` ${token.toLowerCase().replace(/(.{9})/g, '$1 ')} `);
		tap.is(await v.press(confirm.typeGo), 200, 'the code is known');
		tap.is(await v.title(), confirm.title, 'it asks to confirm');
		tap.is(await v.press(confirm.go), 200, 'it is confirmed');
		tap.ok(paths.receipt.test(v.page.url()), 'there is a receipt');
		await v.look('the receipt without fragment');
		await this.waitForCount(id, before + 1);
		await v.close();
	}

	async closed(id) {
		const { tap } = this;
		const v = await this.visitor();

		tap.is(await v.go(paths.petition(id)), 200, 'it can be read');
		tap.ok(!await v.has(petition.sign), 'and not be signed');
		await v.look('a closed petition');
		await v.go(paths.sign(id));
		tap.is(new URL(v.page.url()).pathname, paths.petition(id),
			'the form\u2019s address leads back to it');
		tap.ok(/closed/i.test(await v.text('.notice')), 'it says so');
		await v.close();
	}

	async nonsense(id) {
		const { tap } = this;
		const v = await this.visitor();
		const p = v.page;
		const typed = { name: '=http://spam.example/<b>"\'&',
			email: 'ada at example', postcode: 'not one \u2603' };

		await v.go(paths.sign(id));
		tap.is(await v.press(form.go), 422, 'an empty form is refused');
		for (const [name, text] of Object.entries(typed))
			await p.locator(form[name]).fill(text);
		await p.locator(form.updates).check();
		tap.is(await v.press(form.go), 422, 'nonsense is refused');
		for (const [name, text] of Object.entries(typed)) {
			tap.is(await p.locator(form[name]).inputValue(), text,
				`what was typed as ${name} stays`);
		}
		tap.ok(await p.locator(form.updates).isChecked(),
			'what was ticked stays');
		for (const name of ['eligible', ...Object.keys(typed)]) {
			const says = await p.locator(form.fieldFault(name))
				.count();

			tap.is(says, 1, `the fault stands at ${name}`);
		}
		await this.lookAtFaults(v);
		await v.look('the form with faults');
		await this.fill(v, { ...ADA, email: 'ivy@example.org' });
		tap.is(await v.press(form.go), 200, 'corrected, it is accepted');
		await v.press(check.change);
		tap.is(await p.locator(form.email).inputValue(),
			'ivy@example.org', 'it can be changed once more');
		await v.close();
	}

	// Every kind of page that only is read.
	async reading() {
		const { tap } = this;
		const v = await this.visitor();

		for (const path of ['/', '/petitions', '/petitions?state=rejected',
			'/petitions?state=not_debated', '/archived/petitions',
			'/archived/petitions/106369',
			'/archived/petitions/106369?reveal_response=yes',
			'/help', '/standards', '/privacy', '/cookies',
			'/accessibility']) {
			tap.is(await v.go(path), 200, `${path} can be read`);
			await v.look(path);
		}
		await v.close();
	}

	// The summary links to every field that is wrong.
	async lookAtFaults(v) {
		const links = v.page.locator(form.faultLinks);
		const n = await links.count();

		this.tap.ok(n >= 4, 'the summary names every fault');
		for (let i = 0; i < n; i++) {
			const to = await links.nth(i).getAttribute('href');

			await links.nth(i).click();
			const focused = await v.page.evaluate(
				() => `#${document.activeElement.id}`);
			this.tap.is(focused, to, `${to} gets the focus`);
		}
	}
}

async function journeys({ tap, site, inbox, browser }) {
	const j = new Journey(tap, site, inbox, browser);
	const { open, closed } = await findPetitions(site.base);

	tap.ok(open.length > 0 && closed.length > 0,
		`the demo has open petitions (${open}) and closed ones (${
			closed})`);
	const [id] = open;
	await tap.part('with script', () => j.withScript(id));
	await tap.part('without script', () => j.withoutScript(id));
	await tap.part('pressed twice', () => j.pressedTwice(id));
	await tap.part('same person again', () => j.samePersonAgain(id));
	await tap.part('one mailbox, one postcode',
		() => j.oneMailbox(id, ADA.postcode, true));
	await tap.part('one mailbox, two postcodes',
		() => j.oneMailbox(id, 'EC1A 1BB', false));
	await tap.part('wrong token', () => j.wrongToken());
	await tap.part('typed token', () => j.typedToken(id));
	await tap.part('closed', () => j.closed(closed[0]));
	await tap.part('reading', () => j.reading());
	await tap.part('nonsense', () => j.nonsense(id));
}

await main(journeys);
