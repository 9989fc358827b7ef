/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/qemu_memory.h"

#include <string.h>

#include "base/str.h"

#define MIB (1024ull * 1024)

enum { MOST_WORDS = 4096, MOST_BACKENDS = 64 };

struct piece {
	const char *text; /* NULL: there is none */
	size_t length;
};

struct backend {
	struct piece id;
	uint64_t bytes;
	bool is_known;
};

struct scan {
	struct qemu_memory m;
	uint64_t ram_bytes; /* -m, 0: not given */
	struct piece main_backend;
	struct backend backends[MOST_BACKENDS];
	size_t n_backends;
	struct piece plugged[MOST_BACKENDS]; /* backends of memory devices */
	size_t n_plugged;
};

static bool piece_is(struct piece p, const char *text)
{
	return p.text && p.length == strlen(text) && memcmp(p.text, text, p.length) == 0;
}

static bool same_piece(struct piece a, struct piece b)
{
	return a.text && b.text && a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* The part up to the next single comma; two of them are a comma of the value. */
static struct piece next_piece(const char **rest)
{
	struct piece p = {.text = *rest};
	const char *c = *rest;

	for (; *c; c++) {
		if (*c == ',' && c[1] != ',')
			break;
		c += *c == ',';
	}
	p.length = (size_t)(c - p.text);
	*rest = *c == ',' ? c + 1 : c;
	return p;
}

/* The value of key in "type,key=value,…", the last one as in QEMU; has_implied: the first piece may lack its key, which
 * is this one. */
static struct piece find_value(const char *options, const char *key, bool has_implied)
{
	struct piece found = {0};
	size_t length = strlen(key);

	for (const char *rest = options; *rest;) {
		bool is_first = rest == options;
		struct piece p = next_piece(&rest);

		if (p.length > length && memcmp(p.text, key, length) == 0 && p.text[length] == '=')
			found = (struct piece){p.text + length + 1, p.length - length - 1};
		else if (is_first && has_implied && !memchr(p.text, '=', p.length))
			found = p;
	}
	return found;
}

/* ---- numbers ---- */

static bool find_suffix(char c, uint64_t *ret)
{
	static const char letters[] = "BKMGTPE";
	const char *at = c ? strchr(letters, c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) : NULL;

	if (!at)
		return false;
	*ret = 1ull << 10 * (at - letters);
	return true;
}

/* ".5" of a unit, three digits of it are plenty. */
static uint64_t fraction_of(const char *digits, size_t length, uint64_t unit)
{
	uint64_t thousandths = 0;

	for (size_t i = 0; i < 3; i++)
		thousandths = thousandths * 10 + (i < length ? (uint64_t)(digits[i] - '0') : 0);
	return unit / 1000 * thousandths + unit % 1000 * thousandths / 1000;
}

/* "8G", "1.5g", "4096" (of unit bytes each); digits, a fraction, B K M G T P E. */
bool qemu_size_parse(const char *text, size_t length, uint64_t unit, uint64_t *ret_bytes)
{
	size_t whole = 0, used;
	uint64_t number, fraction = 0;

	while (whole < length && char_is_digit(text[whole]))
		whole++;
	used = whole;
	if (used < length && text[used] == '.') {
		size_t start = ++used;

		while (used < length && char_is_digit(text[used]))
			used++;
		if (used == start)
			return false;
	}
	if (used + 1 < length || (used < length && !find_suffix(text[used], &unit)))
		return false;
	if (!str_number_n(text, whole, 10, UINT64_MAX / unit, &number))
		return false;
	if (used > whole + 1)
		fraction = fraction_of(text + whole + 1, used - whole - 1, unit);
	if (number * unit > UINT64_MAX - fraction)
		return false;
	*ret_bytes = number * unit + fraction;
	return true;
}

/* ---- options ---- */

static void take_ram(struct scan *s, const char *value)
{
	struct piece size = find_value(value, "size", true);

	/* Without a size (only slots=, maxmem=) the default stays. */
	if (size.text && !qemu_size_parse(size.text, size.length, MIB, &s->ram_bytes))
		s->m.is_known = false;
}

static void take_object(struct scan *s, const char *value)
{
	struct backend *b = &s->backends[s->n_backends];
	struct piece size;

	if (*value == '{') {
		s->m.is_known &= !strstr(value, "memory-backend");
		return;
	}
	if (!str_starts(value, "memory-backend-"))
		return;
	if (s->n_backends == MOST_BACKENDS) {
		s->m.is_known = false;
		return;
	}
	b->id = find_value(value, "id", false);
	size = find_value(value, "size", false);
	b->is_known = size.text && qemu_size_parse(size.text, size.length, 1, &b->bytes);
	s->n_backends++;
}

static bool is_memory_device(struct piece type)
{
	static const char *const types[] = {
	    "pc-dimm", "nvdimm", "virtio-mem-pci", "virtio-mem", "virtio-pmem-pci", "virtio-pmem", "ivshmem-plain"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (piece_is(type, types[i]))
			return true;
	return false;
}

static void take_device(struct scan *s, const char *value)
{
	const char *rest = value;
	struct piece type;

	if (*value == '{') {
		s->m.n_vfio += strstr(value, "vfio-pci") != NULL;
		s->m.has_viommu |= strstr(value, "-iommu") != NULL;
		s->m.is_known &= !strstr(value, "memdev");
		return;
	}
	type = next_piece(&rest);
	if (piece_is(type, "vfio-pci") || piece_is(type, "vfio-pci-nohotplug"))
		s->m.n_vfio++;
	if (piece_is(type, "intel-iommu") || piece_is(type, "amd-iommu") || piece_is(type, "virtio-iommu-pci"))
		s->m.has_viommu = true;
	if (!is_memory_device(type))
		return;
	if (s->n_plugged == MOST_BACKENDS)
		s->m.is_known = false;
	else
		s->plugged[s->n_plugged++] = find_value(value, "memdev", false);
}

static void take_machine(struct scan *s, const char *value)
{
	struct piece backend = find_value(value, "memory-backend", false), iommu = find_value(value, "iommu", false);

	if (backend.text)
		s->main_backend = backend;
	if (iommu.text && !piece_is(iommu, "none"))
		s->m.has_viommu = true;
}

static void take_config(struct scan *s, const char *value)
{
	(void)value;
	s->m.is_known = false;
}

static void take_nothing(struct scan *s, const char *value)
{
	(void)s;
	(void)value;
}

/* Options that count, and those whose value may well begin with a dash. */
static const struct {
	const char *name;
	void (*take)(struct scan *s, const char *value);
} options[] = {
    {"m", take_ram},
    {"object", take_object},
    {"device", take_device},
    {"machine", take_machine},
    {"M", take_machine},
    {"readconfig", take_config},
    {"append", take_nothing},
    {"name", take_nothing},
};

/* ---- the sum ---- */

static void add_backend(struct scan *s, struct piece id)
{
	for (size_t i = 0; i < s->n_backends; i++) {
		const struct backend *b = &s->backends[i];

		if (!same_piece(b->id, id))
			continue;
		s->m.is_known &= b->is_known && b->bytes <= UINT64_MAX - s->m.bytes;
		s->m.bytes += b->bytes;
		return;
	}
	s->m.is_known = false;
}

static void add_up(struct scan *s)
{
	s->m.bytes = s->ram_bytes;
	if (s->ram_bytes == 0 && s->main_backend.text)
		add_backend(s, s->main_backend);
	else if (s->ram_bytes == 0)
		s->m.bytes = 128 * MIB;
	for (size_t i = 0; i < s->n_plugged; i++)
		add_backend(s, s->plugged[i]);
	if (!s->m.is_known)
		s->m.bytes = 0;
}

static bool is_qemu(const char *path)
{
	const char *name = path ? str_base(path) : "";

	return str_starts(name, "qemu-system-") || str_eq(name, "qemu-kvm") || str_eq(name, "kvm");
}

struct qemu_memory qemu_memory_of(char *const *argv)
{
	struct scan s = {.m.is_known = true};

	s.m.is_qemu = is_qemu(argv[0]);
	if (!s.m.is_qemu)
		return (struct qemu_memory){0};
	for (size_t i = 1; i < MOST_WORDS && argv[i]; i++) {
		const char *name = argv[i];

		if (*name != '-' || !argv[i + 1])
			continue;
		name += name[1] == '-' ? 2 : 1;
		for (size_t k = 0; k < ARRAY_LEN(options); k++)
			if (str_eq(name, options[k].name)) {
				options[k].take(&s, argv[++i]);
				break;
			}
	}
	add_up(&s);
	return s.m;
}
