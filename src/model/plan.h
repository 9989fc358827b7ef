/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan: the one form in which every change to a machine is said. A list of steps; most are moves,
 * which take one named thing from the value that was seen (have) to the value that is wanted (want).
 * Its JSON is what --dry-run --json prints and what the journal keeps.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "model/host.h"

struct json_object;

/* Moves first, then what guards and orders them. */
enum kind {
	KIND_BINDING,  /* target: address; value: driver and driver_override */
	KIND_MODULE,   /* target: module name; value: flag, loaded or not */
	KIND_RESET,    /* target: address; value: text, reset methods in the order of use */
	KIND_UNIT,     /* target: model/unit.h; value: flag, active (or on the way there) or not */
	KIND_HUGEPAGES, /* target: pool, "node0/2048kB"; value: number, pages of it that are passthru's (model/hugepages.h) */
	KIND_DEPENDANT, /* target: module name; value: flag, loaded; unlike KIND_MODULE it must really be unloaded */
	KIND_CONSOLE,  /* target: "vtcon1"; value: flag, bound */
	KIND_FRAMEBUFFER, /* target: platform device, "efi-framebuffer.0"; value: flag, bound to its driver */
	KIND_INTERFACE, /* target: network interface; value: flag, up */
	KIND_PROCESS,  /* target: "0000:01:00.0/812@99120", function, pid, start; value: flag, it runs and uses it */
	KIND_ACCESS,   /* target: /dev/vfio/N; value: text, model/access.h */
	KIND_FILE,     /* lasting. target: model/our_file.h; value: text, its content, NULL absent */
	KIND_WORD,     /* lasting. target: model/boot_word.h; value: flag, it stands in a file of others */
	KIND_SETTING,  /* lasting. target: model/boot_word.h; value: text, SETTING_…; or model/display.h, PRIME_… */
	KIND_IDENTITY, /* require: target address; value: text "vvvv:dddd class cccccc" */
	KIND_USES,     /* require: target address; value: text, what the host does with it, "" nothing */
	KIND_UNHELD,   /* require: target /dev/vfio/N; value: flag, nobody has it open */
	KIND_VIABLE,   /* require: target group number; value: flag, the kernel would let VFIO have it */
	KIND_NODE,     /* await: target /dev/vfio/N; value: flag, the device node is there */
	KIND_UNUSED,   /* require or await: target address; value: flag, nobody uses it */
	KIND_GENERATED, /* require, of the derived: target: model/boot_word.h; value: text, GENERATED_IN_… */
	KIND_IMAGE,    /* require, of the derived: target: model/image_needs.h; value: flag, the early image has all that */
	KINDS
};

enum step_type {
	STEP_MOVE,
	STEP_REQUIRE, /* read again under the lock, directly before what it guards */
	STEP_AWAIT,   /* waits, with a limit */
	STEP_TYPES
};

/* Which members of struct value a kind uses. */
enum value_type {
	VALUE_FLAG,
	VALUE_BINDING,
	VALUE_TEXT,
	VALUE_ACCESS, /* text, model/access.h */
	VALUE_FILE,
	VALUE_PAGES,
};

/* How far the inverse of a move leads. */
enum way_back {
	BACK_EXACT,
	BACK_BEST_EFFORT,
	BACK_NONE,
	BACK_WAYS
};

struct value {
	const char *driver;	     /* KIND_BINDING: NULL is none */
	const char *driver_override; /* KIND_BINDING: NULL is none */
	const char *text;	     /* KIND_IDENTITY, KIND_RESET, KIND_USES, KIND_ACCESS, KIND_FILE */
	bool flag;		     /* the others; KIND_FILE: there is something, but no file as we write them */
	uint64_t number;	     /* KIND_HUGEPAGES */
	uint64_t short_by;	     /* KIND_HUGEPAGES, of a want: so many fewer will do as well */
};

struct step {
	enum step_type type;
	enum kind kind;
	enum way_back back;
	const char *target;
	struct value have, want; /* require and await have only a want */
	unsigned limit_ms;	 /* await */
};

struct plan {
	struct step *steps;
	size_t n_steps;
	const char **derived; /* commands that remake what is made from files (model/derived.h) */
	size_t n_derived;
};

enum { LARGEST_FILE = 64 * 1024 }; /* of KIND_FILE */

/* Outlives the boot. Lasting moves and others never stand in one plan. */
bool kind_is_lasting(enum kind k);
bool plan_is_lasting(const struct plan *p); /* some move of it is, or it remakes what is made from files */

/* A requirement of what the derived commands made: checked when they have run. */
bool kind_is_of_derived(enum kind k);

/* A move of one PCI function, which needs its lease. */
bool kind_is_of_function(enum kind k);

/* Is s, a step of p, of a PCI function that p needs the lease of? Moves of functions are; and where p moves the access
 * to a node, every identity it requires: the node is theirs. The target is the function then. */
bool plan_concerns(const struct plan *p, const struct step *s);

const char *kind_name(enum kind k);
enum value_type kind_value_type(enum kind k);
bool kind_allows(enum kind k, enum step_type t); /* its own type; a condition may be one to wait for as well */
const char *step_type_name(enum step_type t);
const char *way_back_name(enum way_back b);

void plan_add_move(
    struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value have, struct value want);
/* The same with a way back that is not exact. */
void plan_add_move_back(struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value have,
    struct value want, enum way_back back);
void plan_add_require(struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value want);
void plan_add_await(struct arena *mem, struct plan *p, enum kind kind, const char *target, struct value want,
    unsigned limit_ms);

/* Once, whoever asks for it. */
void plan_add_derived(struct arena *mem, struct plan *p, const char *command);

size_t plan_count_moves(const struct plan *p);

/* Is a as good as b? Equal, but that b may let it be short_by fewer. */
bool value_equal(enum kind kind, const struct value *a, const struct value *b);

/* What the value is in words a person reads, "vfio-pci (override vfio-pci)". */
const char *value_describe(struct arena *mem, enum kind kind, const struct value *v);

/* The same steps in the same order? */
bool plan_equal(const struct plan *a, const struct plan *b);

/* The same thing the other way round: moves inverted, last first; require and await have an empty
 * inverse and are left out. What is derived is remade. Shares strings with p. */
struct plan plan_inverse(struct arena *mem, const struct plan *p);

/* "efi-framebuffer.0": a platform device that shows the firmware's picture. */
bool is_firmware_framebuffer(const char *platform_device);

/* Takes the target of KIND_PROCESS apart; false: it is none. */
bool process_target_parse(const char *target, struct pci_addr *ret_function, int *ret_pid, uint64_t *ret_start);

/* The identity of a function, as KIND_IDENTITY compares it. */
const char *function_identity(struct arena *mem, const struct pci_function *f);

enum { LONGEST_USES = 1024 };

/* What the host does with a function, as KIND_USES compares it: "mount: /data on nvme1n1p1; …", "" nothing. */
const char *function_uses(struct arena *mem, const struct host *h, int function);

/* Is everything in the one text of function_uses also in the other? Less may have become of it, and nothing else. */
bool uses_are_within(const char *now, const char *seen);

/* {"steps":[…],"derived":[…]}; the caller puts the object (json_object_put). */
struct json_object *plan_to_json(const struct plan *p);

/* Refuses (-EINVAL) whatever plan_to_json would not have written: unknown kinds, targets outside a
 * kind's grammar, more than 4096 steps. Strings are copied to mem. */
int plan_from_json(struct arena *mem, struct json_object *json, struct plan *ret, struct err *e);
