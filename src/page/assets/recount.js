/*
 * recount.js - count one petition again from the public log, in the reader's
 * own browser.  Written from docs/log.md alone; it shares nothing with the
 * server or with receipt.js.  Every leaf of every year is fetched and hashed
 * (WebCrypto), so the counted leaves are those that the checkpoints cover.
 *
 * The words for every end stand in the page; numbers are put into them.
 */
(function () {
	"use strict";

	const text = new TextEncoder();
	const BUNDLE = 256;
	const ENTRY = 66;
	const AT_ONCE = 8;
	const TYPES = new Set([1, 2, 3, 4, 5, 6, 7, 9, 10, 11]); /* of a petition */

	class Fault extends Error {}

	/* --- bytes --- */

	function unbase64(s) {
		try {
			return Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
		} catch {
			throw new Fault("base64");
		}
	}

	function equal(a, b) {
		return a.length === b.length && a.every((x, i) => x === b[i]);
	}

	async function sha(prefix, ...parts) {
		const n = parts.reduce((sum, p) => sum + p.length, prefix.length);
		const all = new Uint8Array(n);
		let at = prefix.length;
		all.set(prefix);
		for (const part of parts) {
			all.set(part, at);
			at += part.length;
		}
		return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
	}

	/* --- section 3: checkpoints --- */

	/* Answers { size, root }, and whether its signature could be checked. */
	async function openCheckpoint(note, keys, host, year) {
		const [body, tail] = note.split("\n\n");
		const lines = body.split("\n");
		const name = `${host}/log`;
		const line = keys.split("\n")
			.find((l) => l.startsWith(`checkpoint ${name}+`));
		const signed = (tail || "").split("\n")
			.find((l) => l.startsWith(`\u2014 ${name} `));
		if (lines.length !== 3 || lines[0] !== `${name}/${year}` ||
			!/^[1-9][0-9]{0,14}$/.test(lines[1]) || !line || !signed)
			throw new Fault(`${year}/checkpoint`);
		const key = unbase64(line.split("+").slice(2).join("+"));
		const id = (await sha([], text.encode(name + "\n"), key)).slice(0, 4);
		const signature = unbase64(signed.split(" ")[2]);
		if (key[0] !== 1 || !equal(signature.slice(0, 4), id))
			throw new Fault(`${year}/checkpoint`);
		let checked = true;
		try {
			const k = await crypto.subtle.importKey("raw", key.slice(1),
				{ name: "Ed25519" }, false, ["verify"]);
			if (!await crypto.subtle.verify({ name: "Ed25519" }, k,
				signature.slice(4), text.encode(body + "\n")))
				throw new Fault(`${year}/checkpoint`);
		} catch (error) {
			if (error instanceof Fault)
				throw error;
			checked = false;
		}
		return { size: Number(lines[1]), root: unbase64(lines[2]), checked };
	}

	/* --- section 2: the tree --- */

	async function rootOf(hashes) {
		let row = hashes;
		let odd = null;
		/* A row's last hash without a partner waits for the rest. */
		while (row.length > 1) {
			const up = [];
			for (let i = 0; i + 1 < row.length; i += 2)
				up.push(sha([1], row[i], row[i + 1]));
			if (row.length % 2) {
				const last = row[row.length - 1];
				odd = odd ? await sha([1], last, odd) : last;
			}
			row = await Promise.all(up);
		}
		return odd ? sha([1], row[0], odd) : row[0];
	}

	/* Full bundles' roots, merged like the digits of a counter. */
	class Tree {
		constructor() {
			this.edge = [];
		}

		async add(root) {
			let node = root;
			let level = 0;
			for (; this.edge[level]; level++) {
				node = await sha([1], this.edge[level], node);
				this.edge[level] = null;
			}
			this.edge[level] = node;
		}

		async root(rest) {
			let node = rest;
			for (const left of this.edge)
				if (left)
					node = node ? await sha([1], left, node) : left;
			return node;
		}
	}

	function bundlePath(year, n, size) {
		let path = String(n % 1000).padStart(3, "0");
		for (let k = Math.floor(n / 1000); k > 0; k = Math.floor(k / 1000))
			path = `x${String(k % 1000).padStart(3, "0")}/${path}`;
		const width = Math.min(BUNDLE, size - n * BUNDLE);
		path = `/log/${year}/tile/entries/${path}`;
		return width < BUNDLE ? [`${path}.p/${width}`, path] : [path];
	}

	/* --- section 2: the count of one petition --- */

	class Count {
		constructor(petition) {
			this.id = BigInt(petition);
			this.opened = false;
			this.closed = false;
			this.hour = 0;
			this.carried = 0n;
			this.signs = 0;
			this.gone = 0;
			this.sign = new Map(); /* "year:leaf" to what became of it */
			this.seen = new Set(); /* commitments */
		}

		take(year, index, v, at) {
			const type = v.getUint8(at + 1);
			const hour = v.getUint32(at + 4);
			if (v.getUint8(at) !== 1 || hour < this.hour)
				throw new Fault(`${year}: ${index}`);
			this.hour = hour;
			if (v.getBigUint64(at + 8) !== this.id)
				return;
			const number = v.getBigUint64(at + 16);
			const aux = Number(v.getBigUint64(at + 24));
			if (type !== 1 && !this.opened || !TYPES.has(type) ||
				this.closed && (type === 2 || type === 7) ||
				aux >= Number(year))
				throw new Fault(`${year}: ${index}`);
			if (type === 1) {
				if (this.opened && number !== this.carried)
					throw new Fault(`${year}: ${index}`);
				this.opened = true;
				this.carried = number;
			} else if (type === 2) {
				this.takeSign(year, index, v, at);
			} else if (type >= 3 && type <= 5) {
				this.mark(`${aux || year}:${number}`, type,
					`${year}: ${index}`);
			} else if (type === 7 && number !== this.total()) {
				throw new Fault(`${year}: ${index}`);
			}
			this.closed = this.closed || type === 7;
		}

		takeSign(year, index, v, at) {
			let c = "";
			for (let i = 32; i < 64; i += 2)
				c += String.fromCharCode(v.getUint16(at + i));
			if (this.seen.has(c))
				throw new Fault(`${year}: ${index}`);
			this.seen.add(c);
			this.sign.set(`${year}:${index}`, 0);
			this.signs++;
		}

		/* 1 invalidated, 2 withdrawn: the second is for ever. */
		mark(target, type, place) {
			const before = this.sign.get(target);
			if (before === undefined)
				throw new Fault(place);
			const after = type === 3 ? before | 1
				: type === 4 ? before | 2 : before & ~1;
			this.sign.set(target, after);
			this.gone += (after ? 1 : 0) - (before ? 1 : 0);
		}

		total() {
			return this.carried + BigInt(this.signs - this.gone);
		}
	}

	/* --- a year --- */

	async function bundle(get, year, n, size) {
		const width = Math.min(BUNDLE, size - n * BUNDLE);
		for (const path of bundlePath(year, n, size)) {
			const bytes = await get(path);
			if (bytes && bytes.length >= width * ENTRY)
				return bytes.subarray(0, width * ENTRY);
		}
		throw new Fault(`${year}: ${n * BUNDLE}`);
	}

	async function hashBundle(bytes) {
		const hashes = [];
		for (let at = 0; at < bytes.length; at += ENTRY)
			hashes.push(sha([0], bytes.subarray(at + 2, at + ENTRY)));
		return rootOf(await Promise.all(hashes));
	}

	function countBundle(count, year, first, bytes) {
		const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		for (let i = 0; i * ENTRY < bytes.length; i++) {
			if (v.getUint16(i * ENTRY) !== 64)
				throw new Fault(`${year}: ${first + i}`);
			count.take(year, first + i, v, i * ENTRY + 2);
		}
	}

	async function countYear(get, year, checkpoint, count, progress) {
		const { size, root } = checkpoint;
		const bundles = Math.ceil(size / BUNDLE);
		const tree = new Tree();
		const ahead = [];
		let rest = null;
		for (let n = 0; n < bundles; n++) {
			for (let k = n + ahead.length; k < bundles && k < n + AT_ONCE; k++) {
				const coming = bundle(get, year, k, size);
				coming.catch(() => {});
				ahead.push(coming);
			}
			const bytes = await ahead.shift();
			countBundle(count, year, n * BUNDLE, bytes);
			const hash = await hashBundle(bytes);
			if (bytes.length === BUNDLE * ENTRY)
				await tree.add(hash);
			else
				rest = hash;
			progress(bytes.length / ENTRY);
		}
		if (!equal(await tree.root(rest), root))
			throw new Fault(`${year}/checkpoint`);
	}

	/* Answers { total, carried, signs, gone, leaves, checked }, or throws a
	 * Fault that names the first difference.  get answers bytes or null. */
	async function recount(petition, host, get, progress) {
		const read = async (path) => {
			const bytes = await get(path);
			if (!bytes)
				throw new Fault(path);
			return new TextDecoder().decode(bytes);
		};
		const keys = await read("/log/keys");
		const years = (await read("/log/years")).trim().split("\n");
		const count = new Count(petition);
		const logs = [];
		for (const year of years.filter(Boolean))
			logs.push([year, await openCheckpoint(
				await read(`/log/${year}/checkpoint`), keys, host, year)]);
		const leaves = logs.reduce((n, [, c]) => n + c.size, 0);
		let done = 0;
		for (const [year, checkpoint] of logs)
			await countYear(get, year, checkpoint, count,
				(n) => progress(done += n, leaves));
		return { total: count.total(), carried: count.carried,
			signs: count.signs, gone: count.gone, leaves,
			checked: logs.every(([, c]) => c.checked) };
	}

	/* --- the page --- */

	async function fetchBytes(path) {
		const answer = await fetch(path, { credentials: "omit" });
		if (answer.status === 404)
			return null;
		if (!answer.ok)
			throw new Error("status");
		return new Uint8Array(await answer.arrayBuffer());
	}

	function show(end, values) {
		for (const item of document.querySelectorAll("[data-recount]"))
			item.hidden = item.dataset.recount !== end;
		for (const [name, value] of Object.entries(values))
			for (const place of document.querySelectorAll(
				`[data-value="${name}"]`))
				place.textContent = typeof value === "string" ? value
					: value.toLocaleString(document.documentElement.lang);
	}

	async function run(page) {
		const bar = page.querySelector("progress");
		bar.hidden = false;
		show("", {});
		try {
			const answer = await recount(page.dataset.petition, location.host,
				fetchBytes, (n, of) => {
					bar.max = of;
					bar.value = n;
				});
			show(answer.checked ? "good" : "unsure", answer);
		} catch (error) {
			show(error instanceof Fault ? "bad" : "trouble",
				{ place: error.message });
		}
		bar.hidden = true;
	}

	if (typeof module === "object" && module.exports) {
		module.exports = { recount, Fault };
		return;
	}
	const page = document.getElementById("recount");
	const button = page.querySelector("button");
	if (globalThis.crypto && crypto.subtle) {
		button.hidden = false;
		button.addEventListener("click", async () => {
			button.disabled = true;
			await run(page);
			button.disabled = false;
		});
	} else {
		show("insecure", {});
	}
})();
