/*
 * petition_desk_init.c - petition-desk init: a desk's keys, in a file that age
 * protects by a passphrase.
 */
#include <unistd.h>

#include "base/rng.h"
#include "base/wipe.h"
#include "cmd/petition_desk_ask.h"
#include "cmd/petition_desk_file.h"
#include "cmd/petition_desk_tool.h"
#include "crypto/secret.h"

/* ---- init, join ---- */

static void print_admission(const struct age_recipient *r,
	const struct sign_public *key, const char *name)
{
	struct buf b;

	buf_init(&b, 1024);
	desk_key_text(&b, key);
	buf_c(&b, " ");
	age_recipient_text(r, &b);
	printf("Give the site's operator this line:\n\n"
	       "  petitiond keys SITE admit %.*s \"%s\"\n\n"
	       "and write down with `petition-desk join` what it prints.\n",
		STR_ARG(buf_view(&b)), name);
	buf_release(&b);
}

/* age itself asks for the passphrase, twice, and writes the file. */
static enum err encrypt_to(const char *path, struct str plain)
{
	char command[] = "age --passphrase --output";
	FILE *to;
	char line[4400];

	if (access(path, F_OK) == 0) {
		desk_complain("%s is there already: name a new file", path);
		return ERR_EXISTS;
	}
	if (strpbrk(path, "'\"\\$`\n") != NULL || strlen(path) > 4000) {
		desk_complain("choose a plainer name than %s", path);
		return ERR_INVALID;
	}
	(void)snprintf(line, sizeof(line), "umask 077; %s '%s'", command, path);
	to = popen(line, "w");
	if (to == NULL)
		return ERR_IO;
	if (fwrite(plain.at, 1, plain.len, to) != plain.len) {
		(void)pclose(to);
		return ERR_IO;
	}
	if (pclose(to) != 0) {
		desk_complain("age did not write %s", path);
		return ERR_IO;
	}
	return OK;
}

enum err desk_init(const char *path, const char *name)
{
	struct age_identity *identity = SECRET_NEW(struct age_identity);
	struct age_recipient recipient;
	struct sign_public key;
	struct buf plain;
	enum err e;

	if (identity == NULL)
		return ERR_MEMORY;
	buf_init(&plain, 4096);
	age_identity_generate(rng_system(), identity);
	age_recipient_of(identity, &recipient);
	buf_printf(&plain, "# desk: %s\n", name);
	age_identity_text(identity, &plain);
	buf_c(&plain, "\n");
	desk_file_add_key(&plain, &key);
	secret_free(identity);
	e = buf_err(&plain);
	if (e == OK)
		e = encrypt_to(path, buf_view(&plain));
	wipe(plain.at, plain.len);
	buf_release(&plain);
	if (e == OK)
		print_admission(&recipient, &key, name);
	return e;
}
