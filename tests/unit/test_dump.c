/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pasted hosts: what each form of a listing says, and what it does not. Names and addresses that are taken out. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "judge/verdict.h"
#include "text/dump.h"
#include "text/redact.h"

static struct arena mem;

static struct host read_text(const char *text)
{
	struct dump *d = dump_new(&mem);
	struct host h = {0};

	dump_begin(d, "paste.txt");
	dump_feed(d, text, strlen(text));
	dump_end(d);
	assert_int_equal(dump_host(d, &h, NULL), 0);
	return h;
}

static const struct pci_function *function(const struct host *h, const char *name)
{
	struct pci_addr addr;

	assert_true(pci_addr_parse(name, &addr));
	return host_find(h, addr);
}

/* "group class vendor:device driver" of one function, "-" for what is not known. */
static void says(const char *text, const char *address, const char *want)
{
	struct host h = read_text(text);
	const struct pci_function *f = function(&h, address);
	const char *got;

	assert_non_null(f);
	got = arena_printf(&mem, "%s %s %s %s", f->group >= 0 ? arena_printf(&mem, "%d", f->group) : f->group == GROUP_NONE ? "none" : "-",
	    f->has_class ? arena_printf(&mem, "%04x", function_class(f)) : "-",
	    f->has_ids ? arena_printf(&mem, f->is_device_unread ? "%04x:" : "%04x:%04x", f->vendor, f->device) : "-",
	    f->driver ? f->driver : f->has_driver == TRI_NO ? "no" : "-");
	assert_string_equal(got, want);
}

static enum answer answer(const char *text, const char *address)
{
	struct host h = read_text(text);
	const struct pci_function *f = function(&h, address);

	assert_non_null(f);
	return judge_function(&mem, &h, f).answer;
}

static void every_form_of_a_group_listing_is_read(void **state)
{
	(void)state;
	says("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20] (rev a1)\n", "01:00.0", "1 0300 10de:1c20 -");
	says("IOMMU group 12\n\t01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20]\n", "01:00.0", "12 0300 10de:1c20 -");
	says("### Group 7 ###\n    0a:00.1 Encryption controller: Advanced Micro Devices, Inc. [AMD] PSP\n", "0a:00.1", "7 1080 1022: -");
	says("IOMMU: dmar0\n  IOMMU Group: 50\n    Group Device: 0000:97:00.4 - System peripheral [0880]: Intel [8086:0b23]\n", "97:00.4", "50 0880 8086:0b23 -");
	says("Group 15:\t[10de:21c4] [R] 09:00.0  VGA compatible controller   TU116\n\t\t[10de:1aeb]     09:00.1  Audio device   TU116\n", "09:00.1", "15 0403 10de:1aeb -");
	says("\xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80 3\n\xe2\x94\x82   \xe2\x94\x94\xe2\x94\x80\xe2\x94\x80 00:03.0 Host bridge [0600]: x [1022:1452]\n", "00:03.0", "3 0600 1022:1452 -");
	says("Group  9: 10000:e1:00.0 Micron 2500 NVMe SSD [1344:5425]\n", "10000:e1:00.0", "9 - 1344:5425 -");
	says("IOMMU Group 14:\n0000:01:00.0 01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20]\n", "01:00.0", "14 0300 10de:1c20 -");
	says("/sys/kernel/iommu_groups/4/devices/0000:01:00.0\n", "01:00.0", "4 - - -");
	says("/sys/kernel/iommu_groups/4/devices:\ntotal 0\nlrwxrwxrwx 1 root root 0 Jan 1 00:00 0000:01:00.0 -> ../../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0\n", "01:00.0", "4 - - -");
	says("[    0.55] pci 0000:01:00.0: Adding to iommu group 6\n", "01:00.0", "6 - - -");
	says("[    0.55] iommu: Adding device 0000:01:00.0 to group 6\n", "01:00.0", "6 - - -");
}

static void every_form_of_lspci_and_its_like_is_read(void **state)
{
	(void)state;
	says("01:00.0 0300: 10de:1c20 (rev a1)\n", "01:00.0", "- 0300 10de:1c20 -");
	says("01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20]\n\tSubsystem: MSI [1462:11d8]\n\tIOMMU group: 2\n\tKernel driver in use: nouveau\n", "01:00.0", "2 0300 10de:1c20 nouveau");
	says("01:00.0 \"VGA compatible controller [0300]\" \"NVIDIA Corporation [10de]\" \"GP106 [1c20]\" -ra1 \"MSI [1462]\" \"Device [11d8]\"\n", "01:00.0", "- 0300 10de:1c20 -");
	says("Slot:\t01:00.0\nClass:\tVGA compatible controller\nVendor:\tNVIDIA [10de]\nDevice:\tx [1c20]\nDriver:\tnvidia\nIOMMUGroup:\t3\n", "01:00.0", "3 0300 10de:1c20 nvidia");
	says("01:00.0 VGA compatible controller: NVIDIA\n00: de 10 20 1c 07 04 10 00 a1 00 00 03 00 00 80 00\n", "01:00.0", "- 0300 10de:1c20 -");
	says("| class | device | id | iommugroup | vendor |\n|---|---|---|---|---|\n| 0x030000 | 0x2206 | 0000:01:00.0 | 12 | 0x10de |\n", "01:00.0", "12 0300 10de:2206 -");
	says("[{\"class\":\"0x030000\",\"device\":\"0x2206\",\"id\":\"0000:01:00.0\",\"iommugroup\":12,\"vendor\":\"0x10de\"},{\"id\":\"0000:02:00.0\",\"class\":\"0x010802\",\"iommugroup\":-1}]", "02:00.0", "none 0108 - -");
	says("ADDRESS      CLASS VENDOR DEVICE DESCRIPTION IOMMU GROUP VFIO GROUP DRIVER\n0000:0b:00.0 0300  10de   2204   VGA         28          28         vfio-pci\n", "0b:00.0", "28 0300 10de:2204 vfio-pci");
}

static void what_is_not_said_is_unknown(void **state)
{
	struct host h = read_text("01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20]\n");

	(void)state;
	assert_int_equal(h.has_groups, TRI_UNKNOWN);
	assert_int_equal(h.functions[0].group, GROUP_UNKNOWN);
	assert_int_equal(h.functions[0].has_driver, TRI_UNKNOWN);
	assert_int_equal(h.functions[0].is_vf, TRI_UNKNOWN);
	assert_int_equal(answer("01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20]\n", "01:00.0"), ANSWER_CANNOT_TELL);
	/* Without the whole list of groups, what it lacks may be in any. */
	says("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n\n02:00.0 USB controller [0c03]: x [8086:1c20]\n", "02:00.0", "- 0c03 8086:1c20 -");
}

static void the_kernel_itself_says_that_there_is_no_iommu(void **state)
{
	static const char card[] = "00:00.0 Host bridge [0600]: Intel [8086:0c00]\n01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20]\n";

	(void)state;
	assert_int_equal(answer(arena_printf(&mem, "%s\n[ 0.0] Command line: quiet intel_iommu=off\n", card), "01:00.0"), ANSWER_BLOCKED);
	assert_int_equal(answer(arena_printf(&mem, "%s\n[ 0.0] Command line: quiet amd_iommu=off\n", card), "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer(arena_printf(&mem, "%s\n[ 0.0] pci 0000:01:00.0: Adding to iommu group 1\n[ 1.0] pci 0000:01:00.0: Removing from iommu group 1\n", card), "01:00.0"), ANSWER_BLOCKED);
}

static void contradictions_are_unknown_and_put_both_groups_in_doubt(void **state)
{
	static const char twice[] = "IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\nIOMMU Group 1 02:00.0 USB controller [0c03]: x [1b21:1142]\n\n"
				    "IOMMU Group 2 02:00.0 USB controller [0c03]: x [1b21:1142]\n";
	struct host h = read_text(twice);

	(void)state;
	assert_non_null(function(&h, "02:00.0")->trouble);
	says(twice, "02:00.0", "- 0c03 1b21:1142 -");
	assert_int_equal(answer(twice, "01:00.0"), ANSWER_CANNOT_TELL);
	/* What it is, is not known either: it may be no part of the card. */
	assert_int_equal(answer("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\nIOMMU Group 1 01:00.1\n", "01:00.0"), ANSWER_CANNOT_TELL);
	says("01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n\n01:00.0 USB controller [0c03]: x [1b21:1142]\n", "01:00.0", "- - - -");
	says("01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n\tKernel driver in use: nvidia\n\tKernel driver in use: nouveau\n", "01:00.0", "- 0300 10de:1c20 -");
}

static void torn_listings_are_never_ready(void **state)
{
	(void)state;
	/* The beginning, the end, and all but the class are lost. */
	assert_int_equal(answer("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\nMMU Group 1 02:00.0 USB controller [0c03]: x [1b21:1142]\n", "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n02:00.0 USB controller [0c03]: x [1b21:1142]\n", "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\nIOMMU Group 1 02:00.0 USB con\n", "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\nIOMMU Group 1 02:00.0 USB controller [0c03]: x\n", "01:00.0"), ANSWER_BLOCKED);
	assert_int_equal(answer("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n", "01:00.0"), ANSWER_READY);
}

static void a_line_that_the_terminal_wrapped_is_one(void **state)
{
	(void)state;
	says("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP1\n06M [10de:1c20] (rev a1)\n", "01:00.0", "1 0300 10de:1c20 -");
	/* A whole line takes nothing from the next. */
	says("IOMMU Group 1 01:00.0 VGA compatible controller [0300]: NVIDIA Corporation [10de:1c20]\n[10de:9999]\n", "01:00.0", "1 0300 10de:1c20 -");
}

static void listings_side_by_side_do_not_run_into_each_other(void **state)
{
	static const char both[] = "IOMMU Group 9:\n01:00.0 VGA compatible controller: NVIDIA [10de:1c20]\n\n$ lspci -nn\n02:00.0 USB controller [0c03]: x [1b21:1142]\n";

	(void)state;
	says(both, "02:00.0", "- 0c03 1b21:1142 -");
	says("IOMMU Group 9:\n\t01:00.0 VGA compatible controller: NVIDIA [10de:1c20]\n02:00.0 USB controller [0c03]: x [1b21:1142]\n", "02:00.0", "- 0c03 1b21:1142 -");
	/* lspci's own words below a function are no header of the next. */
	says("01:00.0 VGA compatible controller [0300]: x [10de:1c20]\nIOMMU group: 2\n02:00.0 USB controller [0c03]: x [1b21:1142]\nIOMMU group: 3\n", "02:00.0", "- 0c03 1b21:1142 -");
}

static void listings_of_other_tools_are_read(void **state)
{
	(void)state;
	says("IOMMU groups of this host\n01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1c20] (rev a1) (IOMMU group 5)\n", "01:00.0", "5 0300 10de:1c20 -");
	says("[IOMMU Group 3]\n  01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n", "01:00.0", "3 0300 10de:1c20 -");
	says("IOMMU Group 3 (2 devices):\n  01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n", "01:00.0", "3 0300 10de:1c20 -");
	says("GROUP  ADDRESS       CLASS   IDS        DRIVER\n1      0000:01:00.0  0300    10de:1c20  nouveau\n", "01:00.0", "1 0300 10de:1c20 nouveau");
	says("iommu_group,address,class,vendor,device,description\n1,0000:01:00.0,0300,10de,1c20,\"VGA: a, b\"\n", "01:00.0", "1 0300 10de:1c20 -");
	says("class    device id           iommugroup vendor device_name\n0x030000 0x2206 0000:01:00.0         12 0x10de GA102\n", "01:00.0", "12 0300 10de:2206 -");
	says("---\n- class: '0x030000'\n  device: '0x2206'\n  id: 0000:01:00.0\n  iommugroup: 12\n  vendor: '0x10de'\n", "01:00.0", "12 0300 10de:2206 -");
	says("  *-display\n       description: VGA compatible controller\n       product: GP106 [10DE:1C20]\n       vendor: NVIDIA Corporation\n"
	     "       bus info: pci@0000:01:00.0\n       configuration: driver=nvidia latency=0\n", "01:00.0", "- 0300 10de:1c20 nvidia");
	says("pci@0000:01:00.0  card0  display  GP106M\n", "01:00.0", "- 0300 - -");
	says("0000:01:00.0 vfio-pci [*]\n", "01:00.0", "- - - vfio-pci");
	says("<device>\n  <name>pci_0000_01_00_0</name>\n  <driver>\n    <name>nvidia</name>\n  </driver>\n  <capability type='pci'>\n    <class>0x030000</class>\n"
	     "    <domain>0</domain>\n    <bus>1</bus>\n    <slot>0</slot>\n    <function>0</function>\n    <product id='0x1c20'>GP106</product>\n"
	     "    <vendor id='0x10de'>NVIDIA</vendor>\n    <iommuGroup number='1'>\n      <address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/>\n"
	     "    </iommuGroup>\n  </capability>\n</device>\n", "01:00.0", "1 0300 10de:1c20 nvidia");
	/* A cell that is too long moves those behind it. */
	says("ADDRESS      CLASS    VENDOR   DEVICE   IOMMU GROUP  DRIVER\n10000:e1:00.0 0108     1344     5425     10           nvme\n", "10000:e1:00.0", "10 0108 1344:5425 nvme");
}

static void members_side_by_side_are_all_members(void **state)
{
	static const char ls[] = "/sys/kernel/iommu_groups/1/devices:\n0000:01:00.0  0000:01:00.1  0000:02:00.0\n\n01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n";

	(void)state;
	says(ls, "02:00.0", "1 - - -");
	assert_int_equal(answer(ls, "01:00.0"), ANSWER_CANNOT_TELL);
	says("IOMMU Group 7: 0000:01:00.0, 0000:01:00.1\n", "01:00.1", "7 - - -");
}

static void marks_before_an_address_are_no_indentation_lost(void **state)
{
	static const char text[] = "IOMMU group 1\n\t00:01.0 PCI bridge [0604]: x [8086:1901]\n[RESET]\t01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n";

	(void)state;
	says(text, "01:00.0", "1 0300 10de:1c20 -");
	assert_int_equal(answer(text, "01:00.0"), ANSWER_READY);
}

static void numbers_of_lines_are_no_groups(void **state)
{
	(void)state;
	says("     1\tIOMMU Group 4:\n     2\t\t01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n", "01:00.0", "4 0300 10de:1c20 -");
	says("1:IOMMU Group 4:\n2:\t01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n", "01:00.0", "4 0300 10de:1c20 -");
	says("iommu_group\taddress\tclass\n1\t0000:01:00.0\t0300\n2\t0000:02:00.0\t0c03\n", "02:00.0", "2 0c03 - -");
}

#define CARD "IOMMU Group 1 01:00.0 VGA compatible controller [0300]: NVIDIA x [10de:1c20]\n"
#define STICK "IOMMU Group 2 02:00.0 USB controller [0c03]: x [1b21:1142]\n"

static void a_choice_of_lines_is_never_ready(void **state)
{
	(void)state;
	assert_int_equal(answer("$ ./iommu.sh\n" CARD, "01:00.0"), ANSWER_READY);
	assert_int_equal(answer("$ ./iommu.sh | grep -i nvidia\n" CARD, "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("$ ./iommu.sh | sort -V | head -n 5\n" CARD, "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("$ ./iommu.sh | grep -i 'iommu group'\n" CARD, "01:00.0"), ANSWER_READY);
	assert_int_equal(answer("Run it with `sh iommu.sh | grep NVIDIA`:\n```\n" CARD "```\n", "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("$ lspci | grep NVIDIA\n$ ./iommu.sh\n" CARD, "01:00.0"), ANSWER_READY);
	/* The whole list as well. */
	assert_int_equal(answer("$ ./iommu.sh | grep NVIDIA\n" CARD "$ ./iommu.sh\n" CARD STICK, "01:00.0"), ANSWER_READY);
	assert_int_equal(answer("$ lspci -nnvs 01:00\n01:00.0 VGA compatible controller [0300]: x [10de:1c20]\n\tIOMMU group: 1\n", "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("$ for d in $(ls); do lspci -nns \"${d##*/}\"; done\n" CARD, "01:00.0"), ANSWER_READY);
}

static void lines_left_out_are_members_left_out(void **state)
{
	(void)state;
	assert_int_equal(answer(CARD STICK, "01:00.0"), ANSWER_READY);
	assert_int_equal(answer(CARD "...\n" STICK, "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer(STICK "[snip]\n" CARD, "01:00.0"), ANSWER_CANNOT_TELL);
	/* It ends within a line: the group's own next one may have been there. */
	assert_int_equal(answer(CARD "IOMMU Group 1 01:00.1 Audio device [0403]: NVID", "01:00.0"), ANSWER_CANNOT_TELL);
	/* An address that is there in a line nobody understands. */
	assert_int_equal(answer(CARD "??? 1 01:00.1 Aud\n" STICK, "01:00.0"), ANSWER_CANNOT_TELL);
	assert_int_equal(answer("- class: '0x030000'\n  id: 0000:01:00.0\n  iommugroup: 1\n- class: '0x040300'\n  iommugroup: 1\n", "01:00.0"), ANSWER_CANNOT_TELL);
}

static void a_function_whose_vendor_nothing_tells_is_no_part_of_the_card(void **state)
{
	static const char told[] = "IOMMU Group 5 08:00.0 VGA compatible controller: Advanced Micro Devices, Inc. [AMD/ATI] x\nIOMMU Group 5 08:00.2 USB controller: Advanced Micro Devices, Inc. [AMD] x\n";
	static const char untold[] = "IOMMU Group 5 08:00.0 VGA compatible controller\nIOMMU Group 5 08:00.2 USB controller\n";

	(void)state;
	assert_int_equal(answer(told, "08:00.0"), ANSWER_BLOCKED);
	assert_int_equal(answer(untold, "08:00.0"), ANSWER_CANNOT_TELL);
}

static void the_same_display_twice_in_a_slot_is_a_virtual_function(void **state)
{
	struct host h = read_text("00:02.0 VGA compatible controller [0300]: Intel [8086:46d1]\n00:02.1 VGA compatible controller [0300]: Intel [8086:46d1]\n");

	(void)state;
	assert_int_equal(function(&h, "00:02.0")->is_vf, TRI_UNKNOWN);
	assert_int_equal(function(&h, "00:02.1")->is_vf, TRI_YES);
}

static void two_machines_are_refused(void **state)
{
	struct dump *d = dump_new(&mem);
	struct err e = {0};
	struct host h;

	(void)state;
	for (int machine = 0; machine < 2; machine++) {
		char *text = arena_printf(&mem, "IOMMU Group 0 00:00.0 Host bridge [0600]: x [8086:%04d]\nIOMMU Group 1 01:00.0 VGA compatible controller [0300]: x [10de:%04d]\n"
						"IOMMU Group 2 02:00.0 USB controller [0c03]: x [1b21:%04d]\n", machine, machine, machine);

		dump_begin(d, "a");
		dump_feed(d, text, strlen(text));
		dump_end(d);
	}
	assert_int_equal(dump_host(d, &h, &e), -EXDEV);
}

static void prose_says_nothing(void **state)
{
	struct dump *d = dump_new(&mem);
	static const char text[] = "My GPU (01:00.0) is in IOMMU group 1, see 10de:1c20.\nqemu -device vfio-pci,host=01:00.0\nIOMMU group 1 is bad.\n"
				   "vfio 0000:01:00.0: group 1 is not viable\n01:00.0 is mine\n";
	struct err e = {0};
	struct host h;

	(void)state;
	dump_begin(d, "a");
	dump_feed(d, text, strlen(text));
	dump_end(d);
	assert_int_equal(dump_host(d, &h, &e), -ENODATA);
}

static const char *redacted(const char *path, const char *text)
{
	struct redactor *r = redactor_new(&mem, 1);
	size_t n;

	redactor_add_word(r, "wonderland", "host");
	redactor_learn(r, path, text, strlen(text));
	return redact(r, path, text, strlen(text), &n);
}

static void stays(const char *text)
{
	assert_string_equal(redacted("x", text), text);
}

static void names_and_numbers_of_people_go(void **state)
{
	(void)state;
	assert_string_equal(redacted("x", "on wonderland, wonderland2"), "on host1, wonderland2");
	assert_string_equal(redacted("x", "a 52:54:00:12:ab:cd b 525400 52-54-00-12-ab-cd"), "a 00:00:5e:00:53:01 b 525400 00-00-5e-00-53-01");
	assert_string_equal(redacted("x", "enx525400aabbcc"), "enx00005e005301");
	assert_string_equal(redacted("x", "UUID=3f2504e0-4f89-11d3-9a0c-0305e82c3301 UUID=ABCD-1234"), "UUID=00000000-0000-4000-8000-000000000001 UUID=0000-0001");
	assert_string_equal(redacted("x", "/home/alice/x /home/bob /home/alice"), "/home/user1/x /home/user2 /home/user1");
	assert_string_equal(redacted("x", "0123456789abcdef0123456789abcdef"), "00000000000000000000000000000001");
	assert_null(strstr(redacted("x", "ssh 203.0.113.9, 2a02:8071::5"), "113.9"));
	assert_null(strstr(redacted("x", "ssh 203.0.113.9, 2a02:8071::5"), "8071"));
}

static void what_a_verdict_needs_stays(void **state)
{
	(void)state;
	stays("0000:01:00.0 10000:e1:00.0 10de:1c20 pci0000:00");
	stays("Linux version 6.1.0-13.4.5.6-amd64 6.1.2.3-1");
	stays("127.0.0.1 0.0.0.0 255.255.255.0 ::1 fe80::1 12:34:56");
	stays("pci:v000010DEd00001C20sv00001462sd000011D8bc03sc00i00");
	stays("vfio-pci.ids=10de:1c20,10de:10f1 root=/dev/mapper/vg-root");
}

static void routes_lead_where_they_led(void **state)
{
	const char *got = redacted("proc/net/fib_trie", "192.168.7.0/24 192.168.7.5 192.168.7.9 192.168.8.5");
	unsigned net[4], a[4], b[4], other[4];

	(void)state;
	assert_int_equal(sscanf(got, "%u.%u.%u.%u/24 %u.%u.%u.%u %u.%u.%u.%u %u.%u.%u.%u", &net[0], &net[1], &net[2], &net[3], &a[0], &a[1],
			     &a[2], &a[3], &b[0], &b[1], &b[2], &b[3], &other[0], &other[1], &other[2], &other[3]), 16);
	assert_memory_equal(net, a, 3 * sizeof(*a));
	assert_memory_equal(net, b, 3 * sizeof(*b));
	assert_int_equal(net[3], 0);
	assert_int_equal(a[3], 5);
	assert_int_not_equal(other[2], a[2]);
	assert_true(a[0] == 10 && (a[1] != 168 || a[2] != 7));
}

static int done(void **state)
{
	(void)state;
	arena_done(&mem);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_of_a_group_listing_is_read),
	    cmocka_unit_test(every_form_of_lspci_and_its_like_is_read),
	    cmocka_unit_test(what_is_not_said_is_unknown),
	    cmocka_unit_test(the_kernel_itself_says_that_there_is_no_iommu),
	    cmocka_unit_test(contradictions_are_unknown_and_put_both_groups_in_doubt),
	    cmocka_unit_test(torn_listings_are_never_ready),
	    cmocka_unit_test(a_line_that_the_terminal_wrapped_is_one),
	    cmocka_unit_test(listings_side_by_side_do_not_run_into_each_other),
	    cmocka_unit_test(listings_of_other_tools_are_read),
	    cmocka_unit_test(members_side_by_side_are_all_members),
	    cmocka_unit_test(marks_before_an_address_are_no_indentation_lost),
	    cmocka_unit_test(numbers_of_lines_are_no_groups),
	    cmocka_unit_test(a_choice_of_lines_is_never_ready),
	    cmocka_unit_test(lines_left_out_are_members_left_out),
	    cmocka_unit_test(a_function_whose_vendor_nothing_tells_is_no_part_of_the_card),
	    cmocka_unit_test(the_same_display_twice_in_a_slot_is_a_virtual_function),
	    cmocka_unit_test(two_machines_are_refused),
	    cmocka_unit_test(prose_says_nothing),
	    cmocka_unit_test(names_and_numbers_of_people_go),
	    cmocka_unit_test(what_a_verdict_needs_stays),
	    cmocka_unit_test(routes_lead_where_they_led),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
