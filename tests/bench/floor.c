/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The least a listing can do: of every PCI function one read of uevent and one readlink of iommu_group.
 * Argument: the sysfs directory of the functions. Prints nothing. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	DIR *dir = opendir(argc > 1 ? argv[1] : "/sys/bus/pci/devices");
	char path[512], text[4096];
	struct dirent *entry;
	long sum = 0;

	while (dir && (entry = readdir(dir))) {
		int fd;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/uevent", entry->d_name);
		fd = openat(dirfd(dir), path, O_RDONLY);
		if (fd >= 0) {
			sum += read(fd, text, sizeof(text));
			(void)close(fd);
		}
		(void)snprintf(path, sizeof(path), "%s/iommu_group", entry->d_name);
		sum += readlinkat(dirfd(dir), path, text, sizeof(text));
	}
	return sum > 0 ? 0 : 1;
}
