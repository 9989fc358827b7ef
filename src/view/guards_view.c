/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/guards_view.h"

#include <json-c/json.h>

#include "view/text.h"

static const char *allow_text(struct arena *mem, const struct host *h, const struct guard *g)
{
	return arena_printf(mem, "--allow=%s:%s", guard_id_name(g->id), h->functions[g->function].name);
}

struct json_object *view_guards_json(struct arena *mem, const struct host *h, const struct guard *guards, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		const struct guard *g = &guards[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "address", json_object_new_string(h->functions[g->function].name));
		json_object_object_add(o, "id", json_object_new_string(guard_id_name(g->id)));
		json_object_object_add(o, "text", json_object_new_string(view_clean(mem, g->text)));
		json_object_object_add(
		    o, "evidence", g->evidence ? json_object_new_string(view_clean(mem, g->evidence)) : NULL);
		json_object_object_add(
		    o, "allow", guard_may_be_allowed(g->id) ? json_object_new_string(allow_text(mem, h, g)) : NULL);
		json_object_array_add(list, o);
	}
	return list;
}

void view_guards(
    FILE *out, struct arena *mem, const struct host *h, int shown, const struct guard *guards, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct guard *g = &guards[i];

		(void)fprintf(out, "  guard:       %s: %s%s%s\n", guard_id_name(g->id), g->function == shown ? "" : h->functions[g->function].name,
		    g->function == shown ? "" : ": ", view_clean(mem, g->text));
		if (g->evidence)
			(void)fprintf(out, "               see %s\n", view_clean(mem, g->evidence));
		(void)fprintf(out, "               %s\n", guard_may_be_allowed(g->id) ? allow_text(mem, h, g) : "never overridden");
	}
}
