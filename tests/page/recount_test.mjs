// recount_test.mjs - the browser's recount against logs that make_log.py
// builds, honest and changed.  usage: recount_test.mjs MAKE_LOG.  Prints TAP.
import { execFileSync } from "node:child_process";
import { webcrypto } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

// Node 18, which is Debian 12's, keeps it from scripts.
globalThis.crypto ??= webcrypto;
const { recount, Fault } = createRequire(import.meta.url)(
	join(process.env.PETITIOND_SOURCE, "src/page/assets/recount.js"));
const HOST = "petitions.example.org";
let run = 0;
let failed = 0;
function ok(good, what, detail = "") {
	run++;
	failed += good ? 0 : 1;
	console.log(`${good ? "" : "not "}ok ${run} - ${what}`);
	if (!good)
		console.log(`# ${detail}`);
}

/* What a textbook would count: leaf after leaf. */
function byHand(folder, size, petition) {
	const marks = new Map();
	let carried = 0;
	for (let i = 0; i < size; i++) {
		const n = Math.floor(i / 256);
		const width = Math.min(256, size - n * 256);
		const path = join(folder, "log/2026/tile/entries",
			String(n).padStart(3, "0") + (width < 256 ? `.p/${width}` : ""));
		const leaf = readFileSync(path)
			.subarray((i % 256) * 66 + 2, (i % 256) * 66 + 66);
		if (leaf.readBigUInt64BE(8) !== BigInt(petition))
			continue;
		const number = Number(leaf.readBigUInt64BE(16));
		if (leaf[1] === 1)
			carried = number;
		if (leaf[1] === 2)
			marks.set(i, new Set());
		if (leaf[1] === 3)
			marks.get(number).add("invalid");
		if (leaf[1] === 4)
			marks.get(number).add("withdrawn");
		if (leaf[1] === 5)
			marks.get(number).delete("invalid");
	}
	return carried + [...marks.values()].filter((m) => m.size === 0).length;
}

const folder = mkdtempSync(join(tmpdir(), "recount-"));
const get = (change) => async (path) => {
	try {
		const bytes = new Uint8Array(readFileSync(join(folder, path)));
		return change ? change(path, bytes) : bytes;
	} catch {
		return null;
	}
};
const count = (petition, change, host = HOST) =>
	recount(petition, host, get(change), () => {});

for (const size of [20, 255, 256, 257, 511, 513, 700, 1025, 2304]) {
	rmSync(folder, { recursive: true });
	execFileSync("python3", [process.argv[2], folder, String(size)]);
	for (const petition of [1, 2]) {
		const answer = await count(petition);
		ok(answer.leaves === size && answer.checked &&
			answer.total === BigInt(byHand(folder, size, petition)),
			`${size} leaves, petition ${petition}`, answer.total);
	}
}

async function refused(what, change, host) {
	let end = "counted";
	try {
		await count(1, change, host);
	} catch (error) {
		end = error instanceof Fault ? "fault" : error;
	}
	ok(end === "fault", what, end);
}

const flip = (name, at) => (path, bytes) => {
	if (path.includes(name))
		bytes[at < 0 ? bytes.length + at : at] ^= 1;
	return bytes;
};
await refused("a changed leaf", flip("entries/003", 100));
await refused("a changed last leaf", flip("entries/008", -1));
await refused("a changed length", flip("entries/001", 1));
await refused("a missing bundle", (path, bytes) =>
	path.includes("entries/002") ? null : bytes);
await refused("two bundles that changed places", (path, bytes) =>
	path.includes("entries/002")
		? new Uint8Array(readFileSync(join(folder,
			"log/2026/tile/entries/003")))
		: bytes);
await refused("a changed size", flip("checkpoint", 31));
await refused("a changed signature", flip("checkpoint", -4));
await refused("another site's log", null, "other.example");

/* Leaves that are signed and break a rule. */
function tell(leaves) {
	rmSync(folder, { recursive: true });
	execFileSync("python3", ["-B", "-c", `import sys
sys.path.insert(0, sys.argv[1])
from make_log import *
log = Log(sys.argv[2])
log.petition(1)
log.sign(1)
${leaves}
log.write()`, dirname(process.argv[2]), folder]);
}
tell("log.leaf(CLOSE, 1, 1)\nlog.mark(INVALIDATE, 1, (2026, 1))");
ok((await count(1)).total === 0n, "a closed petition, taken out of later");
for (const [what, leaves] of [
	["an hour that goes back", "log.hour -= 1\nlog.sign(1)"],
	["its own year as an earlier one",
		"log.leaf(INVALIDATE, 1, 1, reason=1, aux=2026)"],
	["a SIGN behind CLOSE", "log.leaf(CLOSE, 1, 1)\nlog.sign(1)"],
	["a second CLOSE", "log.leaf(CLOSE, 1, 1)\nlog.leaf(CLOSE, 1, 1)"],
	["a CLOSE at another count", "log.leaf(CLOSE, 1, 2)"],
	["an unknown type", "log.leaf(12, 1)"],
	["a SIGN twice", "log.sign(1, log.leaves[1][32:])"],
]) {
	tell(leaves);
	await refused(what);
}

rmSync(folder, { recursive: true });
console.log(`1..${run}`);
process.exitCode = failed ? 1 : 0;
