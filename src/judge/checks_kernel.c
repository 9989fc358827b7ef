/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks: releases of the kernel with a known fault. Of kernels that a distribution numbers its own way ("6.14.0-15-generic",
 * "5.9.0-5-amd64") the release does not say which corrections are in them: that is unknown, neither good nor bad.
 */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"

static const char release_file[] = "/proc/sys/kernel/osrelease";

static const char *release_of(const struct check_context *c)
{
	return c->all->boot ? c->all->boot->kernel_release : NULL;
}

/* One number of "6.14.2-arch1-1", and the dot ahead of all but the first. */
static bool take_number(const char **at, bool is_first, unsigned *ret)
{
	const char *from = *at + (is_first ? 0 : 1);
	size_t n = strspn(from, "0123456789");
	uint64_t number;

	if ((!is_first && **at != '.') || n == 0 || !str_number_n(from, n, 10, 100000, &number))
		return false;
	*at = from + n;
	*ret = (unsigned)number;
	return true;
}

/* Is it one of major.minor.from to .to? */
static enum tri is_patch(const char *release, unsigned major, unsigned minor, unsigned from, unsigned to)
{
	unsigned a, b, patch = 0;
	const char *at = release;

	if (!at || !take_number(&at, true, &a) || !take_number(&at, false, &b))
		return TRI_UNKNOWN;
	if (a != major || b != minor)
		return TRI_NO;
	if (!take_number(&at, false, &patch) || patch == 0)
		return *at == '\0' ? tri_from(from == 0) : TRI_UNKNOWN;
	return tri_from(patch >= from && patch <= to);
}

static struct check_result unknown_patch(const struct check_context *c)
{
	return release_of(c) ? check_unknown(arena_printf(c->mem, "which corrections are in this kernel, its release %s does not say", release_of(c)), release_file)
			     : check_unread(c, release_file);
}

/* 52fbf5bdeeef, of 5.9: ports that isolate without the capability (drivers/pci/quirks.c) were not told to; mended by
 * 462b58fb0339, in 5.10 and 5.9.9. */
static struct check_result ask_acs_cache(const struct check_context *c)
{
	enum tri is_bad = is_patch(release_of(c), 5, 9, 0, 8);

	if (is_bad == TRI_UNKNOWN)
		return unknown_patch(c);
	return is_bad == TRI_YES ? check_bad("this kernel leaves isolation off on ports that have it in a way of their own, so that groups are larger than before and after it",
				       release_file, release_of(c))
				 : check_ok(release_file, release_of(c));
}

/* Kernels that refuse to reset a bus on which any function has no way of its own: 479380efe162 came with 6.14.2 and
 * 6.12.23, and was taken back with 6.14.4 and 6.12.25. */
static struct check_result ask_bus_reset(const struct check_context *c)
{
	const struct host *h = c->all->h;
	enum tri newer = is_patch(release_of(c), 6, 14, 2, 3), older = is_patch(release_of(c), 6, 12, 23, 24);

	if (newer == TRI_NO && older == TRI_NO)
		return check_ok(release_file, release_of(c));
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *m = &h->functions[i];
		const struct device_facts *d = facts_of_device(c->facts, (int)i);
		const struct fact *method = d ? &d->facts[DEVICE_RESET_METHOD] : NULL;

		if (m->addr.domain != c->f->addr.domain || m->addr.bus != c->f->addr.bus || function_is_bridge(m))
			continue;
		if (!method || method->is_there == TRI_UNKNOWN || (method->is_there == TRI_YES && !method->text))
			return check_unread(c, arena_printf(c->mem, "/sys/bus/pci/devices/%s/reset_method", m->name));
		if (method->text && *method->text != '\0')
			continue;
		if (newer != TRI_YES && older != TRI_YES)
			return unknown_patch(c);
		return check_bad(arena_printf(c->mem, "this kernel refuses to reset a bus on which a function has no way of its own, and %s has none: the card does not come back after a guest", m->name),
		    release_file, release_of(c));
	}
	return check_ok(release_file, release_of(c));
}

/* https://github.com/CachyOS/linux-cachyos/issues/1023: seen with that build of 7.2 alone. */
static struct check_result ask_unbind_oops(const struct check_context *c)
{
	const struct fact *total = c->d ? &c->d->facts[DEVICE_TOTAL_VFS] : NULL;
	const char *release = release_of(c);

	if (!release)
		return check_unread(c, release_file);
	if (!str_starts(release, "7.2.") || !strstr(release, "cachyos"))
		return check_ok(release_file, release);
	if (!total || total->is_there == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "sriov_totalvfs"));
	return total->is_there == TRI_YES && !str_eq(total->text, "0")
	    ? check_bad("with this kernel an unbind from vfio-pci was seen to crash, for devices that can have virtual functions as this one", release_file, release)
	    : check_ok(total->file, total->text);
}

const struct check checks_kernel[] = {
    {"acs-kernel-regression-59", 0, "/proc/sys/kernel/osrelease", "this kernel is not known to make groups too large", ask_acs_cache},
    {"reset-kernel-regression", CHECK_DEVICE, "/proc/sys/kernel/osrelease; /sys/bus/pci/devices/<function>/reset_method of all on its bus", "this kernel is not known to refuse its reset", ask_bus_reset},
    {"vfio-unbind-new-kernel-oops", CHECK_DEVICE, "/proc/sys/kernel/osrelease; /sys/bus/pci/devices/<function>/sriov_totalvfs", "this kernel is not known to crash when VFIO lets go of it", ask_unbind_oops},
};
const size_t n_checks_kernel = ARRAY_LEN(checks_kernel);
