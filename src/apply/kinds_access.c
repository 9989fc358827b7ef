/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_access.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/access.h"
#include "sys/read_access.h"

enum {
	UDEV_LIMIT_MS = 5000,
	UDEV_LOOK_MS = 20,
};

int access_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct access access;
	int r = read_access(s, target, &access, NULL);

	if (r == -ENOTTY || r == -ELOOP)
		return err_set(e, r, "%s is no device node", target);
	if (r < 0 && r != -ENOENT)
		return err_set(e, r, "cannot see who may open %s: %s", target, strerror(-r));
	ret->text = r == 0 ? access_format(mem, &access) : "";
	return 0;
}

/* The kernel makes the node inside the bind; a moment later udev gives it owner and mode of its own, root's unless a
 * rule says otherwise (fact KF-10). It keeps a file for each device it is done with, one for as long as it is busy. */
static bool udev_is_done(struct sys *s, const struct sys_device *d)
{
	char path[SYS_PATH];

	if (s->ops->exists(s, "run/udev/control") != 1)
		return true; /* none runs */
	return s->ops->exists(s, "run/udev/queue") != 1 &&
	    s->ops->exists(s, sys_path(path, "run/udev/data/c%u:%u", d->major, d->minor)) == 1;
}

/* Whoever waited in vain goes on: udev may be stuck with another device. */
static void wait_for_udev(struct sys *s, const struct sys_device *d)
{
	int64_t start = s->ops->now_ms(s);

	while (!udev_is_done(s, d) && s->ops->now_ms(s) - start < UDEV_LIMIT_MS)
		if (s->ops->sleep_ms(s, UDEV_LOOK_MS) < 0)
			break;
}

int access_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	struct access want = {.mode = 0600}, now; /* for a node that is to go, until it does */
	struct sys_device device;
	int r;

	(void)mem, (void)from;
	if (*move->want.text && !access_parse(move->want.text, &want))
		return err_set(e, -EINVAL, "%s is no way to open a node", move->want.text);
	r = read_access(s, move->target, &now, &device);
	if (r == 0) {
		wait_for_udev(s, &device);
		r = s->ops->access_set ? s->ops->access_set(s, move->target + 1, &want) : -EOPNOTSUPP;
	}
	if (r == -ENOENT)
		return *move->want.text ? err_set(e, -ENODEV, "%s is gone", move->target) : 0;
	return r < 0 ? err_set(e, r, "cannot give %s to user %u: %s", move->target, want.uid, strerror(-r)) : 0;
}

/* Owner and mode are two calls. A node that comes with the driver, also on the way back, is whatever udev makes of it. */
bool access_between(const struct step *move, const struct value *now)
{
	struct access have, want, is;

	if (!access_parse(now->text, &is))
		return false;
	if (!access_parse(move->have.text, &have) || !access_parse(move->want.text, &want))
		return true;
	return ((is.uid == have.uid && is.gid == have.gid) || (is.uid == want.uid && is.gid == want.gid)) &&
	    (is.mode == have.mode || is.mode == want.mode);
}

bool access_is_gone(const struct step *move, const struct value *now)
{
	return *now->text == '\0' && *move->have.text != '\0' && *move->want.text != '\0';
}
