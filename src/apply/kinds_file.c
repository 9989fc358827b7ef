/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_file.h"

#include <errno.h>
#include <string.h>

#include "model/boot_word.h"
#include "model/our_file.h"

/* What a look at something that is there may answer, when it is no file of ours. */
static bool means_odd(int code)
{
	return code == -EINVAL || code == -ELOOP || code == -ENOTDIR || code == -EFBIG || code == -EISDIR;
}

int file_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	char *text = malloc(LARGEST_FILE + 1);
	struct sys_file about = {0};
	int n = text && s->ops->file_get ? s->ops->file_get(s, target + 1, text, LARGEST_FILE + 1, &about) : -ENOSYS;

	*ret = (struct value){0};
	if (n >= 0) {
		ret->flag = !about.is_trusted || about.mode != our_file_mode(target) || strlen(text) != (size_t)n;
		ret->text = arena_strdup(mem, text);
	} else if (means_odd(n)) {
		ret->flag = true;
	}
	free(text);
	if (n >= 0 || n == -ENOENT || means_odd(n))
		return 0;
	return err_set(e, n, "cannot see what %s is: %s", target, strerror(-n));
}

static int explain(const char *target, const char *what, int r, struct err *e)
{
	(void)err_set(e, r, "cannot %s %s: %s", what, target, strerror(-r));
	switch (r) {
	case -ENOSPC:
	case -EDQUOT:
		return err_hint(e, "make room on the file system that holds it");
	case -EROFS:
		return err_hint(e, "the file system is read-only: mount -o remount,rw");
	case -EPERM:
		return err_hint(e, "it and the folders above it must be root's and nobody else's to write");
	default:
		return r;
	}
}

int file_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	int r;

	(void)mem, (void)from;
	if (move->want.text) {
		r = s->ops->file_put(s, move->target + 1, move->want.text, our_file_mode(move->target));
		return r < 0 ? explain(move->target, "write", r, e) : 0;
	}
	r = s->ops->file_remove(s, move->target + 1);
	return r < 0 && r != -ENOENT ? explain(move->target, "remove", r, e) : 0;
}

void file_tidy(struct sys *s, const struct plan *p)
{
	cleanup_arena struct arena mem = {0};

	for (size_t i = 0; i < p->n_steps && s->ops->file_tidy; i++) {
		const char *file = p->steps[i].target;
		struct boot_word word;

		if (p->steps[i].kind == KIND_WORD && boot_word_parse(&mem, file, &word))
			file = word.place;
		else if (p->steps[i].kind != KIND_FILE)
			continue;
		(void)s->ops->file_tidy(s, file + 1);
	}
}
