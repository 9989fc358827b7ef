/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/claims_view.h"

#include <errno.h>
#include <json-c/json.h>

#include "view/plan_view.h"
#include "view/scols.h"
#include "view/text.h"

int view_claims(FILE *out, struct arena *mem, const struct claim_row *rows, size_t n)
{
	static const char *const headings[] = {"ADDRESS", "WAS", "STATE", "FOR", "NAME"};
	const struct scols *sc = scols_load();
	struct libscols_table *table = view_table_new(sc, out, headings, ARRAY_LEN(headings));
	int r = table ? 0 : sc ? -ENOMEM : -ELIBACC;

	for (size_t i = 0; r == 0 && i < n; i++) {
		char was[PCI_ADDR_TEXT];
		const char *const cells[] = {
		    rows[i].address,
		    pci_addr_format(rows[i].saved->claim.addr, was),
		    rows[i].state,
		    view_clean(mem, rows[i].saved->claim.vm),
		    view_clean(mem, rows[i].saved->name),
		};

		r = view_table_add(sc, table, cells, ARRAY_LEN(cells));
	}
	if (r == 0)
		r = sc->print_table(table);
	if (table)
		sc->unref_table(table);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (rows[i].text)
			(void)fprintf(out, "%s: %s\n", view_clean(mem, rows[i].saved->name), view_clean(mem, rows[i].text));
	return r;
}

static void add_text(struct json_object *o, struct arena *mem, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(view_clean(mem, text)) : NULL);
}

static struct json_object *row_json(struct arena *mem, const struct claim_row *row)
{
	struct json_object *o = json_object_new_object();
	const struct claim *c = &row->saved->claim;
	char path[PORT_PATH_TEXT], card[PORT_PATH_TEXT], was[PCI_ADDR_TEXT];

	add_text(o, mem, "name", row->saved->name);
	add_text(o, mem, "state", row->state);
	add_text(o, mem, "address", row->address);
	add_text(o, mem, "was", pci_addr_format(c->addr, was));
	add_text(o, mem, "text", row->text);
	add_text(o, mem, "for", c->vm);
	add_text(o, mem, "allow", c->allow);
	add_text(o, mem, "server_type", c->server_type != SERVER_UNKNOWN ? server_type_name(c->server_type) : NULL);
	add_text(o, mem, "by_id", c->by_id);
	add_text(o, mem, "path", port_path_format(&c->path, path));
	add_text(o, mem, "card", port_path_format(&c->card, card));
	add_text(o, mem, "vendor", arena_printf(mem, "%04x", c->vendor));
	add_text(o, mem, "device", arena_printf(mem, "%04x", c->device));
	add_text(o, mem, "subsystem",
	    (c->subvendor | c->subdevice) != 0 ? arena_printf(mem, "%04x:%04x", c->subvendor, c->subdevice) : NULL);
	add_text(o, mem, "class", arena_printf(mem, "%06x", c->class_code));
	add_text(o, mem, "serial", c->serial);
	add_text(o, mem, "slot", c->slot);
	add_text(o, mem, "claimed", view_time(mem, c->time_s));
	add_text(o, mem, "wish", c->wish);
	add_text(o, mem, "file", row->saved->file);
	return o;
}

struct json_object *view_claims_json(struct arena *mem, const struct claim_row *rows, size_t n, const struct claims *c)
{
	struct json_object *o = json_object_new_object();
	struct json_object *claims = json_object_new_array(), *troubles = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(claims, row_json(mem, &rows[i]));
	for (size_t i = 0; i < c->n_troubles; i++) {
		struct json_object *one = json_object_new_object();

		add_text(one, mem, "file", c->troubles[i].file);
		add_text(one, mem, "text", c->troubles[i].text);
		json_object_array_add(troubles, one);
	}
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "claims", claims);
	json_object_object_add(o, "troubles", troubles);
	return o;
}
