/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: machines that run with a device, and what must not be done meanwhile. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/verdict.h"
#include "model/hugepages.h"

/* ---- who runs ---- */

const struct holder *check_vfio_holder(const struct check_context *c, const struct pci_function *f)
{
	const struct holders *all = c->all->holders;

	for (size_t i = 0; all && i < all->n; i++) {
		const struct holder *h = &all->items[i];

		if (h->kind == HOLDER_PROCESS && str_starts(h->file, "/dev/vfio/") && !str_eq(h->file, "/dev/vfio/vfio") && (!f || pci_addr_cmp(h->addr, f->addr) == 0))
			return h;
	}
	return NULL;
}

/* Nobody was asked, and a driver of VFIO has it, or may. Of those that were asked holder-invisible says what was not seen. */
static bool may_be_held(const struct check_context *c, const struct pci_function *f)
{
	return !c->all->holders && (f->has_driver == TRI_UNKNOWN || judge_is_vfio_driver(f->driver));
}

static struct check_result while_held(const struct check_context *c, const char *text, const char *mend)
{
	const struct holder *h = check_vfio_holder(c, c->f);
	struct check_result r;

	if (!h)
		return may_be_held(c, c->f) ? check_unknown("processes were not looked at", "/proc") : check_ok("/proc", NULL);
	r = check_bad(arena_printf(c->mem, "%s (process %d) has it: %s", h->command ? h->command : "a program", h->pid, text), arena_printf(c->mem, "/proc/%d/fd", h->pid), h->file);
	r.mend = mend;
	return r;
}

static struct check_result ask_reset_held(const struct check_context *c)
{
	return while_held(c, "the kernel would reset it under its hands when somebody writes to its reset",
	    "write to its reset only when that has ended; passthru holders names who has it");
}

static struct check_result ask_remove_held(const struct check_context *c)
{
	return while_held(c, "a write to its remove, or pulling it, hangs until that lets go, and every other change to PCI with it",
	    "take it out of the guest first (device_del, virsh detach-device), or shut the guest down");
}

/* ---- all that run ---- */

static struct check_result ask_suspend(const struct check_context *c)
{
	const struct fact *states = fact_of(c->facts, FACT_POWER_STATE);
	const struct holder *h = check_vfio_holder(c, NULL);

	for (size_t i = 0; c->all->h && i < c->all->h->n_functions; i++)
		if (may_be_held(c, &c->all->h->functions[i]))
			return check_unknown("processes were not looked at", "/proc");
	if (!h || states->is_there == TRI_NO || (states->text && *states->text == '\0'))
		return check_ok(states->file, states->text);
	if (c->facts && c->facts->is_sleep_masked == TRI_YES)
		return check_ok("/etc/systemd/system/sleep.target", "masked");
	if (!states->text)
		return check_unread(c, states->file);
	return check_bad(arena_printf(c->mem, "process %d has a device, and this host may go to sleep: the guest would lose the device's state", h->pid), states->file, states->text);
}

static bool counts(const struct known_machine *k)
{
	return k->tool == TOOL_QEMU && k->m.has_iommufd;
}

/* Memory that iommufd pins counts for the user, whichever of his processes pins it. */
static const char *exceeds_limit(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	const struct machines *all = c->all->machines;
	uint64_t sum = 0;
	size_t n = 0;

	(void)d;
	if (!counts(k) || k->limit.is_privileged != TRI_NO || !k->limit.has_limits || k->limit.soft_bytes == MEMLOCK_UNLIMITED)
		return NULL;
	for (size_t i = 0; i < all->n; i++) {
		const struct known_machine *other = &all->items[i];

		if (!counts(other) || other->uid != k->uid)
			continue;
		n++;
		sum = other->m.memory_bytes > UINT64_MAX - sum ? UINT64_MAX : sum + other->m.memory_bytes;
	}
	if (n < 2 || sum <= k->limit.soft_bytes)
		return NULL;
	return arena_printf(c->mem, "%zu machines of user %u share what that user may lock, by iommufd: they have %s, and %s may be locked", n, k->uid,
	    size_words(c->mem, sum / 1024), size_words(c->mem, k->limit.soft_bytes / 1024));
}

static struct check_result ask_user_memlock(const struct check_context *c)
{
	return check_machines(c, exceeds_limit);
}

static const char *has_mediated(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	(void)d;
	return k->m.has_mdev_iommufd ? "it opens a mediated device by iommufd, which is made for whole devices" : NULL;
}

static struct check_result ask_mediated(const struct check_context *c)
{
	return check_machines(c, has_mediated);
}

/* ---- Cloud Hypervisor ---- */

static const char *splits_group(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	for (size_t i = 0; i < k->m.n_devices && k->tool == TOOL_CLOUD_HYPERVISOR && c->f->group >= 0; i++) {
		const struct machine_device *other = &k->m.devices[i];
		const struct pci_function *f = host_find(c->all->h, other->addr);

		if (f && f != c->f && f->group == c->f->group && other->option != d->option)
			return arena_printf(c->mem, "%s of the same group is named by another --device: the last one counts", f->name);
	}
	return NULL;
}

static struct check_result ask_split(const struct check_context *c)
{
	return check_machines(c, splits_group);
}

static const char *maps_regions(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	(void)d;
	return k->tool == TOOL_CLOUD_HYPERVISOR && k->m.has_iommufd && !k->m.is_p2p_off ? "it uses iommufd, which cannot map the regions of devices: it must be told not to" : NULL;
}

static struct check_result ask_p2p(const struct check_context *c)
{
	return check_machines(c, maps_regions);
}

/* include/linux/ioport.h; the window is that of Cloud Hypervisor's layout (arch/src/x86_64/layout.rs). */
enum { REGION_MEMORY_64 = 0x100000 };
#define WINDOW_BYTES (UINT64_C(640) << 20)

static uint64_t small_regions(const struct check_context *c, const struct machine_device *d)
{
	const struct pci_function *f = host_find(c->all->h, d->addr);
	const struct device_facts *facts = f ? facts_of_device(c->facts, host_index(c->all->h, f)) : NULL;
	uint64_t sum = 0;
	struct region r;

	for (unsigned i = 0; i < REGION_ROM; i++)
		if (region_of(facts, i, &r) && (r.flags & REGION_MEMORY) && !(r.flags & REGION_MEMORY_64) && r.end > r.start)
			sum += (r.end - r.start) / 2 < WINDOW_BYTES ? r.end - r.start + 1 : WINDOW_BYTES + 1;
	return sum;
}

static const char *fills_window(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	uint64_t window = WINDOW_BYTES / (k->m.n_segments > 0 ? k->m.n_segments : 1), sum = 0;

	for (size_t i = 0; i < k->m.n_devices && k->tool == TOOL_CLOUD_HYPERVISOR && !k->m.has_weights; i++)
		if (k->m.devices[i].segment == d->segment)
			sum += small_regions(c, &k->m.devices[i]);
	return sum <= window ? NULL : arena_printf(c->mem, "the 32-bit regions of its devices have %s, and its PCI segment has room for %s", size_words(c->mem, sum >> 10), size_words(c->mem, window >> 10));
}

static struct check_result ask_window(const struct check_context *c)
{
	return check_machines(c, fills_window);
}

/* ---- of one device ---- */

/* Which interrupt lines VFIO serves to guests, drivers/vfio/pci/vfio_pci_intrs.c: "vfio-intx(0000:00:14.0)". */
static struct check_result ask_usb(const struct check_context *c)
{
	const char *methods = c->d ? c->d->facts[DEVICE_RESET_METHOD].text : NULL, *mine = arena_printf(c->mem, "vfio-intx(%s)", c->f->name);
	const struct fact_line *line = NULL;

	if (!c->f->has_class || c->f->class_code >> 8 != 0x0c03)
		return check_ok(check_file(c, "class"), NULL);
	if (!c->facts || c->facts->has_lines[LINE_INTX] != TRI_YES)
		return check_unread(c, "/proc/interrupts");
	while ((line = check_next_line(c->facts, LINE_INTX, line)))
		if (str_starts(line->text, mine))
			return check_bad("its guest uses a shared interrupt line for this USB controller, and not messages (MSI)", line->file, line->text);
	if (!c->d || c->d->facts[DEVICE_RESET_METHOD].is_there == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "reset_method"));
	return methods && str_has_word(methods, "flr", 3) ? check_ok(check_file(c, "reset_method"), methods)
	    : check_bad("this USB controller has no function reset (flr): its next user finds it as the last one left it", check_file(c, "reset_method"), methods);
}

static bool is_nvidias(const struct check_context *c)
{
	return c->f->has_ids && c->f->vendor == 0x10de && check_has_vfio(c);
}

/* Expected, and often taken for a fault. */
static struct check_result ask_smi(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_NVIDIA_SMI);
	struct check_result r;

	if (!is_nvidias(c) || f->is_there == TRI_NO)
		return check_ok(check_file(c, "driver"), NULL);
	if (f->is_there == TRI_UNKNOWN)
		return check_unread(c, f->file);
	r = check_bad("nvidia-smi does not see it here: VFIO has it, as it should", check_file(c, "driver"), c->f->driver);
	r.mend = "nothing to do; in the guest it is seen when its driver runs";
	return r;
}

static struct check_result ask_probe(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_NVIDIA);
	struct check_result r;

	if (!is_nvidias(c) || f->is_there == TRI_NO)
		return check_ok(check_file(c, "driver"), NULL);
	if (f->is_there == TRI_UNKNOWN)
		return check_unread(c, f->file);
	r = check_bad("NVIDIA's driver is loaded and logs that its probe routine was not called: VFIO has the card, as it should", f->file, NULL);
	r.mend = "nothing to do";
	return r;
}

#define COMMAND_LINES "/proc/*/cmdline of what holds VFIO"

const struct check checks_run[] = {
    {"remove-while-held", CHECK_DEVICE | CHECK_GUEST | CHECK_NOTE | CHECK_MACHINES, "/proc/*/fd", "no machine runs with it that a removal would wait for", ask_remove_held},
    {"reset-while-vm-runs", CHECK_DEVICE | CHECK_GUEST | CHECK_NOTE | CHECK_MACHINES, "/proc/*/fd", "no machine runs with it that a reset would harm", ask_reset_held},
    {"host-suspend-with-vfio", CHECK_GUEST | CHECK_NOTE | CHECK_MACHINES, "/proc/*/fd; /sys/power/state; /etc/systemd/system/sleep.target", "no machine with a device would be put to sleep", ask_suspend},
    {"iommufd-memlock", CHECK_GUEST | CHECK_MACHINES, COMMAND_LINES "; /proc/*/limits", "no user's machines share too little lockable memory", ask_user_memlock},
    {"mdev-iommufd", CHECK_GUEST | CHECK_MACHINES, COMMAND_LINES, "no machine opens a mediated device by iommufd", ask_mediated},
    {"ch-group-incomplete", CHECK_DEVICE | CHECK_GUEST | CHECK_GROUP | CHECK_MACHINES, COMMAND_LINES, "Cloud Hypervisor gets groups by one option each", ask_split},
    {"ch-iommufd-p2p", CHECK_GUEST | CHECK_MACHINES, COMMAND_LINES, "Cloud Hypervisor maps no regions by iommufd", ask_p2p},
    {"ch-mmio32", CHECK_DEVICE | CHECK_GUEST | CHECK_MACHINES, COMMAND_LINES "; /sys/bus/pci/devices/*/resource", "the 32-bit regions fit where Cloud Hypervisor puts them", ask_window},
    {"usb-controller-msi", CHECK_DEVICE | CHECK_MEANT | CHECK_GUEST, "/sys/bus/pci/devices/<function>/reset_method; /proc/interrupts", "it is no USB controller that needs care", ask_usb},
    {"nvidia-smi-no-driver", CHECK_DEVICE | CHECK_DISPLAY | CHECK_GUEST, "/usr/bin/nvidia-smi; /sys/bus/pci/devices/<function>/driver", "nvidia-smi is not here to miss it", ask_smi},
    {"nvidia-probe-not-called", CHECK_DEVICE | CHECK_DISPLAY | CHECK_GUEST, "/sys/module/nvidia; /sys/bus/pci/devices/<function>/driver", "NVIDIA's driver has nothing to say of it", ask_probe},
};
const size_t n_checks_run = ARRAY_LEN(checks_run);
