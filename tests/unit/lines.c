/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts made of lines (check_samples.h). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "tree.h"

static const char *unfold(struct tree *t, const char *text)
{
	char *copy = arena_printf(&t->mem, "%s\n", text);

	for (char *c = copy; *c; c++)
		*c = *c == '|' ? '\n' : *c;
	return copy;
}

static void make_function(struct tree *t, const char *line)
{
	char name[48], class_code[8], ids[16], driver[32], group[8];
	const char *folder;

	assert_int_equal(sscanf(line, "F %47s %7s %15s %31s %7s", name, class_code, ids, driver, group), 5);
	tree_function(t, name, (unsigned)strtoul(class_code, NULL, 16), ids, str_eq(driver, "-") ? NULL : driver);
	folder = arena_printf(&t->mem, "sys/devices/pci0000:00/%s", name);
	tree_file(t, arena_printf(&t->mem, "%s/driver_override", folder), "(null)\n");
	if (str_eq(group, "-"))
		return;
	if (strchr(name, '/'))
		tree_link(t, arena_printf(&t->mem, "%s/iommu_group", folder), arena_printf(&t->mem, "/sys/kernel/iommu_groups/%s", group));
	else
		tree_link(t, arena_printf(&t->mem, "%s/iommu_group", folder), arena_printf(&t->mem, "../../../kernel/iommu_groups/%s", group));
	tree_link(t, arena_printf(&t->mem, "sys/kernel/iommu_groups/%s/devices/%s", group, str_base(name)), arena_printf(&t->mem, "../../../../devices/pci0000:00/%s", name));
}

/* A bridge's or a function's first 256 bytes: little-endian, the capabilities from 0x40 on. */
static void make_config(struct tree *t, const char *line)
{
	unsigned char bytes[256] = {0xde, 0x10, 0x04, 0x22, [6] = 0x10, [0x34] = 0x40, [0x3d] = 1};
	char name[32], kind[8];

	assert_int_equal(sscanf(line, "C %31s %7s", name, kind), 2);
	if (str_eq(kind, "root") || str_eq(kind, "pci"))
		bytes[0x0e] = 1, bytes[0x40] = 0x10, bytes[0x42] = str_eq(kind, "root") ? 0x42 : 0x72, bytes[0x43] = 1;
	else
		bytes[0x40] = str_eq(kind, "msi") ? 0x05 : 0x01; /* 01: power management */
	tree_bytes(t, arena_printf(&t->mem, "sys/bus/pci/devices/%s/config", name), bytes, sizeof(bytes));
}

/* Behind all files, for making one changes its time. */
static void make_time(struct tree *t, const char *line)
{
	struct timespec times[2] = {{0}};
	char path[256];
	long long seconds;

	assert_int_equal(sscanf(line, "T %255s %lld", path, &seconds), 2);
	times[0].tv_sec = times[1].tv_sec = (time_t)seconds;
	assert_int_equal(utimensat(AT_FDCWD, arena_printf(&t->mem, "%s/%s", t->root, path), times, 0), 0);
}

/* A command line: words with a NUL behind each. */
static void make_words(struct tree *t, const char *path, const char *text)
{
	char *copy = arena_strdup(&t->mem, text);
	size_t length = strlen(copy);
	FILE *f;

	tree_file(t, path, "");
	for (char *c = copy; *c; c++)
		*c = *c == '\x01' ? '\0' : *c;
	f = fopen(arena_printf(&t->mem, "%s/%s", t->root, path), "we");
	assert_non_null(f);
	assert_int_equal(fwrite(copy, 1, length + 1, f), length + 1);
	assert_int_equal(fclose(f), 0);
}

static void make_line(struct tree *t, const char *line)
{
	const char *equals = strchr(line, '='), *at = strchr(line, '@');
	size_t length = strlen(line);

	if (str_starts(line, "F "))
		make_function(t, line);
	else if (str_starts(line, "C "))
		make_config(t, line);
	else if (str_starts(line, "T "))
		make_time(t, line);
	else if (line[length - 1] == '/')
		tree_folder(t, arena_strndup(&t->mem, line, length - 1));
	else if (at && (!equals || at < equals))
		tree_link(t, arena_strndup(&t->mem, line, (size_t)(at - line)), at + 1);
	else if (equals && strchr(equals, '\x01'))
		make_words(t, arena_strndup(&t->mem, line, (size_t)(equals - line)), equals + 1);
	else if (equals && equals[1] == '\0')
		tree_file(t, arena_strndup(&t->mem, line, (size_t)(equals - line)), "");
	else if (equals)
		tree_file(t, arena_strndup(&t->mem, line, (size_t)(equals - line)), unfold(t, equals + 1));
}

/* What a line is about: "F 0000:01:00.0", a path. */
static const char *key_of(struct tree *t, const char *line)
{
	if (str_starts(line, "F "))
		return arena_strndup(&t->mem, line, 2 + strcspn(line + 2, " "));
	if (str_starts(line, "C "))
		return arena_printf(&t->mem, "sys/bus/pci/devices/%.*s/config", (int)strcspn(line + 2, " "), line + 2);
	if (str_starts(line, "T "))
		return line;
	return arena_strndup(&t->mem, line, strcspn(line, "=@"));
}

static bool is_replaced(struct tree *t, const char *line, const char *delta)
{
	const char *key = key_of(t, line);

	for (const char *one = delta; one && *one; one = strchr(one, '\n') + 1) {
		const char *other = arena_strndup(&t->mem, one, strcspn(one, "\n"));

		if (str_eq(key_of(t, *other == '-' ? other + 1 : other), key))
			return true;
		/* Of functions without groups, what lies in the groups goes. */
		if (str_eq(other, "sys/kernel/iommu_groups/") && str_starts(key, "sys/kernel/iommu_groups/"))
			return true;
	}
	return false;
}

static void make_lines(struct tree *t, const char *lines, const char *delta, bool functions)
{
	for (const char *one = lines; one && *one; one = strchr(one, '\n') + 1) {
		const char *line = arena_strndup(&t->mem, one, strcspn(one, "\n"));

		if (*line != '-' && str_starts(line, "F ") == functions && (!delta || !is_replaced(t, line, delta)))
			make_line(t, line);
	}
}

void tree_lines(struct tree *t, const char *lines, const char *delta)
{
	tree_open(t);
	make_lines(t, lines, delta, true);
	make_lines(t, delta, NULL, true);
	make_lines(t, lines, delta, false);
	make_lines(t, delta, NULL, false);
}
