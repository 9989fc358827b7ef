// SPDX-License-Identifier: GPL-2.0
/*
 * Uses passthru_edu, as nvidia_modeset uses nvidia: while it is loaded, that one is not unloaded. As that one it has a
 * node that belongs to no function, /dev/lab-edu-a: whoever has it open keeps this module loaded.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "passthru_edu.h"

unsigned int passthru_edu_a_count(void)
{
	return passthru_edu_count();
}
EXPORT_SYMBOL_GPL(passthru_edu_a_count);

static const struct file_operations node_files = {
	.owner = THIS_MODULE,
	.llseek = noop_llseek,
};

static struct miscdevice node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lab-edu-a",
	.fops = &node_files,
};

static int __init start(void)
{
	pr_info("%u functions\n", passthru_edu_count());
	return misc_register(&node);
}
module_init(start);

static void __exit stop(void)
{
	misc_deregister(&node);
}
module_exit(stop);

MODULE_DESCRIPTION("Uses passthru_edu");
MODULE_LICENSE("GPL");
