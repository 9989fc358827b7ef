/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/dump.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/foreign.h"
#include "sys/names.h"
#include "sys/read_host.h"
#include "sys/recorded.h"
#include "text/dump.h"

enum { MOST_PASTED = 16 * 1024 * 1024 }; /* bytes of all texts that are kept as they came */

struct feeding {
	struct arena *mem;
	struct dump *dump;
	const char *name; /* of the text that is being read */
	struct pasted *all;
	size_t n, n_bytes;
};

/* For what is looked for in it later. */
static void keep(struct feeding *f, const char *bytes, size_t n)
{
	char *copy;

	n = n < MOST_PASTED - f->n_bytes ? n : MOST_PASTED - f->n_bytes;
	copy = arena_alloc(f->mem, n + 1);
	memcpy(copy, bytes, n);
	*ARENA_PUSH(f->mem, f->all, f->n) = (struct pasted){f->name, copy, n};
	f->n_bytes += n;
}

static int feed(void *data, const char *bytes, size_t n)
{
	struct feeding *f = data;

	dump_feed(f->dump, bytes, n);
	keep(f, bytes, n);
	return 0;
}

static int read_files(const struct foreign_file *files, size_t n, struct feeding *f, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		f->name = arena_strdup(f->mem, str_base(files[i].name));
		dump_begin(f->dump, f->name);
		r = foreign_read(&files[i], feed, f, e);
		dump_end(f->dump);
	}
	return r;
}

int flow_open_dump(struct arena *mem, const char *const *paths, size_t n_paths, struct flow *ret, struct err *e)
{
	struct host *h = arena_alloc(mem, sizeof(*h));
	struct feeding feeding = {.mem = mem};
	struct foreign_file *files;
	size_t n;
	int r = foreign_open(mem, paths, n_paths, &files, &n, e);

	if (r < 0)
		return r;
	r = foreign_drop_root(e);
	if (r == 0) {
		feeding.dump = dump_new(mem);
		r = read_files(files, n, &feeding, e);
		if (r == 0)
			r = dump_host(feeding.dump, h, e);
	}
	foreign_close(files, n);
	if (r < 0)
		return r;
	*ret = (struct flow){.s = sys_recorded_new(mem), .mem = mem, .dump = h, .pasted = feeding.all, .n_pasted = feeding.n};
	return 0;
}

/* What the host would lose is not in any paste. */
static void make_blind(struct arena *mem, struct host *h)
{
	struct blind_spot *blind = arena_alloc(mem, sizeof(*blind));

	/* One is enough: this area matters for every class (use_areas_of). */
	*blind = (struct blind_spot){AREA_MACHINES, "a pasted listing does not tell", NULL};
	h->blind = blind;
	h->n_blind = 1;
}

int flow_look_at_dump(struct flow *f, const struct read_request *request, struct host *ret)
{
	struct host h = *f->dump;
	struct names *names = NULL;

	if (request->has_uses)
		make_blind(f->mem, &h);
	if (request->filter)
		host_filter(&h, f->mem, request->filter);
	/* Where it has no words of its own. */
	for (size_t i = 0; i < h.n_functions && request->facets & FACET_NAMES; i++) {
		struct pci_function *function = &h.functions[i];

		if (function->description || (!function->has_class && !function->has_ids))
			continue;
		if (!names)
			names = names_open(f->mem);
		function->description = names_describe(names, function);
	}
	if (names)
		names_close(names);
	*ret = h;
	return 0;
}
