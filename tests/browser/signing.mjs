// signing.mjs - signing in depth: every case of the form, of the mails and of
// the button, by the numbers of the acceptance list (F-103 to F-128) where
// there is one.
//
//     PETITIOND=build/petitiond node tests/browser/signing.mjs
//
// Most people here are plain requests, for there are many of them; browsers
// look at each kind of page, with and without script.  Everybody comes from an
// address of their own: the site believes X-Forwarded-For of this machine.

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Site, main, until } from './lib.mjs';
import { check, confirm, form, mail, paths, receipt, thanks }
	from './selectors.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);
const HOUR = 3600 * 1000;

const SETTINGS = {
	petition: { response_threshold: 6, debate_threshold: 7 },
	http: { trusted_proxies: '127.0.0.1' },
	limits: {
		form_seconds: 3, burst: 2, burst_s: 3600,
		blocked_addresses: '203.0.113.0/24, 2001:db8:bad::/48',
		allowed_addresses: '198.51.100.7',
		blocked_domains: 'spam.example, **.spam.example',
		allowed_domains: 'school.example',
		network: 8, network_s: 3600,
		countries: 'TV', country: 1, country_s: 3600,
		only_countries: 'GB, FR, TV',
	},
};

let lastAddress = 0;

// An address that nobody had before.
function address() {
	lastAddress++;
	return `10.${lastAddress >> 8}.${lastAddress & 255}.9`;
}

let lastPerson = 0;

function person(more = {}) {
	lastPerson++;
	return { eligible: '1', name: `Person ${String.fromCharCode(
		65 + lastPerson % 26)}`, email: `p${lastPerson}@example.org`,
		country: 'GB', postcode: 'SW1A 1AA', ...more };
}

class Signing {
	constructor({ tap, site, inbox, browser }) {
		Object.assign(this, { tap, site, inbox, browser });
		this.nextId = 800001;
	}

	// --- a petition of its own for each part ------------------------------

	async petition(attributes = {}, id = this.nextId++) {
		const doc = JSON.parse(await readFile(
			join(here, '../../samples/700001.json'), 'utf8'));
		const file = join(this.site.folder, `${id}.json`);

		doc.data.id = id;
		doc.links.self = `${this.site.base}/petitions/${id}.json`;
		Object.assign(doc.data.attributes, {
			signature_count: 1, signatures_by_country: [],
			signatures_by_constituency: [], signatures_by_region: [],
			state: 'open', closed_at: null,
			opened_at: new Date(Date.now() - 90 * 24 * HOUR)
				.toISOString(),
			...attributes });
		await writeFile(file, JSON.stringify(doc));
		await run(process.env.PETITIOND, ['import', this.site.dir,
			'--replace', file]);
		await until('the petition', () =>
			this.shown(id, doc.data.attributes.closed_at));
		return id;
	}

	// Whether the site serves the petition as it was imported last: what it
	// served before may stand for a moment more.
	async shown(id, closedAt) {
		const answer = await this.get(`/petitions/${id}.json`);

		return answer.status === 200 && new Date(closedAt) - new Date(
			(await answer.json()).data.attributes.closed_at) === 0;
	}

	close(id, hoursAgo) {
		return this.petition({ state: 'closed', closed_at: new Date(
			Date.now() - hoursAgo * HOUR).toISOString() }, id);
	}

	async count(id) {
		const answer = await this.get(`/petitions/${id}.json`);

		return (await answer.json()).data.attributes.signature_count;
	}

	async counts(id, want, what) {
		const seen = await until(`a count of ${want}`, async () => {
			const count = await this.count(id);

			return count >= want ? count : null;
		}).catch((e) => e.message);

		this.tap.is(seen, want, what);
	}

	// --- requests ----------------------------------------------------------

	get(path, options = {}) {
		return fetch(this.site.base + path,
			{ redirect: 'manual', ...options });
	}

	// As a browser sends a form, or (mailer) as a mail program's server.
	post(path, fields, { from = address(), headers = {}, mailer } = {}) {
		const browser = { 'Origin': this.site.base,
			'Sec-Fetch-Site': 'same-origin' };

		return this.get(path, { method: 'POST',
			headers: { 'Content-Type':
				'application/x-www-form-urlencoded',
			...mailer ? {} : browser,
			'X-Forwarded-For': from, ...headers },
			body: new URLSearchParams(fields) });
	}

	async hidden(path) {
		const page = await (await this.get(path)).text();

		return Object.fromEntries([...page.matchAll(
			/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
			.map((found) => [found[1], found[2]]));
	}

	// The form sent by somebody; the answer.
	async send(id, who, options = {}) {
		return this.post(paths.sign(id), { ...await this.hidden(
			options.form ?? paths.sign(id)), ...who,
		person: '1', stage: 'send' }, options);
	}

	// The screen after sending; it must be the same for everybody.
	async signs(id, who, options = {}) {
		const answer = await this.send(id, who, options);
		const to = answer.headers.get('location');

		return `${answer.status} ${to}`;
	}

	// Part addresses are mailed as they are typed, their domain in ASCII.
	async mailed(who, n = 1) {
		return this.inbox.wait(who.email, n);
	}

	async token(who, n = 1) {
		return (await this.mailed(who, n)).text.match(mail.token)[1];
	}

	// Press the button; what the page that follows is called.
	async confirms(token) {
		const answer = await this.post(`/c/${token}`, {});
		const to = answer.headers.get('location');

		if (answer.status !== 303)
			return `${answer.status}`;
		return to.replace(/\?.*/, '').replace(/\/\d+\/[\w-]{43}$/, '');
	}

	// What the receipt says of the log, as a page and as data, once it says
	// what is wanted.
	async standing(token, want) {
		const to = (await this.post(`/c/${token}`, {})).headers
			.get('location');

		return this.says(to, want);
	}

	async says(to, want) {
		const at = to.replace(/[?#].*/, '');
		const json = await until(`a receipt that is ${want}`,
			async () => {
				const answer = await this.get(`${at}.json`);
				const told = await answer.json();

				return told.state === want && told;
			});
		const page = await (await this.get(to)).text();

		return [page.match(/id="state">([^<]*)</)[1].replace(
			/ on \d+ \w+ \d+/, ' on DAY'), json];
	}

	async signsAndConfirms(id, who, options = {}) {
		await this.signs(id, who, options);
		return this.confirms(await this.token(who));
	}

	sent(id) {
		return `303 ${paths.thanks(id)}`;
	}

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

	// --- closing ---------------------------------------------------------------

	async closing() {
		const { tap } = this;
		const id = await this.petition();
		const late = person();
		const later = person();
		const filled = { ...await this.hidden(paths.sign(id)),
			...person(), person: '1', stage: 'send' };

		await this.signs(id, late);
		await this.signs(id, later);
		const tokens = [await this.token(late), await this.token(later)];
		await this.close(id, 23);
		let answer = await this.get(paths.sign(id));
		tap.is(`${answer.status} ${answer.headers.get('location')}`,
			`303 ${paths.petition(id)}`,
			'F-118 closed: the form leads to the petition');
		tap.ok(/is closed/.test(await (await this.get(
			paths.petition(id))).text()), 'F-118 which says so');
		answer = await this.post(paths.sign(id), filled);
		tap.is(`${answer.status} ${answer.headers.get('location')}`,
			`303 ${paths.petition(id)}`,
			'F-119 closed meanwhile: the same');
		tap.is(await this.confirms(tokens[0]), '/receipts',
			'F-122 confirmed within a day');
		await this.counts(id, 2, 'F-122 it counts');
		await this.close(id, 25);
		tap.is(await this.confirms(tokens[1]), paths.petition(id),
			'F-121 later: the petition');
		tap.is(await this.count(id), 2, 'F-121 nothing is counted');
		tap.is(await this.confirms(tokens[0]), '/receipts',
			'F-116 who was counted keeps the receipt');
	}

	// --- limits ---------------------------------------------------------------

	async limits() {
		const { tap } = this;
		const id = await this.petition();
		const from = '192.0.2.77';
		const set = [];
		const sign = async (who, options) => {
			tap.is(await this.signs(id, who, options), this.sent(id),
				'the screen says the same');
			const mail = await this.mailed(who);
			tap.is(await this.confirms(mail.text.match(
				/^ {4}([0-9A-Z]+-[A-Z2-7]{26})$/m)[1]),
			'/receipts', 'and so does the page after confirming');
			return mail;
		};

		set.push(await sign(person(), { from }));
		set.push(await sign(person(), { from }));
		await this.counts(id, 3, 'two of one address count');
		set.push(await sign(person(), { from }));
		await sign(person(), { from: '203.0.113.9' });
		await sign(person(), { from: '2001:db8:bad:1::5' });
		await sign(person({ email: 'a@spam.example' }));
		await sign(person({ email: 'a@b.c.spam.example' }));
		set.push(await sign(person(), { from: '192.0.2.78' }));
		await this.counts(id, 4, 'F-124 a third is set apart, and ' +
			'blocked addresses and domains are');
		for (let i = 0; i < 3; i++)
			await sign(person(), { from: '198.51.100.7' });
		await this.counts(id, 7, 'F-127 an allowed address has no limit');
		for (let i = 0; i < 3; i++) {
			await sign(person({ email: `c${i}@school.example` }),
				{ from: '192.0.2.80' });
		}
		await this.counts(id, 10, 'F-127 nor has an allowed domain');
		await sign(person({ email: 'a@notspam.example' }));
		await this.counts(id, 11, 'F-125 another domain counts');
		await this.receipts(set);
		for (const part of ['1::1', '1::2', '1:3::4'])
			await sign(person(), { from: `2001:db8:0:${part}` });
		await this.counts(id, 13, 'an IPv6 /64 is one address');
		tap.is(new Set(set.map((m) => m.subject)).size, 1,
			'the mails are of one kind');
		const verify = join(dirname(process.env.PETITIOND),
			'petition-verify');
		const told = await run(verify, [this.site.base])
			.then((done) => done.stdout, (e) => `failed ${e.stdout}`);
		tap.ok(!told.startsWith('failed'),
			'the public log says the same count');
	}

	// Of a network, of listed countries, of all countries but some.
	async wideLimits(id) {
		const { tap } = this;
		const sign = async (more, from) => {
			tap.is(await this.signsAndConfirms(id, person(more),
				{ from }), '/receipts',
			'everybody sees the same');
		};

		for (let i = 1; i <= 9; i++)
			await sign({}, `198.18.5.${i}`);
		await sign({}, '198.18.6.1');
		await this.counts(id, 10, 'eight of one network count');
		for (let i = 0; i < 2; i++)
			await sign({ country: 'TV', postcode: '' });
		await sign({ country: 'KI', postcode: '' });
		await sign({ country: 'FR', postcode: '' });
		await this.counts(id, 12, 'one of a listed country does, ' +
			'and none of one that is not among those allowed');
	}

	// Those of who was counted and of who was set apart: the log tells.
	async receipts(set) {
		const { tap } = this;
		const token = (m) => m.text.match(mail.token)[1];
		const [told, data] = await this.standing(token(set[0]),
			'counted');
		const [apart, entry] = await this.standing(token(set[2]),
			'invalidated');

		tap.ok(/^Counted as leaf [\d,]+ in the log\.$/.test(told),
			`a receipt: ${told}`);
		tap.is(data.out, null, 'nothing took it out');
		tap.ok(/^Set apart on DAY: /.test(apart), `another: ${apart}`);
		tap.is(entry.out.reason, 1, 'by a limit');
		tap.ok(entry.out.leaf > entry.leaf, 'says a later leaf');
	}

	// What is due now: a petition whose months are over closes.
	async tick() {
		const { tap } = this;
		const id = await this.petition({ closing_date: new Date(
			Date.now() - 48 * HOUR).toISOString().slice(0, 10) });
		const { stdout } = await run(process.env.PETITIOND,
			['tick', this.site.dir]);

		tap.ok(/^\d+ closed$/m.test(stdout), `tick: ${stdout.trim()}`);
		const closed = await until('closing', async () => {
			const doc = await (await this.get(
				`/petitions/${id}.json`)).json();

			return doc.data.attributes.state === 'closed' || null;
		}, 5).catch(() => false);
		tap.ok(closed, 'tick closes what is due');
		const again = await run(process.env.PETITIOND,
			['tick', this.site.dir]);
		tap.is(again.stdout.trim(), '0 closed', 'and once');
	}

	// Both thresholds in the checkpoints that reach them, and back.
	async thresholds() {
		const { tap } = this;
		const id = await this.petition({ signature_count: 5 });
		const reached = async () => {
			const doc = await (await this.get(
				`/petitions/${id}.json`)).json();
			const a = doc.data.attributes;

			return [a.response_threshold_reached_at,
				a.debate_threshold_reached_at]
				.map((at) => at === null ? '-' : 'reached')
				.join(' ');
		};
		const [ada, bea] = [person(), person()];

		tap.is(await reached(), '- -', 'no threshold is reached');
		await this.signsAndConfirms(id, ada);
		await this.counts(id, 6, 'one more signs');
		tap.is(await reached(), 'reached -', 'a response is due');
		await this.signsAndConfirms(id, bea);
		await this.counts(id, 7, 'and one more');
		tap.is(await reached(), 'reached reached', 'a debate, too');
		await this.wishes(await this.token(ada), 'withdraw');
		await this.wishes(await this.token(bea), 'withdraw');
		await until('the count to fall', async () =>
			await this.count(id) === 5 || null).catch(() => null);
		tap.is(await reached(), '- -', 'what is lost is not reached');
		await until('keeper', async () => this.destroyed() === 2 || null);
	}

	// --- leaving ----------------------------------------------------------------

	// Press a button of /s/TOKEN; where it leads.
	async wishes(token, wish) {
		const answer = await this.post(`/s/${token}/${wish}`, {});

		return answer.status === 303
			? answer.headers.get('location').split('/').pop()
			: `${answer.status}`;
	}

	// Whose data keeper has destroyed, by the server's log.
	destroyed() {
		return [...this.site.child.said.matchAll(
			/event=leavers-destroyed count=(\d+)/g)]
			.reduce((sum, found) => sum + Number(found[1]), 0);
	}

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
	await part('corrected', (id) => s.corrected(id));
	await part('no mail', (id) => s.noMail(id));
	await part('abroad', (id) => s.abroad(id));
	await all.tap.part('another country', () => s.otherCountry());
	await all.tap.part('closing', () => s.closing());
	await all.tap.part('tick', () => s.tick());
	await all.tap.part('thresholds', () => s.thresholds());
	await all.tap.part('limits', () => s.limits());
	await part('wide limits', (id) => s.wideLimits(id));
	await all.tap.part('leaving', () => s.leaving());
	await part('without script', (id) => s.withoutScript(id));
	await part('in a browser', (id) => s.inBrowser(id));
}, SETTINGS);
