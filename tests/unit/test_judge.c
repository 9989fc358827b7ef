/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge/verdict: what goes along, what is in the way, and what the kernel would say now. */
#include "check.h"

#include <string.h>

#include "base/str.h"
#include "judge/reset.h"
#include "judge/verdict.h"

#define PORT {"0000:00:01.0", 0x060400, "8086:0001", 1, "pcieport"}
#define ROOT_BRIDGE {"0000:00:00.0", 0x060000, "8086:0002", 0, NULL}

static struct verdict judge(struct arena *mem, const struct host *h, const char *name)
{
	return judge_function(mem, h, function_of(h, name));
}

static bool has_companion(const struct host *h, const struct verdict *v, const char *name)
{
	for (size_t i = 0; i < v->n_companions; i++)
		if (str_eq(h->functions[v->companions[i]].name, name))
			return true;
	return false;
}

static bool has_blocker(const struct verdict *v, const char *name, enum block_reason reason)
{
	for (size_t i = 0; i < v->n_blockers; i++)
		if (str_eq(v->blockers[i].name, name) && v->blockers[i].reason == reason)
			return true;
	return false;
}

static bool has_note(const struct verdict *v, const char *id)
{
	for (size_t i = 0; i < v->n_notes; i++)
		if (str_eq(v->notes[i].id, id))
			return true;
	return false;
}

static struct note note_of(const struct verdict *v, const char *id)
{
	for (size_t i = 0; i < v->n_notes; i++)
		if (str_eq(v->notes[i].id, id))
			return v->notes[i];
	fail_msg("there is no note %s", id);
	return (struct note){0};
}

static void assert_ready(const struct verdict *v, size_t n_companions)
{
	assert_int_equal(v->answer, n_companions > 0 ? ANSWER_READY_WITH_COMPANIONS : ANSWER_READY);
	assert_int_equal(v->n_companions, n_companions);
	assert_int_equal(v->n_blockers, 0);
}

/* ---- what goes along ---- */

static void a_card_alone_in_its_group_is_ready(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:02:00.0", 0x010802, "144d:a808", 5, "nvme", "?"});
	struct verdict v = judge(&mem, &h, "02:00.0");

	(void)state;
	assert_ready(&v, 0);
	assert_int_equal(v.viable_now, TRI_NO);
	assert_int_equal(v.n_notes, 0);
}

static void functions_of_the_slot_are_companions(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, PORT, {"0000:01:00.0", 0x030000, "10de:2204", 5, "nouveau", "0000:00:01.0"},
	    {"0000:01:00.1", 0x040300, "10de:1aef", 5, "snd_hda_intel", "0000:00:01.0"},
	    {"0000:01:00.2", 0x0c0330, "10de:1ad8", 5, "xhci_hcd", "0000:00:01.0"},
	    {"0000:01:00.3", 0x0c8000, "10de:1ad9", 5, NULL, "0000:00:01.0"});
	struct verdict v = judge(&mem, &h, "01:00.0"), from_sound = judge(&mem, &h, "01:00.1");

	(void)state;
	assert_ready(&v, 3);
	for (size_t i = 1; i < v.n_companions; i++)
		assert_true(v.companions[i - 1] < v.companions[i]);
	assert_ready(&from_sound, 3);
	assert_true(has_companion(&h, &from_sound, "0000:01:00.0"));
}

static void an_endpoint_of_another_slot_is_a_stranger(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, PORT, {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL, "0000:00:01.0"},
	    {"0000:02:00.0", 0x020000, "8086:10d3", 5, "e1000e", "0000:00:01.0"});
	struct verdict v = judge(&mem, &h, "01:00.0");

	(void)state;
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_int_equal(v.n_blockers, 1);
	assert_true(has_blocker(&v, "0000:02:00.0", BLOCK_STRANGER));
	assert_true(has_note(&v, "strangers"));
	assert_string_equal(note_of(&v, "strangers").evidence, "/sys/kernel/iommu_groups/5/devices");
	assert_int_equal(v.blockers[0].index, index_of(&h, "02:00.0"));
}

static void a_graphics_cards_functions_go_along_from_their_own_groups(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL, "?"},
	    {"0000:01:00.1", 0x040300, "10de:1aef", 6, NULL, "?"}, {"0000:01:00.2", 0x0c0330, "10de:1ad8", 7, NULL, "?"});
	struct verdict v = judge(&mem, &h, "01:00.0"), from_usb = judge(&mem, &h, "01:00.2");

	(void)state;
	assert_ready(&v, 2);
	assert_ready(&from_usb, 2);
}

static void a_second_network_port_in_its_own_group_stays(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x020000, "8086:1521", 5, "igb", "?"},
	    {"0000:01:00.1", 0x020000, "8086:1521", 6, "igb", "?"});
	struct verdict v = judge(&mem, &h, "01:00.0");

	(void)state;
	assert_ready(&v, 0);
}

static void a_companion_whose_group_holds_others_stays_and_is_said(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL, "?"},
	    {"0000:01:00.1", 0x040300, "10de:1aef", 6, NULL, "?"}, {"0000:02:00.0", 0x020000, "8086:10d3", 6, NULL, "?"});
	struct verdict v = judge(&mem, &h, "01:00.0");

	(void)state;
	assert_ready(&v, 0);
	assert_true(has_note(&v, "companion-stays"));
	assert_non_null(strstr(note_of(&v, "companion-stays").text, "0000:01:00.1"));
}

static void a_virtual_function_is_no_companion_of_the_slot(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x020000, "8086:1572", 5, "i40e", "?"},
	    {.name = "0000:01:00.1", .class_code = 0x020000, .ids = "8086:154c", .group = 6, .parent = "?", .is_vf = true},
	    {.name = "0000:01:00.2", .class_code = 0x020000, .ids = "8086:154c", .group = 5, .parent = "?", .is_vf = true});
	struct verdict alone = judge(&mem, &h, "01:00.1"), together = judge(&mem, &h, "01:00.0");

	(void)state;
	assert_ready(&alone, 0);
	assert_int_equal(together.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&together, "0000:01:00.2", BLOCK_STRANGER));
}

static void functions_on_the_root_bus_only_share_a_number(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, ROOT_BRIDGE, {"0000:00:1f.0", 0x060100, "8086:a305", 9, NULL},
	    {"0000:00:1f.3", 0x040300, "8086:a348", 9, "snd_hda_intel"}, {"0000:00:1f.4", 0x0c0500, "8086:a323", 9, "i801_smbus"});
	struct verdict v = judge(&mem, &h, "00:1f.3");

	(void)state;
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&v, "0000:00:1f.0", BLOCK_STRANGER));
	assert_true(has_blocker(&v, "0000:00:1f.4", BLOCK_STRANGER));
	assert_int_equal(v.n_companions, 0);
}

static void a_bus_with_a_host_bridge_is_a_root_bus_too(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:40:00.0", 0x060000, "1022:1480", 3, NULL, "?"},
	    {"0000:40:08.0", 0x0c0330, "8086:0001", 9, NULL, "?"}, {"0000:40:08.1", 0x010601, "8086:0002", 9, NULL, "?"});
	struct verdict v = judge(&mem, &h, "40:08.0");

	(void)state;
	assert_true(has_blocker(&v, "0000:40:08.1", BLOCK_STRANGER));
}

static void an_amd_apus_processor_functions_are_strangers_and_its_sound_is_not(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:08.1", 0x060400, "1022:1635", 1, "pcieport"},
	    {"0000:05:00.0", 0x030000, "1002:1636", 5, "amdgpu", "0000:00:08.1"},
	    {"0000:05:00.1", 0x040300, "1002:1637", 5, "snd_hda_intel", "0000:00:08.1"},
	    {"0000:05:00.2", 0x108000, "1022:15df", 5, "ccp", "0000:00:08.1"},
	    {"0000:05:00.3", 0x0c0330, "1022:1639", 5, "xhci_hcd", "0000:00:08.1"},
	    {"0000:05:00.6", 0x040300, "1022:15e3", 5, "snd_hda_intel", "0000:00:08.1"});
	struct verdict v = judge(&mem, &h, "05:00.0");

	(void)state;
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_int_equal(v.n_blockers, 2);
	assert_true(has_blocker(&v, "0000:05:00.2", BLOCK_STRANGER));
	assert_true(has_blocker(&v, "0000:05:00.3", BLOCK_STRANGER));
	assert_int_equal(v.n_companions, 2);
	assert_true(has_companion(&h, &v, "0000:05:00.1"));
	assert_true(has_companion(&h, &v, "0000:05:00.6"));
}

/* Fujitsu's iRMC: a Matrox display and functions of another vendor on one card. */
static void another_vendors_function_in_the_slot_is_a_companion_in_the_same_group_only(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host together = HOST(&mem, {"0000:02:00.0", 0x030000, "102b:0538", 5, "mgag200", "?"},
	    {"0000:02:00.1", 0x0c0320, "110a:0001", 5, NULL, "?"});
	struct host apart = HOST(&mem, {"0000:02:00.0", 0x030000, "102b:0538", 5, "mgag200", "?"},
	    {"0000:02:00.1", 0x0c0320, "110a:0001", 6, NULL, "?"});
	struct verdict v = judge(&mem, &together, "02:00.0"), w = judge(&mem, &apart, "02:00.0");

	(void)state;
	assert_ready(&v, 1);
	assert_ready(&w, 0);
}

static void a_device_link_ties_functions_of_other_slots_to_the_card(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem,
	    {.name = "0000:01:00.0", .class_code = 0x030000, .ids = "1002:73bf", .group = 5, .parent = "?", .linked = "0000:02:00.0"},
	    {"0000:02:00.0", 0x040300, "1002:ab28", 6, NULL, "?"});
	struct verdict v = judge(&mem, &h, "01:00.0");

	(void)state;
	assert_ready(&v, 1);
	assert_true(has_companion(&h, &v, "0000:02:00.0"));
}

/* The link may be on either end; seen from the other one the card is the same. */
static void a_device_link_is_the_same_from_both_ends(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem,
	    {.name = "0000:01:00.0", .class_code = 0x030000, .ids = "1002:73bf", .group = 5, .parent = "?", .linked = "0000:02:00.0"},
	    {"0000:02:00.0", 0x040300, "1002:ab28", 6, NULL, "?"});

	(void)state;
	assert_true(judge_same_card(&h, function_of(&h, "01:00.0"), function_of(&h, "02:00.0")));
	assert_true(judge_same_card(&h, function_of(&h, "02:00.0"), function_of(&h, "01:00.0")));
}

static void thunderbolts_links_on_the_root_bus_make_no_card(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem,
	    {.name = "0000:00:0d.0", .class_code = 0x0c0330, .ids = "8086:9a13", .group = 5, .linked = "0000:00:0d.2"},
	    {"0000:00:0d.2", 0x0c0340, "8086:9a1b", 5, "thunderbolt"});
	struct verdict v = judge(&mem, &h, "00:0d.0");

	(void)state;
	assert_true(has_blocker(&v, "0000:00:0d.2", BLOCK_STRANGER));
}

static void nvswitches_of_a_group_are_one_fabric(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:c1:00.0", 0x068000, "10de:1af1", 5, NULL, "?"},
	    {"0000:c2:00.0", 0x068000, "10de:1af1", 5, NULL, "?"}, {"0000:c3:00.0", 0x068000, "10de:1af1", 5, NULL, "?"},
	    {"0000:c4:00.0", 0x068000, "10de:1af1", 6, NULL, "?"});
	struct verdict v = judge(&mem, &h, "c1:00.0"), alone = judge(&mem, &h, "c4:00.0");

	(void)state;
	assert_ready(&v, 2);
	assert_ready(&alone, 0);
}

/* ---- bridges ---- */

static void a_bridge_in_the_group_stays_with_a_note(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:01.0", 0x060400, "8086:0001", 5, "pcieport"},
	    {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL, "0000:00:01.0"});
	struct verdict v = judge(&mem, &h, "01:00.0");

	(void)state;
	assert_ready(&v, 0);
	assert_int_equal(v.n_bridges, 1);
	assert_int_equal(v.bridges[0], 0);
	assert_true(has_note(&v, "bridge-in-group"));
	assert_int_equal(v.viable_now, TRI_YES);
}

static void a_host_bridge_in_the_group_has_a_note_of_its_own(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:00.0", 0x060000, "8086:0002", 5, NULL}, {"0000:00:02.0", 0x030000, "8086:3e92", 5, NULL});
	struct verdict v = judge(&mem, &h, "00:02.0");

	(void)state;
	assert_ready(&v, 0);
	assert_true(has_note(&v, "host-bridge-in-group"));
	assert_false(has_note(&v, "bridge-in-group"));
}

static void bridges_of_every_class_stay_with_the_host(void **state)
{
	static const uint32_t bridges[] = {0x060000, 0x060400, 0x060401, 0x060700, 0x060940};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bridges); i++) {
		cleanup_arena struct arena mem = {0};
		struct host h = HOST(&mem, {"0000:00:01.0", bridges[i], "8086:0001", 5, "pcieport"});
		struct verdict v = judge(&mem, &h, "00:01.0");

		assert_int_equal(v.answer, ANSWER_BLOCKED);
		assert_true(has_blocker(&v, "0000:00:01.0", BLOCK_BRIDGE));
	}
}

static void isa_bridges_and_nvswitches_are_no_bridges(void **state)
{
	static const uint32_t endpoints[] = {0x060100, 0x068000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endpoints); i++) {
		cleanup_arena struct arena mem = {0};
		struct host h = HOST(&mem, {"0000:02:00.0", endpoints[i], "10de:1af1", 5, NULL, "?"});
		struct verdict v = judge(&mem, &h, "02:00.0");

		assert_ready(&v, 0);
	}
}

/* ---- no group, no class, no IOMMU ---- */

static void without_an_iommu_everything_is_blocked_and_the_card_is_still_known(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", GROUP_NONE, NULL, "?"},
	    {"0000:01:00.1", 0x040300, "10de:1aef", GROUP_NONE, NULL, "?"});
	struct verdict v;

	(void)state;
	h.has_groups = TRI_NO;
	v = judge(&mem, &h, "01:00.0");
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&v, "0000:01:00.0", BLOCK_NO_IOMMU));
	assert_true(has_companion(&h, &v, "0000:01:00.1"));
	assert_int_equal(v.viable_now, TRI_UNKNOWN);
}

static void a_function_without_group_beside_groups_is_blocked(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL, "?"},
	    {"10000:01:00.0", 0x010802, "144d:a808", GROUP_NONE, "nvme", "?"});
	struct verdict v = judge(&mem, &h, "10000:01:00.0");

	(void)state;
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&v, "10000:01:00.0", BLOCK_NO_GROUP));
	assert_string_equal(note_of(&v, "no-group").evidence, "/sys/bus/pci/devices/10000:01:00.0/iommu_group");
}

static void an_unknown_group_cannot_be_told(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", GROUP_UNKNOWN, NULL, "?"});
	struct verdict v;

	(void)state;
	h.has_groups = TRI_UNKNOWN;
	v = judge(&mem, &h, "01:00.0");
	assert_int_equal(v.answer, ANSWER_CANNOT_TELL);
	assert_true(has_note(&v, "unknown-group"));
	assert_int_equal(v.n_blockers, 0);
}

static void an_unknown_class_cannot_be_told(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0, NULL, 5, NULL, "?"});
	struct verdict v = judge(&mem, &h, "01:00.0");

	(void)state;
	assert_int_equal(v.answer, ANSWER_CANNOT_TELL);
	assert_true(has_note(&v, "unknown-class"));
}

static void a_no_iommu_group_isolates_nothing(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 0, "vfio-pci", "?"});
	struct verdict v;

	(void)state;
	group_of(&h, 0)->is_noiommu = true;
	v = judge(&mem, &h, "01:00.0");
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&v, "0000:01:00.0", BLOCK_NOIOMMU_MODE));
}

static void a_direct_region_blocks(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x010400, "103c:3239", 5, NULL, "?"});
	struct verdict v;

	(void)state;
	group_of(&h, 5)->has_direct_region = TRI_YES;
	v = judge(&mem, &h, "01:00.0");
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&v, "0000:01:00.0", BLOCK_DIRECT_REGION));
	assert_false(has_note(&v, "strangers"));
	group_of(&h, 5)->has_direct_region = TRI_UNKNOWN;
	v = judge(&mem, &h, "01:00.0");
	assert_ready(&v, 0);
}

static void a_member_that_is_no_pci_function_blocks(void **state)
{
	static const struct group_other other = {.name = "30800000.usb", .has_driver = TRI_YES, .driver = "dwc3"};
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL, "?"});
	struct verdict v;

	(void)state;
	group_of(&h, 5)->others = &other;
	group_of(&h, 5)->n_others = 1;
	v = judge(&mem, &h, "01:00.0");
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&v, "30800000.usb", BLOCK_OTHER));
	assert_int_equal(v.blockers[0].index, -1);
	assert_int_equal(v.viable_now, TRI_NO);
}

/* ---- viable now ---- */

static enum tri viable(enum tri has_driver, const char *driver, uint32_t class_code, unsigned major, unsigned minor)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:01.0", 0x060400, "8086:0001", 5, NULL}, {"0000:01:00.0", 0x030000, "10de:2204", 5, "vfio-pci"});

	h.functions[0].has_driver = has_driver;
	h.functions[0].driver = driver;
	h.functions[0].class_code = class_code;
	h.kernel_major = major;
	h.kernel_minor = minor;
	return judge_group_viable(&h, group_of(&h, 5));
}

static void a_group_is_viable_as_the_kernel_says(void **state)
{
	(void)state;
	assert_int_equal(viable(TRI_NO, NULL, 0x020000, 6, 12), TRI_YES);
	assert_int_equal(viable(TRI_YES, "vfio-pci", 0x020000, 6, 12), TRI_YES);
	assert_int_equal(viable(TRI_YES, "mlx5_vfio_pci", 0x020000, 6, 12), TRI_YES);
	assert_int_equal(viable(TRI_YES, "pci-stub", 0x020000, 6, 12), TRI_YES);
	assert_int_equal(viable(TRI_YES, "pcieport", 0x060400, 6, 12), TRI_YES);
	assert_int_equal(viable(TRI_YES, "e1000e", 0x020000, 6, 12), TRI_NO);
	assert_int_equal(viable(TRI_UNKNOWN, NULL, 0x020000, 6, 12), TRI_UNKNOWN);
}

static void a_driver_on_a_bridge_was_no_obstacle_before_5_19(void **state)
{
	(void)state;
	assert_int_equal(viable(TRI_YES, "shpchp", 0x060400, 5, 10), TRI_YES);
	assert_int_equal(viable(TRI_YES, "shpchp", 0x060400, 5, 18), TRI_YES);
	assert_int_equal(viable(TRI_YES, "shpchp", 0x060400, 4, 19), TRI_YES);
	assert_int_equal(viable(TRI_YES, "shpchp", 0x060400, 5, 19), TRI_NO);
	assert_int_equal(viable(TRI_YES, "shpchp", 0x060400, 6, 1), TRI_NO);
	assert_int_equal(viable(TRI_YES, "e1000e", 0x020000, 5, 10), TRI_NO);
	assert_int_equal(viable(TRI_YES, "shpchp", 0x060400, 0, 0), TRI_NO);
}

static void one_no_outweighs_what_is_unknown(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL}, {"0000:01:00.1", 0x040300, "10de:1aef", 5, "snd_hda_intel"});

	(void)state;
	h.functions[0].has_driver = TRI_UNKNOWN;
	assert_int_equal(judge_group_viable(&h, group_of(&h, 5)), TRI_NO);
}

static void members_that_are_no_pci_functions_count_as_well(void **state)
{
	struct group_other other = {.name = "usb", .has_driver = TRI_NO};
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:01:00.0", 0x030000, "10de:2204", 5, "vfio-pci"});
	struct iommu_group *g = group_of(&h, 5);

	(void)state;
	g->others = &other;
	g->n_others = 1;
	assert_int_equal(judge_group_viable(&h, g), TRI_YES);
	other.has_driver = TRI_UNKNOWN;
	assert_int_equal(judge_group_viable(&h, g), TRI_UNKNOWN);
	other = (struct group_other){"usb", TRI_YES, "vfio-platform"};
	assert_int_equal(judge_group_viable(&h, g), TRI_YES);
	other.driver = "dwc3";
	assert_int_equal(judge_group_viable(&h, g), TRI_NO);
}

static void variant_drivers_are_vfio_drivers_with_dash_or_underscore(void **state)
{
	(void)state;
	assert_true(judge_is_vfio_driver("vfio-pci"));
	assert_true(judge_is_vfio_driver("vfio_pci"));
	assert_true(judge_is_vfio_driver("mlx5-vfio-pci"));
	assert_true(judge_is_vfio_driver("nvgrace-gpu-vfio-pci"));
	assert_false(judge_is_vfio_driver("pci-stub"));
	assert_false(judge_is_vfio_driver("vfio-pci-core"));
	assert_false(judge_is_vfio_driver(""));
	assert_false(judge_is_vfio_driver(NULL));
	assert_false(judge_driver_leaves_dma("shpchp"));
	assert_false(judge_driver_leaves_dma(NULL));
}

/* ---- groups ---- */

static void a_group_is_judged_by_its_display(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:00:01.0", 0x060400, "8086:0001", 5, "pcieport"},
	    {"0000:01:00.0", 0x040300, "10de:1aef", 5, NULL, "0000:00:01.0"},
	    {"0000:01:00.1", 0x030000, "10de:2204", 5, NULL, "0000:00:01.0"},
	    {"0000:02:00.0", 0x060400, "8086:0001", 6, "pcieport"});
	struct verdict v = judge_group(&mem, &h, host_group(&h, 5)), bridge = judge_group(&mem, &h, host_group(&h, 6));

	(void)state;
	assert_ready(&v, 1);
	assert_true(has_companion(&h, &v, "0000:01:00.0"));
	assert_int_equal(bridge.answer, ANSWER_BLOCKED);
	assert_int_equal(bridge.viable_now, TRI_YES);
}

static void a_group_without_pci_functions_is_blocked(void **state)
{
	static const struct group_other other = {.name = "30800000.usb", .has_driver = TRI_NO};
	cleanup_arena struct arena mem = {0};
	struct iommu_group g = {.number = 3, .others = &other, .n_others = 1};
	struct host h = {.has_groups = TRI_YES, .groups = &g, .n_groups = 1};
	struct verdict v = judge_group(&mem, &h, &g);

	(void)state;
	assert_int_equal(v.answer, ANSWER_BLOCKED);
	assert_true(has_blocker(&v, "30800000.usb", BLOCK_OTHER));
	assert_true(has_note(&v, "no-pci"));
	assert_int_equal(v.viable_now, TRI_YES);
}

/* ---- reset ---- */

static struct reset_verdict judge_methods(struct arena *mem, const char *methods, bool is_alone)
{
	struct host h = HOST(mem, {"0000:01:00.0", 0x030000, "10de:2204", 5, NULL, "?"},
	    {"0000:01:00.1", 0x040300, "10de:1aef", 5, NULL, "?"});
	const char *attributes[64] = {NULL};

	attributes[ATTR_RESET_METHOD] = methods;
	h.functions[0].attributes = attributes;
	h.n_functions = is_alone ? 1 : 2;
	return judge_reset(mem, &h, &h.functions[0]);
}

static void a_bus_reset_is_no_promise_beside_other_functions(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct reset_verdict v = judge_methods(&mem, "bus", false);

	(void)state;
	assert_int_equal(v.can_reset, TRI_NO);
	assert_true(v.bus_is_useless);
	assert_null(v.used);
	v = judge_methods(&mem, "bus", true);
	assert_int_equal(v.can_reset, TRI_YES);
	assert_false(v.bus_is_useless);
	assert_string_equal(v.used, "bus");
	v = judge_methods(&mem, "bus pm", false);
	assert_string_equal(v.used, "pm");
	v = judge_methods(&mem, "flr pm bus", false);
	assert_string_equal(v.used, "flr");
	v = judge_methods(&mem, "", true);
	assert_int_equal(v.can_reset, TRI_NO);
	v = judge_methods(&mem, NULL, true);
	assert_int_equal(v.can_reset, TRI_UNKNOWN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(a_card_alone_in_its_group_is_ready),
	    T(functions_of_the_slot_are_companions),
	    T(an_endpoint_of_another_slot_is_a_stranger),
	    T(a_graphics_cards_functions_go_along_from_their_own_groups),
	    T(a_second_network_port_in_its_own_group_stays),
	    T(a_companion_whose_group_holds_others_stays_and_is_said),
	    T(a_virtual_function_is_no_companion_of_the_slot),
	    T(functions_on_the_root_bus_only_share_a_number),
	    T(a_bus_with_a_host_bridge_is_a_root_bus_too),
	    T(an_amd_apus_processor_functions_are_strangers_and_its_sound_is_not),
	    T(another_vendors_function_in_the_slot_is_a_companion_in_the_same_group_only),
	    T(a_device_link_ties_functions_of_other_slots_to_the_card),
	    T(a_device_link_is_the_same_from_both_ends),
	    T(thunderbolts_links_on_the_root_bus_make_no_card),
	    T(nvswitches_of_a_group_are_one_fabric),
	    T(a_bridge_in_the_group_stays_with_a_note),
	    T(a_host_bridge_in_the_group_has_a_note_of_its_own),
	    T(bridges_of_every_class_stay_with_the_host),
	    T(isa_bridges_and_nvswitches_are_no_bridges),
	    T(without_an_iommu_everything_is_blocked_and_the_card_is_still_known),
	    T(a_function_without_group_beside_groups_is_blocked),
	    T(an_unknown_group_cannot_be_told),
	    T(an_unknown_class_cannot_be_told),
	    T(a_no_iommu_group_isolates_nothing),
	    T(a_direct_region_blocks),
	    T(a_member_that_is_no_pci_function_blocks),
	    T(a_group_is_viable_as_the_kernel_says),
	    T(a_driver_on_a_bridge_was_no_obstacle_before_5_19),
	    T(one_no_outweighs_what_is_unknown),
	    T(members_that_are_no_pci_functions_count_as_well),
	    T(variant_drivers_are_vfio_drivers_with_dash_or_underscore),
	    T(a_group_is_judged_by_its_display),
	    T(a_group_without_pci_functions_is_blocked),
	    T(a_bus_reset_is_no_promise_beside_other_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
