/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/guards.h"

#include "base/str.h"
#include "judge/verdict.h"

struct judging {
	struct arena *mem;
	const struct host *h;
	const struct pci_function *f;
	int index;
	const int *going;
	size_t n_going;
	struct guard *guards;
	size_t n;
};

static void add(struct judging *j, enum guard_id id, const char *text, const char *evidence)
{
	*ARENA_PUSH(j->mem, j->guards, j->n) = (struct guard){id, j->index, text, evidence};
}

static bool is_going(const struct judging *j, int function)
{
	if (function == j->index)
		return true;
	for (size_t i = 0; i < j->n_going; i++)
		if (j->going[i] == function)
			return true;
	return false;
}

/* "/ on nvme0n1p2, swap on nvme0n1p3": the subjects of the uses of these kinds, and the file that shows the first.
 * NULL: there are none. */
static const char *join_uses(struct judging *j, unsigned kinds, const char **ret_evidence)
{
	enum { SHOWN = 4 };
	const char *text = NULL;
	size_t n = 0;

	*ret_evidence = NULL;
	for (size_t i = 0; i < j->h->n_uses; i++) {
		const struct use *u = &j->h->uses[i];

		if (u->function != j->index || !(kinds & 1u << u->kind) || n++ >= SHOWN)
			continue;
		if (!text)
			*ret_evidence = u->evidence;
		text = text ? arena_printf(j->mem, "%s, %s", text, u->subject) : u->subject;
	}
	return n > SHOWN ? arena_printf(j->mem, "%s and %zu more", text, n - SHOWN) : text;
}

/* One guard for all uses of some kinds, in the order of gravity. */
static const struct use_guard {
	enum guard_id id;
	unsigned kinds;
	const char *sentence; /* what stands before the subjects */
} use_guards[] = {
    {GUARD_SYSTEM_DISK, 1u << USE_SYSTEM_DISK, "the host runs from it: "},
    {GUARD_STORAGE, 1u << USE_MOUNT | 1u << USE_DISK_CLAIM, "its disk is in use: "},
    {GUARD_SESSION, 1u << USE_SESSION, "it carries what you are typing in: "},
    {GUARD_NETWORK, 1u << USE_ROUTE | 1u << USE_NET_STORAGE, "the host would lose its network: "},
    {GUARD_DISK_CONTENTS, 1u << USE_SIGNATURE, "its disk is not empty, and a guest could overwrite it: "},
    {GUARD_VM, 1u << USE_MACHINE, "it is promised to a virtual machine: "},
};

static void judge_uses(struct judging *j)
{
	for (size_t i = 0; i < ARRAY_LEN(use_guards); i++) {
		const char *evidence;
		const char *subjects = join_uses(j, use_guards[i].kinds, &evidence);

		if (subjects)
			add(j, use_guards[i].id, arena_printf(j->mem, "%s%s", use_guards[i].sentence, subjects), evidence);
	}
}

/* ---- display ---- */

/* Can a monitor be lit by it? A 3D controller (0302) has no connector, a virtual function neither. */
static bool is_screen(const struct pci_function *f)
{
	return function_is_display(f) && function_class(f) != 0x0302 && f->is_vf != TRI_YES;
}

/* Another one that stays with the host and is not away with VFIO already. */
static bool has_other_screen(const struct judging *j)
{
	for (size_t i = 0; i < j->h->n_functions; i++) {
		const struct pci_function *other = &j->h->functions[i];

		if (is_screen(other) && !is_going(j, (int)i) && !judge_is_vfio_driver(other->driver))
			return true;
	}
	return false;
}

/* On a headless server nobody looks at the firmware's console, so only a lit monitor counts there. */
static void judge_display(struct judging *j)
{
	const unsigned lit = 1u << USE_CONNECTOR, console = 1u << USE_BOOT_DISPLAY | 1u << USE_CONSOLE;
	bool is_headless = j->h->server_type == SERVER_HEADLESS;
	const char *evidence;
	const char *subjects = join_uses(j, is_headless ? lit : lit | console, &evidence);

	if (!function_is_display(j->f))
		return;
	if (subjects) {
		add(j, GUARD_DISPLAY, arena_printf(j->mem, "the host's picture is on it: %s", subjects), evidence);
	} else if (!is_headless && is_screen(j->f) && !has_other_screen(j)) {
		add(j, GUARD_DISPLAY,
		    j->h->server_type == SERVER_UNKNOWN
			? "it is the only display, and whether somebody sits in front of this machine cannot be told"
			: arena_printf(j->mem, "it is the only display of a %s", server_type_name(j->h->server_type)),
		    j->h->server_evidence);
	}
}

/* ---- the rest ---- */

/* One keyboard elsewhere is enough, PS/2 included. */
static void judge_keyboard(struct judging *j)
{
	const struct use *own = NULL;

	for (size_t i = 0; i < j->h->n_uses; i++) {
		const struct use *u = &j->h->uses[i];

		if (u->kind != USE_KEYBOARD)
			continue;
		if (u->function < 0 || !is_going(j, u->function))
			return;
		if (u->function == j->index && !own)
			own = u;
	}
	if (own)
		add(j, GUARD_KEYBOARD, arena_printf(j->mem, "the only keyboard hangs on it: %s", own->subject), own->evidence);
}

/* PCI code and ID assignment specification: 05 memory controllers, 0601 ISA, 0680 other bridges on the root bus,
 * 08 system peripherals but the SD host (0805), 0c05 SMBus, 0c07 IPMI. On the root bus: 0780 management engines, 11
 * signal processing, 0c80 the flash of the firmware and the buses of touchpads. NVIDIA's NVSwitch (0680) and USB-C
 * controller (0c80) hang below a port and are handed over. */
bool judge_is_platform(const struct pci_function *f)
{
	bool is_on_root_bus = f->parent == PARENT_NONE;

	if (!f->has_class)
		return false;
	switch (f->class_code >> 16) {
	case 0x05:
	case 0x11:
		return is_on_root_bus;
	case 0x06:
		return function_class(f) == 0x0601 || (function_class(f) == 0x0680 && is_on_root_bus);
	case 0x07:
		return function_class(f) == 0x0780 && is_on_root_bus;
	case 0x08:
		return function_class(f) != 0x0805;
	case 0x10:
		return f->vendor == 0x1022; /* the platform security processor */
	case 0x13:
		return true; /* non-essential instrumentation: AMD's dummy functions */
	case 0x0c:
		return function_class(f) == 0x0c05 || function_class(f) == 0x0c07 ||
		    (function_class(f) == 0x0c80 && is_on_root_bus);
	default:
		return false;
	}
}

static void judge_hardware(struct judging *j)
{
	const char *vfs = j->f->attributes ? j->f->attributes[ATTR_VFS] : NULL;

	if (vfs)
		add(j, GUARD_VFS, arena_printf(j->mem, "it has %s virtual functions, which would go with its driver", vfs),
		    arena_printf(j->mem, "/sys/bus/pci/devices/%s/sriov_numvfs", j->f->name));
	if (judge_is_platform(j->f))
		add(j, GUARD_PLATFORM, "it is a part of the mainboard that the host needs and a guest can do nothing with",
		    arena_printf(j->mem, "/sys/bus/pci/devices/%s/class", j->f->name));
}

/* A blind spot counts where the area can matter for this class. Whose console it is matters only where somebody may
 * look at it. */
static void judge_blind_spots(struct judging *j)
{
	unsigned areas = use_areas_of(j->f);

	if (!is_screen(j->f) || j->h->server_type == SERVER_HEADLESS)
		areas &= ~(1u << AREA_DISPLAY);
	if (j->f->has_driver == TRI_NO)
		areas &= 1u << AREA_DISPLAY | 1u << AREA_MACHINES; /* no disk, network or keyboard without a driver */
	for (size_t i = 0; i < j->h->n_blind; i++) {
		const struct blind_spot *b = &j->h->blind[i];

		if (areas & 1u << b->area)
			add(j, GUARD_UNKNOWN, arena_printf(j->mem, "what it is used for cannot be seen: %s", b->reason), b->evidence);
	}
}

size_t judge_guards(struct arena *mem, const struct host *h, const struct pci_function *f, const int *going,
    size_t n_going, struct guard **ret)
{
	struct judging j = {.mem = mem, .h = h, .f = f, .index = host_index(h, f), .going = going, .n_going = n_going};

	*ret = NULL;
	if (judge_is_vfio_driver(f->driver))
		return 0; /* the host has nothing of it any more */
	if (function_is_bridge(f))
		return 0; /* it stays anyhow */
	judge_uses(&j);
	judge_display(&j);
	judge_keyboard(&j);
	judge_hardware(&j);
	judge_blind_spots(&j);
	*ret = j.guards;
	return j.n;
}
