/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/kept_log.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/log_split.h"

struct keeping {
	struct arena *mem;
	struct kept_log *ret;
};

static int keep(void *data, const struct sys_logged *l)
{
	struct keeping *k = data;

	*ARENA_PUSH(k->mem, k->ret->entries, k->ret->n) = (struct sys_logged){arena_strdup(k->mem, l->text), l->file, l->is_kernel};
	return 0;
}

/* ---- of a paste ---- */

struct sifting {
	struct keeping keeping;
	const char *name;
	bool is_log;  /* the file's name says that all of it is */
	size_t first; /* what is kept of this file begins there */
};

/* As journalctl separates boots: what came before is of another. */
static bool is_boot_separator(const char *line)
{
	return str_starts(line, "-- Boot ") || str_starts(line, "-- Reboot --");
}

static void sift(void *data, const char *raw, size_t length)
{
	struct sifting *s = data;
	char line[LOG_LINE + 1];

	if (log_line_clean(raw, length, line) == 0)
		return;
	if (is_boot_separator(line))
		s->keeping.ret->n = s->first;
	/* Others than the kernel write into the journal as well; without a date it is the ring buffer. */
	else if (log_line_is_kernel(line) || (s->is_log && !log_line_is_dated(line)))
		(void)keep(&s->keeping, &(struct sys_logged){line, s->name, true});
}

static bool is_name_of_log(const char *name)
{
	return strstr(name, "dmesg") || strstr(name, "kmsg") || str_starts(name, "kern.log") || str_starts(name, "journal");
}

static int keep_pasted(struct flow *f, struct kept_log *ret)
{
	struct log_splitter *splitter = arena_alloc(f->mem, sizeof(*splitter));
	struct sifting s = {.keeping = {f->mem, ret}};

	splitter->each = sift;
	splitter->data = &s;
	for (size_t i = 0; i < f->n_pasted; i++) {
		if (i > 0 && f->pasted[i].name != s.name)
			log_split_end(splitter);
		if (f->pasted[i].name != s.name)
			s.first = ret->n;
		s.name = f->pasted[i].name;
		s.is_log = is_name_of_log(s.name);
		log_split(splitter, f->pasted[i].bytes, f->pasted[i].n);
	}
	log_split_end(splitter);
	return ret->n > 0 ? 0 : -EXDEV;
}

int flow_keep_log(struct flow *f, struct kept_log *ret)
{
	struct keeping k = {f->mem, ret};

	*ret = (struct kept_log){0};
	if (f->dump)
		return keep_pasted(f, ret);
	return f->s->ops->each_logged ? f->s->ops->each_logged(f->s, keep, &k) : -EOPNOTSUPP;
}

void kept_lines(const struct sys_logged *entry, kept_each *each, void *data)
{
	for (const char *at = entry->text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		each(data, at, strcspn(at, "\n"));
}
