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

static int read_now(struct sys *s, struct arena *mem, const struct image_needs *needs, const char **ret, struct err *e)
{
	for (size_t i = 0; i < needs->n_files; i++) {
		int code = 0;

		ret[i] = boot_text(s, mem, needs->files[i] + 1, LARGEST_FILE, &code);
		if (code < 0 && code != -ENOENT)
			return err_set(e, code, "cannot read %s: %s", needs->files[i], strerror(-code));
	}
	return 0;
}

int image_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct image_want wants[MOST_IMAGE_WANTS] = {{0}};
	const char *now[MOST_IMAGE_NEEDS] = {NULL}, *reason;
	struct image_query query = {.wants = wants};
	struct image_answer answer;
	struct image_needs needs;
	int r;

	*ret = (struct value){0};
	if (!image_needs_parse(mem, target, &needs))
		return err_set(e, -EINVAL, "%s names no early image and what it needs", target);
	query.n = image_needs_wants(mem, &needs, wants);
	r = read_now(s, mem, &needs, now, e);
	if (r == 0)
		r = read_image(s, mem, needs.image + 1, &query, &answer, e);
	if (r < 0)
		return r;
	ret->flag = image_needs_are_met(mem, &needs, &answer, now, &reason) == TRI_YES;
	if (!ret->flag)
		(void)err_set(e, -ESTALE, "%s", reason);
	return 0;
}
