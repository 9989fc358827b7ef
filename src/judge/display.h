/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of `display use`, in this boot and in later ones. */
#pragma once

#include "base/arena.h"
#include "model/display.h"
#include "model/host.h"

/* What is in force. */
struct display_chosen {
	bool is_any;
	struct pci_addr card;	  /* that XORG_FILE names */
	bool is_new;		  /* in this boot, as far as can be seen */
	const char *prime_target; /* PRIME_…, as the newest record that moved it has it; NULL: none did */
	const char *prime_word;
	bool is_prime_new;
	bool is_unsure; /* the records cannot be read */
};

/* h has the uses of AREA_DISPLAY, d its power (read_card_power). */
void judge_display(struct arena *mem, const struct host *h, const struct desktop *d, const struct display_chosen *chosen,
    struct display_progress *ret);
