/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as JSON and back. What comes back is foreign text: nothing is believed that is not checked. */
#include "model/plan.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "base/str.h"
#include "model/access.h"
#include "model/boot_word.h"
#include "model/derived.h"
#include "model/display.h"
#include "model/hugepages.h"
#include "model/image_needs.h"
#include "model/json_text.h"
#include "model/our_file.h"
#include "model/unit.h"

enum { MAX_STEPS = 4096, MAX_DERIVED = 256, MAX_TEXT = 256, MAX_LIMIT_MS = 24 * 60 * 60 * 1000 };

static struct json_object *string_or_null(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

/* As the file of a target has it: "0644". */
static const char *mode_of(const char *target)
{
	return our_file_mode(target) == 0755 ? "0755" : "0644";
}

static struct json_object *value_to_json(const struct step *s, const struct value *v)
{
	struct json_object *o = NULL;

	switch (kind_value_type(s->kind)) {
	case VALUE_FLAG:
		return json_object_new_boolean(v->flag);
	case VALUE_TEXT:
	case VALUE_ACCESS:
		return string_or_null(v->text);
	case VALUE_BINDING:
		o = json_object_new_object();
		json_object_object_add(o, "driver", string_or_null(v->driver));
		json_object_object_add(o, "driver_override", string_or_null(v->driver_override));
		break;
	case VALUE_PAGES:
		o = json_object_new_object();
		json_object_object_add(o, "pages", json_object_new_uint64(v->number));
		json_object_object_add(o, "short_by", json_object_new_uint64(v->short_by));
		break;
	case VALUE_FILE:
		if (!v->text)
			break;
		o = json_object_new_object();
		json_object_object_add(o, "content", json_object_new_string(v->text));
		json_object_object_add(o, "mode", json_object_new_string(mode_of(s->target)));
		json_object_object_add(o, "owner", json_object_new_string("root"));
		break;
	}
	return o;
}

static struct json_object *step_to_json(const struct step *s)
{
	struct json_object *o = json_object_new_object();
	bool is_move = s->type == STEP_MOVE;

	json_object_object_add(o, "step", json_object_new_string(step_type_name(s->type)));
	json_object_object_add(o, "kind", json_object_new_string(kind_name(s->kind)));
	json_object_object_add(o, "target", json_object_new_string(s->target));
	json_object_object_add(o, "have", is_move ? value_to_json(s, &s->have) : NULL);
	json_object_object_add(o, "want", value_to_json(s, &s->want));
	json_object_object_add(o, "back", is_move ? json_object_new_string(way_back_name(s->back)) : NULL);
	if (s->type == STEP_AWAIT)
		json_object_object_add(o, "limit_ms", json_object_new_int((int)s->limit_ms));
	return o;
}

struct json_object *plan_to_json(const struct plan *p)
{
	struct json_object *o = json_object_new_object();
	struct json_object *steps = json_object_new_array();
	struct json_object *derived = json_object_new_array();

	for (size_t i = 0; i < p->n_steps; i++)
		json_object_array_add(steps, step_to_json(&p->steps[i]));
	for (size_t i = 0; i < p->n_derived; i++)
		json_object_array_add(derived, json_object_new_string(p->derived[i]));
	json_object_object_add(o, "steps", steps);
	json_object_object_add(o, "derived", derived);
	return o;
}

/* A driver name, or null for none; anything else is refused. */
static bool get_driver(struct arena *mem, struct json_object *o, const char *key, const char **ret)
{
	struct json_object *member;
	const char *text;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &member))
		return false;
	*ret = NULL;
	if (!member)
		return true;
	text = json_member_text(o, key, MAX_TEXT);
	if (!text || !str_is_driver_name(text))
		return false;
	*ret = arena_strdup(mem, text);
	return true;
}

static bool get_pages(struct json_object *o, const char *key, uint64_t max, uint64_t *ret)
{
	struct json_object *member;
	int64_t number;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &member) ||
	    !json_object_is_type(member, json_type_int))
		return false;
	number = json_object_get_int64(member);
	*ret = (uint64_t)number;
	return number >= 0 && *ret <= max;
}

/* null: absent. Owner and mode are said for whoever reads it; there is one of each. */
static bool get_file(struct arena *mem, const char *target, struct json_object *o, const char **ret)
{
	const char *content;

	*ret = NULL;
	if (!o)
		return true;
	content = json_member_text(o, "content", LARGEST_FILE);
	if (!content || !str_eq(json_member_text(o, "mode", MAX_TEXT), mode_of(target)) ||
	    !str_eq(json_member_text(o, "owner", MAX_TEXT), "root"))
		return false;
	*ret = arena_strdup(mem, content);
	return true;
}

/* What a text of this step may say. */
static bool text_is_valid(const struct step *s, const char *text)
{
	const enum kind kind = s->kind;
	struct access access;

	if (kind == KIND_RESET)
		return strspn(text, "abcdefghijklmnopqrstuvwxyz_ ") == strlen(text);
	if (kind == KIND_SETTING && is_prime_target(s->target))
		return is_prime_choice(s->target, text);
	if (kind == KIND_SETTING)
		return str_eq(text, SETTING_ALL) || str_eq(text, SETTING_SOME) || str_eq(text, SETTING_NONE);
	if (kind == KIND_GENERATED)
		return str_eq(text, GENERATED_IN_ALL) || str_eq(text, GENERATED_IN_NONE);
	return kind != KIND_ACCESS || *text == '\0' || access_parse(text, &access);
}

static bool value_from_json(struct arena *mem, const struct step *s, struct json_object *o, const char *key, struct value *ret)
{
	enum kind kind = s->kind;
	struct json_object *member;
	const char *text;

	if (!json_object_object_get_ex(o, key, &member))
		return false;
	switch (kind_value_type(kind)) {
	case VALUE_FLAG:
		ret->flag = json_object_get_boolean(member);
		return json_object_is_type(member, json_type_boolean);
	case VALUE_TEXT:
	case VALUE_ACCESS:
		text = json_member_text(o, key, kind == KIND_USES ? LONGEST_USES : MAX_TEXT);
		if (!text || !text_is_valid(s, text))
			return false;
		ret->text = arena_strdup(mem, text);
		return true;
	case VALUE_BINDING:
		return get_driver(mem, member, "driver", &ret->driver) &&
		    get_driver(mem, member, "driver_override", &ret->driver_override);
	case VALUE_FILE:
		return get_file(mem, s->target, member, &ret->text);
	case VALUE_PAGES:
		return get_pages(member, "pages", MOST_HUGE_PAGES, &ret->number) &&
		    get_pages(member, "short_by", ret->number, &ret->short_by);
	}
	return false;
}

/* "28" or "noiommu-0": what a node under /dev/vfio may be called. */
static bool is_vfio_node(const char *name)
{
	uint64_t number;

	if (str_starts(name, "noiommu-"))
		name += strlen("noiommu-");
	return str_number(name, 10, INT32_MAX, &number);
}

/* dev_valid_name (net/core/dev.c), and no letter that means something in a path or a sentence. */
static bool is_interface_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < 16 && !str_eq(name, ".") && !str_eq(name, "..") &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-") == length;
}

/* Each kind's grammar: a target names a file below, so nothing else may pass. */
static bool target_is_valid(struct arena *mem, enum kind kind, const char *target)
{
	struct image_needs needs;
	struct boot_word word;
	struct pci_addr addr;
	char text[PCI_ADDR_TEXT];
	uint64_t number;
	const char *name;
	bool is_user;
	unsigned uid;
	int node;

	switch (kind) {
	case KIND_BINDING:
	case KIND_RESET:
	case KIND_IDENTITY:
	case KIND_USES:
	case KIND_UNUSED:
		return pci_addr_parse(target, &addr) && str_eq(pci_addr_format(addr, text), target);
	case KIND_MODULE:
	case KIND_DEPENDANT:
		return str_is_driver_name(target) && !strpbrk(target, ". ");
	case KIND_CONSOLE:
		return str_starts(target, "vtcon") && str_number(target + strlen("vtcon"), 10, INT32_MAX, &number);
	case KIND_FRAMEBUFFER:
		return is_firmware_framebuffer(target);
	case KIND_INTERFACE:
		return is_interface_name(target);
	case KIND_PROCESS:
		return process_target_parse(target, &addr, &node, &number);
	case KIND_UNIT:
		return unit_target_parse(target, &name, &is_user, &uid);
	case KIND_HUGEPAGES:
		return huge_target_parse(target, &node, &number);
	case KIND_FILE:
		return is_our_file(target);
	case KIND_WORD:
		return boot_word_parse(mem, target, &word);
	case KIND_SETTING:
		return is_prime_target(target) || boot_setting_parse(mem, target, &word);
	case KIND_GENERATED:
		return boot_generated_parse(mem, target, &word);
	case KIND_IMAGE:
		return image_needs_parse(mem, target, &needs);
	case KIND_VIABLE:
		return str_number(target, 10, INT32_MAX, &number);
	case KIND_ACCESS:
	case KIND_UNHELD:
	case KIND_NODE:
		return str_starts(target, "/dev/vfio/") && is_vfio_node(target + strlen("/dev/vfio/"));
	case KINDS:
		break;
	}
	return false;
}

static bool find_name(const char *(*name_of)(int), int n, const char *name, int *ret)
{
	for (int i = 0; name && i < n; i++) {
		if (str_eq(name_of(i), name)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static const char *kind_name_at(int i)
{
	return kind_name((enum kind)i);
}

static const char *step_type_name_at(int i)
{
	return step_type_name((enum step_type)i);
}

static const char *way_back_name_at(int i)
{
	return way_back_name((enum way_back)i);
}

static bool get_limit(struct json_object *o, unsigned *ret)
{
	struct json_object *member;
	int64_t limit;

	if (!json_object_object_get_ex(o, "limit_ms", &member) || !json_object_is_type(member, json_type_int))
		return false;
	limit = json_object_get_int64(member);
	*ret = (unsigned)limit;
	return limit >= 0 && limit <= MAX_LIMIT_MS;
}

static bool step_from_json(struct arena *mem, struct json_object *o, struct step *ret)
{
	const char *target = json_member_text(o, "target", MAX_TEXT);
	int kind, type, back;

	if (!target || !find_name(kind_name_at, KINDS, json_member_text(o, "kind", MAX_TEXT), &kind) ||
	    !find_name(step_type_name_at, STEP_TYPES, json_member_text(o, "step", MAX_TEXT), &type))
		return false;
	ret->kind = (enum kind)kind;
	ret->type = (enum step_type)type;
	if (!kind_allows(ret->kind, ret->type) || !target_is_valid(mem, ret->kind, target))
		return false;
	ret->target = arena_strdup(mem, target);
	if (!value_from_json(mem, ret, o, "want", &ret->want))
		return false;
	if (ret->type == STEP_AWAIT)
		return get_limit(o, &ret->limit_ms);
	if (ret->type == STEP_REQUIRE)
		return true;
	if (!find_name(way_back_name_at, BACK_WAYS, json_member_text(o, "back", MAX_TEXT), &back))
		return false;
	ret->back = (enum way_back)back;
	return value_from_json(mem, ret, o, "have", &ret->have);
}

/* A record of a plan without them has no such member, or an empty one. */
static int get_derived(struct arena *mem, struct json_object *json, struct plan *p, struct err *e)
{
	struct json_object *derived;
	size_t n;

	if (!json_object_object_get_ex(json, "derived", &derived))
		return 0;
	if (!json_object_is_type(derived, json_type_array) || json_object_array_length(derived) > MAX_DERIVED)
		return err_set(e, -EINVAL, "what it derives is no list");
	n = json_object_array_length(derived);
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(derived, i);
		const char *command = json_object_is_type(item, json_type_string) ? json_object_get_string(item) : NULL;

		if (!command || strlen(command) != (size_t)json_object_get_string_len(item) || !is_derived(command))
			return err_set(e, -EINVAL, "command %zu is not one this passthru runs", i + 1);
		*ARENA_PUSH(mem, p->derived, p->n_derived) = arena_strdup(mem, command);
	}
	return 0;
}

int plan_from_json(struct arena *mem, struct json_object *json, struct plan *ret, struct err *e)
{
	struct json_object *steps;
	struct plan plan = {0};
	size_t n;

	if (!json_object_is_type(json, json_type_object) || !json_object_object_get_ex(json, "steps", &steps) ||
	    !json_object_is_type(steps, json_type_array))
		return err_set(e, -EINVAL, "it holds no list of steps");
	n = json_object_array_length(steps);
	if (n > MAX_STEPS)
		return err_set(e, -EINVAL, "it holds %zu steps, more than the %d allowed", n, MAX_STEPS);
	for (size_t i = 0; i < n; i++) {
		struct step step = {0};

		if (!step_from_json(mem, json_object_array_get_idx(steps, i), &step))
			return err_set(e, -EINVAL, "step %zu is not one this passthru writes", i + 1);
		*ARENA_PUSH(mem, plan.steps, plan.n_steps) = step;
	}
	if (get_derived(mem, json, &plan, e) < 0)
		return -EINVAL;
	*ret = plan;
	return 0;
}
