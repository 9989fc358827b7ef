/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/display.h"

#include "base/str.h"

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
