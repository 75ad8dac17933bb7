// Hands the X25519 vectors of npm's cctv-age to the program named first
// (src/crypto/age_cctv.c), which prints TAP.  Armoured, hybrid and
// passphrase files are not ours to open and are left out.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import zlib from 'node:zlib';

function skip(why) {
  console.log(`ok 1 # SKIP ${why}`);
  console.log('1..1');
  process.exit(0);
}

const source = process.env.PETITIOND_SOURCE;
const require = createRequire(path.join(source, 'tests/browser/package.json'));
let vectors;
try {
  vectors = await import(pathToFileURL(require.resolve('cctv-age')));
} catch (e) {
  if (e.code !== 'MODULE_NOT_FOUND') throw e;
  skip('cctv-age is not installed: run "npm ci" in tests/browser');
}

function parse(bytes) {
  const file = Buffer.from(bytes);
  const end = file.indexOf('\n\n');
  const fields = {};
  for (const line of file.subarray(0, end).toString().split('\n')) {
    const colon = line.indexOf(': ');
    (fields[line.slice(0, colon)] ??= []).push(line.slice(colon + 2));
  }
  let body = file.subarray(end + 2);
  if (fields.compressed) body = zlib.inflateSync(body);
  return { fields, body };
}

function counted(bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
}

const parts = [];
for (const [name, bytes] of Object.entries(vectors)) {
  const { fields, body } = parse(bytes);
  const identity = fields.identity ?? [''];
  if (fields.armored || fields.passphrase || identity.length > 1 ||
      identity[0].startsWith('AGE-SECRET-KEY-PQ-'))
    continue;
  parts.push(counted(name), counted(identity[0]), counted(fields.expect[0]),
    Buffer.from((fields.payload ?? ['00'.repeat(32)])[0], 'hex'),
    counted(body));
}
const run = spawnSync(process.argv[2], { input: Buffer.concat(parts),
  stdio: ['pipe', 'inherit', 'inherit'] });
process.exit(run.status ?? 1);
