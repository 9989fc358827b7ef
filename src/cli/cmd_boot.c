/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/cmd_boot.h"
#include "flow/boot.h"
#include "view/boot_view.h"
#include "view/host_view.h"

static int run_status(struct cli *c)
{
	struct boot_answer answer;
	struct boot boot;
	struct flow f;
	struct sys *s = cli_open(c, &f);

	if (!s)
		return EXIT_FAILED;
	flow_boot_status(&f, &boot, &answer);
	if (c->is_json)
		view_json(stdout, view_boot_json(c->mem, &boot, &answer));
	else
		view_boot(stdout, c->mem, &boot, &answer);
	flow_close(s);
	return EXIT_OK;
}

static const struct subcommand subcommands[] = {
    {"status", HAS(OPT_ROOT) | HAS(OPT_JSON), 0, 0, run_status},
    {"start", HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_TIMEOUT), 0, 0, run_boot_start},
    {"confirm", HAS(OPT_JSON) | HAS(OPT_WAIT), 0, 0, run_boot_confirm},
    {"enable",
	HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON) | HAS(OPT_IOMMU) | HAS(OPT_LOADER), 0, 64, run_boot_enable},
    {"disable", HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON) | HAS(OPT_ALL), 0, 64, run_boot_disable},
    {"blacklist",
	HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REMOVE) | HAS(OPT_ALLOW) | HAS(OPT_SERVER_TYPE) | HAS(OPT_REASON),
	1, 63, run_boot_blacklist},
};

const struct cmd cmd_boot = {
    .name = "boot",
    .args = "status | enable [WORD…] | disable [WORD…] | blacklist MODULE… | start | confirm",
    .summary = "Show and change how this host boots, and with which words",
    .description =
	"status: the loader and what that rests on; the kernel's words as they are configured, as the loader has\n"
	"them and as they run, each with its file; what the IOMMU really does; what a reboot would change. What\n"
	"cannot be told is said so: several loaders on one disk are common. Changes nothing. Without root some\n"
	"files of /boot cannot be read.\n"
	"\n"
	"enable: adds the words this host needs to hand devices over, and those named. Often there are none: AMD's\n"
	"IOMMU needs no word, Intel's only where the kernel has it off, or leaves the processor's own display out.\n"
	"What the loader reads is made anew, and every entry that is not for repairs must have the words then, or\n"
	"all is taken back. Where passthru does not write, the lines are told, and the exit status is 3.\n"
	"\n"
	"disable: takes away what passthru added, words of others never; with --all everything it ever wrote that\n"
	"outlives the boot, claims too.\n"
	"\n"
	"start: run by passthru-claims.service, hardly ever by hand. Each claim that is here and not with its VFIO driver\n"
	"is bound as bind does, under the same guards, with what was allowed when it was claimed; one that is elsewhere\n"
	"or gone is said. Status 1: a claim that is here is not served. Nothing is done with passthru.claims=off, single,\n"
	"recovery, rescue, emergency, 1, s, S, -s, -b or systemd.unit=rescue.target among the kernel's words.\n"
	"\n"
	"confirm: says that this boot is good. passthru-good.service does it with --wait. Boots with claims are counted\n"
	"until one is confirmed; after two in a row that were not, start serves nothing and gives back what the rules of\n"
	"udev took, in each boot until confirm is typed. Changed claims are counted anew.\n"
	"\n"
	"blacklist: the modules are not loaded for a device any more (modprobe NAME still does). Which devices lose their\n"
	"driver is said, and refused where the host needs one. Exact names: modprobe knows no patterns. For one card claim\n"
	"is the better way. --remove takes lines away that passthru wrote, and so does passthru undo.",
    .examples = (const char *const[]){
	"passthru boot status", "how this host boots",
	"passthru boot status --root /mnt --json", "the system of a mounted disk, for a script",
	"passthru boot enable --dry-run", "what would be written, or is to be done by hand",
	"passthru boot enable --iommu=pt", "and the host's own devices untranslated",
	"passthru boot disable --all", "all that passthru wrote for good; removing the package does it",
	"passthru boot start --dry-run", "what the service would do now",
	"passthru boot confirm", "this boot is good: claims are served at the next one",
	"passthru boot blacklist nouveau nvidiafb", "neither takes a card at the next boot",
	"passthru boot blacklist --remove nouveau", "it may again",
	NULL},
    .section = "FILES",
    .section_text =
	"/etc/default/grub.d/90-passthru.cfg (Debian's GRUB, Proxmox), /etc/cmdline.d/90-passthru.conf (images by mkinitcpio),\n"
	"/etc/limine-entry-tool.d/90-passthru.conf: written whole. /etc/default/grub (GRUB without a folder of drop-ins),\n"
	"/etc/kernel/cmdline (kernel-install, sdbootutil, Proxmox with systemd-boot): words are added to them; the latter is\n"
	"made of the entry that runs where it is missing. By their programs: grubby, rpm-ostree, kernelstub. Told, not\n"
	"written: entries made by hand, signed images, rEFInd, Limine, extlinux, NixOS, Ubuntu Core, bootc, boards.\n\n"
	"/etc/modprobe.d/passthru-blacklist.conf: the lines of boot blacklist; a file changed by hand is left alone.",
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_TIMEOUT) | HAS(OPT_WAIT) |
	HAS(OPT_REMOVE) | HAS(OPT_ALLOW) | HAS(OPT_SERVER_TYPE) | HAS(OPT_REASON) | HAS(OPT_IOMMU) | HAS(OPT_LOADER) | HAS(OPT_ALL),
    .min_args = 1,
    .max_args = 65,
    .is_change = true,
    .subcommands = subcommands,
    .n_subcommands = ARRAY_LEN(subcommands),
};
