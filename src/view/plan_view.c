/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/plan_view.h"

#include <errno.h>
#include <time.h>

#include "view/scols.h"
#include "view/text.h"

static struct libscols_table *new_table(const struct scols *sc, FILE *out, const char *const *headings, size_t n)
{
	struct libscols_table *table = sc ? sc->new_table() : NULL;

	for (size_t i = 0; table && i < n; i++)
		if (!sc->table_new_column(table, headings[i], 0, 0)) {
			sc->unref_table(table);
			return NULL;
		}
	if (table) {
		(void)sc->table_set_stream(table, out);
		(void)sc->table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	}
	return table;
}

static int add_line(const struct scols *sc, struct libscols_table *table, const char *const *cells, size_t n)
{
	struct libscols_line *line = sc->table_new_line(table, NULL);

	if (!line)
		return -ENOMEM;
	view_need_locale();
	for (size_t i = 0; i < n; i++)
		if (cells[i] && sc->line_set_data(line, i, cells[i]) < 0)
			return -ENOMEM;
	return 0;
}

int view_plan(FILE *out, struct arena *mem, const struct plan *p)
{
	static const char *const headings[] = {"", "STEP", "KIND", "TARGET", "FROM", "TO", "WAY BACK"};
	const struct scols *sc = scols_load();
	struct libscols_table *table = new_table(sc, out, headings, ARRAY_LEN(headings));
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

		r = add_line(sc, table, cells, ARRAY_LEN(cells));
	}
	if (r == 0)
		r = sc->print_table(table);
	if (table)
		sc->unref_table(table);
	return r;
}

void view_move(FILE *out, struct arena *mem, const struct step *s)
{
	const char *from = view_clean(mem, value_describe(mem, s->kind, &s->have));
	const char *to = view_clean(mem, value_describe(mem, s->kind, &s->want));

	if (s->kind == KIND_BINDING) {
		from = s->have.driver ? view_clean(mem, s->have.driver) : "no driver";
		to = s->want.driver ? view_clean(mem, s->want.driver) : "no driver";
	}
	(void)fprintf(out, "%s%s: %s -> %s\n",
	    s->kind == KIND_MODULE ? "module " : s->kind == KIND_HUGEPAGES ? "huge pages " : "", view_clean(mem, s->target), from, to);
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
	static const char *const headings[] = {"ID", "STATE", "TIME", "CHANGE", "REASON"};
	const struct scols *sc = scols_load();
	struct libscols_table *table = new_table(sc, out, headings, ARRAY_LEN(headings));
	int r = table ? 0 : sc ? -ENOMEM : -ELIBACC;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *const cells[] = {
		    arena_printf(mem, "%u", rows[i].id),
		    rows[i].state,
		    view_time(mem, rows[i].time_s),
		    view_clean(mem, rows[i].wish),
		    view_clean(mem, rows[i].reason),
		};

		r = add_line(sc, table, cells, ARRAY_LEN(cells));
	}
	if (r == 0)
		r = sc->print_table(table);
	if (table)
		sc->unref_table(table);
	return r;
}
