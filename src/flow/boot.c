/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/boot.h"

#include "flow/boot_start.h"
#include "judge/boot.h"
#include "sys/read_boot.h"

void flow_boot_status(struct flow *f, struct boot *ret, struct boot_answer *ret_answer)
{
	struct boot_loader loader;

	read_boot(f->s, f->mem, ret);
	ret->knows_boots = flow_read_boots(f, &ret->boots) == 0;
	loader = judge_boot_loader(f->mem, ret);
	read_boot_words(f->s, f->mem, loader.stack, ret);
	*ret_answer = judge_boot(f->mem, ret, &loader);
}
