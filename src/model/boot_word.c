/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/boot_word.h"

#include <string.h>

#include "base/str.h"

/* Files of others that words are written to, and the variable they stand in. */
static const char *const files[][2] = {
    {"/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT"},
    {"/etc/kernel/cmdline", NULL},
};

static const char *const programs[] = {"grubby", "rpm-ostree", "kernelstub"};

bool is_safe_boot_word(const char *word)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,:=/+-";
	size_t length = strlen(word);

	/* "--" would make everything behind it init's. */
	return length > 0 && length <= LONGEST_BOOT_WORD && strspn(word, letters) == length && word[0] != '=' &&
	    !str_eq(word, "--");
}

/* Two or three words with one blank between. */
static bool split(struct arena *mem, const char *target, struct boot_word *ret)
{
	char *copy = arena_strdup(mem, target), *first = strchr(copy, ' '), *last = strrchr(copy, ' ');

	*ret = (struct boot_word){.place = copy};
	if (!first)
		return false;
	ret->word = last + 1;
	*last = '\0';
	if (first != last) {
		*first = '\0';
		ret->variable = first + 1;
	}
	return is_safe_boot_word(ret->word);
}

bool boot_word_parse(struct arena *mem, const char *target, struct boot_word *ret)
{
	if (!split(mem, target, ret))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (str_eq(ret->place, files[i][0]) && str_eq(ret->variable, files[i][1]))
			return true;
	return false;
}

bool boot_setting_parse(struct arena *mem, const char *target, struct boot_word *ret)
{
	if (!split(mem, target, ret) || ret->variable)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (str_eq(ret->place, programs[i]))
			return true;
	return false;
}

/* Only read, so any file below the places where loaders keep theirs. */
bool boot_generated_parse(struct arena *mem, const char *target, struct boot_word *ret)
{
	return split(mem, target, ret) && !ret->variable && !strstr(ret->place, "/../") &&
	    (str_starts(ret->place, "/boot/") || str_starts(ret->place, "/efi/"));
}

const char *boot_word_target(struct arena *mem, const char *place, const char *variable, const char *word)
{
	return arena_printf(mem, "%s%s%s %s", place, variable ? " " : "", variable ? variable : "", word);
}
