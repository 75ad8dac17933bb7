// selectors.mjs - what the journeys know of our pages, and nowhere else.
//
// When a page changes its markup or words, this file changes with it.

export const paths = {
	petition: (id) => `/petitions/${id}`,
	sign: (id) => `/petitions/${id}/signatures/new`,
	thanks: (id) => `/petitions/${id}/signatures/thank-you`,
	typeToken: '/c',
	receipt: /\/receipts\/\d+\/[A-Za-z0-9_-]{43}(\?[^#]*)?(#.*)?$/,
};

export const petition = {
	title: 'h1',
	sign: 'a:has-text("Sign this petition")',
	count: '#signature-count',
};

export const form = {
	eligible: '[name="eligible"]',
	name: '[name="name"]',
	email: '[name="email"]',
	country: 'select[name="country"]',
	postcode: '[name="postcode"]',
	updates: '[name="updates"]',
	token: '[name="form"]',
	go: '#continue',
	faults: '[role="alert"]',
	faultLinks: '[role="alert"] a',
	fieldFault: (name) => `#${name}-fault`,
};

export const check = {
	answers: 'dl.summary dd',
	send: 'button[name="stage"][value="send"]',
	change: 'button[name="stage"][value="change"]',
	form: 'form:has(button[value="send"])',
};

export const thanks = { title: 'Check your email' };

export const confirm = {
	title: 'Confirm your signature',
	go: 'main form button',
	badTitle: 'This link does not work',
	againTitle: 'Already counted',
	field: '[name="token"]',
	typeGo: 'form:has([name="token"]) button',
};

export const receipt = {
	title: 'Your signature is confirmed',
	state: '#state',
	counted: /Counted as leaf/,
	promise: '#promise',
	name: '#mailed-name',
	email: '#mailed-email',
	go: '#check-form button',
	qr: '#qr',
	save: '#save-receipt',
	steps: '#steps [data-step]:visible [data-end]:visible',
	verdict: '#verdict [data-step]:visible [data-end]:visible',
	noFragment: '#no-fragment',
};

export const mail = {
	confirmSubject: 'Please confirm your signature: ',
	alreadySubject: 'You have already signed: ',
	link: (base) => new RegExp(`^${base}/c/[0-9A-Z]+-[A-Z2-7]{26}` +
		'#[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}$', 'm'),
	token: /^ {4}([0-9A-Z]+-[A-Z2-7]{26})$/m,
};
