/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/topology_view.h"

#include <errno.h>
#include <json-c/json.h>

#include "base/str.h"
#include "view/scols.h"
#include "view/text.h"
#include "view/topology_text.h"

/* ---- table ---- */

enum column {
	COLUMN_ADDRESS,
	COLUMN_KIND,
	COLUMN_GROUP,
	COLUMN_VERDICT,
	COLUMN_ACS,
	COLUMN_LINK,
	COLUMN_NUMA,
	COLUMN_SLOT,
	COLUMN_DRIVER,
	COLUMN_DESCRIPTION,
	COLUMNS
};

static const char *const headings[] = {
    [COLUMN_ADDRESS] = "ADDRESS",
    [COLUMN_KIND] = "KIND",
    [COLUMN_GROUP] = "GROUP",
    [COLUMN_VERDICT] = "VERDICT",
    [COLUMN_ACS] = "ACS",
    [COLUMN_LINK] = "LINK",
    [COLUMN_NUMA] = "NUMA NODE",
    [COLUMN_SLOT] = "SLOT",
    [COLUMN_DRIVER] = "DRIVER",
    [COLUMN_DESCRIPTION] = "DESCRIPTION",
};
static_assert(ARRAY_LEN(headings) == COLUMNS, "every column has its heading");

struct cells {
	const char *of[COLUMNS];
};

static struct cells cells_of(struct arena *mem, const struct host *h, const struct topology *t, const struct topology_node *n)
{
	const struct pci_function *f = &h->functions[n->function];
	const char *kind = node_kind(n);

	return (struct cells){{
	    [COLUMN_ADDRESS] = f->name,
	    [COLUMN_KIND] = node_is_free(t, n) ? arena_printf(mem, "%s, free", kind) : kind,
	    [COLUMN_GROUP] = f->group >= 0 ? arena_printf(mem, "%d", f->group) : NULL,
	    [COLUMN_VERDICT] = node_verdict(mem, h, n),
	    [COLUMN_ACS] = node_acs(h, n),
	    [COLUMN_LINK] = node_link(mem, f),
	    [COLUMN_NUMA] = node_attribute(mem, f, ATTR_NUMA_NODE),
	    [COLUMN_SLOT] = node_slot(mem, h, n),
	    [COLUMN_DRIVER] = view_clean(mem, f->driver),
	    [COLUMN_DESCRIPTION] = view_clean(mem, f->description),
	}};
}

static int add_columns(const struct scols *sc, struct libscols_table *table, const bool *is_used, unsigned width)
{
	for (int i = 0; i < COLUMNS; i++) {
		int flags = i == COLUMN_ADDRESS ? SCOLS_FL_TREE : i == COLUMN_DESCRIPTION && width > 0 ? SCOLS_FL_TRUNC : 0;

		if (is_used[i] && !sc->table_new_column(table, headings[i], 0, flags))
			return -ENOMEM;
	}
	return 0;
}

static struct libscols_line *add_line(const struct scols *sc, struct libscols_table *table, const struct cells *cells,
    const bool *is_used, struct libscols_line *parent)
{
	struct libscols_line *line = sc->table_new_line(table, parent);
	size_t at = 0;

	for (int i = 0; i < COLUMNS && line; i++) {
		if (!is_used[i])
			continue;
		if (cells->of[i] && sc->line_set_data(line, at, cells->of[i]) < 0)
			return NULL;
		at++;
	}
	return line;
}

static int fill_table(const struct scols *sc, struct libscols_table *table, struct arena *mem, const struct host *h,
    const struct topology *t, const struct list_style *style)
{
	struct libscols_line **lines = arena_alloc(mem, (t->n_nodes + 1) * sizeof(struct libscols_line *));
	struct cells *cells = arena_alloc(mem, (t->n_nodes + 1) * sizeof(*cells));
	bool is_used[COLUMNS] = {[COLUMN_ADDRESS] = true};

	for (size_t i = 0; i < t->n_nodes; i++) {
		cells[i] = cells_of(mem, h, t, &t->nodes[i]);
		for (int k = 0; k < COLUMNS; k++)
			is_used[k] |= cells[i].of[k] != NULL;
	}
	if (add_columns(sc, table, is_used, style->width) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct topology_node *n = &t->nodes[i];

		lines[i] = add_line(sc, table, &cells[i], is_used, n->parent >= 0 ? lines[n->parent] : NULL);
		if (!lines[i])
			return -ENOMEM;
		if (style->has_colour)
			(void)sc->line_set_color(lines[i], look_rows[node_look(n)].terminal);
	}
	return 0;
}

int view_topology(FILE *out, struct arena *mem, const struct host *h, const struct topology *t, const struct list_style *style)
{
	const struct scols *sc = scols_load();
	struct libscols_table *table = sc ? sc->new_table() : NULL;
	const char **said;
	size_t n_said = topology_lines(mem, h, t, &said);
	int r;

	if (!sc)
		return -ELIBACC;
	view_need_locale();
	r = table ? fill_table(sc, table, mem, h, t, style) : -ENOMEM;
	if (r == 0)
		r = view_table_print(sc, table, out, style->width, style->has_colour);
	sc->unref_table(table);
	for (size_t i = 0; i < n_said && r == 0; i++)
		(void)fprintf(out, "%s%s\n", i == 0 ? "\n" : "", said[i]);
	return r;
}

/* ---- JSON ---- */

static void add(struct json_object *o, const char *key, struct json_object *value)
{
	(void)json_object_object_add(o, key, value);
}

static struct json_object *text_or_null(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

static struct json_object *number_or_null(const char *text)
{
	uint64_t number;

	return text && str_number(text, 10, INT32_MAX, &number) ? json_object_new_int((int)number) : NULL;
}

static struct json_object *link_json(struct arena *mem, const struct pci_function *f)
{
	struct json_object *o = json_object_new_object();

	add(o, "speed", text_or_null(node_attribute(mem, f, ATTR_LINK_SPEED)));
	add(o, "width", number_or_null(node_attribute(mem, f, ATTR_LINK_WIDTH)));
	add(o, "max_speed", text_or_null(node_attribute(mem, f, ATTR_MAX_LINK_SPEED)));
	add(o, "max_width", number_or_null(node_attribute(mem, f, ATTR_MAX_LINK_WIDTH)));
	return o;
}

static struct json_object *node_json(struct arena *mem, const struct host *h, const struct topology *t, const struct topology_node *n)
{
	const struct pci_function *f = &h->functions[n->function];
	struct json_object *o = json_object_new_object();

	add(o, "address", json_object_new_string(f->name));
	add(o, "parent", n->parent >= 0 ? json_object_new_string(h->functions[t->nodes[n->parent].function].name) : NULL);
	add(o, "parent_known", json_object_new_boolean(f->parent != PARENT_UNKNOWN));
	add(o, "kind", text_or_null(port_kind_name(n->kind)));
	add(o, "description", text_or_null(view_clean(mem, f->description)));
	add(o, "driver", text_or_null(view_clean(mem, f->driver)));
	add(o, "group", f->group >= 0 ? json_object_new_int(f->group) : NULL);
	add(o, "verdict", text_or_null(n->is_bridge ? NULL : answer_name(n->answer)));
	add(o, "stranger_of", n->stranger_of >= 0 ? json_object_new_string(h->functions[n->stranger_of].name) : NULL);
	add(o, "acs", text_or_null(node_acs(h, n)));
	add(o, "link", link_json(mem, f));
	add(o, "numa_node", number_or_null(node_attribute(mem, f, ATTR_NUMA_NODE)));
	add(o, "slot", text_or_null(node_slot(mem, h, n)));
	return o;
}

static struct json_object *group_json(struct arena *mem, const struct host *h, const struct iommu_group *g)
{
	struct json_object *o = json_object_new_object();
	struct json_object *functions = json_object_new_array();
	struct json_object *others = json_object_new_array();

	for (size_t i = 0; i < g->n_functions; i++)
		json_object_array_add(functions, json_object_new_string(h->functions[g->functions[i]].name));
	for (size_t i = 0; i < g->n_others; i++)
		json_object_array_add(others, json_object_new_string(view_clean(mem, g->others[i].name)));
	add(o, "group", json_object_new_int(g->number));
	add(o, "functions", functions);
	add(o, "others", others);
	return o;
}

static struct json_object *slot_json(struct arena *mem, const struct host *h, const struct free_slot *s)
{
	struct json_object *o = json_object_new_object();

	add(o, "port", json_object_new_string(h->functions[s->port].name));
	add(o, "slot", text_or_null(view_clean(mem, s->label)));
	add(o, "connector", s->has_connector == TRI_UNKNOWN ? NULL : json_object_new_boolean(s->has_connector == TRI_YES));
	add(o, "lanes", s->lanes > 0 ? json_object_new_int((int)s->lanes) : NULL);
	return o;
}

struct json_object *view_topology_json(struct arena *mem, const struct host *h, const struct topology *t)
{
	const int *node_of = topology_node_of(mem, h, t);
	struct json_object *o = json_object_new_object();
	struct json_object *nodes = json_object_new_array(), *groups = json_object_new_array();
	struct json_object *crowded = json_object_new_array(), *slots = json_object_new_array();

	for (size_t i = 0; i < t->n_nodes; i++)
		json_object_array_add(nodes, node_json(mem, h, t, &t->nodes[i]));
	for (size_t i = 0; i < h->n_groups; i++)
		if (topology_shows_group(&h->groups[i], node_of))
			json_object_array_add(groups, group_json(mem, h, &h->groups[i]));
	for (size_t i = 0; i < t->n_crowded; i++)
		json_object_array_add(crowded, json_object_new_string(h->functions[t->crowded[i]].name));
	for (size_t i = 0; i < t->n_slots; i++)
		json_object_array_add(slots, slot_json(mem, h, &t->slots[i]));
	add(o, "version", json_object_new_int(1));
	add(o, "nodes", nodes);
	add(o, "groups", groups);
	add(o, "want_slot", crowded);
	add(o, "free_slots", slots);
	return o;
}
