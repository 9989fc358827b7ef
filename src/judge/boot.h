/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which loader started this kernel and what that rests on, what a reboot would change, what the IOMMU really does. A
 * wrong edit bricks a machine: where the evidence does not suffice the answer is STACK_UNKNOWN with the reason.
 */
#pragma once

#include "model/boot.h"

/* From the facts of read_boot alone. */
struct boot_loader judge_boot_loader(struct arena *mem, const struct boot *b);

/* As the person says: --loader. false: files of that stack are not there. */
bool judge_boot_loader_as(struct arena *mem, const struct boot *b, enum boot_stack stack, struct boot_loader *ret);

/* The rest, once the words are read. */
struct boot_answer judge_boot(struct arena *mem, const struct boot *b, const struct boot_loader *loader);

/* Does a word of this key matter when devices are handed over? */
bool boot_word_matters(const char *key);
