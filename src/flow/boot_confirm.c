/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/boots.h"
#include "base/str.h"
#include "flow/boot_start.h"
#include "flow/session.h"
#include "judge/boots.h"
#include "text/boots_file.h"
#include "text/claims_words.h"
#include "text/session_text.h"

enum {
	POLL_MS = 2000,
	QUIET_MS = 3 * 60 * 1000, /* after the start-up is over */
	LIMIT_MS = 60 * 60 * 1000,
};

int flow_read_boots(struct flow *f, struct boots *ret)
{
	char text[LARGEST_BOOTS_FILE];
	int n = f->s->ops->read_own(f->s, BOOTS_FILE, text, sizeof(text));

	*ret = (struct boots){0};
	if (n < 0)
		return n;
	return strlen(text) == (size_t)n && boots_file_parse(text, ret) ? 0 : -EINVAL;
}

const char *flow_read_notice(struct flow *f)
{
	char text[LARGEST_NOTICE + 1];
	int n = f->s->ops->read_own(f->s, NOTICE_FILE, text, sizeof(text));

	return n > 0 && strlen(text) == (size_t)n ? arena_strdup(f->mem, text) : NULL;
}

/* ---- waiting ---- */

struct login_look {
	struct flow *f;
	const char *found; /* a session */
};

static int take_session(void *data, const char *id)
{
	struct login_look *l = data;
	struct login_session login;
	char path[SYS_PATH];
	const char *text;

	/* Beside each lies a FIFO, "3.ref". */
	if (!session_id_is_safe(id))
		return 0;
	text = sys_text(l->f->s, l->f->mem, sys_path(path, "run/systemd/sessions/%s", id), NULL);
	if (!text)
		return 0;
	login_session_parse(l->f->mem, text, &login);
	if (!login.is_of_person || login.is_closing)
		return 0;
	l->found = arena_strdup(l->f->mem, id);
	return 1;
}

/* A login screen is none: it may be there and show nothing. */
static const char *find_login(struct flow *f)
{
	struct login_look l = {.f = f};

	(void)f->s->ops->list(f->s, "run/systemd/sessions", take_session, &l);
	return l.found;
}

/* 1: the start-up is over; 0: not yet, or it cannot be told. */
static int is_started(struct flow *f, struct err *e)
{
	char state[32];
	int r = f->s->ops->system_state ? f->s->ops->system_state(f->s, state, sizeof(state)) : -ELIBACC;

	if (r == -ENOTCONN || r == -ELIBACC) {
		(void)err_set(e, r, "systemd cannot be asked whether the start-up is over: %s",
		    r == -ENOTCONN ? "it does not run here" : "libsystemd is not there");
		return err_hint(e, "passthru boot confirm, without --wait, says at once that this boot is good");
	}
	if (r == 0 && (str_eq(state, "maintenance") || str_eq(state, "stopping")))
		return err_set(e, -ECANCELED, "the start-up ended in %s", state);
	return r == 0 && (str_eq(state, "running") || str_eq(state, "degraded"));
}

static int wait_until_good(struct flow *f, const char **ret_why, struct err *e)
{
	struct sys *s = f->s;
	int64_t start = s->ops->now_ms(s), over = -1;

	for (;;) {
		cleanup_arena struct arena mem = {0};
		struct flow look = {.s = s, .mem = &mem};
		const char *session = find_login(&look);
		int64_t now = s->ops->now_ms(s);
		int r;

		if (session) {
			*ret_why = arena_printf(f->mem, "somebody logged in (session %s)", session);
			return 0;
		}
		r = is_started(&look, e);
		if (r < 0)
			return r;
		/* A job that comes later starts the quiet anew. */
		over = r == 0 ? -1 : over < 0 ? now : over;
		if (over >= 0 && now - over >= QUIET_MS) {
			*ret_why = "the start-up has been over for three minutes";
			return 0;
		}
		if (now - start >= LIMIT_MS)
			return err_set(e, -ETIMEDOUT, "the start-up was not over within an hour");
		r = s->ops->sleep_ms(s, POLL_MS);
		if (r < 0)
			return err_set(e, r, "cannot wait: %s", strerror(-r));
	}
}

/* ---- confirming ---- */

static int put_confirmed(struct flow *f, const struct boots *was, const char *boot_id, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	struct boots now = boots_confirm(was, boot_id);
	int r = session_open(f, "boot confirm", &session, e);

	if (r == 0)
		r = boots_put(f->s, f->mem, &now, e);
	if (r == 0)
		(void)notice_put(f->s, NULL, NULL);
	session_close(&session);
	return r;
}

int flow_boot_confirm(struct flow *f, bool waits, struct boot_confirmation *ret, struct err *e)
{
	const char *boot_id = sys_text(f->s, f->mem, "proc/sys/kernel/random/boot_id", NULL);
	const char *cmdline = sys_text(f->s, f->mem, "proc/cmdline", NULL);
	struct boots was;
	int r = 0;

	*ret = (struct boot_confirmation){.why = "you say so"};
	if (!boot_id)
		return err_set(e, -EIO, "which boot this is cannot be read");
	(void)flow_read_boots(f, &was);
	ret->unconfirmed = was.unconfirmed;
	/* That it is good without claims says nothing of them. */
	if (waits && cmdline && claims_are_off(cmdline))
		ret->why = "claims are off in this boot";
	else if (waits && was.is_released && str_eq(was.boot_id, boot_id))
		ret->why = "what is claimed was given back in this boot: passthru boot confirm, without --wait, lets the next one try again";
	else {
		if (waits) {
			r = wait_until_good(f, &ret->why, e);
			(void)flow_read_boots(f, &was);
		}
		if (r == 0)
			r = put_confirmed(f, &was, boot_id, e);
		ret->is_confirmed = r == 0;
	}
	return r;
}
