/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: the group, what shares it, and who has it open. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/guards.h"
#include "judge/slots.h"
#include "judge/verdict.h"

static const char *members_file(const struct check_context *c)
{
	return arena_printf(c->mem, "/sys/kernel/iommu_groups/%d/devices", c->f->group);
}

/* A function that is in no group has no strangers in it; one whose group is not known may. */
static struct check_result without_group(const struct check_context *c)
{
	return c->f->group == GROUP_NONE ? check_ok(check_file(c, "iommu_group"), NULL) : check_unread(c, check_file(c, "iommu_group"));
}

static struct check_result ask_viable(const struct check_context *c)
{
	const struct host *h = c->all->h;
	const char *text = NULL;
	enum tri viable = c->group ? judge_group_viable(h, c->group) : TRI_UNKNOWN;
	struct check_result r;

	if (!c->group)
		return without_group(c);
	if (viable != TRI_NO)
		return viable == TRI_YES ? check_ok(members_file(c), NULL) : check_unknown("which drivers its group's members have is not known", members_file(c));
	for (size_t i = 0; i < c->group->n_functions; i++) {
		const struct pci_function *m = &h->functions[c->group->functions[i]];

		if (judge_member_viable(h, m) == TRI_NO)
			text = arena_printf(c->mem, "%s%s%s (%s)", text ? text : "", text ? ", " : "", m->name, m->driver ? m->driver : "?");
	}
	for (size_t i = 0; i < c->group->n_others; i++)
		if (c->group->others[i].has_driver == TRI_YES && !judge_driver_leaves_dma(c->group->others[i].driver))
			text = arena_printf(c->mem, "%s%s%s (%s)", text ? text : "", text ? ", " : "", c->group->others[i].name,
			    c->group->others[i].driver ? c->group->others[i].driver : "?");
	r = check_bad(arena_printf(c->mem, "group %d is not viable: %s on a driver of the host", c->group->number, text ? text : "a member"), members_file(c), text);
	r.mend = check_slot_mend(c);
	if (!r.mend)
		r.mend = check_bind_mend(c);
	return r;
}

static struct check_result ask_companions(const struct check_context *c)
{
	const struct host *h = c->all->h;

	for (size_t i = 0; i < c->verdict->n_companions; i++) {
		const struct pci_function *m = &h->functions[c->verdict->companions[i]];

		if (!check_has_vfio(c) || !pci_addr_same_slot(m->addr, c->f->addr))
			continue;
		if (m->has_driver == TRI_UNKNOWN)
			return check_unread(c, arena_printf(c->mem, "/sys/bus/pci/devices/%s/driver", m->name));
		if (m->has_driver == TRI_YES && !judge_driver_leaves_dma(m->driver)) {
			struct check_result r = check_bad(arena_printf(c->mem, "%s is on %s, and %s of the same card still on %s", c->f->name, c->f->driver, m->name, m->driver),
			    arena_printf(c->mem, "/sys/bus/pci/devices/%s/driver", m->name), m->driver);

			r.mend = check_bind_mend(c);
			return r;
		}
	}
	return check_ok(members_file(c), NULL);
}

/* A switch or an override is no answer to strangers; another slot is. */
const char *check_slot_mend(const struct check_context *c)
{
	struct free_slot *slots;

	if (!c->verdict || !judge_wants_slot(c->all->h, c->f, c->verdict) || judge_free_slots(c->mem, c->all->h, &slots) == 0)
		return NULL;
	return arena_printf(c->mem, "move the card below root port %s: nothing is there, and its IOMMU group holds nothing else", free_slot_words(c->mem, c->all->h, &slots[0]));
}

/* What blocks its group, mended by another slot where there is one. */
static struct check_result blocked_group(const struct check_context *c, const char *text, const char *file, const char *value)
{
	struct check_result r = check_bad(text, file, value);

	r.mend = check_slot_mend(c);
	return r;
}

static struct check_result ask_strangers(const struct check_context *c)
{
	const char *text = NULL;

	if (!c->group)
		return without_group(c);
	for (size_t i = 0; i < c->verdict->n_blockers; i++)
		if (c->verdict->blockers[i].reason == BLOCK_STRANGER || c->verdict->blockers[i].reason == BLOCK_OTHER)
			text = arena_printf(c->mem, "%s%s%s", text ? text : "", text ? ", " : "", c->verdict->blockers[i].name);
	return text ? blocked_group(c, arena_printf(c->mem, "group %d also holds what is not part of this card: %s", c->group->number, text), members_file(c), text)
		    : check_ok(members_file(c), NULL);
}

static struct check_result ask_shpchp(const struct check_context *c)
{
	const struct host *h = c->all->h;

	if (!c->group)
		return without_group(c);
	for (size_t i = 0; i < c->group->n_functions; i++) {
		const struct pci_function *m = &h->functions[c->group->functions[i]];
		struct check_result r;

		if (!function_is_bridge(m) || m->has_driver == TRI_NO)
			continue;
		if (m->has_driver == TRI_UNKNOWN)
			return check_unread(c, arena_printf(c->mem, "/sys/bus/pci/devices/%s/driver", m->name));
		if (judge_member_viable(h, m) == TRI_NO) {
			r = check_bad(arena_printf(c->mem, "the bridge %s of its group is on %s, which does not leave the group to VFIO", m->name, m->driver),
			    arena_printf(c->mem, "/sys/bus/pci/devices/%s/driver", m->name), m->driver);
			r.mend = arena_printf(c->mem, "keep %s off that bridge: %s.blacklist=1 or module_blacklist=%s among the kernel's words", m->driver, m->driver, m->driver);
			return r;
		}
	}
	return check_ok(members_file(c), NULL);
}

/* Behind a bridge to conventional PCI all are one: the bridge speaks for them (drivers/pci/search.c,
 * pci_for_each_dma_alias). */
static struct check_result ask_alias(const struct check_context *c)
{
	const struct host *h = c->all->h;
	int at = c->f->parent;

	for (size_t steps = 0; at >= 0 && steps < h->n_functions; steps++) {
		const struct pci_function *bridge = &h->functions[at];
		const char *file = arena_printf(c->mem, "/sys/bus/pci/devices/%s/config", bridge->name);

		if (!bridge->config || bridge->config->kind == PORT_UNKNOWN)
			return check_unread(c, file);
		if (bridge->config->kind == PORT_CONVENTIONAL)
			return check_bad(arena_printf(c->mem, "it hangs behind the bridge %s to conventional PCI: all that does is one to the IOMMU", bridge->name), file, bridge->name);
		at = bridge->parent;
	}
	return at == PARENT_UNKNOWN ? check_unread(c, arena_printf(c->mem, "/sys/bus/pci/devices/%s", c->f->name))
				    : check_ok(arena_printf(c->mem, "/sys/bus/pci/devices/%s", c->f->name), NULL);
}

/* ---- what the host would lose ---- */

static struct check_result guards_of(const struct check_context *c, const struct pci_function *f, bool *ret_is_blind)
{
	int *going = arena_alloc(c->mem, (c->verdict->n_companions + 1) * sizeof(*going));
	struct guard *guards;
	size_t n;

	going[0] = host_index(c->all->h, c->f);
	for (size_t i = 0; i < c->verdict->n_companions; i++)
		going[i + 1] = c->verdict->companions[i];
	n = judge_guards(c->mem, c->all->h, f, going, c->verdict->n_companions + 1, &guards);
	for (size_t i = 0; i < n; i++) {
		*ret_is_blind = *ret_is_blind || guards[i].id == GUARD_UNKNOWN;
		if (guards[i].id == GUARD_SYSTEM_DISK || guards[i].id == GUARD_STORAGE || guards[i].id == GUARD_NETWORK ||
		    guards[i].id == GUARD_SESSION || guards[i].id == GUARD_KEYBOARD)
			return check_bad(arena_printf(c->mem, "%s: %s", f->name, guards[i].text), guards[i].evidence, guard_id_name(guards[i].id));
	}
	return check_ok(NULL, NULL);
}

static struct check_result ask_critical(const struct check_context *c)
{
	bool is_blind = c->all->h->seen_areas == 0;

	if (!c->group)
		return without_group(c);
	for (size_t i = 0; i < c->group->n_functions; i++) {
		const struct pci_function *m = &c->all->h->functions[c->group->functions[i]];
		struct check_result r;

		if (m == c->f || function_is_bridge(m))
			continue;
		r = guards_of(c, m, &is_blind);
		if (r.answer == CHECK_BAD) {
			r.text = arena_printf(c->mem, "the host needs what shares its group: %s", r.text);
			r.mend = check_slot_mend(c);
			return r;
		}
	}
	/* Alone in its group there is nothing to see. */
	return is_blind && c->group->n_functions > 1 ? check_unknown("what its group's members are used for cannot be seen", members_file(c))
						      : check_ok(members_file(c), NULL);
}

static struct check_result ask_used(const struct check_context *c)
{
	bool is_blind = c->all->h->seen_areas == 0;
	struct check_result r = guards_of(c, c->f, &is_blind);

	if (r.answer == CHECK_BAD)
		r.mend = "use another device for it first; passthru bind names each word that overrides a guard";
	return r.answer == CHECK_OK && is_blind ? check_unknown("what it is used for cannot all be seen", NULL) : r;
}

/* ---- holders ---- */

static bool is_node_of(const struct holder *h, const char *prefix)
{
	return h->kind == HOLDER_PROCESS && str_starts(h->file, prefix);
}

static bool is_mine(const struct check_context *c, const struct holder *h)
{
	return pci_addr_cmp(h->addr, c->f->addr) == 0;
}

static struct check_result held_by(const struct check_context *c, const char *const *prefixes, const char *what)
{
	const struct holders *all = c->all->holders;

	for (size_t i = 0; all && i < all->n; i++)
		for (size_t k = 0; prefixes[k]; k++)
			if (is_mine(c, &all->items[i]) && is_node_of(&all->items[i], prefixes[k])) {
				struct check_result r = check_bad(arena_printf(c->mem, "%s: %s", what, holder_describe(c->mem, &all->items[i])),
				    arena_printf(c->mem, "/proc/%d/fd", all->items[i].pid), all->items[i].file);

				r.mend = arena_printf(c->mem, "end it, or let passthru do so: passthru bind %s --stop-holders; passthru holders %s lists all", c->f->name, c->f->name);
				return r;
			}
	if (!all || !all->is_complete)
		return check_unknown(all ? "not all processes can be looked at: run as root" : "processes were not looked at", "/proc");
	return check_ok("/proc", NULL);
}

static struct check_result ask_vm_holds(const struct check_context *c)
{
	static const char *const nodes[] = {"/dev/vfio/", "anon_inode:[vfio-device]", NULL};
	struct check_result r = held_by(c, nodes, "it is in use by a virtual machine or another user of VFIO");

	if (r.answer == CHECK_BAD)
		r.mend = "shut that machine down (not kill -9); a device belongs to one at a time";
	return r;
}

/* The same, seen from the group: another member of it may be open. */
static struct check_result ask_group_busy(const struct check_context *c)
{
	const struct holders *all = c->all->holders;

	for (size_t i = 0; all && c->group && i < all->n; i++) {
		const struct pci_function *other = host_find(c->all->h, all->items[i].addr);

		if (other && other->group == c->f->group && is_node_of(&all->items[i], "/dev/vfio/"))
			return check_bad(arena_printf(c->mem, "group %d is open: %s", c->group->number, holder_describe(c->mem, &all->items[i])),
			    arena_printf(c->mem, "/proc/%d/fd", all->items[i].pid), all->items[i].file);
	}
	if (!c->group)
		return without_group(c);
	if (!c->f->vfio_node && c->f->has_driver != TRI_UNKNOWN && judge_group_viable(c->all->h, c->group) == TRI_NO)
		return check_ok(members_file(c), "nobody can have it open");
	return !all || !all->is_complete ? check_unknown("not all processes can be looked at", "/proc") : check_ok("/proc", NULL);
}

/* What only a driver of the host makes nodes for. */
static struct check_result host_held_by(const struct check_context *c, const char *const *prefixes, const char *what)
{
	return check_has_vfio(c) || c->f->has_driver == TRI_NO ? check_ok(check_file(c, "driver"), c->f->driver) : held_by(c, prefixes, what);
}

static struct check_result ask_nvidia_holders(const struct check_context *c)
{
	static const char *const nodes[] = {"/dev/nvidia", NULL};

	return c->f->has_driver == TRI_YES && !str_starts(c->f->driver, "nvidia")
	    ? check_ok(check_file(c, "driver"), c->f->driver)
	    : host_held_by(c, nodes, "a process has NVIDIA's driver open");
}

static struct check_result ask_drm_holders(const struct check_context *c)
{
	static const char *const nodes[] = {"/dev/dri/", "/dev/kfd", NULL};

	return host_held_by(c, nodes, "a process draws or computes on it");
}

static struct check_result ask_sound_holders(const struct check_context *c)
{
	static const char *const nodes[] = {"/dev/snd/", NULL};

	return host_held_by(c, nodes, "a sound server has it open");
}

static struct check_result ask_persistence(const struct check_context *c)
{
	static const char *const daemons[] = {"nvidia-persiste", "nvidia-powerd", "nv-hostengine", "nvidia-fabricma", "nvidia-topologyd"};
	const struct holders *all = c->all->holders;

	if (c->f->has_driver == TRI_NO || (c->f->has_driver == TRI_YES && !str_starts(c->f->driver, "nvidia")))
		return check_ok(check_file(c, "driver"), c->f->driver);
	for (size_t i = 0; all && i < all->n; i++)
		for (size_t k = 0; k < ARRAY_LEN(daemons); k++)
			if (all->items[i].kind == HOLDER_PROCESS && is_mine(c, &all->items[i]) && all->items[i].command &&
			    str_starts(all->items[i].command, daemons[k])) {
				struct check_result r = check_bad(arena_printf(c->mem, "a daemon of NVIDIA keeps the driver in use: %s", holder_describe(c->mem, &all->items[i])),
				    arena_printf(c->mem, "/proc/%d/comm", all->items[i].pid), all->items[i].command);

				r.mend = arena_printf(c->mem, "passthru bind %s --stop-holders stops its service", c->f->name);
				return r;
			}
	return !all || !all->is_complete ? check_unknown("not all processes can be looked at", "/proc") : check_ok("/proc", NULL);
}

static struct check_result ask_invisible(const struct check_context *c)
{
	if (!c->all->holders)
		return check_unknown("processes were not looked at", "/proc");
	return c->all->holders->is_complete ? check_ok("/proc", NULL)
					     : check_bad("who has it open cannot all be seen: without root, or inside a container", "/proc", NULL);
}

static struct check_result ask_stuck(const struct check_context *c)
{
	return c->f->is_busy ? check_bad("a write to it has not come back from the kernel: nothing else can be done with it until it does",
				   arena_printf(c->mem, "/sys/bus/pci/devices/%s", c->f->name), NULL)
			     : check_ok(arena_printf(c->mem, "/sys/bus/pci/devices/%s", c->f->name), NULL);
}

static struct check_result ask_layout(const struct check_context *c)
{
	if (c->all->has_claims != TRI_YES)
		return check_unread(c, "/etc/passthru/claims.d");
	return c->all->lost_claim ? check_bad(c->all->lost_claim, "/etc/passthru/claims.d", NULL) : check_ok("/etc/passthru/claims.d", NULL);
}

const struct check checks_group[] = {
    {"group-layout-changed", 0, "/etc/passthru/claims.d; the port paths and ids of all functions", "every saved claim means a device", ask_layout},
    {"sysfs-writer-stuck", CHECK_DEVICE, "passthru's own lock of the function", "no write to it is stuck", ask_stuck},
    {"host-critical-device-in-group", CHECK_DEVICE | CHECK_GROUP, "/sys/kernel/iommu_groups/<group>/devices; mounts, swaps, routes, sessions, input",
	"the host needs nothing else in its group", ask_critical},
    {"host-uses-device", CHECK_DEVICE | CHECK_MEANT, "mounts, swaps, routes, sessions, input", "the host does not live on it", ask_used},
    {"acs-missing-on-port", CHECK_DEVICE | CHECK_GROUP, "/sys/kernel/iommu_groups/<group>/devices", "its group holds nothing but the card", ask_strangers},
    {"shpchp-on-bridge", CHECK_DEVICE | CHECK_GROUP, "/sys/kernel/iommu_groups/<group>/devices/*/driver", "the bridges of its group are on pcieport, or on none", ask_shpchp},
    {"pcie-to-pci-bridge-alias", CHECK_DEVICE, "/sys/bus/pci/devices/<function>: the bridges above it; their …/config", "no bridge above it speaks for it", ask_alias},
    {"group-busy", CHECK_DEVICE | CHECK_MEANT | CHECK_GROUP, "/proc/*/fd", "nobody has its group open", ask_group_busy},
    {"vm-holds-device", CHECK_DEVICE | CHECK_MEANT, "/proc/*/fd", "no virtual machine has it", ask_vm_holds},
    {"nvidia-persistence", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/proc/*/comm; /proc/*/fd", "no daemon of NVIDIA keeps it", ask_persistence},
    {"nvidia-holders", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/proc/*/fd; /proc/*/maps", "no process has NVIDIA's driver open", ask_nvidia_holders},
    {"drm-holders", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/proc/*/fd", "no process draws on it", ask_drm_holders},
    {"snd-hda-holders", CHECK_DEVICE | CHECK_MEANT, "/proc/*/fd", "no sound server has it", ask_sound_holders},
    {"holder-invisible", CHECK_DEVICE | CHECK_MEANT, "/proc", "all processes can be looked at", ask_invisible},
    {"companion-function-unbound", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/driver of all functions of the card",
	"no function of the card is left behind", ask_companions},
    {"group-not-viable", CHECK_DEVICE | CHECK_MEANT | CHECK_GROUP, "/sys/kernel/iommu_groups/<group>/devices/*/driver", "the kernel would give its group to VFIO", ask_viable},
};
const size_t n_checks_group = ARRAY_LEN(checks_group);
