/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operations on units and the move made of them, by hand, for tests inside the lab. Prints the answer: a number,
 * or the name of an errno.
 *
 *	ask_units active TARGET
 *	ask_units set TARGET on|off LIMIT_MS
 *	ask_units run NAME STOP DIRECTORY ARGUMENT…	STOP is a program to run then, "" for none
 *	ask_units ended NAME				0, or "1 STATUS"
 *	ask_units move TARGET on|off [fail|die]		by a journal; fail: a later step does not hold; die: we die in it
 *	ask_units recover				every journal there is
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "base/str.h"
#include "model/unit.h"
#include "sys/real.h"

enum { RUN_LIMIT_MS = 30000 };

static int say(int r)
{
	if (r < 0)
		(void)printf("%s\n", err_name(r));
	else
		(void)printf("%d\n", r);
	return r < 0;
}

static struct sys_unit unit_of(const char *target)
{
	struct sys_unit u = {.name = target};

	/* What is no target goes on as it is: the operation must refuse it. */
	(void)unit_target_parse(target, &u.name, &u.is_user, &u.uid);
	return u;
}

static int run(struct sys *s, char **words)
{
	char name[] = "WHO=ask units", *environment[] = {name, NULL};
	char *stop[] = {words[1], NULL};
	struct sys_transient t = {
	    .name = words[0],
	    .argv = words + 3,
	    .stop_argv = *words[1] ? stop : NULL,
	    .environment = environment,
	    .directory = words[2],
	};

	return say(s->ops->run_transient(s, &t, RUN_LIMIT_MS));
}

static int ended(struct sys *s, const char *name)
{
	int status = -1;
	int r = s->ops->transient_ended(s, name, &status);

	if (r != 1)
		return say(r);
	(void)printf("1 %d\n", status);
	return 0;
}

static const char *const results[] = {
    [APPLY_DONE] = "done",
    [APPLY_UNCHANGED] = "unchanged",
    [APPLY_ROLLED_BACK] = "rolled-back",
    [APPLY_NEEDS_RECOVER] = "needs-recover",
    [APPLY_STUCK] = "stuck",
};

static int tell_result(enum apply_result result, const struct err *e)
{
	(void)printf("%s\n", results[result]);
	(void)fflush(stdout);
	if (result != APPLY_DONE && e->code < 0)
		(void)fprintf(stderr, "%s (%s)\n", e->what, e->hint);
	return result != APPLY_DONE;
}

static void die_at_condition(void *data, const struct step *step, bool is_back)
{
	(void)data, (void)is_back;
	if (step->type != STEP_MOVE)
		_exit(9);
}

static int move(struct sys *s, const char *target, bool on, const char *how)
{
	cleanup_arena struct arena mem = {0};
	struct journal j = {.verb = "bind", .wish = "ask_units move", .phase = PHASE_FORWARD, .is_held = true};
	struct value have = {.flag = !on}, want = {.flag = on};
	struct err e = {0};

	j.boot_id = sys_text(s, &mem, "proc/sys/kernel/random/boot_id", NULL);
	j.owner_pid = s->pid;
	j.owner_start = process_start(s, &mem, s->pid);
	plan_add_move(&mem, &j.plan, KIND_UNIT, target, have, want);
	if (*how)
		plan_add_await(&mem, &j.plan, KIND_NODE, "/dev/vfio/999", (struct value){.flag = true}, 0);
	if (journal_init(s, &e) < 0 || journal_next_id(s, false, &j.id, &e) < 0)
		return tell_result(APPLY_UNCHANGED, &e);
	return tell_result(apply_journal(s, &mem, &j, str_eq(how, "die") ? die_at_condition : NULL, NULL, &e), &e);
}

static int recover(struct sys *s)
{
	cleanup_arena struct arena mem = {0};
	struct journal *journals;
	struct err e = {0};
	size_t n;
	int worst = 0;

	if (journal_read(s, &mem, FOLDER_JOURNAL, &journals, &n, &e) < 0)
		return tell_result(APPLY_NEEDS_RECOVER, &e);
	for (size_t i = 0; i < n; i++)
		worst |= tell_result(apply_recover(s, &mem, &journals[i], NULL, NULL, &e), &e);
	return worst;
}

int main(int argc, char *argv[])
{
	struct sys_real real;
	struct sys *s = &real.sys;
	struct sys_unit u = unit_of(argc > 2 ? argv[2] : "");
	struct err e = {0};
	uint64_t limit;

	if (sys_real_open(&real, NULL, &e) < 0)
		return 2;
	if (argc == 3 && str_eq(argv[1], "active"))
		return say(s->ops->unit_active(s, &u));
	if (argc == 5 && str_eq(argv[1], "set") && str_number(argv[4], 10, 1000000, &limit))
		return say(s->ops->unit_set(s, &u, str_eq(argv[3], "on"), (unsigned)limit));
	if (argc >= 6 && str_eq(argv[1], "run"))
		return run(s, argv + 2);
	if (argc == 3 && str_eq(argv[1], "ended"))
		return ended(s, argv[2]);
	if (argc >= 4 && str_eq(argv[1], "move"))
		return move(s, argv[2], str_eq(argv[3], "on"), argc > 4 ? argv[4] : "");
	if (argc == 2 && str_eq(argv[1], "recover"))
		return recover(s);
	return 2;
}
