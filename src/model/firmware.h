/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the firmware's setup has what virtual machines need. For people: menus differ from board to board, and their names
 * change with the years. */
#pragma once

enum firmware_switch {
	FIRMWARE_IOMMU,		 /* VT-d, AMD-Vi */
	FIRMWARE_VIRTUALIZATION, /* VT-x, SVM */
	FIRMWARE_ABOVE_4G,
	FIRMWARE_SWITCHES
};

/* By the board's vendor (DMI board_vendor) and the processor's ("AuthenticAMD", "GenuineIntel"); a vendor that is not
 * known gets what the setups of most have. NULL: the processor's is not known. */
const char *firmware_menu(const char *board_vendor, const char *cpu_vendor, enum firmware_switch which);
