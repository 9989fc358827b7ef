/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings out of foreign JSON: without a NUL inside, and of sane length. */
#pragma once

#include <stddef.h>

struct json_object;

/* The string, owned by the object; NULL: it is none, holds a NUL, or is longer than max bytes. */
const char *json_text(struct json_object *o, size_t max);

/* The same of an object's member; NULL also where there is no such member, or no object. */
const char *json_member_text(struct json_object *o, const char *key, size_t max);
