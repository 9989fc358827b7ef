/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of flow/ as values: a request says what is typed, a deed what came of it. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "flow/boot_start.h"
#include "flow/boot_words.h"
#include "flow/claim.h"
#include "flow/display.h"
#include "flow/flow.h"
#include "flow/hugepages.h"
#include "sim_kernel.h"

#define GPU "0000:01:00.0"
#define SOUND "0000:01:00.1"
#define NETWORK "0000:02:00.0"
#define NVME "0000:03:00.0"
#define INTEGRATED "0000:05:00.0" /* of sim_host_laptop */
#define SECOND "0000:04:00.0" /* of sim_host_nvidia */

enum act {
	DO_BIND,
	DO_UNBIND,
	DO_RELEASE,
	DO_WITH,
	DO_RECOVER,
	DO_ABANDON,
	DO_RESERVE,
	DO_GIVE_BACK,
	DO_CLAIM,
	DO_UNCLAIM,
	DO_UNDO,
	DO_BOOT_START,
	DO_BOOT_ENABLE,  /* of word, NULL: what is needed */
	DO_BOOT_DISABLE, /* of word, NULL: all of them */
	DO_BOOT_DISABLE_ALL,
	DO_DISPLAY_USE,
};

struct request {
	enum act verb;
	const char *targets; /* with blanks between */
	const char *allow; /* blank-separated */
	const char *driver;
	const char *reset_method;
	const char *user;
	const char *command; /* of with */
	bool is_dry_run;
	bool stop_holders, kill_holders;
	unsigned id; /* of abandon and undo */
	bool is_lasting; /* of abandon */
	const char *vm;	  /* of claim */
	const char *word; /* of claim remove */
	struct hugepages_wish pages; /* of reserve; targets is "" then */
};

struct deed {
	struct arena mem;
	enum outcome outcome;
	struct err e;
	struct change change;
	int status; /* of with */
	struct recovery *recoveries;
	size_t n_recoveries;
	struct boot_start boot;
};

void deed_do(struct deed *d, struct sim *sim, const struct request *q);
void deed_done(struct deed *d);
#define cleanup_deed __attribute__((cleanup(deed_done)))

/* Power back on: /run is empty, addresses and drivers are as they were, another boot. */
void reboot_machine(struct sim *sim);

/* Where only the outcome matters. */
enum outcome outcome_of(struct sim *sim, const struct request *q);
enum outcome bind_card(struct sim *sim, const char *targets);
enum outcome release_card(struct sim *sim, const char *targets);
enum outcome recover_all(struct sim *sim);

/* Both halves of what is said: the sentence holds one, the hint the other (NULL: not looked at). */
void assert_says(const struct deed *d, const char *sentence, const char *hint);
/* Does Q, which is refused in these words, and leaves machine and locks as they were. */
void assert_refused(struct sim *sim, const struct request *q, const char *sentence, const char *hint);
/* The machine is as the snapshot says; the first line that differs is printed. */
void assert_machine(struct sim *sim, const char *snapshot);
bool machine_is(struct sim *sim, const char *snapshot);
void print_difference(struct sim *sim, const char *snapshot);

/* The only record in run/passthru/journal, in the deed's arena. */
struct journal only_journal(struct deed *d, struct sim *sim);
