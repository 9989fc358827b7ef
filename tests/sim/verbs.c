/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static size_t parse_addresses(struct arena *mem, const char *text, struct pci_addr **ret)
{
	char *rest = arena_strdup(mem, text ? text : "");
	size_t n = 0;

	*ret = NULL;
	for (char *one = strtok_r(rest, " ", &rest); one; one = strtok_r(NULL, " ", &rest)) {
		struct pci_addr addr;

		assert_true(pci_addr_parse(one, &addr));
		*ARENA_PUSH(mem, *ret, n) = addr;
	}
	return n;
}

static struct bind_wish wish_of(struct arena *mem, const struct request *q)
{
	struct bind_wish wish = {
	    .verb = q->verb == DO_UNBIND ? VERB_UNBIND : q->verb == DO_WITH ? VERB_WITH : VERB_BIND,
	    .driver = q->driver,
	    .reset_method = q->reset_method,
	    .user = q->user,
	    .stop_holders = q->stop_holders,
	    .kill_holders = q->kill_holders,
	    .server_type = SERVER_HEADLESS,
	};
	struct allowance *allowed = NULL;
	struct pci_addr *targets;
	char *words = arena_strdup(mem, q->allow), *rest = words;

	wish.n_targets = parse_addresses(mem, q->targets, &targets);
	for (char *word; rest && (word = strsep(&rest, " "));) {
		struct allowance a;

		assert_true(allowance_parse(mem, word, &a));
		*ARENA_PUSH(mem, allowed, wish.n_allowed) = a;
	}
	wish.targets = targets;
	wish.allowed = allowed;
	return wish;
}

/* The worst of the claims'. */
static enum outcome outcome_of_boot(struct deed *d)
{
	enum outcome worst = OUTCOME_NOTHING;

	for (size_t i = 0; i < d->boot.n; i++) {
		bool is_refused = d->boot.items[i].state == BOOT_CLAIM_REFUSED && d->boot.items[i].outcome == OUTCOME_NOTHING;
		enum outcome one = is_refused ? OUTCOME_FAILED : d->boot.items[i].outcome;

		if (worst == OUTCOME_NOTHING || (one != OUTCOME_NOTHING && one > worst))
			worst = one;
		if (one >= OUTCOME_FAILED && d->boot.items[i].text)
			(void)err_set(&d->e, -EIO, "%s", d->boot.items[i].text);
		if (one >= OUTCOME_FAILED && d->boot.items[i].hint)
			(void)err_hint(&d->e, "%s", d->boot.items[i].hint);
	}
	return worst;
}

void reboot_machine(struct sim *sim)
{
	static int n;
	char boot_id[64];

	sim_revive(sim);
	tree_remove(&sim->tree, "run");
	tree_dir(&sim->tree, "run");
	(void)snprintf(boot_id, sizeof(boot_id), "0a1b2c3d-0000-4000-8000-%012d\n", 100 + ++n);
	tree_file(&sim->tree, "proc/sys/kernel/random/boot_id", boot_id);
}

void deed_do(struct deed *d, struct sim *sim, const struct request *q)
{
	char command[32];
	char *argv[] = {command, NULL};
	struct change_options options = {.is_dry_run = q->is_dry_run, .wish = "a test's wish"};
	struct with_wish with = {.argv = argv};
	struct words_change words = {0};
	struct bind_wish wish;
	char *word;
	struct flow f = {.s = &sim->sys, .mem = &d->mem};

	*d = (struct deed){0};
	(void)snprintf(command, sizeof(command), "%s", q->command ? q->command : "qemu");
	word = arena_strdup(&d->mem, q->word);
	wish = with.bind = wish_of(&d->mem, q);
	switch (q->verb) {
	case DO_BIND:
	case DO_UNBIND:
		d->outcome = flow_bind(&f, &wish, &options, &d->change, &d->e);
		break;
	case DO_RELEASE:
		d->outcome = flow_release(&f, wish.targets, wish.n_targets, &options, &d->change, &d->e);
		break;
	case DO_WITH:
		d->outcome = flow_with(&f, &with, &options, &d->status, &d->change, &d->e);
		break;
	case DO_RECOVER:
		d->outcome = flow_recover(&f, &d->recoveries, &d->n_recoveries, &d->e);
		break;
	case DO_RESERVE:
		d->outcome = flow_reserve_hugepages(&f, &q->pages, &options, &d->change, &d->e);
		break;
	case DO_GIVE_BACK:
		d->outcome = flow_release_hugepages(&f, &options, &d->change, &d->e);
		break;
	case DO_CLAIM:
		d->outcome = flow_claim(&f, &(struct claim_wish){.bind = wish, .vm = q->vm}, &options, &d->change, &d->e);
		break;
	case DO_UNCLAIM:
		d->outcome = flow_unclaim(&f, &word, 1, &options, &d->change, &d->e);
		break;
	case DO_BOOT_ENABLE:
		d->outcome = flow_boot_enable(&f, &(struct boot_words_wish){.words = &word, .n_words = q->word != NULL}, NULL, &options, &words, &d->e);
		d->change = words.change;
		break;
	case DO_BOOT_DISABLE:
	case DO_BOOT_DISABLE_ALL:
		d->outcome = flow_boot_disable(&f, &word, q->word != NULL, q->verb == DO_BOOT_DISABLE_ALL, &options, &words, &d->e);
		d->change = words.change;
		break;
	case DO_DISPLAY_USE:
		d->outcome = flow_display_use(&f, &(struct display_wish){.card = wish.targets[0]}, &options, &d->change, &d->e);
		break;
	case DO_UNDO:
		d->outcome = flow_undo(&f, q->id, &options, &d->change, &d->e);
		break;
	case DO_BOOT_START:
		d->outcome = flow_boot_start(&f, &options, &d->boot, &d->e) < 0 ? OUTCOME_FAILED : outcome_of_boot(d);
		d->change.plan = d->boot.plan;
		break;
	case DO_ABANDON:
		d->outcome = flow_abandon(&f, q->id, q->is_lasting, &d->e);
		break;
	}
}

void deed_done(struct deed *d)
{
	arena_done(&d->mem);
}

enum outcome outcome_of(struct sim *sim, const struct request *q)
{
	cleanup_deed struct deed d = {0};

	deed_do(&d, sim, q);
	return d.outcome;
}

enum outcome bind_card(struct sim *sim, const char *targets)
{
	return outcome_of(sim, &(struct request){.verb = DO_BIND, .targets = targets});
}

enum outcome release_card(struct sim *sim, const char *targets)
{
	return outcome_of(sim, &(struct request){.verb = DO_RELEASE, .targets = targets});
}

enum outcome recover_all(struct sim *sim)
{
	return outcome_of(sim, &(struct request){.verb = DO_RECOVER});
}

void assert_says(const struct deed *d, const char *sentence, const char *hint)
{
	if (!strstr(d->e.what, sentence))
		fail_msg("\"%s\" does not hold \"%s\"", d->e.what, sentence);
	if (hint && !strstr(d->e.hint, hint))
		fail_msg("the hint \"%s\" does not hold \"%s\"", d->e.hint, hint);
}

void assert_refused(struct sim *sim, const struct request *q, const char *sentence, const char *hint)
{
	cleanup_deed struct deed d = {0};
	char *before = sim_snapshot(sim);

	deed_do(&d, sim, q);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, sentence, hint);
	assert_machine(sim, before);
	assert_int_equal(sim_count_locks(sim), 0);
	free(before);
}

bool machine_is(struct sim *sim, const char *snapshot)
{
	char *now = sim_snapshot(sim);
	bool is_same = str_eq(now, snapshot);

	free(now);
	return is_same;
}

static void print_line(const char *head, const char *text)
{
	print_message("      %s %.*s\n", head, (int)strcspn(text, "\n"), text);
}

void print_difference(struct sim *sim, const char *snapshot)
{
	char *all = sim_snapshot(sim);
	const char *now = all, *want = snapshot;

	while (*now && *want) {
		size_t a = strcspn(now, "\n"), b = strcspn(want, "\n");

		if (a != b || memcmp(now, want, a) != 0)
			break;
		now += a + (now[a] == '\n');
		want += b + (want[b] == '\n');
	}
	print_line("is:  ", now);
	print_line("want:", want);
	free(all);
}

void assert_machine(struct sim *sim, const char *snapshot)
{
	if (machine_is(sim, snapshot))
		return;
	print_difference(sim, snapshot);
	fail_msg("the machine is not as it should be");
}

struct journal only_journal(struct deed *d, struct sim *sim)
{
	struct journal *journals = NULL;
	size_t n = 0;

	assert_int_equal(journal_read(&sim->sys, &d->mem, FOLDER_JOURNAL, &journals, &n, &d->e), 0);
	assert_int_equal(n, 1);
	return journals[0];
}
