// signer.mjs - what the tests of signing share: petitions of their own, people,
// requests as a browser sends them, and the mails that come of it.
//
// Everybody comes from an address of their own: the site believes
// X-Forwarded-For of this machine.

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { until } from './lib.mjs';
import { mail, paths } from './selectors.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

export const run = promisify(execFile);
export const HOUR = 3600 * 1000;


export const SETTINGS = {
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

export function person(more = {}) {
	lastPerson++;
	return { eligible: '1', name: `Person ${String.fromCharCode(
		65 + lastPerson % 26)}`, email: `p${lastPerson}@example.org`,
		country: 'GB', postcode: 'SW1A 1AA', ...more };
}

// Somebody who signs, on a site with SETTINGS.
export class Signer {
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

	// --- afterwards --------------------------------------------------------

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
}
