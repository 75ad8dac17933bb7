#include "role/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/wipe.h"
#include "role/config.h"
#include "role/control.h"
#include "role/sandbox.h"
#include "role/site.h"
#include "role/vitals.h"

static const int64_t STOP_MS = 30000;
static const int64_t FIRST_PAUSE_MS = 20;
static const int64_t LAST_PAUSE_MS = 5000;
static const int64_t LOOK_MS = 10000; /* how often at the roles' memory */
static const int64_t STEADY_MS = 10000; /* lived that long: pause forgotten */

/* Who may talk with whom (docs/protocol.md, Channels). */
static const struct {
	enum role_name a, b;
} channels[] = {
	{ ROLE_WEB, ROLE_SEALER },
	{ ROLE_SEALER, ROLE_KEEPER },
	{ ROLE_WEB, ROLE_KEEPER },
	{ ROLE_WEB, ROLE_LOG },
	{ ROLE_WEB, ROLE_MAILER },
};

struct child {
	pid_t pid; /* 0: not running */
	int control;
	bool ready;
	bool told_stop;
	int64_t started_ms;
	int64_t pause_ms;
	int64_t start_at_ms; /* when not running */
};

struct supervisor {
	struct site site;
	struct clock *clock;
	int signals;
	int listen_fd;
	int commands_fd;
	int metrics_fd; /* -1: nobody asks */
	int vitals_fd;
	struct vitals *vitals;
	int64_t look_at_ms;
	struct child child[ROLE_COUNT];
	char recipient[128];
	bool stopping;
	bool announced;
	int64_t stop_by_ms;
};

/* ---- one role ---- */

static struct passwd *role_user(enum role_name r)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "petitiond-%s", role_name_text(r));
	return geteuid() == 0 ? getpwnam(name) : NULL;
}

NORETURN static void become(enum role_name r, int control)
{
	char name[16];
	char self[] = "petitiond";
	char flag[] = "--role";
	char *argv[] = { self, flag, name, NULL };
	struct passwd *user = role_user(r);
	sigset_t none;

	(void)snprintf(name, sizeof(name), "%s", role_name_text(r));
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (user != NULL &&
		(setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 ||
			setuid(user->pw_uid) != 0))
		_exit(1);
	if (control == CONTROL_FD) {
		if (fcntl(control, F_SETFD, 0) != 0)
			_exit(1);
	} else if (dup2(control, CONTROL_FD) < 0) {
		_exit(1);
	}
	/* Binding a function at its first call leaves the vector registers,
	 * and with them what memcpy carried last, on the stack. */
	(void)setenv("LD_BIND_NOW", "1", 1);
	(void)execv("/proc/self/exe", argv);
	_exit(1);
}

static enum err send_to(struct supervisor *s, enum role_name r, uint8_t type,
	uint8_t what, int fd, const void *body, size_t len)
{
	return control_send(s->child[r].control, type, what, fd, body, len);
}

static enum err send_folder(
	struct supervisor *s, enum role_name r, const char *name, uint8_t what)
{
	int fd;
	enum err e = file_open_dir(s->site.dir_fd, name, &fd);

	if (e != OK)
		return e;
	e = send_to(s, r, CONTROL_FOLDER, what, fd, NULL, 0);
	(void)close(fd);
	return e;
}

/* Most sites have no words or looks of their own.  Mails need no page and no
 * theme. */
static enum err send_own_words(struct supervisor *s, enum role_name r)
{
	static const struct {
		const char *name;
		uint8_t what;
	} folder[] = { { "pages", FOLDER_PAGES }, { "locale", FOLDER_LOCALE },
		{ "theme", FOLDER_THEME } };
	enum err e = OK;

	for (size_t i = 0; e == OK && i < sizeof(folder) / sizeof(folder[0]);
		i++) {
		if (r == ROLE_MAILER && folder[i].what != FOLDER_LOCALE)
			continue;
		e = send_folder(s, r, folder[i].name, folder[i].what);
		e = e == ERR_NOT_FOUND ? OK : e;
	}
	return e;
}

static enum err send_settings(struct supervisor *s, enum role_name r)
{
	struct buf text;
	enum err e;

	buf_init(&text, CONTROL_MAX_BYTES);
	config_for_role(
		&text, buf_view(&s->site.config_text), role_name_text(r));
	e = buf_err(&text);
	if (e == OK)
		e = send_to(s, r, CONTROL_CONFIG, 0, -1, text.at, text.len);
	buf_release(&text);
	if (e == OK)
		e = send_folder(s, r, role_name_text(r), FOLDER_OWN);
	if (e == OK && (r == ROLE_WEB || r == ROLE_LOG))
		e = send_folder(s, r, "public", FOLDER_PUBLIC);
	if (e == OK && (r == ROLE_WEB || r == ROLE_MAILER))
		e = send_own_words(s, r);
	if (e == OK && r == ROLE_WEB)
		e = send_to(s, r, CONTROL_LISTEN, LISTENER_PUBLIC, s->listen_fd,
			NULL, 0);
	if (e == OK && r == ROLE_WEB && s->metrics_fd >= 0)
		e = send_to(s, r, CONTROL_LISTEN, LISTENER_METRICS,
			s->metrics_fd, NULL, 0);
	if (e == OK && r == ROLE_WEB)
		e = send_to(s, r, CONTROL_VITALS, 0, s->vitals_fd, NULL, 0);
	if (e == OK && r == ROLE_WEB)
		e = send_to(s, r, CONTROL_COMMANDS, 0, s->commands_fd, NULL, 0);
	if (e == OK && (r == ROLE_KEEPER || r == ROLE_SEALER))
		e = send_to(s, r, CONTROL_SECRET, 0, -1, s->site.credential,
			sizeof(s->site.credential));
	return e == OK ? send_to(s, r, CONTROL_START, 0, -1, NULL, 0) : e;
}

static enum err start_role(struct supervisor *s, enum role_name r)
{
	struct child *c = &s->child[r];
	int pair[2];
	int room = 256 << 10;
	enum err e;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return err_from_errno(errno);
	(void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	c->pid = fork();
	if (c->pid == 0)
		become(r, pair[1]);
	(void)close(pair[1]);
	if (c->pid < 0) {
		c->pid = 0;
		(void)close(pair[0]);
		return err_from_errno(errno);
	}
	c->control = pair[0];
	c->ready = false;
	c->told_stop = false;
	c->started_ms = clock_mono_ms(s->clock);
	(void)atomic_fetch_add(&s->vitals->starts[r], 1);
	e = send_settings(s, r);
	if (e == OK && r == ROLE_SEALER && s->recipient[0] != '\0')
		e = send_to(s, r, CONTROL_RECIPIENT, 0, -1, s->recipient,
			strlen(s->recipient));
	/* A role that died meanwhile is found by SIGCHLD. */
	return e == ERR_GONE ? OK : e;
}

static enum err join(struct supervisor *s, enum role_name a, enum role_name b)
{
	int pair[2];
	enum err e;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_from_errno(errno);
	e = send_to(s, a, CONTROL_PEER, (uint8_t)b, pair[0], NULL, 0);
	if (e == OK)
		e = send_to(s, b, CONTROL_PEER, (uint8_t)a, pair[1], NULL, 0);
	(void)close(pair[0]);
	(void)close(pair[1]);
	return e == ERR_GONE ? OK : e;
}

static bool is_ready(const struct supervisor *s, enum role_name r)
{
	return s->child[r].pid > 0 && s->child[r].ready;
}

static void announce(struct supervisor *s)
{
	struct log_line l;

	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!is_ready(s, (enum role_name)i))
			return;
	if (s->announced)
		return;
	s->announced = true;
	log_begin(&l, "notice", "serving");
	log_path(&l, "url", s->site.config.base_url.at);
	log_end(&l);
}

/* r has come up: join it with every neighbour that is up as well. */
static void connect_role(struct supervisor *s, enum role_name r)
{
	for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
		enum role_name a = channels[i].a;
		enum role_name b = channels[i].b;
		enum err e;

		if ((a != r && b != r) || !is_ready(s, a) || !is_ready(s, b))
			continue;
		e = join(s, a, b);
		if (e != OK)
			log_err("cannot-join-roles", e);
	}
	announce(s);
}

/* ---- what roles say ---- */

static void hear(struct supervisor *s, enum role_name r)
{
	static struct control_message m;
	struct child *c = &s->child[r];
	enum err e;

	if (control_receive(c->control, &m) != OK)
		return; /* SIGCHLD tells the rest */
	if (m.fd >= 0)
		(void)close(m.fd);
	if (m.type == CONTROL_READY && !c->ready) {
		c->ready = true;
		s->look_at_ms = 0;
		connect_role(s, r);
	} else if (m.type == CONTROL_LOST && m.what < ROLE_COUNT &&
		is_ready(s, r) && is_ready(s, (enum role_name)m.what)) {
		e = join(s, r, (enum role_name)m.what);
		if (e != OK)
			log_err("cannot-join-roles", e);
	} else if (m.type == CONTROL_MY_RECIPIENT && r == ROLE_MAILER &&
		m.len < sizeof(s->recipient)) {
		memcpy(s->recipient, m.body, m.len + 1);
		if (s->child[ROLE_SEALER].pid == 0)
			return;
		e = send_to(s, ROLE_SEALER, CONTROL_RECIPIENT, 0, -1, m.body,
			m.len);
		if (e != OK)
			log_err("cannot-pass-recipient", e);
	}
}

static void log_death(enum role_name r, int status)
{
	struct log_line l;

	log_begin(&l, "alarm", "role-died");
	log_raw(&l, "who", role_name_text(r));
	if (WIFSIGNALED(status))
		log_int(&l, "signal", WTERMSIG(status));
	else
		log_int(&l, "status", WEXITSTATUS(status));
	log_end(&l);
}

static void bury(struct supervisor *s, enum role_name r, int status)
{
	struct child *c = &s->child[r];
	int64_t now = clock_mono_ms(s->clock);

	(void)close(c->control);
	c->control = -1;
	c->pid = 0;
	c->ready = false;
	if (s->stopping)
		return;
	log_death(r, status);
	if (now - c->started_ms > STEADY_MS || c->pause_ms == 0)
		c->pause_ms = FIRST_PAUSE_MS;
	else if (c->pause_ms < LAST_PAUSE_MS)
		c->pause_ms *= 2;
	c->start_at_ms = now + c->pause_ms;
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < ROLE_COUNT; i++)
			if (s->child[i].pid == pid)
				bury(s, (enum role_name)i, status);
}

/* ---- the turn ---- */

static void start_due(struct supervisor *s)
{
	int64_t now = clock_mono_ms(s->clock);

	for (size_t i = 0; i < ROLE_COUNT; i++) {
		struct child *c = &s->child[i];
		enum err e;

		if (s->stopping || c->pid > 0 || now < c->start_at_ms)
			continue;
		e = start_role(s, (enum role_name)i);
		if (e != OK) {
			log_err("cannot-start-role", e);
			c->start_at_ms = now + LAST_PAUSE_MS;
		}
	}
}

static bool all_gone(const struct supervisor *s)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (s->child[i].pid > 0)
			return false;
	return true;
}

static void tell_stop(struct supervisor *s, enum role_name r)
{
	struct child *c = &s->child[r];

	if (c->pid <= 0 || c->told_stop)
		return;
	c->told_stop = true;
	if (send_to(s, r, CONTROL_STOP, 0, -1, NULL, 0) != OK)
		(void)kill(c->pid, SIGKILL);
}

/* web first, for it answers whoever waits and needs the others to do so. */
static void stop_turn(struct supervisor *s)
{
	if (clock_mono_ms(s->clock) > s->stop_by_ms) {
		log_notice("stop-overdue");
		for (size_t i = 0; i < ROLE_COUNT; i++)
			if (s->child[i].pid > 0)
				(void)kill(s->child[i].pid, SIGKILL);
		return;
	}
	if (s->child[ROLE_WEB].pid > 0)
		return;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		tell_stop(s, (enum role_name)i);
}

static void hear_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			reap(s);
			continue;
		}
		if (s->stopping)
			continue;
		log_notice("stopping");
		s->stopping = true;
		s->stop_by_ms = clock_mono_ms(s->clock) + STOP_MS;
		tell_stop(s, ROLE_WEB);
	}
}

/* At the roles' memory, for whoever watches. */
static void look(struct supervisor *s)
{
	int64_t now = clock_mono_ms(s->clock);

	if (s->metrics_fd < 0 || now < s->look_at_ms)
		return;
	s->look_at_ms = now + LOOK_MS;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		atomic_store(&s->vitals->resident_bytes[i],
			s->child[i].pid > 0
				? vitals_resident_bytes(s->child[i].pid)
				: 0);
}

static int timeout_of(const struct supervisor *s)
{
	int64_t now = clock_mono_ms(s->clock);
	int64_t wait = s->stopping ? 100 : s->metrics_fd >= 0 ? LOOK_MS : 60000;

	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!s->stopping && s->child[i].pid == 0 &&
			s->child[i].start_at_ms - now < wait)
			wait = s->child[i].start_at_ms - now;
	return wait < 0 ? 0 : (int)wait;
}

static void turn(struct supervisor *s)
{
	struct pollfd polls[1 + ROLE_COUNT];

	start_due(s);
	look(s);
	polls[0] = (struct pollfd){ s->signals, POLLIN, 0 };
	for (size_t i = 0; i < ROLE_COUNT; i++)
		polls[1 + i] = (struct pollfd){
			s->child[i].pid > 0 ? s->child[i].control : -1, POLLIN,
			0
		};
	if (poll(polls, 1 + ROLE_COUNT, timeout_of(s)) < 0)
		return;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if ((polls[1 + i].revents & POLLIN) != 0)
			hear(s, (enum role_name)i);
	if (polls[0].revents != 0)
		hear_signal(s);
	if (s->stopping)
		stop_turn(s);
}

/* ---- beginning ---- */

static enum err take_signals(struct supervisor *s)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return err_from_errno(errno);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? err_from_errno(errno) : OK;
}

/* nftw gives its callback no context: who is to own what stands here while
 * the one thread of the supervisor walks. */
static uid_t chown_uid;
static gid_t chown_gid;

static int chown_one(
	const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)ftw;
	(void)kind;
	if (st->st_uid == chown_uid && st->st_gid == chown_gid)
		return 0;
	return lchown(path, chown_uid, chown_gid);
}

/* Started as root with the users petitiond-web ... there: each folder belongs
 * to its role.  Else all roles share one user, which is said. */
static enum err give_folders(struct supervisor *s)
{
	bool shared = false;

	for (size_t i = 0; i < ROLE_COUNT; i++) {
		struct passwd *user = role_user((enum role_name)i);
		char path[4200];
		const char *name = role_name_text((enum role_name)i);

		if (user == NULL) {
			shared = true;
			continue;
		}
		chown_uid = user->pw_uid;
		chown_gid = user->pw_gid;
		(void)snprintf(path, sizeof(path), "%s/%s", s->site.path, name);
		if (nftw(path, chown_one, 16, FTW_PHYS) != 0)
			return err_from_errno(errno);
		(void)snprintf(path, sizeof(path), "%s/public", s->site.path);
		if (i == ROLE_LOG && nftw(path, chown_one, 16, FTW_PHYS) != 0)
			return err_from_errno(errno);
	}
	if (shared)
		log_notice("roles-share-one-user");
	return OK;
}

static enum err begin(struct supervisor *s, const char *site, struct str listen)
{
	enum err e = site_open(site, SITE_SERVE, &s->site);

	if (e != OK)
		return e;
	if (listen.at == NULL)
		listen = s->site.config.listen;
	e = site_listen_http(listen, &s->listen_fd);
	if (e != OK)
		goto err0;
	e = site_listen_commands(&s->site, &s->commands_fd);
	if (e != OK)
		goto err1;
	e = site_listen_metrics(
		&s->site, s->site.config.metrics_listen, &s->metrics_fd);
	if (e == OK)
		e = vitals_make(&s->vitals, &s->vitals_fd);
	if (e == OK)
		e = take_signals(s);
	if (e == OK)
		e = give_folders(s);
	if (e != OK)
		goto err2;
	return OK;

err2:
	(void)close(s->commands_fd);
err1:
	(void)close(s->listen_fd);
err0:
	site_close(&s->site);
	return e;
}

int supervisor_run(const char *site, struct str listen)
{
	static struct supervisor s;

	s = (struct supervisor){ .clock = clock_system() };
	if (sandbox_prepare() != OK || begin(&s, site, listen) != OK)
		return 1;
	/* Rule 17 of the design: one machine for both halves, said plainly. */
	log_notice("keeper-on-this-machine");
	while (!s.stopping || !all_gone(&s))
		turn(&s);
	log_notice("stopped");
	(void)close(s.commands_fd);
	(void)close(s.listen_fd);
	(void)close(s.signals);
	site_close(&s.site);
	return 0;
}
