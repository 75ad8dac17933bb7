// qr_test.mjs - what qr.js draws is read by a stranger (zbarimg): texts at the
// edges of every version.  Prints TAP.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { qrMatrix } = createRequire(import.meta.url)(
	join(process.env.PETITIOND_SOURCE, "src/page/assets/qr.js"));
const MOST = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362,
	412];
const LETTERS = "abcXYZ0189-_.#/:";

function picture(rows) {
	const quiet = 4;
	const scale = 4;
	const n = (rows.length + 2 * quiet) * scale;
	const pixels = Buffer.alloc(n * n, 255);
	rows.forEach((row, y) => row.forEach((on, x) => {
		for (let a = 0; on && a < scale * scale; a++)
			pixels[((y + quiet) * scale + Math.floor(a / scale)) * n +
				(x + quiet) * scale + a % scale] = 0;
	}));
	return Buffer.concat([Buffer.from(`P5\n${n} ${n}\n255\n`), pixels]);
}

if (spawnSync("zbarimg", ["--version"]).error) {
	console.log("1..0 # SKIP zbarimg is not there");
	process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), "qr-"));
let run = 0;
let failed = 0;
function ok(good, what) {
	run++;
	failed += good ? 0 : 1;
	console.log(`${good ? "" : "not "}ok ${run} - ${what}`);
}

for (const [i, most] of MOST.entries())
	for (const n of [i ? MOST[i - 1] + 1 : 1, most]) {
		const text = Array.from({ length: n },
			(_, k) => LETTERS[(k * 7 + n) % 16]).join("");
		const rows = qrMatrix(new TextEncoder().encode(text));
		const path = join(folder, "qr.pgm");
		writeFileSync(path, picture(rows));
		const read = spawnSync("zbarimg", ["-q", "--raw", path]);
		ok(rows.length === 17 + 4 * (i + 1) &&
			read.stdout.toString().trim() === text,
			`${n} bytes are version ${i + 1}, and read again`);
	}
ok(qrMatrix(new Uint8Array(413)) === null, "413 are too many");
rmSync(folder, { recursive: true });
console.log(`1..${run}`);
process.exit(failed ? 1 : 0);
