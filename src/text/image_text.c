/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/image_text.h"

#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"
#include "text/shell_vars.h"

enum image_packing image_packing_of(const char *bytes, size_t n)
{
	/* lib/decompress.c; lz4 in its legacy frame alone there, the other is what lz4 makes without -l. */
	static const struct {
		const char *magic;
		size_t length;
		enum image_packing packing;
	} rows[] = {
	    {"070701", 6, PACKING_NONE},
	    {"070702", 6, PACKING_NONE},
	    {"\x1f\x8b", 2, PACKING_GZIP},
	    {"\x1f\x9e", 2, PACKING_GZIP},
	    {"BZh", 3, PACKING_BZIP2},
	    {"\x5d\x00\x00", 3, PACKING_LZMA},
	    {"\xfd" "7zXZ\0", 6, PACKING_XZ},
	    {"\x89LZO", 4, PACKING_LZO},
	    {"\x02\x21\x4c\x18", 4, PACKING_LZ4},
	    {"\x04\x22\x4d\x18", 4, PACKING_LZ4},
	    {"\x28\xb5\x2f\xfd", 4, PACKING_ZSTD},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (n >= rows[i].length && memcmp(bytes, rows[i].magic, rows[i].length) == 0)
			return rows[i].packing;
	return PACKING_UNKNOWN;
}

static uint32_t little(const char *bytes, size_t n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | (unsigned char)bytes[n];
	return value;
}

bool zstd_frame_header(const char *bytes, size_t n, uint64_t *ret_length, bool *ret_has_sum, bool *ret_is_skippable)
{
	static const unsigned char dictionary[] = {0, 1, 2, 4}, content[] = {0, 2, 4, 8};
	unsigned descriptor;
	uint64_t length;

	if (n < 8)
		return false;
	*ret_has_sum = false;
	*ret_is_skippable = (little(bytes, 4) & 0xfffffff0) == 0x184d2a50;
	if (*ret_is_skippable) {
		*ret_length = 8 + (uint64_t)little(bytes + 4, 4);
		return true;
	}
	if (little(bytes, 4) != 0xfd2fb528)
		return false;
	descriptor = (unsigned char)bytes[4];
	length = 5u + (descriptor & 0x20 ? 0u : 1u) + dictionary[descriptor & 3] + content[descriptor >> 6];
	/* One segment has its size, at least in one byte. */
	if ((descriptor >> 6) == 0 && (descriptor & 0x20))
		length++;
	*ret_has_sum = (descriptor & 4) != 0;
	*ret_length = length;
	return (descriptor & 8) == 0;
}

bool zstd_block_header(const char *bytes, uint32_t *ret_size, bool *ret_is_last)
{
	uint32_t header = little(bytes, 3);
	unsigned type = header >> 1 & 3;

	*ret_is_last = (header & 1) != 0;
	*ret_size = type == 1 ? 1 : header >> 3; /* 1: one byte, repeated */
	return type != 3;
}

bool lz4_block_header(const char *bytes, uint32_t *ret_size)
{
	enum { BLOCK = 8 * 1024 * 1024, LARGEST = BLOCK + BLOCK / 255 + 16 }; /* what does not shrink grows so much */
	uint32_t size = little(bytes, 4);

	*ret_size = size == 0x184c2102 ? 0 : size;
	return size == 0x184c2102 || (size > 0 && size <= LARGEST);
}

const char *image_plain_path(const char *name)
{
	static const char *const merged[] = {"bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/"};

	if (!str_starts(name, "usr/"))
		return name;
	for (size_t i = 0; i < ARRAY_LEN(merged); i++)
		if (str_starts(name + 4, merged[i]))
			return name + 4;
	return name;
}

bool image_is_release(const char *name, size_t length)
{
	if (length == 0 || length > 127 || name[0] == '.')
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = name[i];

		if (!(char_is_alnum(c) || strchr("_.+~:-", c)) || c == '\0')
			return false;
	}
	return true;
}

/* "b" of "b.ko", "b.ko.xz". */
static bool module_of_base(const char *base, size_t length, char ret[64])
{
	static const char *const endings[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t ending = strlen(endings[i]);

		if (length <= ending || length - ending > 63 || memcmp(base + length - ending, endings[i], ending) != 0)
			continue;
		memcpy(ret, base, length - ending);
		ret[length - ending] = '\0';
		return strlen(ret) == length - ending;
	}
	return false;
}

bool image_module_of(const char *name, char ret[64], const char **ret_release, size_t *ret_length)
{
	const char *release = image_plain_path(name), *slash, *base;

	if (!str_starts(release, "lib/modules/"))
		return false;
	release += strlen("lib/modules/");
	slash = strchr(release, '/');
	if (!slash || !image_is_release(release, (size_t)(slash - release)))
		return false;
	base = str_base(slash);
	if (!module_of_base(base, strlen(base), ret))
		return false;
	*ret_release = release;
	*ret_length = (size_t)(slash - release);
	return true;
}

bool image_builtin_of(const char *line, size_t length, char ret[64])
{
	size_t base = length;

	while (base > 0 && line[base - 1] != '/')
		base--;
	return module_of_base(line + base, length - base, ret);
}

/* ---- what it loads by name ---- */

enum { MOST_EARLY = 256 };

struct finder {
	struct arena *mem;
	const char *file;
	enum image_when when;
	struct image_early **list;
	size_t *n;
};

static void add_early(struct finder *f, const char *name, size_t length, unsigned line)
{
	char module[64];

	if (length == 0 || length >= sizeof(module) || *f->n == MOST_EARLY)
		return;
	memcpy(module, name, length);
	module[length] = '\0';
	/* mkinitcpio's "name?" may be missing. */
	if (module[length - 1] == '?')
		module[length - 1] = '\0';
	if (!str_is_driver_name(module))
		return;
	*ARENA_PUSH(f->mem, *f->list, *f->n) =
	    (struct image_early){arena_strdup(f->mem, module), arena_strdup(f->mem, f->file), line, f->when};
}

/* Each part of a list. */
static void add_list(struct finder *f, const char *text, const char *separators, unsigned line)
{
	while (*text) {
		size_t length = strcspn(text, separators);

		add_early(f, text, length, line);
		text += length;
		text += *text != '\0';
	}
}

/* One module a line, its parameters behind it. */
static void add_lines(struct finder *f, const char *text)
{
	for (unsigned line = 1; *text; line++) {
		size_t length = strcspn(text, "\n"), blanks = strspn(text, " \t");

		if (blanks < length && text[blanks] != '#' && text[blanks] != ';')
			add_early(f, text + blanks, strcspn(text + blanks, " \t\r\n"), line);
		text += length;
		text += *text != '\0';
	}
}

/* rd.driver.pre=a,b: dracut loads them ahead of udev (modules.d/90kernel-modules, dracut-pre-udev.service). */
static void add_words(struct finder *f, const char *text)
{
	for (unsigned line = 1; *text; line++) {
		size_t length = strcspn(text, "\n");
		struct kernel_cmdline c;

		if (kernel_cmdline_parse(f->mem, arena_strndup(f->mem, text, length), &c))
			for (size_t i = 0; i < c.n_words; i++)
				if (str_eq(c.words[i].key, "rd.driver.pre") || str_eq(c.words[i].key, "rdloaddriver"))
					add_list(f, c.words[i].value ? c.words[i].value : "", ",", line);
		text += length;
		text += *text != '\0';
	}
}

/* /config of mkinitcpio's busybox init: MODULES="a b", loaded between the start of udevd and its look at the devices. */
static void add_config(struct finder *f, const char *text)
{
	struct shell_vars v = {0};
	const struct shell_var *var;

	shell_vars_read(f->mem, &v, f->file, text);
	var = shell_vars_find(&v, "MODULES");
	if (var && var->value)
		add_list(f, var->value, " \t\n", var->line);
}

static const struct early_row {
	const char *folder, *ending; /* a whole path where there is no ending */
	enum image_when when;
	void (*read)(struct finder *f, const char *text);
} early_rows[] = {
    /* init of initramfs-tools: udev has settled by then (init-top comes first). */
    {"conf/modules", NULL, WHEN_AFTER, add_lines},
    {"config", NULL, WHEN_BEFORE, add_config},
    {"etc/cmdline.d/", ".conf", WHEN_BEFORE, add_words},
    /* systemd-modules-load and systemd-udev-trigger have no order between them. */
    {"etc/modules-load.d/", ".conf", WHEN_RACES, add_lines},
    {"lib/modules-load.d/", ".conf", WHEN_RACES, add_lines},
};

static const struct early_row *early_row(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(early_rows); i++) {
		const struct early_row *row = &early_rows[i];
		size_t folder = strlen(row->folder), length = strlen(path), ending = row->ending ? strlen(row->ending) : 0;

		if (!row->ending ? str_eq(path, row->folder)
				 : str_starts(path, row->folder) && length > folder + ending && !strchr(path + folder, '/') &&
			    str_eq(path + length - ending, row->ending))
			return row;
	}
	return NULL;
}

bool image_is_early(const char *path)
{
	return early_row(image_plain_path(path)) != NULL;
}

void image_early_read(struct arena *mem, const char *path, const char *text, struct image_early **list, size_t *n)
{
	const struct early_row *row = early_row(image_plain_path(path));
	struct finder f = {.mem = mem, .file = path, .list = list, .n = n};

	if (!row)
		return;
	f.when = row->when;
	row->read(&f, text);
}

/* ---- where the host's settings say so ---- */

static bool is_in_name(char c)
{
	return char_is_alnum(c) || c == '_' || c == '-';
}

static bool line_names(const char *line, size_t length, const char *module)
{
	for (size_t at = 0; at < length;) {
		char word[64];
		size_t n = 0;

		if (line[at] == '#' && (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t'))
			return false;
		while (at + n < length && is_in_name(line[at + n]))
			n++;
		if (n > 0 && n < sizeof(word)) {
			memcpy(word, line + at, n);
			word[n] = '\0';
			if (str_same_module(word, module))
				return true;
		}
		at += n > 0 ? n : 1;
	}
	return false;
}

unsigned image_line_naming(const char *text, const char *module)
{
	for (unsigned line = 1; *text; line++) {
		size_t length = strcspn(text, "\n");

		if (line_names(text, length, module))
			return line;
		text += length;
		text += *text != '\0';
	}
	return 0;
}
