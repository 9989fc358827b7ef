/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/user.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/memlock.h"
#include "flow/session.h"
#include "model/hugepages.h"
#include "sys/read_access.h"

int flow_find_user(struct flow *f, const char *text, struct sys_user *ret, struct err *e)
{
	int r = -EINVAL;

	if (wish_user_is_valid(text))
		r = f->s->ops->find_user ? f->s->ops->find_user(f->s, f->mem, text, ret) : -EOPNOTSUPP;
	switch (r) {
	case -ENOENT:
		return err_set(e, r, "there is no user %.*s", (int)strcspn(text, ":"), text);
	case -ESRCH:
		return err_set(e, r, "there is no group %s", text + strcspn(text, ":") + 1);
	case -ENODATA:
		(void)err_set(e, r, "user %s has no account here, so no group either", text);
		return err_hint(e, "--user=%s:GROUP names one", text);
	case -EXDEV:
		return err_set(e, r, "who %s is only the running host knows: --user does not go with a recorded one", text);
	default:
		return r < 0 ? err_set(e, r, "cannot find out who %s is: %s", text, strerror(-r)) : r;
	}
}

static const char *name_of(struct flow *f, const char *user)
{
	return arena_strndup(f->mem, user, strcspn(user, ":"));
}

static const char *limit_words(struct flow *f, uint64_t bytes)
{
	return bytes == MEMLOCK_UNLIMITED ? "any amount" : size_words(f->mem, bytes / 1024);
}

/* The container that every user of VFIO opens first. The kernel lets everyone, and so does udev; it gives no device
 * away. One that is not there yet comes so. */
static void note_container(struct flow *f, const char *name, const struct bind_wish *wish, struct change *c)
{
	struct access a;

	if (read_access(f->s, "/dev/vfio/vfio", &a, NULL) < 0 || access_is_for_all(&a) ||
	    (a.uid == wish->uid && (a.mode & 0600) == 0600) || (a.gid == wish->gid && (a.mode & 060) == 060))
		return;
	flow_note(f, c, arena_printf(f->mem, "%s cannot open /dev/vfio/vfio (%s); chmod 0666 /dev/vfio/vfio lets everyone, which "
		"gives no device away", name, access_describe(f->mem, access_format(f->mem, &a))));
}

/* How much his processes may lock nobody knows beforehand; who became root by sudo still has the limits he had. */
static void note_limit(struct flow *f, const char *name, struct change *c)
{
	struct memlock own = flow_memlock_of(f, f->s->pid);
	const char *here = "";

	if (own.has_limits)
		here = arena_printf(f->mem, " (started from here: %s)", limit_words(f, own.soft_bytes));
	flow_note(f, c, arena_printf(f->mem, "%s must be able to lock all of a guest's memory and about 1 GiB%s: \"%s - memlock "
		"unlimited\" in /etc/security/limits.d/passthru.conf and a new login, or LimitMEMLOCK=infinity in a service; "
		"passthru with --user sees to it itself", name, here, name));
}

void flow_note_user(struct flow *f, const struct bind_wish *wish, struct change *c)
{
	const char *name = name_of(f, wish->user);

	/* A group of one's own mostly has one's own number. */
	if (wish->gid != wish->uid)
		flow_note(f, c, arena_printf(f->mem, "all members of group %u may use the device, not %s alone", wish->gid, name));
	note_container(f, name, wish, c);
	if (wish->verb != VERB_WITH)
		note_limit(f, name, c);
}

uint64_t flow_memlock_for_user(struct flow *f, const struct sys_user *user, char *const *argv, struct change *c)
{
	struct memlock limit = flow_memlock_of(f, f->s->pid);
	struct memlock_answer a;
	uint64_t wanted = MEMLOCK_UNLIMITED;

	/* Who has all rights raises any limit, who has not up to the hard one; the user himself has none. */
	if (limit.is_privileged == TRI_YES)
		limit = (struct memlock){.has_limits = true, .soft_bytes = wanted, .hard_bytes = wanted};
	limit.soft_bytes = limit.hard_bytes;
	limit.is_privileged = TRI_NO;
	if (!flow_judge_memlock(f, argv, &limit, user->name, &a))
		return wanted;
	if (a.is_enough == TRI_YES)
		flow_note(f, c, arena_printf(f->mem, "%s (raised for this command)", a.text));
	else
		flow_note(f, c, a.n_mends > 0 ? arena_printf(f->mem, "%s (%s)", a.text, a.mends[0]) : a.text);
	return a.needed_bytes;
}
