/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands below a function in lspci -v, -k and -x. */
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

static void apply_config(struct dump *d)
{
	const unsigned char *c = d->config;
	struct dump_fact fact = {.group = GROUP_UNKNOWN, .addr = d->functions[d->open].addr};
	uint64_t seen = d->config_seen;

	/* A device that does not answer reads as ones. */
	if ((seen & 0xf) == 0xf && (c[0] & c[1]) != 0xff) {
		fact.vendor = (uint16_t)(c[0] | c[1] << 8);
		fact.device = (uint16_t)(c[2] | c[3] << 8);
		fact.has_vendor = fact.has_device = true;
		if ((seen & 0xf00) == 0xf00) {
			fact.class_code = (uint32_t)c[9] | (uint32_t)c[10] << 8 | (uint32_t)c[11] << 16;
			fact.has_class = true;
		}
		(void)dump_add(d, &fact);
		/* Header type 1: a bridge; its secondary bus (PCI-to-PCI Bridge Architecture Specification, 3.2). */
		if (seen & 1 << 0xe && (c[0xe] & 0x7f) == 1 && seen & 1 << 0x19 && c[0x19] != 0)
			d->functions[d->open].bus_below = c[0x19];
	}
}

/* "00: 86 80 00 0c …", sixteen bytes a line. */
static bool is_config(struct dump *d, const char *s)
{
	size_t digits = str_hex_length(s);
	uint64_t at, byte;

	if (digits < 2 || digits > 3 || s[digits] != ':' || s[digits + 1] != ' ')
		return false;
	(void)str_number_n(s, digits, 16, 0xfff, &at);
	s += digits + 1;
	for (; s[0] == ' ' && char_is_hex(s[1]) && char_is_hex(s[2]) && (s[3] == ' ' || s[3] == '\0'); s += 3, at++) {
		(void)str_number_n(s + 1, 2, 16, 0xff, &byte);
		if (at >= sizeof(d->config))
			return true;
		d->config[at] = (unsigned char)byte;
		d->config_seen |= UINT64_C(1) << at;
	}
	apply_config(d);
	return true;
}

static void take_subsystem(struct dump_function *f, const char *s)
{
	uint16_t vendor, device;

	for (const char *at = strchr(s, '['); at; at = strchr(at + 1, '['))
		if (!f->has_subsystem && dump_ids(at + 1, &vendor, &device) && at[10] == ']') {
			f->subvendor = vendor;
			f->subdevice = device;
			f->has_subsystem = true;
		}
}

static void take_modules(struct dump *d, struct dump_function *f, const char *s)
{
	char text[256];
	size_t n = 0;

	for (; *s && n + 1 < sizeof(text); s++)
		if (!dump_is_space(*s))
			text[n++] = *s;
	text[n] = '\0';
	if (!f->modules && n > 0)
		f->modules = arena_strdup(d->mem, text);
}

static void take_bus(struct dump_function *f, const char *s)
{
	const char *at = strstr(s, "secondary=");
	uint64_t bus;

	if (at && str_number_n(at + strlen("secondary="), 2, 16, 0xff, &bus) && bus != 0)
		f->bus_below = (int)bus;
}

/* lspci -v of pciutils 3.7 and later. A script may head its groups in the same words: then they do not stand further
 * in than the functions, and nothing of lspci came before. */
static bool is_group_detail(struct dump *d, const struct dump_function *f, const char *s, size_t indent)
{
	int group;

	if (!str_starts(s, "IOMMU group: ") || (indent <= d->open_indent && !d->open_has_details))
		return false;
	if (dump_group_number(s + strlen("IOMMU group: "), &group) > 0) {
		struct dump_fact fact = {.group = group, .addr = f->addr, .is_partial = d->is_filtered};

		(void)dump_add(d, &fact);
		d->says_groups = true;
	}
	return true;
}

bool dump_is_detail(struct dump *d, const char *line)
{
	static const char *const others[] = {"Flags:", "DeviceName:", "Control:", "Status:", "Latency:", "Interrupt:", "Region ",
	    "Memory at ", "I/O ports at ", "Expansion ROM at ", "Capabilities:", "Memory behind bridge:", "I/O behind bridge:",
	    "Prefetchable memory behind bridge:", "Physical Slot:", "NUMA node:", "Secondary status:", "BridgeCtl:", "BIST "};
	struct dump_start start = dump_find_start(line);
	struct dump_function *f;
	const char *s = start.at;
	char text[64];

	if (d->open < 0)
		return false;
	f = &d->functions[d->open];
	if (is_config(d, s))
		return true;
	if (is_group_detail(d, f, s, start.indent))
		return true;
	if (dump_starts(s, "Subsystem:")) {
		take_subsystem(f, s);
	} else if (dump_starts(s, "Kernel driver in use:")) {
		s += strlen("Kernel driver in use:");
		dump_copy(text, sizeof(text), s, strlen(s));
		dump_take_driver(d, f, text);
	} else if (dump_starts(s, "Kernel modules:")) {
		take_modules(d, f, s + strlen("Kernel modules:"));
	} else if (dump_starts(s, "Bus: primary=")) {
		take_bus(f, s);
	} else {
		bool is_known = false;

		for (size_t i = 0; i < ARRAY_LEN(others) && !is_known; i++)
			is_known = dump_starts(s, others[i]);
		if (!is_known)
			return false;
	}
	d->open_has_details = d->has_details = true;
	return true;
}
