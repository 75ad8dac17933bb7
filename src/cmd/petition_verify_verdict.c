#include "cmd/petition_verify_verdict.h"

#include <stdarg.h>

static void say(char *text, size_t cap, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void say(char *text, size_t cap, const char *format, va_list args)
{
	(void)vsnprintf(text, cap, format, args);
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7F)
			*p = '?';
}

static void add_fault(struct verdict *v, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void add_fault(struct verdict *v, const char *format, va_list args)
{
	if (v->faults++ == 0)
		say(v->fault, sizeof(v->fault), format, args);
}

void verdict_fault(struct verdict *v, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_fault(v, format, args);
	va_end(args);
}

void verdict_proven(struct verdict *v, const char *format, ...)
{
	va_list args;

	v->proven++;
	va_start(args, format);
	add_fault(v, format, args);
	va_end(args);
}

void verdict_trouble(struct verdict *v, const char *format, ...)
{
	va_list args;

	if (v->trouble[0] != '\0')
		return;
	va_start(args, format);
	say(v->trouble, sizeof(v->trouble), format, args);
	va_end(args);
}

bool verdict_good(const struct verdict *v)
{
	return verdict_exit(v) == VERDICT_GOOD;
}

enum verdict_exit verdict_exit(const struct verdict *v)
{
	if (v->faults > 0)
		return VERDICT_FAULTY;
	return v->trouble[0] == '\0' ? VERDICT_GOOD : VERDICT_UNKNOWN;
}
