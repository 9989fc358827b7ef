/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/block_graph.h"
#include "sys/read_mounts.h"
#include "sys/read_uses.h"
#include "text/mountinfo.h"

/* Of one device so many mounts are named that are no system's: a host of containers mounts one a thousand times. */
enum { MOST_ROWS = 8 };

struct storage {
	struct use_reading *r;
	struct block_graph g;
	struct mounts mounts;
	const char **pools; /* ZFS, imported */
	size_t n_pools;
	unsigned *n_rows; /* USE_MOUNT a device */
};

/* ---- rows ---- */

/* A btrfs is on all of its devices, whichever one its mount names. */
static void add_on(struct storage *st, enum use_kind kind, const char *what, int device, const char *evidence)
{
	int group = st->g.devices[device].btrfs;

	block_add_use(&st->g, kind, what, device, evidence);
	for (size_t i = 0; group >= 0 && i < st->g.n; i++)
		if (st->g.devices[i].btrfs == group && (int)i != device)
			block_add_use(&st->g, kind, what, (int)i, evidence);
}

/* udev writes "_" for a blank of a pool's name. */
static bool is_label_of_pool(const char *label, const char *pool)
{
	for (; *label && *pool; label++, pool++)
		if (*label != *pool && !(*label == '_' && *pool == ' '))
			return false;
	return *label == *pool;
}

static bool is_member(struct storage *st, int device, const char *pool)
{
	const struct block_content *c = block_content(&st->g, device);

	return c->type && c->label && str_eq(c->type, "zfs_member") && is_label_of_pool(c->label, pool);
}

static void add_on_pool(struct storage *st, enum use_kind kind, const char *what, const char *pool, const char *evidence)
{
	bool found = false;

	for (size_t i = 0; i < st->g.n; i++) {
		if (!is_member(st, (int)i, pool))
			continue;
		found = true;
		/* The root's pool is known by its mount already. */
		if (kind != USE_DISK_CLAIM || !st->g.devices[i].is_used)
			block_add_use(&st->g, kind, what, (int)i, evidence);
	}
	if (!found)
		uses_blind(st->r, AREA_STORAGE,
		    arena_printf(st->r->mem, "the disks of the ZFS pool %s cannot be told", pool), evidence);
}

/* ---- what mounts and swap need to be followed down ---- */

struct btrfs_reading {
	struct storage *st;
	int group;
};

static int take_btrfs_device(void *data, const char *name)
{
	struct btrfs_reading *b = data;
	int device = block_by_name(&b->st->g, name);

	if (device >= 0)
		b->st->g.devices[device].btrfs = b->group;
	return 0;
}

/* fs/btrfs/sysfs.c: a folder for each mounted file system, "features" beside them. */
static int take_btrfs(void *data, const char *name)
{
	struct btrfs_reading *b = data;
	struct sys *s = b->st->r->s;
	char path[SYS_PATH];

	(void)s->ops->list(s, sys_path(path, "sys/fs/btrfs/%s/devices", name), take_btrfs_device, b);
	b->group++;
	return 0;
}

static int ignore_name(void *data, const char *name)
{
	(void)data;
	(void)name;
	return 1;
}

static void add_pool(struct storage *st, const char *name)
{
	for (size_t i = 0; i < st->n_pools; i++)
		if (str_eq(st->pools[i], name))
			return;
	*ARENA_PUSH(st->r->mem, st->pools, st->n_pools) = arena_strdup(st->r->mem, name);
}

/* OpenZFS, module/zfs/spa_stats.c: an imported pool has a folder here, between the module's own files. */
static int take_pool(void *data, const char *name)
{
	struct storage *st = data;
	char path[SYS_PATH];

	if (st->r->s->ops->list(st->r->s, sys_path(path, "proc/spl/kstat/zfs/%s", name), ignore_name, NULL) >= 0)
		add_pool(st, name);
	return 0;
}

/* A ZFS volume lies on all members of its pool. */
static void connect_zvol(struct storage *st, int device)
{
	const char *pool = block_content(&st->g, device)->zvol_pool;

	for (size_t i = 0; pool && i < st->g.n; i++)
		if (is_member(st, (int)i, pool))
			block_connect(&st->g, device, (int)i);
}

/* A loop device: its file's file system, or the device it repeats. */
static void connect_loop(struct storage *st, int device)
{
	const char *file;
	const struct mount *m;
	char path[SYS_PATH];
	int under;

	(void)sys_path(path, "sys/class/block/%s/loop/backing_file", st->g.devices[device].name);
	file = sys_text(st->r->s, st->r->mem, path, NULL);
	if (!file)
		return;
	under = block_by_node(&st->g, file);
	if (under < 0) {
		m = mounts_of_path(&st->mounts, file);
		under = m ? m->device : -1;
		st->g.devices[device].is_on_file = under >= 0;
	}
	if (under >= 0)
		block_connect(&st->g, device, under);
}

/* drivers/block/zram: what does not compress goes to a disk, if it has one. */
static void connect_zram(struct storage *st, int device)
{
	const char *node;
	char path[SYS_PATH];
	int under = -1;

	(void)sys_path(path, "sys/class/block/%s/backing_dev", st->g.devices[device].name);
	node = sys_text(st->r->s, st->r->mem, path, NULL);
	if (node)
		under = block_by_node(&st->g, node);
	if (under >= 0)
		block_connect(&st->g, device, under);
}

static void connect_rest(struct storage *st)
{
	struct btrfs_reading b = {st, 0};

	(void)st->r->s->ops->list(st->r->s, "sys/fs/btrfs", take_btrfs, &b);
	(void)st->r->s->ops->list(st->r->s, "proc/spl/kstat/zfs", take_pool, st);
	for (size_t i = 0; i < st->g.n; i++) {
		const struct block_device *d = &st->g.devices[i];

		if (d->disk >= 0 || d->n_functions)
			continue;
		if (str_starts(d->name, "loop"))
			connect_loop(st, (int)i);
		else if (str_starts(d->name, "zram"))
			connect_zram(st, (int)i);
		else if (str_starts(d->name, "zd"))
			connect_zvol(st, (int)i);
	}
}

/* ---- mounts ---- */

static bool is_system_point(const char *point)
{
	static const struct {
		const char *point;
		bool with_below;
	} system[] = {{"/", false}, {"/boot", true}, {"/efi", false}, {"/usr", false}, {"/var", false}, {"/etc", false},
	    {"/nix", true}};

	for (size_t i = 0; i < ARRAY_LEN(system); i++) {
		size_t length = strlen(system[i].point);

		if (str_eq(point, system[i].point) ||
		    (system[i].with_below && str_starts(point, system[i].point) && point[length] == '/'))
			return true;
	}
	return false;
}

static void add_system_mount(struct storage *st, const struct mount *m)
{
	if (m->device >= 0)
		add_on(st, USE_SYSTEM_DISK, m->point, m->device, m->evidence);
	else if (m->pool)
		add_on_pool(st, USE_SYSTEM_DISK, arena_printf(st->r->mem, "%s (ZFS pool %s)", m->point, m->pool), m->pool,
		    m->evidence);
	else if (m->is_unfound)
		uses_blind(st->r, AREA_STORAGE,
		    arena_printf(st->r->mem, "the disk that %s is mounted from cannot be told", m->point), m->evidence);
}

static void add_mount(struct storage *st, const struct mount *m)
{
	size_t before = st->r->n_uses;

	if (m->pool)
		add_pool(st, m->pool);
	/* A loop device's file lies on a mount that has its own row; a ZFS pool has one as a whole. */
	if (m->device < 0 || st->g.devices[m->device].is_on_file || st->n_rows[m->device] >= MOST_ROWS)
		return;
	add_on(st, USE_MOUNT, m->point, m->device, m->evidence);
	st->n_rows[m->device] += st->r->n_uses > before;
}

static void add_mounts(struct storage *st)
{
	for (size_t i = 0; i < st->mounts.n; i++)
		if (is_system_point(st->mounts.list[i].point))
			add_system_mount(st, &st->mounts.list[i]);
		else
			add_mount(st, &st->mounts.list[i]);
}

/* ---- swap and hibernation ---- */

/* "/dev/dm-1 partition 8388604 0 -2", under a line of headings (mm/swapfile.c, swap_show). */
static int take_swap(void *data, const char *line)
{
	static const char evidence[] = "proc/swaps";
	struct storage *st = data;
	char *name = arena_strndup(st->r->mem, line, strcspn(line, " \t"));
	const struct mount *m;
	int device;

	if (*name != '/')
		return 0;
	mountinfo_unescape(name);
	device = block_by_node(&st->g, name);
	if (device >= 0) {
		add_on(st, USE_SYSTEM_DISK, "swap", device, evidence);
		return 0;
	}
	m = str_starts(name, "/dev/") ? NULL : mounts_of_path(&st->mounts, name);
	if (m && m->device >= 0)
		add_on(st, USE_SYSTEM_DISK, arena_printf(st->r->mem, "swap file %s", name), m->device, evidence);
	else if (!m || m->is_unfound)
		uses_blind(st->r, AREA_STORAGE, arena_printf(st->r->mem, "the disk of the swap %s cannot be told", name),
		    evidence);
	return 0;
}

static void add_swaps(struct storage *st)
{
	int r = sys_lines(st->r->s, "proc/swaps", take_swap, st);

	/* A kernel without swap has no such file. */
	if (r < 0 && !(r == -ENOENT && st->r->s->is_live))
		uses_blind(st->r, AREA_STORAGE, "it cannot be seen what is swapped to", "proc/swaps");
}

static void add_resume(struct storage *st, int device, const char *evidence)
{
	if (device >= 0)
		add_on(st, USE_SYSTEM_DISK, "hibernation", device, evidence);
}

static int device_by_number_text(struct storage *st, const char *text)
{
	const char *colon = strchr(text, ':');
	uint64_t major, minor;

	if (!colon || !str_number_n(text, (size_t)(colon - text), 10, UINT32_MAX, &major) ||
	    !str_number(colon + 1, 10, UINT32_MAX, &minor))
		return -1;
	return block_by_number(&st->g, (unsigned)major, (unsigned)minor);
}

/* "/dev/…", "UUID=…" and its kin, "8:3". */
static int device_by_word(struct storage *st, const char *word)
{
	static const char *const tags[][2] = {
	    {"UUID=", "uuid"}, {"LABEL=", "label"}, {"PARTUUID=", "partuuid"}, {"PARTLABEL=", "partlabel"}};
	char node[SYS_PATH];

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		const char *value = word + strlen(tags[i][0]);

		if (str_starts(word, tags[i][0]) && !strchr(value, '/'))
			return block_by_node(&st->g, sys_path(node, "/dev/disk/by-%s/%s", tags[i][1], value));
	}
	return *word == '/' ? block_by_node(&st->g, word) : device_by_number_text(st, word);
}

/* kernel/power/hibernate.c: "0:0" is none. The word of the command line names it before it was first used; a word
 * that leads nowhere names no disk of this host. */
static void add_resume_devices(struct storage *st)
{
	static const char key[] = "resume=";
	const char *number = sys_text(st->r->s, st->r->mem, "sys/power/resume", NULL);
	char *rest = sys_text(st->r->s, st->r->mem, "proc/cmdline", NULL);

	if (number)
		add_resume(st, device_by_number_text(st, number), "sys/power/resume");
	for (char *word; (word = strsep(&rest, " \""));)
		if (str_starts(word, key))
			add_resume(st, device_by_word(st, word + strlen(key)), "proc/cmdline");
}

/* ---- claims ---- */

static void add_stacked(struct storage *st, int device)
{
	const struct block_device *d = &st->g.devices[device];
	const char *what = d->dm_name ? arena_printf(st->r->mem, "%s (%s)", d->name, d->dm_name) : d->name;
	const char *evidence = arena_printf(st->r->mem, "sys/class/block/%s/slaves", d->name);

	for (size_t i = 0; i < d->n_below; i++)
		block_add_use(&st->g, USE_DISK_CLAIM, what, d->below[i], evidence);
}

/* What the kernel itself shows to be held: pools, devices made of others, and what is mounted out of our sight. */
static void add_known_claims(struct storage *st)
{
	struct block_device *devices = st->g.devices;
	char path[SYS_PATH];

	for (size_t i = 0; i < st->n_pools; i++)
		add_on_pool(st, USE_DISK_CLAIM, arena_printf(st->r->mem, "ZFS pool %s", st->pools[i]), st->pools[i],
		    sys_path(path, "proc/spl/kstat/zfs/%s", st->pools[i]));
	for (size_t i = 0; i < st->g.n; i++) {
		if (!devices[i].is_used && devices[i].btrfs >= 0)
			add_on(st, USE_DISK_CLAIM, "btrfs", (int)i, "sys/fs/btrfs");
		if (!devices[i].is_used && devices[i].is_stacked && !devices[i].has_above)
			add_stacked(st, (int)i);
	}
	/* A holder that is no block device of ours, or a ring of them. */
	for (size_t i = 0; i < st->g.n; i++)
		if (!devices[i].is_used && devices[i].has_above)
			block_add_use(&st->g, USE_DISK_CLAIM, "another device", (int)i,
			    sys_path(path, "sys/class/block/%s/holders", devices[i].name));
}

void read_storage_uses(struct use_reading *r)
{
	struct storage st = {.r = r};
	int code = block_graph_read(r, &st.g);

	/* A kernel without block devices has no such folder; a recorded host may just lack it. */
	if (code < 0 && !(code == -ENOENT && r->s->is_live))
		uses_blind(r, AREA_STORAGE, "its block devices cannot be seen", "sys/class/block");
	if (code < 0 || !st.g.has_disks)
		return;
	st.n_rows = arena_alloc(r->mem, st.g.n * sizeof(*st.n_rows));
	mounts_read(&st.g, &st.mounts);
	connect_rest(&st);
	add_mounts(&st);
	add_swaps(&st);
	add_resume_devices(&st);
	add_known_claims(&st);
	read_idle_disks(&st.g);
}
