/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How plans and records of changes look. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "model/plan.h"

/* The steps, one a line, exactly as they will be done. */
int view_plan(FILE *out, struct arena *mem, const struct plan *p);

/* "0000:01:00.0: bochs-drm -> vfio-pci", for a move that was made or is about to be. */
void view_move(FILE *out, struct arena *mem, const struct step *s);

/* One record of `history`. */
struct record_row {
	unsigned id;
	bool is_lasting;
	const char *state;
	int64_t time_s;
	const char *login; /* who asked for it; NULL: no login is behind it */
	const char *wish;
	const char *reason;
};
int view_records(FILE *out, struct arena *mem, const struct record_row *rows, size_t n);
const char *view_time(struct arena *mem, int64_t time_s); /* "2026-11-20T18:00:00Z" */
