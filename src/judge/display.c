/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/display.h"

#include "base/str.h"
#include "judge/verdict.h"

/* The picture that hangs on it, "card1-HDMI-A-1, text console by fb0"; NULL: none. */
static const char *drawn_on(struct arena *mem, const struct host *h, int function)
{
	const char *list = NULL;

	for (size_t i = 0; i < h->n_uses; i++)
		if (h->uses[i].function == function && (h->uses[i].kind == USE_CONNECTOR || h->uses[i].kind == USE_CONSOLE))
			list = list ? arena_printf(mem, "%s, %s", list, h->uses[i].subject) : h->uses[i].subject;
	return list;
}

static bool is_other(const struct pci_function *f, const struct display_progress *p)
{
	return function_is_display(f) && pci_addr_cmp(f->addr, p->card) != 0;
}

/* "0000:01:00.0: driver nvidia, suspended, shows nothing" */
static void add_others(struct arena *mem, const struct host *h, const struct desktop *d, struct display_progress *p)
{
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];
		const char *drawn = drawn_on(mem, h, (int)i);
		const char *power = d->power && d->power[i] ? d->power[i] : "power not known";

		if (!is_other(f, p))
			continue;
		*ARENA_PUSH(mem, p->others, p->n_others) = arena_printf(mem, "%s: %s%s, %s, shows %s%s", f->name,
		    f->driver ? "driver " : "no driver", f->driver ? f->driver : "", power, drawn ? drawn : "nothing",
		    f->claim ? ", claimed" : "");
	}
}

/* The first of the others that could go now, or else the first. */
static const struct pci_function *find_other(struct arena *mem, const struct host *h, const struct display_progress *p,
    bool *ret_is_free)
{
	const struct pci_function *first = NULL;

	*ret_is_free = false;
	for (size_t i = 0; i < h->n_functions && !*ret_is_free; i++) {
		*ret_is_free = is_other(&h->functions[i], p) && !drawn_on(mem, h, (int)i);
		if (*ret_is_free || (is_other(&h->functions[i], p) && !first))
			first = &h->functions[i];
	}
	return first;
}

static void set_stage(struct display_progress *p, enum display_stage stage, const char *text, const char *next)
{
	p->stage = stage;
	p->text = text;
	p->next = next;
}

static void take(struct arena *mem, const struct host *h, struct display_progress *p, const char *text)
{
	bool is_free;
	const struct pci_function *f = find_other(mem, h, p, &is_free);
	const char *next;

	if (!f)
		next = p->command ? "no other card is on the bus: prime-select on-demand, and a reboot, bring NVIDIA's back"
				  : "no other card is there";
	else if (!is_free)
		next = arena_printf(mem,
		    "the host draws on %s too: plug its monitor in at this card; passthru check %s says what else keeps it", f->name,
		    f->name);
	else if (f->claim || judge_is_vfio_driver(f->driver))
		next = "the other card is with virtual machines: nothing is left to do";
	else
		next = arena_printf(
		    mem, "passthru check %s says what keeps it from being handed over, passthru bind %s hands it over", f->name, f->name);
	set_stage(p, DISPLAY_TAKEN, text, next);
}

/* A laptop's panel hangs on the integrated card, whichever draws. */
static bool draws_by_prime(const struct display_chosen *chosen, const struct pci_function *f)
{
	return str_eq(chosen->prime_word, "nvidia") && str_eq(f->driver, "nvidia");
}

static bool is_at_other(const struct display_chosen *chosen, const char *now)
{
	return chosen->prime_word && now && str_eq(now, "nvidia") != str_eq(chosen->prime_word, "nvidia");
}

static void judge_later(struct arena *mem, const struct host *h, const struct desktop *d, const struct display_chosen *chosen,
    const struct pci_function *f, struct display_progress *p)
{
	const char *driver = f->driver ? f->driver : "none";

	if (is_at_other(chosen, d->prime_choice))
		set_stage(p, DISPLAY_NOT_TAKEN,
		    arena_printf(mem, "it did not take: prime-select is at %s, and not at %s", d->prime_choice, chosen->prime_word),
		    arena_printf(mem, "passthru display use %s chooses it again", f->name));
	else if (draws_by_prime(chosen, f))
		take(mem, h, p, arena_printf(mem, "it took: prime-select is at nvidia, and its driver has %s", f->name));
	else if (shows_picture(h, host_index(h, f)))
		take(mem, h, p, arena_printf(mem, "it took: the host's picture is on %s, driver %s", f->name, driver));
	else
		set_stage(p, DISPLAY_NOT_TAKEN,
		    arena_printf(mem, "it did not take: the host's picture is not on %s, driver %s%s", f->name, driver,
			chosen->is_unsure ? "; whether a reboot is still due only root is told" : ""),
		    arena_printf(mem,
			"plug the monitor in there; the firmware chooses too: passthru display use %s --firmware leads into its setup",
			f->name));
}

void judge_display(struct arena *mem, const struct host *h, const struct desktop *d, const struct display_chosen *chosen,
    struct display_progress *ret)
{
	const struct pci_function *f = host_find(h, chosen->card);
	char name[PCI_ADDR_TEXT];

	*ret = (struct display_progress){.card = chosen->card};
	if (!chosen->is_any)
		return;
	if (chosen->prime_word)
		ret->command = arena_printf(mem, "%s %s", chosen->prime_target, chosen->prime_word);
	add_others(mem, h, d, ret);
	(void)pci_addr_format(chosen->card, name);
	if (!f)
		set_stage(ret, DISPLAY_NOT_TAKEN, arena_printf(mem, "%s is not there: the X server finds no card", name),
		    "passthru display status lists the cards there are, passthru undo takes it back");
	else if (chosen->is_prime_new && ret->command)
		set_stage(ret, DISPLAY_NEEDS_REBOOT, arena_printf(mem, "%s was run in this boot, and is in force from the next on", ret->command),
		    arena_printf(mem, "reboot, then passthru display use %s says whether it took", name));
	else if (chosen->is_new)
		set_stage(ret, DISPLAY_NEEDS_SERVER, "chosen in this boot, and in force once the X server has started anew",
		    arena_printf(mem, "log out or reboot, then passthru display use %s", name));
	else
		judge_later(mem, h, d, chosen, f, ret);
}
