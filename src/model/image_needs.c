/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/image_needs.h"

#include <string.h>

#include "base/str.h"
#include "model/our_file.h"

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
