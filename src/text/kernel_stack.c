/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/kernel_stack.h"

#include <string.h>

#include "base/base.h"

enum {
	FRAMES = 3,
	LONGEST_NAME = 48,
	LONGEST_MODULE = 24,
};

/* Letters of a symbol or a module; "name.part.0" and "name.constprop.0" are symbols too. */
static size_t name_length(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
}

static const char *cut(struct arena *mem, const char *name, size_t longest)
{
	size_t length = name_length(name);

	return arena_printf(mem, "%.*s", (int)(length < longest ? length : longest), name);
}

/* The frame of a line, NULL: none. */
static const char *frame_of(struct arena *mem, const char *line)
{
	size_t end = strcspn(line, "\n");
	const char *name = memmem(line, end, ">] ", 3);
	const char *module;

	if (line[0] != '[' || line[1] != '<' || !name)
		return NULL;
	name += 3;
	if (name_length(name) == 0 || name[name_length(name)] != '+')
		return NULL;
	module = memmem(name, (size_t)(line + end - name), " [", 2);
	if (!module || name_length(module + 2) == 0)
		return cut(mem, name, LONGEST_NAME);
	return arena_printf(mem, "%s [%s]", cut(mem, name, LONGEST_NAME), cut(mem, module + 2, LONGEST_MODULE));
}

const char *kernel_stack_top(struct arena *mem, const char *text)
{
	const char *top = NULL;

	for (int n = 0; *text && n < FRAMES;) {
		const char *frame = frame_of(mem, text);
		size_t end = strcspn(text, "\n");

		if (frame) {
			top = top ? arena_printf(mem, "%s < %s", top, frame) : frame;
			n++;
		}
		text += end + (text[end] == '\n');
	}
	return top;
}
