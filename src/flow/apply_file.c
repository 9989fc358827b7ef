/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>

#include "flow/flow.h"

static int parse(struct arena *mem, const char *text, struct bind_wish *wish, struct plan *plan, struct err *e)
{
	struct json_object *o = json_tokener_parse(text);
	struct json_object *version, *wish_json, *plan_json;
	int r;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, "version", &version) ||
	    !json_object_is_type(version, json_type_int) || json_object_get_int(version) != 1 || !json_object_object_get_ex(o, "wish", &wish_json) ||
	    !json_object_object_get_ex(o, "plan", &plan_json)) {
		r = err_set(e, -EINVAL, "it is no plan");
		(void)err_hint(e, "a plan is what --dry-run --json writes");
	} else {
		r = wish_from_json(mem, wish_json, wish, e);
		if (r == 0)
			r = plan_from_json(mem, plan_json, plan, e);
	}
	(void)json_object_put(o);
	return r;
}

enum outcome flow_apply(struct flow *f, const char *text, const struct change_options *options, struct change *ret,
    struct err *e)
{
	struct change_options with_plan = *options;
	struct bind_wish wish;
	struct plan plan;

	*ret = (struct change){0};
	if (parse(f->mem, text, &wish, &plan, e) < 0)
		return OUTCOME_FAILED;
	with_plan.expected = &plan;
	if (wish.verb != VERB_WITH && wish.verb != VERB_CLAIM)
		return flow_change(f, &wish, &with_plan, ret, e);
	(void)err_set(e, -EINVAL, "a plan of passthru %s cannot be applied from a file", verb_name(wish.verb));
	return OUTCOME_FAILED;
}
