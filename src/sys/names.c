/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/names.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-hwdb.h>

#include "base/str.h"
#include "sys/library.h"

enum { SLOTS = 1024, NAME = 256 };

/* What is remembered: "c0300" class, "v10de" vendor, "d10de2204" device, as numbers. */
struct cached {
	uint64_t key;
	const char *text;
	struct cached *next;
};

struct names {
	struct arena *mem;
	struct cached *slots[SLOTS];
	sd_hwdb *hwdb;
	struct pci_access *pci;
	bool tried_pci;
};

static struct {
	__typeof__(sd_hwdb_new) *new;
	__typeof__(sd_hwdb_unref) *unref;
	__typeof__(sd_hwdb_get) *get;
} hw;

static struct {
	__typeof__(pci_alloc) *alloc;
	__typeof__(pci_cleanup) *cleanup;
	__typeof__(pci_lookup_name) *lookup_name;
	__typeof__(pci_set_param) *set_param;
} pc;

struct names *names_open(struct arena *mem)
{
	static const struct library_symbol symbols[] = {
	    {"sd_hwdb_new", (void **)&hw.new},
	    {"sd_hwdb_unref", (void **)&hw.unref},
	    {"sd_hwdb_get", (void **)&hw.get},
	};
	struct names *n = arena_alloc(mem, sizeof(*n));

	n->mem = mem;
	if (library_load("libsystemd.so.0", symbols, ARRAY_LEN(symbols)) && hw.new(&n->hwdb) < 0)
		n->hwdb = NULL;
	return n;
}

void names_close(struct names *n)
{
	if (n->hwdb)
		(void)hw.unref(n->hwdb);
	if (n->pci)
		pc.cleanup(n->pci);
	n->hwdb = NULL;
	n->pci = NULL;
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

	if (n->tried_pci)
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

static const char *from_hwdb(struct names *n, const char *modalias, const char *key)
{
	const char *value;

	if (!n->hwdb || hw.get(n->hwdb, modalias, key, &value) < 0)
		return NULL;
	return arena_strdup(n->mem, value);
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

static const char *class_name(struct names *n, const struct pci_function *f)
{
	unsigned class = function_class(f);
	struct cached *c = find_slot(n, 1ULL << 48 | class);
	char modalias[64];

	if (c->text)
		return c->text;
	(void)snprintf(modalias, sizeof(modalias), "pci:v*d*sv*sd*bc%02Xsc%02X*", class >> 8, class & 0xff);
	c->text = from_hwdb(n, modalias, "ID_PCI_SUBCLASS_FROM_DATABASE");
	if (!c->text)
		c->text = from_pci_ids(n, PCI_LOOKUP_CLASS, (int)class, 0);
	if (!c->text) {
		(void)snprintf(modalias, sizeof(modalias), "pci:v*d*sv*sd*bc%02X*", class >> 8);
		c->text = from_hwdb(n, modalias, "ID_PCI_CLASS_FROM_DATABASE");
	}
	if (!c->text)
		c->text = arena_printf(n->mem, "Class %04x", class);
	return c->text;
}

static const char *vendor_name(struct names *n, const struct pci_function *f)
{
	struct cached *c = find_slot(n, 2ULL << 48 | f->vendor);
	char modalias[64];

	if (c->text)
		return c->text;
	(void)snprintf(modalias, sizeof(modalias), "pci:v%08X*", f->vendor);
	c->text = from_hwdb(n, modalias, "ID_VENDOR_FROM_DATABASE");
	if (!c->text)
		c->text = from_pci_ids(n, PCI_LOOKUP_VENDOR, f->vendor, 0);
	if (!c->text)
		c->text = arena_printf(n->mem, "Vendor %04x", f->vendor);
	return c->text;
}

static const char *device_name(struct names *n, const struct pci_function *f)
{
	struct cached *c = find_slot(n, 3ULL << 48 | (uint64_t)f->vendor << 16 | f->device);
	char modalias[64];

	if (c->text)
		return c->text;
	(void)snprintf(modalias, sizeof(modalias), "pci:v%08Xd%08X*", f->vendor, f->device);
	c->text = from_hwdb(n, modalias, "ID_MODEL_FROM_DATABASE");
	if (!c->text)
		c->text = from_pci_ids(n, PCI_LOOKUP_DEVICE, f->vendor, f->device);
	if (!c->text)
		c->text = arena_printf(n->mem, "Device %04x", f->device);
	return c->text;
}

const char *names_describe(struct names *n, const struct pci_function *f)
{
	const char *class = f->has_class ? class_name(n, f) : "Unknown class";

	if (!f->has_ids)
		return class;
	return arena_printf(n->mem, "%s: %s %s", class, vendor_name(n, f), device_name(n, f));
}
