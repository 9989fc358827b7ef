/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/plan_view.h"

#include <errno.h>
#include <time.h>

#include "view/scols.h"
#include "view/text.h"

int view_plan(FILE *out, struct arena *mem, const struct plan *p)
{
	static const char *const headings[] = {"", "STEP", "KIND", "TARGET", "FROM", "TO", "WAY BACK"};
	const struct scols *sc = scols_load();
	struct libscols_table *table = view_table_new(sc, out, headings, ARRAY_LEN(headings));
	int r = table ? 0 : sc ? -ENOMEM : -ELIBACC;

	for (size_t i = 0; r == 0 && i < p->n_steps; i++) {
		const struct step *s = &p->steps[i];
		bool is_move = s->type == STEP_MOVE;
		const char *const cells[] = {
		    arena_printf(mem, "%zu", i + 1),
		    step_type_name(s->type),
		    kind_name(s->kind),
		    view_clean(mem, s->target),
		    is_move ? view_clean(mem, value_describe(mem, s->kind, &s->have)) : NULL,
		    view_clean(mem, value_describe(mem, s->kind, &s->want)),
		    is_move ? way_back_name(s->back) : NULL,
		};

		r = view_table_add(sc, table, cells, ARRAY_LEN(cells));
	}
	if (r == 0)
		r = sc->print_table(table);
	if (table)
		sc->unref_table(table);
	for (size_t i = 0; r == 0 && i < p->n_derived; i++)
		(void)fprintf(out, "then runs: %s\n", p->derived[i]);
	return r;
}

void view_move(FILE *out, struct arena *mem, const struct step *s)
{
	const char *from = view_clean(mem, value_describe(mem, s->kind, &s->have));
	const char *to = view_clean(mem, value_describe(mem, s->kind, &s->want));
	const char *what = kind_is_of_function(s->kind) ? "" : arena_printf(mem, "%s ", kind_name(s->kind));

	if (s->kind == KIND_BINDING) {
		from = s->have.driver ? view_clean(mem, s->have.driver) : "no driver";
		to = s->want.driver ? view_clean(mem, s->want.driver) : "no driver";
	}
	(void)fprintf(out, "%s%s: %s -> %s\n", what, view_clean(mem, s->target), from, to);
}

const char *view_time(struct arena *mem, int64_t time_s)
{
	char text[32];
	time_t t = (time_t)time_s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return "?";
	return arena_strdup(mem, text);
}

int view_records(FILE *out, struct arena *mem, const struct record_row *rows, size_t n)
{
	static const char *const headings[] = {"ID", "STATE", "TIME", "BY", "CHANGE", "REASON"};
	const struct scols *sc = scols_load();
	struct libscols_table *table = view_table_new(sc, out, headings, ARRAY_LEN(headings));
	int r = table ? 0 : sc ? -ENOMEM : -ELIBACC;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *const cells[] = {
		    arena_printf(mem, "%s%u", rows[i].is_lasting ? "L" : "", rows[i].id),
		    rows[i].state,
		    view_time(mem, rows[i].time_s),
		    view_clean(mem, rows[i].login),
		    view_clean(mem, rows[i].wish),
		    view_clean(mem, rows[i].reason),
		};

		r = view_table_add(sc, table, cells, ARRAY_LEN(cells));
	}
	if (r == 0)
		r = sc->print_table(table);
	if (table)
		sc->unref_table(table);
	return r;
}
