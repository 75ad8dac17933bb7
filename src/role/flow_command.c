/*
 * flow_command.c - commands beside a running server: SITE/control.sock.
 *
 * One command at a time; its socket has mode 0600, so whoever reaches it owns
 * the site.  A command is one frame, its answer another.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "role/command.h"
#include "role/flow.h"

void flow_accept_command(struct flow *f)
{
	int fd = accept4(
		f->role->commands_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		link_attach(&f->command, fd);
}

static void say(struct flow *f, enum command_answer type, struct str text)
{
	struct buf *b = link_begin(&f->command, (uint8_t)type);

	buf_str(b, text);
	if (link_end(&f->command) != OK || link_flush(&f->command) != OK)
		link_close(&f->command);
}

/* The rest of a frame: the name of a file and what stands in it. */
static void commit_file(struct flow *f, struct work *w, struct view *v)
{
	struct work_import *i = &w->import;

	i->name = arena_copy(&w->arena, view_str16(v));
	i->body = arena_copy(
		&w->arena, (struct str){ (const char *)v->at, v->len });
	if (v->bad || i->body.at == NULL) {
		work_free(w);
		say(f, COMMAND_REFUSED, STR("this file is too large"));
		return;
	}
	f->importing = true;
	flow_commit(f, w);
}

static void begin(struct flow *f, enum command command, struct view *v)
{
	struct work *w = work_new(WORK_IMPORT);

	if (w == NULL) {
		say(f, COMMAND_REFUSED, STR("out of memory"));
		return;
	}
	if (command == COMMAND_IMPORT) {
		w->import.replace = view_u8(v) != 0;
		w->import.period = arena_copy(&w->arena, view_str16(v));
	} else {
		w->import.kind = arena_copy(&w->arena, view_str16(v));
	}
	commit_file(f, w, v);
}

void flow_hear_command(struct flow *f)
{
	enum err e = link_pump(&f->command);
	uint8_t type;
	struct view v;

	while (!f->importing && link_next(&f->command, &type, &v)) {
		if (type == COMMAND_IMPORT || type == COMMAND_LOAD)
			begin(f, (enum command)type, &v);
		else if (type == COMMAND_TICK)
			f->tick = true; /* flow_ticked answers */
		else
			say(f, COMMAND_REFUSED,
				STR("this server knows no such command: it is "
				    "of another version"));
	}
	if (e != OK && !f->importing)
		link_close(&f->command);
}

void flow_ticked(struct flow *f, const struct work *w)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", w->slots.closed);
	if (!link_up(&f->command))
		return;
	if (w->err == OK)
		say(f, COMMAND_DONE, str_c(text));
	else
		say(f, COMMAND_REFUSED, str_c(err_text(w->err)));
}

static void refresh_places(struct flow *f)
{
	enum err e = places_refresh(f->app->places, f->role->own_fd, f->store);

	if (e != OK)
		log_err("cannot-read-areas", e);
}

void flow_imported(struct flow *f, struct work *w)
{
	struct work_import *i = &w->import;
	struct str text = i->complaint;

	f->importing = false;
	if (w->err == OK) {
		text = arena_printf(
			&w->arena, "%llu", (unsigned long long)i->count);
		refresh_places(f);
		shelf_changed(f->app->shelf, 0);
		flow_find_events(f);
	} else if (text.len == 0) {
		text = str_c(err_text(w->err));
	}
	if (link_up(&f->command))
		say(f, w->err == OK ? COMMAND_DONE : COMMAND_REFUSED, text);
	work_free(w);
}
