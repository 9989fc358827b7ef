/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include "config.h"

void help_overview(FILE *out)
{
	(void)fprintf(out,
	    "usage: passthru [--root DIR] COMMAND …\n\n"
	    "Hands PCI devices, GPUs first, to virtual machines and back.\n\n");
	for (size_t i = 0; i < n_commands; i++)
		(void)fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	(void)fprintf(out, "\nexit codes:\n");
	for (size_t i = 0; i < n_exit_rows; i++)
		(void)fprintf(out, "  %-10d %s\n", exit_rows[i].code, exit_rows[i].meaning);
	(void)fprintf(out, "\npassthru COMMAND --help says more; version %s\n", PASSTHRU_VERSION);
}

static void help_option(FILE *out, const struct option_row *row)
{
	char left[64];

	(void)snprintf(left, sizeof(left), "%s%c%s--%s%s%s", row->letter ? "-" : "", row->letter ? row->letter : ' ',
	    row->letter ? ", " : "   ", row->name, row->value ? "=" : "", row->value ? row->value : "");
	(void)fprintf(out, "  %-24s %s\n", left, row->help);
}

void help_command(FILE *out, const struct cmd *cmd)
{
	(void)fprintf(out, "usage: passthru %s [OPTION…]%s%s\n\n%s.\n\n%s\n\noptions:\n", cmd->name, cmd->args[0] ? " " : "",
	    cmd->args, cmd->summary, cmd->description);
	for (int i = 0; i < OPTIONS; i++)
		if (cmd->options & HAS(i))
			help_option(out, &option_rows[i]);
	(void)fprintf(out, "\nexamples:\n");
	for (size_t i = 0; cmd->examples[i]; i += 2)
		(void)fprintf(out, "  %s\n      %s\n", cmd->examples[i], cmd->examples[i + 1]);
}
