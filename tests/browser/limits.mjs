// limits.mjs - what a petition and a site let nobody pass: its closing, its
// thresholds, and the limits of 2.5, by the numbers of the acceptance list where
// there is one.
//
//     PETITIOND=build/petitiond node tests/browser/limits.mjs

import { dirname, join } from 'node:path';

import { main, until } from './lib.mjs';
import { mail, paths } from './selectors.mjs';
import { HOUR, SETTINGS, Signer, person, run } from './signer.mjs';

class Limits extends Signer {
	// --- closing ---------------------------------------------------------------

	async closing() {
		const { tap } = this;
		const id = await this.petition();
		const late = person();
		const later = person();
		const filled = { ...await this.hidden(paths.sign(id)),
			...person(), person: '1', stage: 'send' };

		await this.signs(id, late);
		await this.signs(id, later);
		const tokens = [await this.token(late), await this.token(later)];
		await this.close(id, 23);
		let answer = await this.get(paths.sign(id));
		tap.is(`${answer.status} ${answer.headers.get('location')}`,
			`303 ${paths.petition(id)}`,
			'F-118 closed: the form leads to the petition');
		tap.ok(/is closed/.test(await (await this.get(
			paths.petition(id))).text()), 'F-118 which says so');
		answer = await this.post(paths.sign(id), filled);
		tap.is(`${answer.status} ${answer.headers.get('location')}`,
			`303 ${paths.petition(id)}`,
			'F-119 closed meanwhile: the same');
		tap.is(await this.confirms(tokens[0]), '/receipts',
			'F-122 confirmed within a day');
		await this.counts(id, 2, 'F-122 it counts');
		await this.close(id, 25);
		tap.is(await this.confirms(tokens[1]), paths.petition(id),
			'F-121 later: the petition');
		tap.is(await this.count(id), 2, 'F-121 nothing is counted');
		tap.is(await this.confirms(tokens[0]), '/receipts',
			'F-116 who was counted keeps the receipt');
	}

	// --- limits ---------------------------------------------------------------

	async limits() {
		const { tap } = this;
		const id = await this.petition();
		const from = '192.0.2.77';
		const set = [];
		const sign = async (who, options) => {
			tap.is(await this.signs(id, who, options), this.sent(id),
				'the screen says the same');
			const mail = await this.mailed(who);
			tap.is(await this.confirms(mail.text.match(
				/^ {4}([0-9A-Z]+-[A-Z2-7]{26})$/m)[1]),
			'/receipts', 'and so does the page after confirming');
			return mail;
		};

		set.push(await sign(person(), { from }));
		set.push(await sign(person(), { from }));
		await this.counts(id, 3, 'two of one address count');
		set.push(await sign(person(), { from }));
		await sign(person(), { from: '203.0.113.9' });
		await sign(person(), { from: '2001:db8:bad:1::5' });
		await sign(person({ email: 'a@spam.example' }));
		await sign(person({ email: 'a@b.c.spam.example' }));
		set.push(await sign(person(), { from: '192.0.2.78' }));
		await this.counts(id, 4, 'F-124 a third is set apart, and ' +
			'blocked addresses and domains are');
		for (let i = 0; i < 3; i++)
			await sign(person(), { from: '198.51.100.7' });
		await this.counts(id, 7, 'F-127 an allowed address has no limit');
		for (let i = 0; i < 3; i++) {
			await sign(person({ email: `c${i}@school.example` }),
				{ from: '192.0.2.80' });
		}
		await this.counts(id, 10, 'F-127 nor has an allowed domain');
		await sign(person({ email: 'a@notspam.example' }));
		await this.counts(id, 11, 'F-125 another domain counts');
		await this.receipts(set);
		for (const part of ['1::1', '1::2', '1:3::4'])
			await sign(person(), { from: `2001:db8:0:${part}` });
		await this.counts(id, 13, 'an IPv6 /64 is one address');
		tap.is(new Set(set.map((m) => m.subject)).size, 1,
			'the mails are of one kind');
		const verify = join(dirname(process.env.PETITIOND),
			'petition-verify');
		const told = await run(verify, [this.site.base])
			.then((done) => done.stdout, (e) => `failed ${e.stdout}`);
		tap.ok(!told.startsWith('failed'),
			'the public log says the same count');
	}

	// Of a network, of listed countries, of all countries but some.
	async wideLimits(id) {
		const { tap } = this;
		const sign = async (more, from) => {
			tap.is(await this.signsAndConfirms(id, person(more),
				{ from }), '/receipts',
			'everybody sees the same');
		};

		for (let i = 1; i <= 9; i++)
			await sign({}, `198.18.5.${i}`);
		await sign({}, '198.18.6.1');
		await this.counts(id, 10, 'eight of one network count');
		for (let i = 0; i < 2; i++)
			await sign({ country: 'TV', postcode: '' });
		await sign({ country: 'KI', postcode: '' });
		await sign({ country: 'FR', postcode: '' });
		await this.counts(id, 12, 'one of a listed country does, ' +
			'and none of one that is not among those allowed');
	}

	// Those of who was counted and of who was set apart: the log tells.
	async receipts(set) {
		const { tap } = this;
		const token = (m) => m.text.match(mail.token)[1];
		const [told, data] = await this.standing(token(set[0]),
			'counted');
		const [apart, entry] = await this.standing(token(set[2]),
			'invalidated');

		tap.ok(/^Counted as leaf [\d,]+ in the log\.$/.test(told),
			`a receipt: ${told}`);
		tap.is(data.out, null, 'nothing took it out');
		tap.ok(/^Set apart on DAY: /.test(apart), `another: ${apart}`);
		tap.is(entry.out.reason, 1, 'by a limit');
		tap.ok(entry.out.leaf > entry.leaf, 'says a later leaf');
	}

	// What is due now: a petition whose months are over closes.
	async tick() {
		const { tap } = this;
		const id = await this.petition({ closing_date: new Date(
			Date.now() - 48 * HOUR).toISOString().slice(0, 10) });
		const { stdout } = await run(process.env.PETITIOND,
			['tick', this.site.dir]);

		tap.ok(/^\d+ closed$/m.test(stdout), `tick: ${stdout.trim()}`);
		const closed = await until('closing', async () => {
			const doc = await (await this.get(
				`/petitions/${id}.json`)).json();

			return doc.data.attributes.state === 'closed' || null;
		}, 5).catch(() => false);
		tap.ok(closed, 'tick closes what is due');
		const again = await run(process.env.PETITIOND,
			['tick', this.site.dir]);
		tap.is(again.stdout.trim(), '0 closed', 'and once');
	}

	// Both thresholds in the checkpoints that reach them, and back.
	async thresholds() {
		const { tap } = this;
		const id = await this.petition({ signature_count: 5 });
		const reached = async () => {
			const doc = await (await this.get(
				`/petitions/${id}.json`)).json();
			const a = doc.data.attributes;

			return [a.response_threshold_reached_at,
				a.debate_threshold_reached_at]
				.map((at) => at === null ? '-' : 'reached')
				.join(' ');
		};
		const [ada, bea] = [person(), person()];

		tap.is(await reached(), '- -', 'no threshold is reached');
		await this.signsAndConfirms(id, ada);
		await this.counts(id, 6, 'one more signs');
		tap.is(await reached(), 'reached -', 'a response is due');
		await this.signsAndConfirms(id, bea);
		await this.counts(id, 7, 'and one more');
		tap.is(await reached(), 'reached reached', 'a debate, too');
		await this.wishes(await this.token(ada), 'withdraw');
		await this.wishes(await this.token(bea), 'withdraw');
		await until('the count to fall', async () =>
			await this.count(id) === 5 || null).catch(() => null);
		tap.is(await reached(), '- -', 'what is lost is not reached');
		await until('keeper', async () => this.destroyed() === 2 || null);
	}
}

main(async (all) => {
	const s = new Limits(all);
	const part = (name, body) => all.tap.part(name,
		async () => body(await s.petition()));

	await all.tap.part('closing', () => s.closing());
	await all.tap.part('tick', () => s.tick());
	await all.tap.part('thresholds', () => s.thresholds());
	await all.tap.part('limits', () => s.limits());
	await part('wide limits', (id) => s.wideLimits(id));
}, SETTINGS);
