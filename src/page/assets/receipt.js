/*
 * receipt.js - check a signature in the signer's own browser.
 *
 * The address of the receipt ends in "#o.h" (docs/formats.md section 6).  What
 * stands there, and the name and address typed into this page, are used to
 * compute the commitment C here and are never sent anywhere: every request
 * below is for a public file whose address does not depend on them.
 *
 * Hashing and keys are WebCrypto's; the tree is RFC 6962's, in files as
 * docs/log.md section 1 lays them out.  The words for every result stand in
 * the page; this file only chooses among them ("good", "bad", "unsure").
 */
(function () {
	"use strict";

	const text = new TextEncoder();
	const LEAF_BYTES = 64;
	const HASH_BYTES = 32;
	const TILE_WIDTH = 256;

	/* --- bytes --- */

	function join(...parts) {
		const length = parts.reduce((n, part) => n + part.length, 0);
		const all = new Uint8Array(length);
		let at = 0;
		for (const part of parts) {
			all.set(part, at);
			at += part.length;
		}
		return all;
	}

	function same(a, b) {
		return a.length === b.length && a.every((byte, i) => byte === b[i]);
	}

	function u64(n) {
		const bytes = new Uint8Array(8);
		new DataView(bytes.buffer).setBigUint64(0, BigInt(n));
		return bytes;
	}

	/* base64 or base64url to bytes; null if it is neither. */
	function fromBase64(s) {
		try {
			const plain = s.replace(/-/g, "+").replace(/_/g, "/");
			return Uint8Array.from(atob(plain), (c) => c.charCodeAt(0));
		} catch {
			return null;
		}
	}

	async function sha256(...parts) {
		return new Uint8Array(
			await crypto.subtle.digest("SHA-256", join(...parts)));
	}

	async function hmac(key, message) {
		const k = await crypto.subtle.importKey("raw", key,
			{ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
		return new Uint8Array(await crypto.subtle.sign("HMAC", k, message));
	}

	/* --- the commitment: formats.md section 3 --- */

	/* A CBOR text string: major type 3, shortest length (RFC 8949). */
	function cborText(s) {
		const bytes = text.encode(s);
		const n = bytes.length;
		if (n < 24)
			return join([0x60 + n], bytes);
		if (n < 256)
			return join([0x78, n], bytes);
		return join([0x79, n >> 8, n & 255], bytes);
	}

	async function commitment(o, petition, mailed, h) {
		const person = await sha256([0x82], cborText(mailed.email),
			cborText(mailed.name));
		return hmac(o, join(text.encode("petition-leaf/v1"), u64(petition),
			person, h));
	}

	/* "#o.h" as two times 32 bytes, or null. */
	function readFragment(fragment) {
		const match = /^#([\w-]{43})\.([\w-]{43})$/.exec(fragment);
		const o = match && fromBase64(match[1]);
		const h = match && fromBase64(match[2]);
		return o && h && o.length === HASH_BYTES && h.length === HASH_BYTES
			? { o, h }
			: null;
	}

	/* --- signed notes: C2SP signed-note, log.md sections 3 and 4 --- */

	/* { body, lines, signatures: [{ name, id, bytes }] }, or null. */
	function readNote(note) {
		const end = note.indexOf("\n\n");
		if (end < 0 || !note.endsWith("\n"))
			return null;
		const body = note.slice(0, end + 1);
		const signatures = [];
		for (const line of note.slice(end + 2, -1).split("\n")) {
			const match = /^\u2014 (\S+) (\S+)$/.exec(line);
			const bytes = match && fromBase64(match[2]);
			if (!bytes || bytes.length < 5)
				return null;
			signatures.push({ name: match[1], id: bytes.slice(0, 4),
				bytes: bytes.slice(4) });
		}
		return { body, lines: body.slice(0, -1).split("\n"), signatures };
	}

	/* The verifier key of one kind in log/keys: { name, id, key } or null. */
	async function readKey(keys, kind, name) {
		for (const line of keys.split("\n")) {
			const match = /^(\S+) ([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line);
			if (!match || match[1] !== kind || match[2] !== name)
				continue;
			const bytes = fromBase64(match[4]);
			if (!bytes || bytes.length !== 33 || bytes[0] !== 1)
				continue;
			const id = (await sha256(text.encode(name + "\n"), bytes))
				.slice(0, 4);
			const hex = Array.from(id,
				(b) => b.toString(16).padStart(2, "0")).join("");
			if (hex === match[3])
				return { name, id, key: bytes.slice(1) };
		}
		return null;
	}

	/* "good", "bad", or "unsure" where Ed25519 is not available. */
	async function checkNote(note, key) {
		if (!note || !key)
			return "bad";
		const signature = note.signatures.find((s) =>
			s.name === key.name && same(s.id, key.id));
		if (!signature)
			return "bad";
		let k;
		try {
			k = await crypto.subtle.importKey("raw", key.key,
				{ name: "Ed25519" }, false, ["verify"]);
		} catch {
			return "unsure";
		}
		return await crypto.subtle.verify({ name: "Ed25519" }, k,
			signature.bytes, text.encode(note.body)) ? "good" : "bad";
	}

	/* Size and root of a checkpoint of this origin, or null. */
	function readCheckpoint(note, origin) {
		if (!note || note.lines.length !== 3 || note.lines[0] !== origin ||
			!/^(0|[1-9][0-9]{0,15})$/.test(note.lines[1]))
			return null;
		const size = Number(note.lines[1]);
		const root = fromBase64(note.lines[2]);
		return Number.isSafeInteger(size) && root &&
			root.length === HASH_BYTES ? { size, root } : null;
	}

	function promiseIsAbout(note, host, petition, c) {
		if (!note || note.lines.length !== 4)
			return false;
		const [origin, id, of] = note.lines;
		const bytes = fromBase64(of);
		return origin === host + "/promise/v1" && id === String(petition) &&
			bytes !== null && same(bytes, c);
	}

	/* --- tiles: C2SP tlog-tiles --- */

	/* 1234067 becomes x001/x234/067. */
	function tileNumber(n) {
		let path = String(n % 1000).padStart(3, "0");
		for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000))
			path = "x" + String(n % 1000).padStart(3, "0") + "/" + path;
		return path;
	}

	/* How many of a level's items tile n holds when there are total. */
	function tileWidth(n, total) {
		return Math.min(TILE_WIDTH, total - n * TILE_WIDTH);
	}

	/* A log below a path: get(path) answers bytes, or null for 404. */
	function makeLog(get, path, size) {
		const kept = new Map();

		/* A partial tile may be gone once the full one is there. */
		async function tile(level, n, total) {
			const width = tileWidth(n, total);
			const name = `${path}/tile/${level}/${tileNumber(n)}`;
			if (!kept.has(name)) {
				let bytes = null;
				if (width < TILE_WIDTH)
					bytes = await get(`${name}.p/${width}`);
				kept.set(name, bytes || await get(name));
			}
			return kept.get(name);
		}

		/* The hash of 2^level leaves from i * 2^level on, all there. */
		async function node(level, i) {
			const high = Math.floor(level / 8);
			const below = 2 ** (level % 8);
			const total = Math.floor(size / 2 ** (8 * high));
			const first = i * below;
			const n = Math.floor(first / TILE_WIDTH);
			const bytes = await tile(high, n, total);
			const from = (first % TILE_WIDTH) * HASH_BYTES;
			if (!bytes || bytes.length < from + below * HASH_BYTES)
				throw new Error("tile");
			let row = [];
			for (let k = 0; k < below; k++)
				row.push(bytes.slice(from + k * HASH_BYTES,
					from + (k + 1) * HASH_BYTES));
			while (row.length > 1) {
				const up = [];
				for (let k = 0; k < row.length; k += 2)
					up.push(await sha256([1], row[k], row[k + 1]));
				row = up;
			}
			return row[0];
		}

		async function leaf(index) {
			const n = Math.floor(index / TILE_WIDTH);
			const bytes = await tile("entries", n, size);
			const from = (index % TILE_WIDTH) * (LEAF_BYTES + 2);
			if (!bytes || bytes.length < from + LEAF_BYTES + 2 ||
				bytes[from] !== 0 || bytes[from + 1] !== LEAF_BYTES)
				throw new Error("entries");
			return bytes.slice(from + 2, from + 2 + LEAF_BYTES);
		}

		return { size, node, leaf };
	}

	/* The largest power of two below n (RFC 6962 section 2.1). */
	function split(n) {
		let k = 1;
		while (k * 2 < n)
			k *= 2;
		return k;
	}

	/* The tree hash of leaves [from, to). */
	async function treeHash(log, from, to) {
		const n = to - from;
		const level = Math.log2(n);
		if (Number.isInteger(level) && from % n === 0)
			return log.node(level, from / n);
		const middle = from + split(n);
		return sha256([1], await treeHash(log, from, middle),
			await treeHash(log, middle, to));
	}

	/* The same, with one leaf's hash put in its place: the root that an
	 * inclusion proof of this leaf leads to. */
	async function rootWith(log, leafHash, index, from, to) {
		if (to - from === 1)
			return leafHash;
		const middle = from + split(to - from);
		return index < middle
			? sha256([1], await rootWith(log, leafHash, index, from, middle),
				await treeHash(log, middle, to))
			: sha256([1], await treeHash(log, from, middle),
				await rootWith(log, leafHash, index, middle, to));
	}

	/* Version 1, SIGN, this petition, this commitment; the rest zero but
	 * the hour: log.md section 2. */
	function leafIs(leaf, petition, c) {
		return leaf[0] === 1 && leaf[1] === 2 && leaf[2] === 0 &&
			leaf[3] === 0 && same(leaf.slice(8, 16), u64(petition)) &&
			leaf.slice(16, 32).every((b) => b === 0) &&
			same(leaf.slice(32), c);
	}

	/* The leaf of an INVALIDATE or WITHDRAW of the SIGN leaf at index, of
	 * the log of the year aux, or of the leaf's own for 0. */
	function takesOut(leaf, petition, index, aux) {
		return leaf[0] === 1 && (leaf[1] === 3 || leaf[1] === 4) &&
			same(leaf.slice(8, 16), u64(petition)) &&
			same(leaf.slice(16, 24), u64(index)) &&
			same(leaf.slice(24, 32), u64(aux)) &&
			leaf.slice(32).every((b) => b === 0);
	}

	/* --- the check --- */

	/* How the log below a path is signed, { signed, path, size, root }. */
	async function openLog(path, host, keys, read) {
		const note = readNote(await read(path + "/checkpoint"));
		const checkpoint = readCheckpoint(note, host + path);
		return { ...checkpoint, path, signed: checkpoint
			? await checkNote(note,
				await readKey(keys, "checkpoint", host + "/log"))
			: "bad" };
	}

	/* Does the leaf at index lead to the root that was signed? */
	async function covers(log, opened, leaf, index) {
		return same(opened.root, await rootWith(log,
			await sha256([0], leaf), index, 0, opened.size));
	}

	/* What took the leaf out of the count, maybe in a later year's log. */
	async function checkOut(receipt, opened, get) {
		const at = receipt.out.leaf;
		const later = opened.path > receipt.log;
		if (opened.signed === "bad" || opened.path < receipt.log)
			return "bad";
		if (at >= opened.size)
			return "unsure";
		const log = makeLog(get, opened.path, opened.size);
		const by = await log.leaf(at);
		return takesOut(by, receipt.petition, receipt.leaf,
			later ? receipt.log.slice(-4) : 0) &&
			await covers(log, opened, by, at) ? opened.signed : "bad";
	}

	/*
	 * receipt: { host, petition, commitment (bytes), log (path), promise,
	 * leaf (index or null), out (null, or log and leaf of what took it out
	 * of the count) }, person: { o, h, name, email }.  get answers
	 * bytes or null.  report(step, end) is called as each step ends.  The
	 * answer is the worst end of all.
	 */
	async function check(receipt, person, get, report) {
		const ends = [];
		function end(step, how) {
			ends.push(how);
			report(step, how);
		}
		const read = async (path) => {
			const bytes = await get(path);
			return bytes ? new TextDecoder().decode(bytes) : "";
		};
		const good = (yes) => yes ? "good" : "bad";

		const c = await commitment(person.o, receipt.petition, person,
			person.h);
		end("commitment", good(same(c, receipt.commitment)));

		const keys = await read("/log/keys");
		const promise = readNote(receipt.promise);
		/* Who comes back later may have come without the promise; it
		 * matters only until the leaf is there. */
		if (receipt.promise !== "" || receipt.leaf === null)
			end("promise", promiseIsAbout(promise, receipt.host,
				receipt.petition, receipt.commitment)
				? await checkNote(promise, await readKey(keys,
					"promise", receipt.host + "/promise"))
				: "bad");

		const open = (path) => openLog(path, receipt.host, keys, read);
		const opened = await open(receipt.log);
		end("signature", opened.signed);
		/* What a false checkpoint says is not worth reading. */
		if (opened.signed === "bad")
			return "bad";

		const index = receipt.leaf;
		if (index === null || index >= opened.size) {
			end("leaf", "unsure");
		} else {
			const log = makeLog(get, receipt.log, opened.size);
			const leaf = await log.leaf(index);
			end("leaf", good(leafIs(leaf, receipt.petition,
				receipt.commitment)));
			end("inclusion",
				good(await covers(log, opened, leaf, index)));
			const out = receipt.out;
			if (out)
				end("out", /^\/log\/[0-9]{4}$/.test(out.log)
					? await checkOut(receipt,
						out.log === receipt.log ? opened
							: await open(out.log), get)
					: "bad");
		}
		return ends.includes("bad") ? "bad"
			: ends.includes("unsure") ? "unsure" : "good";
	}

	/* --- the file that is kept: log.md section 7 --- */

	function toBase64url(bytes) {
		return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-")
			.replace(/\//g, "_").replace(/=+$/, "");
	}

	function receiptFile(site, receipt, person) {
		return "petition receipt/v1\n" +
			`site ${site}\n` +
			`petition ${receipt.petition}\n` +
			`commitment ${toBase64url(receipt.commitment)}\n` +
			`secret ${toBase64url(person.o)}\n` +
			`record ${toBase64url(person.h)}\n` +
			`name ${person.name}\n` +
			`email ${person.email}\n` +
			(receipt.promise ? "\n" + receipt.promise : "");
	}

	/* --- the page --- */

	function drawQr(place, link) {
		const rows = window.qrMatrix(text.encode(link));
		if (!rows || place.firstChild)
			return;
		const xmlns = "http://www.w3.org/2000/svg";
		const svg = document.createElementNS(xmlns, "svg");
		const path = document.createElementNS(xmlns, "path");
		const n = rows.length + 8;
		svg.setAttribute("viewBox", `0 0 ${n} ${n}`);
		path.setAttribute("d", rows.flatMap((row, y) => row.map((on, x) =>
			on ? `M${x + 4} ${y + 4}h1v1h-1z` : "")).join(""));
		svg.append(path);
		place.append(svg);
	}

	/* Only what is this person's is worth keeping. */
	async function offer(receipt, person) {
		const c = await commitment(person.o, receipt.petition, person,
			person.h);
		const keep = document.getElementById("keep");
		keep.hidden = !same(c, receipt.commitment);
		if (keep.hidden)
			return;
		document.getElementById("save-receipt").href =
			URL.createObjectURL(new Blob(
				[receiptFile(location.origin, receipt, person)],
				{ type: "text/plain" }));
		drawQr(document.getElementById("qr"), location.origin +
			location.pathname + location.hash);
	}

	function show(step, how) {
		const item = document.querySelector(`[data-step="${step}"]`);
		for (const words of item.querySelectorAll("[data-end]"))
			words.hidden = words.dataset.end !== how;
		item.className = how;
		item.hidden = false;
	}

	async function fetchBytes(path) {
		/* A checkpoint that was kept may be older than what is told. */
		const answer = await fetch(path, { credentials: "omit",
			referrerPolicy: "no-referrer",
			cache: path.endsWith("/checkpoint") ? "no-cache"
				: "default" });
		if (answer.status === 404)
			return null;
		if (!answer.ok)
			throw new Error("status");
		return new Uint8Array(await answer.arrayBuffer());
	}

	async function readReceipt(page) {
		const bytes = await fetchBytes(
			location.pathname + ".json" + location.search);
		const json = JSON.parse(new TextDecoder().decode(bytes));
		return {
			host: location.host,
			petition: page.dataset.petition,
			commitment: fromBase64(page.dataset.commitment),
			log: page.dataset.log,
			promise: json.promise,
			leaf: Number.isSafeInteger(json.leaf) ? json.leaf : null,
			out: json.out,
		};
	}

	async function run(page, fragment) {
		for (const item of document.querySelectorAll("[data-step]"))
			item.hidden = true;
		if (!globalThis.crypto || !crypto.subtle) {
			show("trouble", "unsure");
			return;
		}
		const value = (id) => document.getElementById(id).value.trim();
		try {
			const person = { ...fragment, name: value("mailed-name"),
				email: value("mailed-email") };
			const receipt = await readReceipt(page);
			await offer(receipt, person);
			show(receipt.out ? "verdict-out" : "verdict",
				await check(receipt, person, fetchBytes, show));
		} catch {
			show("trouble", "bad");
		}
	}

	function promiseTools() {
		const block = document.getElementById("promise");
		/* Who comes back by a bookmark may have left it behind. */
		if (!block)
			return;
		const promise = block.textContent;
		const copy = document.getElementById("copy");
		const save = document.getElementById("save");
		save.href = URL.createObjectURL(
			new Blob([promise], { type: "text/plain" }));
		copy.hidden = !navigator.clipboard;
		copy.addEventListener("click", async () => {
			await navigator.clipboard.writeText(promise);
			copy.textContent = copy.dataset.done;
		});
		document.getElementById("promise-tools").hidden = false;
	}

	function start() {
		const page = document.getElementById("receipt");
		const fragment = readFragment(location.hash);
		const again = document.querySelector("#again a");
		promiseTools();
		if (again) {
			/* A plain link would lose what stands behind "#". */
			again.addEventListener("click", (event) => {
				event.preventDefault();
				location.reload();
			});
		}
		if (!fragment) {
			document.getElementById("no-fragment").hidden = false;
			return;
		}
		document.getElementById("check").hidden = false;
		document.getElementById("check-form").addEventListener("submit",
			(event) => {
				event.preventDefault();
				run(page, fragment);
			});
	}

	if (typeof module === "object" && module.exports)
		module.exports = { check, checkNote, commitment, cborText,
			fromBase64, leafIs, makeLog, readCheckpoint, readFragment,
			readKey, readNote, receiptFile, rootWith, tileNumber, treeHash };
	else
		start();
})();
