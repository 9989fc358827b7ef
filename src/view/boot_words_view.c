/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/boot_words_view.h"

#include <json-c/json.h>

#include "base/str.h"
#include "view/text.h"

void view_boot_advice(FILE *out, struct arena *mem, const struct boot_advice *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct boot_advice *a = &list[i];

		if (a->file && a->line > 0)
			(void)fprintf(out, "%s, line %u:\n", view_clean(mem, a->file), a->line);
		else if (a->file)
			(void)fprintf(out, "%s, to be added:\n", view_clean(mem, a->file));
		if (a->before)
			(void)fprintf(out, "  - %s\n", view_clean(mem, a->before));
		if (a->after)
			(void)fprintf(out, "  + %s\n", view_clean(mem, a->after));
		if (a->command)
			(void)fprintf(out, "then: %s\n", view_clean(mem, a->command));
	}
}

static struct json_object *text_json(struct arena *mem, const char *text)
{
	return text ? json_object_new_string(view_clean(mem, text)) : NULL;
}

struct json_object *view_boot_advice_json(struct arena *mem, const struct boot_advice *list, size_t n)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "file", text_json(mem, list[i].file));
		json_object_object_add(o, "line", list[i].line > 0 ? json_object_new_int64(list[i].line) : NULL);
		json_object_object_add(o, "before", text_json(mem, list[i].before));
		json_object_object_add(o, "after", text_json(mem, list[i].after));
		json_object_object_add(o, "command", text_json(mem, list[i].command));
		json_object_array_add(all, o);
	}
	return all;
}

struct json_object *view_boot_needs_json(struct arena *mem, const struct boot_need *list, size_t n)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "word", text_json(mem, list[i].word));
		json_object_object_add(o, "reason", text_json(mem, list[i].reason));
		json_object_array_add(all, o);
	}
	return all;
}
