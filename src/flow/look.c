/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "flow/dump.h"
#include "flow/flow.h"
#include "flow/record.h"
#include "sys/read_holders.h"
#include "sys/read_host.h"
#include "sys/real.h"
#include "sys/recorded.h"

struct sys *flow_open(struct arena *mem, const char *root_path, struct err *e)
{
	struct sys_real *s = arena_alloc(mem, sizeof(*s));
	struct stat st;

	/* A file is an archive of `passthru record`. */
	if (root_path && stat(root_path, &st) == 0 && S_ISREG(st.st_mode))
		return flow_open_archive(mem, root_path, e);
	return sys_real_open(s, root_path, e) < 0 ? NULL : &s->sys;
}

void flow_close(struct sys *s)
{
	if (s && !sys_recorded_is(s))
		sys_real_close((struct sys_real *)s);
}

int flow_look(struct flow *f, const struct read_request *request, struct host *ret, struct err *e)
{
	if (f->dump)
		return flow_look_at_dump(f, request, ret);
	return read_host(f->s, f->mem, request, ret, e);
}

int flow_holders(struct flow *f, const struct pci_addr *functions, size_t n_functions, struct holders *ret, struct err *e)
{
	struct pci_addr *each = arena_alloc(f->mem, (n_functions + 1) * sizeof(*each));
	size_t n = 0;

	/* A function named twice is used once. */
	for (size_t i = 0; i < n_functions; i++) {
		bool is_known = false;

		for (size_t k = 0; !is_known && k < n; k++)
			is_known = pci_addr_cmp(each[k], functions[i]) == 0;
		if (!is_known)
			each[n++] = functions[i];
	}
	return read_holders(f->s, f->mem, each, n, ret, e);
}

/* Classes whose members a person knows by name, in the order they are tried. */
static int find_by_class(struct flow *f, const char *name, struct pci_addr *ret, bool *is_known)
{
	static const char *const classes[] = {"net", "block", "nvme", "drm", "sound", "infiniband"};
	char path[SYS_PATH], link[SYS_PATH];

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (f->s->ops->link(f->s, sys_path(path, "sys/class/%s/%s", classes[i], name), link, sizeof(link)) < 0)
			continue;
		*is_known = true;
		if (pci_addr_last_in(link, ret))
			return 0;
	}
	return -ENODEV;
}

static int keep_first_function(void *data, const char *name)
{
	struct pci_addr *wanted = data, addr;

	if (pci_addr_parse(name, &addr) && pci_addr_same_slot(addr, *wanted) && addr.function < wanted->function)
		*wanted = addr;
	return 0;
}

/* A slot label stands for the slot's first function. */
static int find_by_slot(struct flow *f, const char *label, struct pci_addr *ret, bool *is_known)
{
	struct pci_addr first;
	char path[SYS_PATH];
	char *address = sys_text(f->s, f->mem, sys_path(path, "sys/bus/pci/slots/%s/address", label), NULL);

	if (!address)
		return -ENODEV;
	*is_known = true;
	if (!pci_addr_parse(arena_printf(f->mem, "%s.7", address), &first))
		return -ENODEV;
	first.function = 8; /* none yet */
	(void)f->s->ops->list(f->s, "sys/bus/pci/devices", keep_first_function, &first);
	if (first.function > 7)
		return -ENODEV;
	*ret = first;
	return 0;
}

int flow_find_target(struct flow *f, const char *word, struct pci_addr *ret, struct err *e)
{
	const char *name = str_starts(word, "/dev/") ? word + strlen("/dev/") : word;
	bool is_known = false;

	if (pci_addr_parse(word, ret))
		return 0;
	if (*name != '\0' && *name != '.' && !strchr(name, '/') && strlen(name) < 64 &&
	    (find_by_class(f, name, ret, &is_known) == 0 || find_by_slot(f, name, ret, &is_known) == 0))
		return 0;
	if (is_known)
		return err_set(e, -ENODEV, "there is no PCI function behind %s", word);
	(void)err_set(e, -EINVAL, "%s is no PCI address, nor a name this host knows", word);
	return err_hint(e, "an address looks like 0000:01:00.0 or 01:00.0; names are those of interfaces (eth2), block devices "
			   "(/dev/nvme1n1), DRM cards (card1) and slots");
}

const char *outcome_name(enum outcome o)
{
	static const char *const names[] = {
	    [OUTCOME_DONE] = "done",
	    [OUTCOME_NOTHING] = "nothing-to-do",
	    [OUTCOME_FAILED] = "failed",
	    [OUTCOME_ROLLED_BACK] = "rolled-back",
	    [OUTCOME_NEEDS_RECOVER] = "needs-recover",
	    [OUTCOME_STUCK] = "stuck",
	};
	static_assert(ARRAY_LEN(names) == OUTCOMES, "every outcome has a name");

	return names[o];
}
