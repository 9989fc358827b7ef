/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/display.h"

#include <errno.h>

#include "base/str.h"
#include "judge/verdict.h"
#include "model/our_file.h"
#include "plan/notes.h"
#include "text/xorg_conf.h"

enum { VENDOR_AMD = 0x1002, VENDOR_NVIDIA = 0x10de };

/* The server's driver for a kernel driver. Its own "modesetting" draws on any that sets modes, and is always there; of the
 * others it is not sure that they are installed. NULL: not sure, the server tries what it knows. */
static const char *xorg_driver(const struct pci_function *f)
{
	static const char *const modesetting[] = {
	    "i915", "xe", "amdgpu", "radeon", "nouveau", "ast", "mgag200", "bochs-drm", "cirrus", "qxl", "vmwgfx", "hibmc-drm"};

	if (f->driver && str_eq(f->driver, "nvidia"))
		return "nvidia";
	for (size_t i = 0; f->driver && i < ARRAY_LEN(modesetting); i++)
		if (str_eq(f->driver, modesetting[i]))
			return "modesetting";
	return NULL;
}

static size_t count_displays(const struct host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_functions; i++)
		n += function_is_display(&h->functions[i]);
	return n;
}

static int check_display(const struct pci_function *f, struct err *e)
{
	const char *name = f->name;

	if (!f->has_class)
		return err_set(e, -EIO, "what %s is cannot be read", name);
	if (!function_is_display(f)) {
		(void)err_set(e, -EINVAL, "%s shows no pictures: its class is %04x", name, function_class(f));
		return err_hint(e, "passthru display status lists the graphics cards");
	}
	if (f->claim) {
		(void)err_set(e, -EPERM, "%s is claimed for virtual machines", name);
		return err_hint(e, "choose the card that stays with the host, or passthru claim remove %s", name);
	}
	if (judge_is_vfio_driver(f->driver) || (f->driver_override && judge_is_vfio_driver(f->driver_override))) {
		(void)err_set(e, -EPERM, "%s is handed over: %s has it", name, f->driver ? f->driver : f->driver_override);
		return err_hint(e, "choose the card that stays with the host, or passthru release %s", name);
	}
	return 0;
}

/* ---- prime-select ---- */

/* What a laptop's own tool is to be told; nothing where it is at that. */
struct prime {
	const char *target, *have, *word; /* word NULL: nothing */
	const char *now;		  /* in force, or from the next boot on */
	bool can_be_run;
};

/* By the vendor alone, for only they can be told to it. Ubuntu's intel takes NVIDIA's card off the bus. */
static const char *prime_word(const struct desktop *d, const struct pci_function *f)
{
	if (f->vendor == VENDOR_NVIDIA)
		return "nvidia";
	if (d->prime == PRIME_UBUNTU)
		return "on-demand";
	return f->vendor == VENDOR_AMD ? "amd" : "intel";
}

static bool is_as_good(const char *now, const char *word)
{
	return str_eq(now, word) || (str_eq(word, "on-demand") && str_eq(now, "intel")) || (str_eq(word, "intel") && str_eq(now, "intel2"));
}

static bool has_both_cards(const struct host *h)
{
	bool has_nvidia = false, has_other = false;

	for (size_t i = 0; i < h->n_functions; i++)
		if (function_is_display(&h->functions[i]))
			*(h->functions[i].vendor == VENDOR_NVIDIA ? &has_nvidia : &has_other) = true;
	return has_nvidia && has_other;
}

static struct prime prime_of(const struct host *h, const struct desktop *d, const struct pci_function *f)
{
	bool has_boot = d->prime_boot && !str_eq(d->prime_boot, "last");
	struct prime p = {.target = d->prime_boot ? PRIME_BOOT_TARGET : PRIME_TARGET,
	    .have = d->prime_boot ? d->prime_boot : d->prime_choice,
	    .word = prime_word(d, f),
	    .now = has_boot ? d->prime_boot : d->prime_choice};

	if (d->prime == PRIME_NONE || is_as_good(p.now, p.word))
		p.word = NULL;
	p.can_be_run = p.word && (d->prime == PRIME_UBUNTU || d->prime_boot) && is_prime_choice(p.target, p.have) &&
	    h->server_type == SERVER_LAPTOP && has_both_cards(h);
	return p;
}

int plan_display_use(struct arena *mem, const struct host *h, const struct display_facts *facts, struct pci_addr addr,
    struct plan *ret, struct err *e)
{
	const struct pci_function *f = host_find(h, addr);
	char name[PCI_ADDR_TEXT];
	struct plan p = {0};
	struct prime prime;
	const char *text;
	int r;

	if (!f)
		return err_set(e, -ENODEV, "there is no PCI function %s", pci_addr_format(addr, name));
	r = check_display(f, e);
	if (r < 0)
		return r;
	text = xorg_display_text(mem, addr, xorg_driver(f), count_displays(h) > 1);
	if (facts->is_odd || (facts->ours && !xorg_display_is_ours(mem, facts->ours))) {
		(void)err_set(e, -EEXIST, "%s is there, and not as passthru writes it", XORG_FILE);
		return err_hint(e, "move what somebody wrote there to a file of another name");
	}
	prime = prime_of(h, &facts->desktop, f);
	if (!str_eq(text, facts->ours) || prime.can_be_run)
		plan_add_require(mem, &p, KIND_IDENTITY, f->name, (struct value){.text = function_identity(mem, f)});
	plan_add_move(mem, &p, KIND_FILE, XORG_FILE, (struct value){.text = facts->ours}, (struct value){.text = text});
	/* Last: it may take minutes, and is dear to take back. */
	if (prime.can_be_run)
		plan_add_move(mem, &p, KIND_SETTING, prime.target, (struct value){.text = prime.have}, (struct value){.text = prime.word});
	*ret = p;
	return 0;
}

/* ---- notes ---- */

static void add_xorg_notes(struct notes *notes, const struct xorg_conf *c, struct pci_addr addr)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct xorg_device *d = &c->items[i];
		char name[PCI_ADDR_TEXT];

		if (str_eq(d->file, XORG_FILE))
			continue;
		if (d->bus_id && !d->has_addr)
			notes_add(notes, arena_printf(notes->mem, "%s line %u: BusID \"%s\" is not understood", d->file, d->line, d->bus_id));
		else if (d->has_addr && pci_addr_cmp(d->addr, addr) != 0)
			notes_add(notes,
			    arena_printf(notes->mem, "%s line %u draws on %s: the two contradict each other, take one away", d->file, d->line,
				pci_addr_format(d->addr, name)));
		else if (d->is_class && d->is_primary)
			notes_add(notes,
			    arena_printf(notes->mem, "%s line %u makes every card of its class the first one (PrimaryGPU)", d->file, d->line));
	}
	for (size_t i = 0; i < c->n_unread; i++)
		notes_add(notes, arena_printf(notes->mem, "%s cannot be read: %s", c->unread[i].file, c->unread[i].text));
}

static void add_prime_note(struct notes *notes, const struct host *h, const struct desktop *d, const struct pci_function *f)
{
	const struct prime p = prime_of(h, d, f);

	if (!p.word)
		return;
	if (p.can_be_run)
		notes_add(notes,
		    arena_printf(notes->mem, "%s %s is run, and is in force after a reboot; then passthru display use %s says whether it took", p.target, p.word,
			f->name));
	else if (d->prime == PRIME_SUSE && !d->prime_boot)
		notes_add(notes,
		    arena_printf(notes->mem, "prime-select decides too, and is at %s: prime-select %s, which switches when you log out; then passthru "
			"display status", p.now ? p.now : "not known", p.word));
	else
		notes_add(notes,
		    arena_printf(notes->mem, "prime-select decides too, and is at %s: %s %s, reboot, then passthru display status",
			p.now ? p.now : "not known", p.target, p.word));
	if (str_eq(p.word, "on-demand"))
		notes_add(notes, "prime-select intel may take the other card off the bus, and then nothing is there to hand over");
}

static bool is_boot_display(const struct host *h, const struct pci_function *f, bool *ret_is_known)
{
	bool is_it = false;

	*ret_is_known = false;
	for (size_t i = 0; i < h->n_uses; i++) {
		if (h->uses[i].kind != USE_BOOT_DISPLAY)
			continue;
		*ret_is_known = true;
		is_it |= h->uses[i].function == host_index(h, f);
	}
	return is_it;
}

/* The way there is offered where something must be set, and said where it was asked for. */
static void add_setup_note(struct notes *notes, const struct desktop *d, const char *name, bool is_wanted)
{
	if (d->has_setup == TRI_YES && is_wanted)
		notes_add(notes,
		    arena_printf(notes->mem, "systemctl reboot --firmware-setup comes last, once it is agreed to; afterwards passthru display use %s", name));
	else if (d->has_setup == TRI_YES)
		notes_add(notes,
		    arena_printf(notes->mem, "systemctl reboot --firmware-setup leads into the firmware's setup, and --firmware does it from here; "
			"afterwards passthru display use %s", name));
	else if (d->is_efi && d->has_setup == TRI_UNKNOWN)
		notes_add(notes, "systemctl reboot --firmware-setup leads into the firmware's setup; afterwards passthru display status");
	else
		notes_add(notes, "this firmware cannot be asked for its setup: press its key when the machine starts; afterwards passthru display status");
}

static void add_firmware_notes(struct notes *notes, const struct host *h, const struct desktop *d, const struct pci_function *f,
    bool wants_setup)
{
	const char *setting = firmware_display_setting(d->board_vendor);
	bool is_known, is_it = is_boot_display(h, f, &is_known), must_choose = !is_it && count_displays(h) > 1;

	if (must_choose)
		notes_add(notes,
		    arena_printf(notes->mem, "the firmware draws on %s: choose %s as primary display in its setup, and plug the monitor in there%s%s",
			is_known ? "another card" : "a card that cannot be told", f->name, setting ? "; on such boards look for " : "",
			setting ? setting : ""));
	else if (wants_setup && is_it)
		notes_add(notes, arena_printf(notes->mem, "the firmware draws on %s already: nothing need be set there", f->name));
	if (must_choose || wants_setup)
		add_setup_note(notes, d, f->name, wants_setup);
}

static bool has_wayland(const struct desktop *d)
{
	for (size_t i = 0; i < d->n_sessions; i++)
		if (str_eq(d->sessions[i].type, "wayland"))
			return true;
	return false;
}

size_t display_notes(struct arena *mem, const struct host *h, const struct display_facts *facts, const struct display_wish *wish,
    const char ***ret)
{
	const struct pci_function *f = host_find(h, wish->card);
	struct notes notes = {.mem = mem};

	add_xorg_notes(&notes, &facts->desktop.xorg, wish->card);
	if (count_displays(h) > 1)
		notes_add(&notes, "the X server then opens no other card, so that those can be handed over");
	add_prime_note(&notes, h, &facts->desktop, f);
	add_firmware_notes(&notes, h, &facts->desktop, f, wish->wants_setup);
	notes_add(&notes,
	    arena_printf(mem, "%sWayland does not read this: boot_vga decides, or the udev tag mutter-device-preferred-primary (GNOME), "
		"KWIN_DRM_DEVICES (KDE), WLR_DRM_DEVICES (wlroots)",
		has_wayland(&facts->desktop) ? "a session here is of Wayland; " : ""));
	*ret = notes.items;
	return notes.n;
}
