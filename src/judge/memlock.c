/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/memlock.h"

#include "model/hugepages.h"

#define SLACK_BYTES (1024ull * 1024 * 1024)

/* As much as can be said. */
static uint64_t times(uint64_t a, uint64_t b)
{
	return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

static const char *words(struct arena *mem, uint64_t bytes)
{
	return bytes == MEMLOCK_UNLIMITED ? "unlimited" : size_words(mem, bytes / 1024);
}

static void add_mend(struct memlock_answer *a, const char *text)
{
	a->mends[a->n_mends++] = text;
}

static void add_mends(struct arena *mem, const struct memlock_question *q, struct memlock_answer *a)
{
	const char *user = q->user ? q->user : "USER";

	if (q->limit.has_limits && q->limit.hard_bytes >= a->needed_bytes)
		add_mend(a, arena_printf(mem, "ulimit -l %llu in the shell that starts it: the hard limit lets it",
				(unsigned long long)(a->needed_bytes / 1024)));
	add_mend(a, arena_printf(mem, "/etc/security/limits.d/passthru.conf: \"%s soft memlock unlimited\" and \"%s hard memlock "
			"unlimited\", then a new login", user, user));
	add_mend(a, "started by a systemd service: LimitMEMLOCK=infinity in it");
	add_mend(a, "started in a container: docker --ulimit memlock=-1:-1");
	add_mend(a, "a process that runs already: prlimit --pid PID --memlock=unlimited:unlimited");
}

struct memlock_answer judge_memlock(struct arena *mem, const struct memlock_question *q)
{
	unsigned n = q->n_containers > 0 ? q->n_containers : 1;
	uint64_t least = times(q->guest_bytes, n), limit = q->limit.soft_bytes;
	struct memlock_answer a = {0};
	const char *need;

	a.needed_bytes = q->guest_bytes > UINT64_MAX - SLACK_BYTES ? UINT64_MAX : times(q->guest_bytes + SLACK_BYTES, n);
	need = n == 1 ? arena_printf(mem, "VFIO pins all of the guest's memory, %s", words(mem, q->guest_bytes))
		      : arena_printf(mem, "with a vIOMMU each of %u devices pins all of the guest's memory, %s in all", n,
			    words(mem, least));
	if (q->limit.is_privileged == TRI_YES) {
		a.is_enough = TRI_YES;
		a.text = "CAP_IPC_LOCK: no limit of locked memory applies";
		return a;
	}
	if (!q->limit.has_limits) {
		a.text = arena_printf(mem, "%s, and how much may be locked cannot be read", need);
	} else if (limit == MEMLOCK_UNLIMITED || limit >= a.needed_bytes) {
		a.is_enough = TRI_YES;
		a.text = arena_printf(mem, "%s; %s may be locked", need, words(mem, limit));
		return a;
	} else if (limit >= least) {
		a.text = arena_printf(mem, "%s; %s may be locked, which may just do: %s are on the safe side", need,
		    words(mem, limit), words(mem, a.needed_bytes));
	} else {
		/* Where nobody could see whether the limit applies it may not. */
		a.is_enough = q->limit.is_privileged == TRI_NO ? TRI_NO : TRI_UNKNOWN;
		a.text = arena_printf(mem, "%s, but only %s may be locked: mapping it will fail (VFIO_MAP_DMA: -12)", need,
		    words(mem, limit));
	}
	add_mends(mem, q, &a);
	return a;
}
