/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a display manager is to a card: it has the node open and is DRM master.
 *
 *	hold_display CARD [stubborn]	takes it and keeps it; stubborn: SIGTERM does not end it
 *	hold_display CARD try		0: it could be had, 3: somebody has it
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* <drm/drm.h>, which comes with libdrm. */
#define DRM_IOCTL_SET_MASTER _IO('d', 0x1e)

int main(int argc, char *argv[])
{
	const char *how = argc > 2 ? argv[2] : "";
	int fd;

	if (argc < 2)
		return 2;
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	if (ioctl(fd, DRM_IOCTL_SET_MASTER, 0) < 0) {
		if (errno == EBUSY && strcmp(how, "try") == 0)
			return 3;
		perror("DRM_IOCTL_SET_MASTER");
		return 1;
	}
	if (strcmp(how, "try") == 0)
		return 0;
	if (strcmp(how, "stubborn") == 0)
		(void)signal(SIGTERM, SIG_IGN);
	for (;;)
		(void)pause();
}
