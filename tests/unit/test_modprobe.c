/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decides which modules are loaded: modprobe's files as libkmod reads them, claims by ids, blacklists. */
#include "tree.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/kinds_file.h"
#include "base/str.h"
#include "flow/blacklist.h"
#include "flow/by_id.h"
#include "flow/claim.h"
#include "model/our_file.h"
#include "plan/blacklist.h"
#include "plan/by_id.h"
#include "sys/read_modprobe.h"
#include "text/modprobe_conf.h"
#include "text/vfio_ids.h"

#define RELEASE "6.1.0-50-amd64"
#define LIB "lib/modules/" RELEASE "/"

/* ---- the grammar ---- */

static struct modprobe_conf parse(struct arena *mem, const char *text)
{
	struct modprobe_conf c = {0};

	modprobe_conf_add(mem, &c, "/etc/modprobe.d/a.conf", text);
	return c;
}

static void lines_are_taken_apart_as_libkmod_does(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct modprobe_conf c = parse(&mem,
	    "# options vfio-pci ids=1:2\n"
	    "  # options vfio-pci ids=1:2\n"
	    "\toptions  snd-hda_intel\tindex=1 \\\n  power_save=0\n"
	    "blacklist nvidia-drm trailing words\n"
	    "softdep nouveau pre: vfio-pci post: x\n"
	    "alias pci:v0000-[0-9]* my-driver\n"
	    "install a /bin/false # no comment\n"
	    "options vfio-pci\n"
	    "blacklist\n"
	    "include /etc\n"
	    "alias only\n"
	    "alias a]b c\n"
	    "alias a[b c\n"
	    "options wi\\th key=va\\lue\n"
	    "remove last x");

	(void)state;
	assert_int_equal(c.n_lines, 7);
	assert_int_equal(c.lines[0].verb, MODPROBE_OPTIONS);
	assert_int_equal(c.lines[0].number, 3);
	assert_string_equal(c.lines[0].name, "snd_hda_intel");
	assert_string_equal(c.lines[0].rest, "index=1   power_save=0");
	assert_int_equal(c.lines[1].number, 5);
	assert_string_equal(c.lines[1].name, "nvidia_drm");
	assert_string_equal(c.lines[1].rest, "");
	assert_true(modprobe_softdep_has_pre(&mem, c.lines[2].rest, "vfio_pci"));
	assert_false(modprobe_softdep_has_pre(&mem, c.lines[2].rest, "x"));
	assert_string_equal(c.lines[3].name, "pci:v0000_[0-9]*");
	assert_string_equal(c.lines[3].rest, "my_driver");
	assert_string_equal(c.lines[4].rest, "/bin/false # no comment");
	assert_string_equal(c.lines[5].name, "with");
	assert_string_equal(c.lines[5].rest, "key=value");
	assert_int_equal(c.lines[6].verb, MODPROBE_REMOVE);
	assert_string_equal(c.lines[6].name, "last");
}

static void of_several_values_the_last_one_counts(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_string_equal(modprobe_option(&mem, "ids=1:2 disable_vga=1 ids=3:4", "ids"), "3:4");
	assert_string_equal(modprobe_option(&mem, "ids=\"1:2,3:4\"\tx", "ids"), "1:2,3:4");
	assert_null(modprobe_option(&mem, "disable_vga=1 ids", "ids"));
	assert_null(modprobe_option(&mem, "", "ids"));
}

static void names_that_could_steer_modprobe_are_no_names(void **state)
{
	(void)state;
	assert_true(is_module_name("snd-hda_intel"));
	assert_true(is_module_name("8250"));
	assert_false(is_module_name(""));
	assert_false(is_module_name("-r"));
	assert_false(is_module_name("nvidia*"));
	assert_false(is_module_name("a b"));
	assert_false(is_module_name("a\nblacklist b"));
	assert_false(is_module_name("../a"));
	assert_false(is_module_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void ids_match_as_the_kernel_matches_them(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct pci_function f = {.has_ids = true, .vendor = 0x10de, .device = 0x2204, .subvendor = 0x1043, .class_code = 0x030000};
	static const struct {
		const char *ids;
		bool matches;
	} rows[] = {{"10de:2204", true}, {"10DE:2204", true}, {"10de:2205", false}, {"10de:ffffffff", true},
	    {"10de:2204:1043:ffffffff", true}, {"10de:2204:1458:ffffffff", false}, {"10de:2204:1043:0", true},
	    {"10de:2204:ffffffff:ffffffff:030000:ff0000", true}, {"10de:2204:ffffffff:ffffffff:040000:ff0000", false},
	    {"1:2,,10de:2204", true}, {"", false}};
	static const char *const bad[] = {"10de", "10de:", ":2204", "10de:2204:", "0x10de:2204", "10de:2204 ", "1:2:3:4:5:6:7",
	    "123456789:1", "01:00.0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct vfio_ids ids = {0};
		struct err e = {0};

		assert_int_equal(vfio_ids_add(&mem, &ids, rows[i].ids, &e), 0);
		assert_true(vfio_ids_match(&ids, &f) == rows[i].matches);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct vfio_ids ids = {0};
		struct err e = {0};

		assert_int_equal(vfio_ids_add(&mem, &ids, bad[i], &e), -EINVAL);
	}
}

static void our_files_are_written_to_the_letter_and_known_again(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *const ids[] = {"10de:2204", "10de:1aef"}, *const modules[] = {"nouveau", "snd_hda_intel"};
	const char *text = modprobe_ids_text(&mem, ids, 2, modules, 2), *list = modprobe_blacklist_text(&mem, modules, 2);
	const char **names;
	size_t n;

	(void)state;
	assert_string_equal(text,
	    "# Made by passthru claim --by-id from the claims; changed by hand it is left alone and said.\n"
	    "options vfio-pci ids=10de:2204,10de:1aef\n"
	    "softdep nouveau pre: vfio-pci\n"
	    "softdep snd_hda_intel pre: vfio-pci\n");
	assert_string_equal(list,
	    "# Made by passthru boot blacklist; changed by hand it is left alone and said.\n"
	    "blacklist nouveau\n"
	    "blacklist snd_hda_intel\n");
	assert_true(modprobe_ids_is_ours(&mem, text));
	assert_true(modprobe_blacklist_parse(&mem, list, &names, &n));
	assert_int_equal(n, 2);
	assert_string_equal(names[1], "snd_hda_intel");
	assert_false(modprobe_ids_is_ours(&mem, arena_printf(&mem, "%soptions vfio-pci disable_vga=1\n", text)));
	assert_false(modprobe_ids_is_ours(&mem, list));
	assert_false(modprobe_blacklist_parse(&mem, arena_printf(&mem, "%s# mine\n", list), &names, &n));
	assert_false(modprobe_blacklist_parse(&mem, "", &names, &n));
	assert_null(modprobe_ids_text(&mem, NULL, 0, NULL, 0));
	assert_null(modprobe_blacklist_text(&mem, NULL, 0));
}

static void only_exact_files_of_ours_may_be_moved(void **state)
{
	(void)state;
	assert_true(is_our_file("/etc/modprobe.d/passthru.conf"));
	assert_true(is_our_file("/etc/modprobe.d/passthru-blacklist.conf"));
	assert_true(is_our_file("/etc/X11/xorg.conf.d/10-passthru-display.conf"));
	assert_false(is_our_file("/etc/modprobe.d/other.conf"));
	assert_false(is_our_file("/etc/modprobe.d/../passwd"));
	assert_false(is_our_file("etc/modprobe.d/passthru.conf"));
}

/* ---- reading ---- */

static void a_file_hides_those_of_its_name_and_names_give_the_order(void **state)
{
	struct modprobe_conf c;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "etc/modprobe.d/b.conf", "blacklist etc_b\n");
	tree_file(&t, "etc/modprobe.d/long-name-first.conf", "blacklist etc_long\n");
	tree_file(&t, "etc/modprobe.d/not", "blacklist no_suffix\n");
	tree_file(&t, "etc/modprobe.d/.hidden.conf", "blacklist hidden\n");
	tree_link(&t, "etc/modprobe.d/masked.conf", "/dev/null");
	tree_file(&t, "run/modprobe.d/z.conf", "blacklist run_z\n");
	tree_file(&t, "usr/lib/modprobe.d/a.conf", "blacklist lib_a\n");
	tree_file(&t, "usr/lib/modprobe.d/b.conf", "blacklist lib_b\n");
	tree_file(&t, "usr/lib/modprobe.d/masked.conf", "blacklist masked\n");
	tree_file(&t, "lib/modprobe.d/a.conf", "blacklist old_a\n");
	read_modprobe(&t.real.sys, &t.mem, &c);
	assert_int_equal(c.n_unread, 0);
	assert_int_equal(c.n_lines, 4);
	assert_string_equal(c.lines[0].name, "lib_a");
	assert_string_equal(c.lines[0].file, "/usr/lib/modprobe.d/a.conf");
	assert_string_equal(c.lines[1].name, "etc_b");
	assert_string_equal(c.lines[2].name, "etc_long");
	assert_string_equal(c.lines[3].name, "run_z");
	tree_done(&t);
}

static void what_cannot_be_read_is_named(void **state)
{
	struct modprobe_conf c;
	struct tree t;
	char *large;

	(void)state;
	tree_open(&t);
	large = arena_alloc(&t.mem, LARGEST_MODPROBE_FILE + 2);
	memset(large, 'x', LARGEST_MODPROBE_FILE + 1);
	tree_file(&t, "etc/modprobe.d/large.conf", large);
	read_modprobe(&t.real.sys, &t.mem, &c);
	assert_int_equal(c.n_unread, 1);
	assert_string_equal(c.unread[0].file, "/etc/modprobe.d/large.conf");
	tree_done(&t);
}

/* Two cards of a kind, one of another, and a disk. */
static void make_cards(struct tree *t)
{
	static const char *const functions[][3] = {
	    {"0000:01:00.0", "10DE:2204", "v000010DEd00002204sv00000000sd00000000bc03sc00i00"},
	    {"0000:02:00.0", "10DE:2204", "v000010DEd00002204sv00000000sd00000000bc03sc00i00"},
	    {"0000:03:00.0", "1002:67DF", "v00001002d000067DFsv00000000sd00000000bc03sc00i00"},
	    {"0000:04:00.0", "144D:A804", "v0000144Dd0000A804sv00000000sd00000000bc01sc08i02"},
	    {"0000:05:00.0", "8086:A36D", "v00008086d0000A36Dsv00000000sd00000000bc0Csc03i30"},
	};
	static const unsigned classes[] = {0x030000, 0x030000, 0x030000, 0x010802, 0x0c0330};

	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		const char *name = functions[i][0], *port = arena_printf(&t->mem, "0000:00:%02zu.0", i + 1);
		const char *driver = i == 2 ? "amdgpu" : i == 3 ? "nvme" : i == 4 ? "xhci_hcd" : NULL;

		tree_function(t, port, 0x060400, arena_printf(&t->mem, "8086:19%02zu", i), "pcieport");
		tree_function(t, arena_printf(&t->mem, "%s/%s", port, name), classes[i], functions[i][1], driver);
		tree_file(t, arena_printf(&t->mem, "sys/devices/pci0000:00/%s/%s/modalias", port, name),
		    arena_printf(&t->mem, "pci:%s\n", functions[i][2]));
		tree_link(t, arena_printf(&t->mem, "sys/devices/pci0000:00/%s/%s/iommu_group", port, name),
		    arena_printf(&t->mem, "../../../../kernel/iommu_groups/%zu", i + 1));
		tree_folder(t, arena_printf(&t->mem, "sys/kernel/iommu_groups/%zu/devices", i + 1));
		tree_link(t, arena_printf(&t->mem, "sys/kernel/iommu_groups/%zu/devices/%s", i + 1, name),
		    arena_printf(&t->mem, "../../../../devices/pci0000:00/%s/%s", port, name));
	}
	tree_link(t, "sys/bus/pci/drivers/amdgpu/module", "../../../../module/amdgpu");
	tree_link(t, "sys/bus/pci/drivers/nvme/module", "../../../../module/nvme");
	tree_file(t, "proc/sys/kernel/osrelease", RELEASE "\n");
	tree_file(t, "proc/cmdline", "root=/dev/sda1 quiet\n");
	tree_file(t, LIB "modules.alias",
	    "alias pci:v000010DEd*sv*sd*bc03sc00i00* nouveau\nalias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia\n"
	    "alias pci:v*d*sv*sd*bc0Csc03i30* xhci_pci\nalias pci:v*d*sv*sd*bc01sc08i02* nvme\n"
	    "alias pci:v00001002d000067DFsv*sd*bc*sc*i* amdgpu\nalias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n");
	tree_file(t, LIB "modules.dep",
	    "kernel/drivers/gpu/drm/nouveau/nouveau.ko.xz: kernel/drivers/video/backlight.ko.xz\n"
	    "updates/dkms/nvidia.ko.xz:\nupdates/dkms/nvidia-drm.ko.xz: updates/dkms/nvidia-modeset.ko.xz updates/dkms/nvidia.ko.xz\n"
	    "updates/dkms/nvidia-modeset.ko.xz: updates/dkms/nvidia.ko.xz\nkernel/drivers/nvme/host/nvme.ko.xz:\n"
	    "kernel/drivers/gpu/drm/amd/amdgpu/amdgpu.ko.xz:\nkernel/drivers/vfio/pci/vfio-pci.ko.xz:\n");
	tree_file(t, LIB "modules.builtin", "kernel/drivers/usb/host/xhci-pci.ko\n");
	tree_file(t, "proc/self/mountinfo", "");
}

static void modules_of_a_function_are_found_without_libkmod(void **state)
{
	struct function_modules m;
	struct kernel_files files;
	struct tree t;
	struct host h;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	tree_read(&t, &h);
	read_function_modules(&t.real.sys, &t.mem, function_of(&h, "0000:01:00.0"), &m);
	assert_int_equal(m.n, 2);
	assert_string_equal(m.names[0], "nouveau");
	assert_string_equal(m.names[1], "nvidia");
	assert_null(m.bound);
	assert_false(m.is_unknown);
	read_function_modules(&t.real.sys, &t.mem, function_of(&h, "0000:03:00.0"), &m);
	assert_int_equal(m.n, 1);
	assert_string_equal(m.bound, "amdgpu");
	read_kernel_files(&t.real.sys, &t.mem, &files);
	assert_true(files.is_known);
	assert_true(kernel_files_find(&files, "xhci-pci")->is_builtin);
	assert_true(kernel_file_needs(kernel_files_find(&files, "nvidia_drm"), "nvidia"));
	assert_false(kernel_file_needs(kernel_files_find(&files, "nvidia_drm"), "nouveau"));
	tree_file(&t, "proc/sys/kernel/osrelease", "../../etc\n");
	read_kernel_files(&t.real.sys, &t.mem, &files);
	assert_false(files.is_known);
	tree_done(&t);
}

/* ---- claims by ids ---- */

struct asked {
	struct change change;
	enum outcome outcome;
	struct err e;
};

static struct asked claim(struct tree *t, const char *address, const char *allow)
{
	struct change_options options = {.is_dry_run = true, .wish = "claim"};
	struct flow f = {.s = &t->real.sys, .mem = &t->mem};
	struct pci_addr target = addr_of(address);
	struct allowance allowed;
	struct claim_wish wish = {
	    .bind = {.verb = VERB_CLAIM, .targets = &target, .n_targets = 1, .server_type = SERVER_HEADLESS}, .by_id = true};
	struct asked a = {0};

	if (allow) {
		assert_true(allowance_parse(&t->mem, allow, &allowed));
		wish.bind.allowed = &allowed;
		wish.bind.n_allowed = 1;
	}
	a.outcome = flow_claim(&f, &wish, &options, &a.change, &a.e);
	return a;
}

/* What a file of the plan is to be, "" where it is not in it. */
static const char *written(const struct plan *p, const char *file)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_FILE && str_eq(p->steps[i].target, file))
			return p->steps[i].want.text;
	return "";
}

static bool has_note(const struct change *c, const char *part)
{
	for (size_t i = 0; i < c->n_notes; i++)
		if (strstr(c->notes[i], part))
			return true;
	return false;
}

static void a_claim_by_ids_makes_the_modules_wait(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	a = claim(&t, "0000:01:00.0", NULL);
	assert_string_equal(a.e.what, "");
	assert_int_equal(a.outcome, OUTCOME_DONE);
	assert_string_equal(written(&a.change.plan, MODPROBE_IDS_FILE),
	    "# Made by passthru claim --by-id from the claims; changed by hand it is left alone and said.\n"
	    "options vfio-pci ids=10de:2204\n"
	    "softdep nouveau pre: vfio-pci\n"
	    "softdep nvidia pre: vfio-pci\n");
	assert_non_null(strstr(a.change.plan.steps[1].want.text, "\nby-id = nouveau,nvidia\n"));
	assert_true(has_note(&a.change, "0000:02:00.0 has the same ids, 10de:2204"));
	assert_true(has_note(&a.change, "made anew, with /etc/udev/rules.d/10-passthru.rules /etc/modprobe.d/passthru.conf"));
	assert_false(has_note(&a.change, "0000:03:00.0"));
	tree_done(&t);
}

static void storage_is_never_taken_by_ids(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	a = claim(&t, "0000:04:00.0", NULL);
	assert_int_equal(a.outcome, OUTCOME_FAILED);
	assert_int_equal(a.e.code, -EOPNOTSUPP);
	tree_done(&t);
}

static void what_is_built_in_is_said(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	a = claim(&t, "0000:05:00.0", "unknown");
	assert_string_equal(a.e.what, "");
	assert_true(has_note(&a.change, "xhci_pci is built into this kernel"));
	assert_true(has_note(&a.change, "vfio-pci.ids=8086:a36d"));
	assert_null(strstr(written(&a.change.plan, MODPROBE_IDS_FILE), "softdep"));
	tree_file(&t, LIB "modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	tree_file(&t, LIB "modules.dep", "");
	a = claim(&t, "0000:05:00.0", "unknown");
	assert_int_equal(a.e.code, -EOPNOTSUPP);
	assert_non_null(strstr(a.e.hint, "vfio-pci.ids=8086:a36d"));
	tree_done(&t);
}

static void a_twin_that_the_host_needs_stands_against_it(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	tree_link(&t, "sys/class/drm/card1-HDMI-A-1", "../../devices/pci0000:00/0000:00:02.0/0000:02:00.0/drm/card1/card1-HDMI-A-1");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:02.0/0000:02:00.0/drm/card1/card1-HDMI-A-1/status", "connected\n");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:02.0/0000:02:00.0/drm/card1/card1-HDMI-A-1/enabled", "enabled\n");
	a = claim(&t, "0000:01:00.0", NULL);
	assert_int_equal(a.e.code, -EPERM);
	assert_non_null(strstr(a.e.what, "what has the same ids would be taken too: 0000:02:00.0 stays with the host"));
	assert_non_null(strstr(a.e.hint, "--allow=display:0000:02:00.0"));
	a = claim(&t, "0000:01:00.0", "display:02:00.0");
	assert_int_equal(a.outcome, OUTCOME_DONE);
	tree_done(&t);
}

static void ids_of_others_are_kept_or_named(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	/* Read ahead of ours: lost, unless they are written again. */
	tree_file(&t, "etc/modprobe.d/a.conf", "options vfio-pci ids=1:2\noptions vfio_pci ids=8086:1539\n");
	a = claim(&t, "0000:01:00.0", NULL);
	assert_non_null(strstr(written(&a.change.plan, MODPROBE_IDS_FILE), " ids=8086:1539,10de:2204\n"));
	assert_true(has_note(&a.change, "/etc/modprobe.d/a.conf line 2 sets ids=8086:1539"));
	tree_file(&t, "etc/modprobe.d/a.conf", "options vfio-pci ids=01:00.0\n");
	a = claim(&t, "0000:01:00.0", NULL);
	assert_int_equal(a.e.code, -EINVAL);
	assert_non_null(strstr(a.e.what, "/etc/modprobe.d/a.conf line 1"));
	tree_file(&t, "etc/modprobe.d/a.conf", "");
	/* Read behind ours: they win. */
	tree_file(&t, "run/modprobe.d/vfio.conf", "options vfio-pci ids=8086:1539\n");
	a = claim(&t, "0000:01:00.0", NULL);
	assert_int_equal(a.e.code, -EBUSY);
	assert_non_null(strstr(a.e.what, "/run/modprobe.d/vfio.conf line 1"));
	tree_file(&t, "run/modprobe.d/vfio.conf", "options vfio-pci ids=8086:1539,10DE:2204\n");
	a = claim(&t, "0000:01:00.0", NULL);
	assert_int_equal(a.outcome, OUTCOME_DONE);
	assert_true(has_note(&a.change, "these ids are among them"));
	/* And above all the command line. */
	tree_file(&t, "proc/cmdline", "quiet vfio_pci.ids=8086:1539\n");
	a = claim(&t, "0000:01:00.0", NULL);
	assert_int_equal(a.e.code, -EBUSY);
	assert_non_null(strstr(a.e.what, "vfio-pci.ids=8086:1539"));
	tree_done(&t);
}

static void a_foreign_file_of_our_name_is_left_alone(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	tree_file(&t, "etc/modprobe.d/passthru.conf", "options kvm ignore_msrs=1\n");
	a = claim(&t, "0000:01:00.0", NULL);
	assert_int_equal(a.e.code, -EEXIST);
	tree_done(&t);
}

#define CLAIM(address, path, device)                                                                                   \
	"path = " path "\nvendor = 10de\ndevice = " device "\nclass = 030000\naddress = " address "\ncard = " path                  \
	"\nfor = win11\nby-id = nouveau\nclaimed = 2026-11-20T18:00:01Z\nwish = x\n"

static void a_claim_that_goes_takes_its_ids_along(void **state)
{
	struct change_options options = {.is_dry_run = true, .wish = "claim remove"};
	struct change change;
	struct err e = {0};
	struct tree t;
	struct flow f = {.s = &t.real.sys, .mem = &t.mem};
	char first[] = "01:00.0", all[] = "win11", *words[] = {first};

	(void)state;
	tree_open(&t);
	make_cards(&t);
	tree_file(&t, "etc/passthru/claims.d/0000-00-01.0-00.0.conf", CLAIM("0000:01:00.0", "0000:00/01.0/00.0", "2204"));
	tree_file(&t, "etc/passthru/claims.d/0000-00-0a.0-00.0.conf", CLAIM("0000:0a:00.0", "0000:00/0a.0/00.0", "1c20"));
	tree_file(&t, "etc/modprobe.d/passthru.conf",
	    "# Made by passthru claim --by-id from the claims; changed by hand it is left alone and said.\n"
	    "options vfio-pci ids=10de:2204,10de:1c20\nsoftdep nouveau pre: vfio-pci\n");
	assert_int_equal(flow_unclaim(&f, words, 1, &options, &change, &e), OUTCOME_DONE);
	assert_string_equal(written(&change.plan, MODPROBE_IDS_FILE),
	    "# Made by passthru claim --by-id from the claims; changed by hand it is left alone and said.\n"
	    "options vfio-pci ids=10de:1c20\nsoftdep nouveau pre: vfio-pci\n");
	words[0] = all;
	assert_int_equal(flow_unclaim(&f, words, 1, &options, &change, &e), OUTCOME_DONE);
	assert_null(written(&change.plan, MODPROBE_IDS_FILE));
	tree_done(&t);
}

static void what_is_not_said_again_stays(void **state)
{
	struct change_options options = {.is_dry_run = true, .wish = "claim"};
	struct change change;
	struct err e = {0};
	struct tree t;
	struct flow f = {.s = &t.real.sys, .mem = &t.mem};
	struct pci_addr target = addr_of("0000:01:00.0");
	struct claim_wish wish = {
	    .bind = {.verb = VERB_CLAIM, .targets = &target, .n_targets = 1, .server_type = SERVER_HEADLESS}, .vm = "other"};

	(void)state;
	tree_open(&t);
	make_cards(&t);
	tree_file(&t, "etc/passthru/claims.d/0000-00-01.0-00.0.conf", CLAIM("0000:01:00.0", "0000:00/01.0/00.0", "2204") "server-type = headless\n");
	assert_int_equal(flow_claim(&f, &wish, &options, &change, &e), OUTCOME_DONE);
	assert_non_null(strstr(written(&change.plan, "/etc/passthru/claims.d/0000-00-01.0-00.0.conf"), "\nfor = other\n"));
	assert_non_null(strstr(written(&change.plan, "/etc/passthru/claims.d/0000-00-01.0-00.0.conf"), "\nby-id = nouveau\n"));
	wish.vm = NULL;
	assert_int_equal(flow_claim(&f, &wish, &options, &change, &e), OUTCOME_NOTHING);
	wish.by_id = true;
	assert_int_equal(flow_claim(&f, &wish, &options, &change, &e), OUTCOME_DONE);
	assert_non_null(strstr(written(&change.plan, "/etc/passthru/claims.d/0000-00-01.0-00.0.conf"), "\nfor = win11\n"));
	assert_non_null(strstr(written(&change.plan, "/etc/passthru/claims.d/0000-00-01.0-00.0.conf"), "\nby-id = nouveau,nvidia\n"));
	tree_done(&t);
}

static void a_plan_that_moves_them_can_be_read_again(void **state)
{
	static const struct {
		const char *file;
		bool is_taken;
	} rows[] = {{MODPROBE_IDS_FILE, true}, {MODPROBE_BLACKLIST_FILE, true}, {XORG_FILE, true},
	    {"/etc/modprobe.d/mine.conf", false}, {"/etc/shadow", false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cleanup_arena struct arena mem = {0};
		struct plan p = {0}, again;
		struct json_object *json;
		struct err e = {0};

		plan_add_move(&mem, &p, KIND_FILE, rows[i].file, (struct value){0}, (struct value){.text = "x\n"});
		json = plan_to_json(&p);
		assert_true((plan_from_json(&mem, json, &again, &e) == 0) == rows[i].is_taken);
		(void)json_object_put(json);
	}
}

/* What the claims say, and nothing else, makes the file: the last of them takes it away. */
static void claims_together_make_the_file(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *both = "# Made by passthru claim --by-id from the claims; changed by hand it is left alone and said.\n"
			   "options vfio-pci ids=10de:2204,8086:a36d\nsoftdep nouveau pre: vfio-pci\nsoftdep zz pre: vfio-pci\n";
	struct claim claims[] = {{.vendor = 0x10de, .device = 0x2204, .by_id = "zz,nouveau"},
	    {.vendor = 0x1002, .device = 0x67df}, {.vendor = 0x8086, .device = 0xa36d, .by_id = "none"},
	    {.vendor = 0x10de, .device = 0x2204, .by_id = "nouveau"}};
	struct by_id_facts facts = {0};
	struct plan p = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_by_id_file(&mem, &facts, claims, ARRAY_LEN(claims), &p, &e), 0);
	assert_int_equal(p.n_steps, 1);
	assert_string_equal(p.steps[0].want.text, both);
	facts.ours = both;
	p = (struct plan){0};
	assert_int_equal(plan_by_id_file(&mem, &facts, claims, ARRAY_LEN(claims), &p, &e), 0);
	assert_int_equal(p.n_steps, 0);
	assert_int_equal(plan_by_id_file(&mem, &facts, &claims[1], 1, &p, &e), 0);
	assert_int_equal(p.n_steps, 1);
	assert_null(p.steps[0].want.text);
	assert_string_equal(p.steps[0].have.text, both);
}

static void a_list_that_the_module_refuses_is_not_written(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct claim claims[120] = {0};
	struct by_id_facts facts = {0};
	struct plan p = {0};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(claims); i++)
		claims[i] = (struct claim){.vendor = 0x10de, .device = (uint16_t)i, .by_id = "none"};
	assert_int_equal(plan_by_id_file(&mem, &facts, claims, ARRAY_LEN(claims), &p, &e), -E2BIG);
	assert_int_equal(plan_by_id_file(&mem, &facts, claims, 100, &p, &e), 0);
}

static void what_could_not_be_read_may_have_ids_that_win(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct modprobe_unread unread = {"/etc/modprobe.d/x.conf", "Permission denied"};
	struct by_id_facts facts = {.conf = {.unread = &unread, .n_unread = 1}};
	struct claim one = {.vendor = 1, .device = 2, .by_id = "none"};
	struct plan p = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_by_id_file(&mem, &facts, &one, 1, &p, &e), -EIO);
}

/* ---- blacklists ---- */

static struct asked blacklist(struct tree *t, bool is_removal, const char *module)
{
	struct change_options options = {.is_dry_run = true, .wish = "boot blacklist"};
	struct flow f = {.s = &t->real.sys, .mem = &t->mem};
	char *modules[] = {arena_strdup(&t->mem, module)};
	struct blacklist_wish wish = {.modules = modules, .n_modules = 1, .is_removal = is_removal, .bind = {.server_type = SERVER_HEADLESS}};
	struct asked a = {0};

	a.outcome = flow_blacklist(&f, &wish, &options, &a.change, &a.e);
	return a;
}

static void a_blacklist_says_who_loses_what(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	a = blacklist(&t, false, "nvidia");
	assert_int_equal(a.outcome, OUTCOME_DONE);
	assert_string_equal(written(&a.change.plan, MODPROBE_BLACKLIST_FILE),
	    "# Made by passthru boot blacklist; changed by hand it is left alone and said.\nblacklist nvidia\n");
	assert_true(has_note(&a.change, "0000:01:00.0 loses nvidia; nouveau fits too"));
	assert_true(has_note(&a.change, "nvidia: built on it, and they load it all the same: nvidia_drm, nvidia_modeset"));
	assert_true(has_note(&a.change, "passthru claim keeps it from one card alone"));
	a = blacklist(&t, false, "amdgpu");
	assert_true(has_note(&a.change, "0000:03:00.0 loses amdgpu, which has it now; nothing else fits it"));
	a = blacklist(&t, false, "no-such");
	assert_int_equal(a.outcome, OUTCOME_DONE);
	assert_true(has_note(&a.change, "there is no module no_such for kernel " RELEASE));
	tree_done(&t);
}

static void patterns_and_what_is_built_in_are_refused(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	a = blacklist(&t, false, "nvidia*");
	assert_int_equal(a.e.code, -EINVAL);
	assert_string_equal(a.e.hint, "here it means: nvidia nvidia_drm nvidia_modeset");
	a = blacklist(&t, false, "nvidia-d?m");
	assert_string_equal(a.e.hint, "here it means: nvidia_drm");
	a = blacklist(&t, false, "zzz*");
	assert_string_equal(a.e.hint, "no module of kernel " RELEASE " is called so");
	a = blacklist(&t, false, "a b");
	assert_int_equal(a.e.code, -EINVAL);
	a = blacklist(&t, false, "xhci-pci");
	assert_int_equal(a.e.code, -EOPNOTSUPP);
	tree_done(&t);
}

static void a_driver_that_the_host_lives_on_is_not_blacklisted(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	tree_link(&t, "sys/class/drm/card0-DP-1", "../../devices/pci0000:00/0000:00:03.0/0000:03:00.0/drm/card0/card0-DP-1");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:03.0/0000:03:00.0/drm/card0/card0-DP-1/status", "connected\n");
	tree_file(&t, "sys/devices/pci0000:00/0000:00:03.0/0000:03:00.0/drm/card0/card0-DP-1/enabled", "enabled\n");
	a = blacklist(&t, false, "amdgpu");
	assert_int_equal(a.e.code, -EPERM);
	assert_non_null(strstr(a.e.what, "amdgpu would not be loaded any more: 0000:03:00.0 stays with the host"));
	tree_done(&t);
}

static void lines_of_others_are_enough_and_stay(void **state)
{
	struct asked a;
	struct tree t;

	(void)state;
	tree_open(&t);
	make_cards(&t);
	tree_file(&t, "usr/lib/modprobe.d/distro.conf", "\nblacklist nvidia\n");
	a = blacklist(&t, false, "nvidia");
	assert_int_equal(a.outcome, OUTCOME_NOTHING);
	assert_true(has_note(&a.change, "/usr/lib/modprobe.d/distro.conf line 2 already"));
	a = blacklist(&t, true, "nvidia");
	assert_int_equal(a.e.code, -ENOENT);
	assert_non_null(strstr(a.e.hint, "/usr/lib/modprobe.d/distro.conf line 2"));
	tree_file(&t, "proc/cmdline", "modprobe.blacklist=a,nvidia-drm,b\n");
	a = blacklist(&t, false, "nvidia_drm");
	assert_int_equal(a.outcome, OUTCOME_DONE);
	assert_true(has_note(&a.change, "started with modprobe.blacklist= and nvidia_drm among it"));
	tree_done(&t);
}

static void lines_of_ours_are_taken_away_one_by_one(void **state)
{
	cleanup_arena struct arena mem = {0};
	const char *const two[] = {"nouveau", "nvidia"};
	struct module_fact fact = {.name = "nouveau"};
	struct blacklist_facts facts = {.ours = modprobe_blacklist_text(&mem, two, 2), .modules = &fact, .n_modules = 1};
	struct plan p = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_unblacklist(&mem, &facts, &p, &e), 0);
	assert_string_equal(p.steps[0].want.text,
	    "# Made by passthru boot blacklist; changed by hand it is left alone and said.\nblacklist nvidia\n");
	facts.ours = modprobe_blacklist_text(&mem, two, 1);
	assert_int_equal(plan_unblacklist(&mem, &facts, &p, &e), 0);
	assert_null(p.steps[0].want.text);
	facts.ours = "blacklist nouveau\n";
	assert_int_equal(plan_unblacklist(&mem, &facts, &p, &e), -EEXIST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(lines_are_taken_apart_as_libkmod_does),
	    T(of_several_values_the_last_one_counts),
	    T(names_that_could_steer_modprobe_are_no_names),
	    T(ids_match_as_the_kernel_matches_them),
	    T(our_files_are_written_to_the_letter_and_known_again),
	    T(only_exact_files_of_ours_may_be_moved),
	    T(a_file_hides_those_of_its_name_and_names_give_the_order),
	    T(what_cannot_be_read_is_named),
	    T(modules_of_a_function_are_found_without_libkmod),
	    T(a_claim_by_ids_makes_the_modules_wait),
	    T(storage_is_never_taken_by_ids),
	    T(what_is_built_in_is_said),
	    T(a_twin_that_the_host_needs_stands_against_it),
	    T(ids_of_others_are_kept_or_named),
	    T(a_foreign_file_of_our_name_is_left_alone),
	    T(a_claim_that_goes_takes_its_ids_along),
	    T(what_is_not_said_again_stays),
	    T(a_plan_that_moves_them_can_be_read_again),
	    T(claims_together_make_the_file),
	    T(a_list_that_the_module_refuses_is_not_written),
	    T(what_could_not_be_read_may_have_ids_that_win),
	    T(a_blacklist_says_who_loses_what),
	    T(patterns_and_what_is_built_in_are_refused),
	    T(a_driver_that_the_host_lives_on_is_not_blacklisted),
	    T(lines_of_others_are_enough_and_stay),
	    T(lines_of_ours_are_taken_away_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
