/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/display.h"

#include "base/str.h"

bool is_prime_target(const char *target)
{
	return str_eq(target, PRIME_TARGET) || str_eq(target, PRIME_BOOT_TARGET);
}

bool is_prime_choice(const char *target, const char *word)
{
	static const char *const ubuntu[] = {"nvidia", "intel", "on-demand"};
	static const char *const suse[] = {"nvidia", "intel", "intel2", "amd", "offload", "last"};
	bool is_boot = str_eq(target, PRIME_BOOT_TARGET);

	for (size_t i = 0; word && i < (is_boot ? ARRAY_LEN(suse) : ARRAY_LEN(ubuntu)); i++)
		if (str_eq(is_boot ? suse[i] : ubuntu[i], word))
			return true;
	return false;
}

const char *display_stage_name(enum display_stage s)
{
	static const char *const names[] = {[DISPLAY_NOT_CHOSEN] = "not-chosen",
	    [DISPLAY_NEEDS_REBOOT] = "needs-reboot",
	    [DISPLAY_NEEDS_SERVER] = "needs-server",
	    [DISPLAY_TAKEN] = "taken",
	    [DISPLAY_NOT_TAKEN] = "not-taken"};
	static_assert(ARRAY_LEN(names) == DISPLAY_STAGES, "every stage has a name");

	return names[s];
}

static bool has_use(const struct host *h, enum use_kind kind, int function)
{
	for (size_t i = 0; i < h->n_uses; i++)
		if (h->uses[i].kind == kind && (function < 0 || h->uses[i].function == function))
			return true;
	return false;
}

bool shows_picture(const struct host *h, int function)
{
	static const enum use_kind kinds[] = {USE_CONNECTOR, USE_CONSOLE, USE_BOOT_DISPLAY};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (has_use(h, kinds[i], -1))
			return has_use(h, kinds[i], function);
	return false;
}

const char *firmware_display_setting(const char *board_vendor)
{
	static const struct {
		const char *prefix, *setting;
	} rows[] = {
	    {"ASUSTeK", "Advanced, System Agent or NB Configuration, Primary Display (CPU Graphics or IGFX, PCIE)"},
	    {"Gigabyte", "Settings, IO Ports, Initial Display Output (IGFX, PCIe 1 Slot)"},
	    {"Micro-Star", "Settings, Advanced, Integrated Graphics Configuration, Initiate Graphic Adapter (IGD, PEG)"},
	    {"MSI", "Settings, Advanced, Integrated Graphics Configuration, Initiate Graphic Adapter (IGD, PEG)"},
	    {"ASRock", "Advanced, Chipset Configuration, Primary Graphics Adapter (Onboard, PCI Express)"},
	    {"Supermicro", "Advanced, PCIe/PCI/PnP Configuration, VGA Priority (Onboard, Offboard)"},
	    {"Dell", "Video or Display, Primary Display (Intel HD Graphics, Auto)"},
	    {"LENOVO", "Devices, Video Setup, Select Active Video (IGD, PEG, Auto)"},
	    {"HP", "Advanced, Built-in Device Options, VGA Boot Device"},
	    {"Hewlett", "Advanced, Built-in Device Options, VGA Boot Device"},
	    {"Intel", "Advanced, Video, Primary Video Adaptor (IGD, PEG)"},
	};

	for (size_t i = 0; board_vendor && i < ARRAY_LEN(rows); i++)
		if (str_starts(board_vendor, rows[i].prefix))
			return rows[i].setting;
	return NULL;
}
