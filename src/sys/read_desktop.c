/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_desktop.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "sys/read_boot.h"
#include "text/session_text.h"
#include "text/xorg_conf.h"

#define SESSIONS "run/systemd/sessions"

enum { MOST_XORG_FILES = 1024, MOST_SESSIONS = 256 };

/* ---- Xorg ---- */

static void read_xorg_file(struct sys *s, struct arena *mem, const char *path, struct xorg_conf *c)
{
	cleanup_free char *text = malloc(LARGEST_XORG_FILE);
	const char *file = arena_printf(mem, "/%s", path);
	int n = text ? s->ops->read(s, path, text, LARGEST_XORG_FILE) : -ENOMEM;

	if (n >= 0)
		xorg_conf_add(mem, c, file, text);
	else if (n != -ENOENT)
		*ARENA_PUSH(mem, c->unread, c->n_unread) = (struct unread_file){file, strerror(-n)};
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_xorg_folder(struct sys *s, struct arena *mem, const char *path, struct xorg_conf *c)
{
	struct folder folder;
	int r = folder_names(s, mem, path, &folder);

	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		*ARENA_PUSH(mem, c->unread, c->n_unread) = (struct unread_file){arena_printf(mem, "/%s", path), strerror(-r)};
	if (folder.n > 1)
		qsort(folder.names, folder.n, sizeof(*folder.names), compare_names);
	for (size_t i = 0; i < folder.n && i < MOST_XORG_FILES; i++) {
		size_t length = strlen(folder.names[i]);

		if (length > 5 && folder.names[i][0] != '.' && str_eq(folder.names[i] + length - 5, ".conf"))
			read_xorg_file(s, mem, arena_printf(mem, "%s/%s", path, folder.names[i]), c);
	}
}

/* In the order of the server (hw/xfree86/common/xf86Config.c, xf86HandleConfigFile): what comes first is the first device.
 */
static void read_xorg(struct sys *s, struct arena *mem, struct xorg_conf *c)
{
	read_xorg_folder(s, mem, "usr/share/X11/xorg.conf.d", c);
	read_xorg_folder(s, mem, "etc/X11/xorg.conf.d", c);
	read_xorg_file(s, mem, "etc/X11/xorg.conf", c);
}

/* ---- prime-select ---- */

void read_prime(struct sys *s, struct arena *mem, struct desktop *d)
{
	static const char ubuntu[] = "etc/prime-discrete", suse[] = "etc/prime/current_type";
	const char *text;

	if (s->ops->exists(s, "usr/bin/prime-select") != 1 && s->ops->exists(s, "usr/sbin/prime-select") != 1)
		return;
	d->prime = s->ops->exists(s, "etc/prime") == 1 ? PRIME_SUSE : PRIME_UBUNTU;
	if (d->prime == PRIME_SUSE && s->ops->exists(s, "etc/systemd/system/multi-user.target.wants/prime-select.service") == 1) {
		text = sys_text(s, mem, "etc/prime/boot", NULL);
		d->prime_boot = text ? text : "last";
	}
	text = sys_text(s, mem, d->prime == PRIME_SUSE ? suse : ubuntu, NULL);
	if (!text)
		return;
	d->prime_file = d->prime == PRIME_SUSE ? "/etc/prime/current_type" : "/etc/prime-discrete";
	/* nvidia-prime writes whether the discrete card is on. */
	if (d->prime == PRIME_UBUNTU && (str_eq(text, "on") || str_eq(text, "off")))
		text = str_eq(text, "on") ? "nvidia" : "intel";
	d->prime_choice = text;
}

/* ---- power ---- */

/* It is shown without the function's lock, and without waking it (drivers/base/power/sysfs.c). */
void read_card_power(struct sys *s, struct arena *mem, const struct host *h, struct desktop *d)
{
	d->power = arena_alloc(mem, (h->n_functions + 1) * sizeof(*d->power));
	for (size_t i = 0; i < h->n_functions; i++) {
		char path[SYS_PATH];

		if (function_is_display(&h->functions[i]))
			d->power[i] = sys_text(
			    s, mem, sys_path(path, "sys/bus/pci/devices/%s/power/runtime_status", h->functions[i].name), NULL);
	}
}

/* ---- sessions ---- */

static const char *value_of(struct arena *mem, const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, key, length) == 0 && line[length] == '=')
			return arena_strndup(mem, line + length + 1, strcspn(line + length + 1, "\n"));
	return NULL;
}

static void read_sessions(struct sys *s, struct arena *mem, struct desktop *d)
{
	struct folder folder;

	(void)folder_names(s, mem, SESSIONS, &folder);
	for (size_t i = 0; i < folder.n && i < MOST_SESSIONS; i++) {
		struct desktop_session session = {.id = folder.names[i]};
		char path[SYS_PATH];
		const char *text, *active;

		/* Beside them lie pipes, "3.ref". */
		if (!session_id_is_safe(session.id))
			continue;
		text = sys_text(s, mem, sys_path(path, SESSIONS "/%s", session.id), NULL);
		if (!text)
			continue;
		session.type = value_of(mem, text, "TYPE");
		session.class_word = value_of(mem, text, "CLASS");
		session.seat = value_of(mem, text, "SEAT");
		active = value_of(mem, text, "ACTIVE");
		session.is_active = active && str_eq(active, "1");
		*ARENA_PUSH(mem, d->sessions, d->n_sessions) = session;
	}
}

void read_desktop(struct sys *s, struct arena *mem, struct desktop *ret)
{
	*ret = (struct desktop){.board_vendor = sys_text(s, mem, "sys/class/dmi/id/board_vendor", NULL),
	    .is_efi = s->ops->exists(s, "sys/firmware/efi") == 1,
	    .has_setup = read_firmware_setup(s)};
	read_xorg(s, mem, &ret->xorg);
	read_prime(s, mem, ret);
	read_sessions(s, mem, ret);
}
