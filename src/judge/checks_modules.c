/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: the configuration of modules, udev and the early image: what happens at the next boot. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/verdict.h"
#include "text/kernel_cmdline.h"
#include "text/vfio_ids.h"

static const char modprobe_folder[] = "/etc/modprobe.d";

static const char *at_line(const struct check_context *c, const char *file, unsigned line)
{
	return line > 0 ? arena_printf(c->mem, "%s:%u", file, line) : file;
}

static bool is_unread(const struct check_context *c)
{
	return !c->all->modprobe || c->all->modprobe->n_unread > 0;
}

/* ---- ids ---- */

static void add_list(const struct check_context *c, struct check_ids *l, const char *list, const char *file)
{
	char *copy = arena_strdup(c->mem, list);

	l->file = file;
	l->value = list;
	for (char *piece; (piece = strsep(&copy, ","));) {
		struct err e = {0};

		if (*piece != '\0' && vfio_ids_add(c->mem, &l->ids, piece, &e) < 0)
			l->bad = arena_strdup(c->mem, piece);
	}
}

struct check_ids check_ids(const struct check_context *c)
{
	struct check_ids l = {0};
	const struct modprobe_conf *m = c->all->modprobe;
	struct kernel_cmdline k;
	const struct kernel_word *w;

	for (size_t i = 0; m && i < m->n_lines; i++) {
		const struct modprobe_line *line = &m->lines[i];
		const char *value;

		if (line->verb != MODPROBE_OPTIONS || !str_eq(line->name, "vfio_pci"))
			continue;
		value = modprobe_option(c->mem, line->rest, "ids");
		if (value) {
			l = (struct check_ids){0};
			add_list(c, &l, value, at_line(c, line->file, line->number));
		}
	}
	w = check_words(c, &k) ? kernel_cmdline_last(&k, "vfio-pci.ids") : NULL;
	if (w && w->value) {
		l = (struct check_ids){0};
		add_list(c, &l, w->value, "/proc/cmdline");
	}
	return l;
}

static struct check_result ask_bad_ids(const struct check_context *c)
{
	struct check_ids l = check_ids(c);

	if (l.bad)
		return check_bad(arena_printf(c->mem, "vfio-pci.ids has a piece that is no id and is passed over: \"%s\"", l.bad), l.file, l.value);
	return !l.value && is_unread(c) ? check_unread(c, modprobe_folder) : check_ok(l.file ? l.file : modprobe_folder, l.value);
}

static bool has_softdep(const struct check_context *c, const char *module)
{
	const struct modprobe_conf *m = c->all->modprobe;

	for (size_t i = 0; m && i < m->n_lines; i++)
		if (m->lines[i].verb == MODPROBE_SOFTDEP && str_eq(m->lines[i].name, module) &&
		    (modprobe_softdep_has_pre(c->mem, m->lines[i].rest, "vfio-pci") || modprobe_softdep_has_pre(c->mem, m->lines[i].rest, "vfio_pci")))
			return true;
	return false;
}

static struct check_result ask_ids_too_late(const struct check_context *c)
{
	struct check_ids l = check_ids(c);
	const char *module = c->f->driver ? module_name(c->mem, c->f->driver) : NULL;
	struct check_result r;

	if (!l.value || !vfio_ids_match(&l.ids, c->f))
		return is_unread(c) && !l.value ? check_unread(c, modprobe_folder) : check_ok(l.file ? l.file : modprobe_folder, l.value);
	if (c->f->has_driver == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "driver"));
	if (c->f->has_driver == TRI_NO || check_has_vfio(c) || has_softdep(c, module))
		return check_ok(l.file, l.value);
	r = check_bad(arena_printf(c->mem, "vfio-pci is to take it by its id, but %s has it: that driver was there first", c->f->driver), l.file, l.value);
	r.mend = arena_printf(c->mem, "passthru claim %s makes sure of it from the next boot on; by hand: softdep %s pre: vfio-pci in /etc/modprobe.d, and the early image made anew", c->f->name, module);
	return r;
}

/* Two cards of a kind, one of which the host draws on. */
static struct check_result ask_ids_both(const struct check_context *c)
{
	struct check_ids l = check_ids(c);
	const struct host *h = c->all->h;
	const struct pci_function *boot = NULL;
	size_t n = 0;

	if (!h)
		return check_unread(c, "/sys/bus/pci/devices");
	if (!l.value)
		return is_unread(c) ? check_unread(c, modprobe_folder) : check_ok(modprobe_folder, NULL);
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];

		if (!function_is_display(f) || !vfio_ids_match(&l.ids, f))
			continue;
		n++;
		if (f->attributes && str_eq(f->attributes[ATTR_BOOT_VGA], "1"))
			boot = f;
	}
	return n > 1 && boot ? check_bad(arena_printf(c->mem, "ids= takes %zu cards alike, the one that this host starts with (%s) among them", n, boot->name), l.file, l.value)
			     : check_ok(l.file, l.value);
}

/* ---- options ---- */

struct option {
	const char *value, *file; /* NULL: nobody sets it */
};

/* As modprobe and the kernel see it together: the last word of the kernel's counts over all options. */
static struct option option_of(const struct check_context *c, const char *key)
{
	const struct modprobe_conf *m = c->all->modprobe;
	struct option o = {0};
	struct kernel_cmdline k;
	const struct kernel_word *w;

	for (size_t i = 0; m && i < m->n_lines; i++) {
		const struct modprobe_line *line = &m->lines[i];
		const char *value = line->verb == MODPROBE_OPTIONS && str_eq(line->name, "vfio_pci") ? modprobe_option(c->mem, line->rest, key) : NULL;

		if (value)
			o = (struct option){value, at_line(c, line->file, line->number)};
	}
	w = check_words(c, &k) ? kernel_cmdline_last(&k, arena_printf(c->mem, "vfio-pci.%s", key)) : NULL;
	if (w)
		o = (struct option){w->value ? w->value : "", "/proc/cmdline"};
	return o;
}

/* kstrtobool, and "" for a bare name (kernel/params.c, param_set_bool); NULL: it is off by itself. */
static enum tri is_on(const char *value)
{
	if (!value)
		return TRI_NO;
	switch (*value == 'o' || *value == 'O' ? value[1] : *value) {
	case '\0':
		return *value == '\0' ? TRI_YES : TRI_UNKNOWN;
	case 'y':
	case 'Y':
	case 't':
	case 'T':
	case '1':
		return *value == 'o' || *value == 'O' ? TRI_UNKNOWN : TRI_YES;
	case 'f':
	case 'F':
		return TRI_NO;
	case 'n':
	case 'N':
		return *value == 'o' || *value == 'O' ? TRI_YES : TRI_NO;
	case '0':
		return *value == '0' ? TRI_NO : TRI_UNKNOWN;
	default:
		return TRI_UNKNOWN;
	}
}

/* Both may be written to and are looked at once, when the module is loaded (drivers/vfio/pci/vfio_pci.c). */
static struct check_result ask_live(const struct check_context *c)
{
	static const struct {
		enum fact_id fact;
		const char *key;
	} rows[] = {{FACT_IDLE_D3, "disable_idle_d3"}, {FACT_NOINTXMASK, "nointxmask"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct fact *f = fact_of(c->facts, rows[i].fact);
		struct option o = option_of(c, rows[i].key);
		struct check_result r;

		if (f->is_there == TRI_NO)
			continue;
		if (!f->text || (!o.value && is_unread(c)) || !c->all->boot || !c->all->boot->cmdline || is_on(o.value) == TRI_UNKNOWN)
			return check_unread(c, f->text ? modprobe_folder : f->file);
		if (is_on(o.value) == is_on(f->text))
			continue;
		r = check_bad(o.value ? arena_printf(c->mem, "%s is to be \"%s\", and is not: vfio-pci was loaded ahead of that, or by an early image without it", rows[i].key, o.value)
				      : arena_printf(c->mem, "%s was changed, or given by hand: vfio-pci looks at it once, when it is loaded", rows[i].key),
		    o.value ? o.file : f->file, o.value ? o.value : f->text);
		r.mend = "make it a line of /etc/modprobe.d (options vfio-pci …), the early image anew where it has vfio-pci, and load vfio-pci again: the next start does";
		return r;
	}
	return check_ok("/sys/module/vfio_pci/parameters", NULL);
}

/* All that these modules ever had; disable_vga depends on the kernel's configuration. */
static bool is_parameter(const char *module, const char *key, size_t length)
{
	static const char *const known[][2] = {{"vfio_pci", "ids nointxmask disable_vga disable_idle_d3 enable_sriov disable_denylist"},
	    {"vfio_iommu_type1", "allow_unsafe_interrupts disable_hugepages dma_entry_limit"}, {"vfio", "enable_unsafe_noiommu_mode"}};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(known[i][0], module))
			return str_has_word(known[i][1], key, length);
	return true;
}

static struct check_result ask_parameters(const struct check_context *c)
{
	const struct modprobe_conf *m = c->all->modprobe;

	for (size_t i = 0; m && i < m->n_lines; i++) {
		const struct modprobe_line *line = &m->lines[i];

		/* A quotation mark may have blanks inside. */
		if (line->verb != MODPROBE_OPTIONS || strchr(line->rest, '"'))
			continue;
		for (const char *at = line->rest; *at;) {
			size_t length, key;

			at += strspn(at, " \t");
			length = strcspn(at, " \t");
			key = strcspn(at, "= \t");
			if (key > 0 && !is_parameter(line->name, arena_strndup(c->mem, at, key), key))
				return check_bad(arena_printf(c->mem, "%s has no parameter called %s: the kernel passes it over", line->name, arena_strndup(c->mem, at, key)),
				    at_line(c, line->file, line->number), line->rest);
			at += length;
		}
	}
	return is_unread(c) ? check_unread(c, modprobe_folder) : check_ok(modprobe_folder, NULL);
}

/* ---- blacklists, and files that do not count ---- */

static struct check_result ask_blacklist(const struct check_context *c)
{
	const struct modprobe_conf *m = c->all->modprobe;

	for (size_t i = 0; m && i < m->n_lines; i++)
		if (m->lines[i].verb == MODPROBE_BLACKLIST && strpbrk(m->lines[i].name, "*?["))
			return check_bad(arena_printf(c->mem, "blacklist %s: names are compared whole, a wildcard matches nothing", m->lines[i].name),
			    at_line(c, m->lines[i].file, m->lines[i].number), m->lines[i].name);
	return is_unread(c) ? check_unread(c, modprobe_folder) : check_ok(modprobe_folder, NULL);
}

static struct check_result lines_are(const struct check_context *c, enum fact_line_kind kind, const char *folder, const char *text)
{
	const struct fact_line *l = check_next_line(c->facts, kind, NULL);

	if (l)
		return check_bad(text, at_line(c, l->file, l->number), l->text);
	return !c->facts || c->facts->has_lines[kind] != TRI_YES ? check_unread(c, folder) : check_ok(folder, NULL);
}

static struct check_result ask_ignored_file(const struct check_context *c)
{
	return lines_are(c, LINE_IGNORED_FILE, modprobe_folder, "modprobe passes a file over that does not end in .conf, and it has lines for it");
}

static struct check_result ask_virqfd(const struct check_context *c)
{
	if (check_is_kernel(c, 1, 0, 6, 1))
		return check_ok("/proc/sys/kernel/osrelease", c->all->boot ? c->all->boot->kernel_release : NULL);
	return lines_are(c, LINE_VIRQFD, "/etc/modules-load.d", "vfio_virqfd is asked for, which has been part of vfio since 6.2");
}

/* The values are put together by a shell: without blanks inside the quotation marks names run into each other. */
static bool lacks_blanks(const char *line)
{
	const char *open = strpbrk(line, "\"'");
	const char *end = open ? strchr(open + 1, *open) : NULL;

	return !open || !end || open[1] != ' ' || end[-1] != ' ';
}

static struct check_result ask_dracut_quotes(const struct check_context *c)
{
	static const char folder[] = "/etc/dracut.conf.d";
	const struct fact_line *l = check_next_line(c->facts, LINE_DRACUT_DRIVERS, NULL);

	for (; l; l = check_next_line(c->facts, LINE_DRACUT_DRIVERS, l))
		if (lacks_blanks(l->text))
			return check_bad("dracut's list of drivers has no blanks inside its quotation marks: its names run into others", at_line(c, l->file, l->number), l->text);
	return !c->facts || c->facts->has_lines[LINE_DRACUT_DRIVERS] != TRI_YES ? check_unread(c, folder) : check_ok(folder, NULL);
}

static struct check_result ask_udev_late(const struct check_context *c)
{
	static const char folder[] = "/etc/udev/rules.d";
	const struct fact_line *l = check_next_line(c->facts, LINE_UDEV_OVERRIDE, NULL);

	for (; l; l = check_next_line(c->facts, LINE_UDEV_OVERRIDE, l))
		if (strcmp(str_base(l->file), "80-drivers.rules") > 0) {
			struct check_result r = check_bad("a rule sets driver_override after 80-drivers.rules has loaded the host's driver", at_line(c, l->file, l->number), l->text);

			r.mend = arena_printf(c->mem, "give the file a name that sorts before 80-drivers.rules, or let passthru claim do it");
			return r;
		}
	return !c->facts || c->facts->has_lines[LINE_UDEV_OVERRIDE] != TRI_YES ? check_unread(c, folder) : check_ok(folder, NULL);
}

/* ---- order ---- */

static struct check_result ask_builtin(const struct check_context *c)
{
	const char *driver = check_file(c, "driver");

	if (c->f->has_driver == TRI_NO || check_has_vfio(c))
		return check_ok(driver, c->f->driver);
	if (!c->d || c->f->has_driver == TRI_UNKNOWN || (c->d->is_builtin == TRI_UNKNOWN))
		return check_unread(c, "/lib/modules");
	return c->d->is_builtin == TRI_YES ? check_bad(arena_printf(c->mem, "%s is part of the kernel: it has the device before any module or rule can", c->f->driver), driver, c->f->driver)
					    : check_ok(driver, c->f->driver);
}

static const char *early_folder(const struct check_context *c)
{
	return c->all->answer && c->all->answer->initramfs_evidence ? c->all->answer->initramfs_evidence : NULL;
}

static struct check_result ask_early_driver(const struct check_context *c)
{
	struct check_result r;

	if (check_has_vfio(c) || c->f->has_driver == TRI_NO)
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (!c->all->answer || !c->all->answer->initramfs || !c->d || c->f->has_driver == TRI_UNKNOWN)
		return check_unknown("what makes this host's early image cannot be told", early_folder(c));
	if (!c->d->early_file || c->facts->has_early_vfio == TRI_YES)
		return check_ok(early_folder(c), c->all->answer->initramfs);
	r = check_bad(arena_printf(c->mem, "the early image loads %s, and vfio-pci is not in it: at boot that driver has the card first", c->f->driver),
	    at_line(c, c->d->early_file, c->d->early_line), c->f->driver);
	r.mend = arena_printf(c->mem, "passthru claim %s makes sure of it from the next boot on", c->f->name);
	return r;
}

/* A softdep works only where both are in the same image. */
static struct check_result ask_early_lacks(const struct check_context *c)
{
	struct check_ids l = check_ids(c);
	const char *module = c->f->driver ? module_name(c->mem, c->f->driver) : NULL;

	if (!l.value || !vfio_ids_match(&l.ids, c->f) || check_has_vfio(c) || c->f->has_driver == TRI_NO)
		return is_unread(c) && !l.value ? check_unread(c, modprobe_folder) : check_ok(l.file ? l.file : modprobe_folder, l.value);
	if (!c->facts || c->f->has_driver == TRI_UNKNOWN || c->facts->has_early_vfio == TRI_UNKNOWN)
		return check_unknown("what makes this host's early image cannot be told", early_folder(c));
	return has_softdep(c, module) && c->facts->has_early_vfio == TRI_NO
	    ? check_bad(arena_printf(c->mem, "vfio-pci is to come before %s, but no setting puts it into the early image", c->f->driver), l.file, l.value)
	    : check_ok(l.file, l.value);
}

static struct check_result ask_stale(const struct check_context *c)
{
	const char *generator = c->all->answer ? c->all->answer->initramfs : NULL;
	struct check_result r;

	if (!c->facts || c->facts->is_image_stale == TRI_UNKNOWN)
		return check_unknown("when the early image was made, and from what, cannot be told", early_folder(c));
	if (c->facts->is_image_stale == TRI_NO)
		return check_ok(c->facts->image_file, NULL);
	r = check_bad(arena_printf(c->mem, "%s was changed after %s was made, which has a copy of it or is made from it", c->facts->changed_file, c->facts->image_file),
	    c->facts->changed_file, NULL);
	r.mend = arena_printf(c->mem, "make the early image anew (%s), then start anew", generator);
	return r;
}

const struct check checks_modules[] = {
    {"ids-bad-string", 0, "/etc/modprobe.d/*.conf: options vfio-pci ids=; /proc/cmdline: vfio-pci.ids=", "every piece of ids= is an id", ask_bad_ids},
    {"ids-capture-both-gpus", 0, "/etc/modprobe.d/*.conf; /proc/cmdline; /sys/bus/pci/devices/<function>/{vendor,device,boot_vga}",
	"ids= takes no card that the host starts with", ask_ids_both},
    {"dracut-quoting", 0, "/etc/dracut.conf.d/*.conf", "dracut's lists of drivers have their blanks", ask_dracut_quotes},
    {"blacklist-misuse", 0, "/etc/modprobe.d/*.conf", "no blacklist line has a wildcard", ask_blacklist},
    {"modprobe-file-ignored", 0, "/etc/modprobe.d", "modprobe reads every file that is meant for it", ask_ignored_file},
    {"udev-rule-too-late", 0, "/etc/udev/rules.d/*.rules", "no rule sets driver_override too late", ask_udev_late},
    {"vfio-virqfd-gone", 0, "/etc/modules, /etc/modules-load.d; the settings of the early image", "nothing asks for vfio_virqfd", ask_virqfd},
    {"unknown-module-parameter", 0, "/etc/modprobe.d/*.conf: options vfio…", "VFIO's modules have every parameter that is set", ask_parameters},
    {"option-not-live", 0, "/sys/module/vfio_pci/parameters/{disable_idle_d3,nointxmask}; /etc/modprobe.d/*.conf; /proc/cmdline", "vfio-pci runs with the options that are set", ask_live},
    {"initramfs-stale", CHECK_GUEST, "when these were changed: /etc/modprobe.d/*.conf with lines for VFIO or a blacklist, the settings of the early image, the running kernel's image",
	"nothing of what the early image is made from is newer than it", ask_stale},
    {"ids-too-late", CHECK_DEVICE, "/etc/modprobe.d/*.conf; /proc/cmdline; /sys/bus/pci/devices/<function>/driver", "what ids= says of it holds", ask_ids_too_late},
    {"initramfs-loads-gpu-driver", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY | CHECK_GUEST, "the settings of the early image (mkinitcpio.conf, dracut.conf.d, initramfs-tools/modules)",
	"the early image does not load its driver ahead of vfio-pci", ask_early_driver},
    {"initramfs-lacks-vfio", CHECK_DEVICE, "/etc/modprobe.d/*.conf; the settings of the early image", "vfio-pci is in the early image where it must be", ask_early_lacks},
    {"builtin-host-driver", CHECK_DEVICE | CHECK_MEANT, "/lib/modules/<release>/modules.builtin; /sys/bus/pci/devices/<function>/driver", "its driver is no part of the kernel", ask_builtin},
};
const size_t n_checks_modules = ARRAY_LEN(checks_modules);
