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

static void claimed_host(struct sim *sim)
{
	sim_host_clean(sim);
	assert_int_equal(outcome_of(sim, &(struct request){.verb = DO_CLAIM, .targets = GPU}), OUTCOME_DONE);
}

/* Two boots served and were not confirmed; in this one udev has served again. */
static void unconfirmed_host(struct sim *sim)
{
	claimed_host(sim);
	for (int i = 0; i < BOOTS_LIMIT; i++) {
		assert_int_equal(outcome_of(sim, &(struct request){.verb = DO_BOOT_START}), i == 0 ? OUTCOME_DONE : OUTCOME_NOTHING);
		reboot_machine(sim);
	}
}

#define STOPPING {.verb = DO_BIND, .targets = GPU, .stop_holders = true}
#define KILLING {.verb = DO_BIND, .targets = GPU, .kill_holders = true}
#define BOTH {.verb = DO_BIND, .targets = GPU " " SECOND, .stop_holders = true}
#define FIRMWARE_PICTURE {"efi-framebuffer", "graphics/fb0", "vtconsole"}

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
	.name = "bind --user",
	.build = sim_host_clean,
	.act = {.verb = DO_BIND, .targets = GPU, .user = "ann"},
    },
    {
	.name = "bind --user of a card that is with another",
	.build = sim_host_clean,
	.before = {.verb = DO_BIND, .targets = GPU, .user = "ann"},
	.act = {.verb = DO_BIND, .targets = GPU, .user = "bob:kvm"},
    },
    {
	.name = "release of bind --user",
	.build = sim_host_clean,
	.before = {.verb = DO_BIND, .targets = GPU, .user = "ann"},
	.act = {.verb = DO_RELEASE, .targets = GPU},
    },
    {
	.name = "with --user of a card that is with another",
	.build = sim_host_clean,
	.before = {.verb = DO_BIND, .targets = GPU, .user = "ann"},
	.act = {.verb = DO_WITH, .targets = GPU, .user = "bob"},
	.on_run = start_guest,
	.lingers = 3,
	.ends_as_it_began = true,
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
	.name = "boot start",
	.build = claimed_host,
	.act = {.verb = DO_BOOT_START, .targets = ""},
    },
    {
	.name = "boot start after two boots that were not confirmed",
	.build = unconfirmed_host,
	.act = {.verb = DO_BOOT_START, .targets = ""},
	.stuck = {.verb = DO_BIND, .targets = GPU},
	.life = {.verb = DO_BIND, .targets = NETWORK},
    },
    {
	.name = "boot enable",
	.build = sim_host_grub,
	.act = {.verb = DO_BOOT_ENABLE, .targets = "", .word = "iommu=pt"},
	.is_lasting = true,
    },
    {
	.name = "boot disable",
	.build = sim_host_grub,
	.before = {.verb = DO_BOOT_ENABLE, .targets = "", .word = "iommu=pt"},
	.act = {.verb = DO_BOOT_DISABLE, .targets = ""},
	.is_lasting = true,
    },
    {
	.name = "display use of a laptop's other card",
	.build = sim_host_laptop,
	.act = {.verb = DO_DISPLAY_USE, .targets = INTEGRATED},
	.is_lasting = true,
    },
    {
	.name = "undo of display use",
	.build = sim_host_laptop,
	.before = {.verb = DO_DISPLAY_USE, .targets = INTEGRATED},
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
    {
	.name = "bind --stop-holders",
	.build = sim_host_desktop,
	.act = STOPPING,
	.life = STOPPING,
	.user_of_sound = " player",
	.stride = 7,
    },
    {
	.name = "release of bind --stop-holders",
	.build = sim_host_desktop,
	.before = STOPPING,
	.act = {.verb = DO_RELEASE, .targets = GPU},
	.life = STOPPING,
	.stride = 7,
    },
    {
	.name = "bind --kill-holders",
	.build = sim_host_shell,
	.act = KILLING,
	.life = KILLING,
	.no_way_back = {"program "},
	.stride = 7,
    },
    {
	.name = "release of bind --kill-holders",
	.build = sim_host_shell,
	.before = KILLING,
	.act = {.verb = DO_RELEASE, .targets = GPU},
	.life = KILLING,
	.no_way_back = {"program "},
	.stride = 7,
    },
    {
	.name = "bind of all cards of a driver with modules on it",
	.build = sim_host_nvidia,
	.act = BOTH,
	.life = BOTH,
	.stride = 11,
    },
    {
	.name = "release of all cards of a driver with modules on it",
	.build = sim_host_nvidia,
	.before = BOTH,
	.act = {.verb = DO_RELEASE, .targets = GPU " " SECOND},
	.life = BOTH,
	.stride = 11,
    },
    {
	.name = "bind of the card with the console",
	.build = sim_host_console,
	.act = {.verb = DO_BIND, .targets = GPU},
	.stride = 3,
    },
    {
	.name = "release of the card with the console",
	.build = sim_host_console,
	.before = {.verb = DO_BIND, .targets = GPU},
	.act = {.verb = DO_RELEASE, .targets = GPU},
	.stride = 3,
    },
    {
	.name = "bind of the card with the firmware's picture",
	.build = sim_host_firmware,
	.act = {.verb = DO_BIND, .targets = GPU},
	.no_way_back = FIRMWARE_PICTURE,
	.stride = 3,
    },
    {
	.name = "bind --stop-holders of an interface that is up",
	.build = sim_host_interface,
	.act = {.verb = DO_BIND, .targets = NETWORK, .stop_holders = true},
	.life = {.verb = DO_BIND, .targets = NETWORK, .stop_holders = true},
	.stride = 3,
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
