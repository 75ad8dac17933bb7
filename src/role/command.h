/*
 * command.h - what stands in the frames of SITE/control.sock (link.h).
 *
 * COMMAND_IMPORT: u8 replace, period (u16 length before it, empty for none),
 * name of the file (the same), then the file's bytes.  The answer is
 * COMMAND_DONE with the number of petitions taken, in decimal, or
 * COMMAND_REFUSED with a sentence; then nothing was stored.
 *
 * COMMAND_LOAD: kind of the list (u16 length before it), name of the file (the
 * same), then the file's bytes.  Answered in the same way, with rows.  Of kind
 * "postcodes" the bytes are an index (domain/postcodes.h) and not a list.
 *
 * COMMAND_TICK: nothing.  What is due by the clock is done now; the answer is
 * COMMAND_DONE with the number of petitions that closed, in decimal.
 */
#ifndef ROLE_COMMAND_H
#define ROLE_COMMAND_H

enum command { COMMAND_IMPORT = 1, COMMAND_LOAD = 2, COMMAND_TICK = 3 };
enum command_answer { COMMAND_DONE = 1, COMMAND_REFUSED = 2 };

#endif
