/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log and command line: what they say of groups, classes and the IOMMU as a whole. */
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

/* The address that ends before here: "pci 0000:01:00.0: ". */
static bool address_before(const char *line, const char *end, struct pci_addr *ret)
{
	while (end > line && strchr(": ", end[-1]))
		end--;
	while (end > line && !dump_is_space(end[-1]))
		end--;
	return dump_address(end, ret) > 0;
}

/* The name of a device that is no PCI function, before here: "hisi_sas_v2_hw HISI0162:01: ". */
static void name_before(const char *line, const char *end, char *buf, size_t size)
{
	const char *begin;

	while (end > line && strchr(": ", end[-1]))
		end--;
	for (begin = end; begin > line && !dump_is_space(begin[-1]); begin--)
		;
	dump_copy(buf, size, begin, (size_t)(end - begin));
}

/* The word before the address that ends before here is that driver. */
static bool is_by_driver(const char *line, const char *end, const char *driver)
{
	size_t n = strlen(driver);

	while (end > line && strchr(": ", end[-1]))
		end--;
	while (end > line && !dump_is_space(end[-1]))
		end--;
	return (size_t)(end - line) > n && strncmp(end - 1 - n, driver, n) == 0 && ((size_t)(end - line) == n + 1 || dump_is_space(end[-2 - (ptrdiff_t)n]));
}

/* "pci 0000:01:00.0: Adding to iommu group 1" (drivers/iommu/iommu.c), up to 5.1 "iommu: Adding device 0000:01:00.0 to
 * group 1". */
static bool is_adding(struct dump *d, const char *line)
{
	const char *at = strstr(line, "Adding to iommu group "), *number;
	struct dump_function *f;
	struct pci_addr addr;
	int group;

	if (at) {
		char name[64];

		number = at + strlen("Adding to iommu group ");
		if (!address_before(line, at, &addr)) {
			name_before(line, at, name, sizeof(name));
			if (dump_group_number(number, &group) > 0)
				dump_add_other(d, group, name, true);
			return true;
		}
	} else {
		at = strstr(line, "Adding device ");
		if (!at || dump_address(at + strlen("Adding device "), &addr) == 0)
			return false;
		number = strstr(at, " to group ");
		if (!number)
			return false;
		number += strlen(" to group ");
	}
	f = dump_at(d, addr);
	if (f && dump_group_number(number, &group) > 0) {
		f->is_told = true;
		f->log_group = group;
		f->is_seen_whole |= !d->is_filtered;
		f->is_seen_partly |= d->is_filtered;
	}
	/* "pcieport 0000:00:01.0: …": that driver has no other (drivers/pci/pcie/portdrv.c). */
	if (f && at && is_by_driver(line, at, "pcieport")) {
		struct dump_fact fact = {.group = GROUP_UNKNOWN, .addr = addr, .has_class = true, .is_class_named = true, .is_log = true, .class_code = 0x060400};

		(void)dump_add(d, &fact);
	}
	return true;
}

static bool is_removing(struct dump *d, const char *line)
{
	const char *at = strstr(line, "Removing from iommu group ");
	struct dump_function *f;
	struct pci_addr addr;

	if (at && address_before(line, at, &addr)) {
		f = dump_at(d, addr);
	} else {
		at = strstr(line, "Removing device ");
		if (!at || !strstr(at, " from group ") || dump_address(at + strlen("Removing device "), &addr) == 0)
			return false;
		f = dump_at(d, addr);
	}
	if (f) {
		f->is_told = true;
		f->log_group = GROUP_NONE;
	}
	return true;
}

/* "pci 0000:00:02.0: [8086:46a6] type 00 class 0x030000" (drivers/pci/probe.c, pci_setup_device). */
static bool is_probe(struct dump *d, const char *line)
{
	const char *at = strstr(line, "] type "), *class = at ? strstr(at, " class 0x") : NULL;
	struct dump_fact fact = {.group = GROUP_UNKNOWN, .is_log = true};
	uint64_t number;

	if (!class || at - line < 10 || !dump_ids(at - 9, &fact.vendor, &fact.device) || !address_before(line, at - 10, &fact.addr) ||
	    !str_number_n(class + strlen(" class 0x"), 6, 16, 0xffffff, &number))
		return false;
	fact.has_vendor = fact.has_device = fact.has_class = true;
	fact.class_code = (uint32_t)number;
	fact.is_vf = str_starts(at, "] type 7f "); /* a virtual function has no header type of its own */
	(void)dump_add(d, &fact);
	return true;
}

/* "pci 0000:00:01.0: PCI bridge to [bus 01-02]". */
static bool is_bridge_bus(struct dump *d, const char *line)
{
	static const char words[] = "PCI bridge to [bus ";
	const char *at = strstr(line, words);
	struct dump_function *f;
	struct pci_addr addr;
	uint64_t bus;

	if (!at || !address_before(line, at, &addr) || !str_number_n(at + strlen(words), 2, 16, 0xff, &bus))
		return false;
	f = dump_at(d, addr);
	if (f && f->bus_below < 0 && bus != 0) {
		f->is_told = true;
		f->bus_below = (int)bus;
	}
	return true;
}

void dump_take_cmdline(struct dump *d, const char *line)
{
	static const struct {
		const char *word;
		size_t at;
	} words[] = {{"iommu=off", offsetof(struct dump, is_off)}, {"intel_iommu=off", offsetof(struct dump, is_intel_off)},
	    {"amd_iommu=off", offsetof(struct dump, is_amd_off)}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_has_word(line, words[i].word, strlen(words[i].word)))
			*(bool *)((char *)d + words[i].at) = true;
}

/* "6.5.0-45-generic" */
static void take_version(struct dump *d, const char *s)
{
	size_t n = strspn(s, "0123456789");
	uint64_t major, minor;

	if (s[n] != '.' || !str_number_n(s, n, 10, 99, &major) || !str_number_n(s + n + 1, strspn(s + n + 1, "0123456789"), 10, 999, &minor))
		return;
	d->kernel_major = (unsigned)major;
	d->kernel_minor = (unsigned)minor;
}

static bool is_of_the_kernel(struct dump *d, const char *line)
{
	/* Said where it was looked for and is not there, or was turned off: drivers/iommu/intel/dmar.c, drivers/iommu/amd/init.c. */
	static const char *const none[] = {"DMAR: IOMMU disabled", "Intel-IOMMU: disabled", "AMD-Vi: AMD IOMMU disabled",
	    "AMD IOMMU disabled on kernel command-line", "DMAR: No DMAR devices found", "AMD-Vi: disabled by kernel command line"};
	const char *at = strstr(line, "Linux version ");

	if (at) {
		take_version(d, at + strlen("Linux version "));
		return true;
	}
	at = strstr(line, "ommand line: ");
	if (!at && str_starts(line, "BOOT_IMAGE="))
		at = line;
	if (at) {
		dump_take_cmdline(d, at);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		if (strstr(line, none[i]))
			return d->says_no_iommu = true;
	return false;
}

bool dump_is_log(struct dump *d, const char *line)
{
	return is_adding(d, line) || is_removing(d, line) || is_probe(d, line) || is_bridge_bus(d, line) || is_of_the_kernel(d, line);
}
