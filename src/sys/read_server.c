/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does somebody sit in front of this machine? The rules in order, strongest evidence first:
 *
 * 1. A portable chassis, or a battery that feeds the machine: a laptop, whatever runs on it.
 * 2. A graphical session on the local seat, the login screen included: a desktop, also where it was started by hand.
 * 3. A display manager that boot starts: a desktop. One that is installed while the default target is multi-user.target
 *    is not started, and counts for nothing; Debian and Ubuntu have graphical.target as default without any display
 *    manager, so the target alone counts for nothing either.
 * 4. Somebody logged in at the local text console may start a desktop from there: cannot be told.
 * 5. A rack or blade chassis, multi-user.target as default, or no monitor on any connector: headless.
 */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_display.h"

#define CHASSIS "sys/class/dmi/id/chassis_type"
#define POWER "sys/class/power_supply"
#define SESSIONS "run/systemd/sessions"

static void set_type(const struct display_reading *d, enum server_type type, const char *evidence)
{
	d->r->h->server_type = type;
	d->r->h->server_evidence = arena_printf(d->r->mem, "/%s", evidence);
}

/* ---- the case ---- */

/* System Management BIOS specification, table "System Enclosure or Chassis Types". */
enum chassis { CHASSIS_OTHER, CHASSIS_PORTABLE, CHASSIS_RACK };

static enum chassis read_chassis(struct use_reading *r)
{
	const char *text = sys_text(r->s, r->mem, CHASSIS, NULL);
	uint64_t type;

	if (!text || !str_number(text, 10, 255, &type))
		return CHASSIS_OTHER;
	switch (type) {
	case 8: /* portable */
	case 9: /* laptop */
	case 10: /* notebook */
	case 14: /* sub notebook */
	case 31: /* convertible */
	case 32: /* detachable */
		return CHASSIS_PORTABLE;
	case 17: /* main server chassis */
	case 23: /* rack mount */
	case 25: /* multi-system */
	case 28: /* blade */
	case 29: /* blade enclosure */
		return CHASSIS_RACK;
	default:
		return CHASSIS_OTHER;
	}
}

/* ACPI's batteries say no scope, which means the system (include/linux/power_supply.h); those of mice and keyboards
 * say "Device". */
static const char *find_battery(struct use_reading *r)
{
	struct folder folder;

	(void)folder_names(r->s, r->mem, POWER, &folder);
	for (size_t i = 0; i < folder.n; i++) {
		char path[SYS_PATH];
		const char *type, *scope;
		int code;

		type = sys_text(r->s, r->mem, sys_path(path, POWER "/%s/type", folder.names[i]), NULL);
		if (!type || !str_eq(type, "Battery"))
			continue;
		scope = sys_text(r->s, r->mem, sys_path(path, POWER "/%s/scope", folder.names[i]), &code);
		if (scope ? str_eq(scope, "System") || str_eq(scope, "Unknown") : code == -ENOENT)
			return arena_printf(r->mem, POWER "/%s/type", folder.names[i]);
	}
	return NULL;
}

/* ---- who is there ---- */

struct sessions {
	const char *graphical; /* the file that shows it, NULL: there is none */
	const char *text;
};

static bool is_local_session(struct use_reading *r, const char *path, bool *ret_graphical)
{
	char *text = sys_text(r->s, r->mem, path, NULL);
	bool is_remote = true, is_seated = false, is_closing = false;

	*ret_graphical = false;
	for (char *line; text && (line = strsep(&text, "\n"));) {
		if (str_eq(line, "REMOTE=0"))
			is_remote = false;
		else if (str_eq(line, "SEAT=seat0"))
			is_seated = true;
		else if (str_eq(line, "STATE=closing"))
			is_closing = true;
		else if (str_eq(line, "TYPE=x11") || str_eq(line, "TYPE=wayland") || str_eq(line, "TYPE=mir"))
			*ret_graphical = true;
	}
	return !is_remote && is_seated && !is_closing;
}

static struct sessions read_sessions(struct use_reading *r)
{
	struct sessions found = {0};
	struct folder folder;

	(void)folder_names(r->s, r->mem, SESSIONS, &folder);
	for (size_t i = 0; i < folder.n; i++) {
		char path[SYS_PATH];
		bool is_graphical;

		/* "2.ref" is a pipe. */
		if (strchr(folder.names[i], '.') ||
		    !is_local_session(r, sys_path(path, SESSIONS "/%s", folder.names[i]), &is_graphical))
			continue;
		*(is_graphical ? &found.graphical : &found.text) = arena_strdup(r->mem, path);
	}
	return found;
}

/* ---- what boot starts ---- */

enum target { TARGET_UNKNOWN, TARGET_GRAPHICAL, TARGET_MULTI_USER };

static enum target read_default_target(struct use_reading *r, const char **ret_path)
{
	/* As systemd looks for units; the old names of runlevels still are links in some places. */
	static const char *const paths[] = {"etc/systemd/system/default.target", "run/systemd/system/default.target",
	    "usr/lib/systemd/system/default.target", "lib/systemd/system/default.target"};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char link[SYS_PATH];
		const char *name;

		if (r->s->ops->link(r->s, paths[i], link, sizeof(link)) < 0)
			continue;
		*ret_path = paths[i];
		name = str_base(link);
		if (str_eq(name, "graphical.target") || str_eq(name, "runlevel5.target"))
			return TARGET_GRAPHICAL;
		if (str_eq(name, "multi-user.target") || str_eq(name, "runlevel3.target"))
			return TARGET_MULTI_USER;
		return TARGET_UNKNOWN;
	}
	return TARGET_UNKNOWN;
}

/* display-manager.service is an alias of the one that is enabled; a few distributions ship a unit of that name. Without
 * systemd Debian says it by a file. Links to /dev/null are masked, dangling ones are left from a package that went. */
static const char *find_display_manager(struct use_reading *r)
{
	static const char *const units[] = {"etc/systemd/system/display-manager.service",
	    "run/systemd/system/display-manager.service", "usr/lib/systemd/system/display-manager.service",
	    "lib/systemd/system/display-manager.service"};
	static const char debian[] = "etc/X11/default-display-manager";
	char link[SYS_PATH];
	const char *program;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (r->s->ops->link(r->s, units[i], link, sizeof(link)) == 0 && str_eq(link, "/dev/null"))
			return NULL;
		if (r->s->ops->exists(r->s, units[i]) == 1)
			return units[i];
	}
	if (r->s->ops->exists(r->s, "run/systemd/system") != 0 || r->s->ops->exists(r->s, "usr/lib/systemd/systemd") != 0)
		return NULL;
	program = sys_text(r->s, r->mem, debian, NULL);
	return program && *program == '/' && r->s->ops->exists(r->s, program + 1) == 1 ? debian : NULL;
}

/* ---- monitors ---- */

static bool is_parked(const struct pci_function *f)
{
	return f->has_driver == TRI_NO ||
	    (f->has_driver == TRI_YES && (strstr(f->driver, "vfio") || str_eq(f->driver, "pci-stub")));
}

/* Every connector there could be is there, and says that nothing is plugged in. What draws in the firmware's framebuffer
 * knows no connectors, nor does NVIDIA's driver without its DRM part. */
static bool is_nothing_connected(const struct display_reading *d)
{
	const struct host *h = d->r->h;

	if (!d->has_drm || d->maybe_connected)
		return false;
	for (size_t i = 0; i < d->n_framebuffers; i++)
		if (d->framebuffers[i].is_firmware)
			return false;
	for (size_t i = 0; i < h->n_functions; i++)
		if (function_is_display(&h->functions[i]) && function_class(&h->functions[i]) != 0x0302 &&
		    !d->has_connector[i] && !is_parked(&h->functions[i]))
			return false;
	return true;
}

void read_server_type(const struct display_reading *d)
{
	struct use_reading *r = d->r;
	enum chassis chassis = read_chassis(r);
	const char *battery = chassis == CHASSIS_OTHER ? find_battery(r) : NULL;
	struct sessions sessions = read_sessions(r);
	const char *target_path = NULL;
	enum target target = read_default_target(r, &target_path);
	const char *manager = target == TARGET_MULTI_USER ? NULL : find_display_manager(r);

	if (chassis == CHASSIS_PORTABLE || battery)
		set_type(d, SERVER_LAPTOP, battery ? battery : CHASSIS);
	else if (sessions.graphical)
		set_type(d, SERVER_DESKTOP, sessions.graphical);
	else if (manager)
		set_type(d, SERVER_DESKTOP, manager);
	else if (sessions.text)
		set_type(d, SERVER_UNKNOWN, sessions.text);
	else if (chassis == CHASSIS_RACK)
		set_type(d, SERVER_HEADLESS, CHASSIS);
	else if (target == TARGET_MULTI_USER)
		set_type(d, SERVER_HEADLESS, target_path);
	else if (is_nothing_connected(d))
		set_type(d, SERVER_HEADLESS, "sys/class/drm");
}
