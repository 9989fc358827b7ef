/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/hugepages.h"
#include "apply/kinds_access.h"
#include "apply/kinds_file.h"
#include "apply/kinds_derived.h"
#include "apply/kinds_freeing.h"
#include "apply/kinds_words.h"
#include "base/str.h"
#include "model/unit.h"
#include "sys/read_holders.h"
#include "sys/read_host.h"
#include "sys/read_stuck.h"

enum {
	AWAIT_POLL_MS = 20,
	AWAIT_UNUSED_POLL_MS = 200, /* each look is a pass over all processes */
};

/* ---- binding ---- */

/* Says of a write that does not come back what it waits in, and who keeps it waiting. */
static int refuse_stuck(struct sys *s, int code, const char *target, const char *what, struct err *e)
{
	cleanup_arena struct arena mem = {0};
	struct stuck stuck = read_stuck(s, &mem, target);
	const char *process = "";

	if (stuck.pid > 0)
		process = arena_printf(&mem, " (process %d%s%s)", stuck.pid, stuck.where ? ", in " : "", stuck.where ? stuck.where : "");
	if (!what)
		what = arena_printf(&mem, "an earlier write%s%.150s for it", stuck.path ? " to " : "", stuck.path ? stuck.path : "");
	(void)err_set(e, code, "%s is stuck: the kernel has not come back from %s%s", target, what, process);
	if (stuck.holder > 0)
		return err_hint(e, "process %d (%.32s) has it open: when that ends the write does; then passthru recover. "
				   "Other functions keep working", stuck.holder, stuck.holder_command);
	return err_hint(e, "when what still uses it lets go the write ends; then passthru recover. If nothing does, only a "
			   "reboot ends it. Other functions keep working");
}

static int binding_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct pci_addr addr;
	int r;

	if (!pci_addr_parse(target, &addr))
		return err_set(e, -EINVAL, "%s is no PCI address", target);
	r = s->ops->is_busy(s, target);
	if (r == 1)
		return refuse_stuck(s, -EBUSY, target, NULL, e);
	if (r == 0)
		r = read_binding(s, mem, target, &ret->driver, &ret->driver_override);
	if (r < 0)
		return err_set(e, r, "cannot read what %s is bound to: %s", target, strerror(-r));
	return 0;
}

/* One write, with a sentence for each way it can fail (facts KF-01, KF-02, KF-04). */
static int poke(struct sys *s, const char *target, const char *path, const char *value, struct err *e)
{
	int r = s->ops->poke(s, target, path, value, s->write_limit_ms);

	value = *value == '\n' ? "nothing" : value;
	if (r == -ETIME) {
		char what[256];

		(void)snprintf(what, sizeof(what), "writing %.64s to /%.128s for %u s", value, path, s->write_limit_ms / 1000);
		return refuse_stuck(s, r, target, what, e);
	}
	if (r < 0)
		return err_set(e, r, "writing %s to /%s: %s", value, path, strerror(-r));
	return 0;
}

static int write_override(struct sys *s, const char *target, const char *value, struct err *e)
{
	char path[SYS_PATH];

	/* A write of no bytes does nothing; a newline clears it (drivers/base/driver.c, driver_set_override). */
	return poke(s, target, sys_path(path, "sys/bus/pci/devices/%s/driver_override", target), value ? value : "\n", e);
}

static int unbind(struct sys *s, const char *target, const char *driver, struct err *e)
{
	char path[SYS_PATH];

	/* By the driver's own name: should another have come in between, the kernel answers ENODEV. */
	return poke(s, target, sys_path(path, "sys/bus/pci/drivers/%s/unbind", driver), target, e);
}

static int bind_to(struct sys *s, const char *target, const char *driver, struct err *e)
{
	char path[SYS_PATH];
	int r = poke(s, target, sys_path(path, "sys/bus/pci/drivers/%s/bind", driver), target, e);

	if (r == -ENOENT) {
		(void)err_set(e, r, "there is no driver called %s", driver);
		return err_hint(e, "is its module loaded? ls /sys/bus/pci/drivers shows the drivers there are");
	}
	/* A deferred probe says EAGAIN; once more is what the kernel itself would do. */
	if (r == -EAGAIN)
		r = poke(s, target, path, target, e);
	return r;
}

/* Works from any half-way value, so it serves going forward, going back and recovering alike. */
static int binding_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	const struct value *want = &move->want;
	/* Naming the driver first keeps every other one from grabbing the function in between. */
	const char *guard = want->driver ? want->driver : want->driver_override;
	/* Nothing is read again here: should another driver have come since, the kernel answers the unbind of the
	 * one that was seen with ENODEV. */
	struct value now = *from;
	int r = 0;

	if (guard && !str_eq(now.driver_override, guard) && !str_eq(now.driver, want->driver))
		r = write_override(s, move->target, guard, e);
	if (r == 0 && now.driver && !str_eq(now.driver, want->driver))
		r = unbind(s, move->target, now.driver, e);
	if (r == 0 && want->driver && !str_eq(now.driver, want->driver))
		r = bind_to(s, move->target, want->driver, e);
	/* Bound already: udev, or a module that was loaded, may have offered it to that very driver in between. */
	if (r == -EBUSY && binding_get(s, mem, move->target, &now, NULL) == 0 && str_eq(now.driver, want->driver))
		r = err_set(e, 0, "%s", "");
	if (r == 0)
		r = binding_get(s, mem, move->target, &now, e);
	if (r == 0 && !str_eq(now.driver_override, want->driver_override))
		r = write_override(s, move->target, want->driver_override, e);
	return r;
}

static bool is_one_of(const char *s, const char *a, const char *b, const char *c)
{
	return str_eq(s, a) || str_eq(s, b) || str_eq(s, c);
}

static bool binding_between(const struct step *move, const struct value *now)
{
	const struct value *have = &move->have, *want = &move->want;

	return is_one_of(now->driver, have->driver, want->driver, NULL) &&
	    (is_one_of(now->driver_override, have->driver_override, want->driver_override, NULL) ||
		is_one_of(now->driver_override, have->driver, want->driver, NULL));
}

/* ---- module ---- */

static int module_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	char path[SYS_PATH];
	int r = s->ops->exists(s, sys_path(path, "sys/module/%s", target));

	(void)mem;
	if (r < 0)
		return err_set(e, r, "cannot see whether module %s is loaded: %s", target, strerror(-r));
	ret->flag = r == 1;
	return 0;
}

static int stop_at_address(void *data, const char *name)
{
	struct pci_addr addr;

	(void)data;
	return pci_addr_parse(name, &addr) ? 1 : 0;
}

struct module_users {
	struct sys *s;
	const char *module;
};

/* "pci:vfio-pci" below /sys/module/vfio_pci/drivers; a link there for each function it drives. */
static int stop_at_driving_driver(void *data, const char *driver)
{
	struct module_users *users = data;
	char path[SYS_PATH];

	return users->s->ops->list(users->s, sys_path(path, "sys/module/%s/drivers/%s", users->module, driver),
		   stop_at_address, NULL) == 1;
}

/* rmmod of a driver that nobody has open succeeds and unbinds all its functions: the reference count
 * alone does not protect them. */
static bool module_is_used(struct sys *s, struct arena *mem, const char *module)
{
	struct module_users users = {s, module};
	char path[SYS_PATH];
	char *count = sys_text(s, mem, sys_path(path, "sys/module/%s/refcnt", module), NULL);

	if (!count || !str_eq(count, "0"))
		return true; /* built in, unknown, or in use */
	return s->ops->list(s, sys_path(path, "sys/module/%s/drivers", module), stop_at_driving_driver, &users) == 1;
}

static int module_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	int r;

	(void)from;
	if (move->want.flag) {
		r = s->ops->module_load(s, move->target);
		if (r < 0) {
			(void)err_set(e, r, "cannot load module %s: %s", move->target, strerror(-r));
			return err_hint(e, "journalctl -k (or dmesg) has the kernel's reason");
		}
		return 0;
	}
	/* What came to use it since keeps it: a loaded module harms nothing. */
	if (module_is_used(s, mem, move->target))
		return 0;
	r = s->ops->module_unload(s, move->target);
	if (r == -EAGAIN || r == -EBUSY || r == -EWOULDBLOCK)
		return 0;
	return r < 0 ? err_set(e, r, "cannot unload module %s: %s", move->target, strerror(-r)) : 0;
}

/* One write, or one call, takes it all the way. */
static bool never_between(const struct step *move, const struct value *now)
{
	(void)move;
	(void)now;
	return false;
}

/* ---- reset ---- */

static int reset_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	char path[SYS_PATH];
	int r;

	ret->text = sys_text(s, mem, sys_path(path, "sys/bus/pci/devices/%s/reset_method", target), &r);
	if (ret->text)
		return 0;
	if (s->ops->exists(s, sys_path(path, "sys/bus/pci/devices/%s", target)) == 0)
		r = -ENODEV;
	return err_set(e, r, "cannot read how %s is reset: %s", target, strerror(-r));
}

static const char *without_bus(struct arena *mem, const char *methods)
{
	const char *rest = "";

	while (*methods) {
		size_t length = strcspn(methods, " ");

		if (length != 3 || memcmp(methods, "bus", 3) != 0)
			rest = arena_printf(mem, "%s%s%.*s", rest, *rest ? " " : "", (int)length, methods);
		methods += length + strspn(methods + length, " ");
	}
	return *rest ? rest : "\n";
}

/* As wanted, but for the "bus" that cannot be written. */
static bool is_same_reset(struct arena *mem, const struct value *now, const struct value *want)
{
	return str_eq(without_bus(mem, now->text), without_bus(mem, want->text));
}

static int reset_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	char path[SYS_PATH];

	int r;

	(void)from;
	(void)sys_path(path, "sys/bus/pci/devices/%s/reset_method", move->target);
	r = poke(s, move->target, path, *move->want.text ? move->want.text : "\n", e);
	/* "bus" stands in the list of a multi-function card from before its siblings were found; written back, it is
	 * refused (fact KF-16). The list without it means the same. */
	if (r == -EINVAL)
		r = poke(s, move->target, path, without_bus(mem, move->want.text), e);
	return r;
}

/* ---- unit ---- */

static int parse_unit(const char *target, struct sys_unit *ret, struct err *e)
{
	if (!unit_target_parse(target, &ret->name, &ret->is_user, &ret->uid))
		return err_set(e, -EINVAL, "%s is no unit that can be started and stopped", target);
	return 0;
}

static int explain_unit(const struct sys_unit *u, int r, const char *what, struct err *e)
{
	switch (r) {
	case -ENOTCONN:
		return err_set(e, r, "cannot %s %s: systemd does not run here", what, u->name);
	case -ENODEV:
		return err_set(e, r, "cannot %s %s: user %u is not logged in", what, u->name, u->uid);
	case -ERFKILL:
		return err_set(e, r, "cannot %s %s: it is masked", what, u->name);
	case -EDEADLK:
		return err_set(e, r, "cannot %s %s: the machine is shutting down", what, u->name);
	case -EIO:
		(void)err_set(e, r, "%s did not %s", u->name, what);
		break;
	default:
		(void)err_set(e, r, "cannot %s %s: %s", what, u->name, strerror(-r));
	}
	if (u->is_user)
		return err_hint(e, "systemctl --user -M %u@ status %s says more", u->uid, u->name);
	return err_hint(e, "systemctl status %s says more", u->name);
}

static int unit_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct sys_unit u;
	int r = parse_unit(target, &u, e);

	(void)mem;
	if (r < 0)
		return r;
	r = s->ops->unit_active ? s->ops->unit_active(s, &u) : -ELIBACC;
	if (r == -ENOENT)
		r = 0; /* what is not there does not run */
	if (r < 0)
		return explain_unit(&u, r, "see the state of", e);
	ret->flag = r == 1;
	return 0;
}

static int unit_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	bool active = move->want.flag;
	struct sys_unit u;
	int r = parse_unit(move->target, &u, e);

	(void)mem, (void)from;
	if (r < 0)
		return r;
	r = s->ops->unit_set ? s->ops->unit_set(s, &u, active, s->unit_limit_ms) : -ELIBACC;
	if (r == -ENOENT && !active)
		r = 0;
	return r < 0 ? explain_unit(&u, r, active ? "start" : "stop", e) : 0;
}

/* ---- conditions ---- */

static int identity_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct pci_addr addr;
	struct pci_function f;
	int r;

	if (!pci_addr_parse(target, &addr))
		return err_set(e, -EINVAL, "%s is no PCI address", target);
	r = read_one_function(s, mem, addr, &f);
	if (r < 0)
		return err_set(e, r, "%s %s", target, r == -ENODEV ? "is gone" : "cannot be read");
	ret->text = function_identity(mem, &f);
	return 0;
}

/* Whatever came since the plan was made, a mount or a route, is a reason to stop. */
static int uses_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct read_request request = {.facets = FACET_TOPOLOGY, .n_targets = 1, .has_uses = true, .may_try = true};
	const struct pci_function *f;
	struct pci_addr addr;
	struct host h;
	int r;

	if (!pci_addr_parse(target, &addr))
		return err_set(e, -EINVAL, "%s is no PCI address", target);
	request.targets = &addr;
	r = read_host(s, mem, &request, &h, e);
	if (r < 0)
		return r;
	f = host_find(&h, addr);
	if (!f)
		return err_set(e, -ENODEV, "%s is gone", target);
	ret->text = function_uses(mem, &h, host_index(&h, f));
	return 0;
}

static int unheld_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct holders holders;
	bool is_open;
	int r = read_vfio_holders(s, mem, target, &holders, e);

	if (r < 0)
		return r;
	/* The kernel knows holders that /proc shows by other names: iommufd's, and those in other namespaces. */
	is_open = holders.n == 0 && s->ops->exists(s, target + 1) == 1 && s->ops->group_viable(s, target + 1) == -EBUSY;
	ret->flag = holders.n == 0 && holders.is_complete && !is_open;
	if (is_open) {
		(void)err_set(e, -EBUSY, "%s is held open by a process that cannot be seen", target);
		(void)err_hint(e, "shut the virtual machine down first; a device in use is never touched");
	}
	if (holders.n > 0) {
		(void)err_set(e, -EBUSY, "%s is held open by process %d (%s)", target, holders.items[0].pid,
		    holders.items[0].command);
		(void)err_hint(e, "shut the virtual machine down first; a device in use is never touched");
	} else if (!holders.is_complete && !is_open) {
		(void)err_set(e, -EBUSY, "cannot see every process, so %s may be in use", target);
		(void)err_hint(e, "run passthru as root, outside containers");
	}
	return 0;
}

static int unused_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	cleanup_arena struct arena round = {0}; /* it may be looked at many times */
	struct holders holders;
	struct pci_addr addr;
	int r;

	(void)mem;
	if (!pci_addr_parse(target, &addr))
		return err_set(e, -EINVAL, "%s is no PCI address", target);
	r = read_holders(s, &round, &addr, 1, &holders, e);
	if (r < 0)
		return r;
	ret->flag = holders.n == 0 && holders.is_complete;
	if (holders.n > 0) {
		(void)err_set(e, -EBUSY, "%s is used by %s", target, holder_describe(&round, &holders.items[0]));
		(void)err_hint(e, "passthru holders %s lists them; --stop-holders stops the services that own them", target);
	} else if (!holders.is_complete) {
		(void)err_set(e, -EBUSY, "cannot see every process, so %s may be in use", target);
		(void)err_hint(e, "run passthru as root, outside containers");
	}
	return 0;
}

static int viable_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	char path[SYS_PATH];
	int r = s->ops->group_viable(s, sys_path(path, "dev/vfio/%s", target));

	(void)mem;
	if (r == -EBUSY)
		r = 1; /* a guest has it already, so it was viable */
	if (r < 0)
		return err_set(e, r, "cannot ask the kernel about group %s: %s", target, strerror(-r));
	ret->flag = r == 1;
	if (r == 0)
		(void)err_set(e, -EPERM, "the kernel says that IOMMU group %s is not viable: a member is on another driver", target);
	return 0;
}

static int node_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	(void)mem;
	ret->flag = s->ops->exists(s, target + 1) == 1;
	if (!ret->flag)
		(void)err_set(e, -ENOENT, "%s did not appear", target);
	return 0;
}

/* ---- the table ---- */

struct kind_ops {
	int (*get)(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
	int (*set)(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);
	bool (*between)(const struct step *move, const struct value *now);
};

static const struct kind_ops kinds[] = {
    [KIND_BINDING] = {binding_get, binding_set, binding_between},
    [KIND_MODULE] = {module_get, module_set, never_between},
    [KIND_RESET] = {reset_get, reset_set, never_between},
    [KIND_UNIT] = {unit_get, unit_set, never_between},
    [KIND_HUGEPAGES] = {hugepages_get, hugepages_set, hugepages_between},
    [KIND_DEPENDANT] = {module_get, dependant_set, never_between},
    [KIND_CONSOLE] = {console_get, console_set, never_between},
    [KIND_FRAMEBUFFER] = {framebuffer_get, framebuffer_set, never_between},
    [KIND_INTERFACE] = {interface_get, interface_set, never_between},
    [KIND_PROCESS] = {process_get, process_set, never_between},
    [KIND_ACCESS] = {access_get, access_set, access_between},
    [KIND_FILE] = {file_get, file_set, never_between},
    [KIND_WORD] = {word_get, word_set, never_between},
    [KIND_SETTING] = {setting_get, setting_set, setting_between},
    [KIND_IDENTITY] = {identity_get, NULL, NULL},
    [KIND_USES] = {uses_get, NULL, NULL},
    [KIND_UNHELD] = {unheld_get, NULL, NULL},
    [KIND_VIABLE] = {viable_get, NULL, NULL},
    [KIND_NODE] = {node_get, NULL, NULL},
    [KIND_UNUSED] = {unused_get, NULL, NULL},
    [KIND_GENERATED] = {generated_get, NULL, NULL},
    [KIND_IMAGE] = {image_get, NULL, NULL},
};
static_assert(ARRAY_LEN(kinds) == KINDS, "every kind can be carried out");

int move_state(struct sys *s, struct arena *mem, const struct step *move, struct value *ret_now, struct err *e)
{
	int r = kinds[move->kind].get(s, mem, move->target, ret_now, e);

	if (r == -ENODEV)
		return STATE_GONE;
	if (r < 0)
		return r;
	if (move->kind == KIND_ACCESS && access_is_gone(move, ret_now))
		return STATE_GONE;
	if (value_equal(move->kind, ret_now, &move->want))
		return STATE_WANT;
	if (value_equal(move->kind, ret_now, &move->have))
		return STATE_HAVE;
	return kinds[move->kind].between(move, ret_now) ? STATE_BETWEEN : STATE_FOREIGN;
}

int move_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	struct value now = {0};
	int r = kinds[move->kind].set(s, mem, move, from, e);

	if (r < 0)
		return r;
	r = kinds[move->kind].get(s, mem, move->target, &now, e);
	if (r < 0)
		return r;
	/* A module that something else came to use stays loaded, a console has nothing to be drawn on where no picture came
	 * back; everything else must be as wanted. */
	if (value_equal(move->kind, &now, &move->want) || (move->kind == KIND_MODULE && !move->want.flag) ||
	    (move->kind == KIND_CONSOLE && move->want.flag) ||
	    (move->kind == KIND_RESET && is_same_reset(mem, &now, &move->want)))
		return 0;
	(void)err_set(e, -EIO, "%s is %s after all writes succeeded, not %s", move->target,
	    value_describe(mem, move->kind, &now), value_describe(mem, move->kind, &move->want));
	if (kind_is_lasting(move->kind))
		return -EIO;
	return err_hint(e, "journalctl -k (or dmesg) says why the driver refused it");
}

static const char *describe_wait(struct arena *mem, const struct step *step)
{
	return arena_printf(mem, "%s to be %s", step->target, value_describe(mem, step->kind, &step->want));
}

/* A use that ended since, by our own steps too, is no reason to stop. */
static bool holds(const struct step *step, const struct value *now)
{
	if (step->kind == KIND_USES)
		return uses_are_within(now->text, step->want.text);
	return value_equal(step->kind, now, &step->want);
}

int condition_check(struct sys *s, struct arena *mem, const struct step *step, struct err *e)
{
	const unsigned poll_ms = step->kind == KIND_UNUSED ? AWAIT_UNUSED_POLL_MS : AWAIT_POLL_MS;
	int64_t start = s->ops->now_ms(s), told = 0;

	for (;;) {
		struct value now = {0};
		struct err why = {0};
		int64_t waited;
		int r = kinds[step->kind].get(s, mem, step->target, &now, &why);

		if (r == 0 && holds(step, &now))
			return 0;
		waited = s->ops->now_ms(s) - start;
		if (step->type == STEP_AWAIT && waited >= 2000 && waited / 1000 != told && s->waiting) {
			told = waited / 1000;
			s->waiting(s->waiting_data, describe_wait(mem, step), (unsigned)told, step->limit_ms / 1000);
		}
		if (r < 0 || step->type != STEP_AWAIT || waited >= step->limit_ms ||
		    s->ops->sleep_ms(s, poll_ms) < 0) {
			if (why.code == 0)
				(void)err_set(&why, -ESTALE, "%s is now %s, not %s", step->target,
				    value_describe(mem, step->kind, &now), value_describe(mem, step->kind, &step->want));
			if (e)
				*e = why;
			return why.code;
		}
	}
}
