/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/holders_view.h"

#include <errno.h>
#include <json-c/json.h>

#include "view/scols.h"
#include "view/text.h"

static const char *file_text(struct arena *mem, const struct holder *h)
{
	static const char *const remarks[] = {
	    [HOW_OPEN] = "",
	    [HOW_MAPPED] = " (mapped)",
	    [HOW_UP] = " (interface is up)",
	    [HOW_REFERENCED] = " (in use without a process: persistence mode may be on)",
	};
	static_assert(ARRAY_LEN(remarks) == HOWS, "every way to hold has its words");

	return arena_printf(mem, "%s%s", view_clean(mem, h->file), remarks[h->how]);
}

static const char *unit_text(struct arena *mem, const struct holder *h)
{
	return h->is_user_unit ? arena_printf(mem, "%s (of user %u)", view_clean(mem, h->unit), h->unit_user)
			       : view_clean(mem, h->unit);
}

int view_holders(FILE *out, struct arena *mem, const struct holders *holders, bool has_address)
{
	static const char *const headings[] = {"ADDRESS", "PID", "COMMAND", "USER", "UNIT", "FILE"};
	const size_t first = has_address ? 0 : 1, n = ARRAY_LEN(headings) - first;
	const struct scols *sc = scols_load();
	struct libscols_table *table = view_table_new(sc, out, headings + first, n);
	int r = table ? 0 : sc ? -ENOMEM : -ELIBACC;

	for (size_t i = 0; r == 0 && i < holders->n; i++) {
		const struct holder *h = &holders->items[i];
		char address[PCI_ADDR_TEXT];
		const char *const cells[] = {
		    pci_addr_format(h->addr, address),
		    h->kind == HOLDER_PROCESS ? arena_printf(mem, "%d", h->pid) : NULL,
		    view_clean(mem, h->command),
		    view_clean(mem, h->user),
		    unit_text(mem, h),
		    file_text(mem, h),
		};
		static_assert(ARRAY_LEN(cells) == ARRAY_LEN(headings), "every column has its cell");

		r = view_table_add(sc, table, cells + first, n);
	}
	if (r == 0)
		r = sc->print_table(table);
	if (table)
		sc->unref_table(table);
	return r;
}

static struct json_object *text_or_null(struct arena *mem, const char *text)
{
	return text ? json_object_new_string(view_clean(mem, text)) : NULL;
}

static struct json_object *holder_json(struct arena *mem, const struct holder *h)
{
	struct json_object *o = json_object_new_object();
	char address[PCI_ADDR_TEXT];

	json_object_object_add(o, "address", json_object_new_string(pci_addr_format(h->addr, address)));
	json_object_object_add(o, "kind", json_object_new_string(holder_kind_name(h->kind)));
	json_object_object_add(o, "pid", h->kind == HOLDER_PROCESS ? json_object_new_int(h->pid) : NULL);
	json_object_object_add(o, "command", text_or_null(mem, h->command));
	json_object_object_add(o, "user", text_or_null(mem, h->user));
	json_object_object_add(o, "unit", text_or_null(mem, h->unit));
	/* Whose service manager has it; null: the system's. */
	json_object_object_add(o, "unit_user", h->is_user_unit ? json_object_new_int64(h->unit_user) : NULL);
	json_object_object_add(o, "file", text_or_null(mem, h->file));
	json_object_object_add(o, "how", json_object_new_string(holder_how_name(h->how)));
	return o;
}

struct json_object *view_holders_json(struct arena *mem, const struct holders *holders)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < holders->n; i++)
		json_object_array_add(list, holder_json(mem, &holders->items[i]));
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "complete", json_object_new_boolean(holders->is_complete));
	json_object_object_add(o, "holders", list);
	return o;
}
