/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network interface up or down (netdevice(7)). */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "sys/real.h"

int sys_set_interface(struct sys *s, const char *name, bool up)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {0};

	if (!s->is_live)
		return -EXDEV;
	if (fd < 0)
		return -errno;
	if (snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name) >= (int)sizeof(request.ifr_name))
		return -ENAMETOOLONG;
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return -errno;
	request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
	return ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}
