/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/str.h"
#include "text/machine.h"

/* "0000:01:00;01:00.1" */
static void add_addresses(struct machine *m, char *list)
{
	for (char *one; (one = machine_part(&list, ";"));)
		if (!machine_add_address(m, machine_trim(one)))
			m->is_unclear = true;
}

/* "0000:01:00,pcie=1,x-vga=1", "host=01:00.0", "mapping=gpu-a,pcie=1": host is the key that may go unnamed
 * (src/PVE/QemuServer/PCI.pm of qemu-server). */
static void add_hostpci(struct machine *m, char *value)
{
	size_t n = m->n_devices;

	for (char *part; (part = machine_part(&value, ","));) {
		part = machine_trim(part);
		if (str_starts(part, "mapping="))
			(void)machine_add(m, (struct machine_device){.kind = MACHINE_MAPPING,
				.name = arena_strdup(m->mem, part + strlen("mapping="))});
		else if (str_starts(part, "host="))
			add_addresses(m, part + strlen("host="));
		else if (!strchr(part, '='))
			add_addresses(m, part);
	}
	m->is_unclear = m->is_unclear || m->n_devices == n;
}

void machine_parse_proxmox(struct machine *m, char *text)
{
	bool is_snapshot = false;

	for (char *line; machine_line(&text, &line);) {
		char *value = strchr(line, ':');
		uint64_t number;

		if (*line == '[')
			is_snapshot = !str_starts(line, "[PENDING]");
		if (is_snapshot || !value)
			continue;
		*value++ = '\0';
		if (str_starts(line, "hostpci") && str_number(line + strlen("hostpci"), 10, 255, &number))
			add_hostpci(m, machine_trim(value));
		else if (str_eq(line, "args"))
			machine_parse_arguments(m, value);
	}
}

/* "id=10de:2204,iommugroup=14,node=pve1,path=0000:01:00;0000:01:00.1" */
static void add_map(struct machine *m, char *value, const char *node)
{
	char *path = NULL;
	bool is_here = !node;

	for (char *part; (part = machine_part(&value, ","));) {
		part = machine_trim(part);
		if (str_starts(part, "path="))
			path = part + strlen("path=");
		else if (node && str_starts(part, "node="))
			is_here = str_eq(part + strlen("node="), node);
	}
	if (is_here && path)
		add_addresses(m, path);
	else if (is_here)
		m->is_unclear = true;
}

void machine_parse_proxmox_mapping(struct machine *m, char *text, const char *id, const char *node)
{
	bool is_wanted = false, is_found = false;

	for (char *line; machine_line(&text, &line);) {
		bool is_head = *line != ' ' && *line != '\t';

		line = machine_trim(line);
		if (*line == '\0' || *line == '#')
			continue;
		if (is_head)
			is_wanted = str_eq(line, id);
		is_found = is_found || is_wanted;
		if (!is_head && is_wanted && (str_starts(line, "map ") || str_starts(line, "map\t")))
			add_map(m, line + strlen("map "), node);
	}
	m->is_unclear = m->is_unclear || !is_found;
}

void machine_parse_proxmox_reservations(struct machine *m, char *text)
{
	for (char *line; machine_line(&text, &line);) {
		char *address = machine_part(&line, " "), *id = machine_part(&line, " ");
		uint64_t number;

		if (*address == '\0')
			continue;
		if (!id || !str_number(id, 10, UINT32_MAX, &number) || !machine_add_address(m, address))
			m->is_unclear = true;
		else
			m->devices[m->n_devices - 1].name = arena_strdup(m->mem, id);
	}
}
