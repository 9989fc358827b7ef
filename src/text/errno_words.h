/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shells, tee and virsh say the reason of an error in the language of their user. */
#pragma once

#include "base/base.h"

/* The reasons that glibc and bash translate to German, French and Spanish, in English again; in place. line has room for
 * `room` bytes and its NUL, and n are in it. Answers its new length. Lines that speak of nothing of ours stay. */
size_t errno_words_plain(char *line, size_t n, size_t room);
