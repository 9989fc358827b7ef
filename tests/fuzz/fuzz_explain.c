/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "judge/checks_log.h"
#include "judge/explain.h"
#include "judge/pattern.h"
#include "text/log_split.h"

static void check_line(const char *raw, size_t length)
{
	char line[LOG_LINE + 1];
	struct pattern_match m;
	size_t n = log_line_clean(raw, length, line);

	assert(n <= LOG_LINE && strlen(line) == n);
	assert(!strpbrk(line, "\033\n\r\t"));
	(void)log_line_begins(line);
	(void)log_line_is_kernel(line);
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

/* ---- as the log of a host ---- */

static void tell_reader(void *data, const char *line, size_t length)
{
	/* One in two is a program's. */
	log_reader_line(data, line, length, "/dev/kmsg", length % 2 == 0);
}

static void check_as_log(struct arena *mem, const uint8_t *data, size_t size, bool is_narrow)
{
	static const int wanted[] = {1};
	struct check_wish wish = {wanted, is_narrow};
	struct pci_function functions[3] = {{.parent = PARENT_NONE, .group = 0}, {.parent = 0, .group = 1}, {.parent = PARENT_UNKNOWN, .group = GROUP_UNKNOWN}};
	struct host h = {.functions = functions, .n_functions = ARRAY_LEN(functions)};
	struct log_splitter *s = arena_alloc(mem, sizeof(*s));
	struct check_facts facts = {.h = &h};
	struct check_report report = {0};
	struct checked_log log;

	for (unsigned i = 0; i < ARRAY_LEN(functions); i++) {
		functions[i].addr = (struct pci_addr){.bus = (uint8_t)i};
		(void)pci_addr_format(functions[i].addr, functions[i].name);
	}
	s->each = tell_reader;
	s->data = log_reader_new(mem, &h, &wish);
	/* Cut anywhere, it is the same. */
	log_split(s, (const char *)data, size / 2);
	log_split(s, (const char *)data + size / 2, size - size / 2);
	log_split_end(s);
	log = log_reader_end(s->data);
	assert(log.kernel.said.n_findings <= EXPLAIN_CHOSEN && log.programs.said.n_findings <= EXPLAIN_CHOSEN);
	facts.log = &log;
	check_log(mem, &facts, &wish, &report);
	for (size_t i = 0; i < report.n; i++) {
		const struct check_finding *f = &report.findings[i];

		assert(f->n_lines > 0 && f->result.text && f->result.value && str_eq(f->result.file, "/dev/kmsg"));
		assert((f->result.answer == CHECK_BAD) == (f->result.mend != NULL));
		assert(f->function < (int)h.n_functions && !(is_narrow && f->function == 2));
	}
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
		(void)explain_line(x, at, n);
		at += n + 1;
	}
	e = explain_end(x);
	assert(e.n_findings <= EXPLAIN_FINDINGS && e.n_unknown <= EXPLAIN_UNKNOWN);
	for (size_t i = 0; i < e.n_findings; i++)
		check_finding(&e, &e.findings[i]);
	explain_ask_host(&mem, &(struct explain_facts){0}, &e);
	check_as_log(&mem, data, size, false);
	check_as_log(&mem, data, size, true);
	arena_done(&mem);
	return 0;
}
