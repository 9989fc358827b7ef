/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_attributes.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/pci_config.h"

#define DEVICES "sys/bus/pci/devices"
#define SLOTS "sys/bus/pci/slots"

/* Attributes that are a file of the same meaning. */
static const char *const files[ATTRIBUTES] = {
    [ATTR_REVISION] = "revision",
    [ATTR_NUMA_NODE] = "numa_node",
    [ATTR_BOOT_VGA] = "boot_vga",
    [ATTR_DRIVER_OVERRIDE] = "driver_override",
    [ATTR_RESET_METHOD] = "reset_method",
    [ATTR_LINK_SPEED] = "current_link_speed",
    [ATTR_LINK_WIDTH] = "current_link_width",
    [ATTR_MAX_LINK_SPEED] = "max_link_speed",
    [ATTR_MAX_LINK_WIDTH] = "max_link_width",
    [ATTR_VFS] = "sriov_numvfs",
};

/* Shown under the function's lock, which a stuck write holds: reading them then would hang as well (driver_override
 * up to 6.1, fact KF-04; drivers/pci/iov.c, sriov_numvfs_show, since 5.6). */
static bool takes_lock(enum attribute a)
{
	return a == ATTR_DRIVER_OVERRIDE || a == ATTR_VFS;
}

/* What the kernel prints for "there is none" (drivers/pci/pci-sysfs.c). */
static bool means_absent(enum attribute a, const char *text)
{
	return *text == '\0' || (a == ATTR_DRIVER_OVERRIDE && str_eq(text, "(null)")) ||
	    (a == ATTR_NUMA_NODE && str_eq(text, "-1")) ||
	    ((a == ATTR_LINK_WIDTH || a == ATTR_MAX_LINK_WIDTH || a == ATTR_VFS) && str_eq(text, "0")) ||
	    ((a == ATTR_LINK_SPEED || a == ATTR_MAX_LINK_SPEED) && str_starts(text, "Unknown"));
}

static const char *read_file(struct sys *s, struct arena *mem, const struct pci_function *f, enum attribute a)
{
	char path[SYS_PATH];
	int code;
	const char *text = sys_text(s, mem, sys_path(path, DEVICES "/%s/%s", f->name, files[a]), &code);

	/* Since 5.15 the file is there exactly where there is a way to reset (drivers/pci/pci-sysfs.c). */
	if (code == -ENOENT && a == ATTR_RESET_METHOD && s->is_live)
		return "";
	if (!text || means_absent(a, text))
		return NULL;
	return a == ATTR_REVISION && str_starts(text, "0x") ? text + 2 : text;
}

/* ---- physical slots ---- */

struct slot {
	const char *label;
	const char *address; /* "0000:01:00", without a function */
};

struct slots {
	struct sys *s;
	struct arena *mem;
	struct slot *items;
	size_t n;
};

static int add_slot(void *data, const char *label)
{
	struct slots *slots = data;
	char path[SYS_PATH];
	const char *address = sys_text(slots->s, slots->mem, sys_path(path, SLOTS "/%s/address", label), NULL);

	if (address)
		*ARENA_PUSH(slots->mem, slots->items, slots->n) = (struct slot){arena_strdup(slots->mem, label), address};
	return 0;
}

static const char *slot_label(const struct slots *slots, const struct pci_function *f)
{
	size_t length = strlen(f->name) - 2;

	for (size_t i = 0; i < slots->n; i++)
		if (strlen(slots->items[i].address) == length && memcmp(slots->items[i].address, f->name, length) == 0)
			return slots->items[i].label;
	return NULL;
}

/* A slot is listed by the bus that a port leads to ("0000:03:00"; "0000:03" where its device number is not known,
 * drivers/pci/slot.c, address_read_file). */
static const char *slot_label_below(const struct slots *slots, struct arena *mem, const struct pci_function *f)
{
	const char *bus;
	size_t length;

	if (!f->config || f->config->secondary_bus < 0)
		return NULL;
	bus = arena_printf(mem, "%04x:%02x", f->addr.domain, (unsigned)f->config->secondary_bus);
	length = strlen(bus);
	for (size_t i = 0; i < slots->n; i++)
		if (str_starts(slots->items[i].address, bus) &&
		    (slots->items[i].address[length] == '\0' || slots->items[i].address[length] == ':'))
			return slots->items[i].label;
	return NULL;
}

/* ---- modules and serial number ---- */

static const char *fitting_modules(struct sys *s, struct arena *mem, const struct pci_function *f)
{
	char path[SYS_PATH], names[512];
	const char *modalias = sys_text(s, mem, sys_path(path, DEVICES "/%s/modalias", f->name), NULL);

	if (!modalias || s->ops->module_for(s, modalias, names, sizeof(names)) < 0)
		return NULL;
	return arena_strdup(mem, names);
}

static uint32_t get_32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Extended capability 0003 (PCI Express Base Specification, 7.9.3): two words behind its header, printed
 * from the highest byte down. Extended capabilities start at 100h; next pointer in bits 31 to 20. */
static const char *serial_number(struct sys *s, struct arena *mem, const struct pci_function *f)
{
	unsigned char config[4097];
	char path[SYS_PATH];
	int n = s->ops->read(s, sys_path(path, DEVICES "/%s/config", f->name), (char *)config, sizeof(config));
	unsigned at = 0x100;

	for (unsigned steps = 0; steps < 960 && at >= 0x100 && (int)at + 12 <= n; steps++) {
		uint32_t header = get_32(config + at);

		if ((header & 0xffff) == 0x0003)
			return arena_printf(mem, "%02x-%02x-%02x-%02x-%02x-%02x-%02x-%02x", config[at + 11], config[at + 10],
			    config[at + 9], config[at + 8], config[at + 7], config[at + 6], config[at + 5], config[at + 4]);
		at = header >> 20;
	}
	return NULL;
}

void read_attributes_of(struct sys *s, struct arena *mem, struct host *h, const bool *is_wanted, unsigned attributes)
{
	struct slots slots = {.s = s, .mem = mem};

	if (attributes & (1u << ATTR_SLOT | 1u << ATTR_SLOT_BELOW))
		(void)s->ops->list(s, SLOTS, add_slot, &slots);
	for (size_t i = 0; i < h->n_functions; i++) {
		struct pci_function *f = &h->functions[i];

		if (!is_wanted[i])
			continue;
		if (!f->attributes)
			f->attributes = arena_alloc(mem, ATTRIBUTES * sizeof(*f->attributes));
		for (int a = 0; a < ATTRIBUTES; a++)
			if (attributes & 1u << a && files[a] && !(takes_lock((enum attribute)a) && s->ops->is_busy(s, f->name) == 1))
				f->attributes[a] = read_file(s, mem, f, (enum attribute)a);
		if (attributes & 1u << ATTR_SLOT)
			f->attributes[ATTR_SLOT] = slot_label(&slots, f);
		if (attributes & 1u << ATTR_SLOT_BELOW)
			f->attributes[ATTR_SLOT_BELOW] = slot_label_below(&slots, mem, f);
		if (attributes & 1u << ATTR_MODULES)
			f->attributes[ATTR_MODULES] = fitting_modules(s, mem, f);
		if (attributes & 1u << ATTR_SERIAL)
			f->attributes[ATTR_SERIAL] = serial_number(s, mem, f);
	}
}
