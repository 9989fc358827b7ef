/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that the checks ask out of files that hold many others. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "sys/read_boot.h"
#include "sys/read_facts.h"
#include "sys/read_image.h"
#include "text/shell_vars.h"

enum { MOST_FACT_FILES = 512, MOST_FACT_LINES = 512, LONGEST_FACT_LINE = 400 };

struct gathering {
	struct sys *s;
	struct arena *mem;
	struct facts *f;
	enum fact_line_kind kind;
	bool (*is_meant)(const char *line);
};

static void add_line(struct gathering *g, const char *file, unsigned number, const char *line)
{
	if (g->f->n_lines < MOST_FACT_LINES)
		*ARENA_PUSH(g->mem, g->f->lines, g->f->n_lines) = (struct fact_line){.kind = g->kind, .file = arena_strdup(g->mem, file),
		    .number = number, .text = arena_strndup(g->mem, line, strnlen(line, LONGEST_FACT_LINE))};
}

/* 0, or a negative errno; no such file is 0. */
static int gather_file(struct gathering *g, const char *path)
{
	int r;
	char *text = boot_text(g->s, g->mem, path, SHELL_TEXT_BYTES, &r);
	const char *file = arena_printf(g->mem, "/%s", path);
	unsigned number = 0;

	for (char *line; text && (line = strsep(&text, "\n"));) {
		number++;
		line += strspn(line, " \t");
		if (*line != '#' && g->is_meant(line))
			add_line(g, file, number, line);
	}
	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

/* All files of a folder whose names end so; `or_not`: those that do not. No such folder is an empty one where the
 * machine runs. */
static void gather_folder(struct gathering *g, const char *folder, const char *ending, bool or_not)
{
	struct folder names;
	int r = folder_names(g->s, g->mem, folder, &names);
	bool is_whole = r >= 0 || ((r == -ENOENT || r == -ENOTDIR) && g->s->is_live);

	for (size_t i = 0; i < names.n && i < MOST_FACT_FILES; i++) {
		size_t length = strlen(names.names[i]), n = strlen(ending);
		bool fits = length > n && str_eq(names.names[i] + length - n, ending);

		if (*names.names[i] == '.' || fits == or_not)
			continue;
		/* A folder within is none of the files. */
		r = gather_file(g, arena_printf(g->mem, "%s/%s", folder, names.names[i]));
		is_whole = is_whole && (r == 0 || r == -EISDIR || r == -EINVAL || r == -EILSEQ);
	}
	if (is_whole && names.n <= MOST_FACT_FILES)
		g->f->has_lines[g->kind] = TRI_YES;
}

static bool is_dracut_drivers(const char *line)
{
	return str_starts(line, "add_drivers+=") || str_starts(line, "force_drivers+=");
}

static bool is_override_rule(const char *line)
{
	return strstr(line, "ATTR{driver_override}=") != NULL && strstr(line, "vfio") != NULL;
}

static bool names_virqfd(const char *line)
{
	return strstr(line, "vfio_virqfd") != NULL || strstr(line, "vfio-virqfd") != NULL;
}

static bool is_modprobe_line(const char *line)
{
	return (str_starts(line, "options vfio") || str_starts(line, "blacklist ") || str_starts(line, "softdep "));
}

/* ---- /proc/iomem ---- */

static int take_iomem_line(void *data, const char *line)
{
	static const char *const names[] = {"BOOTFB", "efifb", "vesafb", "simplefb", "simpledrm", "simple-framebuffer", "efi-framebuffer"};
	struct gathering *g = data;
	unsigned long long start, end;
	const char *name = strstr(line, " : ");

	if (!name || sscanf(line, " %llx-%llx", &start, &end) != 2)
		return 0;
	g->f->has_lines[LINE_FRAMEBUFFER] = TRI_YES;
	if (end != 0)
		g->f->is_iomem_masked = false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!str_starts(name + 3, names[i]) || g->f->n_lines >= MOST_FACT_LINES)
			continue;
		*ARENA_PUSH(g->mem, g->f->lines, g->f->n_lines) = (struct fact_line){.kind = LINE_FRAMEBUFFER, .file = "/proc/iomem",
		    .text = arena_strdup(g->mem, line + strspn(line, " ")), .start = start, .end = end};
		break;
	}
	return 0;
}

static int take_interrupt_line(void *data, const char *line)
{
	struct gathering *g = data;

	g->f->has_lines[LINE_INTX] = TRI_YES;
	if (strstr(line, "vfio-intx("))
		add_line(g, "/proc/interrupts", 0, strstr(line, "vfio-intx("));
	return 0;
}

void read_fact_lines(struct sys *s, struct arena *mem, const char *generator, struct facts *f)
{
	struct gathering g = {.s = s, .mem = mem, .f = f};
	const char *file;
	unsigned line;

	g.kind = LINE_DRACUT_DRIVERS, g.is_meant = is_dracut_drivers;
	gather_folder(&g, "etc/dracut.conf.d", ".conf", false);
	g.kind = LINE_UDEV_OVERRIDE, g.is_meant = is_override_rule;
	gather_folder(&g, "etc/udev/rules.d", ".rules", false);
	g.kind = LINE_IGNORED_FILE, g.is_meant = is_modprobe_line;
	gather_folder(&g, "etc/modprobe.d", ".conf", true);
	g.kind = LINE_VIRQFD, g.is_meant = names_virqfd;
	gather_folder(&g, "etc/modules-load.d", ".conf", false);
	(void)gather_file(&g, "etc/modules");
	if (generator && read_early_source(s, mem, generator, "vfio_virqfd", &file, &line))
		add_line(&g, arena_printf(mem, "/%s", file), line, "vfio_virqfd");
	if (generator)
		f->has_early_vfio = tri_from(read_early_source(s, mem, generator, "vfio_pci", &file, &line) ||
		    read_early_source(s, mem, generator, "vfio-pci", &file, &line));
	g.kind = LINE_FRAMEBUFFER;
	f->is_iomem_masked = true;
	(void)sys_lines(s, "proc/iomem", take_iomem_line, &g);
	g.kind = LINE_INTX;
	(void)sys_lines(s, "proc/interrupts", take_interrupt_line, &g);
}
