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
 * (src/PVE/QemuServer/PCI.pm of qemu-server). Each hostpci gets a slot of its own in the guest. */
static void add_hostpci(struct machine *m, char *value, unsigned number, bool is_pending)
{
	bool is_pcie = false, is_primary = false;
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
		is_pcie = is_pcie || str_eq(part, "pcie=1");
		is_primary = is_primary || str_eq(part, "x-vga=1");
	}
	m->is_unclear = m->is_unclear || m->n_devices == n;
	for (size_t i = n; i < m->n_devices; i++) {
		struct machine_device *d = &m->devices[i];

		d->is_pcie = is_pcie;
		d->is_choice = is_pending;
		d->has_place = true;
		d->is_on_root = !is_pcie;
		d->guest_bus = arena_printf(m->mem, "hostpci%u", number);
	}
	/* The card is then the guest's only one, and KVM is hidden from it. */
	if (is_primary && !is_pending) {
		m->has_screen = TRI_NO;
		m->is_kvm_hidden = TRI_YES;
	}
}

/* The value of "key=" or the first part, which may lack its key. */
static const char *find_part(struct arena *mem, const char *value, const char *key)
{
	char *rest = arena_strdup(mem, value);
	const char *found = NULL;
	bool is_first = true;

	for (char *part; (part = machine_part(&rest, ",")); is_first = false) {
		part = machine_trim(part);
		if (str_starts(part, key) && part[strlen(key)] == '=')
			found = part + strlen(key) + 1;
		else if (is_first && !strchr(part, '='))
			found = part;
	}
	return found;
}

static void take_cpu(struct machine *m, const char *value)
{
	const char *hidden = find_part(m->mem, value, "hidden"), *bits = find_part(m->mem, value, "phys-bits");
	uint64_t number;

	if (hidden && str_eq(hidden, "1"))
		m->is_kvm_hidden = TRI_YES;
	if (bits && str_number(bits, 10, 64, &number))
		m->phys_bits = (unsigned)number;
}

static void take_memory(struct machine *m, const char *value)
{
	const char *text = find_part(m->mem, value, "current");
	uint64_t mib;

	if (text && str_number(text, 10, UINT64_MAX >> 20, &mib))
		m->memory_bytes = mib << 20;
}

static void take_setting(struct machine *m, const char *key, char *value)
{
	const char *part;

	if (str_eq(key, "machine") && (part = find_part(m->mem, value, "type"))) {
		m->board = machine_board_of(part);
	} else if (str_eq(key, "cpu")) {
		take_cpu(m, value);
	} else if (str_eq(key, "memory")) {
		take_memory(m, value);
	} else if (str_eq(key, "ostype")) {
		m->is_windows = tri_from(str_starts(value, "w"));
	} else if (str_eq(key, "vga") && m->has_screen == TRI_UNKNOWN && (part = find_part(m->mem, value, "type"))) {
		m->has_screen = tri_from(!str_eq(part, "none") && !str_starts(part, "serial"));
	} else if (str_eq(key, "hugepages")) {
		m->is_huge = true;
		m->huge_kb = str_eq(value, "2") ? 2 * 1024 : str_eq(value, "1024") ? 1024 * 1024 : 0;
	}
}

/* What Proxmox takes where nothing is said (qm.conf(5)). */
static void take_silence(struct machine *m, bool is_x86)
{
	if (m->board == BOARD_UNKNOWN && is_x86)
		m->board = BOARD_I440FX;
	if (m->memory_bytes == 0)
		m->memory_bytes = UINT64_C(512) << 20;
	if (m->is_kvm_hidden == TRI_UNKNOWN)
		m->is_kvm_hidden = TRI_NO;
	if (m->has_screen == TRI_UNKNOWN)
		m->has_screen = TRI_YES;
}

void machine_parse_proxmox(struct machine *m, char *text)
{
	bool is_snapshot = false, is_pending = false, is_x86 = true;

	for (char *line; machine_line(&text, &line);) {
		char *value = strchr(line, ':');
		uint64_t number;

		if (*line == '[') {
			is_pending = str_starts(line, "[PENDING]");
			is_snapshot = !is_pending;
		}
		if (is_snapshot || !value)
			continue;
		*value++ = '\0';
		value = machine_trim(value);
		if (str_starts(line, "hostpci") && str_number(line + strlen("hostpci"), 10, 255, &number))
			add_hostpci(m, value, (unsigned)number, is_pending);
		else if (str_eq(line, "args"))
			machine_parse_arguments(m, value);
		else if (str_eq(line, "arch"))
			is_x86 = str_eq(value, "x86_64");
		else if (!is_pending)
			take_setting(m, line, value);
	}
	take_silence(m, is_x86);
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
