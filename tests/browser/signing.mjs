// signing.mjs - signing in depth: every case of the form, of the mails and of
// the button, by the numbers of the acceptance list (F-103 to F-128) where
// there is one.
//
//     PETITIOND=build/petitiond node tests/browser/signing.mjs
//
// Most people here are plain requests, for there are many of them; browsers
// look at each kind of page, with and without script.

import { Site, main, until } from './lib.mjs';
import { check, confirm, form, mail, paths, receipt, thanks }
	from './selectors.mjs';
import { SETTINGS, Signer, person } from './signer.mjs';

class Signing extends Signer {
	// --- the form ----------------------------------------------------------

	async faults(id, more, options = {}) {
		const answer = await this.send(id, person(more), options);
		const page = await answer.text();

		return [answer.status, ...[...page.matchAll(/id="(\w+)-fault"/g)]
			.map((found) => found[1])].join(' ');
	}

	// F-115, F-106, and what is more exact than there.
	async refusals(id) {
		const { tap } = this;
		const cases = [
			[{ eligible: '' }, '422 eligible'],
			[{ name: '' }, '422 name', 'F-115'],
			[{ name: 'https://spam.example' }, '422 name', 'F-106'],
			[{ name: 'www.spam.example' }, '422 name'],
			[{ name: '=SUM(A1)' }, '422 name'],
			[{ name: 'a\u202eb' }, '422 name'],
			[{ name: 'a\u0000b' }, '400'],
			[{ name: 'x'.repeat(256) }, '422 name'],
			[{ email: '' }, '422 email', 'F-115'],
			[{ email: 'ada' }, '422 email'],
			[{ email: 'ada@@example.org' }, '422 email'],
			[{ email: 'ada@example' }, '422 email'],
			[{ email: 'a..b@example.org' }, '422 email'],
			[{ email: `${'a'.repeat(65)}@example.org` },
				'422 email'],
			[{ email: 'ada@-example.org' }, '422 email'],
			[{ email: 'ada@[192.0.2.1]' }, '422 email'],
			[{ email: 'ada@example.org\r\nBcc: all@example.org' },
				'422 email'],
			[{ country: 'ZZ' }, '422 country', 'W-21'],
			[{ country: '' , postcode: '' }, '422 postcode'],
			[{ postcode: '' }, '422 postcode', 'F-115'],
			[{ postcode: 'nowhere' }, '422 postcode'],
		];

		for (const [more, want, number = ''] of cases) {
			tap.is(await this.faults(id, more), want,
				`${number} refused: ${JSON.stringify(more)}`
					.slice(0, 70));
		}
	}

	// Names of all kinds, addresses of all kinds: mailed as they were typed.
	async accepted(id) {
		const { tap } = this;
		const sent = this.sent(id);

		for (const name of ['Zo\u00eb O\u2019Brien', "Seosamh Mac'Aoidh",
			'\u738b\u5c0f\u660e', '\u0410\u043d\u043d\u0430',
			'\u0645\u062d\u0645\u062f', 'Suharto', 'Dr: Who',
			'e\u0301ric', 'Jean-Luc da Silva e S\u00e1', '<b>Ada</b>',
			'Prinz von & zu B\u00fclow 3rd.']) {
			const who = person({ name });

			tap.is(await this.signs(id, who), sent,
				`a name is taken: ${name}`);
			const { text, html } = await this.mailed(who);
			tap.ok(text.includes(name.normalize('NFC')),
				'it stands in the mail');
			tap.ok(!html.includes('<b>Ada'), 'and is no markup');
		}
		for (const [typed, mailed] of [
			['plus+petitions@example.org'],
			['O\'Hara.{x}!#$%&*@example.org'],
			['UPPER@EXAMPLE.ORG', 'UPPER@example.org'],
			['ada@b\u00fccher.example', 'ada@xn--bcher-kva.example'],
			[`${'a'.repeat(64)}@example.org`],
		]) {
			const who = person({ email: typed });

			tap.is(await this.signs(id, who), sent,
				`an address is taken: ${typed.slice(0, 30)}`);
			const to = mailed ?? typed;
			tap.ok(await until('the mail', async () =>
				(await this.inbox.all()).find((m) =>
					m.to.some((t) => t.address === to) ||
					m.envelope.to.some((t) =>
						t.address === to)) ?? null,
			10).catch(() => false), 'its mail comes');
		}
	}

	// A field that nobody sees, and a form sent faster than anybody types.
	async doubtful(id) {
		const { tap } = this;
		const who = person();
		const fields = { ...await this.hidden(paths.sign(id)), ...who };
		const send = (more) => this.post(paths.sign(id),
			{ ...fields, ...more });

		let answer = await send({ stage: 'send' });
		tap.is(answer.status, 422, 'too fast: asked for one tick more');
		tap.ok((await answer.text()).includes('name="person"'),
			'the box is there');
		answer = await send({ website: 'https://spam.example' });
		tap.ok((await answer.text()).includes('name="person"'),
			'the unseen field filled in: the box is there');
		answer = await send({ stage: 'send', shown: 'AAAA',
			website: 'x' });
		tap.is(answer.status, 422, 'without the tick it is not sent');
		answer = await send({ stage: 'send', website: 'x', person: '1' });
		tap.is(answer.status, 303, 'with the tick it is');
		const patient = person();
		const slow = { ...await this.hidden(paths.sign(id)),
			...patient, stage: 'send' };
		await new Promise((done) => setTimeout(done, 4100));
		answer = await this.post(paths.sign(id), slow);
		tap.is(answer.status, 303, 'whoever takes time sees no box');
	}

	async strangers(id) {
		const { tap } = this;
		const fields = { ...await this.hidden(paths.sign(id)),
			...person(), person: '1', stage: 'send' };
		const send = (headers) => this.post(paths.sign(id), fields,
			{ headers });

		for (const headers of [{ Origin: 'https://evil.example' },
			{ 'Sec-Fetch-Site': 'cross-site' },
			{ 'Sec-Fetch-Site': 'same-site' }]) {
			tap.is((await send(headers)).status, 403,
				`not from another site: ${Object.keys(headers)}`);
		}
		const other = await this.petition();
		const answer = await this.post(paths.sign(other), fields);
		tap.is(answer.status, 422, 'a token is for one petition');
		const page = await (await this.get(paths.sign(id))).text();
		tap.ok(/<meta name="robots" content="noindex">/.test(page),
			'F-079 the form is for no search engine');
		tap.ok((await this.get(paths.sign(id))).headers
			.get('set-cookie') === null, 'no cookie');
	}

	// --- signing and signing again -------------------------------------------

	async plain(id) {
		const { tap } = this;
		const who = person();

		tap.is(await this.signs(id, who), this.sent(id),
			'F-103 the form is taken');
		tap.is(await this.confirms(await this.token(who)), '/receipts',
			'F-103 it is confirmed');
		await this.counts(id, 2, 'F-103 and counts');
		tap.is((await this.inbox.to(who.email)).length, 1,
			'F-103 one mail');
		tap.is(await this.confirms(await this.token(who)), '/receipts',
			'F-116 the link again: the same page');
		tap.is(await this.count(id), 2, 'F-116 and nothing changes');
		const capitals = { ...who, email: who.email.replace('p', 'P') };
		tap.is(await this.signs(id, capitals), this.sent(id),
			'F-109 the address in capitals: the screen says the same');
		const { subject, text } = await this.mailed(capitals);
		tap.ok(subject.startsWith(mail.alreadySubject),
			'F-109 the mail says that it is signed');
		tap.ok(!mail.link(this.site.base).test(text),
			'F-109 it has nothing to confirm');
		tap.is(await this.count(id), 2, 'F-109 nothing is counted');
	}

	// The form filled in with `wrong`, which is changed at the check page.
	async changes(v, id, who, wrong) {
		await v.go(paths.sign(id));
		await this.type(v, { ...who, email: wrong });
		await v.press(form.go);
		await v.press(check.change);
		await v.page.locator(form.email).fill(who.email);
		await v.press(form.go);
		await this.sendOn(v);
		return v.title();
	}

	async changedAtReview(id) {
		const { tap } = this;
		const who = person();
		const wrong = `wrong-${who.email}`;
		const v = await this.browser.visitor(tap, this.site.base,
			{ script: false });

		tap.is(await this.changes(v, id, who, wrong), thanks.title,
			'F-104 it is sent');
		tap.is(await this.confirms(await this.token(who)), '/receipts',
			'F-104 the new address is mailed');
		tap.is((await this.inbox.to(wrong)).length, 0,
			'F-104 and only that');
		await this.counts(id, 2, 'F-104 it counts');
		tap.is(await this.changes(v, id, who, `other-${who.email}`),
			thanks.title, 'F-110 changed back: the screen says the same');
		tap.ok((await this.mailed(who, 2)).subject
			.startsWith(mail.alreadySubject),
		'F-110 the mail says that it is signed');
		tap.is((await this.inbox.to(`other-${who.email}`)).length, 0,
			'F-110 the first address gets none');
		await v.close();
	}

	async again(id) {
		const { tap } = this;
		const who = person();

		await this.signs(id, who);
		await this.token(who);
		tap.is(await this.signs(id, who), this.sent(id),
			'F-112 signed again before confirming');
		tap.is(await this.confirms(await this.token(who, 2)),
			'/receipts', 'F-112 the new mail confirms');
		await this.counts(id, 2, 'F-112 it counts');
		tap.is(await this.confirms(await this.token(who, 1)), '200',
			'F-112 the old one says that it is counted');
		const alias = person();
		const plus = { ...alias,
			email: alias.email.replace('@', '+news@') };
		await this.signs(id, plus);
		await this.token(plus);
		await this.signs(id, alias);
		tap.is(await this.confirms(await this.token(alias)),
			'/receipts', 'F-113 an alias of an unconfirmed address');
		await this.counts(id, 3, 'F-113 counts once');
		tap.is(await this.confirms(await this.token(plus)), '200',
			'F-113 the first mail changes nothing');
		tap.is(await this.count(id), 3, 'F-113 still once');
	}

	// Whoever types somebody's address again and again sends few mails.
	async often(id) {
		const { tap } = this;
		const who = person();
		const last = person();
		const seen = new Set();

		for (let i = 0; i < 7; i++)
			seen.add(await this.signs(id, who));
		tap.is([...seen].join(), this.sent(id),
			'signed seven times: the screen says the same');
		await this.signs(id, last);
		await this.mailed(last);
		tap.is((await this.inbox.to(who.email)).length, 5,
			'the mailbox gets five mails');
		tap.is(await this.confirms(await this.token(who, 5)),
			'/receipts', 'the last of them confirms');
		await this.counts(id, 2, 'it counts once');
	}

	// F-080, F-082, F-083
	async household(id) {
		const { tap } = this;
		const suzie = person({ name: 'Suzie' });
		const sam = { ...suzie, name: 'Sam' };
		const far = { ...suzie, name: 'Far', postcode: 'EC1A 1BB' };
		const third = { ...suzie, name: 'Third' };

		await this.signsAndConfirms(id, suzie);
		await this.counts(id, 2, 'one of a household');
		await this.signs(id, far);
		tap.ok((await this.mailed(far, 2)).subject
			.startsWith(mail.alreadySubject),
		'F-082 another postcode: the mail says that it is signed');
		await this.signs(id, sam);
		tap.is(await this.confirms(await this.token(sam, 3)),
			'/receipts', 'F-080 another name, the same postcode');
		await this.counts(id, 3, 'F-080 counts');
		await this.signs(id, third);
		tap.ok((await this.mailed(third, 4)).subject
			.startsWith(mail.alreadySubject), 'F-083 a third does not');
	}

	// Slots are counted, so a link with another code must not tell what its
	// slot is for, pending or counted, open or closed.
	async guesses(id) {
		const { tap } = this;
		const tokens = [];
		const title = (await (await this.get(`/petitions/${id}.json`))
			.json()).data.attributes.action;

		for (const who of [person(), person()]) {
			await this.signs(id, who);
			tokens.push(await this.token(who));
		}
		await this.confirms(tokens[1]);
		for (const closed of [false, true]) {
			if (closed)
				await this.close(id, 25);
			for (const token of tokens)
				await this.guessed(token, title,
					closed ? 'closed' : 'open');
		}
		tap.is((await this.get(`/s/${tokens[0]}`)).status, 200,
			'the right code shows it');
	}

	async guessed(token, title, when) {
		const guess = token.slice(0, -26) +
			[...token.slice(-26)].reverse().join('');

		for (const path of [`/c/${guess}`, `/c/${guess}/correct`,
			`/s/${guess}`, `/s/${guess}/withdraw`,
			`/s/${guess}/data`]) {
			const answer = await this.get(path);
			const page = await answer.text();

			this.tap.ok(answer.status === 404 &&
				!page.includes(title) &&
				answer.headers.get('location') === null,
			`${when}: a guess at ${path.replace(guess, 'CODE')}`);
		}
		this.tap.is(await this.confirms(guess), '404',
			`${when}: a guess and the button`);
	}

	async corrected(id) {
		const { tap } = this;
		const who = person({ name: 'Misspelt' });

		await this.signs(id, who);
		const token = await this.token(who);
		const page = await (await this.get(`/c/${token}`)).text();
		tap.ok(page.includes(`href="/c/${token}/correct"`),
			'the page behind the link offers to correct');
		const right = { ...who, name: 'Spelt Right' };
		tap.is(await this.signs(id, right,
			{ form: `/c/${token}/correct` }), this.sent(id),
		'a corrected form is taken');
		tap.ok((await this.mailed(right, 2)).text
			.includes('Spelt Right'), 'the new mail has the new name');
		tap.is(await this.confirms(await this.token(right, 2)),
			'/receipts', 'and is confirmed');
		await this.counts(id, 2, 'it counts once');
		tap.is(await this.confirms(token), '200',
			'the old link says that it is counted');
		const v = await this.browser.visitor(tap, this.site.base);
		const other = person();
		await this.signs(id, other);
		await v.go(`/c/${await this.token(other)}`);
		await v.press('a[href$="/correct"]');
		tap.is(await v.title(), 'Correct your signature',
			'there is a form to correct');
		await v.look('the form to correct');
		await v.close();
	}

	async noMail(id) {
		for (const script of [true, false])
			await this.noMailIn(id, script);
	}

	async noMailIn(id, script) {
		const { tap } = this;
		const who = person();
		const v = await this.browser.visitor(tap, this.site.base,
			{ script });

		await v.go(paths.thanks(id));
		await v.press('a[href$="/no-email"]');
		tap.is(await v.title(), 'I did not get an email',
			'somebody got no mail');
		await v.look('the form again');
		await this.type(v, who);
		await v.press(form.go);
		await this.sendOn(v);
		tap.is(await v.title(), thanks.title, 'it is sent again');
		tap.ok(await this.mailed(who), 'and a mail comes');
		await v.close();
	}

	// F-128, and without script the field stays.
	async abroad(id) {
		const { tap } = this;

		for (const script of [true, false]) {
			const who = person({ country: 'FR', postcode: '' });
			const v = await this.browser.visitor(tap,
				this.site.base, { script });

			await v.go(paths.sign(id));
			await v.page.locator(form.eligible).check();
			await v.page.locator(form.name).fill(who.name);
			await v.page.locator(form.email).fill(who.email);
			await v.page.locator(form.country).selectOption('FR');
			tap.is(await v.page.locator(form.postcode).isVisible(),
				!script, 'F-128 no postcode is asked for abroad');
			await v.press(form.go);
			await this.sendOn(v);
			tap.is(await v.title(), thanks.title, 'F-128 it is sent');
			tap.is(await this.confirms(await this.token(who)),
				'/receipts', 'F-128 and confirmed');
			await v.close();
		}
		await this.counts(id, 3, 'F-128 they count');
		const strange = person({ postcode: 'ZZ99 9ZZ' });
		tap.is(await this.signsAndConfirms(id, strange), '/receipts',
			'F-107 a postcode that nobody knows loses nobody');
		await this.counts(id, 4, 'F-107 it counts');
	}

	// A site of another country asks for postcodes there and nowhere else.
	async otherCountry() {
		const { tap } = this;
		const site = await Site.open(this.inbox,
			{ site: { country: 'FR' },
				petition: { eligible: 'I live in France' } });
		const who = person({ postcode: '75001' });
		const v = await this.browser.visitor(tap, site.base);
		const shown = () => v.page.locator(form.postcode).isVisible();

		await v.go(paths.sign(700001));
		tap.is(await v.page.locator(form.country).inputValue(), 'FR',
			'the form begins with the site\u2019s own country');
		tap.ok(await shown(), 'and asks for a postcode there');
		await v.page.locator(form.country).selectOption('GB');
		tap.ok(!await shown(), 'and not elsewhere');
		await v.press(form.go);
		tap.ok(!/British|UK\b/.test(await v.text(form.faults)),
			'nobody is told to be British');
		await v.page.locator(form.country).selectOption('FR');
		await this.type(v, who);
		await v.press(form.go);
		await this.sendOn(v);
		tap.is(await v.title(), thanks.title, 'it is sent');
		tap.ok(await this.mailed(who), 'and a mail comes');
		await v.close();
		await site.close();
	}

	// --- leaving ----------------------------------------------------------------

	async leaving() {
		const { tap } = this;
		const before = this.destroyed();
		const id = await this.petition();
		const people = [...Array(6)].map(() => person({ updates: '1' }));
		const tokens = [];

		for (const who of people) {
			await this.signs(id, who);
			tokens.push(await this.token(who));
		}
		const [ada, , cyd] = people;
		for (const token of tokens.slice(0, 5))
			await this.confirms(token);
		await this.counts(id, 6, 'five have signed');
		const link = (await this.mailed(ada)).text.match(/^http\S+\/s\/\S+$/m);
		tap.ok(link, 'the mail has a link to leave');
		for (const wish of ['withdraw', 'updates', 'erase', 'data']) {
			const page = await this.get(`/s/${tokens[0]}/${wish}`);
			tap.is(page.status, 200, `${wish}: a page with a button`);
		}
		tap.is(await this.count(id), 6, 'W-17 looking changes nothing');
		tap.is(await this.wishes(tokens[0].replace(/.$/, (c) =>
			c === 'A' ? 'B' : 'A'), 'withdraw'), '404',
		'a wrong token does nothing');
		tap.is(await this.wishes(tokens[0], 'updates'), 'stopped',
			'updates are stopped');
		tap.is(await this.wishes(tokens[0], 'updates'), 'stopped',
			'and again');
		tap.is(await this.wishes(tokens[0], 'data'), 'asked',
			'somebody asks what is held');
		const [, kept] = await this.standing(tokens[0], 'counted');
		tap.is(await this.wishes(tokens[0], 'withdraw'), 'withdrawn',
			'one withdraws');
		tap.is(await this.wishes(tokens[1], 'erase'), 'withdrawn',
			'one has all erased, which withdraws');
		await until('the count to fall', async () =>
			await this.count(id) === 4 || null).catch(() => null);
		tap.is(await this.count(id), 4, 'the count falls');
		const at = `/receipts/${kept.slot}/${kept.commitment}`;
		const [told, gone] = await this.says(at, 'withdrawn');
		tap.is(told, 'Withdrawn on DAY.', 'the receipt says so');
		tap.is(gone.leaf, kept.leaf, 'it still names its leaf');
		await until('keeper', async () =>
			this.destroyed() === before + 2 || null);
		tap.ok(true, 'keeper has destroyed what they left');
		tap.is(await this.wishes(tokens[0], 'withdraw'), 'done',
			'withdrawn is withdrawn');
		tap.is(await this.wishes(tokens[5], 'withdraw'), 'deleted',
			'what was never confirmed is deleted');
		tap.is(await this.confirms(tokens[5]), '404',
			'and cannot be confirmed');
		// Signing again: the mail that says so is another way out.
		await this.signs(id, cyd);
		tap.ok((await this.mailed(cyd, 2)).subject
			.startsWith(mail.alreadySubject), 'signed already');
		const second = (await this.mailed(cyd, 2)).text
			.match(/\/s\/(\S+)$/m)[1];
		tap.is(await this.wishes(second, 'withdraw'), 'withdrawn',
			'the mail that says so is a way out');
		await until('the count to fall', async () =>
			await this.count(id) === 3 || null).catch(() => null);
		tap.is(await this.count(id), 3, 'the count falls');
		tap.is(await this.signsAndConfirmsAgain(id, ada, 2),
			'/receipts', 'who left may sign again');
		await this.counts(id, 4, 'and counts');
		await this.close(id, 1);
		tap.is(await this.wishes(tokens[3], 'withdraw'), 'erased',
			'after closing data dies');
		await until('keeper', async () =>
			this.destroyed() === before + 4 || null);
		tap.is(await this.count(id), 4, 'and the signature counts on');
		tap.is(await this.wishes(tokens[4], 'updates'), 'stopped',
			'updates can be stopped after closing');
		const one = await this.post(`/s/${tokens[4]}/updates`,
			{ 'List-Unsubscribe': 'One-Click' },
			{ mailer: true });
		tap.is(one.status, 303, 'in one click, too (RFC 8058)');
		const v = await this.browser.visitor(tap, this.site.base);
		await v.go(at);
		tap.is(await v.title(), 'Your signature is withdrawn',
			'and is called so');
		await v.look('the receipt of who left');
		await v.go(`/s/${tokens[4]}`);
		await v.look('the ways to leave');
		await v.press('a[href$="/erase"]');
		await v.look('the page before erasing');
		tap.is(await v.press('main form button'), 200, 'erased');
		await v.look('the page after it');
		tap.ok(!v.page.url().includes(tokens[4]),
			'its address holds no token');
		await v.close();
	}

	async signsAndConfirmsAgain(id, who, n) {
		await this.signs(id, who);
		return this.confirms(await this.token(who, n));
	}

	// --- with browsers ---------------------------------------------------------

	async type(v, who) {
		await v.page.locator(form.eligible).check();
		await v.page.locator(form.name).fill(who.name);
		await v.page.locator(form.email).fill(who.email);
		await v.page.locator(form.postcode).fill(who.postcode);
	}

	// A program is faster than the site believes people to be: unless this
	// machine is slow today, it ticks a box.
	async sendOn(v) {
		let status = await v.press(check.send);

		if (await v.has('#person')) {
			await v.page.locator('#person').check();
			status = await v.press(check.send);
		}
		return status;
	}

	// Mistakes, a correction, the code, a way out: no script is needed.
	async withoutScript(id) {
		const { tap } = this;
		const who = person();
		const right = { ...who, name: 'Spelt Right' };
		const v = await this.browser.visitor(tap, this.site.base,
			{ script: false });

		await v.go(paths.sign(id));
		tap.is(await v.press(form.go), 422, 'without script: mistakes');
		await v.page.locator(form.faultLinks).first().click();
		tap.ok(v.page.url().endsWith('#eligible'),
			'are led to from the top of the page');
		await this.type(v, who);
		await v.press(form.go);
		await this.sendOn(v);
		await v.go(`/c/${await this.token(who)}`);
		await v.press('a[href$="/correct"]');
		await this.type(v, right);
		await v.press(form.go);
		await this.sendOn(v);
		const token = await this.token(right, 2);
		await v.go(paths.typeToken);
		await v.page.locator(confirm.field).fill('nonsense');
		tap.is(await v.press(confirm.typeGo), 422,
			'without script: a wrong code');
		await v.page.locator(confirm.field).fill(token);
		await v.press(confirm.typeGo);
		tap.is(await v.press(confirm.go), 200, 'the right one');
		tap.is(await v.title(), receipt.title, 'leads to the receipt');
		await this.counts(id, 2, 'and the signature counts');
		await this.leavesWithoutScript(v, token);
		await v.close();
	}

	async leavesWithoutScript(v, token) {
		for (const [wish, title] of [['updates', 'Updates are stopped'],
			['data', 'We have your request'],
			['withdraw', 'Your signature is withdrawn']]) {
			await v.go(`/s/${token}`);
			await v.press(`a[href$="/${wish}"]`);
			await v.press('main form button');
			this.tap.is(await v.title(), title,
				`without script: ${wish}`);
		}
	}

	async inBrowser(id) {
		const { tap } = this;

		for (const script of [true, false]) {
			const who = person({ name: 'Ng\u0169g\u0129 \u65e5\u672c' });
			const v = await this.browser.visitor(tap,
				this.site.base, { script });

			await v.go(paths.sign(id));
			await this.type(v, who);
			await v.press(form.go);
			await v.look('the check page');
			tap.is(await this.sendOn(v), 200, 'it is sent');
			tap.is(await v.title(), thanks.title, 'look for the mail');
			const { text } = await this.mailed(who);
			const link = text.match(mail.link(this.site.base))[0];
			await v.go(link);
			tap.is(await v.title(), confirm.title, 'the button');
			await v.look('the page of the button');
			tap.is(await v.press(confirm.go), 200, 'is pressed');
			tap.is(await v.title(), receipt.title, 'it is confirmed');
			await v.look('the page after confirming');
			await v.close();
		}
	}
}

main(async (all) => {
	const s = new Signing(all);
	const part = (name, body) => all.tap.part(name,
		async () => body(await s.petition()));

	await part('refused', (id) => s.refusals(id));
	await part('accepted', (id) => s.accepted(id));
	await part('doubtful', (id) => s.doubtful(id));
	await part('strangers', (id) => s.strangers(id));
	await part('plain', (id) => s.plain(id));
	await part('changed at review', (id) => s.changedAtReview(id));
	await part('again', (id) => s.again(id));
	await part('often', (id) => s.often(id));
	await part('household', (id) => s.household(id));
	await part('guesses', (id) => s.guesses(id));
	await part('corrected', (id) => s.corrected(id));
	await part('no mail', (id) => s.noMail(id));
	await part('abroad', (id) => s.abroad(id));
	await all.tap.part('another country', () => s.otherCountry());
	await all.tap.part('leaving', () => s.leaving());
	await part('without script', (id) => s.withoutScript(id));
	await part('in a browser', (id) => s.inBrowser(id));
}, SETTINGS);
