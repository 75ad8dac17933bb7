#include "cmd/served.h"

#include <fcntl.h>
#include <poll.h>

#include "base/file.h"
#include "role/command.h"
#include "role/site.h"

static const size_t FILE_MAX_BYTES = (size_t)60 << 20;

enum err served_read(const char *path, struct buf *b)
{
	enum err e;

	buf_init(b, FILE_MAX_BYTES);
	e = file_read(AT_FDCWD, path, b);
	if (e == OK)
		return OK;
	complain("%s: %s: %s", path, err_text(e),
		e == ERR_TOO_LARGE ? "split it; 60 MiB is the most"
				   : "name a file that can be read");
	buf_release(b);
	return e;
}

enum err served_connect(const char *site, struct link *ret_link)
{
	int fd;
	enum err e = site_connect_commands(site, &fd);

	if (e != OK) {
		complain("%s is locked by another command: try again when it "
			 "is done",
			site);
		return e;
	}
	link_init(ret_link);
	link_attach(ret_link, fd);
	return OK;
}

static enum err wait(struct link *l, uint8_t *ret_type, struct view *ret_body)
{
	for (;;) {
		struct pollfd p = { l->fd, link_events(l), 0 };
		enum err e;

		if (link_next(l, ret_type, ret_body))
			return OK;
		if (poll(&p, 1, -1) < 0)
			continue;
		e = link_pump(l);
		if (e != OK && !link_next(l, ret_type, ret_body))
			return e;
		if (e != OK)
			return OK;
	}
}

enum err served_ask(struct link *l, const char *what, const char *then,
	struct str *ret_answer)
{
	uint8_t type = 0;
	struct view v;
	enum err e = link_end(l);

	if (e == OK)
		e = wait(l, &type, &v);
	if (e != OK) {
		complain("%s%sthe server went away: %s",
			what == NULL ? "" : what, what == NULL ? "" : ": ",
			then);
		return e;
	}
	if (type != COMMAND_DONE) {
		complain("%.*s", (int)v.len, (const char *)v.at);
		return ERR_INVALID;
	}
	*ret_answer = (struct str){ (const char *)v.at, v.len };
	return OK;
}
