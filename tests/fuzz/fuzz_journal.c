/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "apply/journal.h"
#include "base/str.h"
#include "fuzz.h"

/* Nothing that came from a journal may name a file outside its kind's folder. */
static void check_target(const struct step *s)
{
	assert(s->target && *s->target);
	assert(!strstr(s->target, ".."));
	if (s->kind == KIND_UNHELD || s->kind == KIND_NODE || s->kind == KIND_ACCESS)
		assert(str_starts(s->target, "/dev/vfio/"));
	else if (s->kind == KIND_FILE)
		assert(str_starts(s->target, "/etc/"));
	else if (s->kind == KIND_WORD)
		assert(str_starts(s->target, "/etc/default/") || str_starts(s->target, "/etc/kernel/cmdline "));
	else if (s->kind == KIND_GENERATED || s->kind == KIND_IMAGE)
		assert(str_starts(s->target, "/boot/") || str_starts(s->target, "/efi/"));
	else if (s->kind == KIND_UNIT)
		assert(!strchr(s->target + strspn(s->target, "0123456789/"), '/'));
	else if (s->kind == KIND_PROCESS || s->kind == KIND_HUGEPAGES)
		assert(!strchr(s->target, '/') || !strchr(strchr(s->target, '/') + 1, '/')); /* one, between two parts */
	else
		assert(!strchr(s->target, '/'));
	if (s->want.driver)
		assert(!strchr(s->want.driver, '/'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	struct journal j;
	struct err e;

	if (journal_from_json(&mem, arena_strndup(&mem, (const char *)data, size), &j, &e) == 0) {
		assert(j.verb && j.wish && j.boot_id);
		for (size_t i = 0; i < j.plan.n_steps; i++)
			check_target(&j.plan.steps[i]);
	}
	arena_done(&mem);
	return 0;
}
