/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: what the machines say that are configured on this host, or run on it with a device. Whether one of them starts
 * is the guest's affair; nothing here but a machine that has the device already decides whether it can be handed over. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/verdict.h"
#include "model/hugepages.h"

/* ---- all of them ---- */

static bool means_wanted(const struct check_context *c, const struct known_machine *k)
{
	for (size_t i = 0; i < k->m.n_devices; i++)
		for (size_t n = 0; n < c->wish->n_functions; n++)
			if (machine_device_means(&k->m.devices[i], &c->all->h->functions[c->wish->functions[n]]))
				return true;
	return c->wish->n_functions == 0;
}

static const char *trouble_of(const struct check_context *c, const struct known_machine *k, check_machine *trouble)
{
	const char *text = NULL;

	if (!c->f)
		return means_wanted(c, k) ? trouble(c, k, NULL) : NULL;
	for (size_t i = 0; i < k->m.n_devices && !text; i++)
		if (machine_device_means(&k->m.devices[i], c->f))
			text = trouble(c, k, &k->m.devices[i]);
	return text;
}

/* The first reason why there may be more; NULL: all were seen. */
static const char *unread_machines(const struct check_context *c, const char **ret_file)
{
	const struct host *h = c->all->h;

	for (size_t i = 0; i < h->n_blind; i++)
		if (h->blind[i].area == AREA_MACHINES) {
			*ret_file = h->blind[i].evidence;
			return h->blind[i].reason;
		}
	*ret_file = c->all->machines->unread_file;
	return c->all->machines->unread;
}

struct check_result check_machines(const struct check_context *c, check_machine *trouble)
{
	const struct machines *all = c->all->machines;
	const struct known_machine *first = NULL;
	const char *text = NULL, *file;
	size_t n_more = 0;

	if (!all || !c->all->h)
		return check_unknown("the definitions of virtual machines were not looked at", "/etc/libvirt/qemu");
	for (size_t i = 0; i < all->n; i++) {
		const struct known_machine *k = &all->items[i];
		const char *one = trouble_of(c, k, trouble);

		if (one && !first) {
			first = k;
			text = one;
		} else if (one && !str_eq(k->words, first->words)) {
			n_more++;
		}
	}
	if (first)
		return check_bad(arena_printf(c->mem, n_more > 0 ? "%s: %s (and so it is with %zu more)" : "%s: %s", first->words, text, n_more), first->file, NULL);
	text = unread_machines(c, &file);
	return text ? check_unknown(text, file) : check_ok(NULL, NULL);
}

/* ---- what they name ---- */

static bool is_process(const struct known_machine *k)
{
	return k->tool == TOOL_QEMU || k->tool == TOOL_CLOUD_HYPERVISOR;
}

static const char *names_bridge(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)d;
	if (k->tool != TOOL_LIBVIRT && k->tool != TOOL_SESSION)
		return NULL;
	for (size_t i = 0; i < k->m.n_devices; i++)
		for (size_t n = 0; n < c->all->h->n_functions; n++) {
			const struct pci_function *f = &c->all->h->functions[n];

			if (machine_device_means(&k->m.devices[i], f) && function_is_bridge(f))
				return arena_printf(c->mem, "%s is a bridge, and stays with the host", f->name);
		}
	return NULL;
}

static struct check_result ask_bridge(const struct check_context *c)
{
	struct check_result r = check_machines(c, names_bridge);

	r.mend = "take the <hostdev> of the bridge out: virsh edit";
	return r;
}

static bool is_here(const struct host *h, const struct machine_device *d)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (machine_device_means(d, &h->functions[i]))
			return true;
	return false;
}

static const char *names_missing(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	char name[PCI_ADDR_TEXT];

	for (size_t i = 0; i < k->m.n_devices && c->all->h->n_functions > 0; i++) {
		d = &k->m.devices[i];
		if ((d->kind == MACHINE_FUNCTION || d->kind == MACHINE_SLOT) && !d->is_choice && !is_here(c->all->h, d))
			return arena_printf(c->mem, "it is to get %s, and there is no such device here", pci_addr_format(d->addr, name));
	}
	return NULL;
}

static struct check_result ask_missing(const struct check_context *c)
{
	struct check_result r = check_machines(c, names_missing);

	r.mend = "passthru list shows where devices are now: addresses move when cards or firmware change; name the new one in the machine";
	return r;
}

static bool overlap(const struct host *h, const struct machine_device *a, const struct machine_device *b)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (machine_device_means(a, &h->functions[i]) && machine_device_means(b, &h->functions[i]))
			return true;
	return false;
}

/* LXD's file says all of it twice, by profile and by machine. */
static const char *names_twice(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	char name[PCI_ADDR_TEXT];

	for (size_t i = 0; i < k->m.n_devices && k->tool != TOOL_LXD; i++)
		for (size_t n = 0; n < i; n++) {
			const struct machine_device *a = &k->m.devices[i], *b = &k->m.devices[n];

			d = a->kind == MACHINE_FUNCTION ? a : b;
			if (!a->is_choice && !b->is_choice && overlap(c->all->h, a, b))
				return arena_printf(c->mem, "it is to get %s twice", pci_addr_format(d->addr, name));
		}
	return NULL;
}

static struct check_result ask_twice(const struct check_context *c)
{
	return check_machines(c, names_twice);
}

/* ---- libvirt ---- */

static const char *is_unmanaged(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	if (k->tool != TOOL_LIBVIRT || d->is_managed != TRI_NO || c->f->has_driver != TRI_YES || check_has_vfio(c) || str_eq(c->f->driver, "pci-stub"))
		return NULL;
	return arena_printf(c->mem, "it expects the device to be handed over before (managed=\"no\"), and %s has it", c->f->driver);
}

static struct check_result ask_unmanaged(const struct check_context *c)
{
	struct check_result r = check_machines(c, is_unmanaged);

	r.mend = arena_printf(c->mem, "%s; or managed=\"yes\" in its <hostdev>", check_bind_mend(c));
	return r;
}

static const char *is_active(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	(void)d;
	return k->tool == TOOL_LIBVIRT && k->m.is_started ? "libvirt has it running with the device" : NULL;
}

/* Was a place not seen where libvirt says what runs? Of places that are alike the first alone is told, so a folder of
 * definitions counts, and one definition there does not; and in a container all of them are somebody else's. */
static bool is_libvirt_unseen(const struct check_context *c, const struct check_result *r)
{
	const struct host *h = c->all->h;

	for (size_t i = 0; i < h->n_blind; i++) {
		const char *place = h->blind[i].evidence, *folder = strstr(place, "etc/libvirt/qemu");

		if (h->blind[i].area == AREA_MACHINES && (strstr(place, "run/libvirt") || strstr(place, "self/ns/") ||
		    strstr(place, "systemd/container") || strstr(h->blind[i].reason, "libxml2") ||
		    (folder && folder[strlen("etc/libvirt/qemu")] == '\0')))
			return true;
	}
	return !c->all->machines || (r->file && str_starts(r->file, "/run/libvirt/"));
}

/* This one decides; what cannot be read of other tools' machines is nothing to it. */
static struct check_result ask_in_use(const struct check_context *c)
{
	struct check_result r = check_machines(c, is_active);

	return r.answer == CHECK_UNKNOWN && c->all->h && r.file && !is_libvirt_unseen(c, &r) ? check_ok("/run/libvirt/qemu", NULL) : r;
}

static const char *needs_reset(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	bool is_stub = d->is_stub || (c->f->has_driver == TRI_YES && (str_eq(c->f->driver, "pci-stub") || str_eq(c->f->driver, "pciback")));
	const struct fact *method = c->d ? &c->d->facts[DEVICE_RESET_METHOD] : NULL;

	if (k->tool != TOOL_LIBVIRT || !is_stub || !method)
		return NULL;
	return method->is_there == TRI_NO || (method->text && *method->text == '\0')
	    ? "libvirt resets by itself what VFIO does not have, and the device has no reset" : NULL;
}

static struct check_result ask_reset(const struct check_context *c)
{
	return check_machines(c, needs_reset);
}

static const char *has_text_property(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)d;
	return k->m.wrong_property ? arena_printf(c->mem, "%s is written as text, and QEMU wants a number", k->m.wrong_property) : NULL;
}

static struct check_result ask_property(const struct check_context *c)
{
	return check_machines(c, has_text_property);
}

/* It has no right to bind; what is handed over already, and not to be managed, it can use. */
static const char *is_of_session(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	if (k->tool != TOOL_SESSION)
		return NULL;
	if (d->is_managed == TRI_YES)
		return "a user's own libvirt may not take a device from its driver, and is to (managed=\"yes\")";
	return check_has_vfio(c) ? NULL : "a user's own libvirt may not hand a device over, and this one is not yet";
}

static struct check_result ask_session(const struct check_context *c)
{
	return check_machines(c, is_of_session);
}

/* ---- where the guest sees it ---- */

static bool is_elsewhere(const struct machine_device *a, const struct machine_device *b)
{
	return a->has_place && b->has_place && (!str_eq(a->guest_bus, b->guest_bus) || a->guest_slot != b->guest_slot);
}

/* Another function of the same card, that the guest sees in another slot. */
static bool is_torn(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	for (size_t i = 0; i < k->m.n_devices; i++) {
		const struct machine_device *other = &k->m.devices[i];

		if (d->kind == MACHINE_FUNCTION && other->kind == MACHINE_FUNCTION && !d->is_choice && !other->is_choice &&
		    pci_addr_same_slot(c->f->addr, other->addr) && pci_addr_cmp(c->f->addr, other->addr) != 0 && is_elsewhere(d, other))
			return true;
	}
	return false;
}

static const char *is_misplaced(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	if (k->m.board == BOARD_I440FX)
		return "the guest has a board without PCI Express (i440fx), which some graphics drivers do not expect";
	if (k->m.board == BOARD_Q35 && d->is_on_root && (d->has_place || k->tool == TOOL_QEMU))
		return "the guest does not see the card below a PCI Express port, which some graphics drivers expect";
	return is_torn(c, k, d) ? "the guest sees the functions of the card in different slots, and a driver may miss the other one" : NULL;
}

static struct check_result ask_topology(const struct check_context *c)
{
	return check_machines(c, is_misplaced);
}

/* With an IOMMU of the guest's each place has its addresses; functions of one group can have one space only. */
static const char *has_two_spaces(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	const struct host *h = c->all->h;

	for (size_t i = 0; i < k->m.n_devices && k->m.has_viommu; i++) {
		const struct machine_device *other = &k->m.devices[i];
		const struct pci_function *f = other->kind == MACHINE_FUNCTION ? host_find(h, other->addr) : NULL;

		if (f && f != c->f && f->group >= 0 && f->group == c->f->group && is_elsewhere(d, other))
			return arena_printf(c->mem, "its guest has an IOMMU, and sees %s, which is in the same group, in another place", f->name);
	}
	return NULL;
}

static struct check_result ask_spaces(const struct check_context *c)
{
	return check_machines(c, has_two_spaces);
}

static const char *lacks_caching(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	(void)d;
	return k->m.is_intel_iommu && !k->m.has_caching_mode && k->m.n_devices > 0 ? "its guest has an IOMMU of Intel's without caching mode: QEMU refuses to start with a device" : NULL;
}

static struct check_result ask_caching(const struct check_context *c)
{
	return check_machines(c, lacks_caching);
}

/* "39 bits physical, 48 bits virtual" */
static unsigned host_bits(const struct check_context *c)
{
	const char *text = c->facts ? c->facts->cpu_sizes : NULL;
	uint64_t bits;

	return text && str_number_n(text, strcspn(text, " "), 10, 64, &bits) ? (unsigned)bits : 0;
}

static const char *has_more_bits(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	unsigned bits = host_bits(c);

	(void)d;
	if (k->m.n_devices == 0 || bits == 0 || k->m.phys_bits <= bits)
		return NULL;
	return arena_printf(c->mem, "its guest is told %u bits of physical address, and the processor has %u: what is mapped above fails", k->m.phys_bits, bits);
}

static struct check_result ask_bits(const struct check_context *c)
{
	const struct machines *all = c->all->machines;

	/* Only x86 says them, and only there guests are told. */
	for (size_t i = 0; all && host_bits(c) == 0 && i < all->n; i++)
		if (all->items[i].m.phys_bits > 0)
			return check_unread(c, "/proc/cpuinfo");
	return check_machines(c, has_more_bits);
}

/* ---- Proxmox, LXD and Incus ---- */

static const char *wants_q35(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	for (size_t i = 0; i < k->m.n_devices && k->tool == TOOL_PROXMOX && k->m.board == BOARD_I440FX; i++) {
		d = &k->m.devices[i];
		if (d->is_pcie)
			return arena_printf(c->mem, "%s has pcie=1, and the machine is not q35: Proxmox will not start it", d->guest_bus ? d->guest_bus : "a device");
	}
	return NULL;
}

static struct check_result ask_q35(const struct check_context *c)
{
	return check_machines(c, wants_q35);
}

static const char *has_wrong_key(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	(void)d;
	return k->m.wrong_key;
}

static struct check_result ask_key(const struct check_context *c)
{
	return check_machines(c, has_wrong_key);
}

static bool is_given(const struct known_machine *k, const struct pci_function *f)
{
	for (size_t i = 0; i < k->m.n_devices; i++)
		if (machine_device_means(&k->m.devices[i], f))
			return true;
	return false;
}

/* It takes the whole slot of a card, and nothing beyond. */
static const char *leaves_companion(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	for (size_t i = 0; k->tool == TOOL_LXD && !d->is_part && c->group && i < c->group->n_functions; i++) {
		const struct pci_function *f = &c->all->h->functions[c->group->functions[i]];

		if (!function_is_bridge(f) && f->has_driver == TRI_YES && !judge_is_vfio_driver(f->driver) && !pci_addr_same_slot(f->addr, c->f->addr) && !is_given(k, f))
			return arena_printf(c->mem, "%s is in the same group, and stays with %s when the machine starts", f->name, f->driver);
	}
	return NULL;
}

static struct check_result ask_companion(const struct check_context *c)
{
	struct check_result r = check_machines(c, leaves_companion);

	r.mend = arena_printf(c->mem, "%s; or name it in the machine as a device of type pci", check_bind_mend(c));
	return r;
}

static const char *is_lxd(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	return k->tool == TOOL_LXD && !d->is_part ? "it gets the device when it starts, and not while it runs" : NULL;
}

static struct check_result ask_hotplug(const struct check_context *c)
{
	return check_machines(c, is_lxd);
}

/* ---- memory ---- */

/* One whose devices are all with drivers of the host does not run; of others it is the holder of VFIO that shows it. */
static enum tri runs(const struct check_context *c, const struct known_machine *k)
{
	const struct holders *holders = c->all->holders;
	enum tri answer = TRI_NO;

	for (size_t i = 0; i < c->all->machines->n; i++)
		if (c->all->machines->items[i].m.is_started && str_eq(c->all->machines->items[i].words, k->words))
			return TRI_YES;
	for (size_t i = 0; i < c->all->h->n_functions; i++) {
		const struct pci_function *f = &c->all->h->functions[i];

		if (!is_given(k, f))
			continue;
		if (check_vfio_holder(c, f))
			return TRI_YES;
		if ((f->has_driver == TRI_UNKNOWN || judge_is_vfio_driver(f->driver)) && !(holders && holders->is_complete))
			answer = TRI_UNKNOWN;
	}
	return answer;
}

/* "MemAvailable:   8123456 kB" */
static bool meminfo_kb(const struct check_context *c, const char *name, uint64_t *ret)
{
	const char *at = fact_of(c->facts, FACT_MEMINFO)->text;

	for (at = at ? strstr(at, name) : NULL; at; at = strstr(at + 1, name)) {
		const char *value = at + strlen(name);

		if (*value != ':')
			continue;
		value += 1 + strspn(value + 1, " ");
		return str_number_n(value, strcspn(value, " \n"), 10, UINT64_MAX / 1024, ret);
	}
	return false;
}

/* It is configured with a device and with so much memory, which it has not taken yet. */
static bool will_lock(const struct check_context *c, const struct known_machine *k, bool is_huge)
{
	return !is_process(k) && k->m.is_huge == is_huge && k->m.n_devices > 0 && k->m.memory_bytes > 0 && means_wanted(c, k) && runs(c, k) != TRI_YES;
}

/* Where no machine is in trouble: is there one of which it is not known? */
static struct check_result or_unknown(const struct check_context *c, struct check_result r, bool is_huge, bool is_read, const char *file)
{
	for (size_t i = 0; r.answer == CHECK_OK && i < c->all->machines->n; i++) {
		const struct known_machine *k = &c->all->machines->items[i];

		if (!will_lock(c, k, is_huge))
			continue;
		if (!is_read)
			return check_unread(c, file);
		if (runs(c, k) == TRI_UNKNOWN)
			return check_unknown(arena_printf(c->mem, "not all processes can be looked at, and %s may run already", k->words), "/proc");
	}
	return r;
}

static const char *exceeds_free(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	uint64_t free_kb, needed_kb = k->m.memory_bytes / 1024;

	(void)d;
	if (!will_lock(c, k, false) || runs(c, k) != TRI_NO || !meminfo_kb(c, "MemAvailable", &free_kb) || needed_kb <= free_kb)
		return NULL;
	return arena_printf(c->mem, "all of its %s are locked at its start, and %s are available", size_words(c->mem, needed_kb), size_words(c->mem, free_kb));
}

static struct check_result ask_memory(const struct check_context *c)
{
	uint64_t kb;

	return or_unknown(c, check_machines(c, exceeds_free), false, meminfo_kb(c, "MemAvailable", &kb), "/proc/meminfo");
}

/* How many pages of a size nobody has or was promised. false: not known. */
static bool free_pages(const struct check_context *c, uint64_t kb, uint64_t *ret)
{
	enum fact_id id = kb == 2048 ? FACT_HUGE_2M_FREE : FACT_HUGE_1G_FREE;
	const struct fact *free = fact_of(c->facts, id), *reserved = fact_of(c->facts, id + 1);
	uint64_t n, promised = 0;

	if (kb != 2048 && kb != 1024 * 1024)
		return false;
	if (free->is_there == TRI_NO) {
		*ret = 0;
		return true;
	}
	if (!free->text || !str_number(free->text, 10, UINT32_MAX, &n) || (reserved->text && !str_number(reserved->text, 10, UINT32_MAX, &promised)))
		return false;
	*ret = n > promised ? n - promised : 0;
	return true;
}

static bool page_size(const struct check_context *c, const struct known_machine *k, uint64_t *ret_kb)
{
	*ret_kb = k->m.huge_kb;
	return *ret_kb != 0 || (meminfo_kb(c, "Hugepagesize", ret_kb) && *ret_kb != 0);
}

static const char *lacks_pages(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	uint64_t kb, pages, needed;

	(void)d;
	if (!will_lock(c, k, true) || runs(c, k) != TRI_NO || !page_size(c, k, &kb) || !free_pages(c, kb, &pages))
		return NULL;
	needed = (k->m.memory_bytes / 1024 + kb - 1) / kb;
	if (needed <= pages)
		return NULL;
	return arena_printf(c->mem, "it needs %llu huge pages of %s, and %llu are free", (unsigned long long)needed, size_words(c->mem, kb), (unsigned long long)pages);
}

static struct check_result ask_machines_pages(const struct check_context *c)
{
	const struct machines *all = c->all->machines;
	bool is_read = true;
	uint64_t kb, pages;

	for (size_t i = 0; all && i < all->n; i++)
		is_read = is_read && (!will_lock(c, &all->items[i], true) || (page_size(c, &all->items[i], &kb) && free_pages(c, kb, &pages)));
	return or_unknown(c, check_machines(c, lacks_pages), true, is_read, "/sys/kernel/mm/hugepages");
}

/* Machines that want some are worse off than a pool that is used up. What they want is there, or nobody wants any: then
 * it is of no matter that the pools cannot be read. */
static struct check_result ask_pages(const struct check_context *c)
{
	struct check_result machines = ask_machines_pages(c), pools = check_huge_pages(c);

	if (machines.answer == CHECK_BAD || pools.answer == CHECK_UNKNOWN)
		return machines;
	return machines.answer == CHECK_UNKNOWN && pools.answer == CHECK_OK ? machines : pools;
}

/* ---- what the guest makes of it ---- */

static const char *shows_kvm(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)d;
	/* Those for machines without a screen (0302) never minded. */
	return function_class(c->f) == 0x0300 && c->f->has_ids && c->f->vendor == 0x10de && k->m.is_kvm_hidden == TRI_NO && k->m.is_windows != TRI_NO
	    ? "its guest sees that it is one: NVIDIA's drivers for Windows before 465 stop with Code 43 then, later ones do not mind" : NULL;
}

static struct check_result ask_code43(const struct check_context *c)
{
	return check_machines(c, shows_kvm);
}

static const char *has_two_screens(const struct check_context *c, const struct known_machine *k, const struct machine_device *d)
{
	(void)c;
	(void)d;
	return k->m.has_screen == TRI_YES ? "its guest has an emulated display as well, and starts on that one: the card's own screen stays dark until its driver runs" : NULL;
}

static struct check_result ask_screens(const struct check_context *c)
{
	return check_machines(c, has_two_screens);
}

#define DEFINITIONS "/etc/libvirt/qemu; /run/libvirt/qemu; /etc/pve/qemu-server; backup.yaml of LXD and Incus"
#define ALL_MACHINES DEFINITIONS "; /proc/*/cmdline of what holds VFIO"

const struct check checks_machine[] = {
    {"libvirt-in-use", CHECK_DEVICE, "/run/libvirt/qemu", "libvirt runs no machine with it", ask_in_use},
    {"qemu-device-missing", CHECK_GUEST | CHECK_MACHINES, DEFINITIONS, "what machines are to get is here", ask_missing},
    {"qemu-device-attached-twice", CHECK_GUEST | CHECK_MACHINES, ALL_MACHINES, "no machine is to get a device twice", ask_twice},
    {"libvirt-nonendpoint", CHECK_GUEST | CHECK_MACHINES, "/etc/libvirt/qemu; /sys/bus/pci/devices/*/class", "no machine is to get a bridge", ask_bridge},
    {"libvirt-unmanaged", CHECK_DEVICE | CHECK_GUEST | CHECK_MACHINES, "/etc/libvirt/qemu; /sys/bus/pci/devices/<function>/driver", "no machine of libvirt waits for it to be handed over", ask_unmanaged},
    {"libvirt-reset-failed", CHECK_DEVICE | CHECK_GUEST | CHECK_MACHINES, "/etc/libvirt/qemu; /sys/bus/pci/devices/<function>/{driver,reset_method}", "libvirt has not to reset it by itself, or can", ask_reset},
    {"qemu-property-type", CHECK_GUEST | CHECK_MACHINES, "/etc/libvirt/qemu", "no number of a device is written as text", ask_property},
    {"session-libvirt", CHECK_DEVICE | CHECK_GUEST | CHECK_MACHINES, "~/.config/libvirt/qemu of who asks, root's machines being the host's", "no machine of a user's own libvirt is to take it", ask_session},
    {"proxmox-pcie-needs-q35", CHECK_GUEST | CHECK_MACHINES, "/etc/pve/qemu-server", "no machine of Proxmox has PCI Express without q35", ask_q35},
    {"lxd-wrong-key", CHECK_GUEST | CHECK_MACHINES, "backup.yaml of LXD and Incus", "devices of LXD and Incus have the keys of their types", ask_key},
    {"lxd-companion", CHECK_DEVICE | CHECK_GUEST | CHECK_MACHINES, "backup.yaml of LXD and Incus; /sys/kernel/iommu_groups/<group>/devices", "LXD and Incus leave none of its group behind", ask_companion},
    {"viommu-caching-mode", CHECK_GUEST | CHECK_MACHINES, ALL_MACHINES, "no guest has an IOMMU of Intel's without caching mode", ask_caching},
    {"qemu-multiple-address-spaces", CHECK_DEVICE | CHECK_GUEST | CHECK_GROUP | CHECK_MACHINES, ALL_MACHINES, "no guest with an IOMMU has its group in two places", ask_spaces},
    {"phys-bits-mismatch", CHECK_GUEST | CHECK_MACHINES, ALL_MACHINES "; /proc/cpuinfo: address sizes", "no guest is told more address bits than there are", ask_bits},
    {"guest-ram-exceeds-free", CHECK_GUEST | CHECK_MACHINES, DEFINITIONS "; /proc/meminfo: MemAvailable", "there is memory for each machine that gets a device", ask_memory},
    {"hugepages-short", CHECK_GUEST | CHECK_MACHINES, DEFINITIONS "; /sys/devices/system/node/node*/hugepages/*, or /sys/kernel/mm/hugepages/*; /proc/cmdline; /proc/*/fd",
	"huge pages are there for each machine that wants them, or nobody asks for any", ask_pages},
    {"qemu-topology", CHECK_DEVICE | CHECK_DISPLAY | CHECK_GUEST | CHECK_NOTE | CHECK_MACHINES, ALL_MACHINES, "guests see it as graphics drivers expect it", ask_topology},
    {"nvidia-code43", CHECK_DEVICE | CHECK_DISPLAY | CHECK_GUEST | CHECK_NOTE | CHECK_MACHINES, ALL_MACHINES, "no old driver of NVIDIA's will mind", ask_code43},
    {"guest-driver-bound-boot-order", CHECK_DEVICE | CHECK_DISPLAY | CHECK_GUEST | CHECK_MACHINES, ALL_MACHINES, "it is the only display of its guests", ask_screens},
    {"lxd-no-hotplug", CHECK_DEVICE | CHECK_GUEST | CHECK_MACHINES, "backup.yaml of LXD and Incus", "no machine of LXD or Incus gets it", ask_hotplug},
};
const size_t n_checks_machine = ARRAY_LEN(checks_machine);
