/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines. What a process says of itself is foreign text, of any length and without any sense. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "text/machine.h"
#include "text/qemu_memory.h"

enum { VALUE = 256 }; /* a path of sysfs is longer than any other value that is looked at */

/* ---- values in words ---- */

static bool take_value(const char *from, size_t length, char ret[VALUE])
{
	if (length >= VALUE)
		return false;
	memcpy(ret, from, length);
	ret[length] = '\0';
	return true;
}

/* The quote that ends a string of JSON; NULL: none does. */
static const char *string_end(const char *quote)
{
	for (const char *c = quote + 1; *c; c++) {
		if (*c == '"')
			return c;
		c += *c == '\\' && c[1];
	}
	return NULL;
}

/* QEMU's objects are flat where it matters; a value with escapes is none that is looked at. */
static bool json_value(const char *text, const char *key, char ret[VALUE])
{
	for (const char *at = strchr(text, '"'); at; at = strchr(at, '"')) {
		const char *end = string_end(at), *value;

		if (!end)
			return false;
		value = end + 1 + strspn(end + 1, " ");
		if (*value == ':' && (size_t)(end - at - 1) == strlen(key) && memcmp(at + 1, key, strlen(key)) == 0) {
			value += 1 + strspn(value + 1, " ");
			end = *value == '"' ? string_end(value) : NULL;
			return *value == '"' ? end && take_value(value + 1, (size_t)(end - value - 1), ret)
					     : take_value(value, strcspn(value, ",} "), ret);
		}
		at = end + 1;
	}
	return false;
}

/* "type,key=value,…", or the same in JSON; is_first: the first part may lack its key, which is this one. The last one
 * counts, as with QEMU. */
static bool value_of(const char *word, const char *key, bool is_first, char ret[VALUE])
{
	size_t length = strlen(key);
	bool is_found = false;

	if (*word == '{')
		return json_value(word, key, ret);
	for (const char *at = word; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		size_t n = strcspn(at, ",");

		if (strncmp(at, key, length) == 0 && at[length] == '=')
			is_found = take_value(at + length + 1, n - length - 1, ret);
		else if (is_first && at == word && !memchr(at, '=', n))
			is_found = take_value(at, n, ret);
	}
	return is_found;
}

static bool is_on(const char *word, const char *key)
{
	char value[VALUE];

	return value_of(word, key, false, value) && (str_eq(value, "on") || str_eq(value, "true") || str_eq(value, "yes"));
}

/* ---- devices of QEMU ---- */

/* Each value of a key, up to what ends it; "host=" also counts the IP address of a socket, which is none of ours. */
static void add_values(struct machine *m, const char *text, const char *key)
{
	static const char folder[] = "/sys/bus/pci/devices/";

	for (const char *found = strstr(text, key); found; found = strstr(found, key)) {
		char value[PCI_ADDR_TEXT] = "";
		size_t length;

		found += strlen(key);
		if (str_starts(found, folder))
			found += strlen(folder);
		length = strcspn(found, ",\"'/} \t");
		if (length < sizeof(value)) {
			memcpy(value, found, length);
			value[length] = '\0';
			(void)machine_add_address(m, value);
		}
	}
}

/* "0x1.0x0", "01.0", "1": hexadecimal in any case (hw/core/qdev-properties-system.c, set_pci_devfn). */
static bool slot_of(const char *addr, unsigned *ret)
{
	uint64_t slot;
	size_t skip = str_starts(addr, "0x") ? 2 : 0;

	if (!str_number_n(addr + skip, strcspn(addr + skip, "."), 16, 31, &slot))
		return false;
	*ret = (unsigned)slot;
	return true;
}

static void take_place(struct machine *m, struct machine_device *d, const char *word)
{
	char value[VALUE];

	if (!value_of(word, "bus", false, value))
		(void)take_value("", 0, value);
	d->is_on_root = str_eq(value, "") || str_eq(value, "pcie.0") || str_eq(value, "pci.0");
	d->guest_bus = d->is_on_root ? "the root bus" : arena_strdup(m->mem, value);
	/* Without an address it gets a slot of its own, which is not known here. */
	d->has_place = value_of(word, "addr", false, value) && slot_of(value, &d->guest_slot);
}

static bool is_mediated(const char *word)
{
	char value[VALUE];

	return value_of(word, "sysfsdev", false, value) && (str_starts(value, "/sys/bus/mdev/") || strstr(value, "/mdev_supported_types/"));
}

static void take_vfio(struct machine *m, const char *word)
{
	static const char *const keys[] = {"host=", "sysfsdev=", "\"host\":\"", "\"host\": \"", "\"sysfsdev\":\"",
	    "\"sysfsdev\": \""};
	size_t n = m->n_devices;
	char value[VALUE];
	bool has_iommufd = value_of(word, "iommufd", false, value);

	m->has_iommufd = m->has_iommufd || has_iommufd;
	if (is_mediated(word)) {
		m->has_mdev_iommufd = m->has_mdev_iommufd || has_iommufd;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		add_values(m, word, keys[i]);
	m->is_unclear = m->is_unclear || m->n_devices == n;
	for (size_t i = n; i < m->n_devices; i++)
		take_place(m, &m->devices[i], word);
}

static void take_device(struct machine *m, const char *word)
{
	static const char *const screens[] = {"VGA", "virtio-vga", "virtio-vga-gl", "qxl-vga", "qxl", "virtio-gpu-pci", "virtio-gpu-gl-pci",
	    "bochs-display", "cirrus-vga", "vmware-svga", "ati-vga"};
	char driver[VALUE];

	if (!value_of(word, "driver", true, driver))
		return;
	if (str_starts(driver, "vfio-pci"))
		take_vfio(m, word);
	for (size_t i = 0; i < ARRAY_LEN(screens); i++)
		if (str_eq(driver, screens[i]))
			m->has_screen = TRI_YES;
	if (str_eq(driver, "intel-iommu")) {
		m->is_intel_iommu = true;
		m->has_caching_mode = is_on(word, "caching-mode");
	}
	if (str_eq(driver, "intel-iommu") || str_eq(driver, "amd-iommu") || str_starts(driver, "virtio-iommu") || str_eq(driver, "arm-smmuv3"))
		m->has_viommu = true;
}

/* ---- other options ---- */

static void take_machine(struct machine *m, const char *word)
{
	char value[VALUE];

	if (value_of(word, "type", true, value))
		m->board = machine_board_of(value);
	if (value_of(word, "iommu", false, value) && !str_eq(value, "none"))
		m->has_viommu = true;
}

static void take_cpu(struct machine *m, const char *word)
{
	char value[VALUE];
	uint64_t bits;

	m->is_kvm_hidden = tri_from(value_of(word, "kvm", false, value) && str_eq(value, "off"));
	if (value_of(word, "phys-bits", false, value) && str_number(value, 10, 64, &bits))
		m->phys_bits = (unsigned)bits;
}

static void take_vga(struct machine *m, const char *word)
{
	if (m->has_screen != TRI_YES)
		m->has_screen = tri_from(!str_eq(word, "none"));
}

static void take_memory(struct machine *m, const char *word)
{
	char value[VALUE];

	if (value_of(word, "size", true, value))
		(void)qemu_size_parse(value, strlen(value), 1024 * 1024, &m->memory_bytes);
}

static void take_object(struct machine *m, const char *word)
{
	char type[VALUE];

	if (value_of(word, "qom-type", true, type) && str_eq(type, "iommufd"))
		m->has_iommufd = true;
}

static void take_nothing(struct machine *m, const char *word)
{
	(void)m;
	(void)word;
}

/* Those of one that runs may follow a name or a word of the guest's kernel that looks like an option. */
static const struct {
	const char *name;
	void (*take)(struct machine *m, const char *word);
} options[] = {
    {"device", take_device},
    {"machine", take_machine},
    {"M", take_machine},
    {"cpu", take_cpu},
    {"vga", take_vga},
    {"m", take_memory},
    {"object", take_object},
    {"name", take_nothing},
    {"append", take_nothing},
};

static bool take_option(struct machine *m, const char *option, const char *word)
{
	const char *name = option && *option == '-' ? option + 1 + (option[1] == '-') : NULL;

	for (size_t i = 0; name && i < ARRAY_LEN(options); i++)
		if (str_eq(name, options[i].name)) {
			options[i].take(m, word);
			return true;
		}
	return false;
}

void machine_take_word(struct machine *m, const char *option, const char *word)
{
	/* What is passed on may come from anywhere; vfio-pci is meant wherever it stands. */
	if (!take_option(m, option, word) && strstr(word, "vfio-pci"))
		take_vfio(m, word);
}

/* The next word of a line, its quotes taken away; NULL: none is left. */
static char *next_word(struct arena *mem, const char **rest)
{
	const char *at = *rest + strspn(*rest, " \t"), *end;
	char *word, *to, quote = '\0';

	if (*at == '\0')
		return NULL;
	for (end = at; *end && (quote || (*end != ' ' && *end != '\t')); end++)
		quote = quote ? *end == quote ? '\0' : quote : *end == '\'' || *end == '"' ? *end : '\0';
	word = to = arena_strndup(mem, at, (size_t)(end - at));
	quote = '\0';
	for (const char *c = word; *c; c++) {
		if (quote ? *c == quote : *c == '\'' || *c == '"')
			quote = quote ? '\0' : *c;
		else
			*to++ = *c;
	}
	*to = '\0';
	*rest = end;
	return word;
}

void machine_parse_arguments(struct machine *m, const char *text)
{
	const char *option = NULL, *word;

	for (size_t n = 0; n < MACHINE_WORDS && (word = next_word(m->mem, &text)); n++) {
		machine_take_word(m, option, word);
		option = word;
	}
}

void machine_parse_qemu(struct machine *m, char *const *argv)
{
	bool has_defaults = true;

	for (size_t i = 1; i < MACHINE_WORDS && argv[0] && argv[i]; i++) {
		if (str_eq(argv[i], "-nodefaults") || str_eq(argv[i], "--nodefaults"))
			has_defaults = false;
		else if (argv[i + 1] && take_option(m, argv[i], argv[i + 1]))
			i++;
	}
	if (m->has_screen == TRI_UNKNOWN)
		m->has_screen = tri_from(has_defaults);
}

/* ---- Cloud Hypervisor ---- */

/* "path=/sys/bus/pci/devices/0000:01:00.0/,pci_segment=1" */
static void take_path(struct machine *m, const char *word, unsigned option)
{
	char path[VALUE], segment[VALUE];
	uint64_t number = 0;
	size_t length;

	if (!value_of(word, "path", false, path)) {
		m->is_unclear = true;
		return;
	}
	for (length = strlen(path); length > 0 && path[length - 1] == '/'; length--)
		path[length - 1] = '\0';
	if (!machine_add_address(m, str_base(path)) || m->devices[m->n_devices - 1].kind != MACHINE_FUNCTION) {
		m->is_unclear = true;
		return;
	}
	if (value_of(word, "pci_segment", false, segment))
		(void)str_number(segment, 10, UINT16_MAX, &number);
	m->devices[m->n_devices - 1].option = option;
	m->devices[m->n_devices - 1].segment = (unsigned)number;
}

static void take_platform(struct machine *m, const char *word)
{
	char value[VALUE];
	uint64_t number;

	m->has_iommufd = m->has_iommufd || is_on(word, "iommufd");
	m->is_p2p_off = m->is_p2p_off || (value_of(word, "vfio_p2p_dma", false, value) && str_eq(value, "off"));
	if (value_of(word, "num_pci_segments", false, value) && str_number(value, 10, UINT16_MAX, &number))
		m->n_segments = (unsigned)number;
}

/* "--device A B" and "--device=A" */
void machine_parse_cloud_hypervisor(struct machine *m, char *const *argv)
{
	enum { OTHER, DEVICE, PLATFORM } what = OTHER;
	unsigned n_options = 0;

	for (size_t i = 1; i < MACHINE_WORDS && argv[0] && argv[i]; i++) {
		const char *word = argv[i];

		if (str_starts(word, "--")) {
			size_t length = strcspn(word, "=");

			m->has_weights = m->has_weights || (length == 13 && str_starts(word, "--pci-segment"));
			what = length == 8 && str_starts(word, "--device") ? DEVICE : length == 10 && str_starts(word, "--platform") ? PLATFORM : OTHER;
			n_options += what == DEVICE;
			if (word[length] == '\0')
				continue;
			word += length + 1;
		}
		if (what == DEVICE)
			take_path(m, word, n_options);
		else if (what == PLATFORM)
			take_platform(m, word);
	}
}
