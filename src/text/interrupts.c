/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/interrupts.h"

#include <string.h>

#include "base/str.h"

/* Names of drivers stand in the same line, "IR-" might begin one: so the whole name of the chip. */
static bool is_remapped_chip(const char *word)
{
	return str_starts(word, "IR-IO-APIC") || str_starts(word, "IR-PCI-MSI") || str_starts(word, "IR-HPET");
}

void interrupts_line(struct interrupts *i, const char *line)
{
	for (const char *word = line + strspn(line, " \t"); *word;) {
		i->is_remapped |= is_remapped_chip(word);
		i->is_x86 |= str_starts(word, "IO-APIC") || str_starts(word, "XT-PIC");
		word += strcspn(word, " \t");
		word += strspn(word, " \t");
	}
}

enum tri interrupts_are_remapped(const struct interrupts *i)
{
	if (i->is_remapped)
		return TRI_YES;
	return i->is_x86 ? TRI_NO : TRI_UNKNOWN;
}
