/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of a log as people paste it: coloured, quoted, typeset by a word processor, in another encoding. Made plain, so
 * that one pattern fits all of these.
 */
#pragma once

#include "base/base.h"

enum { LOG_LINE = 4096 }; /* bytes of a line that are looked at */

/*
 * Fills ret (NUL-terminated) and answers its length. Gone are: escape sequences of terminals, also where the escape
 * character was lost on the way ("[0;31m", "^[[0m"), NUL bytes (UTF-16 then reads as ASCII), byte order marks, invisible
 * blanks; leading "> " and "| " of quotations. Typographic quotes are plain ones, several blanks one, bytes that are no
 * text "?". A backslash before a quote is dropped, and entities of HTML, and "=3D" of raw mails, are
 * the characters they stand for. The reasons of errors in German, French and Spanish are in English.
 */
size_t log_line_clean(const char *raw, size_t length, char ret[LOG_LINE + 1]);

/* Is it a line of the kernel's log, as dmesg ("[   12.345678] …", "<6>[ …") or the journal ("… host kernel: …") prints it? */
bool log_line_is_kernel(const char *line);

/* Does it begin with a date, as lines of the journal and of syslog do, those of programs among them? */
bool log_line_is_dated(const char *line);

/* Does a cleaned line begin as an entry does: with a time, a date or a prompt? Then it goes on with nothing above it. */
bool log_line_begins(const char *line);
