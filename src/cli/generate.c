/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run while building: writes the manual pages (for scdoc) and the shells' completions from the tables of
 * commands, options and columns, so that they cannot say anything else than --help.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "config.h"
#include "judge/catalogue.h"
#include "judge/checks.h"
#include "judge/checks_log.h"
#include "view/host_view.h"

/* ---- manual pages ---- */

/* scdoc takes _ and * for emphasis. */
static void put_escaped(const char *text)
{
	for (; *text; text++) {
		if (strchr("_*\\<>", *text))
			(void)putchar('\\');
		(void)putchar(*text);
	}
}

static void man_options(const struct cmd *cmd)
{
	for (int i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(cmd->options & HAS(i)))
			continue;
		(void)printf("*--%s*", row->name);
		if (row->value)
			(void)printf("=_%s_", row->value);
		if (row->letter)
			(void)printf(", *-%c*", row->letter);
		(void)printf("\n\t");
		put_escaped(row->help);
		(void)printf("\n\n");
	}
}

static void man_columns(void)
{
	(void)printf("# COLUMNS\n\n");
	for (size_t i = 0; i < n_function_fields; i++) {
		(void)printf("*");
		put_escaped(function_fields[i].key);
		(void)printf("*%s\n\t", function_fields[i].is_default ? "" : " (with --output)");
		put_escaped(function_fields[i].help);
		(void)printf("\n\n");
	}
}

static void man_command(const struct cmd *cmd)
{
	(void)printf("passthru-%s(1)\n\n# NAME\n\npassthru-%s - ", cmd->name, cmd->name);
	put_escaped(cmd->summary);
	(void)printf("\n\n# SYNOPSIS\n\n*passthru %s* [_OPTION_…] ", cmd->name);
	put_escaped(cmd->args);
	(void)printf("\n\n# DESCRIPTION\n\n");
	put_escaped(cmd->description);
	(void)printf("\n\n# OPTIONS\n\n");
	man_options(cmd);
	if (cmd->options & HAS(OPT_OUTPUT))
		man_columns();
	if (cmd->section) {
		(void)printf("# %s\n\n", cmd->section);
		put_escaped(cmd->section_text);
		(void)printf("\n\n");
	}
	(void)printf("# EXAMPLES\n\n");
	for (size_t i = 0; cmd->examples[i]; i += 2) {
		put_escaped(cmd->examples[i + 1]);
		(void)printf(":\n\n```\n%s\n```\n\n", cmd->examples[i]);
	}
	(void)printf("# SEE ALSO\n\n*passthru*(1)\n");
}

static void man_overview(void)
{
	(void)printf("passthru(1)\n\n# NAME\n\npassthru - hand PCI devices to virtual machines and back\n\n"
		     "# SYNOPSIS\n\n*passthru* [*--root* _DIR_] _COMMAND_ …\n\n# COMMANDS\n\n");
	for (size_t i = 0; i < n_commands; i++) {
		(void)printf("*passthru-%s*(1)\n\t", commands[i]->name);
		put_escaped(commands[i]->summary);
		(void)printf("\n\n");
	}
	(void)printf("# EXIT STATUS\n\n");
	for (size_t i = 0; i < n_exit_rows; i++) {
		(void)printf("*%d*\n\t", exit_rows[i].code);
		put_escaped(exit_rows[i].meaning);
		(void)printf("\n\n");
	}
	(void)printf("# FILES\n\n/run/passthru\n\tjournals of changes, what is held, locks; gone with the boot\n\n"
		     "/var/lib/passthru\n\tthe same of lasting changes\n\n"
		     "/etc/passthru/claims.d\n\twhat belongs to virtual machines for good: *passthru-claim*(1)\n\n"
		     "# ENVIRONMENT\n\n*NO\\_COLOR*\n\tno colour, also on a terminal\n");
}

/* ---- completions ---- */

/* What may stand behind an option: words, or a shell's word for directories. */
static const char *values_of(struct arena *mem, int option)
{
	const char *words = "";

	switch (option) {
	case OPT_CLASS:
		return function_filter_class_words;
	case OPT_VENDOR:
		return "nvidia amd intel";
	case OPT_ALLOW:
		return "stranger stranger:";
	case OPT_OUTPUT:
		for (size_t i = 0; i < n_function_fields; i++)
			words = arena_printf(mem, "%s%s%s", words, i > 0 ? " " : "", function_fields[i].key);
		return words;
	default:
		return "";
	}
}

static const char *command_words(struct arena *mem)
{
	const char *words = "";

	for (size_t i = 0; i < n_commands; i++)
		words = arena_printf(mem, "%s%s%s", words, i > 0 ? " " : "", commands[i]->name);
	return words;
}

static void complete_bash(struct arena *mem)
{
	(void)printf("# bash completion for passthru, generated\n_passthru()\n{\n"
		     "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words=\n"
		     "\tif [[ $COMP_CWORD -eq 1 ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")\n\t\treturn\n\tfi\n"
		     "\tcase $before in\n\t--root) mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return ;;\n",
	    command_words(mem));
	for (int i = 0; i < OPTIONS; i++)
		if (values_of(mem, i)[0])
			(void)printf("\t--%s) mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\"); return ;;\n", option_rows[i].name,
			    values_of(mem, i));
	(void)printf("\tesac\n\tcase $command in\n");
	for (size_t i = 0; i < n_commands; i++) {
		(void)printf("\t%s) words='", commands[i]->name);
		for (int k = 0; k < OPTIONS; k++)
			if (commands[i]->options & HAS(k))
				(void)printf(" --%s", option_rows[k].name);
		(void)printf("'");
		if (commands[i]->max_args > 0)
			(void)printf("; [[ $word == -* ]] || words=$(passthru list -o address 2>/dev/null | tail -n +2)");
		(void)printf(" ;;\n");
	}
	(void)printf("\tesac\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\ncomplete -F _passthru passthru\n");
}

static void put_quoted(const char *text, const char *also)
{
	for (; *text; text++) {
		if (*text == '\'')
			(void)printf("'\\''");
		else if (strchr(also, *text))
			(void)printf("\\%c", *text);
		else
			(void)putchar(*text);
	}
}

static void complete_zsh(struct arena *mem)
{
	(void)printf("#compdef passthru\n# zsh completion for passthru, generated\n\n_passthru_functions() {\n"
		     "\tlocal -a functions\n\tfunctions=(${(f)\"$(passthru list -o address 2>/dev/null | tail -n +2)\"})\n"
		     "\tcompadd -a functions\n}\n\n_passthru() {\n\tlocal -a commands\n\tcommands=(\n");
	for (size_t i = 0; i < n_commands; i++) {
		(void)printf("\t\t'%s:", commands[i]->name);
		put_quoted(commands[i]->summary, ":");
		(void)printf("'\n");
	}
	(void)printf("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tcase $words[2] in\n");
	for (size_t i = 0; i < n_commands; i++) {
		(void)printf("\t%s)\n\t\t_arguments", commands[i]->name);
		for (int k = 0; k < OPTIONS; k++) {
			const struct option_row *row = &option_rows[k];

			if (!(commands[i]->options & HAS(k)))
				continue;
			(void)printf(" \\\n\t\t\t'--%s%s[", row->name, row->value ? "=" : "");
			put_quoted(row->help, "[]:");
			(void)printf("]%s%s%s%s%s'", row->value ? ":value:" : "", k == OPT_ROOT ? "_directories" : "",
			    values_of(mem, k)[0] ? "(" : "", values_of(mem, k), values_of(mem, k)[0] ? ")" : "");
		}
		(void)printf("%s\n\t\t;;\n", commands[i]->max_args > 0 ? " \\\n\t\t\t'*:function:_passthru_functions'" : "");
	}
	(void)printf("\tesac\n}\n\n_passthru \"$@\"\n");
}

static void complete_fish(struct arena *mem)
{
	(void)printf("# fish completion for passthru, generated\ncomplete -c passthru -f\n");
	for (size_t i = 0; i < n_commands; i++) {
		(void)printf("complete -c passthru -n __fish_use_subcommand -a %s -d '", commands[i]->name);
		put_quoted(commands[i]->summary, "");
		(void)printf("'\n");
		if (commands[i]->max_args > 0)
			(void)printf("complete -c passthru -n '__fish_seen_subcommand_from %s' -a '(passthru list -o address "
				     "2>/dev/null | tail -n +2)'\n",
			    commands[i]->name);
		for (int k = 0; k < OPTIONS; k++) {
			const struct option_row *row = &option_rows[k];

			if (!(commands[i]->options & HAS(k)))
				continue;
			(void)printf("complete -c passthru -n '__fish_seen_subcommand_from %s' -l %s%s%.1s%s -d '", commands[i]->name,
			    row->name, row->letter ? " -s " : "", row->letter ? &row->letter : "", row->value ? " -x" : "");
			put_quoted(row->help, "");
			(void)printf("'");
			if (values_of(mem, k)[0])
				(void)printf(" -a '%s'", values_of(mem, k));
			(void)printf("\n");
		}
	}
}

/* ---- docs/checks.md ---- */

/* A cell of a table. */
static void put_cell(const char *text)
{
	for (; text && *text; text++) {
		if (*text == '|' || *text == '<' || *text == '>' || *text == '*' || *text == '_')
			(void)putchar('\\');
		(void)putchar(*text);
	}
}

/* A row: what is asked, of whom, by what. */
static void put_check(const struct diagnosis *d, enum severity severity, const char *marks, const char *whom, const char *reads)
{
	(void)printf("| `%s` | %s%s | %s | ", d->id, severity_name(severity), marks, whom);
	put_cell(reads);
	(void)printf(" | ");
	put_cell(d->title);
	(void)printf(": ");
	put_cell(d->cause);
	(void)printf(" | ");
	for (size_t k = 0; k < DIAGNOSIS_MENDS && d->mends[k]; k++) {
		(void)printf("%s", k > 0 ? " · " : "");
		put_cell(d->mends[k]);
	}
	(void)printf("%s | ", d->needs_reboot ? " (needs a reboot)" : "");
	put_cell(d->proofs[0]);
	(void)printf(" |\n");
}

static const char *whom_of(struct arena *mem, unsigned flags)
{
	const char *whom = !(flags & CHECK_DEVICE) ? "the host" : flags & CHECK_GROUP ? "a group" : flags & CHECK_DISPLAY ? "a display" : "a device";

	return arena_printf(mem, "%s%s", whom, flags & CHECK_MEANT ? " that is meant" : "");
}

static void put_heading(enum layer layer, bool *has_heading)
{
	if (!*has_heading)
		(void)printf("\n## %s\n\n| id | severity | asked of | what is read | cause | what to do | mended when |\n"
			     "|---|---|---|---|---|---|---|\n",
		    layer_name(layer));
	*has_heading = true;
}

static bool is_check_of_files(const char *id)
{
	for (size_t i = 0; i < checks_size(); i++)
		if (str_eq(checks_at(i)->id, id))
			return true;
	return false;
}

static void checks_of_layer(struct arena *mem, enum layer layer)
{
	bool has_heading = false;

	for (size_t i = 0; i < checks_size(); i++) {
		const struct check *row = checks_at(i);
		const struct diagnosis *d = catalogue_find(row->id);

		if (d->layer != layer)
			continue;
		put_heading(layer, &has_heading);
		put_check(d, row->flags & CHECK_NOTE ? SEVERITY_INFO : d->severity, row->flags & CHECK_GUEST ? ", of the guest" : "", whom_of(mem, row->flags),
		    log_check_find(d->id) ? arena_printf(mem, "%s; the log", row->reads) : row->reads);
	}
	for (size_t i = 0; i < n_log_checks; i++) {
		const struct log_check *row = &log_checks[i];
		const struct diagnosis *d = catalogue_find(row->id);

		if (d->layer != layer || is_check_of_files(d->id))
			continue;
		put_heading(layer, &has_heading);
		put_check(d, d->severity, row->flags & LOG_GOOD ? ", a good sign" : d->severity == SEVERITY_BLOCKER && !(row->flags & LOG_LASTS) ? ", may be over" : "",
		    row->flags & LOG_DEVICE ? "a device" : "the host", "the log");
	}
}

static size_t n_checks(void)
{
	size_t n = checks_size();

	for (size_t i = 0; i < n_log_checks; i++)
		n += !is_check_of_files(log_checks[i].id);
	return n;
}

static void checks_page(struct arena *mem)
{
	(void)printf("# What passthru check asks\n\n"
		     "Generated from the table (`build/generate checks`); the tests compare. %zu checks. *A device that is meant* is one\n"
		     "that was named, that is claimed, or that VFIO has: a card that nobody asked for is the host's, and rightly so.\n"
		     "*Of the guest*: it depends on what the guest is given, or on what else is done, and does not decide whether the host\n"
		     "is ready. A blocker that cannot be read makes that unknown, never yes.\n"
		     "\n"
		     "*The log* is that of the running boot: the system's journal, else /dev/kmsg; of a recorded host its dev/kmsg, of a\n"
		     "paste what dmesg printed. A line of it is a finding where it is there, and nothing where it is not. It says what\n"
		     "was: where a file says what is, the file wins. What was found as the kernel booted lasts, and decides where it\n"
		     "blocks; what happened once is said, and decides nothing (*may be over*). *A good sign* is ok, or harmless. With a\n"
		     "device named, lines of others are left out.\n",
	    n_checks());
	for (int l = 0; l < LAYERS; l++)
		checks_of_layer(mem, (enum layer)l);
}

int main(int argc, char **argv)
{
	cleanup_arena struct arena mem = {0};
	const char *what = argc > 1 ? argv[1] : "";

	if (str_eq(what, "man") && argc == 2)
		man_overview();
	for (size_t i = 0; str_eq(what, "man") && argc == 3 && i < n_commands; i++)
		if (str_eq(commands[i]->name, argv[2]))
			man_command(commands[i]);
	if (str_eq(what, "bash"))
		complete_bash(&mem);
	if (str_eq(what, "zsh"))
		complete_zsh(&mem);
	if (str_eq(what, "checks"))
		checks_page(&mem);
	if (str_eq(what, "fish"))
		complete_fish(&mem);
	return fflush(stdout) == 0 ? 0 : 1;
}
