/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/log_split.h"

static void end_line(struct log_splitter *s)
{
	s->each(s->data, s->line, s->n);
	s->n = 0;
	s->has_more = false;
}

void log_split(struct log_splitter *s, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (c == '\n' && s->was_cr) {
			s->was_cr = false;
			s->n = 0;
		} else if (c == '\n' || c == '\r') {
			end_line(s);
			s->was_cr = c == '\r';
		} else {
			s->was_cr = s->was_cr && c == '\0';
			s->has_more = true;
			if (s->n < sizeof(s->line))
				s->line[s->n++] = c;
		}
	}
}

void log_split_end(struct log_splitter *s)
{
	if (s->has_more)
		end_line(s);
}
