/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of foreign text, cut anywhere, to lines. They end with LF, CR LF or CR; a NUL between the two (UTF-16) does not
 * matter. What a line has beyond 4 * LOG_LINE bytes is passed over. */
#pragma once

#include "text/log_line.h"

struct log_splitter {
	void (*each)(void *data, const char *line, size_t length);
	void *data;
	char line[4 * LOG_LINE]; /* before it is made plain it may be longer */
	size_t n;
	bool has_more; /* there is a line that was not told yet */
	bool was_cr;
};

void log_split(struct log_splitter *s, const char *bytes, size_t n);
void log_split_end(struct log_splitter *s);
