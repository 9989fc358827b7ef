/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/machine.h"

#include <string.h>

#include "base/str.h"
#include "model/host.h"

bool machine_add(struct machine *m, struct machine_device device)
{
	if (m->n_devices == MACHINE_DEVICES) {
		m->is_unclear = true;
		return false;
	}
	*ARENA_PUSH(m->mem, m->devices, m->n_devices) = device;
	return true;
}

bool machine_add_address(struct machine *m, const char *text)
{
	struct machine_device device = {.kind = MACHINE_FUNCTION};
	char first[PCI_ADDR_TEXT];
	size_t length = strlen(text);

	if (!pci_addr_parse(text, &device.addr)) {
		device.kind = MACHINE_SLOT;
		if (length + 3 > sizeof(first))
			return false;
		memcpy(first, text, length);
		memcpy(first + length, ".0", 3);
		if (!pci_addr_parse(first, &device.addr))
			return false;
	}
	return machine_add(m, device);
}

bool machine_line(char **rest, char **ret_line)
{
	*ret_line = *rest && **rest ? machine_part(rest, "\n") : NULL;
	return *ret_line != NULL;
}

char *machine_part(char **rest, const char *separators)
{
	char *part = *rest;
	size_t length;

	if (!part)
		return NULL;
	length = strcspn(part, separators);
	*rest = part[length] ? part + length + 1 : NULL;
	part[length] = '\0';
	return part;
}

char *machine_trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r");
	for (length = strlen(text); length > 0 && strchr(" \t\r", text[length - 1]); length--)
		;
	text[length] = '\0';
	return text;
}

bool machine_device_means(const struct machine_device *d, const struct pci_function *f)
{
	switch (d->kind) {
	case MACHINE_FUNCTION:
		return pci_addr_cmp(f->addr, d->addr) == 0;
	case MACHINE_SLOT:
		return pci_addr_same_slot(f->addr, d->addr);
	case MACHINE_GPU_IDS:
		return function_is_display(f) && f->has_ids && f->vendor == d->vendor && (d->device == 0 || f->device == d->device);
	case MACHINE_GPU_ANY:
		return function_is_display(f);
	case MACHINE_GPU_CARD:
	case MACHINE_MAPPING:
		break;
	}
	return false;
}

enum machine_board machine_board_of(const char *type)
{
	if (str_eq(type, "q35") || str_starts(type, "pc-q35"))
		return BOARD_Q35;
	if (str_eq(type, "pc") || str_starts(type, "pc-i440fx"))
		return BOARD_I440FX;
	return *type ? BOARD_OTHER : BOARD_UNKNOWN;
}

bool machine_unit(const char *unit, uint64_t *ret_bytes)
{
	static const char letters[] = "KMGTPE";
	char first = *unit >= 'a' && *unit <= 'z' ? (char)(*unit - 'a' + 'A') : *unit;
	const char *at = first ? strchr(letters, first) : NULL;
	const char *rest = at ? unit + 1 : unit;
	uint64_t step = at && (str_eq(rest, "B") || str_eq(rest, "b")) ? 1000 : 1024;

	if (*rest && !str_eq(rest, "B") && !str_eq(rest, "b") && !str_eq(rest, "iB") && !str_eq(rest, "ib") && (at || !str_eq(rest, "bytes")))
		return false;
	*ret_bytes = 1;
	for (ptrdiff_t i = 0; at && i <= at - letters; i++)
		*ret_bytes *= step;
	return true;
}

/* ---- QEMU's configuration file ---- */

/* `key = "value"`: its value; NULL: another key. */
static char *conf_value(char *line, const char *key)
{
	char *end;

	if (!str_starts(line, key))
		return NULL;
	line = machine_trim(line + strlen(key));
	if (*line != '=')
		return NULL;
	line = machine_trim(line + 1);
	if (*line != '"')
		return NULL;
	line++;
	end = strchr(line, '"');
	if (!end)
		return NULL;
	*end = '\0';
	return line;
}

static void end_conf_section(struct machine *m, bool is_vfio, const char *host)
{
	if (is_vfio && (!host || !machine_add_address(m, host)))
		m->is_unclear = true;
}

void machine_parse_qemu_conf(struct machine *m, char *text)
{
	const char *host = NULL;
	bool is_vfio = false;

	for (char *line; machine_line(&text, &line);) {
		char *value;

		line = machine_trim(line);
		if (*line == '[') {
			end_conf_section(m, is_vfio, host);
			is_vfio = false;
			host = NULL;
		} else if ((value = conf_value(line, "driver"))) {
			/* vfio-pci, or vfio-vga for a card with a VGA monitor. */
			is_vfio = str_starts(value, "vfio-");
		} else if ((value = conf_value(line, "host"))) {
			host = value;
		}
	}
	end_conf_section(m, is_vfio, host);
}
