/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: what is well, though it is often taken for a fault; and what is good to know of a device. They are never bad. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "text/kernel_cmdline.h"

static struct check_result note(const char *text, const char *file, const char *value)
{
	return (struct check_result){.answer = CHECK_OK, .text = text, .file = file, .value = value};
}

static struct check_result ask_passthrough(const struct check_context *c)
{
	static const char folder[] = "/sys/kernel/iommu_groups";
	const struct boot_iommu *i = c->all->boot ? &c->all->boot->iommu : NULL;
	struct kernel_cmdline k;

	if (!i || i->has_list == TRI_UNKNOWN)
		return check_unread(c, folder);
	for (size_t n = 0; n < i->n_types; n++)
		if (str_eq(i->types[n].type, "identity"))
			return note("groups are of type identity, which is how drivers of the host use them: VFIO attaches a domain of its own, whatever the type",
			    folder, arena_printf(c->mem, "identity: %zu", i->types[n].n_groups));
	if (check_words(c, &k) && kernel_cmdline_last(&k, "iommu") && str_eq(kernel_cmdline_last(&k, "iommu")->value, "pt"))
		return note("iommu=pt is there, and not needed for VFIO: it spares drivers of the host the translation", "/proc/cmdline", "iommu=pt");
	return check_ok(folder, NULL);
}

static struct check_result ask_noiommu_built(const struct check_context *c)
{
	const struct fact *vfio = fact_of(c->facts, FACT_VFIO), *mode = fact_of(c->facts, FACT_NOIOMMU_MODE);

	if (vfio->is_there == TRI_UNKNOWN)
		return check_unread(c, vfio->file);
	return vfio->is_there == TRI_YES && mode->is_there == TRI_NO
	    ? note("this kernel's VFIO has no no-IOMMU mode: where its parameter is asked for, the IOMMU is what is missing", mode->file, "not there")
	    : check_ok(vfio->file, NULL);
}

static struct check_result ask_bridge_in_group(const struct check_context *c)
{
	const struct host *h = c->all->h;
	const char *file = arena_printf(c->mem, "/sys/kernel/iommu_groups/%d/devices", c->f->group);

	if (!c->group)
		return c->f->group == GROUP_NONE ? check_ok(check_file(c, "iommu_group"), NULL) : check_unread(c, check_file(c, "iommu_group"));
	for (size_t i = 0; i < c->group->n_functions; i++) {
		const struct pci_function *m = &h->functions[c->group->functions[i]];

		if (m != c->f && function_is_bridge(m) && (m->has_driver == TRI_NO || str_eq(m->driver, "pcieport")))
			return note(arena_printf(c->mem, "the bridge %s of its group stays with the host, and is in nobody's way there", m->name), file, m->name);
	}
	return check_ok(file, NULL);
}

static struct check_result ask_idle(const struct check_context *c)
{
	const struct fact *state = c->d ? &c->d->facts[DEVICE_POWER_STATE] : NULL;

	if (!check_has_vfio(c))
		return c->f->has_driver == TRI_UNKNOWN ? check_unread(c, check_file(c, "driver")) : check_ok(check_file(c, "driver"), c->f->driver);
	if (!state || (state->is_there != TRI_NO && !state->text))
		return check_unread(c, check_file(c, "power_state"));
	return str_eq(state->text, "D3hot") && str_eq(c->d->facts[DEVICE_RUNTIME].text, "suspended")
	    ? note("nobody has it open, so vfio-pci lets it sleep: it wakes up when it is opened", state->file, state->text)
	    : check_ok(state->file, state->text);
}

static struct check_result ask_node(const struct check_context *c)
{
	const struct fact *nodes = fact_of(c->facts, FACT_NODES);
	const char *node = check_attribute(c, ATTR_NUMA_NODE), *file = check_file(c, "numa_node");

	if (nodes->is_there == TRI_NO || (nodes->text && !strpbrk(nodes->text, "-,")))
		return check_ok(nodes->file, nodes->text);
	if (!nodes->text || !node)
		return check_unread(c, nodes->text ? file : nodes->file);
	return *node == '-' ? check_ok(file, node)
			    : note(arena_printf(c->mem, "it hangs on node %s of several: memory and processors of a guest are nearest there", node), file, node);
}

/* ---- regions that can have another size ---- */

struct size_range {
	unsigned region;
	uint64_t now, most;
};

/* The first region that could be larger. false: there is none; *ret_is_known: and that is known. */
static bool find_larger(const struct check_context *c, struct size_range *ret, bool *ret_is_known)
{
	*ret_is_known = c->d != NULL;
	for (unsigned i = 0; c->d && i < REGION_ROM; i++) {
		const struct fact *f = &c->d->sizes[i];
		uint64_t bits, most = 0;
		struct region r;

		if (f->is_there == TRI_NO)
			continue;
		if (!f->text || !str_sysfs_hex(f->text, UINT64_MAX, &bits) || !region_of(c->d, i, &r)) {
			*ret_is_known = false;
			continue;
		}
		/* Bit 43 is 8 EiB, the last of the capability. */
		for (unsigned bit = 0; bit <= 43; bit++)
			if (bits >> bit & 1)
				most = UINT64_C(1) << (bit + 20);
		*ret = (struct size_range){i, r.end > r.start ? r.end - r.start + 1 : 0, most};
		if (ret->now > 0 && ret->most > ret->now)
			return true;
	}
	return false;
}

static const char *size_text(struct arena *mem, uint64_t bytes)
{
	return bytes >> 30 ? arena_printf(mem, "%llu GiB", (unsigned long long)(bytes >> 30)) : arena_printf(mem, "%llu MiB", (unsigned long long)(bytes >> 20));
}

static struct check_result ask_larger(const struct check_context *c)
{
	const char *file = check_file(c, "resource");
	struct size_range s;
	bool is_known;

	if (find_larger(c, &s, &is_known))
		return note(arena_printf(c->mem, "region %u has %s and could have %s: a guest sees it as large as it is when the guest starts, and cannot change it",
				s.region, size_text(c->mem, s.now), size_text(c->mem, s.most)),
		    c->d->sizes[s.region].file, c->d->sizes[s.region].text);
	return is_known ? check_ok(file, NULL) : check_unread(c, file);
}

static struct check_result ask_resize(const struct check_context *c)
{
	const char *file = check_file(c, "driver");
	struct size_range s;
	bool is_known;

	if (!find_larger(c, &s, &is_known))
		return is_known ? check_ok(check_file(c, "resource"), NULL) : check_unread(c, check_file(c, "resource"));
	if (c->f->has_driver == TRI_UNKNOWN)
		return check_unread(c, file);
	return c->f->has_driver == TRI_YES
	    ? note(arena_printf(c->mem, "region %u could be larger; while %s has the device, the kernel answers \"busy\" to who wants to change that", s.region, c->f->driver), file, c->f->driver)
	    : check_ok(file, NULL);
}

const struct check checks_notes[] = {
    {"iommu-pt-not-required", CHECK_FINE, "/sys/kernel/iommu_groups/*/type; /proc/cmdline", "the type of groups is of no matter to VFIO", ask_passthrough},
    {"noiommu-not-built", CHECK_FINE, "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "VFIO's no-IOMMU mode is there to be left off", ask_noiommu_built},
    {"bridge-in-group-ok", CHECK_DEVICE | CHECK_GROUP | CHECK_FINE, "/sys/kernel/iommu_groups/<group>/devices/*/{class,driver}", "no bridge is in its group", ask_bridge_in_group},
    {"idle-d3-info", CHECK_DEVICE | CHECK_FINE, "/sys/bus/pci/devices/<function>/{driver,power_state,power/runtime_status}", "it does not sleep, or is the host's", ask_idle},
    {"numa-mismatch", CHECK_DEVICE | CHECK_FINE, "/sys/bus/pci/devices/<function>/numa_node; /sys/devices/system/node/online", "there is one node, or none that is nearer", ask_node},
    {"rebar-guest", CHECK_DEVICE | CHECK_FINE, "/sys/bus/pci/devices/<function>/resource{0…5}_resize; …/resource", "none of its regions could be larger", ask_larger},
    {"bar-resize-ebusy", CHECK_DEVICE | CHECK_FINE, "/sys/bus/pci/devices/<function>/resource{0…5}_resize; …/driver", "no driver keeps a region from being made larger", ask_resize},
};
const size_t n_checks_notes = ARRAY_LEN(checks_notes);
