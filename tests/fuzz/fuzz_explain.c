/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "judge/explain.h"
#include "judge/pattern.h"
#include "text/log_line.h"

static void check_line(const char *raw, size_t length)
{
	char line[LOG_LINE + 1];
	struct pattern_match m;
	size_t n = log_line_clean(raw, length, line);

	assert(n <= LOG_LINE && strlen(line) == n);
	assert(!strpbrk(line, "\033\n\r\t"));
	(void)log_line_begins(line);
	if (pattern_find("{a:addr}*<x|'y'|>{b:w}", line, &m))
		assert(m.start <= m.end && m.end <= n && m.n_holes == 2);
}

static void check_finding(const struct explanation *e, const struct finding *f)
{
	assert(f->row && f->line && f->n_times > 0 && f->line_number > 0 && f->line_number <= e->n_lines);
	assert(f->n_causes > 0 && !strchr(f->line, '\033'));
	for (size_t i = 0; i < f->n_specifics; i++)
		assert(*f->specifics[i].name && strlen(f->specifics[i].text) <= LOG_LINE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	struct explainer *x = explain_new(&mem);
	const char *text = arena_strndup(&mem, (const char *)data, size), *at = text;
	struct explanation e;

	for (const char *end = at + size; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);

		check_line(at, n);
		explain_line(x, at, n);
		at += n + 1;
	}
	e = explain_end(x);
	assert(e.n_findings <= EXPLAIN_FINDINGS && e.n_unknown <= EXPLAIN_UNKNOWN);
	for (size_t i = 0; i < e.n_findings; i++)
		check_finding(&e, &e.findings[i]);
	explain_ask_host(&mem, &(struct explain_facts){0}, &e);
	arena_done(&mem);
	return 0;
}
