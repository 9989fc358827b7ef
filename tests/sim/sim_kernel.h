/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel in memory behind struct sys_ops: PCI functions that bind and unbind as in the kernel facts
 * KF-01 to KF-05, KF-10 and KF-GROUP, IOMMU groups with DMA ownership, modules, processes that hold
 * /dev/vfio nodes, our own state files, and locks that die with the process. Every call can be made to
 * fail, to be the last one before the process dies, or to find the world changed.
 */
#pragma once

#include "sim_tree.h"
#include "sys/sys.h"

enum sim_trip {
	SIM_NEVER,
	SIM_FAIL,	/* the call answers trip_code and does nothing */
	SIM_FAIL_AFTER, /* a call that writes does so, and answers trip_code all the same */
	SIM_DIE,	/* this call and all later ones answer -ESHUTDOWN and do nothing, until sim_revive */
	SIM_DIE_AFTER,	/* the call is carried out, then we are dead */
	SIM_STUCK,	/* a poke answers -ETIME and goes on in the kernel until sim_let_go */
	SIM_DIE_STUCK,	/* a poke goes on in the kernel, and we are dead */
	SIM_HOOK,	/* hook() changes the world, then the call is carried out */
};

struct sim_driver {
	char name[32], module[32];
	bool is_vfio, leaves_dma;
	char ids[8][10]; /* "1234:1111" */
	size_t n_ids;
	int probe_code; /* what its probe answers, 0: success */
};

struct sim_function {
	char name[PCI_ADDR_TEXT];
	uint32_t class_code;
	char ids[10];
	int group; /* -1: none */
	char folder[TREE_PATH];
	struct sim_driver *driver;
	char driver_override[64]; /* "": none */
	char reset_method[64];	  /* in the order of use */
	bool nvidia_minor;	  /* its node with that driver is nvidia1, not nvidia0 */
	bool is_stuck;		  /* a write to it has not come back; this one: */
	bool waits_for_holders;	  /* it ends when nobody uses the function any more */
	char stuck_path[TREE_PATH], stuck_value[64];
};

struct sim_module {
	char name[32];
	char needs[64]; /* names, what must be loaded first comes first */
	char registers[32]; /* PCI driver, "": none */
	bool is_loaded, is_builtin;
};

/* A unit of systemd. Stopping may take its time, and goes on when who asked for it is told that it took too long. */
struct sim_unit {
	char target[64]; /* as in model/unit.h */
	bool is_active;
	bool is_gone;	/* of a user who is not logged in */
	int refuses;	/* what a start or stop answers, 0: nothing */
	unsigned stop_ms;
	int64_t down_at_ms; /* on its way down until then */
	bool starts_programs; /* once it is down */
	char wakes[64];	      /* of a socket: the unit that is started as long as it is active, "": none */
};

/* A node below /dev that is there while the function is bound to the driver, and the module is loaded. */
struct sim_node {
	char function[PCI_ADDR_TEXT], driver[32];
	char module[32]; /* "": none but the driver's */
	char name[32];	 /* "dri/card0" */
	char number[12]; /* "226:0", "": not in the kernel's list */
};

/* A network interface; it comes with the driver, and goes with it. */
struct sim_interface {
	char function[PCI_ADDR_TEXT], driver[32], name[16];
	bool is_up, is_there;
	bool comes_up; /* something sets it up whenever it comes */
};

/* A program that opens a node when it starts. */
struct sim_program {
	char command[16], node[32]; /* "/dev/dri/card0" */
	char unit[64];		    /* starts and ends with this one, "": with none */
	char cgroup[96];	    /* "/system.slice/gdm.service" */
	int pid;		    /* 0: does not run */
	uint64_t start;
	unsigned ends_ms;	    /* it takes so long after its unit has stopped, and after SIGTERM */
	int64_t ends_at_ms;	    /* 0: nobody asked it to */
	bool is_stubborn;	    /* SIGTERM does not end it */
	bool is_unkillable;	    /* SIGKILL neither: it waits in the kernel */
	bool restarts;		    /* something starts it again whenever it ends */
};

struct sim_framebuffer {
	char function[PCI_ADDR_TEXT], driver[32];
	char module[32];	/* that must be loaded for it, "": none but the driver's */
	char platform[32];	/* "efi-framebuffer.0": the firmware's, which needs no driver; "": not so */
	char folder[TREE_PATH]; /* of the platform device */
	bool has_platform, is_platform_bound;
	bool is_shown;
};

struct sim_lock {
	char path[64], text[128];
	bool is_taken;
	bool is_of_others; /* survives our death */
};

/* Huge pages of one size on one node. */
struct sim_pool {
	char folder[96];
	long persistent, surplus, used;
	long most; /* memory lasts for so many */
	bool is_stuck;
	char stuck_value[32];
};

/* update-grub, which makes boot/grub/grub.cfg of etc/default/grub and its drop-ins. */
enum sim_maker {
	MAKER_WORKS,
	MAKER_FAILS,	   /* exit status 1, and nothing written */
	MAKER_LIES,	   /* exit status 0, and nothing written */
	MAKER_FORGETS_ONE, /* one entry is without the words */
};

enum { SIM_MANY = 32, SIM_FEW = 8, SIM_PID = 1000, SIM_GUEST_PID = 4242, SIM_PROGRAM_PID = 5000 };

struct sim {
	struct sys sys; /* first, so that struct sys * leads back here */
	struct tree tree;
	struct sim_function functions[SIM_MANY];
	struct sim_driver drivers[SIM_MANY];
	struct sim_module modules[SIM_MANY];
	struct sim_unit units[SIM_MANY];
	struct sim_lock locks[SIM_MANY];
	size_t n_functions, n_drivers, n_modules, n_units;
	struct sim_pool pools[4];
	size_t n_pools;
	struct sim_node nodes[SIM_FEW];
	struct sim_interface interfaces[SIM_FEW];
	struct sim_program programs[SIM_FEW];
	struct sim_framebuffer framebuffers[SIM_FEW];
	size_t n_nodes, n_interfaces, n_programs, n_framebuffers;
	int n_started;	       /* programs, ever */
	bool is_console_bound; /* vtcon1, to a framebuffer */
	char stuck_busy[64];   /* a write for no function that has not come back, "": none; and this one: */
	char stuck_path[TREE_PATH], stuck_value[64];
	unsigned kernel_major, kernel_minor;
	int64_t time_ms;

	enum sim_trip trip;
	int trip_at;   /* number of the call, from 1 */
	int trip_code; /* for SIM_FAIL and SIM_FAIL_AFTER */
	void (*hook)(struct sim *sim);
	int n_calls, n_writes; /* since sim_arm */
	bool is_tripped, tripped_on_write;
	char tripped_on[160]; /* "poke sys/bus/…", for messages */
	bool is_dead;

	int late_looks; /* so many looks for a node below /dev/vfio find none: devtmpfs is late */
	int n_hung;	/* reads of what the kernel shows under a function's lock, made while a write for it was stuck */
	char hung_on[160];

	char log[4096]; /* entries sent to journald, fields as "NAME=value" lines, a blank line behind each */

	enum sim_maker maker; /* what update-grub does; so many times, then it works again, 0: for good */
	int maker_times, maker_runs;
	bool says_integrated;	/* prime-select query, for intel, as later versions do */
	bool has_gone_to_setup; /* systemctl reboot --firmware-setup */
	int (*on_run)(struct sim *sim); /* what the command of `with` does; answers its exit status */
	unsigned ran_as; /* the user it was last run as */
	int udev_group;
	int udev_ms; /* until udev makes that group's node root's */
	int lingers; /* so many calls of linger until the guest closes what it holds */
};

/* A machine with no PCI function yet; vfio's modules exist and are not loaded. */
void sim_init(struct sim *sim);
void sim_done(struct sim *sim);
/* The same machine once more; to must be empty. */
void sim_copy(struct sim *to, const struct sim *from);
#define cleanup_sim __attribute__((cleanup(sim_done)))

/* driver: bound to it from the start, made and registered where it is new; NULL: none. parent: the bridge
 * above; NULL: it sits on the root bus. ids "vvvv:dddd"; group -1: none. */
struct sim_function *sim_add_function(struct sim *sim, const char *name, uint32_t class_code, const char *ids,
    int group, const char *driver, const char *parent);
/* A driver without functions, with its module loaded. */
struct sim_driver *sim_add_driver(struct sim *sim, const char *name);
void sim_add_module(struct sim *sim, const char *name, const char *needs, const char *registers);

/* "gdm.service" or "1000/pipewire.service". */
struct sim_unit *sim_add_unit(struct sim *sim, const char *target, bool is_active);

/* A node, an interface, a framebuffer of a function and the driver it is bound to now. number "": a node the kernel does
 * not list. platform NULL: the driver's framebuffer. Call sim_show when all is set. */
struct sim_node *sim_add_node(struct sim *sim, const char *function, const char *name, const char *number);
struct sim_interface *sim_add_interface(struct sim *sim, const char *function, const char *name);
struct sim_framebuffer *sim_add_framebuffer(struct sim *sim, const char *function, const char *platform);
void sim_show(struct sim *sim);
/* Runs at once. unit "": none starts and stops it. */
struct sim_program *sim_add_program(
    struct sim *sim, const char *command, const char *node, const char *unit, const char *cgroup);
bool sim_program_has_node(struct sim *sim, const struct sim_program *p);
void sim_start_program(struct sim *sim, struct sim_program *p);
void sim_end_program(struct sim *sim, struct sim_program *p);

struct sim_function *sim_find_function(struct sim *sim, const char *name);
struct sim_driver *sim_find_driver(struct sim *sim, const char *name);
struct sim_module *sim_find_module(struct sim *sim, const char *name);
struct sim_unit *sim_find_unit(struct sim *sim, const char *target);
bool sim_is_bound(struct sim *sim, const char *name, const char *driver); /* driver NULL: to none */
bool sim_is_loaded(struct sim *sim, const char *module);
bool sim_exists(struct sim *sim, const char *path);

/* What others do. poke: a write to sysfs by another process. */
int sim_poke(struct sim *sim, const char *path, const char *value);
void sim_unplug(struct sim *sim, const char *name);
int sim_load(struct sim *sim, const char *module);
int sim_unload(struct sim *sim, const char *module);
int sim_set_unit(struct sim *sim, const char *target, bool active, unsigned limit_ms);
void sim_open_node(struct sim *sim, int pid, const char *command, const char *node); /* "/dev/vfio/5" */
void sim_close_node(struct sim *sim, int pid);
void sim_lock_by_others(struct sim *sim, const char *path, const char *text);
void sim_unlock_by_others(struct sim *sim);

/* udev has come round to the node made last. */
void sim_end_udev(struct sim *sim);

/* The next calls are counted from 1; call number `at` trips. */
void sim_arm(struct sim *sim, enum sim_trip trip, int at);
void sim_disarm(struct sim *sim);
/* Our process ends: its locks drop, and a new one with another pid goes on. */
void sim_revive(struct sim *sim);
/* Writes that were stuck end. */
void sim_let_go(struct sim *sim);

/* Locks held by us. */
size_t sim_count_locks(const struct sim *sim);
/* Files in a folder. */
size_t sim_count_files(struct sim *sim, const char *folder);
/* All of /sys and /dev as text, the units, who has which node open, and the names of the records in force; free() it. */
char *sim_snapshot(struct sim *sim);

/* Ready-made machines. Clean: bridge 00:01.0; GPU 01:00.0 and its sound 01:00.1 in group 5; network
 * 02:00.0 in group 6; NVMe 03:00.0 in group 7. Strangers: all of GPU, sound and network in group 5, with
 * the bridge above them. */
void sim_host_clean(struct sim *sim);
void sim_host_strangers(struct sim *sim);
/* Clean, with huge pages on two nodes. */
void sim_host_memory(struct sim *sim);
/* Clean, with a desktop on the GPU and a service that plays through the sound. */
void sim_host_desktop(struct sim *sim);
/* Clean, with programs that no unit owns on both. */
void sim_host_shell(struct sim *sim);
/* Clean, with the GPU and 0000:04:00.0 (group 8) on nvidia, three modules on that, the console, a program that computes. */
void sim_host_nvidia(struct sim *sim);
/* Clean, with the console on the GPU. */
void sim_host_console(struct sim *sim);
/* Clean, with no driver for the GPU: the console is on the firmware's framebuffer. */
void sim_host_firmware(struct sim *sim);
void sim_host_old_firmware(struct sim *sim); /* of Linux 6.1 */
/* Clean, with an interface that is up. */
void sim_host_interface(struct sim *sim);
/* Clean, with a disk of the NVMe controller; and the same mounted at /data. */
void sim_host_disk(struct sim *sim);
void sim_mount_disk(struct sim *sim);

/* Clean, on Debian's GRUB. */
void sim_host_grub(struct sim *sim);
void sim_host_laptop(struct sim *sim); /* with prime-select, at NVIDIA's card */

/* size as in "2048kB". */
struct sim_pool *sim_add_pool(struct sim *sim, int node, const char *size, long persistent, long most);
void sim_use_pages(struct sim *sim, struct sim_pool *p, long used);
int sim_reserve_by_others(struct sim *sim, struct sim_pool *p, long more);
