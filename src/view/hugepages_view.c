/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/hugepages_view.h"

#include <errno.h>
#include <json-c/json.h>

#include "view/scols.h"

static const char *number(struct arena *mem, uint64_t n)
{
	return arena_printf(mem, "%llu", (unsigned long long)n);
}

static int add_line(const struct scols *sc, struct libscols_table *table, const char *const *cells, size_t n)
{
	struct libscols_line *line = sc->table_new_line(table, NULL);

	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (sc->line_set_data(line, i, cells[i]) < 0)
			return -ENOMEM;
	return 0;
}

static int fill(const struct scols *sc, struct libscols_table *table, struct arena *mem, const struct hugepages *h)
{
	static const char *const headings[] = {"NODE", "SIZE", "TOTAL", "FREE", "SURPLUS", "PASSTHRU", "ROOM FOR"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(headings); i++)
		r = sc->table_new_column(table, headings[i], 0, i == 0 || i == 1 ? 0 : SCOLS_FL_RIGHT) ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < h->n_pools; i++) {
		const struct huge_pool *p = &h->pools[i];
		const char *const cells[] = {
		    p->node == NODE_ANY ? "all" : arena_printf(mem, "%d", p->node),
		    size_words(mem, p->page_kb),
		    number(mem, p->pages),
		    number(mem, p->free),
		    number(mem, p->surplus),
		    p->has_ours == TRI_UNKNOWN ? "?" : number(mem, p->ours),
		    p->has_memory ? number(mem, huge_pool_room(p)) : "?",
		};

		r = add_line(sc, table, cells, ARRAY_LEN(cells));
	}
	return r;
}

int view_hugepages(FILE *out, struct arena *mem, const struct hugepages *h)
{
	const struct scols *sc = scols_load();
	struct libscols_table *table = sc ? sc->new_table() : NULL;
	int r = table ? 0 : sc ? -ENOMEM : -ELIBACC;

	if (r < 0)
		return r;
	(void)sc->table_set_stream(table, out);
	(void)sc->table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	r = fill(sc, table, mem, h);
	if (r == 0)
		r = sc->print_table(table);
	sc->unref_table(table);
	return r;
}

struct json_object *view_hugepages_json(const struct hugepages *h)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < h->n_pools; i++) {
		const struct huge_pool *p = &h->pools[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "node", p->node == NODE_ANY ? NULL : json_object_new_int(p->node));
		json_object_object_add(o, "page_kb", json_object_new_uint64(p->page_kb));
		json_object_object_add(o, "total", json_object_new_uint64(p->pages));
		json_object_object_add(o, "free", json_object_new_uint64(p->free));
		json_object_object_add(o, "surplus", json_object_new_uint64(p->surplus));
		json_object_object_add(o, "passthru", p->has_ours == TRI_UNKNOWN ? NULL : json_object_new_uint64(p->ours));
		json_object_object_add(o, "room_for", p->has_memory ? json_object_new_uint64(huge_pool_room(p)) : NULL);
		json_object_array_add(list, o);
	}
	return list;
}
