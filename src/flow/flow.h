/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs: read, judge, plan, apply, verify. One function a verb, called by the command line and by
 * whatever else wants to hand devices over. Nothing here prints.
 */
#pragma once

#include "apply/apply.h"
#include "base/arena.h"
#include "base/err.h"
#include "model/holder.h"
#include "model/host.h"
#include "model/plan.h"
#include "model/verdict.h"
#include "plan/bind.h"
#include "sys/sys.h"

/* A piece of a text that was pasted; those of one text follow each other and share the pointer to its name. */
struct pasted {
	const char *name, *bytes;
	size_t n;
};

struct flow {
	struct sys *s;
	struct arena *mem;
	apply_progress *progress; /* before each step, may be NULL */
	void *progress_data;
	const struct host *dump; /* flow_open_dump: the host that somebody pasted; NULL: files are read */
	const struct pasted *pasted; /* its texts */
	size_t n_pasted;
};

/* How a verb ended; anything but DONE and NOTHING has its reason in e. */
enum outcome {
	OUTCOME_DONE,
	OUTCOME_NOTHING,       /* all was as wanted already */
	OUTCOME_FAILED,	       /* nothing changed */
	OUTCOME_ROLLED_BACK,   /* failed, and taken back */
	OUTCOME_NEEDS_RECOVER, /* failed half-way */
	OUTCOME_STUCK,	       /* the kernel does not come back from a write */
	OUTCOMES
};

const char *outcome_name(enum outcome o); /* "rolled-back" */

struct change_options {
	bool is_dry_run;    /* plan only; needs no rights */
	const char *wish;   /* the command as typed, for the journal */
	const char *reason; /* kept in history, may be NULL */
	const struct plan *expected; /* refuse when planning comes to anything else; NULL: no matter */
};

/* What a verb did, or in a dry run would do. */
struct change {
	struct plan plan;
	unsigned id;	    /* in the journal; 0: nothing was written */
	bool is_lasting;    /* the plan is, and with it the id */
	struct host host;   /* as it was read before */
	bool needs_reboot;  /* it is in force from the next boot on alone; of `display use` */
	const char **notes; /* what the person should know, a sentence each */
	size_t n_notes;
};

/* Opens the door to a host; root_path NULL is the running one. */
struct sys *flow_open(struct arena *mem, const char *root_path, struct err *e);
void flow_close(struct sys *s);

/* A host out of what was pasted into these files, folders of files, or "-" (text/dump.h), into f, with a door that leads
 * nowhere. From here on the process is nobody's where it was root's: foreign text is taken apart without rights. */
int flow_open_dump(struct arena *mem, const char *const *paths, size_t n_paths, struct flow *ret, struct err *e);

struct read_request;

/* Reads what `list`, `show` and `groups` show. */
int flow_look(struct flow *f, const struct read_request *request, struct host *ret, struct err *e);

/* Who uses these functions. -ENODEV: one of them is not there. */
int flow_holders(struct flow *f, const struct pci_addr *functions, size_t n_functions, struct holders *ret, struct err *e);

/* A word that names a function: an address (domain optional), a network interface (eth2), a block device
 * (/dev/nvme1n1), a DRM card (card1), a sound card, a slot label. -EINVAL: it is none of these; -ENODEV: it is
 * one, but no PCI function stands behind it. */
int flow_find_target(struct flow *f, const char *word, struct pci_addr *ret, struct err *e);

/* The words of -device arguments for QEMU: the targets and what must go along. Refused as bind would be. */
int flow_export_qemu(struct flow *f, const struct bind_wish *wish, const char ***ret, size_t *n_ret, struct err *e);

/* bind, bind --driver, unbind. */
enum outcome flow_bind(struct flow *f, const struct bind_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e);

/* Gives back everything that was taken together with each target. */
enum outcome flow_release(struct flow *f, const struct pci_addr *targets, size_t n_targets,
    const struct change_options *options, struct change *ret, struct err *e);

/* One of the three by the wish's verb. */
enum outcome flow_change(struct flow *f, const struct bind_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e);

/* A plan of `--dry-run --json`, planned again from its wish and carried out when it comes out the same. text is
 * foreign. */
enum outcome flow_apply(struct flow *f, const char *text, const struct change_options *options, struct change *ret,
    struct err *e);

/* Brings every interrupted change to an end, and gives back what a dead `with` held. */
struct recovery {
	unsigned id;
	bool is_lasting;
	const char *wish;
	enum outcome outcome; /* DONE: it was finished; ROLLED_BACK: taken back; the others as they are */
	const char *message;  /* why, where it did not end */
};
enum outcome flow_recover(struct flow *f, struct recovery **ret, size_t *n_ret, struct err *e);

/* Puts a journal that nothing can finish aside; the machine is not touched. */
enum outcome flow_abandon(struct flow *f, unsigned id, bool is_lasting, struct err *e);

/* Takes a lasting change back that is in force: the newest where id is 0. A file that somebody else changed since is
 * named, and nothing is done. */
enum outcome flow_undo(struct flow *f, unsigned id, const struct change_options *options, struct change *ret, struct err *e);

/* The name of journal.login_uid, the number where it has none; NULL: NO_LOGIN. */
const char *flow_login_name(struct flow *f, uint32_t uid);

/* All records: interrupted, held, over. *ret_folders goes along, one an entry. */
int flow_history(struct flow *f, struct journal **ret, enum folder **ret_folders, size_t *n_ret, struct err *e);

/* Hands over, runs argv, gives back when it and whoever holds the group's node are gone. *ret_status is
 * the command's exit status as env(1) counts it. started is called once the devices are handed over. */
struct with_wish {
	struct bind_wish bind;
	char **argv; /* NULL at the end */
	void (*started)(void *data, const struct change *change);
	void *started_data;
};
enum outcome flow_with(struct flow *f, const struct with_wish *wish, const struct change_options *options,
    int *ret_status, struct change *ret, struct err *e);
