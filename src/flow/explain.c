/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/explain.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/boot.h"
#include "flow/kept_log.h"
#include "judge/explain.h"
#include "sys/read_host.h"
#include "sys/read_limits.h"
#include "text/log_split.h"

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

static void tell_line(void *data, const char *line, size_t length)
{
	(void)explain_line(data, line, length);
}

static int read_text(struct flow *f, int fd, struct explainer *x, struct err *e)
{
	struct log_splitter *s = arena_alloc(f->mem, sizeof(*s));
	char *chunk = arena_alloc(f->mem, CHUNK);
	ssize_t n;

	s->each = tell_line;
	s->data = x;
	while ((n = read(fd, chunk, CHUNK)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			log_split(s, chunk, (size_t)n);
	if (n < 0)
		return err_set(e, -errno, "the text cannot be read: %s", strerror(errno));
	log_split_end(s);
	return 0;
}

/* ---- the log ---- */

/* Only as bytes yet: it is looked into without root. */
static int read_log(struct flow *f, struct kept_log *ret, struct err *e)
{
	int r = flow_keep_log(f, ret);

	if (r == -EACCES) {
		(void)err_set(e, r, "the log of this boot is not to be read without root");
		return err_hint(e, "sudo passthru explain --journal, or paste the lines: passthru explain -");
	}
	if (r == -EXDEV)
		return err_set(e, r, "this recorded host has no log");
	return r < 0 ? err_set(e, r, "the log of this boot cannot be read: %s", strerror(-r)) : 0;
}

int flow_explain(struct flow *f, int fd, struct explanation *ret, struct err *e)
{
	struct kept_log log = {0};
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
	for (size_t i = 0; i < log.n; i++)
		kept_lines(&log.entries[i], tell_line, x);
	if (fd >= 0)
		r = read_text(f, fd, x, e);
	if (r < 0)
		return r;
	*ret = explain_end(x);
	explain_ask_host(f->mem, &facts, ret);
	return 0;
}
