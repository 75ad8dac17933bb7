// lib.mjs - a demo site, its mailbox and a browser, for journeys across them.
//
// Everything is started on free ports of this machine, in a folder of its own
// below the system's temporary one, and ended and removed by close(), whatever
// happened.  The server comes from the environment:
//
//     PETITIOND   the program (petitiond)
//     CHROMIUM    the browser (/usr/bin/chromium)
//     KEEP=yes    keep the folder, to look at
//
// A file of journeys is a function of what it needs, handed to main:
//
//     import { main } from './lib.mjs';
//
//     await main(async ({ tap, site, inbox, browser }) => {
//     	await tap.part('home', async () => {
//     		const v = await browser.visitor(tap, site.base);
//
//     		tap.is(await v.go('/'), 200, 'the home page is there');
//     		await v.look('home');
//     		await v.close();
//     	});
//     });
//
// and a name in this folder's meson.build.

import { spawn, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// TAP, as the small C programs of src/ print it.
export class Tap {
	run = 0;
	failed = 0;

	ok(good, what) {
		this.run++;
		this.failed += good ? 0 : 1;
		console.log(`${good ? '' : 'not '}ok ${this.run} - ${what}`);
		return Boolean(good);
	}

	is(got, want, what) {
		if (!this.ok(got === want, what)) {
			console.log(`#  got ${JSON.stringify(got)}`);
			console.log(`# want ${JSON.stringify(want)}`);
		}
	}

	// What a test needs and lacks stops the test, not the others.
	async part(name, body) {
		console.log(`# ${name}`);
		try {
			await body();
		} catch (e) {
			this.ok(false, `${name}: ${e.message.split('\n')[0]}`);
			console.log(e.stack.replace(/^/gm, '# '));
		}
	}

	done() {
		console.log(`1..${this.run}`);
		return this.failed === 0 ? 0 : 1;
	}
}

// Why the journeys cannot run here, or null.
export function missing() {
	const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

	if (!process.env.PETITIOND)
		return 'PETITIOND does not name the program';
	if (!existsSync(process.env.PETITIOND))
		return `no ${process.env.PETITIOND}`;
	if (!existsSync(chromium))
		return `no ${chromium}: run tools/setup.sh test`;
	for (const module of ['tests/browser/node_modules/playwright-core',
		'tests/browser/node_modules/html-validate',
		'tools/inbox/node_modules/maildev']) {
		if (!existsSync(join(here, '../..', module)))
			return `no ${module}: run tools/setup.sh test`;
	}
	return null;
}

// Ask until the answer is neither false nor null; what names it in the error.
export async function until(what, ask, seconds = 30) {
	const end = Date.now() + seconds * 1000;

	for (;;) {
		const answer = await ask();

		if (answer !== false && answer !== null)
			return answer;
		if (Date.now() > end)
			throw new Error(`waited ${seconds} s for ${what}`);
		await sleep(100);
	}
}

async function freePort() {
	const server = createServer();

	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address();
	await new Promise((done) => server.close(done));
	return port;
}

// A process of ours: what it said, and its end.
class Child {
	said = '';
	ended = false;

	constructor(program, args, options = {}) {
		this.process = spawn(program, args, {
			stdio: ['ignore', 'pipe', 'pipe'], ...options });
		for (const stream of [this.process.stdout, this.process.stderr])
			stream.on('data', (text) => { this.said += text; });
		this.end = new Promise((done) => {
			const ended = () => { this.ended = true; done(); };
			this.process.on('exit', ended);
			this.process.on('error', (e) => {
				this.said += e.message;
				ended();
			});
		});
	}

	async stop(signal = 'SIGTERM') {
		if (!this.ended)
			this.process.kill(signal);
		const late = setTimeout(() => this.process.kill('SIGKILL'),
			10000);
		await this.end;
		clearTimeout(late);
	}
}

// The mailbox: tools/inbox on free ports, read through maildev's interface.
export class Inbox {
	static async open() {
		const inbox = new Inbox();

		inbox.smtp = await freePort();
		inbox.web = await freePort();
		inbox.child = new Child(join(here, '../../tools/inbox/start'),
			[String(inbox.smtp), String(inbox.web)]);
		await until('the mailbox', async () => {
			if (inbox.child.ended)
				throw new Error(`mailbox: ${inbox.child.said}`);
			return inbox.all().then(() => true, () => false);
		});
		return inbox;
	}

	async all() {
		const answer = await fetch(
			`http://127.0.0.1:${this.web}/email`);

		if (!answer.ok)
			throw new Error(`the mailbox says ${answer.status}`);
		return answer.json();
	}

	// The mails to an address, oldest first.
	async to(address) {
		return (await this.all()).filter((mail) =>
			mail.envelope.to.some((to) => to.address === address));
	}

	// The mail number n (from 1) to an address.
	async wait(address, n = 1) {
		return until(`mail ${n} to ${address}`, async () =>
			(await this.to(address))[n - 1] ?? null);
	}

	async close() {
		await this.child.stop();
	}
}

// Set key in [section] of an INI text.
function withSetting(text, section, key, value) {
	const lines = text.split('\n');
	const head = lines.findIndex((l) => l.trim() === `[${section}]`);

	if (head < 0)
		return `${text}\n[${section}]\n${key} = ${value}\n`;
	for (let i = head + 1; i < lines.length; i++) {
		if (lines[i].startsWith('['))
			break;
		if (lines[i].split('=')[0].trim() === key) {
			lines[i] = `${key} = ${value}`;
			return lines.join('\n');
		}
	}
	lines.splice(head + 1, 0, `${key} = ${value}`);
	return lines.join('\n');
}

// A demo site, served.  settings: {section: {key: value}}, over those that
// make it quick (a checkpoint a second, no waiting for company).
export class Site {
	static async open(inbox, settings = {}) {
		const site = new Site();

		site.folder = await mkdtemp(join(tmpdir(), 'petitiond-'));
		site.dir = join(site.folder, 'site');
		site.port = await freePort();
		site.base = `http://127.0.0.1:${site.port}`;
		try {
			await site.init(inbox, settings);
			await site.serve();
		} catch (e) {
			await site.close();
			throw e;
		}
		return site;
	}

	async init(inbox, settings) {
		const file = join(this.dir, 'petitiond.conf');
		const all = {
			site: { base_url: this.base },
			mail: { relay: `smtp://127.0.0.1:${inbox.smtp}` },
			log: { checkpoint_s: 1, ripe_count: 1, ripe_s: 1 },
			...settings,
		};

		await run(process.env.PETITIOND, ['init', this.dir, '--demo']);
		let text = await readFile(file, 'utf8');
		for (const [section, keys] of Object.entries(all)) {
			for (const [key, value] of Object.entries(keys))
				text = withSetting(text, section, key, value);
		}
		await writeFile(file, text);
	}

	// Start, or start again: until it says that it listens and is healthy.
	async serve() {
		this.child = new Child(process.env.PETITIOND, ['serve',
			this.dir, '--listen', `127.0.0.1:${this.port}`]);
		await until('the server', async () => {
			if (this.child.ended)
				throw new Error(`petitiond: ${this.child.said}`);
			if (!/event=listening/.test(this.child.said))
				return false;
			return fetch(`${this.base}/healthz`)
				.then((answer) => answer.ok, () => false);
		});
	}

	async close() {
		await this.child?.stop();
		if (process.env.KEEP === 'yes')
			console.log(`# kept ${this.folder}`);
		else
			await rm(this.folder, { recursive: true, force: true });
	}
}

export class Browser {
	static async open() {
		const { chromium } = await import('playwright-core');
		const browser = new Browser();

		browser.axe = await readFile(
			join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
		browser.chromium = await chromium.launch({
			executablePath: process.env.CHROMIUM ??
				'/usr/bin/chromium',
			args: ['--headless', '--no-sandbox', '--disable-gpu',
				'--disable-quic', '--no-first-run',
				'--disable-background-networking',
				'--disable-component-update', '--disable-sync'],
		});
		return browser;
	}

	// A person with a fresh browser.
	async visitor(tap, base, { script = true } = {}) {
		const context = await this.chromium.newContext({
			baseURL: base, javaScriptEnabled: script });

		return new Visitor(this, tap, base, script, context,
			await context.newPage());
	}

	async close() {
		await this.chromium.close();
	}
}

// One person's browser: remembers everything that went wrong in it.
export class Visitor {
	troubles = [];

	constructor(browser, tap, base, script, context, page) {
		Object.assign(this,
			{ browser, tap, base, script, context, page });
		page.setDefaultTimeout(15000);
		page.on('pageerror', (e) => this.troubles.push(e.message));
		page.on('console', (message) => this.hear(message));
		context.on('request', (request) => {
			const url = request.url();

			if (!url.startsWith(`${base}/`) &&
				!/^(data|blob):/.test(url))
				this.troubles.push(`asked elsewhere: ${url}`);
		});
	}

	// Chromium tells of every status above 399 in the console, as of a page
	// that is about a mistake: no trouble, if it is the page itself.
	hear(message) {
		const at = message.location().url.split('#')[0];

		if (message.type() !== 'error' && message.type() !== 'warning')
			return;
		if (/^Failed to load resource/.test(message.text()) &&
			at === this.page.url().split('#')[0])
			return;
		this.troubles.push(`${message.text()} (${at})`);
	}

	// Go somewhere; the answer's status.  By way of an empty page, because
	// from an address to the same one with another fragment is no journey.
	async go(path) {
		await this.page.goto('about:blank');
		return (await this.page.goto(path)).status();
	}

	// Press something that leads to another page; the answer's status, of
	// the last answer if there were redirects.
	async press(selector) {
		const answered = this.page.waitForResponse((answer) =>
			answer.request().isNavigationRequest() &&
			(answer.status() < 300 || answer.status() > 399));

		await this.page.locator(selector).first().click();
		const status = (await answered).status();
		await this.page.waitForLoadState('load');
		return status;
	}

	async title() {
		return (await this.page.locator('h1').first().innerText())
			.trim();
	}

	async text(selector) {
		return (await this.page.locator(selector).first().innerText())
			.trim();
	}

	async has(selector) {
		return await this.page.locator(selector).count() > 0;
	}

	// The page as it is, in a narrow and a wide window: accessible, not
	// wider than the window, and without anything in the console.
	async look(what) {
		if (this.script) {
			for (const width of [360, 1280]) {
				await this.page.setViewportSize(
					{ width, height: 800 });
				await this.lookAt(`${what} at ${width} px`);
			}
		}
		this.tap.is(this.troubles.join('; '), '',
			`${what}: nothing in the console`);
		this.troubles = [];
	}

	async lookAt(what) {
		const wider = await this.page.evaluate(() =>
			document.documentElement.scrollWidth >
			document.documentElement.clientWidth);

		this.tap.ok(!wider, `${what}: no sideways scrolling`);
		// Through the debugger, so that the page's own policy on
		// scripts stays as it is.
		await this.page.evaluate(this.browser.axe);
		const { violations } = await this.page.evaluate(() =>
			globalThis.axe.run(document,
				{ resultTypes: ['violations'] }));
		const told = violations.map((v) => `${v.id}: ${
			v.nodes.map((n) => n.target.join(' ')).join(', ')}`);

		this.tap.is(told.join('; '), '', `${what}: axe is content`);
	}

	async close() {
		await this.context.close();
	}
}

// Run journeys: a mailbox, a demo site with settings (as Site.open takes them)
// and a browser are there for them, and are gone afterwards.  Prints TAP, one
// line that says why if something is missing here; sets the exit status.
export async function main(journeys, settings = {}) {
	const why = missing();
	const tap = new Tap();
	const opened = [];
	const open = async (thing) => {
		opened.push(await thing);
		return thing;
	};

	if (why !== null) {
		console.log(`1..0 # SKIP ${why}`);
		return;
	}
	try {
		const inbox = await open(Inbox.open());
		const site = await open(Site.open(inbox, settings));
		const browser = await open(Browser.open());

		await journeys({ tap, site, inbox, browser });
	} catch (e) {
		tap.ok(false, e.message);
		console.log(e.stack.replace(/^/gm, '# '));
	}
	for (const thing of opened.reverse())
		await thing.close();
	process.exitCode = tap.done();
}
