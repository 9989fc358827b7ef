/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others wrote for modprobe and Xorg. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "text/modprobe_conf.h"
#include "text/vfio_ids.h"
#include "text/xorg_conf.h"

static void check_modprobe(struct arena *mem, const char *text)
{
	struct modprobe_conf c = {0};
	const char **names;
	size_t n;

	modprobe_conf_add(mem, &c, "a.conf", text);
	assert(c.n_lines <= MOST_MODPROBE_LINES);
	for (size_t i = 0; i < c.n_lines; i++) {
		const char *ids = modprobe_option(mem, c.lines[i].rest, "ids");
		struct vfio_ids list = {0}, again = {0};
		struct err e = {0};

		assert(*c.lines[i].name && !strpbrk(c.lines[i].name, " \t\n") && !strchr(c.lines[i].rest, '\n'));
		(void)modprobe_softdep_has_pre(mem, c.lines[i].rest, "vfio-pci");
		if (!ids || vfio_ids_add(mem, &list, ids, &e) < 0)
			continue;
		/* What is written again is made of these letters alone, and means the same. */
		for (size_t k = 0; k < list.n; k++) {
			assert(strspn(list.items[k].text, "0123456789abcdef:") == strlen(list.items[k].text));
			assert(vfio_ids_add(mem, &again, list.items[k].text, &e) == 0);
		}
		assert(again.n == list.n);
	}
	if (modprobe_blacklist_parse(mem, text, &names, &n))
		assert(n > 0 && str_eq(modprobe_blacklist_text(mem, names, n), text));
	(void)modprobe_ids_is_ours(mem, text);
}

static void check_xorg(struct arena *mem, const char *text)
{
	struct xorg_conf c = {0};

	xorg_conf_add(mem, &c, "xorg.conf", text);
	for (size_t i = 0; i < c.n; i++) {
		struct pci_addr addr;

		assert(!c.items[i].has_addr || c.items[i].bus_id);
		if (!c.items[i].has_addr)
			continue;
		assert(xorg_bus_id_parse(xorg_bus_id(mem, c.items[i].addr), &addr) && pci_addr_cmp(addr, c.items[i].addr) == 0);
	}
	if (xorg_display_is_ours(mem, text))
		assert(c.n == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	char *text = arena_strndup(&mem, (const char *)data, size);

	check_modprobe(&mem, text);
	check_xorg(&mem, text);
	arena_done(&mem);
	return 0;
}
