/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The least a hand-over can do: the bare writes, in the order passthru makes them, with no check, no journal
 * and no way back. bare_writes COUNT ADDRESS DRIVER [ADDRESS DRIVER]…: to vfio-pci and back, COUNT times;
 * prints the milliseconds of each round. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0) {
		perror(path);
		exit(1);
	}
	(void)close(fd);
}

static void move(const char *addr, const char *from, const char *to, const char *override)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", addr);
	put(path, to);
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/unbind", from);
	put(path, addr);
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/bind", to);
	put(path, addr);
	if (!override[0])
		return;
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", addr);
	put(path, override);
}

int main(int argc, char **argv)
{
	int rounds = argc > 3 ? atoi(argv[1]) : 0;

	for (int i = 0; i < rounds; i++) {
		struct timespec start, end;

		(void)clock_gettime(CLOCK_MONOTONIC, &start);
		for (int k = argc - 2; k >= 2; k -= 2)
			move(argv[k], argv[k + 1], "vfio-pci", "");
		for (int k = 2; k + 1 < argc; k += 2)
			move(argv[k], "vfio-pci", argv[k + 1], "\n");
		(void)clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%.1f\n", (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6);
	}
	return 0;
}
