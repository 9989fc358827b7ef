/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/boot_files.h"

#include <errno.h>
#include <string.h>

#include "apply/kinds_file.h"
#include "base/str.h"
#include "flow/boot.h"
#include "flow/boot_ids.h"
#include "flow/boot_words.h"
#include "flow/by_id.h"
#include "flow/rules.h"
#include "flow/session.h"
#include "model/image_needs.h"
#include "model/our_file.h"
#include "plan/initramfs.h"
#include "sys/read_claims.h"
#include "sys/read_image.h"
#include "sys/unpack.h"
#include "text/claim_file.h"
#include "text/udev_rules.h"

/* Of which early images have a copy. */
static const char *const copied[] = {UDEV_RULES_FILE, MODPROBE_IDS_FILE, MODPROBE_BLACKLIST_FILE};
/* What makes their generators take them along. */
static const char *const generators[] = {INITRAMFS_TOOLS_HOOK_FILE, DRACUT_FILE, MKINITCPIO_FILE};

static bool is_among(const char *const *list, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], path))
			return true;
	return false;
}

bool is_composed_file(const char *path)
{
	return str_eq(path, UDEV_RULES_FILE) || str_eq(path, MODPROBE_IDS_FILE) || is_among(generators, ARRAY_LEN(generators), path);
}

/* ---- claims as they will be ---- */

static const struct step *move_of(const struct plan *p, const char *file)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].type == STEP_MOVE && p->steps[i].kind == KIND_FILE && str_eq(p->steps[i].target, file))
			return &p->steps[i];
	return NULL;
}

int flow_claims_after(struct flow *f, const struct claims *c, const struct plan *p, struct claims *ret, struct err *e)
{
	*ret = (struct claims){.troubles = c->troubles, .n_troubles = c->n_troubles};
	for (size_t i = 0; i < c->n; i++)
		if (!move_of(p, c->items[i].file))
			*ARENA_PUSH(f->mem, ret->items, ret->n) = c->items[i];
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct step *s = &p->steps[i];
		struct saved_claim saved = {.file = s->target, .text = s->want.text, .is_plain = true};
		int r;

		if (s->type != STEP_MOVE || s->kind != KIND_FILE || !is_claim_file(s->target) || !s->want.text)
			continue;
		r = claim_file_parse(f->mem, s->want.text, &saved.claim, e);
		if (r < 0)
			return r;
		saved.name = claim_name(f->mem, &saved.claim.path);
		*ARENA_PUSH(f->mem, ret->items, ret->n) = saved;
	}
	return 0;
}

/* ---- files ---- */

/* The move of a file of ours to that content, NULL absent; none where it is so already. */
static int add_file(struct flow *f, const char *file, const char *text, struct plan *p, struct err *e)
{
	struct value now;
	int r = file_get(f->s, f->mem, file, &now, e);

	if (r < 0)
		return r;
	if (now.flag) {
		(void)err_set(e, -EEXIST, "%s is there, and is no file as passthru writes it (root's, mode %04o, one link)", file,
		    our_file_mode(file));
		return err_hint(e, "look at it; if it is of no use, remove it by hand");
	}
	plan_add_move(f->mem, p, KIND_FILE, file, now, (struct value){.text = text});
	return 0;
}

static bool will_be(struct flow *f, const struct plan *p, const char *file)
{
	const struct step *move = move_of(p, file);

	return move ? move->want.text != NULL : f->s->ops->exists(f->s, file + 1) == 1;
}

/* What images must have in them once p is carried out. */
struct contents {
	const char **files, **drivers;
	size_t n_files, n_drivers;
};

static int add_generator_file(struct flow *f, const char *generator, const struct contents *now, struct change *c,
    struct initramfs_plan *ret, struct err *e)
{
	const struct initramfs_needs needs = {
	    .files = now->files, .n_files = now->n_files, .drivers = now->drivers, .n_drivers = now->n_drivers};
	struct initramfs_facts facts = {.generator = generator};
	int r;

	read_initramfs(f->s, f->mem, generator, &facts);
	r = plan_initramfs(f->mem, &facts, &needs, ret, e);
	/* What was made for another generator than the one that is here now goes. */
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(generators); i++) {
		bool is_its = str_eq(generators[i], ret->file);

		if (is_its || f->s->ops->exists(f->s, generators[i] + 1) == 1)
			r = add_file(f, generators[i], is_its ? ret->text : NULL, &c->plan, e);
	}
	return r;
}

/* ---- images ---- */

static bool is_copied_or_makes(const struct step *s)
{
	return s->type == STEP_MOVE && s->kind == KIND_FILE &&
	    (is_among(copied, ARRAY_LEN(copied), s->target) || is_among(generators, ARRAY_LEN(generators), s->target));
}

bool moves_what_images_have(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (is_copied_or_makes(&p->steps[i]))
			return true;
	return false;
}

/* Also those that are to be gone from it. Of modprobe's only dracut without hostonly lacks some, which it is told. */
static void require_of_image(struct flow *f, const char *image, const struct contents *now, struct plan *p)
{
	struct image_needs needs = {.image = arena_printf(f->mem, "/%s", image)}, checked;

	for (size_t i = 0; i < ARRAY_LEN(copied); i++)
		if (will_be(f, p, copied[i]) || move_of(p, copied[i]))
			*ARENA_PUSH(f->mem, needs.files, needs.n_files) = copied[i];
	for (size_t i = 0; i < now->n_drivers; i++)
		*ARENA_PUSH(f->mem, needs.modules, needs.n_modules) = now->drivers[i];
	if (image_needs_parse(f->mem, image_needs_target(f->mem, &needs), &checked))
		plan_add_require(f->mem, p, KIND_IMAGE, image_needs_target(f->mem, &needs), (struct value){.flag = true});
}

/* A native driver that an image loads before udev has said a word. */
static void note_early(struct flow *f, const char *generator, const char *image, const struct boot_rules *rules, struct change *c)
{
	const struct image_query nothing = {0};
	const struct image_early *early;
	struct image_answer answer;
	const char *file = NULL;
	unsigned line = 0;

	if (rules->n_natives == 0 || read_image(f->s, f->mem, image, &nothing, &answer, NULL) < 0)
		return;
	early = initramfs_takes_first(&answer, rules->natives, rules->n_natives);
	if (!early)
		return;
	if (!read_early_source(f->s, f->mem, generator, early->module, &file, &line))
		file = NULL;
	flow_note(f, c, arena_printf(f->mem, "/%s: %s", image, initramfs_early_text(f->mem, early, file, line)));
}

static void add_images(struct flow *f, const struct boot *b, const struct contents *now, struct change *c)
{
	struct image_list images;

	read_images(f->s, f->mem, b, &images);
	for (size_t i = 0; i < images.n; i++)
		if (!images.items[i].is_rescue && !images.items[i].is_stale)
			require_of_image(f, images.items[i].path, now, &c->plan);
	if (images.n == 0)
		flow_note(f, c, "no early image is to be seen: what comes of it is not looked at");
	if (images.trouble)
		flow_note(f, c, arena_printf(f->mem, "not all early images can be seen: %s", images.trouble));
	for (size_t i = 0; i < images.n; i++)
		if (images.items[i].is_stale)
			flow_note(f, c, arena_printf(f->mem, "/%s is not made anew: no installed kernel or preset has it", images.items[i].path));
	for (size_t i = 0; i < images.n_bare; i++)
		flow_note(f, c, arena_printf(f->mem, "kernel %s has no early image", images.bare[i]));
}

/* Images that the generator's own command would make in vain; NULL: it makes those that start. */
static const char *made_elsewhere(enum boot_stack stack)
{
	if (stack == STACK_RPM_OSTREE || stack == STACK_OSTREE)
		return "images of this system are made with its deployments: rpm-ostree initramfs --enable makes them here, with "
		       "/etc/dracut.conf.d; then boot";
	/* A hash of what is in them is part of their names, which its entries have. */
	return stack == STACK_SDBOOTUTIL ? "sdbootutil keeps the images of this system: sdbootutil mkinitrd makes them anew" : NULL;
}

int flow_add_boot_files(struct flow *f, struct host *h, const struct claims *claims, struct change *c, struct err *e)
{
	static const char *const folders[] = {"etc", "boot"};
	struct initramfs_plan early = {0};
	struct contents now = {0};
	struct boot_answer answer;
	struct boot_rules rules;
	struct boot b;
	int r;

	r = flow_udev_rules(f, h, claims, &rules, e);
	if (r == 0)
		r = add_file(f, UDEV_RULES_FILE, rules.text, &c->plan, e);
	for (size_t i = 0; i < ARRAY_LEN(copied); i++)
		if (will_be(f, &c->plan, copied[i]))
			*ARENA_PUSH(f->mem, now.files, now.n_files) = copied[i];
	now.drivers = rules.drivers;
	now.n_drivers = rules.n_drivers;
	flow_boot_status(f, &b, &answer);
	if (r == 0)
		r = add_generator_file(f, answer.initramfs, &now, c, &early, e);
	if (r < 0 || !moves_what_images_have(&c->plan))
		return r;
	if (made_elsewhere(answer.loader.stack))
		early = (struct initramfs_plan){.printed = made_elsewhere(answer.loader.stack)};
	if (early.printed)
		flow_note(f, c, early.printed);
	if (!early.command)
		return 0;
	plan_add_derived(f->mem, &c->plan, early.command);
	add_images(f, &b, &now, c);
	for (size_t i = 0; i < c->plan.n_steps; i++) {
		struct image_needs needs;

		if (c->plan.steps[i].kind == KIND_IMAGE && image_needs_parse(f->mem, c->plan.steps[i].target, &needs))
			note_early(f, answer.initramfs, needs.image + 1, &rules, c);
	}
	if (f->s->is_live && !unpack_is_possible()) {
		(void)err_set(e, -ELIBACC, "what %s makes could not be looked at: libarchive is not installed", early.command);
		return err_hint(e, "apt install libarchive13, or the package that has libarchive.so.13 here");
	}
	return flow_check_boot_state(f, &b, &answer.loader, &c->plan, folders, ARRAY_LEN(folders), c, e);
}

int flow_compose(struct flow *f, struct host *h, bool follows_ids, struct change *c, struct err *e)
{
	struct claims now, after;
	int r = read_claims(f->s, f->mem, &now, e);

	if (r == 0)
		r = flow_claims_after(f, &now, &c->plan, &after, e);
	if (r == 0)
		r = flow_add_ids_file(f, &after, &c->plan, e);
	if (r == 0)
		r = flow_add_boot_files(f, h, &after, c, e);
	if (r == 0 && follows_ids)
		flow_follow_ids(f, h, &now, &after, c);
	return r;
}
