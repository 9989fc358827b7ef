// SPDX-License-Identifier: GPL-2.0
/* Uses passthru_edu, as nvidia_modeset uses nvidia: while it is loaded, that one is not unloaded. */
#include <linux/module.h>

#include "passthru_edu.h"

unsigned int passthru_edu_a_count(void)
{
	return passthru_edu_count();
}
EXPORT_SYMBOL_GPL(passthru_edu_a_count);

static int __init start(void)
{
	pr_info("%u functions\n", passthru_edu_count());
	return 0;
}
module_init(start);

static void __exit stop(void)
{
}
module_exit(stop);

MODULE_DESCRIPTION("Uses passthru_edu");
MODULE_LICENSE("GPL");
