/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/image_needs.h"

#include <string.h>

#include "base/str.h"
#include "model/our_file.h"
#include "model/plan.h"

/* Only read, and only below where images lie. */
static bool is_image_path(const char *path)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,:=/+~@-";

	return (str_starts(path, "/boot/") || str_starts(path, "/efi/")) && strspn(path, letters) == strlen(path) &&
	    !strstr(path, "/../");
}

bool image_needs_parse(struct arena *mem, const char *target, struct image_needs *ret)
{
	char *rest = NULL, *word = strtok_r(arena_strdup(mem, target), " ", &rest);

	*ret = (struct image_needs){.image = word};
	if (!word || !is_image_path(word))
		return false;
	while ((word = strtok_r(NULL, " ", &rest)) && ret->n_files + ret->n_modules < MOST_IMAGE_NEEDS) {
		if (is_our_file(word))
			*ARENA_PUSH(mem, ret->files, ret->n_files) = word;
		else if (str_is_driver_name(word) && !strpbrk(word, ". "))
			*ARENA_PUSH(mem, ret->modules, ret->n_modules) = word;
		else
			return false;
	}
	/* One spelling alone. */
	return !word && ret->n_files + ret->n_modules > 0 && str_eq(image_needs_target(mem, ret), target);
}

const char *image_needs_target(struct arena *mem, const struct image_needs *n)
{
	const char *text = n->image;

	for (size_t i = 0; i < n->n_files; i++)
		text = arena_printf(mem, "%s %s", text, n->files[i]);
	for (size_t i = 0; i < n->n_modules; i++)
		text = arena_printf(mem, "%s %s", text, n->modules[i]);
	return text;
}

/* initramfs-tools puts rules of udev into lib; of the same name, udev reads the one in etc. */
static const char *other_place(struct arena *mem, const char *file)
{
	static const char rules[] = "/etc/udev/rules.d/";

	return str_starts(file, rules) ? arena_printf(mem, "lib/udev/rules.d/%s", file + strlen(rules)) : file + 1;
}

size_t image_needs_wants(struct arena *mem, const struct image_needs *n, struct image_want *ret)
{
	size_t k = 0;

	for (size_t i = 0; i < n->n_files; i++) {
		ret[k++] = (struct image_want){.path = n->files[i] + 1, .keep_bytes = LARGEST_FILE};
		ret[k++] = (struct image_want){.path = other_place(mem, n->files[i]), .keep_bytes = LARGEST_FILE};
	}
	for (size_t i = 0; i < n->n_modules; i++)
		ret[k++] = (struct image_want){.module = n->modules[i]};
	return k;
}

static enum tri say(const char **ret_reason, enum tri answer, const char *reason)
{
	*ret_reason = reason;
	return answer;
}

static enum tri file_is_right(struct arena *mem, const char *image, const char *file, const struct image_found *f,
    const struct image_answer *a, const char *now, const char **ret_reason)
{
	const char *trouble = a->trouble ? a->trouble : "it cannot be told";

	if (f->is_there == TRI_UNKNOWN)
		return say(ret_reason, TRI_UNKNOWN, arena_printf(mem, "%s: %s", image, trouble));
	if (!now)
		return f->is_there == TRI_NO ? TRI_YES : say(ret_reason, TRI_NO, arena_printf(mem, "%s still has %s in it", image, file));
	if (f->is_there == TRI_NO)
		return say(ret_reason, TRI_NO, arena_printf(mem, "%s does not have %s in it", image, file));
	if (!f->text)
		return say(ret_reason, TRI_UNKNOWN, arena_printf(mem, "%s: what %s in it says cannot be told: %s", image, file, trouble));
	if (f->is_cut || !str_eq(f->text, now))
		return say(ret_reason, TRI_NO, arena_printf(mem, "%s has another %s in it than the host", image, file));
	return TRI_YES;
}

enum tri image_needs_are_met(struct arena *mem, const struct image_needs *n, const struct image_answer *a,
    const char *const *now, const char **ret_reason)
{
	enum tri answer = TRI_YES;

	*ret_reason = NULL;
	assert(a->n == 2 * n->n_files + n->n_modules);
	for (size_t i = 0; i < n->n_files && answer != TRI_NO; i++) {
		const struct image_found *two = a->found + 2 * i;
		enum tri one = file_is_right(mem, n->image, n->files[i], two[0].is_there == TRI_NO ? &two[1] : &two[0], a, now[i], ret_reason);

		answer = one == TRI_YES ? answer : one;
	}
	for (size_t i = 0; i < n->n_modules && answer != TRI_NO; i++) {
		enum tri one = a->found[2 * n->n_files + i].is_there;

		if (one == TRI_NO)
			answer = say(ret_reason, TRI_NO, arena_printf(mem, "%s does not have %s in it", n->image, n->modules[i]));
		else if (one == TRI_UNKNOWN && answer == TRI_YES)
			answer = say(ret_reason, one, arena_printf(mem, "%s: %s", n->image, a->trouble ? a->trouble : "it cannot be told"));
	}
	return answer;
}
