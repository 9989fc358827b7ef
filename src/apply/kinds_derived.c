/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_derived.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/image_needs.h"
#include "sys/read_boot.h"
#include "sys/read_image.h"

int generated_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	(void)s, (void)mem, (void)ret;
	return err_set(e, -ENOSYS, "%s cannot be read yet", target);
}

/* ---- early images ---- */

/* One question for each need, in their order; *ret_now: what the host's own files hold, NULL where there is none. */
static int ask(struct sys *s, struct arena *mem, const struct image_needs *needs, struct image_want *wants,
    const char **ret_now, struct err *e)
{
	for (size_t i = 0; i < needs->n_files; i++) {
		int code = 0;

		ret_now[i] = boot_text(s, mem, needs->files[i] + 1, LARGEST_FILE, &code);
		if (code < 0 && code != -ENOENT)
			return err_set(e, code, "cannot read %s: %s", needs->files[i], strerror(-code));
		wants[i] = (struct image_want){.path = needs->files[i] + 1, .keep_bytes = LARGEST_FILE};
	}
	for (size_t i = 0; i < needs->n_modules; i++)
		wants[needs->n_files + i] = (struct image_want){.module = needs->modules[i]};
	return 0;
}

static bool is_answered(const struct image_needs *needs, const struct image_answer *a, const char *const *now, struct err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		bool is_file = i < needs->n_files;
		const char *name = is_file ? needs->files[i] : needs->modules[i - needs->n_files];

		if (a->found[i].is_there == TRI_UNKNOWN) {
			(void)err_set(e, -EIO, "cannot tell whether %s is in %s: %s", name, needs->image,
			    a->trouble ? a->trouble : "not all of it can be read");
			return false;
		}
		if (is_file && !now[i] && a->found[i].is_there == TRI_NO)
			continue;
		if (a->found[i].is_there == TRI_YES && (!is_file || str_eq(a->found[i].text, now[i])))
			continue;
		(void)err_set(e, -ESTALE, "%s %s %s", needs->image,
		    a->found[i].is_there == TRI_NO ? "has no" : is_file && !now[i] ? "still has" : "has another", name);
		return false;
	}
	return true;
}

int image_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct image_want wants[MOST_IMAGE_NEEDS] = {{0}};
	const char *now[MOST_IMAGE_NEEDS] = {NULL};
	struct image_answer answer;
	struct image_needs needs;
	int r;

	*ret = (struct value){0};
	if (!image_needs_parse(mem, target, &needs))
		return err_set(e, -EINVAL, "%s names no early image and what it needs", target);
	r = ask(s, mem, &needs, wants, now, e);
	if (r == 0)
		r = read_image(s, mem, needs.image + 1,
		    &(struct image_query){.wants = wants, .n = needs.n_files + needs.n_modules}, &answer, e);
	if (r == 0)
		ret->flag = is_answered(&needs, &answer, now, e);
	return r;
}
