/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim_kernel.h"

void sim_host_clean(struct sim *sim)
{
	sim_init(sim);
	(void)sim_add_driver(sim, "pci-stub");
	(void)sim_add_function(sim, "0000:00:00.0", 0x060000, "8086:29c0", 0, NULL, NULL);
	(void)sim_add_function(sim, "0000:00:01.0", 0x060400, "1b36:000c", 4, "pcieport", NULL);
	(void)sim_add_function(sim, "0000:01:00.0", 0x030000, "1234:1111", 5, "bochs-drm", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:01:00.1", 0x040300, "1234:2668", 5, "snd_hda_intel", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:02:00.0", 0x020000, "8086:10d3", 6, "e1000e", NULL);
	(void)sim_add_function(sim, "0000:03:00.0", 0x010802, "1b36:0010", 7, "nvme", NULL);
}

void sim_host_strangers(struct sim *sim)
{
	sim_init(sim);
	(void)sim_add_driver(sim, "pci-stub");
	(void)sim_add_function(sim, "0000:00:01.0", 0x060400, "1b36:000c", 5, "pcieport", NULL);
	(void)sim_add_function(sim, "0000:01:00.0", 0x030000, "1234:1111", 5, "bochs-drm", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:01:00.1", 0x040300, "1234:2668", 5, "snd_hda_intel", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:02:00.0", 0x020000, "8086:10d3", 5, "e1000e", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:03:00.0", 0x010802, "1b36:0010", 7, "nvme", NULL);
}
