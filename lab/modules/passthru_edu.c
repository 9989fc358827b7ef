// SPDX-License-Identifier: GPL-2.0
/*
 * A driver for QEMU's edu device that cannot let go: each function has a node /dev/passthru_eduN, and whoever
 * unbinds the function waits, uninterruptibly, until the last process has closed it. Real drivers do the same
 * (nvidia waits for its usage count, snd_card_free for open files, vfio for its device), but the lab has none
 * of their devices.
 *
 * The node stays while the wait lasts, so that one can see who has it open; opened anew it is not.
 */
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "passthru_edu.h"

struct edu {
	struct miscdevice node;
	char name[24];
	int number;
	unsigned int users;
	bool is_going;
	wait_queue_head_t let_go;
};

static DEFINE_IDA(numbers);
static DEFINE_MUTEX(lock); /* users and is_going of every function, n_functions */
static unsigned int n_functions;

unsigned int passthru_edu_count(void)
{
	unsigned int n;

	mutex_lock(&lock);
	n = n_functions;
	mutex_unlock(&lock);
	return n;
}
EXPORT_SYMBOL_GPL(passthru_edu_count);

/* misc_open has put the miscdevice there. */
static struct edu *edu_of(struct file *file)
{
	return container_of(file->private_data, struct edu, node);
}

static int edu_open(struct inode *inode, struct file *file)
{
	struct edu *edu = edu_of(file);
	int r = 0;

	mutex_lock(&lock);
	if (edu->is_going)
		r = -ENODEV;
	else
		edu->users++;
	mutex_unlock(&lock);
	return r;
}

static int edu_release(struct inode *inode, struct file *file)
{
	struct edu *edu = edu_of(file);

	/* Woken under the lock: once it is free, remove may free edu. */
	mutex_lock(&lock);
	if (--edu->users == 0)
		wake_up_all(&edu->let_go);
	mutex_unlock(&lock);
	return 0;
}

static const struct file_operations edu_files = {
	.owner = THIS_MODULE,
	.open = edu_open,
	.release = edu_release,
	.llseek = noop_llseek,
};

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu = kzalloc(sizeof(*edu), GFP_KERNEL);
	int r;

	if (!edu)
		return -ENOMEM;
	init_waitqueue_head(&edu->let_go);
	r = ida_alloc(&numbers, GFP_KERNEL);
	if (r < 0)
		goto free_edu;
	edu->number = r;
	snprintf(edu->name, sizeof(edu->name), "passthru_edu%d", edu->number);
	edu->node.minor = MISC_DYNAMIC_MINOR;
	edu->node.name = edu->name;
	edu->node.fops = &edu_files;
	edu->node.parent = &pdev->dev;
	r = misc_register(&edu->node);
	if (r < 0)
		goto free_number;
	pci_set_drvdata(pdev, edu);
	mutex_lock(&lock);
	n_functions++;
	mutex_unlock(&lock);
	return 0;

free_number:
	ida_free(&numbers, edu->number);
free_edu:
	kfree(edu);
	return r;
}

static bool is_unused(struct edu *edu)
{
	bool is_unused;

	mutex_lock(&lock);
	is_unused = edu->users == 0;
	mutex_unlock(&lock);
	return is_unused;
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	mutex_lock(&lock);
	edu->is_going = true;
	n_functions--;
	mutex_unlock(&lock);
	if (!is_unused(edu))
		pci_notice(pdev, "%s is open: waiting for its last user\n", edu->name);
	wait_event(edu->let_go, is_unused(edu));
	misc_deregister(&edu->node);
	ida_free(&numbers, edu->number);
	kfree(edu);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{}
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name = "passthru_edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu_driver);

MODULE_DESCRIPTION("QEMU's edu device, unbound only when nobody has it open");
MODULE_LICENSE("GPL");
