/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/verdict.h"

#include <string.h>

#include "base/str.h"
#include "judge/reset.h"

enum {
	VENDOR_AMD = 0x1022, /* processors and chipsets; graphics are 1002 */
	VENDOR_INTEL = 0x8086,
	VENDOR_NVIDIA = 0x10de,
};

/* ---- drivers ---- */

/* vfio-pci and its variants, which are all called so (drivers/vfio/pci/: mlx5_vfio_pci, nvgrace_gpu_vfio_pci, …);
 * nvidia-vgpu-vfio is NVIDIA's own for virtual functions. */
bool judge_is_vfio_driver(const char *driver)
{
	static const char suffix[] = "vfio-pci";
	size_t length = driver ? strlen(driver) : 0;

	if (length >= sizeof(suffix) - 1 && str_same_module(driver + length - (sizeof(suffix) - 1), suffix))
		return true;
	return str_eq(driver, "nvidia-vgpu-vfio");
}

bool judge_driver_leaves_dma(const char *driver)
{
	/* .driver_managed_dma = true: drivers/pci/pci-stub.c, drivers/pci/pcie/portdrv.c, VFIO's own. */
	return judge_is_vfio_driver(driver) || str_eq(driver, "pci-stub") || str_eq(driver, "pcieport") ||
	    str_eq(driver, "vfio-platform") || str_eq(driver, "vfio-amba");
}

static bool kernel_is_before(const struct host *h, unsigned major, unsigned minor)
{
	if (h->kernel_major == 0)
		return false;
	return h->kernel_major < major || (h->kernel_major == major && h->kernel_minor < minor);
}

/* A driver of any kind on a bridge was no obstacle before DMA ownership came (5.19); a host bridge has a type 0 header
 * and was none. */
enum tri judge_member_viable(const struct host *h, const struct pci_function *f)
{
	if (f->has_driver != TRI_YES)
		return f->has_driver == TRI_NO ? TRI_YES : TRI_UNKNOWN;
	if (kernel_is_before(h, 5, 19) && function_is_bridge(f) && function_class(f) != 0x0600)
		return TRI_YES;
	return tri_from(judge_driver_leaves_dma(f->driver));
}

enum tri judge_group_viable(const struct host *h, const struct iommu_group *g)
{
	enum tri answer = TRI_YES;

	for (size_t i = 0; i < g->n_functions; i++) {
		enum tri one = judge_member_viable(h, &h->functions[g->functions[i]]);

		if (one == TRI_NO)
			return TRI_NO;
		if (one == TRI_UNKNOWN)
			answer = TRI_UNKNOWN;
	}
	for (size_t i = 0; i < g->n_others; i++) {
		if (g->others[i].has_driver == TRI_YES && !judge_driver_leaves_dma(g->others[i].driver))
			return TRI_NO;
		if (g->others[i].has_driver == TRI_UNKNOWN)
			answer = TRI_UNKNOWN;
	}
	return answer;
}

/* ---- cards ---- */

static unsigned base_class(const struct pci_function *f)
{
	return f->has_class ? f->class_code >> 16 : 0;
}

/* Functions on a root bus are parts of the processor or chipset that merely share a number. Where the
 * tree does not show the way up: bus 0 is a root bus, and so is one with a host bridge on it. */
static bool is_on_root_bus(const struct host *h, const struct pci_function *f)
{
	if (f->parent != PARENT_UNKNOWN)
		return f->parent == PARENT_NONE;
	if (f->addr.bus == 0)
		return true;
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *other = &h->functions[i];

		if (other->addr.domain == f->addr.domain && other->addr.bus == f->addr.bus && other->has_class &&
		    function_class(other) == 0x0600)
			return true;
	}
	return false;
}

/* AMD's own functions (PSP, USB, sensor hub, SATA) share a slot with the integrated GPU, or with each
 * other in a chipset. Their audio parts belong to the GPU's sound and go along. */
static bool is_platform_function(const struct pci_function *f)
{
	return f->has_ids && f->vendor == VENDOR_AMD && base_class(f) != 0x04;
}

/* The kernel links a GPU and the functions that live on its power (drivers/pci/quirks.c, quirk_gpu_hda
 * and its like). Thunderbolt links controllers of the chipset too; those make no card. */
static bool is_linked(const struct host *h, const struct pci_function *f, const struct pci_function *other)
{
	if (is_on_root_bus(h, f) && is_on_root_bus(h, other) && !function_is_display(f) && !function_is_display(other))
		return false;
	for (size_t i = 0; i < f->n_linked; i++)
		if (f->linked[i] == host_index(h, other))
			return true;
	return false;
}

/* NVSwitches are one fabric: none of them works for a guest while another is the host's. */
static bool is_nvswitch(const struct pci_function *f)
{
	return f->has_class && function_class(f) == 0x0680 && f->has_ids && f->vendor == VENDOR_NVIDIA;
}

static bool is_in_same_group(const struct pci_function *f, const struct pci_function *other)
{
	return f->group >= 0 && f->group == other->group;
}

/* Processors and chipsets number their parts there as they like; a virtual machine hangs whole cards there. */
static bool are_one_card_on_root_bus(const struct pci_function *f, const struct pci_function *other)
{
	if (function_is_display(f) && function_is_display(other))
		return true;
	if (!function_is_display(f) && !function_is_display(other))
		return false;
	return f->has_ids && other->has_ids && f->vendor == other->vendor && f->vendor != VENDOR_AMD &&
	    f->vendor != VENDOR_INTEL;
}

bool judge_same_card(const struct host *h, const struct pci_function *f, const struct pci_function *other)
{
	if (f == other)
		return true;
	if (f->is_vf == TRI_YES || other->is_vf == TRI_YES)
		return false;
	if (function_is_bridge(f) || function_is_bridge(other))
		return false;
	if (is_linked(h, f, other) || is_linked(h, other, f))
		return true;
	if (is_nvswitch(f) && is_nvswitch(other))
		return is_in_same_group(f, other);
	if (!pci_addr_same_slot(f->addr, other->addr))
		return false;
	if (is_on_root_bus(h, f))
		return are_one_card_on_root_bus(f, other);
	return !is_platform_function(f) && !is_platform_function(other);
}

/* ---- the verdict ---- */

struct building {
	struct arena *mem;
	const struct host *h;
	const struct pci_function *f;
	struct verdict v;
	int *companions, *bridges;
	struct blocker *blockers;
	struct note *notes;
};

static void add_companion(struct building *b, const struct pci_function *f)
{
	*ARENA_PUSH(b->mem, b->companions, b->v.n_companions) = host_index(b->h, f);
}

static void add_blocker(struct building *b, const char *name, int index, enum block_reason reason)
{
	*ARENA_PUSH(b->mem, b->blockers, b->v.n_blockers) = (struct blocker){name, index, reason};
}

static void add_note(struct building *b, const char *id, const char *text, const char *evidence)
{
	*ARENA_PUSH(b->mem, b->notes, b->v.n_notes) = (struct note){id, text, evidence};
}

static void block_self(struct building *b, enum block_reason reason, const char *text, const char *evidence)
{
	add_blocker(b, b->f->name, host_index(b->h, b->f), reason);
	add_note(b, block_reason_name(reason), text, evidence);
}

static void sort_members(struct building *b, const struct iommu_group *g)
{
	for (size_t i = 0; i < g->n_functions; i++) {
		const struct pci_function *other = &b->h->functions[g->functions[i]];

		if (other == b->f)
			continue;
		if (function_is_bridge(other))
			*ARENA_PUSH(b->mem, b->bridges, b->v.n_bridges) = g->functions[i];
		else if (other->has_class && judge_same_card(b->h, b->f, other))
			add_companion(b, other);
		else
			add_blocker(b, other->name, g->functions[i], BLOCK_STRANGER);
	}
	for (size_t i = 0; i < g->n_others; i++)
		add_blocker(b, g->others[i].name, -1, BLOCK_OTHER);
}

/* Every endpoint of the group belongs to the card, and nothing but PCI functions is in it. */
static bool group_is_all_card(const struct building *b, const struct iommu_group *g)
{
	for (size_t i = 0; i < g->n_functions; i++) {
		const struct pci_function *other = &b->h->functions[g->functions[i]];

		if (!function_is_bridge(other) && !judge_same_card(b->h, b->f, other))
			return false;
	}
	return g->n_others == 0;
}

/* What may be part of f's card: the slot's functions, which lie side by side, and those linked to it. */
static size_t find_relatives(struct arena *mem, const struct host *h, const struct pci_function *f, const int **ret)
{
	int first = host_index(h, f), last = first;
	int *list = NULL;
	size_t n = 0;

	while (first > 0 && pci_addr_same_slot(h->functions[first - 1].addr, f->addr))
		first--;
	while ((size_t)last + 1 < h->n_functions && pci_addr_same_slot(h->functions[last + 1].addr, f->addr))
		last++;
	for (int i = first; i <= last; i++)
		if (&h->functions[i] != f)
			*ARENA_PUSH(mem, list, n) = i;
	for (size_t i = 0; i < f->n_linked; i++)
		if (!pci_addr_same_slot(h->functions[f->linked[i]].addr, f->addr))
			*ARENA_PUSH(mem, list, n) = f->linked[i];
	*ret = list;
	return n;
}

/* A graphics card wants its sound and USB functions beside it even where they have groups of their own;
 * a second port of a network card is somebody else's business. */
static bool card_reaches_over_groups(struct building *b, const struct pci_function *other)
{
	const struct host *h = b->h;
	const int *relatives;
	size_t n;

	if (is_linked(h, b->f, other))
		return true;
	if (b->f->vendor != other->vendor)
		return false;
	if (function_is_display(b->f))
		return true;
	n = find_relatives(b->mem, h, b->f, &relatives);
	for (size_t i = 0; i < n; i++) {
		const struct pci_function *f = &h->functions[relatives[i]];

		if (function_is_display(f) && f->vendor == b->f->vendor && judge_same_card(h, b->f, f))
			return true;
	}
	return false;
}

static void add_card_in_other_groups(struct building *b)
{
	const struct host *h = b->h;
	const int *relatives;
	size_t n = find_relatives(b->mem, h, b->f, &relatives);

	for (size_t i = 0; i < n; i++) {
		const struct pci_function *other = &h->functions[relatives[i]];
		const struct iommu_group *g;

		if (is_in_same_group(b->f, other) || !judge_same_card(h, b->f, other) ||
		    !card_reaches_over_groups(b, other))
			continue;
		g = other->group >= 0 ? host_group(h, other->group) : NULL;
		if (g && group_is_all_card(b, g))
			add_companion(b, other);
		else if (g)
			add_note(b, "companion-stays",
			    arena_printf(b->mem,
				"%s is part of the same card, but its IOMMU group %d holds other devices too: it stays with the host",
				other->name, other->group),
			    arena_printf(b->mem, "/sys/kernel/iommu_groups/%d/devices", other->group));
	}
}

static void note_bridges(struct building *b, const struct iommu_group *g)
{
	const char *evidence = arena_printf(b->mem, "/sys/kernel/iommu_groups/%d/devices", g->number);
	bool below = false;

	for (size_t i = 0; i < b->v.n_bridges; i++) {
		const struct pci_function *bridge = &b->h->functions[b->bridges[i]];

		if (function_class(bridge) != 0x0600)
			below = true;
	}
	if (below)
		add_note(b, "bridge-in-group",
		    "a bridge shares the group and stays with the host; isolation below that bridge is weaker: devices "
		    "under it can reach each other without passing the IOMMU",
		    evidence);
	else if (b->v.n_bridges > 0)
		add_note(b, "host-bridge-in-group", "a host bridge shares the group and stays with the host", evidence);
}

/* Said before the hand-over: a guest that gets a device in the state the last one left it may not start it. */
static void note_reset(struct building *b)
{
	struct reset_verdict reset = judge_reset(b->mem, b->h, b->f);
	const char *evidence = arena_printf(b->mem, "/sys/bus/pci/devices/%s/reset_method", b->f->name);

	if (reset.can_reset != TRI_NO)
		return;
	if (reset.bus_is_useless)
		add_note(b, "bus-reset-only",
		    "it can be reset only with its whole bus: a hypervisor does that when it has every function of the card; "
		    "a single function cannot be reset",
		    evidence);
	else
		add_note(b, "no-reset",
		    "it cannot be reset: after a guest has used it, it may not start again until the host reboots", evidence);
}

/* All that would block is functions whose class nothing tells: a bridge would not. */
static bool only_unknown_block(struct building *b)
{
	for (size_t i = 0; i < b->v.n_blockers; i++)
		if (b->blockers[i].index < 0 || b->blockers[i].reason != BLOCK_STRANGER || b->h->functions[b->blockers[i].index].has_class)
			return false;
	add_note(b, "unknown-member", "nothing tells the class of another member of its IOMMU group: a bridge would stay, anything else blocks", NULL);
	return true;
}

/* "Co-processor: Emulex Corporation …": a listing without numbers names the vendor, if it is not cut off. */
static bool names_other_vendor(const char *description)
{
	static const char amd[] = "Advanced Micro Devices";
	const char *name = description ? strstr(description, ": ") : NULL;

	return name && strlen(name + 2) >= strlen(amd) && !strstr(name, amd) && !strstr(name, "AMD");
}

/* Where no vendor is known, a part of the platform that shares the slot looks like a part of the card. */
static bool may_be_platform(const struct pci_function *f)
{
	return !f->has_ids && base_class(f) != 0x03 && base_class(f) != 0x04 && !names_other_vendor(f->description);
}

static bool has_doubtful_companion(struct building *b)
{
	bool is_doubtful = b->v.n_companions > 0 && may_be_platform(b->f);

	for (size_t i = 0; i < b->v.n_companions; i++)
		is_doubtful |= may_be_platform(&b->h->functions[b->companions[i]]);
	if (is_doubtful)
		add_note(b, "unknown-vendor", "nothing tells whose the other functions of its slot are: the processor's own would block, the card's go along", NULL);
	return is_doubtful;
}

static void judge_grouped(struct building *b, const struct iommu_group *g)
{
	char *evidence = arena_printf(b->mem, "/sys/kernel/iommu_groups/%d/devices", g->number);

	if (g->is_noiommu) {
		block_self(b, BLOCK_NOIOMMU_MODE,
		    "the group was made by VFIO's unsafe no-IOMMU mode: a guest could write to all of the host's memory",
		    arena_printf(b->mem, "/sys/kernel/iommu_groups/%d/name", g->number));
		b->v.answer = ANSWER_BLOCKED;
		return;
	}
	sort_members(b, g);
	add_card_in_other_groups(b);
	note_bridges(b, g);
	note_reset(b);
	b->v.viable_now = judge_group_viable(b->h, g);
	if (b->v.n_blockers > 0)
		add_note(b, "strangers",
		    arena_printf(b->mem,
			"IOMMU group %d also holds what is not part of this card; VFIO takes a group whole or not at all",
			g->number),
		    evidence);
	if (g->has_direct_region == TRI_YES)
		block_self(b, BLOCK_DIRECT_REGION,
		    "the firmware keeps a region of memory mapped for this device; the kernel refuses to give it to a guest",
		    arena_printf(b->mem, "/sys/kernel/iommu_groups/%d/reserved_regions", g->number));
	if (b->v.n_blockers > 0)
		b->v.answer = only_unknown_block(b) ? ANSWER_CANNOT_TELL : ANSWER_BLOCKED;
	else
		b->v.answer = b->v.n_companions > 0 ? ANSWER_READY_WITH_COMPANIONS : ANSWER_READY;
	if (b->v.n_blockers == 0 && has_doubtful_companion(b))
		b->v.answer = ANSWER_CANNOT_TELL;
	if (b->v.n_blockers == 0 && g->may_lack_members) {
		add_note(b, "incomplete-group",
		    arena_printf(b->mem,
			"what was pasted may lack members of IOMMU group %d: lines are missing, or nothing tells which group some other "
			"functions are in; a member that is not of this card would block",
			g->number),
		    NULL);
		b->v.answer = ANSWER_CANNOT_TELL;
	}
}

static void judge_ungrouped(struct building *b)
{
	const int *relatives;
	size_t n = find_relatives(b->mem, b->h, b->f, &relatives);

	/* The card is known without groups; it is what one would have to take. */
	for (size_t i = 0; i < n; i++) {
		const struct pci_function *other = &b->h->functions[relatives[i]];

		if (judge_same_card(b->h, b->f, other) && card_reaches_over_groups(b, other))
			add_companion(b, other);
	}
	if (b->h->has_groups == TRI_NO) {
		block_self(b, BLOCK_NO_IOMMU,
		    "this host has no IOMMU groups: the IOMMU is off in the firmware, off on the kernel command line, or absent",
		    "/sys/kernel/iommu_groups");
		b->v.answer = ANSWER_BLOCKED;
	} else if (b->h->has_groups == TRI_YES && b->f->group == GROUP_NONE) {
		block_self(b, BLOCK_NO_GROUP,
		    "the IOMMU is on, but this function is in no group: vfio-pci refuses it",
		    arena_printf(b->mem, "/sys/bus/pci/devices/%s/iommu_group", b->f->name));
		b->v.answer = ANSWER_BLOCKED;
	} else {
		add_note(b, "unknown-group", "nothing here tells which IOMMU group this function is in", NULL);
		b->v.answer = ANSWER_CANNOT_TELL;
	}
}

static int compare_indices(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

struct verdict judge_function(struct arena *mem, const struct host *h, const struct pci_function *f)
{
	const struct iommu_group *g = f->group >= 0 ? host_group(h, f->group) : NULL;
	struct building b = {.mem = mem, .h = h, .f = f};

	b.v.viable_now = TRI_UNKNOWN;
	if (!f->has_class && h->has_groups != TRI_NO) { /* without an IOMMU it is blocked, bridge or not */
		add_note(&b, "unknown-class", "the class of this function cannot be read, so it may be a bridge", NULL);
		b.v.answer = ANSWER_CANNOT_TELL;
	} else if (function_is_bridge(f)) {
		block_self(&b, BLOCK_BRIDGE, "a bridge stays with the host; name the device below it", NULL);
		b.v.answer = ANSWER_BLOCKED;
	} else if (g) {
		judge_grouped(&b, g);
	} else {
		judge_ungrouped(&b);
	}
	if (b.v.n_companions > 0)
		qsort(b.companions, b.v.n_companions, sizeof(*b.companions), compare_indices);
	b.v.companions = b.companions;
	b.v.bridges = b.bridges;
	b.v.blockers = b.blockers;
	b.v.notes = b.notes;
	return b.v;
}

/* Display first, then any endpoint, then whatever is there. */
static const struct pci_function *main_function(const struct host *h, const struct iommu_group *g)
{
	const struct pci_function *first = NULL;

	for (size_t i = 0; i < g->n_functions; i++) {
		const struct pci_function *f = &h->functions[g->functions[i]];

		if (function_is_display(f))
			return f;
		if (!first || (function_is_bridge(first) && !function_is_bridge(f)))
			first = f;
	}
	return first;
}

struct verdict judge_group(struct arena *mem, const struct host *h, const struct iommu_group *g)
{
	const struct pci_function *f = main_function(h, g);
	struct verdict v;

	if (!f) {
		struct building b = {.mem = mem, .h = h};

		add_note(&b, "no-pci", "the group holds no PCI function", NULL);
		for (size_t i = 0; i < g->n_others; i++)
			add_blocker(&b, g->others[i].name, -1, BLOCK_OTHER);
		b.v.answer = ANSWER_BLOCKED;
		b.v.blockers = b.blockers;
		b.v.notes = b.notes;
		b.v.viable_now = judge_group_viable(h, g);
		return b.v;
	}
	v = judge_function(mem, h, f);
	v.viable_now = judge_group_viable(h, g);
	return v;
}

struct verdict judge_strictly(struct arena *mem, const struct host *h, const struct verdict *v)
{
	bool is_ready = v->answer == ANSWER_READY || v->answer == ANSWER_READY_WITH_COMPANIONS;
	struct verdict strict = *v;
	struct blocker *blockers = NULL;
	size_t n = 0;

	for (size_t i = 0; i < v->n_blockers; i++)
		*ARENA_PUSH(mem, blockers, n) = v->blockers[i];
	for (size_t i = 0; i < v->n_bridges; i++)
		*ARENA_PUSH(mem, blockers, n) =
		    (struct blocker){h->functions[v->bridges[i]].name, v->bridges[i], BLOCK_NOT_ISOLATED};
	strict.blockers = blockers;
	strict.n_blockers = n;
	if (is_ready && v->n_bridges > 0)
		strict.answer = ANSWER_BLOCKED;
	return strict;
}
