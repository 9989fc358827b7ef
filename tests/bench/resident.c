/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command and prints the most memory it had resident, in MiB. Small and static itself: what execs counts. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage usage;
	pid_t child = argc > 1 ? fork() : -1;

	if (child == 0) {
		(void)dup2(open("/dev/null", O_WRONLY), 1);
		(void)execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || wait4(child, NULL, 0, &usage) < 0)
		return 1;
	printf("%.1f\n", (double)usage.ru_maxrss / 1024);
	return 0;
}
