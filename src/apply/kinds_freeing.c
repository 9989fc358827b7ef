/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_freeing.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_holders.h"

enum {
	GRACE_MS = 5000, /* between the request to end and the order to */
	LOOK_MS = 200,	 /* each look is a pass over all processes */
};

/* ---- dependant modules ---- */

int dependant_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	int r;

	(void)mem, (void)from;
	r = move->want.flag ? s->ops->module_load(s, move->target) : s->ops->module_unload(s, move->target);
	if (r == 0)
		return 0;
	(void)err_set(e, r, "cannot %s module %s: %s", move->want.flag ? "load" : "unload", move->target,
	    r == -EAGAIN || r == -EBUSY || r == -EWOULDBLOCK ? "something uses it" : strerror(-r));
	return err_hint(e, "lsmod shows what is built on it; what has it open keeps it as well");
}

/* ---- consoles and the firmware's picture ---- */

static int write_for(struct sys *s, const char *target, const char *path, const char *value, struct err *e)
{
	int r = s->ops->poke(s, target, path, value, s->write_limit_ms);

	if (r == -ETIME) {
		(void)err_set(e, r, "the kernel has not come back from writing %s to /%s for %u s", value, path,
		    s->write_limit_ms / 1000);
		return err_hint(e, "passthru recover ends it once the write is over, else a reboot does");
	}
	return r < 0 ? err_set(e, r, "writing %s to /%s: %s", value, path, strerror(-r)) : 0;
}

static int check_idle(struct sys *s, const char *target, struct err *e)
{
	if (s->ops->is_busy(s, target) == 1)
		return err_set(e, -EBUSY, "an earlier write for %s is still stuck in the kernel", target);
	return 0;
}

/* It is there as long as there is a framebuffer (drivers/video/fbdev/core/fbcon.c, fbcon_fb_unregistered): what is not
 * there is not bound. */
int console_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	char path[SYS_PATH];
	const char *text;
	int r = check_idle(s, target, e);

	if (r < 0)
		return r;
	text = sys_text(s, mem, sys_path(path, "sys/class/vtconsole/%s/bind", target), &r);
	if (!text && r != -ENOENT)
		return err_set(e, r, "cannot read whether %s is bound: %s", target, strerror(-r));
	ret->flag = text && str_eq(text, "1");
	return 0;
}

int console_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	char path[SYS_PATH];

	(void)mem, (void)from;
	(void)sys_path(path, "sys/class/vtconsole/%s/bind", move->target);
	/* No picture came back, so none can be drawn on. */
	if (move->want.flag && s->ops->exists(s, path) == 0)
		return 0;
	return write_for(s, move->target, path, move->want.flag ? "1" : "0", e);
}

/* "efi-framebuffer.0" is bound to the driver of that name without the number, or, on kernels with simpledrm, to
 * that. */
static const char *framebuffer_driver(struct sys *s, struct arena *mem, const char *target)
{
	char path[SYS_PATH];

	return sys_link_base(s, mem, sys_path(path, "sys/bus/platform/devices/%s/driver", target));
}

int framebuffer_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	int r = check_idle(s, target, e);

	/* The kernel removes the device itself when a driver takes its memory over: unbound as well. */
	ret->flag = framebuffer_driver(s, mem, target) != NULL;
	return r;
}

int framebuffer_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	const char *driver = framebuffer_driver(s, mem, move->target);
	char path[SYS_PATH];

	(void)from;
	if (move->want.flag || !driver || !str_is_driver_name(driver))
		return 0;
	return write_for(s, move->target, sys_path(path, "sys/bus/platform/drivers/%s/unbind", driver), move->target, e);
}

/* ---- interfaces ---- */

int interface_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	char path[SYS_PATH];
	uint64_t flags;
	int r;
	const char *text = sys_text(s, mem, sys_path(path, "sys/class/net/%s/flags", target), &r);

	if (!text)
		return err_set(e, r == -ENOENT ? -ENODEV : r, "cannot read whether %s is up: %s", target, strerror(-r));
	if (!str_sysfs_hex(text, UINT32_MAX, &flags))
		return err_set(e, -EIO, "cannot read whether %s is up", target);
	ret->flag = flags & 1; /* IFF_UP, include/uapi/linux/if.h */
	return 0;
}

int interface_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	int r = s->ops->set_interface ? s->ops->set_interface(s, move->target, move->want.flag) : -EOPNOTSUPP;

	(void)mem, (void)from;
	return r < 0 ? err_set(e, r, "cannot take %s %s: %s", move->target, move->want.flag ? "up" : "down", strerror(-r)) : 0;
}

/* ---- processes ---- */

int process_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	cleanup_arena struct arena round = {0};
	struct pci_addr function;
	struct holders holders;
	uint64_t start;
	int pid, r;

	(void)mem;
	if (!process_target_parse(target, &function, &pid, &start))
		return err_set(e, -EINVAL, "%s names no process that uses a function", target);
	ret->flag = false;
	if (process_start(s, &round, pid) != start)
		return 0;
	r = read_holders(s, &round, &function, 1, &holders, e);
	if (r == -ENODEV)
		return 0;
	for (size_t i = 0; r == 0 && i < holders.n; i++)
		ret->flag |= holders.items[i].kind == HOLDER_PROCESS && holders.items[i].pid == pid;
	return r;
}

/* Asked to end, and after a while told to; before each signal it is looked whether it still runs and uses it. */
int process_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	static const int signals[] = {SIGTERM, SIGKILL};
	struct pci_addr function;
	struct value now = *from;
	uint64_t start;
	int pid, r = 0;

	if (move->want.flag)
		return 0; /* nobody brings it back */
	if (!process_target_parse(move->target, &function, &pid, &start))
		return err_set(e, -EINVAL, "%s names no process that uses a function", move->target);
	for (size_t i = 0; r == 0 && now.flag && i < ARRAY_LEN(signals); i++) {
		r = s->ops->signal_process ? s->ops->signal_process(s, pid, start, signals[i]) : -EOPNOTSUPP;
		if (r < 0 && r != -ESRCH)
			return err_set(e, r, "cannot end process %d: %s", pid, strerror(-r));
		r = 0;
		for (unsigned waited = 0; r == 0 && now.flag && waited < GRACE_MS; waited += LOOK_MS) {
			(void)s->ops->sleep_ms(s, LOOK_MS);
			r = process_get(s, mem, move->target, &now, e);
		}
	}
	return r;
}

int await_closed(struct sys *s, const char *function, unsigned limit_ms, struct err *e)
{
	int64_t start = s->ops->now_ms(s);
	struct pci_addr addr;

	if (!pci_addr_parse(function, &addr))
		return err_set(e, -EINVAL, "%s is no PCI address", function);
	for (;;) {
		cleanup_arena struct arena round = {0};
		const struct holder *who = NULL;
		struct holders holders;
		int r = read_holders(s, &round, &addr, 1, &holders, e);

		if (r < 0)
			return r;
		for (size_t i = 0; !who && i < holders.n; i++)
			if (holders.items[i].kind == HOLDER_PROCESS)
				who = &holders.items[i];
		if (!who)
			return 0;
		if (s->ops->now_ms(s) - start >= limit_ms || s->ops->sleep_ms(s, LOOK_MS) < 0) {
			(void)err_set(e, -EBUSY, "%s is used by %.300s", function, holder_describe(&round, who));
			return err_hint(e, "end it, then passthru recover");
		}
	}
}
