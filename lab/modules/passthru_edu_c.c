// SPDX-License-Identifier: GPL-2.0
/* Uses passthru_edu alone, as nvidia_uvm uses nvidia. */
#include <linux/module.h>

#include "passthru_edu.h"

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
