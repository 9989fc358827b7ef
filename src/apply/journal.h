/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal: a plan under a header, kept as JSON. A record lives in one of three folders and moves between them
 * by rename:
 *
 *   journal/ID.json   being carried out, or interrupted
 *   held/ID.json      done and in force: what `release` or `undo` gives back
 *   history/ID.json   over
 *
 * They are below /run/passthru, which dies with the boot as the changes do; those of lasting plans are below
 * /var/lib/passthru, are counted by themselves and shown as L12.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

#define NO_LOGIN UINT32_MAX /* as the kernel has it for what no login began */

enum phase {
	PHASE_FORWARD,
	PHASE_DERIVED,	   /* all moves are made; what is made from files is being made */
	PHASE_BACK,
	PHASE_STUCK,
	PHASE_DONE,	   /* held or history: carried out */
	PHASE_ROLLED_BACK, /* history: failed and taken back */
	PHASES
};

enum folder {
	FOLDER_JOURNAL,
	FOLDER_HELD,
	FOLDER_HISTORY,
	FOLDER_LASTING_JOURNAL, /* the same for lasting plans, in the same order */
	FOLDER_LASTING_HELD,
	FOLDER_LASTING_HISTORY,
	FOLDERS
};

struct journal {
	unsigned id;
	const char *boot_id;
	const char *verb;	/* "bind", "unbind", "release", "with" */
	const char *wish;	/* the command as it was typed, for people */
	const char *reason;	/* --reason, NULL: none */
	int64_t time_s;		/* since 1970 */
	int owner_pid;		/* who carries it out; for "with", whose life it hangs on */
	uint64_t owner_start;	/* field 22 of /proc/PID/stat: tells a pid from its successor */
	uint32_t login_uid;	/* who had logged in to ask for it (/proc/self/loginuid), NO_LOGIN: nobody */
	enum phase phase;
	bool is_lasting;	/* its plan is */
	bool is_held;		/* goes to held/ when it is done */
	unsigned closes;	/* a release: the held record it ends, 0: none */
	unsigned *closes_too;	/* more of them, of a change that takes several back at once */
	size_t n_closes_too;
	struct plan plan;
};

const char *phase_name(enum phase p);

/* As the id of a change is shown and typed: "12", "L12". */
enum { CHANGE_ID_TEXT = 16 };
const char *change_id_format(unsigned id, bool is_lasting, char buf[CHANGE_ID_TEXT]);
bool change_id_parse(const char *text, unsigned *ret, bool *ret_is_lasting);

/* Makes /run/passthru and its folders. */
int journal_init(struct sys *s, struct err *e);

/* Makes /var/lib/passthru and its folders. */
int journal_init_lasting(struct sys *s, struct err *e);

/* The next free id: one more than the highest in any folder of its kind. */
int journal_next_id(struct sys *s, bool is_lasting, unsigned *ret, struct err *e);

/* Writes it to a folder of its own kind (FOLDER_JOURNAL is that of lasting ones for a lasting one), whole or not at
 * all. */
int journal_put(struct sys *s, const struct journal *j, enum folder folder, struct err *e);

/* After a write that failed: makes sure that no journal is left of it. */
int journal_drop(struct sys *s, const struct journal *j);

/* The records of a folder by id. One that cannot be believed (not ours alone, not our grammar, a lasting plan among
 * those of the boot or the other way round, another boot unless it is lasting) is an error that names it. */
int journal_read(struct sys *s, struct arena *mem, enum folder folder, struct journal **ret, size_t *n_ret, struct err *e);

/* A record from its text; foreign until it has passed here. */
int journal_from_json(struct arena *mem, const char *text, struct journal *ret, struct err *e);

/* Ends a journal in phase DONE or ROLLED_BACK: closes what it closes, moves it to held or history. */
int journal_finish(struct sys *s, const struct journal *j, struct err *e);

/* Moves a record as it is. */
int journal_move(struct sys *s, unsigned id, enum folder from, enum folder to, struct err *e);
