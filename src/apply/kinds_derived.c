/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_derived.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/boot_word.h"
#include "model/image_needs.h"
#include "sys/read_boot.h"
#include "sys/read_generated.h"
#include "sys/read_image.h"
#include "text/kernel_cmdline.h"

int generated_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct boot_entries entries;
	struct boot_word w;
	const char *without = NULL;
	size_t n = 0, n_with = 0;

	if (!boot_generated_parse(mem, target, &w))
		return err_set(e, -EINVAL, "%s names no word of a loader's file", target);
	read_generated(s, mem, w.place + 1, &entries);
	if (entries.reason)
		return err_set(e, -EIO, "what was made of the words cannot be looked at: %s", entries.reason);
	for (size_t i = 0; i < entries.n; i++) {
		bool has = kernel_cmdline_count(mem, entries.items[i].words, w.word) > 0;

		if (entries.items[i].is_rescue)
			continue;
		n++;
		n_with += has;
		without = has || without ? without : entries.items[i].title;
	}
	if (n == 0)
		return err_set(e, -EIO, "there is no entry in %s", w.place);
	ret->text = n_with == n ? GENERATED_IN_ALL : n_with == 0 ? GENERATED_IN_NONE
						   : arena_printf(mem, "in some entries (%zu of %zu)", n_with, n);
	/* Read by whoever wanted it to be otherwise. */
	(void)err_set(e, -ESTALE, "%s is %s of %s%s%s%s", w.word, ret->text, w.place, n_with < n && without ? ", not in \"" : "",
	    n_with < n && without ? without : "", n_with < n && without ? "\"" : "");
	(void)err_hint(e, "what made that file said that all was well; boot status shows which words it was given");
	return 0;
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
