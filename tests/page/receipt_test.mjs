// receipt_test.mjs - the receipt page's check against logs made here.
//
// The logs, notes and commitments are written by independent code (node's own
// crypto, the tree by its definition in RFC 6962), so that a shared mistake
// would have to be made twice.  Prints TAP.
import assert from "node:assert/strict";
import { createHash, createHmac, generateKeyPairSync, sign, webcrypto }
	from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// Node 18, which is Debian 12's, keeps it from scripts.
globalThis.crypto ??= webcrypto;
const source = process.env.PETITIOND_SOURCE;
const receipt = createRequire(import.meta.url)(
	join(source, "src/page/assets/receipt.js"));

let run = 0;
let failed = 0;
async function test(name, body) {
	run++;
	try {
		await body();
		console.log(`ok ${run} - ${name}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${run} - ${name}`);
		console.log(String(error.stack).replace(/^/gm, "# "));
	}
}

// --- a log, by definition -------------------------------------------------

const sha = (...parts) => {
	const hash = createHash("sha256");
	parts.forEach((part) => hash.update(part));
	return hash.digest();
};

function mth(hashes) {
	if (hashes.length === 1)
		return hashes[0];
	let k = 1;
	while (k * 2 < hashes.length)
		k *= 2;
	return sha(Buffer.of(1), mth(hashes.slice(0, k)), mth(hashes.slice(k)));
}

function leafOf(petition, c, type = 2) {
	const leaf = Buffer.alloc(64);
	leaf[0] = 1;
	leaf[1] = type;
	leaf.writeUInt32BE(498000, 4);
	leaf.writeBigUInt64BE(BigInt(petition), 8);
	c.copy(leaf, 32);
	return leaf;
}

const pad = (n) => String(n).padStart(3, "0");
const number = (n) => n < 1000 ? pad(n)
	: `x${pad(Math.floor(n / 1000))}/${pad(n % 1000)}`;

function putTiles(files, prefix, items, width) {
	for (let n = 0; n * width < items.length; n++) {
		const part = items.slice(n * width, (n + 1) * width);
		const tail = part.length < width ? `.p/${part.length}` : "";
		files.set(`${prefix}/${number(n)}${tail}`, Buffer.concat(part));
	}
}

function makeFiles(path, leaves) {
	const files = new Map();
	putTiles(files, `${path}/tile/entries`,
		leaves.map((leaf) => Buffer.concat([Buffer.of(0, 64), leaf])), 256);
	let row = leaves.map((leaf) => sha(Buffer.of(0), leaf));
	const root = mth(row);
	for (let level = 0; row.length > 0; level++) {
		putTiles(files, `${path}/tile/${level}`, row, 256);
		const up = [];
		for (let i = 0; i + 256 <= row.length; i += 256)
			up.push(mth(row.slice(i, i + 256)));
		row = up;
	}
	return { files, root };
}

function keyPair(name) {
	const pair = generateKeyPairSync("ed25519");
	const raw = pair.publicKey.export({ format: "der", type: "spki" })
		.subarray(-32);
	const data = Buffer.concat([Buffer.of(1), raw]);
	const id = sha(name, "\n", data).subarray(0, 4);
	return { name, id, pair,
		vkey: `${name}+${id.toString("hex")}+${data.toString("base64")}` };
}

function note(body, key) {
	const signature = Buffer.concat([key.id,
		sign(null, Buffer.from(body), key.pair.privateKey)]);
	return `${body}\n\u2014 ${key.name} ${signature.toString("base64")}\n`;
}

const HOST = "petitions.example.org";
const PATH = "/log/2026";
const PETITION = 700123;
const person = { o: Buffer.alloc(32, 7), h: Buffer.alloc(32, 9),
	name: "Zo\u00eb O'Brien", email: "zoe@example.org" };

function commitmentOf(who) {
	const cbor = (s) => {
		const bytes = Buffer.from(s);
		assert(bytes.length < 256);
		return Buffer.concat([bytes.length < 24
			? Buffer.of(0x60 | bytes.length)
			: Buffer.of(0x78, bytes.length), bytes]);
	};
	const petition = Buffer.alloc(8);
	petition.writeBigUInt64BE(BigInt(PETITION));
	return createHmac("sha256", who.o).update("petition-leaf/v1")
		.update(petition)
		.update(sha(Buffer.of(0x82), cbor(who.email), cbor(who.name)))
		.update(who.h).digest();
}

const logKey = keyPair(`${HOST}/log`);
const promiseKey = keyPair(`${HOST}/promise`);

// A log of size leaves with ours at index, and everything around it.
function world(size, index) {
	const c = commitmentOf(person);
	const leaves = [];
	for (let i = 0; i < size; i++)
		leaves.push(i === index ? leafOf(PETITION, c)
			: leafOf(PETITION + i % 3, sha(`other ${i}`)));
	const { files, root } = makeFiles(PATH, leaves);
	files.set(`${PATH}/checkpoint`, Buffer.from(note(
		`${HOST}${PATH}\n${size}\n${root.toString("base64")}\n`, logKey)));
	files.set("/log/keys", Buffer.from(
		`checkpoint ${logKey.vkey}\npromise ${promiseKey.vkey}\n`));
	return { files, asked: [],
		receipt: { host: HOST, petition: String(PETITION),
			commitment: new Uint8Array(c), log: PATH, leaf: index,
			promise: note(`${HOST}/promise/v1\n${PETITION}\n` +
				`${c.toString("base64")}\n1795377600\n`, promiseKey) } };
}

async function check(w, who = person) {
	const ends = {};
	const get = async (path) => {
		w.asked.push(path);
		const bytes = w.files.get(path);
		return bytes ? new Uint8Array(bytes) : null;
	};
	ends.verdict = await receipt.check(w.receipt, who, get,
		(step, end) => { ends[step] = end; });
	return ends;
}

const GOOD = { commitment: "good", promise: "good", leaf: "good",
	inclusion: "good", signature: "good", verdict: "good" };

// --- tests ------------------------------------------------------------------

await test("every place in small trees", async () => {
	for (let size = 1; size <= 20; size++)
		for (let index = 0; index < size; index++)
			assert.deepEqual(await check(world(size, index)), GOOD);
});

await test("tiles that are full, partial, and of two levels", async () => {
	for (const [size, index] of [[255, 254], [256, 0], [257, 256],
		[300, 255], [513, 512], [600, 300]])
		assert.deepEqual(await check(world(size, index)), GOOD);
});

await test("a tree of three levels of tiles", async () => {
	for (const index of [0, 65535, 65536, 66300])
		assert.deepEqual(await check(world(66301, index)), GOOD);
});

await test("a partial tile that has given way to the full one", async () => {
	const w = world(300, 280);
	const later = world(512, 280);
	for (const name of ["/tile/0/001", "/tile/entries/001"])
		w.files.delete(`${PATH}${name}.p/44`);
	// The full tile begins with the same 44 items.
	const full = Buffer.concat([
		world(300, 280).files.get(`${PATH}/tile/0/001.p/44`),
		later.files.get(`${PATH}/tile/0/001`).subarray(44 * 32)]);
	w.files.set(`${PATH}/tile/0/001`, full);
	w.files.set(`${PATH}/tile/entries/001`,
		later.files.get(`${PATH}/tile/entries/001`));
	assert.deepEqual(await check(w), GOOD);
});

await test("another name or address is not this signature", async () => {
	for (const change of [{ name: "Zoe O'Brien" },
		{ email: "zoe@example.com" }, { o: Buffer.alloc(32, 8) },
		{ h: Buffer.alloc(32, 8) }]) {
		const ends = await check(world(20, 3), { ...person, ...change });
		assert.equal(ends.commitment, "bad");
		assert.equal(ends.verdict, "bad");
	}
});

await test("another entry in our place", async () => {
	const w = world(20, 3);
	w.receipt.leaf = 4;
	const ends = await check(w);
	assert.equal(ends.leaf, "bad");
	assert.equal(ends.inclusion, "good");
	assert.equal(ends.verdict, "bad");
});

await test("an entry that the checkpoint does not cover", async () => {
	const w = world(300, 280);
	const name = `${PATH}/tile/entries/001.p/44`;
	const bytes = Buffer.from(w.files.get(name));
	bytes[24 * 66 + 2 + 7] ^= 1; // another hour
	w.files.set(name, bytes);
	const ends = await check(w);
	assert.equal(ends.leaf, "good");
	assert.equal(ends.inclusion, "bad");
	assert.equal(ends.verdict, "bad");
});

await test("a tile that was changed", async () => {
	const w = world(300, 280);
	const name = `${PATH}/tile/1/000.p/1`;
	w.files.set(name, Buffer.from(w.files.get(name)));
	w.files.get(name)[0] ^= 1;
	assert.equal((await check(w)).inclusion, "bad");
});

await test("a checkpoint signed with another key", async () => {
	const w = world(20, 3);
	const other = keyPair(`${HOST}/log`);
	w.files.set("/log/keys", Buffer.from(
		`checkpoint ${other.vkey}\npromise ${promiseKey.vkey}\n`));
	const ends = await check(w);
	assert.equal(ends.signature, "bad");
	assert.equal(ends.verdict, "bad");
});

await test("a checkpoint with a false signature or another origin", async () => {
	let w = world(20, 3);
	const name = `${PATH}/checkpoint`;
	const text = w.files.get(name).toString();
	w.files.set(name, Buffer.from(text.replace("\n20\n", "\n21\n")));
	assert.equal((await check(w)).signature, "bad");
	w = world(20, 3);
	w.receipt.host = "elsewhere.example";
	assert.equal((await check(w)).verdict, "bad");
});

await test("a promise about somebody else, or badly signed", async () => {
	let w = world(20, 3);
	w.receipt.promise = w.receipt.promise.replace(`\n${PETITION}\n`, "\n1\n");
	assert.equal((await check(w)).promise, "bad");
	w = world(20, 3);
	w.receipt.promise = w.receipt.promise.replace("1795377600", "1795377601");
	assert.equal((await check(w)).promise, "bad");
	w = world(20, 3);
	w.receipt.promise = "nonsense";
	assert.equal((await check(w)).promise, "bad");
});

await test("not in the log yet", async () => {
	for (const leaf of [null, 20]) {
		const w = world(20, 3);
		w.receipt.leaf = leaf;
		const ends = await check(w);
		assert.equal(ends.leaf, "unsure");
		assert.equal(ends.inclusion, undefined);
		assert.equal(ends.verdict, "unsure");
	}
});

await test("what took it out of the count", async () => {
	const w = world(20, 3);
	const c = w.receipt.commitment;
	const leaves = [];
	for (let i = 0; i < 20; i++)
		leaves.push(i === 3 ? leafOf(PETITION, Buffer.from(c))
			: leafOf(PETITION, Buffer.alloc(32), 3 + i % 3));
	leaves.forEach((leaf, i) =>
		i === 3 || leaf.writeBigUInt64BE(i < 12 ? 3n : 4n, 16));
	const { files, root } = makeFiles(PATH, leaves);
	files.set(`${PATH}/checkpoint`, Buffer.from(note(
		`${HOST}${PATH}\n20\n${root.toString("base64")}\n`, logKey)));
	files.set("/log/keys", w.files.get("/log/keys"));
	w.files = files;
	// By turns INVALIDATE, WITHDRAW and RESTORE of leaf 3, then of leaf 4.
	for (const [leaf, want] of [[6, "good"], [7, "good"], [8, "bad"],
		[12, "bad"], [20, "unsure"], [3, "bad"]]) {
		w.receipt.out = { log: PATH, leaf };
		const ends = await check(w);
		assert.equal(ends.out, want, leaf);
		assert.equal(ends.verdict, want);
		assert.equal(ends.inclusion, "good");
	}
	w.receipt.out = { log: "/log/2027", leaf: 6 };
	assert.equal((await check(w)).out, "bad");
	w.receipt.out = { log: PATH, leaf: 6 };
	const tile = files.get(`${PATH}/tile/entries/000.p/20`);
	tile[6 * 66 + 2 + 7] ^= 1; // another hour
	assert.equal((await check(w)).out, "bad");
});

await test("an entry that a later year's log took out", async () => {
	const w = world(20, 3);
	const path = "/log/2027";
	const by = leafOf(PETITION, Buffer.alloc(32), 4);
	by.writeBigUInt64BE(3n, 16);
	by.writeBigUInt64BE(2026n, 24);
	const { files, root } = makeFiles(path,
		[leafOf(PETITION, sha("somebody")), by]);
	files.set(`${path}/checkpoint`, Buffer.from(note(
		`${HOST}${path}\n2\n${root.toString("base64")}\n`, logKey)));
	files.forEach((bytes, name) => w.files.set(name, bytes));
	for (const [log, leaf, want] of [[path, 1, "good"], [path, 0, "bad"],
		[path, 2, "unsure"], ["/log/2025", 1, "bad"],
		["//example.org/log/2027", 1, "bad"]]) {
		w.receipt.out = { log, leaf };
		const ends = await check(w);
		assert.equal(ends.out, want);
		assert.equal(ends.verdict, want);
	}
	w.receipt.out = { log: path, leaf: 1 };
	w.files.get(`${path}/tile/entries/000.p/2`)[66 + 2 + 31] ^= 1;
	assert.equal((await check(w)).out, "bad"); // of another year
});

await test("a log that cannot be read is trouble, not a verdict", async () => {
	const w = world(300, 280);
	w.files.delete(`${PATH}/tile/1/000.p/1`);
	await assert.rejects(check(w));
});

await test("without Ed25519 signatures count as not checked", async () => {
	const real = crypto.subtle.importKey;
	crypto.subtle.importKey = function (format, key, algorithm, ...rest) {
		if (algorithm.name === "Ed25519")
			throw new Error("NotSupportedError");
		return real.call(this, format, key, algorithm, ...rest);
	};
	try {
		const ends = await check(world(20, 3));
		assert.deepEqual(ends, { ...GOOD, promise: "unsure",
			signature: "unsure", verdict: "unsure" });
	} finally {
		crypto.subtle.importKey = real;
	}
});

await test("no request depends on the fragment or on what was typed",
	async () => {
		const one = world(300, 280);
		const two = world(300, 280);
		await check(one);
		await check(two, { o: Buffer.alloc(32), h: Buffer.alloc(32),
			name: "X", email: "y" });
		assert.deepEqual(one.asked, two.asked);
	});

await test("the fragment", async () => {
	const o = Buffer.alloc(32, 250).toString("base64url");
	const h = Buffer.alloc(32, 1).toString("base64url");
	assert.deepEqual(Buffer.from(receipt.readFragment(`#${o}.${h}`).o),
		Buffer.alloc(32, 250));
	for (const bad of ["", "#", `#${o}`, `#${o}.`, `#${o}.${h}x`,
		`#${o}.${h}.${h}`, `${o}.${h}`, `#${o}=.${h}`])
		assert.equal(receipt.readFragment(bad), null);
});

await test("CBOR texts of every length class", async () => {
	for (const [n, head] of [[0, "60"], [23, "77"], [24, "7818"],
		[255, "78ff"], [256, "790100"]])
		assert.equal(Buffer.from(receipt.cborText("a".repeat(n)))
			.subarray(0, head.length / 2).toString("hex"), head);
});

await test("the frozen commitment of the foreign reader", async () => {
	const all = JSON.parse(readFileSync(
		join(source, "tests/foreign/vectors.json"), "utf8"));
	const v = all.commitment;
	const c = await receipt.commitment(Buffer.from(v.o, "hex"),
		v.petition, { email: v.email, name: v.name },
		sha(Buffer.from(v.identity_record, "hex")));
	assert.equal(Buffer.from(c).toString("hex"), v.c);
});

await test("tile numbers", async () => {
	assert.equal(receipt.tileNumber(0), "000");
	assert.equal(receipt.tileNumber(999), "999");
	assert.equal(receipt.tileNumber(1000), "x001/000");
	assert.equal(receipt.tileNumber(1234067), "x001/x234/067");
});

console.log(`1..${run}`);
process.exitCode = failed === 0 ? 0 : 1;
