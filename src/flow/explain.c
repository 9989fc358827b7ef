/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/explain.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/boot.h"
#include "judge/explain.h"
#include "sys/read_host.h"
#include "sys/read_limits.h"
#include "text/log_line.h"

enum { CHUNK = 64 * 1024 };

/* ---- the host ---- */

static void read_facts(struct flow *f, struct explain_facts *ret)
{
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_GROUPS,
	    .attributes = 1U << ATTR_BOOT_VGA | 1U << ATTR_RESET_METHOD};
	struct host *host = arena_alloc(f->mem, sizeof(*host));
	struct boot *boot = arena_alloc(f->mem, sizeof(*boot));
	struct boot_answer *answer = arena_alloc(f->mem, sizeof(*answer));
	struct err e = {0};
	int is_there, has_drivers;

	*ret = (struct explain_facts){0};
	/* What cannot be read is not asked; that is said with each finding. */
	if (read_host(f->s, f->mem, &request, host, &e) < 0)
		return;
	ret->host = host;
	flow_boot_status(f, boot, answer);
	ret->boot = boot;
	ret->boot_answer = answer;
	if (f->s->is_live)
		ret->memlock = read_memlock(f->s, f->s->pid);
	/* A recorded host need not have the folder at all. */
	has_drivers = f->s->ops->exists(f->s, "sys/bus/pci/drivers");
	is_there = f->s->ops->exists(f->s, "sys/bus/pci/drivers/vfio-pci");
	ret->has_vfio_pci = has_drivers != 1 || is_there < 0 ? TRI_UNKNOWN : tri_from(is_there == 1);
}

/* ---- the text ---- */

/* Bytes to lines. Lines end with LF, CR LF or CR; a NUL between the two (UTF-16) does not matter. */
struct splitter {
	struct explainer *x;
	char line[4 * LOG_LINE]; /* before it is made plain it may be longer */
	size_t n;
	bool has_more; /* there is a line that was not told yet */
	bool was_cr;
};

static void end_line(struct splitter *s)
{
	explain_line(s->x, s->line, s->n);
	s->n = 0;
	s->has_more = false;
}

static void split(struct splitter *s, const char *bytes, size_t n)
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

static int read_text(struct flow *f, int fd, struct explainer *x, struct err *e)
{
	struct splitter *s = arena_alloc(f->mem, sizeof(*s));
	char *chunk = arena_alloc(f->mem, CHUNK);
	ssize_t n;

	s->x = x;
	while ((n = read(fd, chunk, CHUNK)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			split(s, chunk, (size_t)n);
	if (n < 0)
		return err_set(e, -errno, "the text cannot be read: %s", strerror(errno));
	if (s->has_more)
		end_line(s);
	return 0;
}

/* ---- the log ---- */

struct kept {
	struct arena *mem;
	const char **lines;
	size_t n;
};

static int keep_line(void *data, const char *line)
{
	struct kept *k = data;

	*ARENA_PUSH(k->mem, k->lines, k->n) = arena_strdup(k->mem, line);
	return 0;
}

/* Only as bytes yet: it is looked into without root. */
static int read_log(struct flow *f, struct kept *ret, struct err *e)
{
	int r = f->s->ops->each_logged ? f->s->ops->each_logged(f->s, keep_line, ret) : -EOPNOTSUPP;

	if (r == -EACCES) {
		(void)err_set(e, r, "the log of this boot is not to be read without root");
		return err_hint(e, "sudo passthru explain --journal, or paste the lines: passthru explain -");
	}
	if (r == -EXDEV)
		return err_set(e, r, "a recorded host has no log to read");
	return r < 0 ? err_set(e, r, "the log of this boot cannot be read: %s", strerror(-r)) : 0;
}

static void tell_log(struct explainer *x, const struct kept *k)
{
	for (size_t i = 0; i < k->n; i++)
		for (const char *at = k->lines[i]; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
			explain_line(x, at, strcspn(at, "\n"));
}

int flow_explain(struct flow *f, int fd, struct explanation *ret, struct err *e)
{
	struct kept log = {.mem = f->mem};
	struct explain_facts facts;
	struct explainer *x;
	int r = fd < 0 ? read_log(f, &log, e) : 0;

	if (r < 0)
		return r;
	read_facts(f, &facts);
	r = f->s->ops->become_nobody ? f->s->ops->become_nobody(f->s) : 0;
	if (r < 0)
		return err_set(e, r, "root cannot be given up, and foreign text is not parsed with it: %s", strerror(-r));
	x = explain_new(f->mem);
	if (fd < 0)
		tell_log(x, &log);
	else
		r = read_text(f, fd, x, e);
	if (r < 0)
		return r;
	*ret = explain_end(x);
	explain_ask_host(f->mem, &facts, ret);
	return 0;
}
