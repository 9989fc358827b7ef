/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/display.h"

#include <errno.h>

#include "apply/kinds_file.h"
#include "apply/tool.h"
#include "base/str.h"
#include "flow/bind.h"
#include "flow/claim.h"
#include "judge/display.h"
#include "model/our_file.h"
#include "sys/read_boot.h"
#include "sys/read_desktop.h"
#include "sys/read_host.h"
#include "sys/read_uses.h"
#include "text/xorg_conf.h"

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

/* What records and the file say is in force. */
static void find_chosen(struct flow *f, const char *ours, struct display_chosen *ret)
{
	const char *boot_id = sys_text(f->s, f->mem, "proc/sys/kernel/random/boot_id", NULL);
	struct xorg_conf conf = {0};
	struct journal *held;
	size_t n = 0;
	bool has_file = false;

	*ret = (struct display_chosen){0};
	if (!ours || !xorg_display_is_ours(f->mem, ours))
		return;
	xorg_conf_add(f->mem, &conf, XORG_FILE, ours);
	ret->is_any = true;
	ret->card = conf.items[0].addr;
	/* Without rights, or with one that cannot be read: what is seen decides. */
	ret->is_unsure = journal_read(f->s, f->mem, FOLDER_LASTING_HELD, &held, &n, NULL) < 0;
	/* What was chosen before that file is no part of this choice. */
	for (size_t i = ret->is_unsure ? 0 : n; i-- > 0 && !has_file;)
		for (size_t k = 0; k < held[i].plan.n_steps; k++) {
			const struct step *s = &held[i].plan.steps[k];
			bool is_new = boot_id && str_eq(held[i].boot_id, boot_id);

			if (s->kind == KIND_FILE && str_eq(s->target, XORG_FILE) && !has_file) {
				has_file = true;
				ret->is_new = is_new;
			} else if (s->kind == KIND_SETTING && is_prime_target(s->target) && !ret->prime_word) {
				ret->prime_target = s->target;
				ret->prime_word = s->want.text;
				ret->is_prime_new = is_new;
			}
		}
}

static void read_facts(struct flow *f, const struct host *h, const struct value *ours, struct desktop *desktop,
    struct display_progress *ret)
{
	struct display_chosen chosen;

	read_desktop(f->s, f->mem, desktop);
	read_card_power(f->s, f->mem, h, desktop);
	find_chosen(f, ours->text, &chosen);
	judge_display(f->mem, h, desktop, &chosen, ret);
}

int flow_display_status(struct flow *f, struct host *h, struct desktop *ret, struct display_progress *ret_progress, struct err *e)
{
	struct value ours = {0};
	int r = look(f, FACET_NAMES, h, e);

	if (r < 0)
		return r;
	/* A file that cannot be read is none of ours. */
	(void)file_get(f->s, f->mem, XORG_FILE, &ours, NULL);
	read_facts(f, h, &ours, ret, ret_progress);
	return 0;
}

/* How it stands, where nothing is left to be done here. */
static void note_progress(struct flow *f, const struct display_progress *p, struct change *c)
{
	flow_note(f, c, p->text);
	for (size_t i = 0; i < p->n_others; i++)
		flow_note(f, c, p->others[i]);
	flow_note(f, c, arena_printf(f->mem, "next: %s", p->next));
}

static bool has_setting(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_SETTING)
			return true;
	return false;
}

static int plan_use(struct flow *f, const void *data, struct change *ret, struct err *e)
{
	const struct display_wish *wish = data;
	struct display_progress progress;
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
	read_facts(f, &ret->host, &ours, &facts.desktop, &progress);
	r = plan_display_use(f->mem, &ret->host, &facts, wish->card, &ret->plan, e);
	if (r < 0)
		return r;
	ret->needs_reboot = has_setting(&ret->plan) || progress.stage == DISPLAY_NEEDS_REBOOT;
	if (plan_count_moves(&ret->plan) == 0 && progress.stage != DISPLAY_NOT_CHOSEN)
		note_progress(f, &progress, ret);
	n = display_notes(f->mem, &ret->host, &facts, wish, &notes);
	for (size_t i = 0; i < n; i++)
		flow_note(f, ret, notes[i]);
	return 0;
}

enum outcome flow_display_use(struct flow *f, const struct display_wish *wish, const struct change_options *options, struct change *ret,
    struct err *e)
{
	return flow_change_lasting(f, "display use", plan_use, wish, options, ret, e);
}

/* ---- the firmware's setup ---- */

enum { REBOOT_LIMIT_MS = 60 * 1000 };

int flow_check_firmware_setup(struct flow *f, struct err *e)
{
	enum tri has_setup = read_firmware_setup(f->s);

	if (has_setup == TRI_YES)
		return 0;
	(void)err_set(e, -EOPNOTSUPP, has_setup == TRI_NO ? "this firmware cannot be asked for its setup"
							   : "whether this firmware can be asked for its setup cannot be read");
	return err_hint(e, "restart the machine and press the key that leads there, mostly Del, F2 or F10");
}

int flow_reboot_to_setup(struct flow *f, struct err *e)
{
	static const char *const argv[] = {"systemctl", "reboot", "--firmware-setup", NULL};
	const char *output;
	int r = flow_check_firmware_setup(f, e);

	return r < 0 ? r : tool_run(f->s, f->mem, argv, REBOOT_LIMIT_MS, &output, e);
}
