/*
 * qr.js - a QR code (ISO/IEC 18004) of a text, drawn where the text is secret:
 * in the browser.  Byte mode, error correction M, versions 1 to 15, which is
 * 412 bytes.  qrMatrix(bytes) gives rows of booleans (true is dark), or null
 * if the text is too long.
 */
(function () {
	"use strict";

	/* By version: bytes of error correction a block, and the blocks as
	 * [how many, bytes of data each] (table 9, level M). */
	const BLOCKS = [null,
		[10, [1, 16]], [16, [1, 28]], [26, [1, 44]], [18, [2, 32]],
		[24, [2, 43]], [16, [4, 27]], [18, [4, 31]],
		[22, [2, 38], [2, 39]], [22, [3, 36], [2, 37]],
		[26, [4, 43], [1, 44]], [30, [1, 50], [4, 51]],
		[22, [6, 36], [2, 37]], [22, [8, 37], [1, 38]],
		[24, [4, 40], [5, 41]], [24, [5, 41], [5, 42]]];
	/* Centres of the alignment patterns (annex E). */
	const ALIGN = [null, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34],
		[6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54],
		[6, 32, 58], [6, 34, 62], [6, 26, 46, 66], [6, 26, 48, 70]];

	/* --- GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1 --- */

	const exp = new Uint8Array(510);
	const log = new Uint8Array(256);
	for (let i = 0, x = 1; i < 255; i++) {
		exp[i] = exp[i + 255] = x;
		log[x] = i;
		x = x < 128 ? x << 1 : x << 1 ^ 0x11d;
	}

	function times(a, b) {
		return a && b ? exp[log[a] + log[b]] : 0;
	}

	/* The remainder of data * x^n by the generator of degree n. */
	function correction(data, n) {
		let generator = [1];
		for (let i = 0; i < n; i++) {
			const next = [...generator, 0];
			for (let k = 0; k < generator.length; k++)
				next[k + 1] ^= times(generator[k], exp[i]);
			generator = next;
		}
		const rest = new Array(n).fill(0);
		for (const byte of data) {
			const lead = byte ^ rest.shift();
			rest.push(0);
			for (let k = 0; k < n; k++)
				rest[k] ^= times(generator[k + 1], lead);
		}
		return rest;
	}

	/* --- codewords --- */

	function blocksOf(version) {
		const [, ...groups] = BLOCKS[version];
		return groups.flatMap(([n, size]) => new Array(n).fill(size));
	}

	function versionFor(length) {
		for (let v = 1; v < BLOCKS.length; v++) {
			const room = blocksOf(v).reduce((a, b) => a + b);
			if (length + (v < 10 ? 2 : 3) <= room)
				return v;
		}
		return 0;
	}

	function dataWords(bytes, version, room) {
		const bits = [];
		const put = (value, n) => {
			for (let i = n - 1; i >= 0; i--)
				bits.push(value >> i & 1);
		};
		put(4, 4);
		put(bytes.length, version < 10 ? 8 : 16);
		bytes.forEach((byte) => put(byte, 8));
		put(0, Math.min(4, room * 8 - bits.length));
		while (bits.length % 8)
			bits.push(0);
		const words = [];
		for (let i = 0; i < bits.length; i += 8)
			words.push(parseInt(bits.slice(i, i + 8).join(""), 2));
		for (let pad = 0xec; words.length < room; pad ^= 0xec ^ 0x11)
			words.push(pad);
		return words;
	}

	/* Blocks take turns, first their data, then their correction. */
	function codewords(bytes, version) {
		const sizes = blocksOf(version);
		const words = dataWords(bytes, version,
			sizes.reduce((a, b) => a + b));
		const n = BLOCKS[version][0];
		const data = sizes.map((size) => words.splice(0, size));
		const all = [];
		for (let i = 0; i < Math.max(...sizes); i++)
			data.forEach((d) => i < d.length && all.push(d[i]));
		const more = data.map((d) => correction(d, n));
		for (let i = 0; i < n; i++)
			more.forEach((m) => all.push(m[i]));
		return all;
	}

	/* --- the symbol --- */

	function frame(version) {
		const size = 17 + 4 * version;
		const dark = Array.from({ length: size },
			() => new Array(size).fill(false));
		const fixed = Array.from({ length: size },
			() => new Array(size).fill(false));
		const set = (x, y, on) => {
			dark[y][x] = on;
			fixed[y][x] = true;
		};
		for (let i = 0; i < size; i++) {
			set(6, i, i % 2 === 0);
			set(i, 6, i % 2 === 0);
		}
		const square = (cx, cy, radius, on) => {
			for (let y = -radius; y <= radius; y++)
				for (let x = -radius; x <= radius; x++)
					if (dark[cy + y] && cx + x >= 0 && cx + x < size)
						set(cx + x, cy + y,
							on(Math.max(Math.abs(x), Math.abs(y))));
		};
		for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]])
			square(x, y, 4, (d) => d !== 2 && d !== 4);
		const at = ALIGN[version];
		const last = at.length - 1;
		at.forEach((x, i) => at.forEach((y, k) => {
			if (!(i === 0 && (k === 0 || k === last)) &&
				!(i === last && k === 0))
				square(x, y, 2, (d) => d !== 1);
		}));
		return { size, dark, fixed, set };
	}

	/* value and its remainder by a polynomial (annexes C and D). */
	function withRemainder(value, bits, polynomial) {
		let rest = value;
		for (let i = 0; i < bits; i++)
			rest = rest << 1 ^ (rest >> bits - 1) * polynomial;
		return value << bits | rest;
	}

	function putFormat(f, mask) {
		/* Level M is 00. */
		const bits = withRemainder(mask, 10, 0x537) ^ 0x5412;
		const bit = (i) => (bits >> i & 1) === 1;
		const n = f.size;
		for (let i = 0; i < 15; i++) {
			const y = i < 6 ? i : i < 8 ? i + 1 : n - 15 + i;
			const x = i < 8 ? n - 1 - i : i === 8 ? 7 : 14 - i;
			f.set(8, y, bit(i));
			f.set(x, 8, bit(i));
		}
		f.set(8, n - 8, true);
	}

	function putVersion(f, version) {
		if (version < 7)
			return;
		const bits = withRemainder(version, 12, 0x1f25);
		for (let i = 0; i < 18; i++) {
			const on = (bits >> i & 1) === 1;
			const a = f.size - 11 + i % 3;
			const b = Math.floor(i / 3);
			f.set(a, b, on);
			f.set(b, a, on);
		}
	}

	/* Upwards and downwards in columns of two, from the right. */
	function putWords(f, words) {
		let i = 0;
		for (let right = f.size - 1; right > 0; right -= 2) {
			if (right === 6)
				right = 5;
			for (let k = 0; k < f.size; k++) {
				const up = (right + 1 & 2) === 0;
				const y = up ? f.size - 1 - k : k;
				for (const x of [right, right - 1]) {
					if (f.fixed[y][x])
						continue;
					if (i < words.length * 8)
						f.dark[y][x] =
							(words[i >> 3] >> 7 - (i & 7) & 1) === 1;
					i++;
				}
			}
		}
	}

	const MASKS = [
		(x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3,
		(x, y) => (x + y) % 3,
		(x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
		(x, y) => x * y % 2 + x * y % 3,
		(x, y) => (x * y % 2 + x * y % 3) % 2,
		(x, y) => ((x + y) % 2 + x * y % 3) % 2];

	function masked(f, mask) {
		const turn = MASKS[mask];
		return f.dark.map((row, y) => row.map((on, x) =>
			on !== (!f.fixed[y][x] && turn(x, y) === 0)));
	}

	/* What makes a symbol hard to read (section 7.8.3), less is better. */
	function penalty(rows) {
		const n = rows.length;
		const lines = [...rows,
			...rows.map((_, x) => rows.map((row) => row[x]))];
		let sum = 0;
		for (const line of lines) {
			const text = line.map((on) => on ? "1" : "0").join("");
			for (const run of text.match(/0{5,}|1{5,}/g) || [])
				sum += run.length - 2;
			sum += 40 * (text.match(/(?=10111010000|00001011101)/g) || [])
				.length;
		}
		for (let y = 1; y < n; y++)
			for (let x = 1; x < n; x++)
				if (rows[y][x] === rows[y - 1][x] &&
					rows[y][x] === rows[y][x - 1] &&
					rows[y][x] === rows[y - 1][x - 1])
					sum += 3;
		const darks = rows.flat().filter(Boolean).length;
		return sum +
			10 * Math.floor(Math.abs(darks * 20 - n * n * 10) / (n * n));
	}

	function qrMatrix(bytes) {
		const version = versionFor(bytes.length);
		if (version === 0)
			return null;
		const f = frame(version);
		putVersion(f, version);
		putFormat(f, 0);
		putWords(f, codewords(bytes, version));
		let best = null;
		for (let mask = 0; mask < MASKS.length; mask++) {
			putFormat(f, mask);
			const rows = masked(f, mask);
			const badness = penalty(rows);
			if (!best || badness < best.badness)
				best = { rows, badness };
		}
		return best.rows;
	}

	if (typeof module === "object" && module.exports)
		module.exports = { qrMatrix };
	else
		window.qrMatrix = qrMatrix;
})();
