/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/boots_file.h"

#include <string.h>

#include "base/str.h"

const char *boots_file_text(struct arena *mem, const struct boots *b)
{
	return arena_printf(mem, "unconfirmed = %u\nboot = %s\nreleased = %s\nclaims = %016llx\n", b->unconfirmed,
	    b->boot_id, b->is_released ? "yes" : "no", (unsigned long long)b->claims);
}

/* The value of a line that begins so; *text is then behind the line. */
static bool take_line(const char **text, const char *head, char *value, size_t size)
{
	size_t length;

	if (!str_starts(*text, head))
		return false;
	*text += strlen(head);
	length = strcspn(*text, "\n");
	if ((*text)[length] != '\n' || length >= size)
		return false;
	memcpy(value, *text, length);
	value[length] = '\0';
	*text += length + 1;
	return true;
}

bool boots_file_parse(const char *text, struct boots *ret)
{
	cleanup_arena struct arena mem = {0};
	const char *rest = text;
	struct boots b = {0};
	char number[8], yes[4], hex[17];
	uint64_t count;

	if (!take_line(&rest, "unconfirmed = ", number, sizeof(number)) || !str_number(number, 10, 9999, &count) ||
	    !take_line(&rest, "boot = ", b.boot_id, sizeof(b.boot_id)) ||
	    !take_line(&rest, "released = ", yes, sizeof(yes)) || !take_line(&rest, "claims = ", hex, sizeof(hex)) ||
	    !str_number(hex, 16, UINT64_MAX, &b.claims))
		return false;
	b.unconfirmed = (unsigned)count;
	b.is_released = str_eq(yes, "yes");
	if (!str_eq(boots_file_text(&mem, &b), text))
		return false;
	*ret = b;
	return true;
}
