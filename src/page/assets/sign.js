// sign.js - the form for signing: a postcode is asked for where the country has
// one.  Without this script the field stays, and says when it is needed.
'use strict';

{
	const country = document.getElementById('country');
	const field = document.getElementById('postcode').closest('.field');
	const show = () => { field.hidden = country.value !== country.dataset.home; };

	country.addEventListener('change', show);
	show();
}
