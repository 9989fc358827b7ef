/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/display.h"

#include <errno.h>

#include "base/str.h"
#include "judge/verdict.h"
#include "model/our_file.h"
#include "plan/notes.h"
#include "text/xorg_conf.h"

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

int plan_display_use(struct arena *mem, const struct host *h, const struct display_facts *facts, struct pci_addr addr,
    struct plan *ret, struct err *e)
{
	const struct pci_function *f = host_find(h, addr);
	char name[PCI_ADDR_TEXT];
	struct plan p = {0};
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
	if (!str_eq(text, facts->ours)) {
		plan_add_require(mem, &p, KIND_IDENTITY, f->name, (struct value){.text = function_identity(mem, f)});
		plan_add_move(mem, &p, KIND_FILE, XORG_FILE, (struct value){.text = facts->ours}, (struct value){.text = text});
	}
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

/* The integrated cards' vendors; by the vendor alone, for only they can be told to a laptop's tool. */
static void add_prime_note(struct notes *notes, const struct desktop *d, const struct pci_function *f)
{
	const char *choice = f->vendor == 0x10de ? "nvidia" : f->vendor == 0x1002 && d->prime == PRIME_SUSE ? "amd" : "intel";
	const char *now = d->prime_choice ? d->prime_choice : "not known";

	if (d->prime == PRIME_NONE || str_eq(d->prime_choice, choice))
		return;
	if (f->vendor == 0x10de || d->prime == PRIME_SUSE) {
		notes_add(notes,
		    arena_printf(notes->mem, "prime-select decides too, and is at %s: prime-select %s, reboot, then passthru display status", now,
			choice));
		return;
	}
	if (str_eq(d->prime_choice, "on-demand"))
		return;
	notes_add(notes,
	    arena_printf(notes->mem, "prime-select decides too, and is at %s: prime-select on-demand, reboot, then passthru display status "
		"(prime-select intel may take the other card off the bus, and then nothing is there to hand over)", now));
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

static void add_firmware_notes(struct notes *notes, const struct host *h, const struct desktop *d, const struct pci_function *f)
{
	const char *setting = firmware_display_setting(d->board_vendor);
	bool is_known, is_it = is_boot_display(h, f, &is_known);

	if (is_it || count_displays(h) < 2)
		return;
	notes_add(notes,
	    arena_printf(notes->mem, "the firmware draws on %s: choose %s as primary display in its setup, and plug the monitor in there%s%s",
		is_known ? "another card" : "a card that cannot be told", f->name, setting ? "; on such boards look for " : "",
		setting ? setting : ""));
	if (d->is_efi)
		notes_add(notes, "systemctl reboot --firmware-setup leads into the firmware's setup; afterwards passthru display status");
}

static bool has_wayland(const struct desktop *d)
{
	for (size_t i = 0; i < d->n_sessions; i++)
		if (str_eq(d->sessions[i].type, "wayland"))
			return true;
	return false;
}

size_t display_notes(struct arena *mem, const struct host *h, const struct display_facts *facts, struct pci_addr addr,
    const char ***ret)
{
	const struct pci_function *f = host_find(h, addr);
	struct notes notes = {.mem = mem};

	add_xorg_notes(&notes, &facts->desktop.xorg, addr);
	if (count_displays(h) > 1)
		notes_add(&notes, "the X server then opens no other card, so that those can be handed over");
	add_prime_note(&notes, &facts->desktop, f);
	add_firmware_notes(&notes, h, &facts->desktop, f);
	notes_add(&notes,
	    arena_printf(mem, "%sWayland does not read this: boot_vga decides, or the udev tag mutter-device-preferred-primary (GNOME), "
		"KWIN_DRM_DEVICES (KDE), WLR_DRM_DEVICES (wlroots)",
		has_wayland(&facts->desktop) ? "a session here is of Wayland; " : ""));
	*ret = notes.items;
	return notes.n;
}
