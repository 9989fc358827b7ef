/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions the definitions of virtual machines name. */
#include "check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "tree.h"

#define GPU "0000:01:00.0"
#define SOUND "0000:01:00.1"
#define NIC "0000:02:10.0"

static void open_host(struct tree *t)
{
	tree_open(t);
	tree_function(t, GPU, 0x030000, "10de:2204", NULL);
	tree_function(t, SOUND, 0x040300, "10de:1aef", NULL);
	tree_function(t, NIC, 0x020000, "8086:10ed", NULL);
}

static size_t all_machines(const struct host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_uses; i++)
		n += h->uses[i].kind == USE_MACHINE;
	return n;
}

static const char *blind_reason(const struct host *h)
{
	const char *reason = NULL;

	for (size_t i = 0; i < h->n_blind; i++)
		if (h->blind[i].area == AREA_MACHINES)
			reason = reason ? "several" : h->blind[i].reason;
	return reason;
}

/* One file on the host: who is named by whom. blind: the reason that is then given, NULL: none. */
static void file_says(const char *path, const char *text, const char *blind, const char *subject, size_t n, const char *functions[])
{
	struct tree t;
	struct host h;

	open_host(&t);
	tree_file(&t, path, text);
	tree_read(&t, &h);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(tree_uses(&h, USE_MACHINE, functions[i], subject), 1);
	assert_int_equal(all_machines(&h), n);
	if (blind)
		assert_string_equal(blind_reason(&h), blind);
	else
		assert_null(blind_reason(&h));
	tree_done(&t);
}
#define SAYS(path, text, blind, subject, ...)                                                                          \
	file_says((path), (text), (blind), (subject), ARRAY_LEN(((const char *[]){__VA_ARGS__})), (const char *[]){__VA_ARGS__})
#define SAYS_NOTHING(path, text, blind) file_says((path), (text), (blind), NULL, 0, NULL)

/* ---- libvirt ---- */

#define DOMAIN "etc/libvirt/qemu/win11.xml"
#define ADDRESS(bus, slot, function)                                                                                   \
	"<source><address domain='0x0000' bus='" bus "' slot='" slot "' function='" function "'/></source>"
#define XML(devices) "<domain type='kvm'><name>win11</name><devices>" devices "</devices></domain>"
#define HOSTDEV(source) "<hostdev mode='subsystem' type='pci' managed='yes'>" source "</hostdev>"

static const char not_understood[] = "libvirt has a definition that is not understood";

static void libvirts_hostdevs_are_named(void **state)
{
	(void)state;
	SAYS(DOMAIN, XML(HOSTDEV(ADDRESS("0x01", "0x00", "0x0")) HOSTDEV(ADDRESS("0x01", "0x00", "0x1"))), NULL,
	    "libvirt machine win11", GPU, SOUND);
	SAYS(DOMAIN, XML("<interface type='hostdev'>" ADDRESS("0x02", "0x10", "0x0") "</interface>"), NULL, "libvirt machine win11", NIC);
	SAYS(DOMAIN, XML("<disk type='nvme' device='disk'>" ADDRESS("2", "16", "0") "</disk>"), NULL, "libvirt machine win11", NIC);
	SAYS(DOMAIN, XML(HOSTDEV(ADDRESS("02", "020", "0"))), NULL, "libvirt machine win11", NIC);
	SAYS("run/libvirt/qemu/win11.xml",
	    "<domstatus state='running'><vcpus/>" XML("<interface type='network'><source network='pool'/><actual type='hostdev'>" ADDRESS(
		"0x02", "0x10", "0x0") "</actual></interface>") "</domstatus>",
	    NULL, "libvirt machine win11", NIC);
	SAYS("etc/libvirt/lxc/box.xml", "<domain type='lxc'><name>box</name><devices>" HOSTDEV(ADDRESS("0x01", "0x00", "0x0")) "</devices></domain>",
	    NULL, "libvirt machine box", GPU);
	SAYS(DOMAIN, "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>win11</name><qemu:commandline>"
		     "<qemu:arg value='-device'/><qemu:arg value='vfio-pci,host=01:00.0,x-vga=on'/></qemu:commandline></domain>",
	    NULL, "libvirt machine win11", GPU);
}

static void what_is_no_hostdev_of_pci_is_not_named(void **state)
{
	(void)state;
	/* Where it stands in the guest; a USB device; a comment; the same in metadata; another file. */
	SAYS_NOTHING(DOMAIN, XML("<hostdev type='pci'><address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></hostdev>"), NULL);
	SAYS_NOTHING(DOMAIN, XML("<hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>"), NULL);
	SAYS_NOTHING(DOMAIN, XML("<!-- " HOSTDEV(ADDRESS("0x01", "0x00", "0x0")) " -->"), NULL);
	SAYS_NOTHING(DOMAIN, XML("<interface type='bridge'>" ADDRESS("0x01", "0x00", "0x0") "</interface>"), NULL);
	SAYS_NOTHING(DOMAIN, XML(HOSTDEV(ADDRESS("0x07", "0x00", "0x0"))), NULL);
	SAYS_NOTHING("etc/libvirt/qemu/win11.xml.bak", XML(HOSTDEV(ADDRESS("0x01", "0x00", "0x0"))), NULL);
	SAYS_NOTHING("etc/libvirt/qemu/networks/default.xml", "<network><name>default</name></network>", NULL);
}

static void xml_that_is_not_understood_is_unknown(void **state)
{
	(void)state;
	SAYS_NOTHING(DOMAIN, "<domain><name>win11</name>", not_understood);
	SAYS_NOTHING(DOMAIN, "", not_understood);
	SAYS_NOTHING(DOMAIN, "<network/>", not_understood);
	SAYS_NOTHING(DOMAIN, XML(HOSTDEV(ADDRESS("0x01", "0x20", "0x0"))), not_understood);
	SAYS_NOTHING(DOMAIN, XML(HOSTDEV(ADDRESS("one", "0x00", "0x0"))), not_understood);
	SAYS_NOTHING(DOMAIN, XML(HOSTDEV(ADDRESS("08", "0x00", "0x0"))), not_understood);
	/* Entities, however small: none of libvirt's. */
	SAYS_NOTHING(DOMAIN, "<!DOCTYPE domain [<!ENTITY b '0x01'>]>" XML(HOSTDEV(ADDRESS("&b;", "0x00", "0x0"))), not_understood);
	SAYS_NOTHING(DOMAIN, "<!DOCTYPE domain [<!ENTITY a 'aaaa'>]>" XML(HOSTDEV(ADDRESS("0x01", "0x00", "0x0"))), not_understood);
}

/* ---- Proxmox ---- */

#define CONF "etc/pve/qemu-server/100.conf"

static const char pve_unclear[] = "Proxmox has a definition that is not understood";

static void proxmoxs_hostpci_is_named(void **state)
{
	(void)state;
	SAYS(CONF, "name: win11\nhostpci0: 0000:01:00,pcie=1,x-vga=1\n", NULL, "Proxmox machine 100", GPU, SOUND);
	SAYS(CONF, "hostpci0: 01:00.1\n", NULL, "Proxmox machine 100", SOUND);
	SAYS(CONF, "hostpci15: pcie=1,host=01:00.0;02:10.0\n", NULL, "Proxmox machine 100", GPU, NIC);
	SAYS(CONF, "cores: 4\n[PENDING]\nhostpci0: 02:10.0\n", NULL, "Proxmox machine 100", NIC);
	SAYS(CONF, "args: -cpu host -device vfio-pci,host=01:00.0,id=x -chardev socket,host=10.0.0.1\n", NULL, "Proxmox machine 100", GPU);
	SAYS(CONF, "args: -device '{\"driver\":\"vfio-pci\",\"host\":\"0000:01:00.1\"}'\n", NULL, "Proxmox machine 100", SOUND);
	SAYS(CONF, "args: -device vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:02:10.0\n", NULL, "Proxmox machine 100", NIC);
	SAYS("run/qemu-server/pci-id-reservations", "0000:01:00.0 104 pid:1234\n", NULL, "Proxmox machine 104", GPU);
}

static void snapshots_and_descriptions_name_nothing(void **state)
{
	(void)state;
	SAYS_NOTHING(CONF, "#hostpci0: 01:00.0\nname: a\n\n[before]\nhostpci0: 0000:01:00\n", NULL);
	SAYS_NOTHING(CONF, "hostpcix: 01:00.0\nusb0: host=1-2\n", NULL);
	SAYS_NOTHING("etc/pve/qemu-server/100.conf.tmp.12", "hostpci0: 01:00.0\n", NULL);
}

static void a_hostpci_that_is_not_understood_is_unknown(void **state)
{
	(void)state;
	SAYS_NOTHING(CONF, "hostpci0: the graphics card\n", pve_unclear);
	SAYS_NOTHING(CONF, "hostpci0: pcie=1\n", pve_unclear);
	SAYS_NOTHING(CONF, "hostpci0: mapping=gpu\n", pve_unclear);
	SAYS_NOTHING(CONF, "args: -device vfio-pci,host=$GPU\n", pve_unclear);
	SAYS_NOTHING("run/qemu-server/pci-id-reservations", "0000:01:00.0\n", "Proxmox has reservations that are not understood");
}

static void a_mapping_leads_to_this_nodes_devices(void **state)
{
	static const char mappings[] = "nic\n\tmap id=8086:10ed,node=pve1,path=0000:02:10.0\n\n"
				       "gpu-a\n\tdescription RTX\n"
				       "\tmap id=10de:2204,iommugroup=14,node=pve1,path=0000:01:00.0;0000:01:00.1\n"
				       "\tmap id=10de:2204,iommugroup=14,node=pve2,path=0000:02:10.0\n";
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	tree_file(&t, "etc/pve/nodes/pve1/qemu-server/100.conf", "hostpci0: mapping=gpu-a,pcie=1\n");
	tree_file(&t, "etc/pve/nodes/pve2/qemu-server/200.conf", "hostpci0: 02:10.0\n");
	tree_file(&t, "etc/pve/mapping/pci.cfg", mappings);
	tree_file(&t, "etc/hostname", "pve1.example.org\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_MACHINE, GPU, "Proxmox machine 100"), 1);
	assert_int_equal(tree_uses(&h, USE_MACHINE, SOUND, "Proxmox machine 100"), 1);
	assert_int_equal(all_machines(&h), 2);
	assert_null(blind_reason(&h));
	tree_done(&t);
}

static void proxmox_without_its_cluster_service_is_unknown(void **state)
{
	(void)state;
	SAYS_NOTHING("var/lib/pve-cluster/config.db", "SQLite format 3", "Proxmox shows its machines only while pve-cluster runs");
}

/* ---- LXD and Incus ---- */

#define BACKUP "var/lib/incus/virtual-machines/vm1/backup.yaml"

static const char lxd_unclear[] = "Incus has a definition that is not understood";

static void the_devices_of_incus_are_named(void **state)
{
	(void)state;
	SAYS(BACKUP, "instance:\n  name: vm1\n  expanded_devices:\n    gpu0:\n      gputype: physical\n      pci: 0000:01:00.0\n      type: gpu\n"
		     "    root:\n      path: /\n      type: disk\nsnapshots: []\n",
	    NULL, "Incus machine vm1", GPU, SOUND);
	SAYS(BACKUP, "container:\n  devices:\n    dev0:\n      address: \"02:10.0\"\n      type: pci\n", NULL, "Incus machine vm1", NIC);
	SAYS(BACKUP, "instance:\n  devices:\n    g:\n      productid: '2204'\n      type: gpu\n      vendorid: 10de\n", NULL, "Incus machine vm1", GPU);
	SAYS(BACKUP, "instance:\n  devices:\n    g:\n      type: gpu\n", NULL, "Incus machine vm1", GPU);
	SAYS(BACKUP, "instance:\n  config:\n    volatile.eth0.last_state.pci.slot.name: 0000:02:10.0\n  devices: {}\n", NULL, "Incus machine vm1", NIC);
	SAYS("var/lib/lxd/virtual-machines/p_vm2/backup.yaml",
	    "instance:\n  devices:\n    dev0:\n      address: 0000:02:10.0\n      type: pci\n  ephemeral: false\n", NULL, "LXD machine p_vm2", NIC);
}

static void a_card_is_found_by_its_drm_number(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	tree_function(&t, "0000:03:00.0", 0x030000, "1002:67df", NULL);
	tree_link(&t, "sys/class/drm/card1", "../../devices/pci0000:00/" GPU "/drm/card1");
	tree_file(&t, BACKUP, "instance:\n  devices:\n    g:\n      id: \"1\"\n      type: gpu\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_MACHINE, GPU, "Incus machine vm1"), 1);
	assert_int_equal(all_machines(&h), 1);
	tree_done(&t);
}

static void the_same_words_in_another_place_name_nothing(void **state)
{
	(void)state;
	SAYS_NOTHING(BACKUP, "instance:\n  config:\n    user.user-data: |\n      devices:\n        g:\n          type: gpu\n          pci: 0000:01:00.0\n", NULL);
	SAYS_NOTHING(BACKUP, "instance:\n  name: a\nsnapshots:\n- devices:\n    g:\n      pci: 0000:01:00.0\n      type: gpu\n", NULL);
	SAYS_NOTHING(BACKUP, "instance:\n  devices:\n    usb:\n      address: 0000:01:00.0\n      type: usb\n", NULL);
	SAYS_NOTHING("var/lib/incus/containers/c1/backup.yaml", "instance:\n  devices:\n    g:\n      type: gpu\n", NULL);
}

static void a_backup_that_is_not_understood_is_unknown(void **state)
{
	(void)state;
	SAYS_NOTHING(BACKUP, "nothing: here\n", lxd_unclear);
	SAYS_NOTHING(BACKUP, "instance:\n  devices:\n    g: {type: gpu, pci: \"0000:01:00.0\"}\n", lxd_unclear);
	SAYS_NOTHING(BACKUP, "instance:\n  devices:\n    g:\n      pci: first\n      type: gpu\n", lxd_unclear);
	SAYS_NOTHING(BACKUP, "instance:\n  devices:\n    g:\n      type: pci\n", lxd_unclear);
	SAYS_NOTHING(BACKUP, "instance:\n  devices:\n    g:\n      id: nvidia.com/gpu=0\n      type: gpu\n", lxd_unclear);
}

static void what_was_last_started_shows_where_the_definition_does_not(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	tree_folder(&t, "var/snap/lxd/common/lxd/virtual-machines/vm1");
	tree_file(&t, "var/snap/lxd/common/lxd/logs/vm1/qemu.conf",
	    "[device \"qemu_pcie1\"]\ndriver = \"pcie-root-port\"\n\n# GPU card\n[device \"dev-lxd_gpu0\"]\n"
	    "driver = \"vfio-pci\"\nbus = \"qemu_pcie1\"\nhost = \"0000:01:00.0\"\n\n[chardev \"a\"]\nhost = \"0000:02:10.0\"\n");
	tree_read(&t, &h);
	assert_int_equal(tree_uses(&h, USE_MACHINE, GPU, "LXD machine vm1"), 1);
	assert_int_equal(all_machines(&h), 1);
	assert_string_equal(blind_reason(&h), "LXD shows the definition of a machine only while it runs");
	tree_done(&t);
}

/* ---- what cannot be read ---- */

static void what_is_too_large_or_holds_a_nul_is_unknown(void **state)
{
	struct tree t;
	struct host h;
	char *large = malloc(1024 * 1024 + 2);

	(void)state;
	assert_non_null(large);
	memset(large, ' ', 1024 * 1024 + 1);
	large[1024 * 1024 + 1] = '\0';
	SAYS_NOTHING(DOMAIN, large, "libvirt has a definition too large to read");
	free(large);

	open_host(&t);
	tree_file(&t, CONF, "");
	assert_int_equal(truncate(arena_printf(&t.mem, "%s/" CONF, t.root), 5), 0);
	tree_read(&t, &h);
	assert_string_equal(blind_reason(&h), "Proxmox has a definition that cannot be read");
	tree_done(&t);
}

static int (*real_read)(struct sys *s, const char *path, char *buf, size_t size);
static int (*real_list)(struct sys *s, const char *path, sys_each *each, void *data);

static int forbidden_read(struct sys *s, const char *path, char *buf, size_t size)
{
	return str_starts(path, "etc/pve/") ? -EACCES : real_read(s, path, buf, size);
}

static int forbidden_list(struct sys *s, const char *path, sys_each *each, void *data)
{
	return str_eq(path, "etc/libvirt/qemu") ? -EACCES : real_list(s, path, each, data);
}

/* Tests may run as root, whom no mode keeps out. */
static void what_only_root_can_read_is_unknown(void **state)
{
	struct sys_ops ops;
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	tree_file(&t, CONF, "hostpci0: 01:00\n");
	tree_file(&t, DOMAIN, XML(HOSTDEV(ADDRESS("0x01", "0x00", "0x0"))));
	ops = *t.real.sys.ops;
	real_read = ops.read;
	real_list = ops.list;
	t.real.sys.ops = &ops;
	ops.read = forbidden_read;
	tree_read(&t, &h);
	assert_string_equal(blind_reason(&h), "only root can read the machines of Proxmox");
	assert_int_equal(all_machines(&h), 1);
	ops.read = real_read;
	ops.list = forbidden_list;
	tree_read(&t, &h);
	assert_string_equal(blind_reason(&h), "only root can read the machines of libvirt");
	assert_int_equal(all_machines(&h), 2);
	tree_done(&t);
}

static void a_host_without_machines_is_known_to_have_none(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	open_host(&t);
	tree_read(&t, &h);
	assert_int_equal(all_machines(&h), 0);
	assert_null(blind_reason(&h));
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(libvirts_hostdevs_are_named),
	    T(what_is_no_hostdev_of_pci_is_not_named),
	    T(xml_that_is_not_understood_is_unknown),
	    T(proxmoxs_hostpci_is_named),
	    T(snapshots_and_descriptions_name_nothing),
	    T(a_hostpci_that_is_not_understood_is_unknown),
	    T(a_mapping_leads_to_this_nodes_devices),
	    T(proxmox_without_its_cluster_service_is_unknown),
	    T(the_devices_of_incus_are_named),
	    T(a_card_is_found_by_its_drm_number),
	    T(the_same_words_in_another_place_name_nothing),
	    T(a_backup_that_is_not_understood_is_unknown),
	    T(what_was_last_started_shows_where_the_definition_does_not),
	    T(what_is_too_large_or_holds_a_nul_is_unknown),
	    T(what_only_root_can_read_is_unknown),
	    T(a_host_without_machines_is_known_to_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
