/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/firmware.h"

#include "base/str.h"

struct menu {
	const char *prefix; /* of the board's vendor; "" is all others */
	const char *items[FIRMWARE_SWITCHES];
};

enum { MENUS = 9 };

static const struct menu amd[MENUS] = {
    {"Gigabyte", {"Settings > AMD CBS > NBIO > IOMMU = Enabled (not Auto), and Settings > Miscellaneous > IOMMU = Enabled",
	"Tweaker > Advanced CPU Settings > SVM Mode = Enabled", "Settings > IO Ports > Above 4G Decoding = Enabled"}},
    {"ASUSTeK", {"Advanced > AMD CBS > NBIO Common Options > IOMMU = Enabled (not Auto)",
	"Advanced > CPU Configuration > SVM Mode = Enabled", "Advanced > PCI Subsystem Settings > Above 4G Decoding = Enabled"}},
    {"ASRock", {"Advanced > AMD CBS > NBIO Common Options > IOMMU = Enabled (not Auto)",
	"Advanced > CPU Configuration > SVM Mode = Enabled", "Advanced > PCI Configuration > Above 4G Decoding = Enabled"}},
    {"Micro-Star", {"Settings > Advanced > AMD CBS > NBIO Common Options > IOMMU = Enabled (on others OC > Advanced CPU Configuration > AMD CBS)",
	"OC > Advanced CPU Configuration > SVM Mode = Enabled", "Settings > Advanced > PCIe Sub-system Settings > Above 4G memory = Enabled"}},
    {"Supermicro", {"Advanced > NB Configuration > IOMMU = Enabled", "Advanced > CPU Configuration > SVM Mode = Enabled",
	"Advanced > PCIe/PCI/PnP Configuration > Above 4G Decoding = Enabled"}},
    {"Dell", {"System BIOS > Processor Settings > IOMMU Support = Enabled", "System BIOS > Processor Settings > Virtualization Technology = Enabled",
	"System BIOS > Integrated Devices > Memory Mapped I/O above 4GB = Enabled"}},
    {"LENOVO", {"Security > Virtualization > AMD I/O Virtualization Technology (IOMMU) = Enabled",
	"Security > Virtualization > AMD V (SVM) = Enabled", "Devices > PCI > Above 4G Decoding = Enabled"}},
    {"HP", {"Advanced > System Options > IOMMU (DMA protection) = Enabled", "Advanced > System Options > SVM CPU Virtualization = Enabled",
	"Advanced > PCIe settings > MMIO above 4G = Enabled"}},
    {"", {"IOMMU = Enabled (not Auto), mostly in AMD CBS > NBIO; some boards have a second switch under Advanced or Miscellaneous",
	"SVM Mode = Enabled, mostly among the processor's settings", "Above 4G Decoding = Enabled, mostly among the PCI settings; CSM off"}},
};

static const struct menu intel[MENUS] = {
    {"Gigabyte", {"Settings > Miscellaneous > VT-d = Enabled (older: Chipset > VT-d)", "Tweaker > Advanced CPU Settings > VT-x = Enabled",
	"Settings > IO Ports > Above 4G Decoding = Enabled"}},
    {"ASUSTeK", {"Advanced > System Agent (SA) Configuration > VT-d = Enabled", "Advanced > CPU Configuration > Intel (VMX) Virtualization Technology = Enabled",
	"Advanced > PCI Subsystem Settings > Above 4G Decoding = Enabled"}},
    {"ASRock", {"Advanced > Chipset Configuration > VT-d = Enabled", "Advanced > CPU Configuration > Intel Virtualization Technology = Enabled",
	"Advanced > Chipset Configuration > Above 4G Decoding = Enabled"}},
    {"Micro-Star", {"OC > CPU Features > Intel VT-D Tech = Enabled", "OC > CPU Features > Intel Virtualization Tech = Enabled",
	"Settings > Advanced > PCIe Sub-system Settings > Above 4G memory = Enabled"}},
    {"Supermicro", {"Advanced > Chipset Configuration > North Bridge > IIO Configuration > Intel VT for Directed I/O (VT-d) = Enabled",
	"Advanced > CPU Configuration > Intel Virtualization Technology = Enabled", "Advanced > PCIe/PCI/PnP Configuration > Above 4G Decoding = Enabled"}},
    {"Dell", {"Virtualization Support > VT for Direct I/O = Enabled (servers: System BIOS > Processor Settings > Virtualization Technology)",
	"Virtualization Support > Virtualization = Enabled", "System BIOS > Integrated Devices > Memory Mapped I/O above 4GB = Enabled"}},
    {"LENOVO", {"Security > Virtualization > Intel VT-d Feature = Enabled (or Advanced > CPU Setup > VT-d)",
	"Security > Virtualization > Intel Virtualization Technology = Enabled", "Devices > PCI > Above 4G Decoding = Enabled"}},
    {"HP", {"Security > System Security > Virtualization Technology for Directed I/O (VTd) = Enabled (servers: RBSU > Virtualization Options)",
	"Security > System Security > Virtualization Technology (VTx) = Enabled", "Advanced > PCIe settings > MMIO above 4G = Enabled"}},
    {"", {"VT-d (Intel Virtualization Technology for Directed I/O) = Enabled, among the settings of the chipset, system agent or processor",
	"VT-x (Intel Virtualization Technology) = Enabled, among the processor's settings",
	"Above 4G Decoding = Enabled, mostly among the PCI settings; CSM off"}},
};

const char *firmware_menu(const char *board_vendor, const char *cpu_vendor, enum firmware_switch which)
{
	bool is_amd = str_eq(cpu_vendor, "AuthenticAMD") || str_eq(cpu_vendor, "HygonGenuine");
	const struct menu *rows = is_amd ? amd : intel;

	if (!is_amd && !str_eq(cpu_vendor, "GenuineIntel"))
		return NULL;
	for (size_t i = 0; i < MENUS; i++)
		if (str_starts(board_vendor ? board_vendor : "", rows[i].prefix))
			return rows[i].items[which];
	return NULL;
}
