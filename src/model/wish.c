/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/wish.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/json_text.h"

enum { MAX_TARGETS = 4096, MAX_TEXT = 256 };

const char *verb_name(enum verb v)
{
	static const char *const names[] = {
	    [VERB_BIND] = "bind", [VERB_UNBIND] = "unbind", [VERB_RELEASE] = "release", [VERB_WITH] = "with",
	    [VERB_CLAIM] = "claim"};
	static_assert(ARRAY_LEN(names) == VERBS, "every verb has a name");

	return names[v];
}

bool is_reset_method(const char *word)
{
	static const char *const known[] = {"device_specific", "acpi", "flr", "af_flr", "pm", "bus", "cxl_bus"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(known[i], word))
			return true;
	return false;
}

/* Directory services have names like "DOM\\ann" and "ann@dom": whatever is no blank, slash or control character. */
static bool is_account(const char *name, size_t length)
{
	if (length == 0 || length > 64 || *name == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] <= ' ' || (unsigned char)name[i] >= 0x7f || strchr(":/\"'", name[i]))
			return false;
	return true;
}

bool wish_user_is_valid(const char *text)
{
	const char *colon = strchr(text, ':');

	if (!colon)
		return is_account(text, strlen(text));
	return is_account(text, (size_t)(colon - text)) && is_account(colon + 1, strlen(colon + 1));
}

const char allowance_words[] = "stranger storage disk-contents network session display keyboard platform vm unknown";

bool allowance_parse(struct arena *mem, const char *word, struct allowance *ret)
{
	struct allowance a = {0};
	size_t length = strcspn(word, ":");

	if (!str_has_word(allowance_words, word, length))
		return false;
	a.id = arena_strndup(mem, word, length);
	a.is_of_all = word[length] == '\0';
	if (!a.is_of_all && !pci_addr_parse(word + length + 1, &a.addr))
		return false;
	*ret = a;
	return true;
}

bool wish_allows(const struct bind_wish *w, const char *id, struct pci_addr addr)
{
	for (size_t i = 0; i < w->n_allowed; i++)
		if (str_eq(w->allowed[i].id, id) && (w->allowed[i].is_of_all || pci_addr_cmp(w->allowed[i].addr, addr) == 0))
			return true;
	return false;
}

static struct json_object *text_or_null(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

struct json_object *wish_to_json(const struct bind_wish *w)
{
	struct json_object *o = json_object_new_object();
	struct json_object *targets = json_object_new_array();
	struct json_object *allow = json_object_new_array();
	char name[PCI_ADDR_TEXT], text[PCI_ADDR_TEXT + 32];

	for (size_t i = 0; i < w->n_targets; i++)
		json_object_array_add(targets, json_object_new_string(pci_addr_format(w->targets[i], name)));
	for (size_t i = 0; i < w->n_allowed; i++) {
		const struct allowance *a = &w->allowed[i];

		(void)snprintf(text, sizeof(text), "%s%s%s", a->id, a->is_of_all ? "" : ":",
		    a->is_of_all ? "" : pci_addr_format(a->addr, name));
		json_object_array_add(allow, json_object_new_string(text));
	}
	json_object_object_add(o, "verb", json_object_new_string(verb_name(w->verb)));
	json_object_object_add(o, "targets", targets);
	json_object_object_add(o, "driver", text_or_null(w->driver));
	json_object_object_add(o, "allow", allow);
	json_object_object_add(o, "stop_holders", json_object_new_boolean(w->stop_holders));
	json_object_object_add(o, "kill_holders", json_object_new_boolean(w->kill_holders));
	json_object_object_add(o, "server_type",
	    w->server_type == SERVER_UNKNOWN ? NULL : json_object_new_string(server_type_name(w->server_type)));
	json_object_object_add(o, "reset_method", text_or_null(w->reset_method));
	json_object_object_add(o, "user", text_or_null(w->user));
	return o;
}

static const char *text_at(struct json_object *list, size_t i)
{
	const char *text = json_text(json_object_array_get_idx(list, i), MAX_TEXT);

	return text ? text : "";
}

static bool get_list(struct json_object *o, const char *key, struct json_object **ret)
{
	return json_object_object_get_ex(o, key, ret) && json_object_is_type(*ret, json_type_array) &&
	    json_object_array_length(*ret) <= MAX_TARGETS;
}

/* A string or null; false where it is missing or something else. */
static bool get_text_or_null(struct arena *mem, struct json_object *o, const char *key, const char **ret)
{
	struct json_object *member;

	if (!json_object_object_get_ex(o, key, &member))
		return false;
	*ret = NULL;
	if (!member)
		return true;
	*ret = arena_strdup(mem, json_text(member, MAX_TEXT));
	return *ret != NULL;
}

static bool get_verb(const char *name, enum verb *ret)
{
	for (int i = 0; name && i < VERBS; i++)
		if (str_eq(verb_name((enum verb)i), name)) {
			*ret = (enum verb)i;
			return true;
		}
	return false;
}

static bool get_flag(struct json_object *o, const char *key, bool *ret)
{
	struct json_object *member;

	if (!json_object_object_get_ex(o, key, &member) || !json_object_is_type(member, json_type_boolean))
		return false;
	*ret = json_object_get_boolean(member);
	return true;
}

static bool get_server_type(struct arena *mem, struct json_object *o, enum server_type *ret)
{
	const char *name;

	if (!get_text_or_null(mem, o, "server_type", &name))
		return false;
	*ret = SERVER_UNKNOWN;
	return !name || server_type_parse(name, ret);
}

static bool get_targets(struct arena *mem, struct json_object *o, struct bind_wish *w)
{
	struct pci_addr *targets = NULL;
	struct json_object *list;

	if (!get_list(o, "targets", &list))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct pci_addr addr;

		if (!pci_addr_parse(text_at(list, i), &addr))
			return false;
		*ARENA_PUSH(mem, targets, w->n_targets) = addr;
	}
	w->targets = targets;
	return w->n_targets > 0;
}

static bool get_allow(struct arena *mem, struct json_object *o, struct bind_wish *w)
{
	struct allowance *allowed = NULL;
	struct json_object *list;

	if (!get_list(o, "allow", &list))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct allowance a;

		if (!allowance_parse(mem, text_at(list, i), &a))
			return false;
		*ARENA_PUSH(mem, allowed, w->n_allowed) = a;
	}
	w->allowed = allowed;
	return true;
}

int wish_from_json(struct arena *mem, struct json_object *json, struct bind_wish *ret, struct err *e)
{
	struct bind_wish w = {0};
	const char *verb;

	if (!json_object_is_type(json, json_type_object) || !get_text_or_null(mem, json, "verb", &verb) ||
	    !get_verb(verb, &w.verb) || !get_targets(mem, json, &w) || !get_allow(mem, json, &w) ||
	    !get_text_or_null(mem, json, "driver", &w.driver) ||
	    !get_server_type(mem, json, &w.server_type) || !get_flag(json, "stop_holders", &w.stop_holders) ||
	    !get_flag(json, "kill_holders", &w.kill_holders) || !get_text_or_null(mem, json, "reset_method", &w.reset_method) ||
	    !get_text_or_null(mem, json, "user", &w.user) || (w.user && !wish_user_is_valid(w.user)) ||
	    (w.driver && !str_is_driver_name(w.driver)) || (w.reset_method && !is_reset_method(w.reset_method)))
		return err_set(e, -EINVAL, "its wish is not one this passthru writes");
	*ret = w;
	return 0;
}
