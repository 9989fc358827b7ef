/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between sim_kernel.c and sim_ops.c. */
#pragma once

#include "sim_kernel.h"

extern const struct sys_ops sim_ops;

/* sim_boot.c */
int sim_run_tool(struct sim *sim, char *const *argv, char *output, size_t size, int *ret_status);

bool sim_group_is_open(struct sim *sim, int group);
int sim_group_viable(struct sim *sim, int group);
/* The pool that a path lies in, NULL: none; a write to its nr_hugepages. */
struct sim_pool *sim_find_pool(struct sim *sim, const char *path);
int sim_store_pages(struct sim *sim, struct sim_pool *p, const char *value);
/* The write begins and does not come back: -ETIME. */
int sim_poke_and_hang(struct sim *sim, const char *function, const char *path, const char *value);

/* ---- between sim_kernel.c, sim_users.c and sim_display.c ---- */

void sim_add_process(struct sim *sim, int pid, const char *command);
/* How often is a node open; NULL: any of VFIO. */
int sim_count_opens(struct sim *sim, const char *node);
int sim_count_module_opens(struct sim *sim, const char *module);
bool sim_function_is_open(struct sim *sim, const char *function);
void sim_close_nodes_of(struct sim *sim, const char *function);
/* Bound to the driver, and the module, if any, is loaded? */
bool sim_shows(struct sim *sim, const char *function, const char *driver, const char *module);
void sim_show_modules(struct sim *sim);
void sim_show_nodes(struct sim *sim);
void sim_show_display(struct sim *sim);
/* A driver comes to a function: the firmware's picture on it ends. */
void sim_evict_framebuffers(struct sim *sim, const struct sim_function *f, const struct sim_driver *d);
bool sim_console_keeps(struct sim *sim, const char *module);
/* Writes that wait for what uses a function end where nothing does any more. */
void sim_let_go_of_unused(struct sim *sim);
/* What was due by now happens. */
void sim_pass_time(struct sim *sim);

int sim_signal(struct sim *sim, int pid, uint64_t start, int signal);
int sim_set_interface(struct sim *sim, const char *name, bool up);
int sim_poke_display(struct sim *sim, const char *path, const char *value);
