/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/holder.h"

const char *holder_kind_name(enum holder_kind k)
{
	static const char *const names[] = {
	    [HOLDER_PROCESS] = "process", [HOLDER_INTERFACE] = "interface", [HOLDER_MODULE] = "module"};
	static_assert(ARRAY_LEN(names) == HOLDER_KINDS, "every kind of holder has a name");

	return names[k];
}

const char *holder_how_name(enum holder_how h)
{
	static const char *const names[] = {
	    [HOW_OPEN] = "open", [HOW_MAPPED] = "mapped", [HOW_UP] = "up", [HOW_REFERENCED] = "referenced"};
	static_assert(ARRAY_LEN(names) == HOWS, "every way to hold has a name");

	return names[h];
}

const char *holder_describe(struct arena *mem, const struct holder *h)
{
	switch (h->kind) {
	case HOLDER_PROCESS:
		return arena_printf(mem, "process %d (%s%s%s): %s", h->pid, h->command, h->unit ? ", unit " : "",
		    h->unit ? h->unit : "", h->file);
	case HOLDER_INTERFACE:
		return arena_printf(mem, "network interface %s, which is up", h->command);
	case HOLDER_MODULE:
		return arena_printf(mem, "module %s without a process; persistence mode may be on", h->command);
	case HOLDER_KINDS:
		break;
	}
	return "";
}
