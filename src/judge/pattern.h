/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns of log lines: the message as it is printed, with holes. Found anywhere in a line; capitals do not matter.
 *
 *   {name:class}  a hole, kept under that name ("{:n}": not kept). Classes: n a decimal number, x a hexadecimal one
 *                 ("0x" in front or not), addr a PCI address, id vendor and device, bar a digit from 0 to 6, w a word,
 *                 q what stands in quotes, r what stands in brackets
 *   <one|two|>    one of these texts, the empty one where the list ends so
 *   *             anything, at most 200 characters, the fewest that will do
 *   '             a quote of either kind, or none
 *   $             a word or number ends here
 *   \             the next character is meant as it is
 *
 * Matching takes a bounded number of steps, whatever the line.
 */
#pragma once

#include "base/base.h"
#include "model/pci_addr.h"

enum { PATTERN_HOLES = 6 };

struct pattern_hole {
	const char *name, *text;
	size_t name_length, length;
};

struct pattern_match {
	size_t start, end; /* in the line */
	struct pattern_hole holes[PATTERN_HOLES];
	size_t n_holes;
	unsigned steps; /* what it cost, found or not */
};

bool pattern_find(const char *pattern, const char *line, struct pattern_match *ret);

/* The longest text of a pattern that a line must have, in the pattern; its length. */
size_t pattern_literal(const char *pattern, const char **ret);

/* Length of the PCI address that begins here, domain optional, nothing of a longer number around it; 0: there is none.
 * "0xe2:0x00.0", as the kernel prints it for interrupts, is one too. `line` is where the text begins. */
size_t pattern_address(const char *line, const char *at, struct pci_addr *ret);
