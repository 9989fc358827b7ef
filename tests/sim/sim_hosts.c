/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim_kernel.h"

#include <stdio.h>

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

#define GPU "0000:01:00.0"
#define SOUND "0000:01:00.1"

static void add_card_node(struct sim *sim)
{
	(void)sim_add_node(sim, GPU, "dri/card0", "226:0");
	(void)sim_add_node(sim, SOUND, "snd/controlC0", "116:2");
	sim_show(sim);
}

void sim_host_desktop(struct sim *sim)
{
	struct sim_unit *socket;

	sim_host_clean(sim);
	add_card_node(sim);
	tree_link(&sim->tree, "etc/systemd/system/display-manager.service", "/usr/lib/systemd/system/gdm.service");
	sim_add_unit(sim, "gdm.service", true)->stop_ms = 2000;
	(void)sim_add_unit(sim, "player.service", true);
	socket = sim_add_unit(sim, "player.socket", true);
	(void)snprintf(socket->wakes, sizeof(socket->wakes), "player.service");
	/* In a session of logind, which ends with the display manager. */
	(void)sim_add_program(
	    sim, "gnome-shell", "/dev/dri/card0", "gdm.service", "/user.slice/user-1000.slice/session-2.scope");
	sim_add_program(sim, "player", "/dev/snd/controlC0", "player.service", "/system.slice/player.service")->ends_ms = 500;
}

void sim_host_shell(struct sim *sim)
{
	static const char session[] = "/user.slice/user-1000.slice/session-2.scope";

	sim_host_clean(sim);
	add_card_node(sim);
	(void)sim_add_program(sim, "game", "/dev/dri/card0", "", session);
	sim_add_program(sim, "mpv", "/dev/snd/controlC0", "", session)->ends_ms = 300;
}

void sim_host_nvidia(struct sim *sim)
{
	struct sim_node *drm;

	sim_init(sim);
	(void)sim_add_function(sim, "0000:00:01.0", 0x060400, "1b36:000c", 4, "pcieport", NULL);
	(void)sim_add_function(sim, GPU, 0x030000, "10de:1eb8", 5, "nvidia", "0000:00:01.0");
	(void)sim_add_function(sim, SOUND, 0x040300, "10de:10f8", 5, "snd_hda_intel", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:03:00.0", 0x010802, "1b36:0010", 7, "nvme", NULL);
	(void)sim_add_function(sim, "0000:04:00.0", 0x030200, "10de:1eb8", 8, NULL, NULL);
	tree_file_at(&sim->tree, "1\n", "%s/boot_vga", sim_find_function(sim, GPU)->folder);
	sim_find_function(sim, "0000:04:00.0")->nvidia_minor = true;
	(void)sim_poke(sim, "sys/bus/pci/drivers_probe", "0000:04:00.0");
	sim_add_module(sim, "nvidia_modeset", "nvidia", "");
	sim_add_module(sim, "nvidia_drm", "nvidia nvidia_modeset", "");
	sim_add_module(sim, "nvidia_uvm", "nvidia", "");
	(void)sim_load(sim, "nvidia_modeset");
	(void)sim_load(sim, "nvidia_drm");
	(void)sim_load(sim, "nvidia_uvm");
	(void)sim_add_node(sim, "0000:04:00.0", "nvidia1", "");
	drm = sim_add_node(sim, GPU, "dri/card0", "226:0");
	(void)snprintf(drm->module, sizeof(drm->module), "nvidia_drm");
	(void)snprintf(sim_add_framebuffer(sim, GPU, NULL)->module, sizeof(drm->module), "nvidia_drm");
	sim_show(sim);
	(void)sim_add_unit(sim, "compute.service", true);
	(void)sim_add_program(sim, "compute", "/dev/nvidia1", "compute.service", "/system.slice/compute.service");
}

void sim_host_console(struct sim *sim)
{
	sim_host_clean(sim);
	(void)sim_add_framebuffer(sim, GPU, NULL);
	sim_show(sim);
}

static void host_firmware(struct sim *sim, unsigned kernel_minor)
{
	sim_init(sim);
	sim->kernel_minor = kernel_minor;
	(void)sim_add_function(sim, "0000:00:01.0", 0x060400, "1b36:000c", 4, "pcieport", NULL);
	(void)sim_add_function(sim, GPU, 0x030000, "1234:1111", 5, NULL, "0000:00:01.0");
	(void)sim_add_function(sim, SOUND, 0x040300, "1234:2668", 5, "snd_hda_intel", "0000:00:01.0");
	(void)sim_add_function(sim, "0000:03:00.0", 0x010802, "1b36:0010", 7, "nvme", NULL);
	tree_file_at(&sim->tree, "1\n", "%s/boot_vga", sim_find_function(sim, GPU)->folder);
	(void)sim_add_framebuffer(sim, GPU, "efi-framebuffer.0");
	sim_show(sim);
}

void sim_host_firmware(struct sim *sim)
{
	host_firmware(sim, 12);
}

void sim_host_old_firmware(struct sim *sim)
{
	host_firmware(sim, 1);
}

void sim_host_interface(struct sim *sim)
{
	sim_host_clean(sim);
	sim_add_interface(sim, "0000:02:00.0", "eth0")->comes_up = true;
}

#define DISK "sys/devices/pci0000:00/0000:03:00.0/nvme/nvme0/nvme0n1"

void sim_host_disk(struct sim *sim)
{
	sim_host_clean(sim);
	tree_file(&sim->tree, DISK "/dev", "259:0\n");
	tree_link(&sim->tree, "sys/class/block/nvme0n1", "../../devices/pci0000:00/0000:03:00.0/nvme/nvme0/nvme0n1");
	tree_file(&sim->tree, "proc/self/mountinfo", "21 1 0:20 / /sys rw - sysfs sysfs rw\n");
	tree_link(&sim->tree, "proc/self/ns/mnt", "mnt:[4026531841]");
	tree_link(&sim->tree, "proc/1/ns/mnt", "mnt:[4026531841]");
}

void sim_mount_disk(struct sim *sim)
{
	tree_file(&sim->tree, "proc/self/mountinfo",
	    "21 1 0:20 / /sys rw - sysfs sysfs rw\n36 21 259:0 / /data rw - ext4 /dev/nvme0n1 rw\n");
}
