/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/json_text.h"

#include <json-c/json.h>
#include <string.h>

const char *json_text(struct json_object *o, size_t max)
{
	const char *text = json_object_is_type(o, json_type_string) ? json_object_get_string(o) : NULL;

	if (!text || strlen(text) != (size_t)json_object_get_string_len(o) || strlen(text) > max)
		return NULL;
	return text;
}

const char *json_member_text(struct json_object *o, const char *key, size_t max)
{
	struct json_object *member;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &member))
		return NULL;
	return json_text(member, max);
}
