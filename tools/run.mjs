// run.mjs - a demo site on this machine: what `make run` starts.
//
//     node tools/run.mjs BUILD SITE [LISTEN] [DATA]
//
// BUILD   the build directory with petitiond in it
// SITE    the site's folder; made and filled with samples if it is not there
// LISTEN  ADDRESS:PORT (127.0.0.1:8080, or what an existing SITE was made for)
// DATA    a folder of real documents (petitions/, lists/), taken into SITE once
//
// Starts the mailbox (tools/inbox) and petitiond, says where to look, and ends
// both, in order, at Ctrl-C.  They run in sessions of their own so that the
// terminal's interrupt reaches this process alone.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync,
	writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [build, site, listenAsked = '', data = ''] = process.argv.slice(2);
const petitiond = join(build, 'src/cmd/petitiond');
const conf = join(site ?? '', 'petitiond.conf');
const children = [];
let stopping = false;

function fail(text) {
	console.error(`run: ${text}`);
	process.exit(1);
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function isFree(host, port) {
	return new Promise((done) => {
		const server = createServer();

		server.once('error', () => done(false));
		server.listen({ host, port, exclusive: true },
			() => server.close(() => done(true)));
	});
}

async function freePort(first) {
	for (let port = first; port < first + 100; port++) {
		if (await isFree('127.0.0.1', port))
			return port;
	}
	return fail(`no port from ${first} to ${first + 99} is free`);
}

// ADDRESS:PORT or [ADDRESS]:PORT in two parts.
function splitAddress(text) {
	const found = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text);

	if (found === null || Number(found[3]) > 65535)
		fail(`LISTEN=${text} is not ADDRESS:PORT, e.g. 127.0.0.1:8081`);
	return { host: found[1] ?? found[2], port: Number(found[3]) };
}

// Where a browser on this machine finds what listens there.
function urlOf({ host, port }) {
	if (host === '0.0.0.0' || host === '::')
		return `http://127.0.0.1:${port}`;
	return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function setting(text, key) {
	return new RegExp(`^${key} *= *(.*)$`, 'm').exec(text)?.[1].trim();
}

function withSetting(text, key, value) {
	return text.replace(new RegExp(`^${key} *=.*$`, 'm'),
		() => `${key} = ${value}`);
}

// Make SITE unless it is there.  Links in mails lead to base_url and the log
// is named after it, so a site stays where it was made.
function makeSite(listen) {
	const url = urlOf(splitAddress(listen));

	if (!existsSync(site)) {
		execFileSync(petitiond, ['init', site, '--demo', '--base-url',
			url], { stdio: 'inherit' });
		console.log();
		return;
	}
	const made = setting(readFileSync(conf, 'utf8'), 'base_url');
	if (made !== url) {
		fail(`${site} was made for ${made}, and the links in its mails ` +
			`lead there: leave LISTEN out, or add SITE=another`);
	}
}

// The files of a folder of DATA, by name; none if it is not there.
function filesIn(folder) {
	const path = join(data, folder);

	return existsSync(path) ? readdirSync(path).sort()
		.filter((name) => name.endsWith('.json'))
		.map((name) => join(path, name)) : [];
}

function petitiondDoes(what, ...args) {
	console.log(`run: ${what}`);
	execFileSync(petitiond, args, { stdio: 'inherit' });
}

// What the institution lists: DATA/lists, as tests/reading loads it.
function loadLists() {
	for (const [kind, ...names] of [
		['periods', 'periods.csv'],
		['departments', 'departments.json'],
		['topics', 'topics.json'],
		['regions', 'regions.csv'],
		['areas', 'constituency-region-2024.csv',
			'constituencies-2024-mp.csv'],
		['countries', 'countries.csv']]) {
		const files = names.map((name) => join(data, 'lists', name))
			.filter((path) => existsSync(path));

		if (files.length > 0)
			petitiondDoes(`loading ${kind}`, 'load', site, kind,
				...files);
	}
}

// An element of a list says nothing of other parliamentary business, so that
// of our own sample of the same number stays with it.
function withBusiness(path) {
	const element = JSON.parse(readFileSync(path, 'utf8'));
	const sample = join(root, 'samples', `${element.id}.json`);
	const business = 'other_parliamentary_business';

	if (existsSync(sample)) {
		element.attributes[business] ??= JSON.parse(
			readFileSync(sample, 'utf8')).data.attributes[business];
	}
	return JSON.stringify(element);
}

function importArchived() {
	const files = filesIn('petitions/archived-index');
	const folder = mkdtempSync(join(tmpdir(), 'petitiond-run-'));

	try {
		const made = files.map((path) => {
			const copy = join(folder, basename(path));

			writeFileSync(copy, withBusiness(path));
			return copy;
		});
		if (made.length > 0) {
			petitiondDoes(`importing ${made.length} archived ` +
				'petitions', 'import', site, '--replace',
			'--period', '2015-2017', ...made);
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
}

// Of one petition at several moments the newest.
function newestOf(folder) {
	return filesIn(folder).slice(-1);
}

function importOnce() {
	const mark = join(site, 'imported-data');
	const full = filesIn('petitions/full');
	const files = [...full, ...newestOf('petitions/241584'),
		...newestOf('petitions/722903')];

	if (existsSync(mark))
		return;
	if (full.length === 0)
		fail(`DATA=${data} has no petitions/full: name a folder that has`);
	loadLists();
	petitiondDoes(`importing ${files.length} petitions`, 'import', site,
		'--replace', ...files);
	importArchived();
	writeFileSync(mark, 'tools/run.mjs has imported petitions here.\n');
}

function start(name, program, args) {
	const child = spawn(program, args,
		{ stdio: ['ignore', 'inherit', 'inherit'], detached: true });

	child.ended = new Promise((done) => {
		child.on('error', (e) => done(e.message));
		child.on('exit', (code, signal) => done(signal ?? `status ${code}`));
	});
	child.ended.then((how) => {
		child.gone = true;
		if (!stopping)
			stop(1, `${name} ended by itself (${how})`);
	});
	children.push(child);
	return child;
}

// The last started first: petitiond may still be handing over mail.
async function stop(status, why) {
	if (stopping)
		return;
	stopping = true;
	console.log(why === undefined ? '\nrun: stopping' : `run: ${why}`);
	for (const child of children.reverse()) {
		if (!child.gone && child.pid !== undefined)
			child.kill('SIGTERM');
		await child.ended;
	}
	process.exit(status);
}

async function isUp(url) {
	for (let tries = 0; tries < 300 && !stopping; tries++) {
		const ok = await fetch(url).then((a) => a.ok, () => false);

		if (ok)
			return true;
		await sleep(100);
	}
	return false;
}

function say(url, inboxUrl, signable) {
	const verify = join(build, 'src/cmd/petition-verify');

	console.log(`
The site:            ${url}/
A petition to sign:  ${url}${signable}
Its mails arrive at: ${inboxUrl}/
Recount it yourself: ${verify} ${url}
Stop it:             Ctrl-C; the next \`make run\` goes on with ${site}/
`);
}

async function main() {
	const text = existsSync(conf) ? readFileSync(conf, 'utf8') : '';
	const there = setting(text, 'base_url')?.replace(/^http:\/\//, '');
	const listen = listenAsked || there || '127.0.0.1:8080';
	const address = splitAddress(listen);

	if (existsSync(site) && text === '')
		fail(`${site} is there but is no site: add SITE=another`);
	if (!await isFree(address.host, address.port)) {
		fail(`something listens on ${listen} already: stop it, or add ` +
			`LISTEN=127.0.0.1:${address.port + 1} SITE=another`);
	}
	makeSite(listen);
	if (data !== '')
		importOnce();

	const smtp = await freePort(1025);
	const web = await freePort(1080);
	const inboxUrl = `http://127.0.0.1:${web}`;
	let settings = readFileSync(conf, 'utf8');
	settings = withSetting(settings, 'relay', `smtp://127.0.0.1:${smtp}`);
	settings = withSetting(settings, 'inbox_url', inboxUrl);
	writeFileSync(conf, settings);

	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(signal, () => stop(0));
	start('the mailbox', join(root, 'tools/inbox/start'),
		[String(smtp), String(web)]);
	if (!await isUp(`${inboxUrl}/email`))
		await stop(1, 'the mailbox did not start');
	start('petitiond', petitiond, ['serve', site, '--listen', listen]);
	const url = urlOf(address);
	if (!await isUp(`${url}/healthz`))
		await stop(1, 'petitiond did not start');
	const home = await (await fetch(`${url}/`)).text();
	say(url, inboxUrl, /href="(\/petitions\/\d+)"/.exec(home)?.[1] ?? '/');
}

if (site === undefined)
	fail('usage: node tools/run.mjs BUILD SITE [LISTEN] [DATA]');
await main();
