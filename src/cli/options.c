/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd.h"

#define AT(member) offsetof(struct cli, member)

const struct option_row option_rows[OPTIONS] = {
    [OPT_HELP] = {"help", 'h', NULL, "show this help", AT(wants_help)},
    [OPT_ROOT] = {"root", 0, "DIR", "look at the host recorded below DIR (sys/, proc/, …), or in an archive of passthru record, instead of this one", AT(root)},
    [OPT_JSON] = {"json", 0, NULL, "answer in JSON", AT(is_json)},
    [OPT_DRY_RUN] = {"dry-run", 'n', NULL, "show every step and change nothing", AT(is_dry_run)},
    [OPT_DRIVER] = {"driver", 0, "NAME", "bind exactly the functions named to this driver", AT(driver)},
    [OPT_OUTPUT] = {"output", 'o', "COL,…", "these columns; +COL,… adds to the usual ones", AT(output)},
    [OPT_TREE] = {"tree", 't', NULL, "functions below their bridges", AT(is_tree)},
    [OPT_CLASS] = {"class", 0, "CLASS", "only these: gpu, audio, network, storage, nvme, usb, bridge, serial, accelerator, or hex digits", AT(class_word)},
    [OPT_ONLY_DRIVER] = {"driver", 0, "NAME", "only functions bound to this driver; none: without one", AT(driver)},
    [OPT_GROUP] = {"group", 0, "NUMBER", "only members of this IOMMU group", AT(group)},
    [OPT_VENDOR] = {"vendor", 0, "ID", "only this vendor: four hex digits, or nvidia, amd, intel", AT(vendor)},
    [OPT_ALLOW] = {"allow", 0, "ID[:ADDR]",
	"override one refusal, of all functions or of one: the refusal names the exact words"}, /* a list */
    [OPT_REASON] = {"reason", 0, "TEXT", "why, kept in history", AT(reason)},
    [OPT_SET_RESET] = {"set-reset", 0, "METHOD", "reset the functions named by this method alone: flr, pm, bus, …", AT(set_reset)},
    [OPT_STRICT] = {"strict", 0, NULL, "a bridge in the IOMMU group blocks, though the kernel does not mind it", AT(is_strict)},
    [OPT_STOP_HOLDERS] = {"stop-holders", 0, NULL,
	"stop the services that use the device, the display manager too; they start again when it is given back", AT(stops_holders)},
    [OPT_KILL_HOLDERS] = {"kill-holders", 0, NULL, "end the processes that use the device and belong to no service that can be stopped", AT(kills_holders)},
    [OPT_SERVER_TYPE] = {"server-type", 0, "TYPE", "what this machine is: desktop, laptop or headless; detected without it", AT(server_type)},
    [OPT_SIZE] = {"size", 0, "SIZE", "pages of this size, 2M or 1G; 2M unless said", AT(size)},
    [OPT_NODE] = {"node", 0, "N", "on this NUMA node", AT(node)},
    [OPT_NEAR] = {"near", 0, "ADDRESS", "on the NUMA node of this function", AT(near_word)},
    [OPT_AT_LEAST] = {"at-least", 0, "N", "fewer pages will do, down to N", AT(at_least)},
    [OPT_RELEASE] = {"release", 0, NULL, "give back all that passthru reserved", AT(is_release)},
    [OPT_TIMEOUT] = {"timeout", 0, "SECONDS", "so long a single write to the kernel may take, 1 to 3600 (30)", AT(timeout)},
    [OPT_USER] = {"user", 0, "NAME[:GROUP]", "let this user, and this group, open the device; the user's own group unless said", AT(user)},
    [OPT_FOR] = {"for", 0, "VM", "the virtual machine it is meant for", AT(vm)},
    [OPT_WAIT] = {"wait", 0, NULL, "only once somebody has logged in, or the start-up has been over for three minutes", AT(waits)},
    [OPT_BY_ID] = {"by-id", 0, NULL, "let vfio-pci take it by vendor and device id as well: all that have the same ids go with it", AT(is_by_id)},
    [OPT_REMOVE] = {"remove", 0, NULL, "take the lines of these modules away again", AT(is_removal)},
    [OPT_IOMMU] = {"iommu", 0, "pt", "pt: the host's own devices go untranslated", AT(iommu)},
    [OPT_LOADER] = {"loader", 0, "NAME", "the loader, where it cannot be told which one started this kernel", AT(loader)},
    [OPT_ALL] = {"all", 0, NULL, "of check: what is well, too; of boot disable: everything passthru ever wrote that outlives the boot", AT(is_all)},
    [OPT_JOURNAL] = {"journal", 0, NULL, "what was logged since this boot by the kernel, hypervisors and what manages them", AT(is_journal)},
    [OPT_DUMP] = {"dump", 0, "FILE", "look at the host that was pasted into FILE, a folder of files, or -; may be given again"}, /* a list */
    [OPT_DOT] = {"dot", 0, NULL, "answer in the DOT language of Graphviz", AT(is_dot)},
    [OPT_SVG] = {"svg", 0, NULL, "answer with a picture, as SVG", AT(is_svg)},
    [OPT_FIX] = {"fix", 0, NULL, "carry out what passthru can mend by itself", AT(is_fix)},
    [OPT_FIRMWARE] = {"firmware", 0, NULL, "at the end, when asked and agreed to, restart the machine into its firmware's setup", AT(wants_setup)},
    [OPT_YES] = {"yes", 'y', NULL, "agree without being asked", AT(is_agreed)},
    [OPT_ABANDON] = {"abandon", 0, "ID", "set an open change aside without touching the machine", AT(abandon)},
};

const struct exit_row exit_rows[] = {
    {EXIT_OK, "done, or the answer is yes"},
    {EXIT_FAILED, "failed, nothing changed"},
    {EXIT_USAGE, "wrong usage"},
    {EXIT_NO, "the answer is no"},
    {EXIT_ROLLED_BACK, "failed and rolled back"},
    {EXIT_NEEDS_RECOVER, "needs passthru recover"},
    {EXIT_STUCK, "the kernel does not come back from a write"},
    {EXIT_WITH, "passthru with itself failed; its command's own status otherwise"},
    {126, "passthru with: the command cannot be run"},
    {127, "passthru with: there is no such command"},
};
const size_t n_exit_rows = ARRAY_LEN(exit_rows);
