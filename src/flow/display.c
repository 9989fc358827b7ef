/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/display.h"

#include "apply/kinds_file.h"
#include "flow/bind.h"
#include "flow/claim.h"
#include "model/our_file.h"
#include "plan/display.h"
#include "sys/read_desktop.h"
#include "sys/read_host.h"
#include "sys/read_uses.h"

static int look(struct flow *f, unsigned facets, struct host *h, struct err *e)
{
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_PATH | facets};
	struct claims claims;
	int r = flow_look(f, &request, h, e);

	if (r < 0)
		return r;
	read_uses(f->s, f->mem, h, &(struct uses_request){.areas = 1u << AREA_DISPLAY});
	return flow_mark_claims(f, h, &claims, e);
}

int flow_display_status(struct flow *f, struct host *h, struct desktop *ret, struct err *e)
{
	int r = look(f, FACET_NAMES, h, e);

	if (r == 0)
		read_desktop(f->s, f->mem, ret);
	return r;
}

static int plan_use(struct flow *f, const void *wish, struct change *ret, struct err *e)
{
	const struct pci_addr addr = *(const struct pci_addr *)wish;
	struct display_facts facts = {0};
	const char **notes;
	struct value ours;
	size_t n;
	int r = look(f, FACET_OVERRIDE, &ret->host, e);

	r = r < 0 ? r : file_get(f->s, f->mem, XORG_FILE, &ours, e);
	if (r < 0)
		return r;
	facts.ours = ours.text;
	facts.is_odd = ours.flag;
	read_desktop(f->s, f->mem, &facts.desktop);
	r = plan_display_use(f->mem, &ret->host, &facts, addr, &ret->plan, e);
	if (r < 0)
		return r;
	n = display_notes(f->mem, &ret->host, &facts, addr, &notes);
	for (size_t i = 0; i < n; i++)
		flow_note(f, ret, notes[i]);
	return 0;
}

enum outcome flow_display_use(struct flow *f, struct pci_addr addr, const struct change_options *options, struct change *ret,
    struct err *e)
{
	return flow_change_lasting(f, "display use", plan_use, &addr, options, ret, e);
}
