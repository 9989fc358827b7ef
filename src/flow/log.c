/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/log.h"

#include <string.h>

#include "base/str.h"
#include "sys/read_process.h"
#include "text/log_entry.h"

enum {
	MOST_DEVICES = 256,
	PRIORITY_ERROR = 3, /* as syslog(3) counts */
	PRIORITY_WARNING = 4,
	PRIORITY_NOTICE = 5,
};

/* What is said of each way to end. The ids are documented (docs/log.md), and never change. */
struct class {
	const char *message_id;
	int priority;
	const char *words, *name; /* for people; as outcome_name has it */
};

static const struct class classes[] = {
    [OUTCOME_DONE] = {"ce95413874c545c2a10e6b98a9946675", PRIORITY_NOTICE, "done", "done"},
    [OUTCOME_FAILED] = {"f12dad7ec18b42b0bccaa84dc71ab8a8", PRIORITY_WARNING, "failed, nothing changed", "failed"},
    [OUTCOME_ROLLED_BACK] = {"565d5c840dca4a1db22eeb8131f5f1f2", PRIORITY_WARNING, "taken back", "rolled-back"},
    [OUTCOME_NEEDS_RECOVER] = {"1951ca4065de43b2b4ec02b43a980a36", PRIORITY_ERROR, "needs passthru recover", "needs-recover"},
    [OUTCOME_STUCK] = {"f3cdfbbd77cb4a8a87a62307a59c6141", PRIORITY_ERROR, "stuck in the kernel", "stuck"},
};
static const struct class abandoned = {"a2926e5e111a4f91866e683ef419e932", PRIORITY_WARNING, "set aside", "abandoned"};

uint32_t flow_login_uid(struct flow *f)
{
	const char *text = sys_text(f->s, f->mem, "proc/self/loginuid", NULL);
	uint64_t uid;

	return text && str_number(text, 10, UINT32_MAX, &uid) ? (uint32_t)uid : NO_LOGIN;
}

const char *flow_login_name(struct flow *f, uint32_t uid)
{
	struct process_names names = {.s = f->s, .mem = f->mem};

	return uid == NO_LOGIN ? NULL : process_user_name(&names, uid);
}

struct entry {
	struct arena *mem;
	struct log_field *fields;
	size_t n;
};

static void add(struct entry *e, const char *name, const char *value)
{
	*ARENA_PUSH(e->mem, e->fields, e->n) = (struct log_field){name, value};
}

static void add_class(struct entry *e, const struct class *class, const char *id)
{
	add(e, "MESSAGE_ID", class->message_id);
	add(e, "PRIORITY", arena_printf(e->mem, "%d", class->priority));
	add(e, "SYSLOG_IDENTIFIER", "passthru");
	add(e, "PASSTHRU_CHANGE", id);
	add(e, "PASSTHRU_OUTCOME", class->name);
}

static void add_login(struct flow *f, struct entry *e, uint32_t uid)
{
	add(e, "PASSTHRU_LOGINUID", arena_printf(e->mem, "%u", uid));
	add(e, "PASSTHRU_LOGIN", flow_login_name(f, uid));
}

/* One field each, so that a search for one of them finds the entry. */
static void add_devices(struct entry *e, const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_steps && n < MOST_DEVICES; i++) {
		bool is_known = !kind_is_of_function(p->steps[i].kind);

		for (size_t k = 0; !is_known && k < i; k++)
			is_known = kind_is_of_function(p->steps[k].kind) && str_eq(p->steps[k].target, p->steps[i].target);
		if (is_known)
			continue;
		add(e, "PASSTHRU_DEVICES", p->steps[i].target);
		n++;
	}
}

static void send(struct flow *f, const struct entry *e)
{
	/* Who cannot write it down says so to nobody: the change is what it is, and the record has it too. */
	(void)f->s->ops->log(f->s, e->fields, e->n);
}

void flow_log_change(struct flow *f, const struct journal *j, const char *verb, enum outcome outcome, const struct err *why)
{
	struct entry entry = {.mem = f->mem};
	const struct class *class = &classes[outcome];
	const char *because = "";
	char id[CHANGE_ID_TEXT];

	if (!f->s->ops->log || outcome == OUTCOME_NOTHING)
		return;
	if (outcome != OUTCOME_DONE && why->what[0])
		because = arena_printf(f->mem, ": %s", why->what);
	add(&entry, "MESSAGE",
	    arena_printf(f->mem, "%s%s%s: %s, change %s%s", verb ? verb : "", verb ? " of " : "", j->wish, class->words,
		change_id_format(j->id, j->is_lasting, id), because));
	add_class(&entry, class, id);
	add(&entry, "PASSTHRU_VERB", verb ? verb : j->verb);
	add(&entry, "PASSTHRU_WISH", j->wish);
	add(&entry, "PASSTHRU_REASON", j->reason);
	add_login(f, &entry, verb ? flow_login_uid(f) : j->login_uid);
	add_devices(&entry, &j->plan);
	send(f, &entry);
}

void flow_log_abandoned(struct flow *f, unsigned number, bool is_lasting)
{
	struct entry entry = {.mem = f->mem};
	char text[CHANGE_ID_TEXT];
	const char *id = change_id_format(number, is_lasting, text);

	if (!f->s->ops->log)
		return;
	add(&entry, "MESSAGE", arena_printf(f->mem, "recover --abandon: change %s %s", id, abandoned.words));
	add_class(&entry, &abandoned, id);
	add(&entry, "PASSTHRU_VERB", "abandon");
	add(&entry, "PASSTHRU_WISH", arena_printf(f->mem, "recover --abandon %s", id));
	add_login(f, &entry, flow_login_uid(f));
	send(f, &entry);
}
