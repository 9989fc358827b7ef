/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/machine.h"

#include <string.h>

#include "base/str.h"

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

/* ---- QEMU ---- */

/* Each value of a key, up to what ends it; "host=" also counts the IP address of a socket, which is none of ours. */
static void add_values(struct machine *m, const char *text, const char *key)
{
	static const char folder[] = "/sys/bus/pci/devices/";

	for (const char *found = strstr(text, key); found; found = strstr(found, key)) {
		char value[PCI_ADDR_TEXT] = "";
		size_t length;

		found += strlen(key);
		if (str_starts(found, folder))
			found += strlen(folder);
		length = strcspn(found, ",\"'/} \t");
		if (length < sizeof(value)) {
			memcpy(value, found, length);
			value[length] = '\0';
			(void)machine_add_address(m, value);
		}
	}
}

void machine_parse_arguments(struct machine *m, const char *text)
{
	static const char *const keys[] = {"host=", "sysfsdev=", "\"host\":\"", "\"host\": \"", "\"sysfsdev\":\"",
	    "\"sysfsdev\": \""};
	size_t n = m->n_devices;

	if (!strstr(text, "vfio-pci"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		add_values(m, text, keys[i]);
	m->is_unclear = m->is_unclear || m->n_devices == n;
}

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
