/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <json-c/json.h>
#include <string.h>

#include "fuzz.h"
#include "model/plan.h"
#include "model/wish.h"

/* What is believed comes out again as it went in. */
static void check_round_trip(struct arena *mem, const struct plan *p)
{
	struct json_object *o = plan_to_json(p);
	struct plan again;
	struct err e;

	assert(plan_from_json(mem, o, &again, &e) == 0);
	assert(plan_equal(p, &again));
	(void)json_object_put(o);
}

static void check_wish(struct arena *mem, struct json_object *json)
{
	struct bind_wish wish, again;
	struct json_object *o;
	struct err e;

	if (wish_from_json(mem, json, &wish, &e) < 0)
		return;
	o = wish_to_json(&wish);
	assert(wish_from_json(mem, o, &again, &e) == 0);
	assert(again.n_targets == wish.n_targets && again.verb == wish.verb);
	(void)json_object_put(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	struct json_object *o = json_tokener_parse(arena_strndup(&mem, (const char *)data, size));
	struct plan p;
	struct err e;

	if (o) {
		if (plan_from_json(&mem, o, &p, &e) == 0)
			check_round_trip(&mem, &p);
		check_wish(&mem, o);
		(void)json_object_put(o);
	}
	arena_done(&mem);
	return 0;
}
