/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of listings: addresses, ids, numbers, the names of classes. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

bool dump_is_space(char c)
{
	return c == ' ' || c == '\t';
}

bool dump_starts(const char *s, const char *prefix)
{
	return str_same_n(s, prefix, strlen(prefix));
}

const char *dump_find(const char *s, const char *word)
{
	for (; *s; s++)
		if (char_lower(*s) == char_lower(*word) && dump_starts(s, word))
			return s;
	return NULL;
}

const char *dump_skip(const char *s)
{
	return s + strspn(s, " \t");
}

size_t dump_address(const char *s, struct pci_addr *ret)
{
	char text[PCI_ADDR_TEXT];
	size_t first = str_hex_length(s), n;

	if (s[first] != ':')
		return 0;
	n = (first == 2 && s[3] && s[4] && s[5] == '.' ? 0 : first + 1);
	for (size_t i = 0; i < 7; i++)
		if (!s[n + i])
			return 0;
	n += 7;
	if (n >= sizeof(text))
		return 0;
	memcpy(text, s, n);
	text[n] = '\0';
	/* "01:00.01" and "01:00.0.1" are none, "01:00.0." at the end of a sentence is. */
	if (char_is_hex(s[n]) || s[n] == '_' || (s[n] == '.' && char_is_hex(s[n + 1])) || !pci_addr_parse(text, ret))
		return 0;
	return n;
}

bool dump_ids(const char *s, uint16_t *ret_vendor, uint16_t *ret_device)
{
	uint64_t vendor, device;

	if (str_hex_length(s) != 4 || s[4] != ':' || str_hex_length(s + 5) != 4)
		return false;
	(void)str_number_n(s, 4, 16, 0xffff, &vendor);
	(void)str_number_n(s + 5, 4, 16, 0xffff, &device);
	*ret_vendor = (uint16_t)vendor;
	*ret_device = (uint16_t)device;
	return true;
}

size_t dump_group_number(const char *s, int *ret)
{
	size_t n = strspn(s, "0123456789");
	uint64_t number;

	/* "1.5", "17h" and "0000:01:00.0" are no groups. */
	if (n == 0 || n > 6 || !str_number_n(s, n, 10, INT32_MAX, &number))
		return 0;
	if (char_is_letter(s[n]) || s[n] == '_' || (s[n] == '.' && char_is_digit(s[n + 1])) ||
	    (s[n] == ':' && char_is_hex(s[n + 1]) && char_is_hex(s[n + 2]) && s[n + 3] != ':' && s[n + 3] != '.'))
		return 0;
	*ret = (int)number;
	return n;
}

void dump_copy(char *buf, size_t size, const char *s, size_t length)
{
	while (length > 0 && dump_is_space(*s)) {
		s++;
		length--;
	}
	while (length > 0 && dump_is_space(s[length - 1]))
		length--;
	if (length >= size)
		length = size - 1;
	memcpy(buf, s, length);
	buf[length] = '\0';
}

/* The classes as the PCI ID database calls them and lspci prints them (pci.ids, list of known device classes). A base
 * class whose sub class has no name is printed with its number behind. */
static const struct {
	uint16_t class;
	const char *name;
} classes[] = {
    {0x0000, "Non-VGA unclassified device"}, {0x0001, "VGA compatible unclassified device"}, {0x0005, "Image coprocessor"},
    {0x0080, "Unclassified device"},
    {0x0100, "SCSI storage controller"}, {0x0101, "IDE interface"}, {0x0102, "Floppy disk controller"}, {0x0103, "IPI bus controller"},
    {0x0104, "RAID bus controller"}, {0x0105, "ATA controller"}, {0x0106, "SATA controller"},
    {0x0107, "Serial Attached SCSI controller"}, {0x0108, "Non-Volatile memory controller"},
    {0x0109, "Universal Flash Storage controller"}, {0x0180, "Mass storage controller"},
    {0x0200, "Ethernet controller"}, {0x0201, "Token ring network controller"}, {0x0202, "FDDI network controller"},
    {0x0203, "ATM network controller"}, {0x0204, "ISDN controller"}, {0x0205, "WorldFip controller"}, {0x0206, "PICMG controller"},
    {0x0207, "Infiniband controller"}, {0x0208, "Fabric controller"}, {0x0280, "Network controller"},
    {0x0300, "VGA compatible controller"}, {0x0301, "XGA compatible controller"}, {0x0302, "3D controller"},
    {0x0380, "Display controller"},
    {0x0400, "Multimedia video controller"}, {0x0401, "Multimedia audio controller"}, {0x0402, "Computer telephony device"},
    {0x0403, "Audio device"}, {0x0480, "Multimedia controller"},
    {0x0500, "RAM memory"}, {0x0501, "FLASH memory"}, {0x0502, "CXL"}, {0x0580, "Memory controller"},
    {0x0600, "Host bridge"}, {0x0601, "ISA bridge"}, {0x0602, "EISA bridge"}, {0x0603, "MicroChannel bridge"}, {0x0604, "PCI bridge"},
    {0x0605, "PCMCIA bridge"}, {0x0606, "NuBus bridge"}, {0x0607, "CardBus bridge"}, {0x0608, "RACEway bridge"},
    {0x0609, "Semi-transparent PCI-to-PCI bridge"}, {0x060a, "InfiniBand to PCI host bridge"}, {0x0680, "Bridge"},
    {0x0700, "Serial controller"}, {0x0701, "Parallel controller"}, {0x0702, "Multiport serial controller"}, {0x0703, "Modem"},
    {0x0704, "GPIB controller"}, {0x0705, "Smard Card controller"}, {0x0705, "Smart Card controller"},
    {0x0780, "Communication controller"},
    {0x0800, "PIC"}, {0x0801, "DMA controller"}, {0x0802, "Timer"}, {0x0803, "RTC"}, {0x0804, "PCI Hot-plug controller"},
    {0x0805, "SD Host controller"}, {0x0806, "IOMMU"}, {0x0880, "System peripheral"}, {0x0880, "Generic system peripheral"},
    {0x0899, "Timing Card"},
    {0x0900, "Keyboard controller"}, {0x0901, "Digitizer Pen"}, {0x0902, "Mouse controller"}, {0x0903, "Scanner controller"},
    {0x0904, "Gameport controller"}, {0x0980, "Input device controller"},
    {0x0a00, "Generic Docking Station"}, {0x0a80, "Docking Station"},
    {0x0b00, "386"}, {0x0b01, "486"}, {0x0b02, "Pentium"}, {0x0b10, "Alpha"}, {0x0b20, "Power PC"}, {0x0b30, "MIPS"},
    {0x0b40, "Co-processor"}, {0x0b80, "Processor"},
    {0x0c00, "FireWire (IEEE 1394)"}, {0x0c01, "ACCESS Bus"}, {0x0c02, "SSA"}, {0x0c03, "USB controller"}, {0x0c04, "Fibre Channel"},
    {0x0c05, "SMBus"}, {0x0c06, "InfiniBand"}, {0x0c07, "IPMI Interface"}, {0x0c08, "SERCOS interface"}, {0x0c09, "CANBUS"},
    {0x0c80, "Serial bus controller"},
    {0x0d00, "IRDA controller"}, {0x0d01, "Consumer IR controller"}, {0x0d10, "RF controller"}, {0x0d11, "Bluetooth"},
    {0x0d12, "Broadband"}, {0x0d20, "802.1a controller"}, {0x0d21, "802.1b controller"}, {0x0d80, "Wireless controller"},
    {0x0e00, "I2O"}, {0x0e80, "Intelligent controller"},
    {0x0f01, "Satellite TV controller"}, {0x0f02, "Satellite audio communication controller"},
    {0x0f03, "Satellite voice communication controller"}, {0x0f04, "Satellite data communication controller"},
    {0x0f80, "Satellite communications controller"},
    {0x1000, "Network and computing encryption device"}, {0x1010, "Entertainment encryption device"},
    {0x1080, "Encryption controller"},
    {0x1100, "DPIO module"}, {0x1101, "Performance counters"}, {0x1110, "Communication synchronizer"},
    {0x1120, "Signal processing management"}, {0x1180, "Signal processing controller"},
    {0x1200, "Processing accelerators"}, {0x1201, "SNIA Smart Data Accelerator Interface (SDXI) controller"},
    {0x1300, "Non-Essential Instrumentation"}, {0x4000, "Coprocessor"}, {0xff00, "Unassigned class"},
};

/* Behind a class stands a colon, its number, the programming interface, a column's gap, or nothing. */
static bool ends_as_class(const char *s)
{
	return *s == '\0' || *s == ':' || *s == '"' || *s == '|' || *s == '\t' || (s[0] == ' ' && (s[1] == ' ' || s[1] == '[' || s[1] == '(' || s[1] == '\0' || s[1] == '|')) ||
	    *s == '[';
}

size_t dump_class_name(const char *s, unsigned *ret_class)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		size_t n = strlen(classes[i].name);

		if (dump_starts(s, classes[i].name) && ends_as_class(s + n)) {
			*ret_class = classes[i].class;
			return n;
		}
	}
	return 0;
}

/* Those whose number decides something (judge/verdict.c), and the usual neighbours. The more special stand first. */
uint16_t dump_vendor_by_name(const char *s)
{
	static const struct {
		const char *name;
		uint16_t vendor;
	} vendors[] = {
	    {"Advanced Micro Devices, Inc. [AMD/ATI]", 0x1002}, {"Advanced Micro Devices [AMD/ATI]", 0x1002},
	    {"Advanced Micro Devices [AMD] nee ATI", 0x1002}, {"ATI Technologies", 0x1002}, {"[AMD/ATI]", 0x1002},
	    {"Advanced Micro Devices", 0x1022}, {"[AMD]", 0x1022}, {"NVIDIA", 0x10de}, {"Intel Corp", 0x8086},
	    {"Realtek", 0x10ec}, {"ASMedia", 0x1b21}, {"Broadcom", 0x14e4}, {"Raspberry Pi", 0x1de4}, {"Samsung Electronics", 0x144d},
	    {"ASPEED", 0x1a03}, {"Matrox", 0x102b},
	};

	for (size_t i = 0; i < ARRAY_LEN(vendors); i++)
		if (dump_starts(s, vendors[i].name))
			return vendors[i].vendor;
	return 0;
}
