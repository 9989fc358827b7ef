/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "view/host_view.h"
#include "view/scols.h"
#include "view/text.h"

/* ---- fields of a function ---- */

static const char *get_address(struct arena *mem, const struct pci_function *f)
{
	(void)mem;
	return f->name;
}

static const char *get_class(struct arena *mem, const struct pci_function *f)
{
	return f->has_class ? arena_printf(mem, "%04x", function_class(f)) : NULL;
}

static const char *get_vendor(struct arena *mem, const struct pci_function *f)
{
	return f->has_ids ? arena_printf(mem, "%04x", f->vendor) : NULL;
}

static const char *get_device(struct arena *mem, const struct pci_function *f)
{
	return f->has_ids && !f->is_device_unread ? arena_printf(mem, "%04x", f->device) : NULL;
}

static const char *get_description(struct arena *mem, const struct pci_function *f)
{
	return view_clean(mem, f->description);
}

static const char *get_group(struct arena *mem, const struct pci_function *f)
{
	return f->group >= 0 ? arena_printf(mem, "%d", f->group) : NULL;
}

static const char *get_vfio_group(struct arena *mem, const struct pci_function *f)
{
	(void)mem;
	return f->vfio_node;
}

static const char *get_driver(struct arena *mem, const struct pci_function *f)
{
	return view_clean(mem, f->driver);
}

static const char *get_subsystem(struct arena *mem, const struct pci_function *f)
{
	return f->subvendor != 0 ? arena_printf(mem, "%04x:%04x", f->subvendor, f->subdevice) : NULL;
}

static const char *get_claim(struct arena *mem, const struct pci_function *f)
{
	return view_clean(mem, f->claim);
}

const struct function_field function_fields[] = {
    {"address", "ADDRESS", "domain:bus:device.function", true, false, false, false, -1, get_address},
    {"class", "CLASS", "base class and sub class, four hex digits", true, false, false, false, -1, get_class},
    {"vendor", "VENDOR", "vendor id, four hex digits", true, false, false, false, -1, get_vendor},
    {"device", "DEVICE", "device id, four hex digits", true, false, false, false, -1, get_device},
    {"description", "DESCRIPTION", "class, vendor and device by name", true, false, true, true, -1, get_description},
    {"iommu_group", "IOMMU GROUP", "number of the IOMMU group, empty: in none", true, true, false, false, -1, get_group},
    {"vfio_group", "VFIO GROUP", "node under /dev/vfio, where there is one", true, true, false, false, -1, get_vfio_group},
    {"driver", "DRIVER", "driver it is bound to, empty: none", true, false, false, false, -1, get_driver},
    {"slot", "SLOT", "label of the physical slot", false, false, false, false, ATTR_SLOT, NULL},
    {"revision", "REVISION", "two hex digits", false, false, false, false, ATTR_REVISION, NULL},
    {"subsystem", "SUBSYSTEM", "subsystem vendor and device id", false, false, false, false, -1, get_subsystem},
    {"numa_node", "NUMA NODE", "number of the node it is nearest to", false, true, false, false, ATTR_NUMA_NODE, NULL},
    {"boot_vga", "BOOT VGA", "1: the display the firmware started on", false, true, false, false, ATTR_BOOT_VGA, NULL},
    {"driver_override", "OVERRIDE", "the one driver that may bind it", false, false, false, false, ATTR_DRIVER_OVERRIDE, NULL},
    {"reset_methods", "RESET METHODS", "ways to reset it, in the order of use", false, false, false, false, ATTR_RESET_METHOD,
	NULL},
    {"link_speed", "LINK SPEED", "speed of its link now", false, false, false, false, ATTR_LINK_SPEED, NULL},
    {"link_width", "LINK WIDTH", "lanes of its link now", false, true, false, false, ATTR_LINK_WIDTH, NULL},
    {"max_link_speed", "MAX SPEED", "speed its link could have", false, false, false, false, ATTR_MAX_LINK_SPEED, NULL},
    {"max_link_width", "MAX WIDTH", "lanes its link could have", false, true, false, false, ATTR_MAX_LINK_WIDTH, NULL},
    {"vfs", "VFS", "how many virtual functions it has now", false, true, false, false, ATTR_VFS, NULL},
    {"modules", "MODULES", "modules whose alias fits it", false, false, true, false, ATTR_MODULES, NULL},
    {"serial", "SERIAL", "PCI Express serial number (needs root)", false, false, false, false, ATTR_SERIAL, NULL},
    {"claim", "CLAIM", "the virtual machine it is claimed for, or yes (passthru claim)", false, false, false, false, -1, get_claim, true},
};
const size_t n_function_fields = ARRAY_LEN(function_fields);

static const char *field_text(struct arena *mem, const struct function_field *field, const struct pci_function *f)
{
	if (field->get)
		return field->get(mem, f);
	return f->attributes ? view_clean(mem, f->attributes[field->attribute]) : NULL;
}

/* ---- columns ---- */

static const struct function_field *find_field(const char *word, size_t length)
{
	for (size_t i = 0; i < n_function_fields; i++) {
		const struct function_field *field = &function_fields[i];

		if ((strncasecmp(field->key, word, length) == 0 && field->key[length] == '\0') ||
		    (strncasecmp(field->heading, word, length) == 0 && field->heading[length] == '\0'))
			return field;
	}
	return NULL;
}

static bool has_column(const struct function_columns *c, const struct function_field *field)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i] == field)
			return true;
	return false;
}

static void add_column(struct function_columns *c, const struct function_field *field)
{
	static_assert(ARRAY_LEN(function_fields) <= ARRAY_LEN(c->items), "every column fits once");

	if (!has_column(c, field))
		c->items[c->n++] = field;
}

bool view_parse_columns(struct arena *mem, const char *text, struct function_columns *ret, const char **ret_bad)
{
	bool is_more = text && *text == '+';

	*ret = (struct function_columns){0};
	for (size_t i = 0; i < n_function_fields && (!text || is_more); i++)
		if (function_fields[i].is_default)
			add_column(ret, &function_fields[i]);
	if (is_more)
		text++;
	while (text) {
		size_t length = strcspn(text, ",");
		const struct function_field *field = find_field(text, length);

		if (!field) {
			*ret_bad = arena_strndup(mem, text, length);
			return false;
		}
		add_column(ret, field);
		text = text[length] == ',' ? text + length + 1 : NULL;
	}
	return true;
}

unsigned view_columns_attributes(const struct function_columns *c)
{
	unsigned attributes = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->items[i]->attribute >= 0)
			attributes |= 1u << c->items[i]->attribute;
	return attributes;
}

bool view_columns_need_names(const struct function_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i]->needs_name)
			return true;
	return false;
}

bool view_columns_need_claims(const struct function_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i]->needs_claims)
			return true;
	return false;
}

/* ---- table ---- */

/* Handed over: green; a display: bold; a bridge: faint. */
static const char *line_colour(const struct pci_function *f)
{
	if (f->driver && str_starts(f->driver, "vfio"))
		return "\033[32m";
	if (function_is_display(f))
		return "\033[1m";
	return function_is_bridge(f) ? "\033[2m" : NULL;
}

static struct libscols_line *add_row(const struct scols *sc, struct libscols_table *table, struct arena *mem, const struct pci_function *f,
    const struct function_columns *c, const struct list_style *style, struct libscols_line *parent)
{
	struct libscols_line *line = sc->table_new_line(table, parent);

	if (!line)
		return NULL;
	for (size_t i = 0; i < c->n; i++) {
		const char *text = field_text(mem, c->items[i], f);

		if (text && !view_is_ascii(text))
			view_need_locale();
		if (text && sc->line_set_data(line, i, text) < 0)
			return NULL;
	}
	if (style->has_colour && line_colour(f))
		(void)sc->line_set_color(line, line_colour(f));
	return line;
}

/* Bridges have lower addresses than what hangs below them nearly always, but not by any rule: so a parent
 * that has no line yet gets it first. */
static struct libscols_line *add_in_tree(const struct scols *sc, struct libscols_table *table, struct arena *mem, const struct host *h, size_t i,
    const struct function_columns *c, const struct list_style *style, struct libscols_line **lines, unsigned depth)
{
	const struct pci_function *f = &h->functions[i];
	struct libscols_line *parent = NULL;

	if (lines[i])
		return lines[i];
	/* A recorded tree may lie; no real one is deeper than 256 buses. */
	if (style->is_tree && f->parent >= 0 && depth < 256)
		parent = add_in_tree(sc, table, mem, h, (size_t)f->parent, c, style, lines, depth + 1);
	if (!lines[i])
		lines[i] = add_row(sc, table, mem, f, c, style, parent);
	return lines[i];
}

static int add_columns(const struct scols *sc, struct libscols_table *table, const struct function_columns *c, const struct list_style *style)
{
	for (size_t i = 0; i < c->n; i++) {
		int flags = c->items[i]->may_be_cut && style->width > 0 ? SCOLS_FL_TRUNC : 0;

		if (style->is_tree && i == 0)
			flags |= SCOLS_FL_TREE;
		if (!sc->table_new_column(table, c->items[i]->heading, 0, flags))
			return -ENOMEM;
	}
	return 0;
}

int view_functions_table(
    FILE *out, struct arena *mem, const struct host *h, const struct function_columns *c, const struct list_style *style)
{
	struct libscols_line **lines = arena_alloc(mem, (h->n_functions + 1) * sizeof(struct libscols_line *));
	const struct scols *sc = scols_load();
	struct libscols_table *table = sc ? sc->new_table() : NULL;
	int r = table ? add_columns(sc, table, c, style) : -ENOMEM;

	if (!sc)
		return -ELIBACC;
	if (style->is_tree)
		view_need_locale();

	for (size_t i = 0; r == 0 && i < h->n_functions; i++)
		if (!add_in_tree(sc, table, mem, h, i, c, style, lines, 0))
			r = -ENOMEM;
	if (r == 0)
		r = view_table_print(sc, table, out, style->width, style->has_colour);
	sc->unref_table(table);
	return r;
}

/* ---- JSON ---- */

/* Numbers as numbers; what is no number ("noiommu-0") stays a string. */
static struct json_object *field_json(struct arena *mem, const struct function_field *field, const struct pci_function *f)
{
	const char *text = field_text(mem, field, f);
	uint64_t number;

	if (text && field->is_number && str_number(text, 10, INT32_MAX, &number))
		return json_object_new_int((int)number);
	return text ? json_object_new_string(text) : NULL;
}

static struct json_object *columns_json(struct arena *mem, const struct pci_function *f, const struct function_columns *c)
{
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < c->n; i++)
		json_object_object_add(o, c->items[i]->key, field_json(mem, c->items[i], f));
	return o;
}

struct json_object *view_function_json(struct arena *mem, const struct pci_function *f)
{
	struct function_columns columns;
	const char *bad;

	(void)view_parse_columns(mem, NULL, &columns, &bad);
	return columns_json(mem, f, &columns);
}

struct json_object *view_functions_json(struct arena *mem, const struct host *h, const struct function_columns *c)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < h->n_functions; i++)
		json_object_array_add(list, columns_json(mem, &h->functions[i], c));
	return list;
}
