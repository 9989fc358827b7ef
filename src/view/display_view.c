/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/display_view.h"

#include <json-c/json.h>

#include "base/str.h"
#include "view/text.h"

static const char *use_label(enum use_kind kind)
{
	return kind == USE_CONNECTOR ? "monitor lit" : kind == USE_CONSOLE ? "text console" : "firmware's console";
}

static bool is_of_display(const struct use *u, int function)
{
	return u->function == function && (u->kind == USE_CONNECTOR || u->kind == USE_CONSOLE || u->kind == USE_BOOT_DISPLAY);
}

static const char *tool_name(enum prime_tool t)
{
	return t == PRIME_NONE ? NULL : t == PRIME_UBUNTU ? "nvidia-prime" : "suse-prime";
}

/* ---- text ---- */

static void show_card(FILE *out, struct arena *mem, const struct host *h, const struct desktop *d, int index)
{
	const struct pci_function *f = &h->functions[index];

	const char *power = d->power ? d->power[index] : NULL;

	(void)fprintf(out, "%s %s, driver %s%s%s%s%s\n", f->name, f->description ? view_clean(mem, f->description) : "graphics card",
	    f->driver ? view_clean(mem, f->driver) : "none", power ? ", " : "", power ? view_clean(mem, power) : "", f->claim ? ", claimed" : "",
	    shows_picture(h, index) ? ": the host's picture" : "");
	for (size_t i = 0; i < h->n_uses; i++) {
		const struct use *u = &h->uses[i];

		if (!is_of_display(u, index))
			continue;
		(void)fprintf(out, "  %s%s%s (%s)\n", use_label(u->kind), u->kind == USE_CONNECTOR ? ": " : "",
		    u->kind == USE_CONNECTOR ? view_clean(mem, u->subject) : "", view_clean(mem, u->evidence));
	}
}

static void show_xorg(FILE *out, struct arena *mem, const struct host *h, const struct xorg_conf *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct xorg_device *d = &c->items[i];
		char name[PCI_ADDR_TEXT];

		(void)fprintf(out, "Xorg: %s line %u: %s %s", view_clean(mem, d->file), d->line, d->is_class ? "OutputClass" : "Device",
		    d->identifier ? view_clean(mem, d->identifier) : "without a name");
		if (d->has_addr)
			(void)fprintf(out, ", BusID %s, which is %s%s", view_clean(mem, d->bus_id), pci_addr_format(d->addr, name),
			    host_find(h, d->addr) ? "" : " and not there");
		else if (d->bus_id)
			(void)fprintf(out, ", BusID %s, which is not understood", view_clean(mem, d->bus_id));
		if (d->driver)
			(void)fprintf(out, ", driver %s", view_clean(mem, d->driver));
		(void)fprintf(out, "%s\n", d->is_primary ? ", PrimaryGPU" : "");
	}
	for (size_t i = 0; i < c->n_unread; i++)
		(void)fprintf(out, "Xorg: %s cannot be read: %s\n", view_clean(mem, c->unread[i].file), view_clean(mem, c->unread[i].text));
	if (c->n == 0 && c->n_unread == 0)
		(void)fprintf(out, "Xorg: no file names a card\n");
}

static void show_sessions(FILE *out, struct arena *mem, const struct desktop *d)
{
	for (size_t i = 0; i < d->n_sessions; i++) {
		const struct desktop_session *s = &d->sessions[i];

		(void)fprintf(out, "session %s: %s%s%s%s%s\n", view_clean(mem, s->id), s->type ? view_clean(mem, s->type) : "of unknown type",
		    s->class_word && !str_eq(s->class_word, "user") ? ", " : "",
		    s->class_word && !str_eq(s->class_word, "user") ? view_clean(mem, s->class_word) : "", s->seat && *s->seat ? " on " : "",
		    s->seat ? view_clean(mem, s->seat) : "");
	}
}

static void show_progress(FILE *out, struct arena *mem, const struct display_progress *p)
{
	char name[PCI_ADDR_TEXT];

	if (p->stage == DISPLAY_NOT_CHOSEN)
		return;
	(void)fprintf(out, "chosen: %s by passthru display use%s%s: %s\n", pci_addr_format(p->card, name), p->command ? ", with " : "",
	    p->command ? p->command : "", view_clean(mem, p->text));
	for (size_t i = 0; i < p->n_others; i++)
		(void)fprintf(out, "  %s\n", view_clean(mem, p->others[i]));
	(void)fprintf(out, "next: %s\n", view_clean(mem, p->next));
}

void view_display(FILE *out, struct arena *mem, const struct host *h, const struct desktop *d, const struct display_progress *p)
{
	const char *setting = firmware_display_setting(d->board_vendor);
	size_t n = 0;

	for (size_t i = 0; i < h->n_functions; i++)
		if (function_is_display(&h->functions[i])) {
			show_card(out, mem, h, d, (int)i);
			n++;
		}
	if (n == 0)
		(void)fprintf(out, "there is no graphics card\n");
	for (size_t i = 0; i < h->n_blind; i++)
		(void)fprintf(out, "%s (%s)\n", view_clean(mem, h->blind[i].reason), view_clean(mem, h->blind[i].evidence));
	show_xorg(out, mem, h, &d->xorg);
	if (d->prime != PRIME_NONE)
		(void)fprintf(out, "prime-select: %s%s%s%s\n", d->prime_choice ? view_clean(mem, d->prime_choice) : "not known",
		    d->prime_file ? " (" : "", d->prime_file ? d->prime_file : "", d->prime_file ? ")" : "");
	show_sessions(out, mem, d);
	if (setting && n > 1)
		(void)fprintf(out, "firmware: boards of %s mostly choose under %s\n", view_clean(mem, d->board_vendor), setting);
	show_progress(out, mem, p);
}

/* ---- JSON ---- */

static void add_text(struct json_object *o, struct arena *mem, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(view_clean(mem, text)) : NULL);
}

static struct json_object *card_json(struct arena *mem, const struct host *h, const struct desktop *d, int index)
{
	struct json_object *o = json_object_new_object(), *uses = json_object_new_array();
	const struct pci_function *f = &h->functions[index];

	add_text(o, mem, "address", f->name);
	add_text(o, mem, "description", f->description);
	add_text(o, mem, "driver", f->driver);
	add_text(o, mem, "power", d->power ? d->power[index] : NULL);
	json_object_object_add(o, "claimed", json_object_new_boolean(f->claim != NULL));
	json_object_object_add(o, "shows_picture", json_object_new_boolean(shows_picture(h, index)));
	for (size_t i = 0; i < h->n_uses; i++) {
		struct json_object *use;

		if (!is_of_display(&h->uses[i], index))
			continue;
		use = json_object_new_object();
		add_text(use, mem, "use", use_kind_name(h->uses[i].kind));
		add_text(use, mem, "subject", h->uses[i].subject);
		add_text(use, mem, "evidence", h->uses[i].evidence);
		json_object_array_add(uses, use);
	}
	json_object_object_add(o, "uses", uses);
	return o;
}

static struct json_object *xorg_json(struct arena *mem, const struct xorg_conf *c)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < c->n; i++) {
		const struct xorg_device *d = &c->items[i];
		struct json_object *o = json_object_new_object();
		char name[PCI_ADDR_TEXT];

		add_text(o, mem, "file", d->file);
		json_object_object_add(o, "line", json_object_new_int((int)d->line));
		add_text(o, mem, "section", d->is_class ? "OutputClass" : "Device");
		add_text(o, mem, "identifier", d->identifier);
		add_text(o, mem, "driver", d->driver);
		add_text(o, mem, "bus_id", d->bus_id);
		add_text(o, mem, "address", d->has_addr ? pci_addr_format(d->addr, name) : NULL);
		json_object_object_add(o, "primary", json_object_new_boolean(d->is_primary));
		json_object_array_add(all, o);
	}
	return all;
}

static struct json_object *unread_json(struct arena *mem, const struct host *h, const struct xorg_conf *c)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < h->n_blind + c->n_unread; i++) {
		struct json_object *o = json_object_new_object();
		bool is_blind = i < h->n_blind;

		add_text(o, mem, "file", is_blind ? h->blind[i].evidence : c->unread[i - h->n_blind].file);
		add_text(o, mem, "text", is_blind ? h->blind[i].reason : c->unread[i - h->n_blind].text);
		json_object_array_add(all, o);
	}
	return all;
}

static struct json_object *sessions_json(struct arena *mem, const struct desktop *d)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < d->n_sessions; i++) {
		struct json_object *o = json_object_new_object();

		add_text(o, mem, "id", d->sessions[i].id);
		add_text(o, mem, "type", d->sessions[i].type);
		add_text(o, mem, "class", d->sessions[i].class_word);
		add_text(o, mem, "seat", d->sessions[i].seat);
		json_object_object_add(o, "active", json_object_new_boolean(d->sessions[i].is_active));
		json_object_array_add(all, o);
	}
	return all;
}

static struct json_object *progress_json(struct arena *mem, const struct display_progress *p)
{
	struct json_object *o, *others = NULL;
	char name[PCI_ADDR_TEXT];

	if (p->stage == DISPLAY_NOT_CHOSEN)
		return NULL;
	o = json_object_new_object();
	others = json_object_new_array();
	for (size_t i = 0; i < p->n_others; i++)
		json_object_array_add(others, json_object_new_string(view_clean(mem, p->others[i])));
	add_text(o, mem, "address", pci_addr_format(p->card, name));
	add_text(o, mem, "stage", display_stage_name(p->stage));
	add_text(o, mem, "command", p->command);
	add_text(o, mem, "text", p->text);
	json_object_object_add(o, "others", others);
	add_text(o, mem, "next", p->next);
	json_object_object_add(o, "reboot_required", json_object_new_boolean(p->stage == DISPLAY_NEEDS_REBOOT));
	return o;
}

static struct json_object *tri_json(enum tri t)
{
	return t == TRI_UNKNOWN ? NULL : json_object_new_boolean(t == TRI_YES);
}

struct json_object *view_display_json(struct arena *mem, const struct host *h, const struct desktop *d, const struct display_progress *p)
{
	struct json_object *o = json_object_new_object(), *cards = json_object_new_array();
	struct json_object *prime = d->prime == PRIME_NONE ? NULL : json_object_new_object();
	struct json_object *firmware = json_object_new_object();

	for (size_t i = 0; i < h->n_functions; i++)
		if (function_is_display(&h->functions[i]))
			json_object_array_add(cards, card_json(mem, h, d, (int)i));
	if (prime) {
		add_text(prime, mem, "tool", tool_name(d->prime));
		add_text(prime, mem, "choice", d->prime_choice);
		add_text(prime, mem, "file", d->prime_file);
		add_text(prime, mem, "at_boot", d->prime_boot);
	}
	add_text(firmware, mem, "board_vendor", d->board_vendor);
	add_text(firmware, mem, "setting", firmware_display_setting(d->board_vendor));
	json_object_object_add(firmware, "efi", json_object_new_boolean(d->is_efi));
	json_object_object_add(firmware, "setup_at_reboot", tri_json(d->has_setup));
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "cards", cards);
	json_object_object_add(o, "xorg", xorg_json(mem, &d->xorg));
	json_object_object_add(o, "prime_select", prime);
	json_object_object_add(o, "sessions", sessions_json(mem, d));
	json_object_object_add(o, "chosen", progress_json(mem, p));
	json_object_object_add(o, "firmware", firmware);
	json_object_object_add(o, "unread", unread_json(mem, h, &d->xorg));
	return o;
}
