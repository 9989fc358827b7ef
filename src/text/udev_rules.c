/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/udev_rules.h"

#include <string.h>

#include "base/str.h"
#include "text/claims_words.h"

enum { LONGEST_PLACE = 1024, LONGEST_DRIVER = 55 };

#define END "passthru_end"

static bool is_of(const char *text, const char *letters, size_t most)
{
	size_t length = text ? strlen(text) : 0;

	return length > 0 && length <= most && strspn(text, letters) == length;
}

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* It becomes an argument of the builtin "kmod", which takes blanks and a dash in front for more than a name. */
static bool is_driver(const char *name)
{
	return is_of(name, ALPHANUMERIC "_-", LONGEST_DRIVER) && name[0] != '-';
}

/* The end is the address that the line writes to, or it guards nothing. */
static bool is_place(const char *place, const char *address)
{
	return is_of(place, ALPHANUMERIC "_.:/@-", LONGEST_PLACE) && str_starts(place, "/sys/devices/") && !strstr(place, "/../") &&
	    str_eq(str_base(place), address);
}

static const char *spelled(const char *address, char buf[PCI_ADDR_TEXT])
{
	struct pci_addr addr;

	return address && pci_addr_parse(address, &addr) ? pci_addr_format(addr, buf) : NULL;
}

bool udev_rules_take(uint32_t class_code)
{
	return (class_code >> 16 & 0xffu) != 0x01;
}

/* "*" for what is above the root bus: its number is the host's only one. A "?" a digit of the bus numbers, which are
 * handed out anew at every boot. */
static const char *path_glob(struct arena *mem, const struct port_path *p)
{
	const char *text = arena_printf(mem, "*/pci%04x:%02x/%04x:%02x", p->domain, p->root_bus, p->domain, p->root_bus);

	for (size_t i = 0; i < p->n; i++)
		text = arena_printf(mem, "%s%s:%02x.%x", text, i > 0 ? arena_printf(mem, "/%04x:?\?", p->domain) : "",
		    p->steps[i].device & 0x1fu, p->steps[i].function & 7u);
	return text;
}

/* at: "", or "[pci/ADDRESS]" for those of another function. */
static const char *ids(struct arena *mem, const struct claim_rule *r, const char *at)
{
	return arena_printf(mem,
	    "ATTR{%svendor}==\"0x%04x\", ATTR{%sdevice}==\"0x%04x\", ATTR{%ssubsystem_vendor}==\"0x%04x\", "
	    "ATTR{%ssubsystem_device}==\"0x%04x\", ATTR{%sclass}==\"0x%06x\"",
	    at, r->vendor, at, r->device, at, r->subvendor, at, r->subdevice, at, r->class_code & 0xffffffu);
}

static const char *skips(struct arena *mem)
{
	const char *text = "";

	for (size_t i = 0; i < n_claims_words; i++) {
		const struct claims_word *w = &claims_words[i];

		/* It matches only where the word is there. Its value is another line's, for udev takes the matches of ENV
		 * in a line before what the same line imports (systemd 252, src/udev/udev-rules.c, enum of tokens). */
		text = arena_printf(mem, "%sIMPORT{cmdline}=\"%s\"", text, w->key);
		if (w->values || w->is_bare)
			text = arena_printf(mem, "%s\nENV{%s}==\"%s\"", text, w->key, w->is_bare ? "1" : w->values);
		text = arena_printf(mem, "%s, GOTO=\"" END "\"\n", text);
	}
	return text;
}

static const char *lines_of(struct arena *mem, const struct claim_rule *r, const char *trigger)
{
	char name[PORT_PATH_TEXT], address[PCI_ADDR_TEXT];
	const char *text = arena_printf(mem, "\n# claim %s, now at %s\n", port_path_file_name(&r->path, name), pci_addr_format(r->addr, address));

	if (!is_driver(r->driver))
		return arena_printf(mem, "%s# No line: what its driver is called is no name of a driver.\n", text);
	if (trigger && is_place(r->place, address))
		text = arena_printf(mem, "%sKERNEL==\"%s\", TEST==\"%s\", %s, ATTR{[pci/%s]driver_override}=\"%s\"\n", text, trigger,
		    r->place, ids(mem, r, arena_printf(mem, "[pci/%s]", address)), address, r->driver);
	else
		text = arena_printf(mem, "%s# No line for the host's first function: %s.\n", text,
		    trigger ? "where it is in sysfs cannot be written here" : "which that is, is not known");
	return arena_printf(mem, "%sDEVPATH==\"%s\", %s, ATTR{driver_override}=\"%s\", RUN{builtin}+=\"kmod load %s\"\n", text,
	    path_glob(mem, &r->path), ids(mem, r, ""), r->driver, r->driver);
}

const char *udev_rules_text(struct arena *mem, const struct claim_rule *rules, size_t n, const char *trigger)
{
	char buf[PCI_ADDR_TEXT];
	const char *first = spelled(trigger, buf);
	const char *text = arena_printf(mem,
	    "# Made by passthru from the claims in /etc/passthru/claims.d: edits are lost, passthru claim makes it anew.\n"
	    "# The words of the kernel below keep it from acting for one boot.\n"
	    "ACTION!=\"add\", GOTO=\"" END "\"\n"
	    "SUBSYSTEM!=\"pci\", GOTO=\"" END "\"\n"
	    "%s",
	    skips(mem));

	for (size_t i = 0; i < n; i++)
		if (udev_rules_take(rules[i].class_code))
			text = arena_printf(mem, "%s%s", text, lines_of(mem, &rules[i], first));
	return arena_printf(mem, "%s\nLABEL=\"" END "\"\n", text);
}
