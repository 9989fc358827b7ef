/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks: rows of the catalogue that files can decide, each with what it reads and the function that decides. A check
 * says "bad" only where it is sure, and "unknown" wherever something it rests on could not be read. It asks what other
 * judges know (the boot, the verdict, the guards, the reset) and never judges that a second time.
 */
#pragma once

#include "base/arena.h"
#include "model/boot.h"
#include "model/check.h"
#include "model/display.h"
#include "model/facts.h"
#include "model/holder.h"
#include "model/host.h"
#include "model/hugepages.h"
#include "model/verdict.h"
#include "text/machine.h"
#include "text/modprobe_conf.h"
#include "text/vfio_ids.h"

/* All that is asked; every pointer may be NULL: then it was not read, and what rests on it is unknown. */
struct check_facts {
	const struct host *h; /* topology, groups, overrides, names, attributes, uses */
	const struct boot *boot;
	const struct boot_answer *answer;
	const struct facts *facts;
	const struct modprobe_conf *modprobe;
	const struct holders *holders; /* of the functions that are wanted */
	const struct machines *machines; /* configured here, and running with VFIO */
	const struct hugepages *hugepages;
	const char *lost_claim;	       /* a sentence of a claim that means no function now; NULL: none */
	enum tri has_claims;	       /* they could be read */
	const struct checked_log *log; /* of the running boot; judge/checks_log.h */
};

/* What is asked for. */
struct check_wish {
	const int *functions; /* indices into h->functions: the named ones; none: the host */
	size_t n_functions;
};

struct check_report judge_checks(struct arena *mem, const struct check_facts *facts, const struct check_wish *wish);

/* Functions whose own checks are made: those of the wish with their groups and cards, without a wish all displays and
 * accelerators. One bool a function. */
void check_functions(struct arena *mem, const struct host *h, const struct check_wish *wish, bool *ret);

/* ---- the table, for judge/checks*.c, the page and the tests ---- */

enum check_flags {
	CHECK_DEVICE = 1 << 0,	/* asked of a function; else of the host */
	CHECK_DISPLAY = 1 << 1, /* of display functions alone */
	CHECK_MEANT = 1 << 2,	/* only of a function that a person named, that is claimed, or that VFIO has: others are the
				 * host's, and rightly so */
	CHECK_GUEST = 1 << 3,	/* it depends on the guest, or on what else is done: it does not decide readiness */
	CHECK_NAMED = 1 << 5,	/* with CHECK_MEANT: not of what merely must go along with one that was named */
	CHECK_GROUP = 1 << 4,	/* of its whole group: once is enough */
	CHECK_NOTE = 1 << 6,	/* worth knowing here, whatever the catalogue makes of it where it went wrong */
	CHECK_MACHINES = 1 << 7, /* it looks at machines: why they could not all be read is said once, by the first of these */
	CHECK_FINE = 1 << 8,	/* never bad: good to know, or taken for a fault and none */
};

struct check_context {
	struct arena *mem;
	const struct check_facts *all;
	const struct check_wish *wish;
	const struct facts *facts;
	const struct pci_function *f;  /* NULL: of the host */
	const struct device_facts *d;  /* NULL: nothing of it was read */
	const struct verdict *verdict; /* of f */
	const struct iommu_group *group; /* of f, NULL: none */
};

struct check {
	const char *id;	   /* of the catalogue */
	unsigned flags;
	const char *reads; /* files, "; " between them; <function> and <group> stand for names */
	const char *good;  /* a clause: what is so where it is ok */
	struct check_result (*ask)(const struct check_context *c);
};
extern const struct check checks_firmware[], checks_iommu[], checks_group[], checks_driver[], checks_modules[], checks_display[],
    checks_device[], checks_kernel[], checks_memory[], checks_rights[], checks_machine[], checks_run[], checks_notes[];
extern const size_t n_checks_firmware, n_checks_iommu, n_checks_group, n_checks_driver, n_checks_modules, n_checks_display,
    n_checks_device, n_checks_kernel, n_checks_memory, n_checks_rights, n_checks_machine, n_checks_run, n_checks_notes;

size_t checks_size(void);
const struct check *checks_at(size_t i);

struct check_result check_ok(const char *file, const char *value);
struct check_result check_unknown(const char *text, const char *file);
struct check_result check_bad(const char *text, const char *file, const char *value);

/* Are huge pages free, where somebody asks for some? (checks_memory.c) */
struct check_result check_huge_pages(const struct check_context *c);

/* Bad where a fact has this text, ok where it has another or is not there. */
struct check_result check_fact_is(const struct fact *f, const char *text, const char *bad);
/* That it cannot be read. */
struct check_result check_unread(const struct check_context *c, const char *file);

/* What troubles a machine, as a clause; NULL: nothing. d: what of it means the function that is asked about, NULL where
 * the host is asked. */
typedef const char *check_machine(const struct check_context *c, const struct known_machine *k, const struct machine_device *d);

/* Each machine that means the function, or of the host those that mean one that was asked for. Bad: the first with a
 * trouble, and how many more there are; unknown: none, but not all could be read. */
struct check_result check_machines(const struct check_context *c, check_machine *trouble);
/* Does a process hold VFIO for it (NULL: for any)? NULL: none that is known. */
const struct holder *check_vfio_holder(const struct check_context *c, const struct pci_function *f);

const char *check_attribute(const struct check_context *c, enum attribute a);
/* "/sys/bus/pci/devices/0000:01:00.0/driver" */
const char *check_file(const struct check_context *c, const char *name);
bool check_has_vfio(const struct check_context *c); /* f is on a VFIO driver */
/* The driver of f: "nvidia", "no driver". */
const char *check_driver_words(const struct check_context *c);
/* Lines of that kind; NULL: there is no next one. */
const struct fact_line *check_next_line(const struct facts *f, enum fact_line_kind kind, const struct fact_line *after);
/* "passthru bind 0000:01:00.0 hands over everything that must go along", where the verdict lets it. */
const char *check_bind_mend(const struct check_context *c);
/* "move it to a slot that …, 0000:00:1d.0 (slot 4)", where strangers keep it from being handed over and such a one is
 * known to be free; NULL: another slot would not help, or there is none. */
const char *check_slot_mend(const struct check_context *c);
/* Is a framebuffer of the firmware inside one of its memory regions? */
bool check_holds_picture(const struct check_context *c, const struct fact_line *l);
/* The ids that vfio-pci is told to take by modprobe's options; the last word of the kernel's counts over them. */
struct check_ids {
	struct vfio_ids ids;
	const char *file, *value; /* NULL: there is none */
	const char *bad;	  /* a piece that is none */
};
struct check_ids check_ids(const struct check_context *c);
/* The words that run. false: they cannot be read. */
struct kernel_cmdline;
bool check_words(const struct check_context *c, struct kernel_cmdline *ret);
bool check_is_kernel(const struct check_context *c, unsigned major, unsigned minor, unsigned to_major, unsigned to_minor);
