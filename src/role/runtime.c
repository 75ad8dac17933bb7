#include "role/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/wipe.h"
#include "role/sandbox.h"

static void complain(void *context, uint32_t line, const char *text)
{
	(void)context;
	(void)line;
	(void)text; /* the supervisor has read the same file before */
}

static enum err take_setting(struct role *r, struct control_message *m)
{
	switch (m->type) {
	case CONTROL_CONFIG:
		return config_parse((struct str){ m->body, m->len }, complain,
			NULL, &r->config);
	case CONTROL_FOLDER:
		if (m->what == FOLDER_OWN)
			r->own_fd = m->fd;
		else if (m->what == FOLDER_PUBLIC)
			r->public_fd = m->fd;
		else if (m->what == FOLDER_LOCALE)
			r->locale_fd = m->fd;
		else if (m->what == FOLDER_THEME)
			r->theme_fd = m->fd;
		else
			r->pages_fd = m->fd;
		return OK;
	case CONTROL_LISTEN:
		if (m->what == LISTENER_METRICS)
			r->metrics_fd = m->fd;
		else
			r->listen_fd = m->fd;
		return OK;
	case CONTROL_VITALS:
		r->vitals_fd = m->fd;
		return OK;
	case CONTROL_COMMANDS:
		r->commands_fd = m->fd;
		return OK;
	case CONTROL_SECRET:
		if (m->len != sizeof(r->credential))
			return ERR_INVALID;
		memcpy(r->credential, m->body, m->len);
		r->has_credential = true;
		wipe(m->body, m->len);
		return OK;
	default:
		return ERR_INVALID;
	}
}

enum err role_begin(struct role *r, enum role_name name)
{
	static struct control_message m; /* too large for a stack frame */
	enum err e;

	*r = (struct role){ .name = name,
		.own_fd = -1,
		.public_fd = -1,
		.pages_fd = -1,
		.locale_fd = -1,
		.theme_fd = -1,
		.listen_fd = -1,
		.metrics_fd = -1,
		.vitals_fd = -1,
		.commands_fd = -1 };
	for (size_t i = 0; i < ROLE_COUNT; i++)
		link_init(&r->link[i]);
	log_role(role_name_text(name));
	e = sandbox_prepare();
	while (e == OK) {
		e = control_receive(CONTROL_FD, &m);
		if (e == OK && m.type == CONTROL_START)
			break;
		if (e == OK)
			e = take_setting(r, &m);
	}
	if (e == OK && (r->own_fd < 0 || fchdir(r->own_fd) != 0))
		e = ERR_IO;
	if (e != OK)
		log_err("cannot-begin", e);
	return e;
}

enum err role_fence(struct role *r)
{
	bool landlock = false;
	enum err e = sandbox_enter(r->name, r->own_fd, r->public_fd, &landlock);

	if (e != OK) {
		log_err("no-sandbox", e);
		return e;
	}
	if (!sandbox_built())
		log_notice("sandbox-not-built");
	else if (!landlock)
		log_notice("kernel-has-no-landlock");
	(void)fcntl(CONTROL_FD, F_SETFL, O_NONBLOCK);
	return control_send(CONTROL_FD, CONTROL_READY, 0, -1, NULL, 0);
}

static void take_peer(struct role *r, struct control_message *m)
{
	if (m->what >= ROLE_COUNT || m->fd < 0)
		return;
	link_attach(&r->link[m->what], m->fd);
	r->fresh[m->what] = true;
	r->lost[m->what] = false;
}

static enum err listen_to_supervisor(struct role *r)
{
	static struct control_message m;

	for (;;) {
		enum err e = control_receive(CONTROL_FD, &m);

		if (e == ERR_BUSY)
			return OK;
		if (e == ERR_GONE) {
			r->orphaned = true;
			r->stopping = true;
			return OK;
		}
		if (e != OK)
			return e;
		if (m.type == CONTROL_PEER) {
			take_peer(r, &m);
		} else if (m.type == CONTROL_STOP) {
			r->stopping = true;
		} else if (m.type == CONTROL_RECIPIENT &&
			m.len < sizeof(r->recipient)) {
			memcpy(r->recipient, m.body, m.len + 1);
			r->recipient_fresh = true;
		}
	}
}

static size_t fill_polls(struct role *r, struct pollfd *polls)
{
	size_t n = 0;

	polls[n++] = (struct pollfd){ CONTROL_FD, POLLIN, 0 };
	for (size_t i = 0; i < ROLE_COUNT; i++)
		polls[n++] = (struct pollfd){ r->link[i].fd,
			link_events(&r->link[i]), 0 };
	for (size_t i = 0; i < r->n_extra; i++)
		polls[n++] = r->extra[i];
	return n;
}

static enum err wait_now(struct role *r, int timeout_ms)
{
	struct pollfd polls[1 + ROLE_COUNT + ROLE_EXTRA_FDS];
	size_t n = fill_polls(r, polls);

	if (poll(polls, n, timeout_ms) < 0 && errno != EINTR)
		return err_from_errno(errno);
	for (size_t i = 0; i < r->n_extra; i++)
		r->extra[i].revents = polls[1 + ROLE_COUNT + i].revents;
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		struct link *l = &r->link[i];

		if (!link_up(l) || polls[1 + i].revents == 0)
			continue;
		if (link_pump(l) != OK)
			r->lost[i] = true;
	}
	return polls[0].revents != 0 ? listen_to_supervisor(r) : OK;
}

/* Through a pointer that the compiler must read, so that wait_now keeps a
 * frame of its own: in role_wait's, the holes between its variables would
 * shelter what turn()'s other callees had there. */
enum err role_wait(struct role *r, int timeout_ms)
{
	enum err (*volatile wait)(struct role *, int) = wait_now;

	for (size_t i = 0; i < ROLE_COUNT; i++)
		link_forget(&r->link[i]);
	wipe_stack(8);
	return wait(r, timeout_ms);
}

void role_lose(struct role *r, enum role_name peer)
{
	link_close(&r->link[peer]);
	r->lost[peer] = false;
	/* The order of the roles is that of the channels' ends. */
	if (r->name < peer &&
		control_send(CONTROL_FD, CONTROL_LOST, (uint8_t)peer, -1, NULL,
			0) != OK)
		r->orphaned = r->stopping = true;
}

void role_flush(struct role *r)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (link_up(&r->link[i]) && link_waiting(&r->link[i]) > 0 &&
			link_flush(&r->link[i]) != OK)
			r->lost[i] = true;
}

void role_release(struct role *r)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		link_close(&r->link[i]);
	wipe(r->credential, sizeof(r->credential));
	config_release(&r->config);
}

int role_run(enum role_name name, committer_import *import)
{
	static int (*const run[ROLE_COUNT])(struct role *) = {
		[ROLE_WEB] = web_main,
		[ROLE_SEALER] = sealer_main,
		[ROLE_KEEPER] = keeper_main,
		[ROLE_LOG] = log_main,
		[ROLE_MAILER] = mailer_main,
	};
	static struct role r;
	int status;

	if (role_begin(&r, name) != OK)
		return 1;
	r.import = import;
	status = run[name](&r);
	role_release(&r);
	return status;
}
