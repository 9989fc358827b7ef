/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to a real machine, or to a recorded one below some other directory. */
#pragma once

#include "sys/sys.h"

struct sys_real {
	struct sys sys; /* first, so that struct sys * leads back here */
	int root;	/* descriptor of the root directory, -1: not open */
};

/* root_path NULL or "/": this host. Any other directory: a recorded host, which is only read and whose
 * symbolic links never lead out of it (openat2 with RESOLVE_IN_ROOT). */
int sys_real_open(struct sys_real *s, const char *root_path, struct err *e);
void sys_real_close(struct sys_real *s);

/* Reads all of it, at most size - 1 bytes (-EFBIG), and puts a NUL behind; the number of bytes. For sys/ only. */
int sys_read_fd(int fd, char *buf, size_t size);

/* Writes all of text and waits until it is on the disk. For sys/ only. */
int sys_write_fd(int fd, const char *text);

/* Opens below the root with the rules above; a descriptor or a negative errno. For sys/ only. */
int sys_real_openat(const struct sys_real *s, const char *path, int flags);

/* The operations that have a file of their own: sys/writer.c, sys/state.c, sys/file.c, sys/command.c, sys/tool.c, sys/modules.c,
 * sys/units.c, sys/disk.c, sys/routes.c, sys/users.c, sys/access.c, sys/log.c. */
int sys_writer_poke(struct sys *s, const char *busy, const char *path, const char *value, unsigned limit_ms);
int sys_writer_is_busy(struct sys *s, const char *busy);
/* The busy lock as a descriptor that closes on exec; -EBUSY. */
int sys_writer_lock(struct sys *s, const char *busy);
int sys_state_put(struct sys *s, const char *path, const char *text);
int sys_state_rename(struct sys *s, const char *from, const char *to);
int sys_state_remove(struct sys *s, const char *path);
int sys_state_make_dir(struct sys *s, const char *path);
int sys_state_lock(struct sys *s, const char *path, const char *text, char *holder, size_t holder_size);
int sys_state_is_locked(struct sys *s, const char *path, char *holder, size_t holder_size);
void sys_state_unlock(struct sys *s, int handle);
int sys_file_get(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret);
int sys_file_put(struct sys *s, const char *path, const char *text, unsigned mode);
int sys_file_edit(struct sys *s, const char *path, const char *text);
int sys_file_remove(struct sys *s, const char *path);
int sys_file_tidy(struct sys *s, const char *path);
int sys_command_find(struct sys *s, const char *name, char *buf, size_t size);
int sys_command_run(struct sys *s, const char *path, char **argv, const struct sys_credentials *as, int *ret_status);
/* In a child: closes all descriptors from `first` on. 0 or a negative errno. */
int sys_close_from(int first);
int sys_command_signal(struct sys *s, int pid, uint64_t start, int signal);
int sys_set_interface(struct sys *s, const char *name, bool up);
int sys_command_linger(struct sys *s, const int *pids, size_t n, unsigned ms);
int sys_tool_find(struct sys *s, const char *name, char *buf, size_t size);
int sys_tool_run(struct sys *s, char *const *argv, unsigned limit_ms, char *output, size_t size, int *ret_status);
int sys_modules_chain(struct sys *s, const char *name, sys_each_module *each, void *data);
int sys_modules_for(struct sys *s, const char *modalias, char *buf, size_t size);
int sys_modules_load(struct sys *s, const char *name);
int sys_modules_unload(struct sys *s, const char *name);
int sys_units_active(struct sys *s, const struct sys_unit *u);
int sys_units_set(struct sys *s, const struct sys_unit *u, bool active, unsigned limit_ms);
int sys_units_system_state(struct sys *s, char *buf, size_t size);
int sys_units_run_transient(struct sys *s, const struct sys_transient *t, unsigned limit_ms);
int sys_units_transient_ended(struct sys *s, const char *name, int *ret_status);
int sys_disk_is_claimed(struct sys *s, const char *node);
int sys_disk_signature(struct sys *s, const char *node, char *buf, size_t size);
int sys_users_find(struct sys *s, struct arena *mem, const char *text, struct sys_user *ret);
int sys_access_get(struct sys *s, const char *node, struct access *ret, struct sys_device *ret_device);
int sys_access_set(struct sys *s, const char *node, const struct access *want);
int sys_log(struct sys *s, const struct log_field *fields, size_t n);
int sys_each_logged(struct sys *s, sys_each_entry *each, void *data);
int sys_each_kmsg(struct sys *s, sys_each_entry *each, void *data); /* the kernel's part of it, without journald */
int sys_become_nobody(struct sys *s);
int sys_routes_each(struct sys *s, sys_each_route *each, void *data);
