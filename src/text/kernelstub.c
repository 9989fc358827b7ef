/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/kernelstub.h"

#include <json-c/json.h>

#include "base/base.h"

enum { MOST_WORDS = 512 };

const char *kernelstub_words(struct arena *mem, const char *text)
{
	struct json_object *o = json_tokener_parse(text), *user, *list;
	const char *words = NULL;

	if (json_object_object_get_ex(o, "user", &user) && json_object_object_get_ex(user, "kernel_options", &list)) {
		words = json_object_is_type(list, json_type_string) ? arena_strdup(mem, json_object_get_string(list)) : "";
		for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list) && i < MOST_WORDS; i++) {
			const char *word = json_object_get_string(json_object_array_get_idx(list, i));

			words = arena_printf(mem, "%s%s%s", words, *words ? " " : "", word ? word : "");
		}
	}
	json_object_put(o);
	return words;
}
