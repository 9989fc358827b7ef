/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --user: which steps, who is refused, whether interrupts are remapped, and who is who. */
#include "tree.h"

#include <errno.h>
#include <string.h>

#include "apply/kinds_access.h"
#include "base/str.h"
#include "model/access.h"
#include "model/wish.h"
#include "plan/bind.h"
#include "sys/read_access.h"
#include "text/interrupts.h"

#define GPU "0000:01:00.0"
#define SOUND "0000:01:00.1"
#define NETWORK "0000:02:00.0"
#define NODE "/dev/vfio/5"

static const struct row clean[] = {
    {"0000:00:01.0", 0x060400, "8086:0001", 1, "pcieport"},
    {GPU, 0x030000, "10de:2204", 5, "nouveau", "0000:00:01.0"},
    {SOUND, 0x040300, "10de:1aef", 5, "snd_hda_intel", "0000:00:01.0"},
    {NETWORK, 0x020000, "8086:10d3", 6, "e1000e", "?"},
};

static const struct row with_vfio[] = {
    {"0000:00:01.0", 0x060400, "8086:0001", 1, "pcieport"},
    {GPU, 0x030000, "10de:2204", 5, "vfio-pci", "0000:00:01.0", .node = "5"},
    {SOUND, 0x040300, "10de:1aef", 5, "vfio-pci", "0000:00:01.0", .node = "5"},
};

static const struct bind_wish for_ann = {.user = "ann:kvm", .uid = 1000, .gid = 108};

static struct host host_with(struct arena *mem, const struct row *rows, size_t n, const char *access)
{
	static struct kernel_module module = {"vfio_pci", false, true};
	struct host h = host_of(mem, rows, n);
	struct node_access *one = arena_alloc(mem, sizeof(*one));

	*one = (struct node_access){NODE, access};
	h.accesses = one;
	h.n_accesses = access ? 1 : 0;
	h.modules = &module;
	h.n_modules = 1;
	h.has_irq_remapping = TRI_YES;
	return h;
}

static int plan_for(struct arena *mem, const struct host *h, struct bind_wish wish, struct plan *ret, struct err *e)
{
	struct pci_addr target = addr_of(GPU);

	wish.targets = &target;
	wish.n_targets = 1;
	*e = (struct err){0};
	return plan_bind(mem, h, &wish, ret, e);
}

static struct plan good_plan(struct arena *mem, const struct host *h, struct bind_wish wish)
{
	struct plan p = {0};
	struct err e;

	if (plan_for(mem, h, wish, &p, &e) < 0)
		fail_msg("%s", e.what);
	return p;
}

static int find_step(const struct plan *p, enum kind kind)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == kind)
			return (int)i;
	return -1;
}

static void refused(const struct host *h, struct bind_wish wish, int code, const char *why, const char *hint)
{
	cleanup_arena struct arena mem = {0};
	struct plan p;
	struct err e;

	assert_int_equal(plan_for(&mem, h, wish, &p, &e), code);
	if (!strstr(e.what, why) || (hint && !strstr(e.hint, hint)))
		fail_msg("says: %s (%s)", e.what, e.hint);
}

/* ---- planning ---- */

static void the_node_is_given_last_and_taken_away_first(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, clean, ARRAY_LEN(clean), NULL);
	struct plan p = good_plan(&mem, &h, for_ann), inverse = plan_inverse(&mem, &p);
	const struct step *last = &p.steps[p.n_steps - 1];

	(void)state;
	assert_int_equal(last->kind, KIND_ACCESS);
	assert_string_equal(last->target, NODE);
	assert_string_equal(last->have.text, "");
	assert_string_equal(last->want.text, "1000:108 660");
	assert_int_equal(last->back, BACK_EXACT);
	assert_int_equal(inverse.steps[0].kind, KIND_ACCESS);
	assert_string_equal(inverse.steps[0].want.text, "");
}

static void each_group_has_its_node_given(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, clean, ARRAY_LEN(clean), NULL);
	struct pci_addr targets[] = {addr_of(GPU), addr_of(NETWORK)};
	struct bind_wish wish = for_ann;
	struct plan p = {0};
	struct err e = {0};

	(void)state;
	wish.targets = targets;
	wish.n_targets = 2;
	assert_int_equal(plan_bind(&mem, &h, &wish, &p, &e), 0);
	assert_string_equal(p.steps[p.n_steps - 2].target, NODE);
	assert_string_equal(p.steps[p.n_steps - 1].target, "/dev/vfio/6");
}

static void without_a_user_no_node_is_touched(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, clean, ARRAY_LEN(clean), NULL);
	struct plan p = good_plan(&mem, &h, (struct bind_wish){0});

	(void)state;
	assert_int_equal(find_step(&p, KIND_ACCESS), -1);
}

static void a_card_handed_over_already_changes_its_user_alone(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, with_vfio, ARRAY_LEN(with_vfio), "1001:1001 660");
	struct plan p = good_plan(&mem, &h, for_ann);
	int *functions, access = find_step(&p, KIND_ACCESS);

	(void)state;
	assert_int_equal(plan_count_moves(&p), 1);
	assert_string_equal(p.steps[access].have.text, "1001:1001 660");
	/* A guest of the other's must have ended, and what it stands for is leased by its functions. */
	assert_in_range(find_step(&p, KIND_UNHELD), 0, (uintmax_t)access);
	assert_int_equal(plan_functions(&mem, &h, &p, &functions), 2);
}

static void what_is_the_users_already_gives_an_empty_plan(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, with_vfio, ARRAY_LEN(with_vfio), "1000:108 660");
	struct plan p = good_plan(&mem, &h, for_ann);

	(void)state;
	assert_int_equal(p.n_steps, 0);
}

static void release_takes_the_node_back_before_the_functions_go(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, clean, ARRAY_LEN(clean), NULL);
	struct host bound = host_with(&mem, with_vfio, ARRAY_LEN(with_vfio), "1000:108 660");
	struct plan taken = good_plan(&mem, &h, for_ann), p = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_release(&mem, &bound, &taken, &p, &e), 0);
	assert_in_range(find_step(&p, KIND_ACCESS), 0, (uintmax_t)find_step(&p, KIND_BINDING));
	assert_in_range(find_step(&p, KIND_UNHELD), 0, (uintmax_t)find_step(&p, KIND_ACCESS));
}

/* Its functions stay with VFIO, so the modules are still needed. */
static void release_of_access_alone_unloads_nothing(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host bound = host_with(&mem, with_vfio, ARRAY_LEN(with_vfio), "1001:1001 660"), h;
	struct plan taken = good_plan(&mem, &bound, for_ann), p = {0};
	struct err e = {0};

	(void)state;
	plan_add_move(&mem, &taken, KIND_MODULE, "vfio", (struct value){0}, (struct value){.flag = true});
	h = host_with(&mem, with_vfio, ARRAY_LEN(with_vfio), "1000:108 660");
	h.n_modules = 0;
	assert_int_equal(plan_release(&mem, &h, &taken, &p, &e), 0);
	assert_int_equal(plan_count_moves(&p), 1);
	assert_string_equal(p.steps[find_step(&p, KIND_ACCESS)].want.text, "1001:1001 660");
	assert_true(find_step(&p, KIND_IDENTITY) >= 0);
}

static void where_interrupts_are_not_remapped_only_root_gets_a_card(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, clean, ARRAY_LEN(clean), NULL);

	(void)state;
	h.has_irq_remapping = TRI_NO;
	refused(&h, for_ann, -EPERM, "interrupts are not remapped", "firmware");
	refused(&h, for_ann, -EPERM, "send any interrupt to the host", "x2APIC");
	refused(&h, for_ann, -EPERM, "ann:kvm", "without --user");
	(void)good_plan(&mem, &h, (struct bind_wish){0});
	h.has_irq_remapping = TRI_UNKNOWN;
	(void)good_plan(&mem, &h, for_ann);
}

static void a_user_goes_with_vfio_alone_and_is_not_root(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_with(&mem, clean, ARRAY_LEN(clean), NULL);

	(void)state;
	refused(&h, (struct bind_wish){.user = "ann", .uid = 1000, .driver = "vfio-pci"}, -EINVAL, "--user goes with a card", NULL);
	refused(&h, (struct bind_wish){.user = "ann", .uid = 1000, .verb = VERB_UNBIND}, -EINVAL, "--user goes with a card", NULL);
	refused(&h, (struct bind_wish){.user = "root"}, -EINVAL, "is root", "leave --user out");
}

static void users_are_told_by_their_form(void **state)
{
	static const char *const good[] = {"ann", "ann:kvm", "1000:108", "ann@home", "HOME\\ann:HOME\\guests", "a", "systemd-x"};
	static const char *const bad[] = {"", ":", "ann:", ":kvm", "a:b:c", "-ann", "a b", "a/b", "ann\n", "a\"b", "\xc3\xa4", "ann:-g"};
	char longest[66];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!wish_user_is_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (wish_user_is_valid(bad[i]))
			fail_msg("passed: %s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	longest[65] = '\0';
	assert_false(wish_user_is_valid(longest));
	assert_true(wish_user_is_valid(longest + 1));
}

/* ---- values ---- */

static void an_access_is_said_in_words(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_string_equal(access_describe(&mem, "1000:108 660"), "user 1000, group 108, mode 0660");
	assert_string_equal(access_describe(&mem, ""), "root alone");
	assert_string_equal(access_describe(&mem, "0:0 600"), "root alone");
	assert_string_equal(access_describe(&mem, NULL), "root alone");
}

static void roots_alone_is_as_good_as_gone(void **state)
{
	(void)state;
	assert_true(access_equal("0:0 600", ""));
	assert_true(access_equal("", ""));
	assert_false(access_equal("", "0:0 600"));
	assert_false(access_equal("0:0 660", ""));
	assert_false(access_equal("1000:108 660", ""));
}

static bool between(const char *have, const char *want, const char *now)
{
	struct step s = {.kind = KIND_ACCESS, .have.text = have, .want.text = want};

	return access_between(&s, &(struct value){.text = now});
}

static void owner_and_mode_may_be_changed_one_without_the_other(void **state)
{
	(void)state;
	assert_true(between("0:0 600", "1000:108 660", "1000:108 600"));
	assert_true(between("0:0 600", "1000:108 660", "0:0 660"));
	assert_false(between("0:0 600", "1000:108 660", "1001:108 600"));
	assert_false(between("0:0 600", "1000:108 660", "0:108 600"));
	assert_false(between("0:0 600", "1000:108 660", "1000:108 666"));
}

static void a_node_that_comes_with_the_driver_is_whatever_udev_makes_of_it(void **state)
{
	(void)state;
	assert_true(between("", "1000:108 660", "0:108 660"));
	assert_true(between("1000:108 660", "", "0:108 660"));
}

/* ---- interrupts ---- */

static enum tri remapped(const char *const *lines, size_t n)
{
	struct interrupts i = {0};

	for (size_t k = 0; k < n; k++)
		interrupts_line(&i, lines[k]);
	return interrupts_are_remapped(&i);
}

static void remapped_interrupts_have_chips_of_their_own(void **state)
{
	static const char *const with[] = {
	    "            CPU0       CPU1       ",
	    "   1:          9          0  IR-IO-APIC   1-edge      i8042",
	    "  24:          0          0  DMAR-MSI   0-edge      dmar0",
	    " LOC:       1234       4321   Local timer interrupts",
	};
	static const char *const without[] = {
	    "   1:          9          0   IO-APIC   1-edge      i8042",
	    "  24:          0          0  DMAR-MSI   0-edge      dmar0",
	    "  25:          0          0  PCI-MSIX-0000:03:00.0   0-edge      nvme0q0",
	    "  26:          0          0   PCI-MSI 512-edge      IR-receiver",
	};
	static const char *const arm[] = {
	    " 13:       3000       2000     GICv3  27 Level     arch_timer",
	    " 45:          0          0   ITS-PCI-MSI-0000:01:00.0   0 Edge      nvme0q0",
	};

	(void)state;
	assert_int_equal(remapped(with, ARRAY_LEN(with)), TRI_YES);
	assert_int_equal(remapped(without, ARRAY_LEN(without)), TRI_NO);
	assert_int_equal(remapped(arm, ARRAY_LEN(arm)), TRI_UNKNOWN);
	assert_int_equal(remapped((const char *const[]){"IR-PCI-MSIX-0000:03:00.0"}, 1), TRI_YES);
	assert_int_equal(remapped((const char *const[]){"IO-APIC"}, 1), TRI_NO);
	assert_int_equal(remapped((const char *const[]){"XT-PIC"}, 1), TRI_NO);
	assert_int_equal(remapped(NULL, 0), TRI_UNKNOWN);
}

/* With a few hundred processors the chip's name stands beyond what is read of a line. */
static void each_interrupt_is_asked_for_its_chip_before_the_lines_are_read(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	assert_int_equal(read_irq_remapping(&t.real.sys, &t.mem), TRI_UNKNOWN);
	tree_file(&t, "proc/interrupts", "   1:          9   IO-APIC   1-edge      i8042\n");
	assert_int_equal(read_irq_remapping(&t.real.sys, &t.mem), TRI_NO);
	tree_file(&t, "sys/kernel/irq/0/chip_name", "\n");
	tree_folder(&t, "sys/kernel/irq/1");
	tree_file(&t, "sys/kernel/irq/9/chip_name", "IR-IO-APIC\n");
	assert_int_equal(read_irq_remapping(&t.real.sys, &t.mem), TRI_YES);
	tree_done(&t);
}

/* ---- accounts ---- */

static int find(struct arena *mem, const char *text, struct sys_user *ret)
{
	struct sys_real real;
	struct err e;
	int r;

	assert_int_equal(sys_real_open(&real, NULL, &e), 0);
	r = real.sys.ops->find_user(&real.sys, mem, text, ret);
	sys_real_close(&real);
	return r;
}

static void accounts_are_found_by_name_and_number(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct sys_user u = {.uid = 7};

	(void)state;
	assert_int_equal(find(&mem, "root", &u), 0);
	assert_true(u.uid == 0 && u.gid == 0 && u.n_groups > 0 && u.groups[0] == 0);
	assert_string_equal(u.name, "root");
	assert_int_equal(find(&mem, "0", &u), 0);
	assert_string_equal(u.name, "root");
	assert_int_equal(find(&mem, "root:4000000007", &u), 0);
	assert_int_equal(u.gid, 4000000007u);
	assert_int_equal(find(&mem, "4000000007:108", &u), 0);
	assert_true(u.uid == 4000000007u && u.gid == 108 && u.n_groups == 1 && u.groups[0] == 108);
	assert_string_equal(u.home, "/");
	assert_int_equal(find(&mem, "4000000007", &u), -ENODATA);
	assert_int_equal(find(&mem, "no-such-user", &u), -ENOENT);
	assert_int_equal(find(&mem, "root:no-such-group", &u), -ESRCH);
	assert_int_equal(find(&mem, "4294967295:0", &u), -ENOENT);
	assert_int_equal(find(&mem, "1:4294967295", &u), -ESRCH);
}

static void a_recorded_host_has_no_accounts_and_no_nodes(void **state)
{
	struct sys_device device;
	struct sys_user u;
	struct access a;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "dev/vfio/5", "");
	assert_int_equal(t.real.sys.ops->find_user(&t.real.sys, &t.mem, "root", &u), -EXDEV);
	assert_int_equal(t.real.sys.ops->access_get(&t.real.sys, "dev/vfio/5", &a, &device), -EXDEV);
	assert_int_equal(t.real.sys.ops->access_set(&t.real.sys, "dev/vfio/5", &(struct access){0}), -EXDEV);
	tree_done(&t);
}

static void only_a_node_itself_is_given_away(void **state)
{
	struct sys_device device = {0};
	struct access a;
	struct tree t;
	const char *name;

	(void)state;
	tree_open(&t);
	t.real.sys.is_live = true; /* its root is not this host's: nothing else is reached */
	tree_file(&t, "dev/vfio/5", "");
	tree_link(&t, "dev/vfio/6", "/dev/null");
	assert_int_equal(t.real.sys.ops->access_set(&t.real.sys, "dev/vfio/5", &(struct access){.mode = 0600}), -ENOTTY);
	assert_int_equal(t.real.sys.ops->access_set(&t.real.sys, "dev/vfio/6", &(struct access){.mode = 0600}), -ENOTTY);
	assert_int_equal(t.real.sys.ops->access_set(&t.real.sys, "dev/vfio/7", &(struct access){.mode = 0600}), -ENOENT);
	tree_done(&t);
	name = "dev/null";
	tree_open(&t);
	sys_real_close(&t.real);
	assert_int_equal(sys_real_open(&t.real, NULL, &(struct err){0}), 0);
	assert_int_equal(t.real.sys.ops->access_get(&t.real.sys, name, &a, &device), 0);
	assert_true(device.major == 1 && device.minor == 3 && access_is_for_all(&a));
	tree_done(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(the_node_is_given_last_and_taken_away_first),
	    T(each_group_has_its_node_given),
	    T(without_a_user_no_node_is_touched),
	    T(a_card_handed_over_already_changes_its_user_alone),
	    T(what_is_the_users_already_gives_an_empty_plan),
	    T(release_takes_the_node_back_before_the_functions_go),
	    T(release_of_access_alone_unloads_nothing),
	    T(where_interrupts_are_not_remapped_only_root_gets_a_card),
	    T(a_user_goes_with_vfio_alone_and_is_not_root),
	    T(users_are_told_by_their_form),
	    T(an_access_is_said_in_words),
	    T(roots_alone_is_as_good_as_gone),
	    T(owner_and_mode_may_be_changed_one_without_the_other),
	    T(a_node_that_comes_with_the_driver_is_whatever_udev_makes_of_it),
	    T(remapped_interrupts_have_chips_of_their_own),
	    T(each_interrupt_is_asked_for_its_chip_before_the_lines_are_read),
	    T(accounts_are_found_by_name_and_number),
	    T(a_recorded_host_has_no_accounts_and_no_nodes),
	    T(only_a_node_itself_is_given_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
