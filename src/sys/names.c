/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/names.h"

#include <pci/pci.h>
#include <libudev.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/library.h"

enum { SLOTS = 1024, NAME = 256 };

/* What is remembered: a description for each class, vendor and device together. */
struct cached {
	uint64_t key;
	const char *text;
	struct cached *next;
};

struct names {
	struct arena *mem;
	struct cached *slots[SLOTS];
	struct udev *udev;
	struct udev_hwdb *hwdb;
	struct pci_access *pci;
	bool tried_pci;
};

/* libudev and not libsystemd: the same database, and no libraries behind it. */
static struct {
	__typeof__(udev_new) *new;
	__typeof__(udev_unref) *unref;
	__typeof__(udev_hwdb_new) *hwdb_new;
	__typeof__(udev_hwdb_unref) *hwdb_unref;
	__typeof__(udev_hwdb_get_properties_list_entry) *get;
	__typeof__(udev_list_entry_get_by_name) *by_name;
	__typeof__(udev_list_entry_get_value) *value;
} ud;

static struct {
	__typeof__(pci_alloc) *alloc;
	__typeof__(pci_cleanup) *cleanup;
	__typeof__(pci_lookup_name) *lookup_name;
	__typeof__(pci_set_param) *set_param;
} pc;

struct names *names_open(struct arena *mem)
{
	static const struct library_symbol symbols[] = {
	    {"udev_new", (void **)&ud.new},
	    {"udev_unref", (void **)&ud.unref},
	    {"udev_hwdb_new", (void **)&ud.hwdb_new},
	    {"udev_hwdb_unref", (void **)&ud.hwdb_unref},
	    {"udev_hwdb_get_properties_list_entry", (void **)&ud.get},
	    {"udev_list_entry_get_by_name", (void **)&ud.by_name},
	    {"udev_list_entry_get_value", (void **)&ud.value},
	};
	struct names *n = arena_alloc(mem, sizeof(*n));

	n->mem = mem;
	if (!library_load("libudev.so.1", symbols, ARRAY_LEN(symbols)))
		return n;
	n->udev = ud.new();
	if (n->udev)
		n->hwdb = ud.hwdb_new(n->udev);
	return n;
}

void names_close(struct names *n)
{
	if (n->hwdb)
		(void)ud.hwdb_unref(n->hwdb);
	if (n->udev)
		(void)ud.unref(n->udev);
	if (n->pci)
		pc.cleanup(n->pci);
	*n = (struct names){.mem = n->mem};
}

/* libpci calls exit(1) in its default error handler and prints warnings; names are not worth either. */
static jmp_buf pci_failed;

__attribute__((noreturn)) static void on_pci_error(char *message, ...)
{
	(void)message;
	longjmp(pci_failed, 1);
}

static void on_pci_message(char *message, ...)
{
	(void)message;
}

static bool open_pci_ids(struct names *n)
{
	static const struct library_symbol symbols[] = {
	    {"pci_alloc", (void **)&pc.alloc},
	    {"pci_cleanup", (void **)&pc.cleanup},
	    {"pci_lookup_name", (void **)&pc.lookup_name},
	    {"pci_set_param", (void **)&pc.set_param},
	};

	static char no_hwdb[] = "hwdb.disable", one[] = "1"; /* libpci wants them writable */

	/* Parsing the text file takes five times as long as all else `list` does; the hardware database is made
	 * from the same file. */
	if (n->hwdb || n->tried_pci)
		return n->pci != NULL;
	n->tried_pci = true;
	if (!library_load("libpci.so.3", symbols, ARRAY_LEN(symbols)))
		return false;
	n->pci = pc.alloc();
	n->pci->error = on_pci_error;
	n->pci->warning = n->pci->debug = on_pci_message;
	(void)pc.set_param(n->pci, no_hwdb, one);
	return true;
}

static const char *from_pci_ids(struct names *n, int flags, int a, int b)
{
	char buf[NAME];
	char *name;

	if (!open_pci_ids(n) || setjmp(pci_failed))
		return NULL;
	name = pc.lookup_name(n->pci, buf, sizeof(buf), flags | PCI_LOOKUP_NO_NUMBERS, a, b);
	return name ? arena_strdup(n->mem, name) : NULL;
}

static struct cached *find_slot(struct names *n, uint64_t key)
{
	struct cached **slot = &n->slots[(key * 0x9e3779b97f4a7c15ULL) >> 54];
	struct cached *c;

	for (c = *slot; c; c = c->next)
		if (c->key == key)
			return c;
	c = arena_alloc(n->mem, sizeof(*c));
	c->key = key;
	c->next = *slot;
	*slot = c;
	return c;
}

static const char *property(struct udev_list_entry *found, const char *key)
{
	struct udev_list_entry *entry = found ? ud.by_name(found, key) : NULL;

	return entry ? ud.value(entry) : NULL;
}

static const char *describe(struct names *n, const struct pci_function *f)
{
	unsigned class = function_class(f);
	struct udev_list_entry *found = NULL;
	const char *class_name, *vendor, *device;
	char modalias[128];

	/* One look answers all three: the database's patterns for class, vendor and device all match it. No
	 * subsystem, for its names would stand in for the device's own. */
	(void)snprintf(modalias, sizeof(modalias), "pci:v%08Xd%08Xsv00000000sd00000000bc%02Xsc%02Xi%02X", f->vendor,
	    f->device, class >> 8, class & 0xff, f->class_code & 0xff);
	if (n->hwdb)
		found = ud.get(n->hwdb, modalias, 0);
	class_name = property(found, "ID_PCI_SUBCLASS_FROM_DATABASE");
	if (!class_name)
		class_name = property(found, "ID_PCI_CLASS_FROM_DATABASE");
	if (!class_name)
		class_name = from_pci_ids(n, PCI_LOOKUP_CLASS, (int)class, 0);
	if (!f->has_ids)
		return class_name ? arena_strdup(n->mem, class_name) : NULL;
	vendor = property(found, "ID_VENDOR_FROM_DATABASE");
	if (!vendor)
		vendor = from_pci_ids(n, PCI_LOOKUP_VENDOR, f->vendor, 0);
	device = property(found, "ID_MODEL_FROM_DATABASE");
	if (!device)
		device = from_pci_ids(n, PCI_LOOKUP_DEVICE, f->vendor, f->device);
	return arena_printf(n->mem, "%s: %s %s", class_name ? class_name : arena_printf(n->mem, "Class %04x", class),
	    vendor ? vendor : arena_printf(n->mem, "Vendor %04x", f->vendor),
	    device ? device : arena_printf(n->mem, "Device %04x", f->device));
}

const char *names_describe(struct names *n, const struct pci_function *f)
{
	struct cached *c;

	if (!f->has_class && !f->has_ids)
		return NULL;
	c = find_slot(n, (uint64_t)f->class_code << 32 | (uint64_t)f->vendor << 16 | f->device);
	if (!c->text)
		c->text = describe(n, f);
	return c->text;
}
