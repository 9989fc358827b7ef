/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/image_part.h"

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

bool image_part_parse(struct arena *mem, const char *target, struct image_part *ret)
{
	char *image = arena_strdup(mem, target), *what = strchr(image, ' '), *name = what ? strchr(what + 1, ' ') : NULL;

	if (!name)
		return false;
	*what++ = '\0';
	*name++ = '\0';
	*ret = (struct image_part){.image = image};
	if (!is_image_path(image))
		return false;
	if (str_eq(what, "module")) {
		ret->module = name;
		return str_is_driver_name(name) && !strpbrk(name, ". ");
	}
	ret->file = name;
	return str_eq(what, "file") && is_our_file(name);
}

const char *image_part_target(struct arena *mem, const struct image_part *p)
{
	return arena_printf(mem, "%s %s %s", p->image, p->module ? "module" : "file", p->module ? p->module : p->file);
}
