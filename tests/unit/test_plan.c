/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan/bind and export/qemu: which steps, in which order; which words. */
#include "check.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "export/qemu.h"
#include "plan/bind.h"

#define GPU "0000:01:00.0"
#define SOUND "0000:01:00.1"
#define NETWORK "0000:02:00.0"

static const struct allowance any_stranger = {.id = "stranger", .is_of_all = true};

static const struct row clean[] = {
    {"0000:00:01.0", 0x060400, "8086:0001", 1, "pcieport"},
    {GPU, 0x030000, "10de:2204", 5, "nouveau", "0000:00:01.0"},
    {SOUND, 0x040300, "10de:1aef", 5, "snd_hda_intel", "0000:00:01.0"},
    {NETWORK, 0x020000, "8086:10d3", 6, "e1000e", "?"},
};

static const struct row strangers[] = {
    {"0000:00:01.0", 0x060400, "8086:0001", 5, "pcieport"},
    {GPU, 0x030000, "10de:2204", 5, "nouveau", "0000:00:01.0"},
    {SOUND, 0x040300, "10de:1aef", 5, "snd_hda_intel", "0000:00:01.0"},
    {NETWORK, 0x020000, "8086:10d3", 5, "e1000e", "0000:00:01.0"},
};

static int plan_for(struct arena *mem, const struct host *h, const char *target, struct bind_wish wish, struct plan *ret,
    struct err *e)
{
	struct pci_addr addr = addr_of(target);

	wish.targets = &addr;
	wish.n_targets = 1;
	*e = (struct err){0};
	return plan_bind(mem, h, &wish, ret, e);
}

static struct plan good_plan(struct arena *mem, const struct host *h, const char *target, struct bind_wish wish)
{
	struct plan p = {0};
	struct err e;

	if (plan_for(mem, h, target, wish, &p, &e) < 0)
		fail_msg("%s", e.what);
	return p;
}

/* Position of the first step of a kind for a target, -1: none. */
static int find_step(const struct plan *p, enum kind kind, const char *target)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == kind && str_eq(p->steps[i].target, target))
			return (int)i;
	return -1;
}

static const struct step *step_of(const struct plan *p, enum kind kind, const char *target)
{
	int i = find_step(p, kind, target);

	assert_true(i >= 0);
	return &p->steps[i];
}

static struct host with_modules(struct host h, bool is_loaded)
{
	static struct kernel_module modules[2];

	modules[0] = (struct kernel_module){"vfio", is_loaded, true};
	modules[1] = (struct kernel_module){"vfio_pci", is_loaded, true};
	h.modules = modules;
	h.n_modules = 2;
	return h;
}

/* The host as it is once p is carried out. */
static struct host after(struct arena *mem, const struct host *h, const struct plan *p)
{
	struct host then = *h;

	then.functions = arena_alloc(mem, h->n_functions * sizeof(*h->functions));
	memcpy(then.functions, h->functions, h->n_functions * sizeof(*h->functions));
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct step *s = &p->steps[i];

		if (s->kind != KIND_BINDING)
			continue;
		then.functions[index_of(h, s->target)].driver = s->want.driver;
		then.functions[index_of(h, s->target)].driver_override = s->want.driver_override;
		then.functions[index_of(h, s->target)].has_driver = tri_from(s->want.driver != NULL);
		then.functions[index_of(h, s->target)].vfio_node = str_eq(s->want.driver, "vfio-pci") ? "5" : NULL;
	}
	return then;
}

/* ---- handing over ---- */

static void sound_goes_before_the_display_and_modules_before_both(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = with_modules(host_of(&mem, clean, ARRAY_LEN(clean)), false);
	struct plan p = good_plan(&mem, &h, GPU, (struct bind_wish){0});

	(void)state;
	assert_true(find_step(&p, KIND_IDENTITY, GPU) < find_step(&p, KIND_MODULE, "vfio"));
	assert_true(find_step(&p, KIND_MODULE, "vfio") < find_step(&p, KIND_MODULE, "vfio_pci"));
	assert_true(find_step(&p, KIND_MODULE, "vfio_pci") < find_step(&p, KIND_BINDING, SOUND));
	assert_true(find_step(&p, KIND_BINDING, SOUND) < find_step(&p, KIND_BINDING, GPU));
	assert_true(find_step(&p, KIND_BINDING, GPU) < find_step(&p, KIND_NODE, "/dev/vfio/5"));
	assert_true(find_step(&p, KIND_NODE, "/dev/vfio/5") < find_step(&p, KIND_VIABLE, "5"));
	assert_true(find_step(&p, KIND_IDENTITY, SOUND) >= 0);
	assert_int_equal(plan_count_moves(&p), 4);
	assert_int_equal(find_step(&p, KIND_BINDING, NETWORK), -1);
	assert_string_equal(step_of(&p, KIND_BINDING, GPU)->have.driver, "nouveau");
	assert_string_equal(step_of(&p, KIND_BINDING, GPU)->want.driver_override, "vfio-pci");
}

static void a_companion_named_alone_takes_the_whole_card(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));
	struct plan p = good_plan(&mem, &h, SOUND, (struct bind_wish){0});

	(void)state;
	assert_true(find_step(&p, KIND_BINDING, GPU) >= 0);
}

static void strangers_are_named_with_the_words_that_park_them(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, strangers, ARRAY_LEN(strangers));
	struct plan p = {0};
	struct err e;

	(void)state;
	assert_int_equal(plan_for(&mem, &h, GPU, (struct bind_wish){0}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, NETWORK " (e1000e)"));
	assert_non_null(strstr(e.what, "group 5"));
	assert_true(str_starts(e.hint, "--allow=stranger:" NETWORK " "));
}

static void many_strangers_are_counted(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {GPU, 0x030000, "10de:2204", 5, NULL, "?"}, {"0000:02:00.0", 0x020000, "8086:10d3", 5, NULL, "?"},
	    {"0000:03:00.0", 0x020000, "8086:10d3", 5, NULL, "?"}, {"0000:04:00.0", 0x020000, "8086:10d3", 5, NULL, "?"},
	    {"0000:05:00.0", 0x020000, "8086:10d3", 5, NULL, "?"}, {"0000:06:00.0", 0x020000, "8086:10d3", 5, NULL, "?"});
	struct plan p = {0};
	struct err e;

	(void)state;
	assert_int_equal(plan_for(&mem, &h, GPU, (struct bind_wish){0}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, "0000:02:00.0 (no driver)"));
	assert_non_null(strstr(e.what, "and 2 more"));
	assert_true(str_starts(e.hint, "--allow=stranger "));
}

static void a_parked_stranger_has_no_driver_and_an_override_nobody_matches(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, strangers, ARRAY_LEN(strangers));
	struct allowance parked = {.id = "stranger", .addr = addr_of(NETWORK)};
	struct plan p = good_plan(&mem, &h, GPU, (struct bind_wish){.allowed = &parked, .n_allowed = 1});
	const struct step *s = step_of(&p, KIND_BINDING, NETWORK);

	(void)state;
	assert_null(s->want.driver);
	assert_string_equal(s->want.driver_override, "none");
	assert_true(find_step(&p, KIND_BINDING, NETWORK) < find_step(&p, KIND_BINDING, GPU));
	assert_int_equal(find_step(&p, KIND_BINDING, "0000:00:01.0"), -1);
}

/* A parked stranger is taken off its driver as well: a card swapped in between must be noticed. */
static void a_parked_strangers_identity_is_required_too(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, strangers, ARRAY_LEN(strangers));
	struct plan p = good_plan(&mem, &h, GPU, (struct bind_wish){.allowed = &any_stranger, .n_allowed = 1});

	(void)state;
	assert_true(find_step(&p, KIND_IDENTITY, NETWORK) >= 0);
}

/* --allow=stranger must not take a device from a running guest: what is on vfio-pci may be one's. */
static void a_stranger_on_vfio_is_parked_only_when_nobody_holds_it(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, strangers, ARRAY_LEN(strangers));
	struct plan p;
	int k = index_of(&h, NETWORK);

	(void)state;
	h.functions[k].driver = "vfio-pci";
	for (size_t i = 0; i < h.n_functions; i++)
		h.functions[i].vfio_node = "5";
	p = good_plan(&mem, &h, GPU, (struct bind_wish){.allowed = &any_stranger, .n_allowed = 1});
	assert_true(find_step(&p, KIND_BINDING, NETWORK) == -1 ||
	    (find_step(&p, KIND_UNHELD, "/dev/vfio/5") >= 0 &&
		find_step(&p, KIND_UNHELD, "/dev/vfio/5") < find_step(&p, KIND_BINDING, NETWORK)));
}

static void two_targets_of_one_group_are_no_strangers(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, strangers, ARRAY_LEN(strangers));
	struct pci_addr targets[] = {addr_of(GPU), addr_of(NETWORK)};
	struct bind_wish wish = {.targets = targets, .n_targets = 2, .allowed = &any_stranger, .n_allowed = 1};
	struct plan p = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_bind(&mem, &h, &wish, &p, &e), 0);
	assert_string_equal(step_of(&p, KIND_BINDING, NETWORK)->want.driver, "vfio-pci");
	assert_int_equal(plan_count_moves(&p), 3);
}

/* As above without --allow: nothing is left over that would have to be parked. */
static void a_group_named_whole_needs_no_allowance(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, strangers, ARRAY_LEN(strangers));
	struct pci_addr targets[] = {addr_of(GPU), addr_of(NETWORK)};
	struct bind_wish wish = {.targets = targets, .n_targets = 2};
	struct plan p = {0};
	struct err e = {0};

	(void)state;
	if (plan_bind(&mem, &h, &wish, &p, &e) < 0)
		fail_msg("%s (%s)", e.what, e.hint);
}

static void what_is_bound_already_gives_an_empty_plan(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = with_modules(host_of(&mem, clean, ARRAY_LEN(clean)), true);
	struct plan p = good_plan(&mem, &h, GPU, (struct bind_wish){0});
	struct host bound = after(&mem, &h, &p);
	struct plan again = good_plan(&mem, &bound, GPU, (struct bind_wish){0});

	(void)state;
	assert_int_equal(again.n_steps, 0);
}

static void a_variant_driver_stays(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));
	struct plan p;

	(void)state;
	h.functions[index_of(&h, GPU)].driver = "nvgrace-gpu-vfio-pci";
	p = good_plan(&mem, &h, GPU, (struct bind_wish){0});
	assert_int_equal(find_step(&p, KIND_BINDING, GPU), -1);
	assert_true(find_step(&p, KIND_BINDING, SOUND) >= 0);
}

static void what_blocks_is_said(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));
	struct plan p = {0};
	struct err e;

	(void)state;
	assert_int_equal(plan_for(&mem, &h, "0000:00:01.0", (struct bind_wish){.allowed = &any_stranger, .n_allowed = 1}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, "bridge"));
	assert_int_equal(plan_for(&mem, &h, "09:00.0", (struct bind_wish){0}, &p, &e), -ENODEV);
	h.functions[index_of(&h, SOUND)].is_busy = true;
	assert_int_equal(plan_for(&mem, &h, GPU, (struct bind_wish){0}, &p, &e), -EBUSY);
	group_of(&h, 6)->has_direct_region = TRI_YES;
	assert_int_equal(plan_for(&mem, &h, NETWORK, (struct bind_wish){.allowed = &any_stranger, .n_allowed = 1}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, "firmware"));
	h.functions[index_of(&h, NETWORK)].has_class = false;
	assert_int_equal(plan_for(&mem, &h, NETWORK, (struct bind_wish){0}, &p, &e), -EPERM);
	assert_non_null(strstr(e.what, "cannot tell"));
}

/* ---- exactly ---- */

static void refuse(const struct row *rows, size_t n, const char *function, const char *override, const char *vfs, const char *says)
{
	cleanup_arena struct arena mem = {0};
	const char *attributes[ATTRIBUTES] = {[ATTR_VFS] = vfs};
	struct host h = host_of(&mem, rows, n);
	struct pci_function *f = &h.functions[host_index(&h, host_find(&h, addr_of(function)))];
	struct plan p;
	struct err e;

	f->driver_override = override;
	f->attributes = attributes;
	assert_true(plan_for(&mem, &h, function, (struct bind_wish){0}, &p, &e) < 0);
	if (!strstr(e.what, says))
		fail_msg("\"%s\" does not say \"%s\"", e.what, says);
}

static void what_would_be_lost_with_the_driver_is_refused(void **state)
{
	(void)state;
	refuse(clean, ARRAY_LEN(clean), NETWORK, NULL, "2", "2 virtual functions");
	/* A blank behind it: a journal would refuse to say it again (KF-04). */
	refuse(clean, ARRAY_LEN(clean), GPU, "vfio-pci ", NULL, "no driver can have");
}

static void a_bridge_on_a_driver_of_the_host_is_said_beforehand(void **state)
{
	static const struct row rows[] = {
	    {"0000:00:01.0", 0x060400, "8086:0001", 5, "shpchp"},
	    {GPU, 0x030000, "10de:2204", 5, "nouveau", "0000:00:01.0"},
	};

	(void)state;
	refuse(rows, ARRAY_LEN(rows), GPU, NULL, NULL, "is on driver shpchp");
}

static void the_hosts_own_driver_needs_no_override(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));
	struct plan stub = good_plan(&mem, &h, SOUND, (struct bind_wish){.driver = "pci-stub"});
	struct plan native = good_plan(&mem, &h, SOUND, (struct bind_wish){.driver = "snd_soc_avs"});
	struct plan none = good_plan(&mem, &h, SOUND, (struct bind_wish){.verb = VERB_UNBIND});

	(void)state;
	assert_string_equal(step_of(&stub, KIND_BINDING, SOUND)->want.driver_override, "pci-stub");
	assert_null(step_of(&native, KIND_BINDING, SOUND)->want.driver_override);
	assert_null(step_of(&none, KIND_BINDING, SOUND)->want.driver);
	assert_int_equal(plan_count_moves(&stub), 1);
}

static void what_is_on_vfio_is_taken_off_only_unheld(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));
	struct plan p;

	(void)state;
	h.functions[index_of(&h, GPU)].driver = "vfio-pci";
	h.functions[index_of(&h, GPU)].vfio_node = "5";
	p = good_plan(&mem, &h, GPU, (struct bind_wish){.verb = VERB_UNBIND});
	assert_true(find_step(&p, KIND_UNHELD, "/dev/vfio/5") >= 0);
	assert_true(find_step(&p, KIND_UNHELD, "/dev/vfio/5") < find_step(&p, KIND_BINDING, GPU));
}

static void the_group_a_host_driver_spoils_is_told(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));
	struct plan taken = good_plan(&mem, &h, GPU, (struct bind_wish){0});
	struct host bound = after(&mem, &h, &taken);
	struct plan p = good_plan(&mem, &bound, SOUND, (struct bind_wish){.driver = "snd_hda_intel"});
	struct plan none = good_plan(&mem, &bound, SOUND, (struct bind_wish){.verb = VERB_UNBIND});
	int *groups;

	(void)state;
	assert_int_equal(plan_groups_no_longer_viable(&mem, &bound, &p, &groups), 1);
	assert_int_equal(groups[0], 5);
	assert_int_equal(plan_groups_no_longer_viable(&mem, &bound, &none, &groups), 0);
}

/* ---- giving back ---- */

static struct plan release_of(struct arena *mem, const struct host *h, const struct plan *taken)
{
	struct plan p = {0};
	struct err e = {0};

	if (plan_release(mem, h, taken, &p, &e) < 0)
		fail_msg("%s", e.what);
	return p;
}

static void release_runs_backwards_and_brings_the_display_first(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = with_modules(host_of(&mem, clean, ARRAY_LEN(clean)), false);
	struct plan taken = good_plan(&mem, &h, GPU, (struct bind_wish){0});
	struct host bound = after(&mem, &h, &taken);
	struct plan p;

	(void)state;
	bound.n_modules = 0;
	p = release_of(&mem, &bound, &taken);
	assert_true(find_step(&p, KIND_UNHELD, "/dev/vfio/5") < find_step(&p, KIND_BINDING, GPU));
	assert_true(find_step(&p, KIND_BINDING, GPU) < find_step(&p, KIND_BINDING, SOUND));
	assert_true(find_step(&p, KIND_BINDING, SOUND) < find_step(&p, KIND_MODULE, "vfio_pci"));
	assert_true(find_step(&p, KIND_MODULE, "vfio_pci") < find_step(&p, KIND_MODULE, "vfio"));
	assert_false(step_of(&p, KIND_MODULE, "vfio")->want.flag);
	assert_string_equal(step_of(&p, KIND_BINDING, GPU)->want.driver, "nouveau");
	assert_null(step_of(&p, KIND_BINDING, GPU)->want.driver_override);
	assert_true(find_step(&p, KIND_IDENTITY, GPU) >= 0);
}

static void release_keeps_the_modules_others_use(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = with_modules(host_of(&mem, clean, ARRAY_LEN(clean)), false);
	struct plan taken = good_plan(&mem, &h, GPU, (struct bind_wish){0}), p;
	struct host bound = after(&mem, &h, &taken);

	(void)state;
	bound.n_modules = 0;
	bound.functions[index_of(&h, NETWORK)].driver = "vfio-pci";
	p = release_of(&mem, &bound, &taken);
	assert_int_equal(find_step(&p, KIND_MODULE, "vfio"), -1);
	assert_int_equal(plan_count_moves(&p), 2);
}

static void release_of_what_is_back_already_has_no_moves(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = with_modules(host_of(&mem, clean, ARRAY_LEN(clean)), true);
	struct plan taken = good_plan(&mem, &h, GPU, (struct bind_wish){0});
	struct plan p = release_of(&mem, &h, &taken);

	(void)state;
	assert_int_equal(plan_count_moves(&p), 0);
}

static void release_refuses_a_driver_that_came_since(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = with_modules(host_of(&mem, clean, ARRAY_LEN(clean)), true);
	struct plan taken = good_plan(&mem, &h, GPU, (struct bind_wish){0}), p;
	struct host bound = after(&mem, &h, &taken);
	struct err e = {0};

	(void)state;
	bound.functions[index_of(&h, SOUND)].driver = "pci-stub";
	assert_int_equal(plan_release(&mem, &bound, &taken, &p, &e), -ESTALE);
	assert_non_null(strstr(e.what, SOUND));
	assert_non_null(strstr(e.what, "pci-stub"));
}

static void release_leaves_out_what_is_gone(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = with_modules(host_of(&mem, clean, ARRAY_LEN(clean)), true);
	struct plan taken = good_plan(&mem, &h, GPU, (struct bind_wish){0});
	struct host empty = {.has_groups = TRI_YES};
	struct plan p = release_of(&mem, &empty, &taken);

	(void)state;
	assert_int_equal(p.n_steps, 0);
}

/* ---- QEMU ---- */

static void check_words(const struct host *h, const int *functions, size_t n, const char *want)
{
	cleanup_arena struct arena mem = {0};
	const char **words;
	const char *all = "";
	size_t n_words = export_qemu(&mem, h, functions, n, &words);

	for (size_t i = 0; i < n_words; i++)
		all = arena_printf(&mem, "%s%s%s", all, i > 0 ? " " : "", words[i]);
	assert_string_equal(all, want);
}

static void one_function_is_one_device_behind_a_port(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));

	(void)state;
	check_words(&h, (const int[]){3}, 1,
	    "-device pcie-root-port,id=passthru1,chassis=101,slot=101 "
	    "-device vfio-pci,host=0000:02:00.0,bus=passthru1,addr=0.0");
}

static void two_functions_are_one_multifunction_device(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));

	(void)state;
	check_words(&h, (const int[]){1, 2}, 2,
	    "-device pcie-root-port,id=passthru1,chassis=101,slot=101 "
	    "-device vfio-pci,host=0000:01:00.0,bus=passthru1,addr=0.0,multifunction=on "
	    "-device vfio-pci,host=0000:01:00.1,bus=passthru1,addr=0.1");
}

static void without_function_0_the_others_move_up(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = HOST(&mem, {"0000:05:00.2", 0x030000, "10de:2204", 5, NULL, "?"}, {"0000:05:00.5", 0x040300, "10de:1aef", 5, NULL, "?"});

	(void)state;
	check_words(&h, (const int[]){0, 1}, 2,
	    "-device pcie-root-port,id=passthru1,chassis=101,slot=101 "
	    "-device vfio-pci,host=0000:05:00.2,bus=passthru1,addr=0.0,multifunction=on "
	    "-device vfio-pci,host=0000:05:00.5,bus=passthru1,addr=0.1");
}

static void every_slot_has_a_port_of_its_own(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct host h = host_of(&mem, clean, ARRAY_LEN(clean));

	(void)state;
	check_words(&h, (const int[]){1, 2, 3}, 3,
	    "-device pcie-root-port,id=passthru1,chassis=101,slot=101 "
	    "-device vfio-pci,host=0000:01:00.0,bus=passthru1,addr=0.0,multifunction=on "
	    "-device vfio-pci,host=0000:01:00.1,bus=passthru1,addr=0.1 "
	    "-device pcie-root-port,id=passthru2,chassis=102,slot=102 "
	    "-device vfio-pci,host=0000:02:00.0,bus=passthru2,addr=0.0");
	check_words(&h, NULL, 0, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(sound_goes_before_the_display_and_modules_before_both),
	    T(a_companion_named_alone_takes_the_whole_card),
	    T(strangers_are_named_with_the_words_that_park_them),
	    T(many_strangers_are_counted),
	    T(a_parked_stranger_has_no_driver_and_an_override_nobody_matches),
	    T(a_parked_strangers_identity_is_required_too),
	    T(a_stranger_on_vfio_is_parked_only_when_nobody_holds_it),
	    T(two_targets_of_one_group_are_no_strangers),
	    T(a_group_named_whole_needs_no_allowance),
	    T(what_is_bound_already_gives_an_empty_plan),
	    T(a_variant_driver_stays),
	    T(what_blocks_is_said),
	    T(what_would_be_lost_with_the_driver_is_refused),
	    T(a_bridge_on_a_driver_of_the_host_is_said_beforehand),
	    T(the_hosts_own_driver_needs_no_override),
	    T(what_is_on_vfio_is_taken_off_only_unheld),
	    T(the_group_a_host_driver_spoils_is_told),
	    T(release_runs_backwards_and_brings_the_display_first),
	    T(release_keeps_the_modules_others_use),
	    T(release_of_what_is_back_already_has_no_moves),
	    T(release_refuses_a_driver_that_came_since),
	    T(release_leaves_out_what_is_gone),
	    T(one_function_is_one_device_behind_a_port),
	    T(two_functions_are_one_multifunction_device),
	    T(without_function_0_the_others_move_up),
	    T(every_slot_has_a_port_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
