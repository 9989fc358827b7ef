/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: one row a command, one row an option. Help, argument check, man page and completion
 * are all made from these tables.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "flow/flow.h"

struct json_object;

enum option_id {
	OPT_HELP,
	OPT_ROOT,
	OPT_JSON,
	OPT_DRY_RUN,
	OPT_DRIVER,
	OPT_OUTPUT,
	OPT_TREE,
	OPT_CLASS,
	OPT_ONLY_DRIVER,
	OPT_GROUP,
	OPT_VENDOR,
	OPT_ALLOW,
	OPT_REASON,
	OPT_ABANDON,
	OPT_SET_RESET,
	OPT_STRICT,
	OPT_SERVER_TYPE,
	OPT_STOP_HOLDERS,
	OPT_KILL_HOLDERS,
	OPT_SIZE,
	OPT_NODE,
	OPT_NEAR,
	OPT_AT_LEAST,
	OPT_RELEASE,
	OPT_TIMEOUT,
	OPT_USER,
	OPT_FOR,
	OPT_WAIT,
	OPT_BY_ID,
	OPT_REMOVE,
	OPT_IOMMU,
	OPT_LOADER,
	OPT_ALL,
	OPT_JOURNAL,
	OPT_DUMP,
	OPT_DOT,
	OPT_SVG,
	OPT_FIX,
	OPT_FIRMWARE,
	OPT_YES,
	OPTIONS
};

#define HAS(option) (UINT64_C(1) << (option))

struct option_row {
	const char *name;  /* without the dashes */
	char letter;	   /* 0: none */
	const char *value; /* what it takes, NULL: nothing */
	const char *help;
	size_t at; /* where in struct cli it goes: a bool, or the text of its value */
};
extern const struct option_row option_rows[OPTIONS];

/* Documented exit codes. */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,	/* nothing changed */
	EXIT_USAGE = 2,
	EXIT_NO = 3,		/* the answer is no */
	EXIT_ROLLED_BACK = 4,
	EXIT_NEEDS_RECOVER = 5,
	EXIT_STUCK = 6,
	EXIT_WITH = 125,
};

struct exit_row {
	int code;
	const char *meaning;
};
extern const struct exit_row exit_rows[];
extern const size_t n_exit_rows;

struct cli {
	struct arena *mem;
	const char *wish; /* the command as typed */
	bool is_json, is_dry_run, wants_help;
	bool is_tree, is_strict, stops_holders, kills_holders;
	const char *root, *driver, *reason, *abandon, *output, *class_word, *group, *vendor, *set_reset, *server_type;
	const char *size, *node, *near_word, *at_least; /* hugepages */
	bool is_release;
	const char *vm; /* claim */
	bool waits; /* boot confirm */
	bool is_by_id;
	bool is_removal; /* boot blacklist */
	const char *iommu, *loader; /* boot */
	bool is_all;
	bool is_journal; /* explain */
	bool is_dot, is_svg; /* topology */
	bool is_fix; /* check */
	bool wants_setup, is_agreed; /* display use */
	const char **allow;
	size_t n_allow;
	const char **dumps;
	size_t n_dumps;
	const char *timeout, *user;
	unsigned write_limit_ms; /* 0: as usual */
	char **words; /* the command's name and all behind it as typed, NULL-terminated */
	uint64_t given; /* HAS(OPT_…) of the options that were typed */
	char **args; /* what is left, NULL-terminated */
	size_t n_args;
	char **command; /* behind "--", NULL: none given */
};

/* A word behind the command's that makes it another one: "boot status". */
struct subcommand {
	const char *name;
	uint64_t options; /* of its command's those that it takes; --help it always does */
	size_t min_args, max_args; /* behind its name */
	int (*run)(struct cli *c); /* c->args are those behind its name */
};

struct cmd {
	const char *name;
	const char *args;	/* for the synopsis */
	const char *summary;	/* a line */
	const char *description; /* paragraphs */
	const char *const *examples; /* command, meaning, command, meaning …, NULL */
	const char *section, *section_text; /* one more of the manual page, NULL: none */
	uint64_t options;	/* HAS(OPT_…) */
	size_t min_args, max_args;
	bool takes_command;	/* "-- COMMAND…" */
	bool is_change;		/* its exit code says what became of the machine, also when nobody reads its answer */
	int (*run)(struct cli *c); /* NULL: it has subcommands */
	const struct subcommand *subcommands;
	size_t n_subcommands;
};

extern const struct cmd *const commands[];
extern const size_t n_commands;

/* ---- what the commands share ---- */

/* Prints the sentence and the hint to stderr; answers code. */
int cli_fail(const struct cli *c, const struct err *e, int code);

/* The exit code of an outcome; prints e where there is something to say. */
int cli_outcome(const struct cli *c, enum outcome outcome, const struct err *e);

/* Positional arguments as functions; EXIT_USAGE or EXIT_FAILED in *ret_code after it printed why not. */
bool cli_targets(struct cli *c, struct flow *f, struct pci_addr **ret, int *ret_code);

/* Wrong usage that only the command can see; answers EXIT_USAGE. */
int cli_usage(const struct cli *c, const char *hint, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Is colour wanted on stdout? A terminal, and no NO_COLOR (no-color.org). */
bool cli_has_colour(void);

/* --allow=ID[:ADDR], --server-type, --user and what is done to holders into the wish. */
bool cli_allowances(struct cli *c, struct bind_wish *wish, int *ret_code);

/* Opens the host and fills *f; NULL after it printed why not. */
struct sys *cli_open(struct cli *c, struct flow *f);

/* bind, unbind and release: the arguments as targets, the change, its answer; `done` is said when it was made. */
int cli_change(struct cli *c, struct bind_wish *wish, const char *done);

/* Where a plan stops services: runs all of this command line in a service of its own and answers true; *ret_code is its
 * exit code, or `failed` where it could not be run. The second plans a wish for it. */
bool cli_run_apart(struct cli *c, struct flow *f, const char *verb, const struct plan *p, int failed, int *ret_code);
bool cli_run_wish_apart(struct cli *c, struct flow *f, const struct bind_wish *wish, int failed, int *ret_code);

/* A question at the terminal; anything but y or yes is no. */
bool cli_agrees(const char *question);

/* Dry run or result of a change, as text or JSON. */
void cli_show_change(
    struct cli *c, enum outcome outcome, const struct bind_wish *wish, const struct change *change, const char *done);

/* The verbs behind boot that have a file of their own. */

struct claims;

/* Names the claim files that cannot be used, on stderr. */
void cli_warn_of_claims(const struct cli *c, const struct claims *claims);

/* {"id":12} of the boot, {"id":"L12"} of a lasting change; null: none. */
void cli_add_id(struct json_object *o, unsigned id, bool is_lasting);

/* A table that could not be made (libsmartcols is not there) is said; answers the exit code. */
int cli_table(int result);

/* Columns of the terminal behind stdout, 0: none. */
unsigned cli_width(void);
