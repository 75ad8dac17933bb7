#include "role/keep_uptime.h"

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

enum { FILE_LEN = 16, SAVE_S = 60 };

static uint64_t seconds(const struct keep_uptime *u)
{
	int64_t ms = clock_mono_ms(u->clock) - u->since_ms;

	return u->before_s + (ms > 0 ? (uint64_t)ms / 1000 : 0);
}

enum err keep_uptime_open(
	int dir_fd, struct clock *clock, struct keep_uptime *ret_uptime)
{
	uint8_t bytes[FILE_LEN] = "PKU1";
	enum err e = file_read_exact(dir_fd, "uptime", bytes, FILE_LEN);
	uint64_t before_s = 0;

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (memcmp(bytes, "PKU1", 4) != 0)
		return ERR_CORRUPT;
	if (e == OK)
		before_s = get_u64(bytes + 8);
	*ret_uptime = (struct keep_uptime){
		.dir_fd = dir_fd,
		.clock = clock,
		.since_ms = clock_mono_ms(clock),
		.before_s = before_s,
		.written_s = before_s,
	};
	return OK;
}

enum err keep_uptime_save(struct keep_uptime *u)
{
	uint8_t bytes[FILE_LEN] = "PKU1";
	uint64_t now_s = seconds(u);
	enum err e;

	if (now_s < u->written_s + SAVE_S)
		return OK;
	put_u64(bytes + 8, now_s);
	FAULT("keeper-uptime-before-write");
	e = file_replace(u->dir_fd, "uptime", bytes, FILE_LEN, 0600);
	FAULT("keeper-uptime-after-write");
	if (e == OK)
		u->written_s = now_s;
	return e;
}

uint32_t keep_uptime_hours(const struct keep_uptime *u)
{
	return (uint32_t)(seconds(u) / 3600);
}
