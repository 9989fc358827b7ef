/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "cli/cmd.h"

static int run_bind(struct cli *c)
{
	struct bind_wish wish = {.driver = c->driver, .reset_method = c->set_reset};
	const char *done = NULL;

	if (c->driver && !str_is_driver_name(c->driver))
		return cli_usage(c, NULL, "%s cannot be the name of a driver", c->driver);
	if (c->set_reset && !is_reset_method(c->set_reset))
		return cli_usage(c, "known: device_specific, acpi, flr, af_flr, pm, bus, cxl_bus", "there is no reset method %s", c->set_reset);
	if (c->driver && c->user)
		return cli_usage(c, NULL, "--user goes with a card that is handed over to VFIO, not with --driver");
	if (!c->driver)
		done = arena_printf(c->mem, "handed over; passthru release %s gives back", c->args[0]);
	return cli_change(c, &wish, done);
}

static int run_unbind(struct cli *c)
{
	struct bind_wish wish = {.verb = VERB_UNBIND};

	return cli_change(c, &wish, NULL);
}

const struct cmd cmd_bind = {
    .name = "bind",
    .args = "ADDRESS…",
    .summary = "Hand a card to vfio-pci with everything that must go along",
    .description =
	"Takes each card with its companions (the audio function of a graphics card, say) or not at all.\n"
	"A device that shares the IOMMU group but is not part of the card blocks; --allow=stranger:ADDR parks\n"
	"it without a driver. Missing modules are loaded. Every step is journalled: what fails is taken back,\n"
	"what is killed is ended by passthru recover. With --driver=NAME exactly the functions named go to\n"
	"that driver, and nothing else is touched. The VFIO driver is the one whose alias fits best: a variant\n"
	"driver of the vendor where the kernel has one, else vfio-pci.\n"
	"With --user the node of the card's IOMMU group is that user's and group's until it is given back. This\n"
	"is refused where interrupts are not remapped: whoever drives such a device can take the host over.",
    .examples = (const char *const[]){
	"passthru bind 01:00.0 --dry-run", "every step, without doing it",
	"passthru bind 01:00.0", "hand the card over",
	"passthru bind --user=ann 01:00.0", "and let ann run the guest without root",
	"passthru bind --driver=nvidia 0000:0b:00.0", "give one function to a driver of the host",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_DRIVER) | HAS(OPT_ALLOW) |
	HAS(OPT_SERVER_TYPE) | HAS(OPT_STOP_HOLDERS) | HAS(OPT_KILL_HOLDERS) | HAS(OPT_REASON) | HAS(OPT_TIMEOUT) | HAS(OPT_SET_RESET) | HAS(OPT_USER),
    .min_args = 1,
    .max_args = 256,
    .is_change = true,
    .run = run_bind,
};

const struct cmd cmd_unbind = {
    .name = "unbind",
    .args = "ADDRESS…",
    .summary = "Take exactly the functions named off their driver",
    .description = "Leaves them without a driver and without a driver_override. A device that a virtual machine has\n"
		   "open is never touched.",
    .examples = (const char *const[]){
	"passthru unbind 0b:00.0 0b:00.1", "both functions of a card",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_ALLOW) |
	HAS(OPT_SERVER_TYPE) | HAS(OPT_STOP_HOLDERS) | HAS(OPT_KILL_HOLDERS) | HAS(OPT_REASON) | HAS(OPT_TIMEOUT),
    .min_args = 1,
    .max_args = 256,
    .is_change = true,
    .run = run_unbind,
};
