/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios.h"

#include <stdio.h>

/* QEMU goes into the background and has the group open for a while. */
static int start_guest(struct sim *sim)
{
	if (sim_exists(sim, "dev/vfio/5"))
		sim_open_node(sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
	return 0;
}

struct scenario scenarios[] = {
    {
	.name = "bind",
	.build = sim_host_clean,
	.act = {.verb = DO_BIND, .targets = GPU},
    },
    {
	.name = "bind with a parked stranger",
	.build = sim_host_strangers,
	.act = {.verb = DO_BIND, .targets = GPU, .allow = "stranger:" NETWORK},
    },
    {
	.name = "bind --driver=pci-stub",
	.build = sim_host_clean,
	.act = {.verb = DO_BIND, .targets = SOUND, .driver = "pci-stub"},
    },
    {
	.name = "bind --driver=vfio-pci",
	.build = sim_host_clean,
	.act = {.verb = DO_BIND, .targets = GPU " " SOUND, .driver = "vfio-pci"},
    },
    {
	.name = "bind --set-reset",
	.build = sim_host_clean,
	.act = {.verb = DO_BIND, .targets = GPU, .reset_method = "pm"},
    },
    {
	.name = "unbind",
	.build = sim_host_clean,
	.act = {.verb = DO_UNBIND, .targets = SOUND},
    },
    {
	.name = "release",
	.build = sim_host_clean,
	.before = {.verb = DO_BIND, .targets = GPU},
	.act = {.verb = DO_RELEASE, .targets = GPU},
    },
    {
	.name = "release of bind --set-reset",
	.build = sim_host_clean,
	.before = {.verb = DO_BIND, .targets = GPU, .reset_method = "pm"},
	.act = {.verb = DO_RELEASE, .targets = GPU},
    },
    {
	.name = "release of a parked stranger",
	.build = sim_host_strangers,
	.before = {.verb = DO_BIND, .targets = GPU, .allow = "stranger:" NETWORK},
	.act = {.verb = DO_RELEASE, .targets = GPU},
    },
    {
	.name = "hugepages on two nodes",
	.build = sim_host_memory,
	.act = {.verb = DO_RESERVE, .targets = "", .pages = {.node = NODE_ANY, .count = 9}},
    },
    {
	.name = "hugepages on top of others",
	.build = sim_host_memory,
	.before = {.verb = DO_RESERVE, .targets = "", .pages = {.count = 3}},
	.act = {.verb = DO_RESERVE, .targets = "", .pages = {.count = 8}},
    },
    {
	.name = "hugepages --release",
	.build = sim_host_memory,
	.before = {.verb = DO_RESERVE, .targets = "", .pages = {.node = NODE_ANY, .count = 9}},
	.act = {.verb = DO_GIVE_BACK, .targets = ""},
    },
    {
	.name = "claim",
	.build = sim_host_clean,
	.act = {.verb = DO_CLAIM, .targets = GPU, .vm = "win11"},
	.is_lasting = true,
    },
    {
	.name = "claim for another machine",
	.build = sim_host_clean,
	.before = {.verb = DO_CLAIM, .targets = GPU},
	.act = {.verb = DO_CLAIM, .targets = GPU, .vm = "win11"},
	.is_lasting = true,
    },
    {
	.name = "claim remove",
	.build = sim_host_clean,
	.before = {.verb = DO_CLAIM, .targets = GPU, .vm = "win11"},
	.act = {.verb = DO_UNCLAIM, .targets = "", .word = "win11"},
	.is_lasting = true,
    },
    {
	.name = "undo of claim",
	.build = sim_host_clean,
	.before = {.verb = DO_CLAIM, .targets = GPU},
	.act = {.verb = DO_UNDO, .targets = ""},
	.is_lasting = true,
    },
    {
	.name = "with",
	.build = sim_host_clean,
	.act = {.verb = DO_WITH, .targets = GPU},
	.on_run = start_guest,
	.lingers = 3,
	.ends_as_it_began = true,
    },
};
const size_t n_scenarios = ARRAY_LEN(scenarios);

int run_assertions(const struct assertion *assertions, size_t n_assertions)
{
	struct CMUnitTest *tests = calloc(n_assertions * n_scenarios, sizeof(*tests));
	char(*names)[200] = calloc(n_assertions * n_scenarios, sizeof(*names));
	size_t n = 0;
	int failed;

	for (size_t i = 0; i < n_assertions; i++)
		for (size_t k = 0; k < n_scenarios; k++, n++) {
			(void)snprintf(names[n], sizeof(names[n]), "%s: %s", scenarios[k].name, assertions[i].text);
			tests[n] = (struct CMUnitTest){.name = names[n], .test_func = assertions[i].check};
			tests[n].initial_state = &scenarios[k];
		}
	failed = _cmocka_run_group_tests("sweeps", tests, n, NULL, NULL);
	free(tests);
	free(names);
	return failed;
}
