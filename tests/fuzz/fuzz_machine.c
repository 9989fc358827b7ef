/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "sys/machine_xml.h"
#include "text/machine.h"

static void check_machine(const struct machine *m)
{
	assert(m->n_devices <= MACHINE_DEVICES);
	for (size_t i = 0; i < m->n_devices; i++) {
		assert(m->devices[i].addr.device <= 31 && m->devices[i].addr.function <= 7);
		assert(m->devices[i].kind != MACHINE_MAPPING || m->devices[i].name);
	}
}

static void parse_mapping(struct machine *m, char *text)
{
	machine_parse_proxmox_mapping(m, text, "gpu-a", "pve1");
}

static void parse_arguments(struct machine *m, char *text)
{
	machine_parse_arguments(m, text);
}

/* Lines as words. */
static void parse_command_line(struct machine *m, char *text, void (*parse)(struct machine *, char *const *))
{
	char **argv = NULL;
	size_t n = 0;

	for (char *line; machine_line(&text, &line);)
		*ARENA_PUSH(m->mem, argv, n) = line;
	*ARENA_PUSH(m->mem, argv, n) = NULL;
	parse(m, argv);
}

static void parse_qemu(struct machine *m, char *text)
{
	parse_command_line(m, text, machine_parse_qemu);
}

static void parse_cloud_hypervisor(struct machine *m, char *text)
{
	parse_command_line(m, text, machine_parse_cloud_hypervisor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parsers[])(struct machine *, char *) = {machine_parse_proxmox, parse_mapping,
	    machine_parse_proxmox_reservations, machine_parse_lxd, machine_parse_qemu_conf, parse_arguments,
	    parse_qemu, parse_cloud_hypervisor};
	struct arena mem = {0};
	struct machine xml = {.mem = &mem};

	for (size_t i = 0; i < sizeof(parsers) / sizeof(*parsers); i++) {
		struct machine m = {.mem = &mem};

		/* A copy each, for they take it apart. */
		parsers[i](&m, arena_strndup(&mem, (const char *)data, size));
		check_machine(&m);
	}
	if (machine_parse_libvirt(&xml, (const char *)data, size) == 0)
		check_machine(&xml);
	arena_done(&mem);
	return 0;
}
