/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "config.h"

/* What a getopt_long row answers for options without a letter. */
enum { LONG_ONLY = 256 };

enum { MOST_SECONDS = 3600 }; /* of --timeout */

static void make_getopt(const struct cmd *cmd, struct option *longs, char *shorts)
{
	size_t n = 0, k = 0;

	shorts[k++] = '+'; /* stop at the first argument that is none, so that -- keeps its place */
	shorts[k++] = ':';
	for (int i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(cmd->options & HAS(i)))
			continue;
		longs[n++] = (struct option){.name = row->name,
		    .has_arg = row->value ? required_argument : no_argument,
		    .val = row->letter ? row->letter : LONG_ONLY + i};
		if (row->letter)
			shorts[k++] = row->letter;
		if (row->letter && row->value)
			shorts[k++] = ':';
	}
	longs[n] = (struct option){0};
	shorts[k] = '\0';
}

static void take_option(struct cli *c, int option, const char *value)
{
	void *at = (char *)c + option_rows[option].at;

	assert(option < OPTIONS);
	c->given |= HAS(option);
	if (option == OPT_ALLOW)
		*ARENA_PUSH(c->mem, c->allow, c->n_allow) = value;
	else if (option == OPT_DUMP)
		*ARENA_PUSH(c->mem, c->dumps, c->n_dumps) = value;
	else if (option_rows[option].value)
		*(const char **)at = value;
	else
		*(bool *)at = true;
}

static int option_of(const struct cmd *cmd, int answer)
{
	if (answer >= LONG_ONLY)
		return answer - LONG_ONLY;
	for (int i = 0; i < OPTIONS; i++)
		if (cmd->options & HAS(i) && option_rows[i].letter == answer)
			return i;
	return OPTIONS;
}

static int usage_error(const struct cmd *cmd, const char *what, const char *detail)
{
	(void)fprintf(stderr, "passthru %s: %s%s%s\n", cmd->name, what, detail ? " " : "", detail ? detail : "");
	(void)fprintf(stderr, "passthru %s --help shows how it is used\n", cmd->name);
	return EXIT_USAGE;
}

static int unknown_option(struct cli *c, const struct cmd *cmd, const char *word)
{
	/* One letter of several behind a dash, or a long option that takes no value. */
	if (optopt > 0 && optopt < LONG_ONLY)
		return usage_error(cmd, "there is no option", arena_printf(c->mem, "-%c", optopt));
	if (optopt >= LONG_ONLY)
		return usage_error(cmd, "no value may stand behind", arena_printf(c->mem, "--%s", option_rows[optopt - LONG_ONLY].name));
	return usage_error(cmd, "there is no option", word);
}

/* Options may stand before, between and behind the arguments; "--" ends them and starts the command. */
static int parse(const struct cmd *cmd, struct cli *c, int argc, char **argv)
{
	struct option longs[OPTIONS + 1];
	char shorts[2 * OPTIONS + 3];
	uint64_t seconds = 0;
	int value_at = 0;

	make_getopt(cmd, longs, shorts);
	c->args = arena_alloc(c->mem, ((size_t)argc + 1) * sizeof(*c->args));
	opterr = 0;
	for (optind = 1; optind < argc;) {
		int answer = getopt_long(argc, argv, shorts, longs, NULL);

		if (answer == '?')
			return unknown_option(c, cmd, argv[optind - 1]);
		if (answer == ':')
			return usage_error(cmd, "a value is missing behind", argv[optind - 1]);
		if (answer >= 0) {
			take_option(c, option_of(cmd, answer), optarg);
			value_at = optarg && optarg == argv[optind - 1] ? optind - 1 : 0;
			continue;
		}
		/* "--" may also be the value of the option before. */
		if (optind > 1 && optind - 1 != value_at && str_eq(argv[optind - 1], "--")) {
			c->command = argv + optind;
			break;
		}
		if (optind < argc)
			c->args[c->n_args++] = argv[optind++];
	}
	if (c->wants_help)
		return 0;
	if (c->command && !cmd->takes_command)
		return usage_error(cmd, "it takes no command behind", "--");
	if (cmd->takes_command && (!c->command || !c->command[0]))
		return usage_error(cmd, "a command is missing behind", "--");
	if (c->n_args < cmd->min_args)
		return usage_error(cmd, "an argument is missing:", cmd->args);
	if (c->n_args > cmd->max_args)
		return usage_error(cmd, "one argument too many:", c->args[cmd->max_args]);
	if (c->n_dumps > 0 && c->root)
		return usage_error(cmd, "a pasted host has no root: --dump does not go with", "--root");
	if (c->timeout && (!str_number(c->timeout, 10, MOST_SECONDS, &seconds) || seconds == 0))
		return usage_error(cmd, "--timeout takes 1 to 3600 seconds, not", c->timeout);
	c->write_limit_ms = (unsigned)seconds * 1000;
	return 0;
}

/* Descriptors 0 to 2 must be taken, or the next file opened would be somebody's output. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		(void)close(fd);
}

static const char *join_words(struct arena *mem, int argc, char **argv)
{
	const char *text = argc > 0 ? argv[0] : "";

	for (int i = 1; i < argc; i++)
		text = arena_printf(mem, "%s %s", text, argv[i]);
	/* It goes into journals, which are capped. */
	return strlen(text) > 1000 ? arena_printf(mem, "%.1000s…", text) : text;
}

/* getopt may reorder and the command may be cut off; this stays as it was typed. */
static char **copy_words(struct arena *mem, int argc, char **argv)
{
	char **words = arena_alloc(mem, ((size_t)argc + 1) * sizeof(*words));

	for (int i = 0; i < argc; i++)
		words[i] = argv[i];
	return words;
}

static const struct cmd *find_command(const char *name)
{
	for (size_t i = 0; i < n_commands; i++)
		if (str_eq(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int run_subcommand(const struct cmd *cmd, struct cli *c)
{
	const char *known = "";

	for (size_t i = 0; i < cmd->n_subcommands; i++) {
		const struct subcommand *sub = &cmd->subcommands[i];
		uint64_t odd = c->given & ~sub->options & ~HAS(OPT_HELP);

		known = arena_printf(c->mem, "%s%s%s", known, i > 0 ? ", " : "", sub->name);
		if (!str_eq(c->args[0], sub->name))
			continue;
		for (int option = 0; option < OPTIONS; option++)
			if (odd & HAS(option))
				return usage_error(cmd, arena_printf(c->mem, "%s takes no", sub->name),
				    arena_printf(c->mem, "--%s", option_rows[option].name));
		c->args++;
		c->n_args--;
		if (c->n_args < sub->min_args)
			return usage_error(cmd, "an argument is missing behind", sub->name);
		if (c->n_args > sub->max_args)
			return usage_error(cmd, "one argument too many:", c->args[sub->max_args]);
		return sub->run(c);
	}
	return usage_error(cmd, arena_printf(c->mem, "it has no %s, only", c->args[0]), known);
}

static int run_command(const struct cmd *cmd, struct arena *mem, int argc, char **argv)
{
	struct cli c = {.mem = mem, .wish = join_words(mem, argc, argv), .words = copy_words(mem, argc, argv)};
	int code = parse(cmd, &c, argc, argv);

	if (code == 0 && c.wants_help)
		help_command(stdout, cmd);
	else if (code == 0)
		code = cmd->run ? cmd->run(&c) : run_subcommand(cmd, &c);
	return code;
}

/* `passthru --root DIR list` is `passthru list --root DIR`: what stands before the command is moved
 * behind it. */
static char **move_globals(struct arena *mem, int argc, char **argv, int *ret_argc)
{
	char **moved = arena_alloc(mem, ((size_t)argc + 1) * sizeof(*moved));
	int first = 1, n = 0;

	while (first < argc && argv[first][0] == '-') {
		bool takes_value = str_eq(argv[first], "--root") || str_eq(argv[first], "--dump");

		first += takes_value ? 2 : 1;
	}
	if (first >= argc)
		return NULL;
	moved[n++] = argv[first];
	for (int i = 1; i < first; i++)
		moved[n++] = argv[i];
	for (int i = first + 1; i < argc; i++)
		moved[n++] = argv[i];
	*ret_argc = n;
	return moved;
}

static int finish_output(int code, bool is_change)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		(void)fprintf(stderr, "passthru: cannot write the answer: %s\n", strerror(errno));
		return code == 0 && !is_change ? EXIT_FAILED : code;
	}
	return code;
}

int main(int argc, char **argv)
{
	cleanup_arena struct arena mem = {0};
	const struct cmd *cmd;
	char **moved;
	int n = 0;

	open_standard_files();
	for (int i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (str_eq(argv[i], "--version")) {
			(void)printf("passthru %s\n", PASSTHRU_VERSION);
			return finish_output(EXIT_OK, false);
		}
		if (str_eq(argv[i], "--help") || str_eq(argv[i], "-h")) {
			help_overview(stdout);
			return finish_output(EXIT_OK, false);
		}
	}
	moved = move_globals(&mem, argc, argv, &n);
	if (!moved) {
		help_overview(stderr);
		return EXIT_USAGE;
	}
	if (str_eq(moved[0], "help")) {
		cmd = n > 1 ? find_command(moved[1]) : NULL;
		if (cmd)
			help_command(stdout, cmd);
		else
			help_overview(n > 1 ? stderr : stdout);
		if (n > 1 && !cmd)
			(void)fprintf(stderr, "passthru: there is no command %s\n", moved[1]);
		return finish_output(n > 1 && !cmd ? EXIT_USAGE : EXIT_OK, false);
	}
	cmd = find_command(moved[0]);
	if (!cmd) {
		(void)fprintf(stderr, "passthru: there is no command %s\npassthru --help lists the commands\n", moved[0]);
		return EXIT_USAGE;
	}
	return finish_output(run_command(cmd, &mem, n, moved), cmd->is_change);
}
