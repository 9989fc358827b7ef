/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_boot_state.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_boot.h"
#include "text/mountinfo.h"

enum { LEAST_BYTES = 1024 * 1024 }; /* for a grub.cfg */

/* ---- read-only ---- */

struct mount_look {
	const char *path; /* absolute */
	char point[SYS_PATH];
	bool is_read_only;
};

static bool is_below(const char *path, const char *point)
{
	size_t length = strlen(point);

	return str_eq(point, "/") || (str_starts(path, point) && (path[length] == '/' || path[length] == '\0'));
}

/* Options are the sixth word, those of the file system the last. */
static bool has_ro(const char *line)
{
	const char *at = line, *last = strrchr(line, ' ');

	for (int i = 0; i < 5 && at; i++)
		at = (at = strchr(at, ' ')) ? at + 1 : NULL;
	return (at && str_starts(at, "ro") && (at[2] == ',' || at[2] == ' ')) ||
	    (last && str_starts(last + 1, "ro") && (last[3] == ',' || last[3] == '\0'));
}

static int take_mount(void *data, const char *line)
{
	struct mount_look *l = data;
	char copy[SYS_TEXT + 1];
	struct mountinfo info;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	if (!mountinfo_parse(copy, &info) || !is_below(l->path, info.point) || strlen(info.point) < strlen(l->point) ||
	    strlen(info.point) >= sizeof(l->point))
		return 0;
	/* Of two at one point the later lies above. */
	(void)snprintf(l->point, sizeof(l->point), "%s", info.point);
	l->is_read_only = has_ro(line);
	return 0;
}

static bool is_read_only(struct sys *s, struct arena *mem, const char *folder, const char **ret_point)
{
	struct mount_look l = {.path = arena_printf(mem, "/%s", folder)};

	(void)sys_lines(s, "proc/self/mountinfo", take_mount, &l);
	*ret_point = arena_strdup(mem, l.point);
	return l.is_read_only;
}

/* ---- room ---- */

static uint64_t largest_image(struct sys *s, struct arena *mem)
{
	struct sys_space space;
	uint64_t largest = 0;
	char path[SYS_PATH];
	const char **names;
	size_t n;

	/* boot_names wants an ending: any. */
	names = boot_names(s, mem, "boot", "", &n, NULL);
	for (size_t i = 0; i < n; i++)
		if (str_starts(names[i], "initr") && s->ops->space(s, sys_path(path, "boot/%s", names[i]), &space) == 0 &&
		    space.size_bytes > largest)
			largest = space.size_bytes;
	for (size_t k = 0; k < ARRAY_LEN(boot_folders); k++) {
		char folder[SYS_PATH];

		names = boot_names(s, mem, sys_path(folder, "%s/EFI/Linux", boot_folders[k]), ".efi", &n, NULL);
		for (size_t i = 0; i < n; i++)
			if (s->ops->space(s, sys_path(path, "%s/%s", folder, names[i]), &space) == 0 && space.size_bytes > largest)
				largest = space.size_bytes;
	}
	return largest;
}

static void read_room(struct sys *s, struct arena *mem, const char *const *folders, size_t n, bool makes_images, struct boot_state *ret)
{
	uint64_t needed = makes_images ? largest_image(s, mem) : 0;

	needed += needed / 10;
	needed = needed > LEAST_BYTES ? needed : LEAST_BYTES;
	for (size_t i = 0; i < n && !ret->full_folder; i++) {
		struct sys_space space;

		if (s->ops->space(s, folders[i], &space) < 0 || space.free_bytes >= needed)
			continue;
		ret->full_folder = folders[i];
		ret->free_bytes = space.free_bytes;
		ret->needed_bytes = needed;
	}
}

/* ---- sealed disks ---- */

static const char *read_seal(struct sys *s, struct arena *mem)
{
	static const char *const files[] = {"var/lib/systemd/pcrlock.json", "etc/systemd/pcrlock.json"};
	const char *text = boot_text(s, mem, "etc/crypttab", 64 * 1024, NULL);

	for (char *rest = text ? arena_strdup(mem, text) : NULL, *line; (line = strsep(&rest, "\n"));)
		if (*line != '#' && strstr(line, "tpm2-device="))
			return "/etc/crypttab";
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (s->ops->exists(s, files[i]) > 0)
			return arena_printf(mem, "/%s", files[i]);
	return NULL;
}

void read_boot_state(struct sys *s, struct arena *mem, const char *const *folders, size_t n_folders, bool makes_images,
    struct boot_state *ret)
{
	const char *point;

	*ret = (struct boot_state){.seal_evidence = read_seal(s, mem)};
	for (size_t i = 0; i < n_folders && !ret->read_only_point; i++)
		if (is_read_only(s, mem, folders[i], &point))
			ret->read_only_point = point;
	/* The room on a recorded host is that of the disk it was copied to. */
	if (s->is_live && s->ops->space)
		read_room(s, mem, folders, n_folders, makes_images, ret);
}

const char *read_kernel_image(struct sys *s, struct arena *mem, const char *release)
{
	static const char *const folders[][2] = {{"lib/modules/", "/vmlinuz"}, {"usr/lib/modules/", "/vmlinuz"}, {"boot/vmlinuz-", ""}};
	char path[SYS_PATH];

	if (strchr(release, '/') || *release == '.')
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (s->ops->exists(s, sys_path(path, "%s%s%s", folders[i][0], release, folders[i][1])) > 0)
			return arena_printf(mem, "/%s", path);
	return NULL;
}
