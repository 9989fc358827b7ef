/*
 * vfio-ask - ask the kernel itself what it allows with an IOMMU group, through /dev/vfio.
 *
 * What passthru claims about groups is compared with this. It knows nothing of sysfs and decides
 * nothing: every line is an answer of the kernel. Interface: linux/vfio.h, Documentation/
 * driver-api/vfio.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { YES = 0, BROKEN = 1, NO = 3 };

#define MAP_BYTES (1024 * 1024)
#define MAX_DEVICES 32

static const char *errno_name(int code)
{
	const char *name = strerrorname_np(code);

	return name ? name : "unknown";
}

/* Prints one line, "WHAT ok" or "WHAT ERRNO"; R is the result of a system call. */
static bool answer(int r, const char *what, const char *which)
{
	const char *word = r < 0 ? errno_name(errno) : "ok";

	printf("%s%s%s %s\n", what, *which ? " " : "", which, word);
	return r >= 0;
}

static int open_group(const char *number)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%s", number);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int viable(const char *number)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	int group = open_group(number);
	bool yes;

	if (group < 0 && errno == ENOENT) {
		puts("no-node");
		return NO;
	}
	if (group < 0 || ioctl(group, VFIO_GROUP_GET_STATUS, &status) < 0) {
		puts(errno_name(errno));
		return NO;
	}
	yes = status.flags & VFIO_GROUP_FLAGS_VIABLE;
	puts(yes ? "viable" : "not-viable");
	return yes ? YES : NO;
}

/* The full form the kernel knows functions by: a missing domain is 0000. */
static void full_address(const char *address, char *ret, size_t size)
{
	const char *colon = strchr(address, ':');
	bool has_domain = colon && strchr(colon + 1, ':');

	snprintf(ret, size, "%s%s", has_domain ? "" : "0000:", address);
}

/* Container, group, IOMMU: the steps every user of VFIO takes first. Closed by the end of us. */
static bool attach(const char *number, int *ret_container, int *ret_group)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	int group;

	if (!answer(container, "container", ""))
		return false;
	group = open_group(number);
	if (!answer(group, "group", number) ||
	    !answer(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), "set-container", "") ||
	    !answer(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU), "set-iommu", "type1"))
		return false;
	*ret_container = container;
	*ret_group = group;
	return true;
}

static bool open_devices(int group, int n, char *addresses[], int fds[])
{
	bool all = true;
	char name[64];

	for (int i = 0; i < n; i++) {
		full_address(addresses[i], name, sizeof(name));
		fds[i] = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
		all = answer(fds[i], "device", name) && all;
	}
	return all;
}

static bool map_memory(int container)
{
	void *memory =
	    mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vfio_iommu_type1_dma_map map = {
	    .argsz = sizeof(map),
	    .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
	    .vaddr = (unsigned long)memory,
	    .iova = MAP_BYTES,
	    .size = MAP_BYTES,
	};

	if (memory == MAP_FAILED) {
		perror("vfio-ask: mmap");
		exit(BROKEN);
	}
	return answer(ioctl(container, VFIO_IOMMU_MAP_DMA, &map), "map", "");
}

/* All functions of a slot at once, as QEMU does when the single reset is not to be had. */
static void hot_reset(int group, int device)
{
	struct vfio_pci_hot_reset *reset = calloc(1, sizeof(*reset) + sizeof(__s32));

	if (!reset)
		exit(BROKEN);
	reset->argsz = sizeof(*reset) + sizeof(__s32);
	reset->count = 1;
	reset->group_fds[0] = group;
	answer(ioctl(device, VFIO_DEVICE_PCI_HOT_RESET, reset), "hot-reset", "");
	free(reset);
}

/*
 * Whether a device can be reset says nothing about whether it can be used (a card of several
 * functions without FLR says EINVAL, and QEMU lives with it): shown, not judged.
 */
static void try_resets(int group, int n, char *addresses[], const int fds[])
{
	char name[64];

	for (int i = 0; i < n; i++) {
		full_address(addresses[i], name, sizeof(name));
		if (fds[i] >= 0)
			answer(ioctl(fds[i], VFIO_DEVICE_RESET), "reset", name);
	}
	if (fds[0] >= 0)
		hot_reset(group, fds[0]);
}

static int open_all(const char *number, int n, char *addresses[])
{
	int container, group, fds[MAX_DEVICES];
	bool all;

	if (!attach(number, &container, &group))
		return NO;
	all = open_devices(group, n, addresses, fds);
	all = map_memory(container) && all;
	try_resets(group, n, addresses, fds);
	return all ? YES : NO;
}

static int hold(const char *number, char *address, const char *seconds)
{
	int container, group, fd;
	char *end;
	unsigned long n = strtoul(seconds, &end, 10);

	if (*end || end == seconds) {
		fprintf(stderr, "vfio-ask: %s is not a number of seconds\n", seconds);
		return BROKEN;
	}
	if (!attach(number, &container, &group) || !open_devices(group, 1, &address, &fd))
		return NO;
	puts("held");
	while (n > 0)
		n = sleep((unsigned)n);
	return YES;
}

static int usage(void)
{
	fputs("usage: vfio-ask viable GROUP\n"
	      "       vfio-ask open GROUP ADDRESS...\n"
	      "       vfio-ask hold GROUP ADDRESS SECONDS\n"
	      "Exit status: 0 yes, 3 the kernel says no, 1 error.\n",
	    stderr);
	return BROKEN;
}

int main(int argc, char *argv[])
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 3 && strcmp(argv[1], "viable") == 0)
		return viable(argv[2]);
	if (argc >= 4 && argc - 3 <= MAX_DEVICES && strcmp(argv[1], "open") == 0)
		return open_all(argv[2], argc - 3, argv + 3);
	if (argc == 5 && strcmp(argv[1], "hold") == 0)
		return hold(argv[2], argv[3], argv[4]);
	return usage();
}
