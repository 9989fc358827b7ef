/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host for each check that trips it, and one that does not: what is otherwise than on `well`, a line each.
 *
 *	PATH=TEXT	a file; "|" is the end of a line
 *	PATH@TARGET	a link
 *	PATH/		a folder
 *	-PATH		is not there
 *	F ADDRESS CLASS IDS DRIVER GROUP	a function; "-" is none; below others "0000:00:01.0/0000:01:00.0"
 *	C ADDRESS KIND		the configuration space of a function: "root", "pci", "msi" (a function with messages), "line" (without)
 *	T PATH SECONDS		when a file was changed
 */
#pragma once

struct check_sample {
	const char *id;
	const char *bad;
	const char *ok;	    /* "": as it is where all is well */
	const char *device; /* that is asked for; NULL: 0000:01:00.0, "": none */
};

#define DEV "sys/bus/pci/devices/"
#define GPU DEV "0000:01:00.0/"
#define ON_NVIDIA "F 0000:01:00.0 030000 10de:2204 nvidia 1\n"
#define NO_GROUPS                                                                                                      \
	"F 0000:00:01.0 060400 8086:1901 pcieport -\nF 0000:00:02.0 030000 8086:3e98 i915 -\n"                         \
	"F 0000:01:00.0 030000 10de:2204 nvidia -\nF 0000:01:00.1 040300 10de:1aef snd_hda_intel -\n"                  \
	"sys/kernel/iommu_groups/\n"
#define AMD_CPU "proc/cpuinfo=vendor_id\t: AuthenticAMD|flags\t\t: fpu svm|address sizes\t: 48 bits physical, 48 bits virtual\n"

#define PROXMOX                                                                                                        \
	"etc/kernel/proxmox-boot-uuids=5A3B-7C1D\nusr/sbin/grub-mkconfig=default/grub.d\nusr/sbin/proxmox-boot-tool=\n"    \
	"etc/default/grub=GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nproc/cmdline=BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet\n"    \
	"boot/grub/grub.cfg=menuentry 'Proxmox' {|linux /vmlinuz root=/dev/sda1 quiet|}\nsys/firmware/memmap/\n"

#define XML "etc/libvirt/qemu/win10.xml="
#define HOSTDEV(managed, more) "<hostdev mode='subsystem' type='pci' managed='" managed "'><source><address bus='0x01' slot='0x00'/></source>" more "</hostdev>"
#define DOMAIN(text) "<domain type='kvm'><name>win10</name>" text "</domain>"
#define WITH_GPU(text) DOMAIN(text "<devices>" HOSTDEV("yes", "") "</devices>")
#define PVE "etc/pve/qemu-server/100.conf="
#define INCUS "var/lib/incus/virtual-machines/vm1/backup.yaml=instance:|  name: vm1|  expanded_devices:|    gpu0:|"
/* A process that has the group open, its command line; "\x01" stands for the NUL between two words. */
#define RUNS(program, words)                                                                                           \
	"proc/900/comm=" program "\nproc/900/stat=900 (x) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/vfio/1\n"      \
	"proc/900/exe@/usr/bin/" program "\nproc/900/cmdline=" program "\x01" words "\n"
#define QEMU(words) RUNS("qemu-system-x86_64", words)
#define CH(words) RUNS("cloud-hypervisor", words)
#define GUEST_IOMMU "-device\x01intel-iommu,caching-mode=on\x01"
#define USB_ON_VFIO "F 0000:02:00.0 0c0330 1b73:1100 vfio-pci 3\n"
#define BY_IOMMUFD(pid, size)                                                                                          \
	"proc/" pid "/comm=qemu\nproc/" pid "/stat=" pid " (x) S 1 1 1 0\nproc/" pid "/maps=\nproc/" pid "/fd/9@/dev/vfio/1\n"  \
	"proc/" pid "/exe@/usr/bin/qemu-system-x86_64\nproc/" pid "/status=Uid:\t1000\t1000\t1000\t1000|CapEff:\t0000000000000000\n" \
	"proc/" pid "/limits=Max locked memory         8589934592           8589934592           bytes\n"              \
	"proc/" pid "/cmdline=qemu\x01-m\x01" size "\x01-object\x01iommufd,id=i\x01-device\x01vfio-pci,host=01:00.0,iommufd=i\n"

#define OF_ANN                                                                                                         \
	"proc/4242/status=Name:\tpassthru|Uid:\t1000\t1000\t1000\t1000|Groups:\t1000|CapEff:\t0000000000000000\n"      \
	"etc/passwd=ann:x:1000:1000::/home/ann:/bin/sh\n"

/* Handed over already, by somebody who may; nothing is in the way. */
#define POOL(node, size, pages, free)                                                                                  \
	"sys/devices/system/node/node" node "/hugepages/hugepages-" size "/nr_hugepages=" pages "\n"                       \
	"sys/devices/system/node/node" node "/hugepages/hugepages-" size "/free_hugepages=" free "\n"                      \
	"sys/devices/system/node/node" node "/hugepages/hugepages-" size "/surplus_hugepages=0\n"
#define TWO_NODES "sys/devices/system/node/online=0-1\n" GPU "numa_node=1\n" DEV "0000:01:00.1/numa_node=1\n"
#define IMAGE "boot/initrd.img-6.12.0-test=x\nT boot/initrd.img-6.12.0-test 2000000\n"

static const char well[] =
    "F 0000:00:01.0 060400 8086:1901 pcieport 1\n"
    "F 0000:00:02.0 030000 8086:3e98 i915 2\n"
    "F 0000:01:00.0 030000 10de:2204 vfio-pci 1\n"
    "F 0000:01:00.1 040300 10de:1aef vfio-pci 1\n"
    GPU "boot_vga=0\n"
    DEV "0000:00:02.0/boot_vga=1\n"
    GPU "resource=0x00000000fd000000 0x00000000fdffffff 0x0000000000040200|0x000000e000000000 0x000000e00fffffff 0x000000000014220c|"
	"0x0000000000000000 0x0000000000000000 0x0000000000000000|0x0000000000000000 0x0000000000000000 0x0000000000000000|"
	"0x0000000000000000 0x0000000000000000 0x0000000000000000|0x0000000000000000 0x0000000000000000 0x0000000000000000|"
	"0x00000000fe000000 0x00000000fe07ffff 0x000000000004e200\n"
    DEV "0000:01:00.1/resource=0x00000000fe080000 0x00000000fe083fff 0x0000000000040200\n"
    DEV "0000:00:02.0/resource=0x00000000fc000000 0x00000000fcffffff 0x0000000000040200\n"
    GPU "config=\x10\xde\x04\x22\n" DEV "0000:01:00.1/config=\x10\xde\xef\x1a\n" DEV "0000:00:02.0/config=\x86\x80\x98\x3e\n"
    GPU "power_state=D0\n"
    GPU "reset_method=flr\n" DEV "0000:01:00.1/reset_method=flr\n" DEV "0000:00:02.0/reset_method=flr\n"
    GPU "irq=24\n" DEV "0000:01:00.1/irq=25\n" DEV "0000:00:02.0/irq=26\n"
    "sys/kernel/irq/24/actions=vfio-msix[0](0000:01:00.0)\nsys/kernel/irq/25/actions=\nsys/kernel/irq/26/actions=i915\n"
    GPU "numa_node=-1\n" GPU "power/runtime_status=active\n"
    "sys/devices/system/node/online=0\nsys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages=0\n"
    "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages=0\nsys/kernel/mm/hugepages/hugepages-2048kB/surplus_hugepages=0\n"
    GPU "removable=fixed\n" DEV "0000:01:00.1/removable=fixed\n" DEV "0000:00:02.0/removable=fixed\n"
    "sys/kernel/iommu_groups/1/type=DMA\nsys/kernel/iommu_groups/2/type=DMA\n"
    "sys/kernel/iommu_groups/1/reserved_regions=0x00000000fee00000 0x00000000feefffff msi\n"
    "sys/kernel/iommu_groups/2/reserved_regions=0x00000000fee00000 0x00000000feefffff msi\n"
    "sys/class/iommu/dmar0/intel-iommu/cap=260000\n"
    "sys/firmware/acpi/tables/DMAR=DMAR012345678901234567890123456789012\x01 \n"
    "sys/class/dmi/id/sys_vendor=Gigabyte Technology Co., Ltd.\nsys/class/dmi/id/board_vendor=Gigabyte Technology Co., Ltd.\n"
    "sys/class/dmi/id/board_name=B650M\nsys/class/dmi/id/chassis_type=3\n"
    "sys/hypervisor/\n"
    "proc/cpuinfo=vendor_id\t: GenuineIntel|flags\t\t: fpu vmx|address sizes\t: 39 bits physical, 48 bits virtual\n"
    "proc/cmdline=root=/dev/sda1 intel_iommu=on\n"
    "proc/interrupts=  24:  0  0  IR-PCI-MSIX-0000:01:00.0  0-edge  vfio-msix\n"
    "proc/sys/kernel/osrelease=6.12.0-test\n"
    "proc/iomem=00000000-00000fff : Reserved|fd000000-fdffffff : 0000:01:00.0\n"
    "proc/self@4242\n"
    "proc/4242/status=Name:\tpassthru|Uid:\t0\t0\t0\t0|Groups:\t0|CapEff:\t000001ffffffffff\n"
    "proc/4242/limits=Max locked memory         unlimited            unlimited            bytes\n"
    "proc/4242/ns/user@user:[4026531837]\n"
    "proc/4242/comm=passthru\nproc/4242/fd/\nproc/1/comm=systemd\nproc/1/status=Name:\tsystemd|Uid:\t0\t0\t0\t0\nproc/1/fd/\n"
    "proc/4242/maps=\nproc/1/maps=\nproc/1/stat=1 (systemd) S 0 1 1 0\nproc/4242/stat=4242 (passthru) R 1 1 1 0\n"
    "dev/null=\ndev/kvm=\ndev/iommu=\ndev/vfio/1=\ndev/vfio/vfio=\n"
    "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts=N\n"
    "sys/module/vfio_iommu_type1/parameters/dma_entry_limit=65535\n"
    "sys/module/kvm/parameters/ignore_msrs=N\n"
    "sys/bus/pci/drivers/vfio-pci/\n"
    "sys/kernel/security/lsm=lockdown,capability\nsys/kernel/security/lockdown=[none] integrity confidentiality\n"
    "sys/devices/platform/\n"
    "sys/class/vtconsole/vtcon0/name=(S) dummy device\nsys/class/vtconsole/vtcon0/bind=0\n"
    "sys/class/net/\nsys/dev/char/\nsys/dev/block/\n"
    "lib/modules/6.12.0-test/modules.dep=kernel/vfio/pci/vfio-pci.ko:|kernel/vfio/vfio_iommu_type1.ko:|kernel/nvidia.ko:\n"
    "lib/modules/6.12.0-test/modules.builtin=kernel/foo.ko\n"
    "etc/os-release=ID=debian\n"
    "proc/meminfo=MemTotal:  33554432 kB|MemAvailable:  16777216 kB|Hugepagesize:  2048 kB\nsys/kernel/mm/hugepages/\n"
    "sys/power/state=freeze mem disk\n"
    XML DOMAIN("<memory unit='GiB'>8</memory><os><type machine='pc-q35-8.2'>hvm</type></os><features><kvm><hidden state='on'/></kvm></features><devices>"
	HOSTDEV("yes", "<address type='pci' bus='0x05' slot='0x00' function='0x0'/>") "</devices>") "\n"
    "etc/modprobe.d/\netc/dracut.conf.d/\netc/udev/rules.d/\netc/modules-load.d/\netc/modules=\n"
    "etc/systemd/system/default.target@/lib/systemd/system/graphical.target\n"
    "etc/initramfs-tools/modules=\nusr/sbin/mkinitramfs=\n";

static const struct check_sample check_samples[] = {
    /* firmware and words */
    {"cpu-virt-disabled", "proc/cpuinfo=vendor_id\t: GenuineIntel|flags\t\t: fpu\n-dev/kvm\n", "", NULL},
    {"xen-dom0", NO_GROUPS "sys/hypervisor/type=xen\n", "", NULL},
    {"running-inside-a-vm", NO_GROUPS "-sys/firmware/acpi/tables/DMAR\nsys/firmware/acpi/tables/FACP=x\n"
	"proc/cpuinfo=vendor_id\t: GenuineIntel|flags\t\t: fpu vmx hypervisor\n", "", NULL},
    {"iommu-firmware-off-intel", NO_GROUPS "-sys/firmware/acpi/tables/DMAR\nsys/firmware/acpi/tables/FACP=x\n", "", NULL},
    {"iommu-firmware-off-amd", NO_GROUPS AMD_CPU "-sys/firmware/acpi/tables/DMAR\nsys/firmware/acpi/tables/FACP=x\n", AMD_CPU, NULL},
    {"arm-no-smmu", NO_GROUPS "-sys/firmware/acpi/tables/DMAR\nproc/cpuinfo=CPU implementer\t: 0x41\n", "", NULL},
    {"iommu-switched-off-by-parameter", NO_GROUPS "proc/cmdline=root=/dev/sda1 intel_iommu=off\n", "", NULL},
    {"intel-iommu-not-enabled", NO_GROUPS "proc/cmdline=root=/dev/sda1\nboot/config-6.12.0-test=CONFIG_INTEL_IOMMU=y\n", "", NULL},
    {"cmdline-edited-not-booted", NO_GROUPS "proc/cmdline=BOOT_IMAGE=/vmlinuz root=/dev/sda1\nboot/config-6.12.0-test=CONFIG_INTEL_IOMMU=y\n"
	"etc/default/grub=GRUB_CMDLINE_LINUX_DEFAULT=\"intel_iommu=on\"\netc/default/grub.d/\n"
	"boot/grub/grub.cfg=menuentry 'Debian' {|linux /vmlinuz root=/dev/sda1 intel_iommu=on|}\n", "", NULL},
    {"above-4g-decoding-off", GPU "resource=0x0000000000000000 0x0000000000000000 0x000000000014220c\n", "", NULL},
    {"intremap-or-msi-disabled-by-parameter", "proc/cmdline=root=/dev/sda1 intremap=off\n", "", NULL},
    {"igfx-iommu-off", "proc/cmdline=intel_iommu=on,igfx_off\n", "", NULL},
    {"acs-override-not-in-kernel", "proc/cmdline=pcie_acs_override=downstream\nproc/kallsyms=0000000000000000 t foo\n",
	"proc/cmdline=pcie_acs_override=downstream\nproc/kallsyms=0000000000000000 t pcie_acs_overrides\n", NULL},
    {"acs-override-active", "proc/cmdline=pcie_acs_override=downstream\nproc/kallsyms=0000000000000000 t pcie_acs_overrides\n",
	"proc/cmdline=pcie_acs_override=downstream\nproc/kallsyms=0000000000000000 t foo\n", NULL},
    {"cmdline-misspelt", "proc/cmdline=intel_iommu=on vfio-pci-ids=10de:2204\n", "proc/cmdline=intel_iommu=on vfio-pci.ids=10de:2204 rd.driver.pre=vfio-pci\n", NULL},
    {"efifb-off-parameter-obsolete", "proc/cmdline=video=efifb:off\n", "proc/cmdline=video=efifb:off\nproc/sys/kernel/osrelease=5.10.0-test\n", NULL},
    {"initcall-blacklist-lto", "proc/cmdline=initcall_blacklist=sysfb_init\nboot/config-6.12.0-test=CONFIG_LTO_CLANG=y\n",
	"proc/cmdline=initcall_blacklist=sysfb_init\nboot/config-6.12.0-test=CONFIG_LTO_NONE=y\n", NULL},
    {"rmrr-relaxed-kernel", "proc/cmdline=intel_iommu=on,relax_rmrr\n", "", NULL},
    {"iommu-private-identity-conflict", "proc/cmdline=iommu=pt\nproc/sys/kernel/osrelease=5.4.0-test\n", "proc/cmdline=iommu=pt\n", NULL},
    {"async-probe-race", "proc/cmdline=driver_async_probe=*\n", "", NULL},
    {"amd-iommu-on-is-a-noop", "proc/cmdline=amd_iommu=on\n", "proc/cmdline=amd_iommu=pgtbl_v2\n", NULL},
    /* IOMMU */
    {"no-iommu-groups", NO_GROUPS, "", NULL},
    {"noiommu-mode-active", "sys/module/vfio/parameters/enable_unsafe_noiommu_mode=Y\n", "sys/module/vfio/parameters/enable_unsafe_noiommu_mode=N\n", NULL},
    {"intremap-broken-chipset", "F 0000:00:00.0 060000 8086:3403 - 9\n" DEV "0000:00:00.0/revision=0x12\n",
	"F 0000:00:00.0 060000 8086:3403 - 9\n" DEV "0000:00:00.0/revision=0x22\n", NULL},
    {"no-interrupt-remapping", "proc/interrupts=  24:  0  0  PCI-MSIX-0000:01:00.0  0-edge  vfio-msix\n", "", NULL},
    {"unsafe-interrupts-allowed", "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts=Y\n", "", NULL},
    {"x2apic-optout", "sys/firmware/acpi/tables/DMAR=DMAR012345678901234567890123456789012\x03 \n", "", NULL},
    {"dma-map-einval-address-width", "proc/cpuinfo=vendor_id\t: GenuineIntel|flags\t\t: fpu vmx|address sizes\t: 46 bits physical, 48 bits virtual\n", "", NULL},
    {"iommufd-absent-or-partial", "-dev/iommu\n", "", NULL},
    {"device-without-group", "F 0000:01:00.0 030000 10de:2204 - -\n", "", NULL},
    {"vmd-domain", "F 10000:01:00.0 010802 144d:a808 nvme -\n", "F 10000:01:00.0 010802 144d:a808 nvme 7\n", "10000:01:00.0"},
    {"rmrr-direct-mapping", "sys/kernel/iommu_groups/1/reserved_regions=0x000000009b000000 0x000000009b7fffff direct\n", "", NULL},
    {"rmrr-relaxable", "sys/kernel/iommu_groups/1/reserved_regions=0x000000009b000000 0x000000009b7fffff direct-relaxable\n", "", NULL},
    {"reserved-range-overlap-amd-1tb", "sys/kernel/iommu_groups/1/reserved_regions=0x000000fd00000000 0x000000ffffffffff reserved\n", "", NULL},
    {"noiommu-group-race", NULL, NULL, NULL}, /* a node that no recorded host has: set by hand */
    {"thunderbolt-device", GPU "removable=removable\n", "", NULL},
    /* group */
    {"sysfs-writer-stuck", NULL, NULL, NULL}, /* a lock of the running host: set by hand */
    {"group-layout-changed", "etc/passthru/claims.d/0000-00-09.0-00.0.conf=path = 0000:00/09.0/00.0|vendor = 10de|device = 9999|class = 030000|"
	"address = 0000:09:00.0|card = 0000:00/09.0/00.0|claimed = 2026-11-20T18:00:00Z|wish = claim 09:00.0\n", "", NULL},
    {"host-critical-device-in-group", "F 0000:01:00.2 010802 144d:a808 nvme 1\n"
	"sys/devices/pci0000:00/0000:01:00.2/nvme/nvme0/nvme0n1/dev=259:0\nsys/class/block/nvme0n1@../../devices/pci0000:00/0000:01:00.2/nvme/nvme0/nvme0n1\n"
	"sys/dev/block/259:0@../../devices/pci0000:00/0000:01:00.2/nvme/nvme0/nvme0n1\n"
	"proc/self/mountinfo=1 0 259:0 / / rw - ext4 /dev/nvme0n1 rw\n", "", NULL},
    {"host-uses-device", "F 0000:02:00.0 010802 144d:a808 nvme 3\n"
	"sys/devices/pci0000:00/0000:02:00.0/nvme/nvme0/nvme0n1/dev=259:0\nsys/class/block/nvme0n1@../../devices/pci0000:00/0000:02:00.0/nvme/nvme0/nvme0n1\n"
	"sys/dev/block/259:0@../../devices/pci0000:00/0000:02:00.0/nvme/nvme0/nvme0n1\n"
	"proc/self/mountinfo=1 0 259:0 / / rw - ext4 /dev/nvme0n1 rw\n", "F 0000:02:00.0 010802 144d:a808 - 3\n", "0000:02:00.0"},
    {"acs-missing-on-port", "F 0000:02:00.0 020000 8086:1533 igb 1\n", "", NULL},
    {"pcie-to-pci-bridge-alias", "F 0000:00:01.0/0000:02:00.0 040100 1102:0005 - 1\nC 0000:00:01.0 pci\n", "F 0000:00:01.0/0000:02:00.0 040100 1102:0005 - 1\nC 0000:00:01.0 root\n", "0000:02:00.0"},
    {"shpchp-on-bridge", "F 0000:00:01.0 060400 8086:1901 shpchp 1\n", "", NULL},
    {"group-busy", "proc/900/comm=qemu-system-x86\nproc/900/stat=900 (qemu-system-x86) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/vfio/1\n", "", NULL},
    {"vm-holds-device", "proc/900/comm=qemu-system-x86\nproc/900/stat=900 (qemu-system-x86) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/vfio/1\n", "", NULL},
    {"nvidia-persistence", ON_NVIDIA "proc/900/comm=nvidia-persiste\nproc/900/stat=900 (nvidia-persiste) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/nvidia0\n"
	"proc/driver/nvidia/gpus/0000:01:00.0/information=Device Minor: \t 0\n", "", NULL},
    {"nvidia-holders", ON_NVIDIA "proc/900/comm=python\nproc/900/stat=900 (python) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/nvidia0\n"
	"proc/driver/nvidia/gpus/0000:01:00.0/information=Device Minor: \t 0\n", "", NULL},
    {"drm-holders", "F 0000:01:00.0 030000 10de:2204 nouveau 1\n" "sys/dev/char/226:1@../../devices/pci0000:00/0000:01:00.0/drm/card1\n" GPU "drm/card1/uevent=MAJOR=226|MINOR=1|DEVNAME=dri/card1\n"
	"proc/900/comm=Xorg\nproc/900/stat=900 (Xorg) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/dri/card1\n", "", NULL},
    {"snd-hda-holders", "F 0000:01:00.1 040300 10de:1aef snd_hda_intel 1\n" "sys/dev/char/116:2@../../devices/pci0000:00/0000:01:00.1/sound/card1/controlC1\n" DEV "0000:01:00.1/sound/card1/controlC1/uevent=MAJOR=116|MINOR=2|DEVNAME=snd/controlC1\n"
	"proc/900/comm=pipewire\nproc/900/stat=900 (pipewire) S 1 1 1 0\nproc/900/maps=\nproc/900/fd/9@/dev/snd/controlC1\n", "", NULL},
    {"holder-invisible", "-proc/1/comm\n-proc/1/fd/\n-proc/1/maps\n-proc/1/stat\n-proc/1/status\n", "", NULL},
    {"companion-function-unbound", "F 0000:01:00.1 040300 10de:1aef snd_hda_intel 1\n", "", NULL},
    {"group-not-viable", "F 0000:01:00.1 040300 10de:1aef snd_hda_intel 1\n", "", NULL},
    /* driver */
    {"module-missing-for-kernel", "lib/modules/6.12.0-test/modules.dep=kernel/fs/ext4.ko:\n-sys/bus/pci/drivers/vfio-pci/\nF 0000:01:00.0 030000 10de:2204 - 1\n"
	"F 0000:01:00.1 040300 10de:1aef - 1\nsys/bus/pci/drivers/e1000e/\n", "", NULL},
    {"vfio-iommu-type1-missing", "lib/modules/6.12.0-test/modules.dep=kernel/fs/ext4.ko:\n-sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts\n"
	"-sys/module/vfio_iommu_type1/parameters/dma_entry_limit\n", "", NULL},
    {"bridge-bind-einval", "", NULL, "0000:00:01.0"},
    {"bridge-bind-einval", NULL, "", NULL},
    {"denylisted-device", "F 0000:02:00.0 0b4000 8086:37c8 - 3\n", "F 0000:02:00.0 0b4000 8086:37c8 - 3\nsys/module/vfio_pci/parameters/disable_denylist=Y\n", "0000:02:00.0"},
    {"pf-with-vfs", "F 0000:02:00.0 020000 8086:1572 i40e 3\n" DEV "0000:02:00.0/sriov_numvfs=2\n", "F 0000:02:00.0 020000 8086:1572 i40e 3\n" DEV "0000:02:00.0/sriov_numvfs=0\n", "0000:02:00.0"},
    {"qemu-vf-token", "F 0000:02:00.0 020000 8086:1572 vfio-pci 3\nF 0000:02:02.0 020000 8086:154c vfio-pci 4\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\n",
	"F 0000:02:00.0 020000 8086:1572 i40e 3\nF 0000:02:02.0 020000 8086:154c vfio-pci 4\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\n", "0000:02:02.0"},
    {"vgpu-vf-on-vfio-pci", "F 0000:02:00.0 030200 10de:2236 nvidia 3\nF 0000:02:02.0 030200 10de:2236 vfio-pci 4\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\n",
	"F 0000:02:00.0 030200 10de:2236 nvidia 3\nF 0000:02:02.0 030200 10de:2236 nvidia 4\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\n", "0000:02:02.0"},
    {"override-wrong-name", GPU "driver_override=vfio_pci\n", GPU "driver_override=vfio-pci\n", NULL},
    {"override-stale", "F 0000:01:00.0 030000 10de:2204 - 1\n" GPU "driver_override=vfio-pci\n", GPU "driver_override=vfio-pci\n", NULL},
    {"drivers-probe-lies", "F 0000:01:00.0 030000 10de:2204 - 1\n" GPU "driver_override=vfio-pci\n", GPU "driver_override=vfio-pci\n", NULL},
    {"new-id-captures-others", "F 0000:02:00.0 030000 10de:2204 vfio-pci 3\n", "F 0000:02:00.0 030000 10de:2204 vfio-pci 3\n" DEV "0000:02:00.0/driver_override=vfio-pci\n", NULL},
    {"new-id-captures-others", NULL, "F 0000:02:00.0 030000 10de:2204 vfio-pci 3\netc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\n", NULL},
    {"sriov-autoprobe", "F 0000:02:00.0 020000 8086:1572 i40e 3\nF 0000:02:02.0 020000 8086:154c iavf 4\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\n" DEV "0000:02:00.0/sriov_drivers_autoprobe=1\n",
	"F 0000:02:00.0 020000 8086:1572 i40e 3\nF 0000:02:02.0 020000 8086:154c iavf 4\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\n" DEV "0000:02:00.0/sriov_drivers_autoprobe=0\n", "0000:02:02.0"},
    {"vgpu-mdev-missing", ON_NVIDIA "sys/module/nvidia_vgpu_vfio/\n" GPU "sriov_totalvfs=16\n", ON_NVIDIA "sys/module/nvidia_vgpu_vfio/\n" GPU "sriov_totalvfs=16\n" GPU "sriov_numvfs=16\n", NULL},
    {"vgpu-mdev-missing", "F 0000:02:00.0 030200 10de:2236 nvidia 3\nF 0000:02:02.0 030200 10de:2236 nvidia 4\n" DEV "0000:02:02.0/resource=0x0 0x0 0x0\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\nsys/module/nvidia_vgpu_vfio/\n" DEV "0000:02:02.0/nvidia/current_vgpu_type=0\n",
	"F 0000:02:00.0 030200 10de:2236 nvidia 3\nF 0000:02:02.0 030200 10de:2236 nvidia 4\n" DEV "0000:02:02.0/resource=0x0 0x0 0x0\n" DEV "0000:02:02.0/physfn@../0000:02:00.0\nsys/module/nvidia_vgpu_vfio/\n" DEV "0000:02:02.0/nvidia/current_vgpu_type=558\n", "0000:02:02.0"},
    {"pci-stub-bound", "F 0000:01:00.0 030000 10de:2204 pci-stub 1\n", "", NULL},
    {"vfio-variant-driver", NULL, NULL, NULL}, /* libkmod asks the running host alone: set by hand */
    {"vfio-pci-not-loaded", ON_NVIDIA "-sys/bus/pci/drivers/vfio-pci/\nsys/bus/pci/drivers/nvidia/\nF 0000:01:00.1 040300 10de:1aef snd_hda_intel 1\n", "", NULL},
    {"nouveau-grabs", "F 0000:01:00.0 030000 10de:2204 nouveau 1\n", "", NULL},
    {"wrong-driver-bound", ON_NVIDIA, "", NULL},
    /* modules */
    {"ids-bad-string", "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204,01:00.0\n", "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\n", NULL},
    {"ids-capture-both-gpus", "F 0000:00:02.0 030000 10de:2204 nvidia 2\netc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\n", "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\n", NULL},
    {"dracut-quoting", "etc/dracut.conf.d/vfio.conf=force_drivers+=\"vfio_pci vfio\"\n", "etc/dracut.conf.d/vfio.conf=force_drivers+=\" vfio_pci vfio \"\n", NULL},
    {"blacklist-misuse", "etc/modprobe.d/no.conf=blacklist nvidia*\n", "etc/modprobe.d/no.conf=blacklist nvidia\n", NULL},
    {"modprobe-file-ignored", "etc/modprobe.d/vfio=options vfio-pci ids=10de:2204\n", "etc/modprobe.d/README=read this\n", NULL},
    {"udev-rule-too-late", "etc/udev/rules.d/99-vfio.rules=KERNEL==\"0000:01:00.0\", ATTR{driver_override}=\"vfio-pci\"\n",
	"etc/udev/rules.d/05-vfio.rules=KERNEL==\"0000:01:00.0\", ATTR{driver_override}=\"vfio-pci\"\n", NULL},
    {"vfio-virqfd-gone", "etc/modules-load.d/vfio.conf=vfio_virqfd\n", "etc/modules-load.d/vfio.conf=vfio_virqfd\nproc/sys/kernel/osrelease=6.1.0-test\n", NULL},
    {"unknown-module-parameter", "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204 disable_idle_D3=1\n", "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204 disable_idle_d3=1|options foo any=1\n", NULL},
    {"option-not-live", "sys/module/vfio_pci/parameters/disable_idle_d3=Y\n", "sys/module/vfio_pci/parameters/disable_idle_d3=Y\netc/modprobe.d/vfio.conf=options vfio-pci disable_idle_d3=1\n", NULL},
    {"option-not-live", "sys/module/vfio_pci/parameters/nointxmask=N\nproc/cmdline=intel_iommu=on vfio-pci.nointxmask\n", "sys/module/vfio_pci/parameters/nointxmask=Y\nproc/cmdline=intel_iommu=on vfio-pci.nointxmask\n", NULL},
    {"initramfs-stale", IMAGE "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\nT etc/modprobe.d/vfio.conf 2000001\nT etc/initramfs-tools/modules 1000000\n",
	IMAGE "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\nT etc/modprobe.d/vfio.conf 2000000\netc/modprobe.d/sound.conf=options snd foo=1\nT etc/modprobe.d/sound.conf 3000000\n"
	"etc/initramfs-tools/modules=#\nT etc/initramfs-tools/modules 1000000\n", NULL},
    {"initramfs-stale", IMAGE "etc/initramfs-tools/modules=vfio_pci\nT etc/initramfs-tools/modules 2000001\n", NULL, NULL},
    {"ids-too-late", ON_NVIDIA "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\n", "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204\n", NULL},
    {"initramfs-loads-gpu-driver", ON_NVIDIA "etc/initramfs-tools/modules=nvidia\n", ON_NVIDIA "etc/initramfs-tools/modules=vfio_pci|nvidia\n", NULL},
    {"initramfs-lacks-vfio", ON_NVIDIA "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204|softdep nvidia pre: vfio-pci\n",
	ON_NVIDIA "etc/modprobe.d/vfio.conf=options vfio-pci ids=10de:2204|softdep nvidia pre: vfio-pci\netc/initramfs-tools/modules=vfio_pci\n", NULL},
    {"builtin-host-driver", ON_NVIDIA "lib/modules/6.12.0-test/modules.dep=kernel/vfio/pci/vfio-pci.ko:\nlib/modules/6.12.0-test/modules.builtin=kernel/nvidia.ko\n", ON_NVIDIA, NULL},
    /* display */
    {"laptop-dgpu-off", "sys/devices/platform/asus-nb-wmi/dgpu_disable=1\n", "proc/acpi/bbswitch=0000:01:00.0 ON\n", NULL},
    {"no-host-gpu-left", "F 0000:00:02.0 030000 8086:3e98 vfio-pci 2\n", "", NULL},
    {"framebuffer-holds-bar", "proc/iomem=e000000000-e00fffffff : 0000:01:00.0|  e000000000-e0002fffff : efifb\n", "", NULL},
    {"bootfb-survives-unbind", "proc/iomem=e000000000-e00fffffff : 0000:01:00.0|  e000000000-e0002fffff : BOOTFB\n", "proc/iomem=a000000000-e00fffffff : 0000:00:02.0|  a000000000-a0002fffff : BOOTFB\n", NULL},
    {"boot-framebuffer-on-bar", GPU "boot_vga=1\nproc/iomem=e000000000-e00fffffff : 0000:01:00.0|  e000000000-e0002fffff : BOOTFB\n", GPU "boot_vga=0\nproc/iomem=e000000000-e00fffffff : 0000:01:00.0|  e000000000-e0002fffff : BOOTFB\n", NULL},
    {"boot-vga-target", GPU "boot_vga=1\n", "", NULL},
    {"failed-bind-kills-console", "F 0000:01:00.0 030000 10de:2204 - -\n" GPU "boot_vga=1\n", "", NULL},
    {"nvidia-drm-modeset", ON_NVIDIA "sys/module/nvidia_drm/parameters/modeset=Y\n", ON_NVIDIA "sys/module/nvidia_drm/parameters/modeset=N\n", NULL},
    {"vtconsole-bound", "F 0000:01:00.0 030000 10de:2204 nouveau 1\nsys/class/vtconsole/vtcon1/name=(M) frame buffer device\nsys/class/vtconsole/vtcon1/bind=1\n"
	"sys/class/graphics/fb0@../../devices/pci0000:00/0000:01:00.0/graphics/fb0\n", "", NULL},
    /* device */
    {"device-disconnected", ON_NVIDIA GPU "config=\xff\xff\xff\xff\n", "", NULL},
    {"stuck-in-d3", GPU "config=\xff\xff\xff\xff\n" GPU "power_state=D3cold\n", "", NULL},
    {"device-lost-after-reset", GPU "config=\xff\xff\xff\xff\n", "", NULL},
    {"aspm-aer-flood", GPU "aer_dev_correctable=RxErr 4711|BadTLP 0|TOTAL_ERR_COR 4711\n", GPU "aer_dev_correctable=RxErr 3|BadTLP 0|TOTAL_ERR_COR 3\n", NULL},
    {"aer-fatal-vm-stopped", GPU "aer_dev_fatal=Undefined 0|TOTAL_ERR_FATAL 3\n", GPU "aer_dev_fatal=Undefined 0|TOTAL_ERR_FATAL 0\n", NULL},
    {"no-reset-method", "-" GPU "reset_method\n", "", NULL},
    {"reset-switched-off", GPU "reset_method=\n", "", NULL},
    {"reset-depends-on-group", GPU "reset_method=bus\n", "", NULL},
    {"amd-reset-bug", "F 0000:01:00.0 030000 1002:67df vfio-pci 1\n" GPU "reset_method=bus\n", "F 0000:01:00.0 030000 1002:67df vfio-pci 1\nsys/module/vendor_reset/\n", NULL},
    {"vendor-reset-not-selected", "F 0000:01:00.0 030000 1002:67df vfio-pci 1\nsys/module/vendor_reset/\n" GPU "reset_method=bus\n",
	"F 0000:01:00.0 030000 1002:67df vfio-pci 1\nsys/module/vendor_reset/\n" GPU "reset_method=device_specific bus\n", NULL},
    {"companion-without-driver-blocks-hot-reset", "F 0000:01:00.1 040300 10de:1aef - 1\n" GPU "reset_method=bus\n", "", NULL},
    {"nvidia-no-bus-reset-quirk", "F 0000:01:00.0 030200 10de:2342 vfio-pci 1\n", "", NULL},
    {"rom-invalid", GPU "resource=0x00000000fd000000 0x00000000fdffffff 0x0000000000040200|0x0 0x0 0x0|0x0 0x0 0x0|0x0 0x0 0x0|0x0 0x0 0x0|0x0 0x0 0x0|"
	"0x00000000000c0000 0x00000000000dffff 0x0000000000000212\n", "", NULL},
    {"guest-mmio-window-small", GPU "resource=0x0000002000000000 0x0000003fffffffff 0x000000000014220c\n", "", NULL},
    {"sriov-no-mmio", GPU "sriov_totalvfs=8\n" GPU "resource=0x00000000fd000000 0x00000000fdffffff 0x0000000000040200|0x0 0x0 0x0|0x0 0x0 0x0|0x0 0x0 0x0|0x0 0x0 0x0|0x0 0x0 0x0|0x0 0x0 0x0|"
	"0x0000000000000000 0x0000000000000000 0x000000000014220c\n", "", NULL},
    {"nvswitch-fabric-manager", "F 0000:02:00.0 068000 10de:22a3 - 3\n", "", NULL},
    {"reset-method-bus-stale", GPU "reset_method=flr bus\n", "", NULL},
    {"reset-kernel-regression", "proc/sys/kernel/osrelease=6.14.3-arch1-1\n-" DEV "0000:01:00.1/reset_method\n", "proc/sys/kernel/osrelease=6.14.4-arch1-1\n-" DEV "0000:01:00.1/reset_method\n", NULL},
    {"acs-kernel-regression-59", "proc/sys/kernel/osrelease=5.9.8-arch1-1\n", "proc/sys/kernel/osrelease=5.9.9-arch1-1\n", NULL},
    {"vfio-unbind-new-kernel-oops", "proc/sys/kernel/osrelease=7.2.2-1-cachyos\n" GPU "sriov_totalvfs=4\n", "proc/sys/kernel/osrelease=7.2.2-arch1-1\n" GPU "sriov_totalvfs=4\n", NULL},
    /* memory, interrupts */
    {"hugepages-short", "proc/cmdline=hugepagesz=1G hugepages=16\n" POOL("0", "1048576kB", "12", "12"), "proc/cmdline=hugepagesz=1G hugepages=12\n" POOL("0", "1048576kB", "12", "0") QEMU(""), NULL},
    {"hugepages-short", POOL("0", "2048kB", "64", "0"), POOL("0", "2048kB", "64", "64"), NULL},
    {"hugepages-wrong-node", TWO_NODES POOL("0", "2048kB", "64", "64") POOL("1", "2048kB", "0", "0"), TWO_NODES POOL("0", "2048kB", "0", "0") POOL("1", "2048kB", "64", "64"), NULL},
    {"intx-irq-conflict", "C 0000:01:00.0 line\nsys/kernel/irq/24/actions=vfio-intx(0000:01:00.0),ehci_hcd:usb1\nsys/module/vfio_pci/parameters/nointxmask=Y\n",
	"C 0000:01:00.0 msi\nsys/kernel/irq/24/actions=vfio-intx(0000:01:00.0),ehci_hcd:usb1\nsys/module/vfio_pci/parameters/nointxmask=Y\n", NULL},
    {"ch-no-intx", "C 0000:01:00.0 line\nusr/bin/cloud-hypervisor=\n", "C 0000:01:00.0 msi\nC 0000:01:00.1 msi\nusr/local/bin/cloud-hypervisor=\n", NULL},
    /* notes */
    {"iommu-pt-not-required", "proc/cmdline=iommu=pt\nsys/kernel/iommu_groups/1/type=identity\n", "", NULL},
    {"iommu-pt-not-required", "proc/cmdline=root=/dev/sda1 intel_iommu=on iommu=pt\n", NULL, NULL},
    {"noiommu-not-built", "sys/module/vfio/\n", "sys/module/vfio/parameters/enable_unsafe_noiommu_mode=N\n", NULL},
    {"bridge-in-group-ok", "", "F 0000:00:01.0 060400 8086:1901 pcieport 9\n", NULL},
    {"idle-d3-info", GPU "power_state=D3hot\n" GPU "power/runtime_status=suspended\n", "", NULL},
    {"numa-mismatch", TWO_NODES, "", NULL},
    {"rebar-guest", GPU "resource1_resize=0000000000007f00\n", GPU "resource1_resize=0000000000000100\n", NULL},
    {"bar-resize-ebusy", GPU "resource1_resize=0000000000007f00\n", "F 0000:01:00.0 030000 10de:2204 - 1\n" GPU "resource1_resize=0000000000007f00\n", NULL},
    /* rights */
    {"cdev-perm", NULL, NULL, NULL},
    {"vfio-container-perm", NULL, NULL, NULL}, /* device nodes: set by hand */
    {"vfio-group-perm", NULL, NULL, NULL},
    {"container-without-node", "run/systemd/container=lxc\n-dev/vfio/1\n", "", NULL},
    {"memlock-too-low", "proc/4242/status=Name:\tpassthru|Uid:\t1000\t1000\t1000\t1000|Groups:\t1000|CapEff:\t0000000000000000\n"
	"proc/4242/limits=Max locked memory         8388608              8388608              bytes\n", "", NULL},
    {"dma-entry-limit", "sys/module/vfio_iommu_type1/parameters/dma_entry_limit=1000\n", "", NULL},
    {"proxmox-iommu-absent", NO_GROUPS "usr/bin/pvesh=\n", "", NULL},
    {"libvirt-no-passthrough", NO_GROUPS "etc/libvirt/libvirtd.conf=\n", "", NULL},
    {"proxmox-reserved", "run/qemu-server/pci-id-reservations=0000:01:00.0 101 pid:812\n", "run/qemu-server/pci-id-reservations=0000:02:00.0 101 pid:812\n", NULL},
    {"libvirt-hook-deadlock", "etc/libvirt/hooks/qemu=#!/bin/sh|virsh nodedev-detach pci_0000_01_00_0\n", "etc/libvirt/hooks/qemu=#!/bin/sh|# virsh list\n", NULL},
    {"proxmox-bootloader", PROXMOX "etc/kernel/cmdline=root=/dev/sda1 intel_iommu=on\n", PROXMOX, NULL},
    {"lockdown", "sys/kernel/security/lockdown=none [integrity] confidentiality\n", "", NULL},
    {"kvm-ignored-msr", "sys/module/kvm/parameters/ignore_msrs=Y\n", "", NULL},
    /* machines that are configured */
    {"libvirt-in-use", "run/libvirt/qemu/win10.xml=<domstatus state='running' pid='900'>" WITH_GPU("") "</domstatus>\n",
	"run/libvirt/qemu/win10.xml=<domstatus state='running' pid='900'>" DOMAIN("") "</domstatus>\n", NULL},
    {"qemu-device-missing", XML DOMAIN("<devices><hostdev type='pci'><source><address bus='0x0b' slot='0'/></source></hostdev></devices>") "\n", "", ""},
    {"qemu-device-missing", PVE "hostpci0: 0000:0b:00,pcie=1|machine: q35\n", PVE "hostpci0: 0000:01:00,pcie=1|machine: q35\n", ""},
    {"qemu-device-missing", NULL, PVE "hostpci0: mapping=gpu\netc/pve/mapping/pci.cfg=gpu|\tmap id=10de:2204,path=0000:0b:00.0|\tmap id=10de:2204,path=0000:01:00.0\n", ""},
    {"qemu-device-attached-twice", PVE "hostpci0: 01:00|hostpci1: 01:00.1\n", PVE "hostpci0: 01:00.0|hostpci1: 01:00.1|[PENDING]|hostpci0: 01:00\n", NULL},
    {"qemu-device-attached-twice", QEMU("-device\x01vfio-pci,host=01:00.0\x01-device\x01{\"driver\":\"vfio-pci\",\"host\":\"0000:01:00.0\"}"),
	QEMU("-device\x01vfio-pci,host=01:00.0\x01-device\x01{\"driver\":\"vfio-pci\",\"host\":\"0000:01:00.1\"}"), NULL},
    {"qemu-device-attached-twice", NULL, INCUS "      pci: 0000:01:00.0|      type: gpu|  devices:|    gpu0:|      pci: 0000:01:00.0|      type: gpu\n", NULL},
    {"libvirt-nonendpoint", XML DOMAIN("<devices><hostdev type='pci'><source><address bus='0' slot='1'/></source></hostdev></devices>") "\n", "", ""},
    {"libvirt-unmanaged", ON_NVIDIA XML DOMAIN("<devices>" HOSTDEV("no", "") "</devices>") "\n", XML DOMAIN("<devices>" HOSTDEV("no", "") "</devices>") "\n", NULL},
    {"libvirt-unmanaged", NULL, ON_NVIDIA, NULL},
    {"libvirt-reset-failed", "F 0000:01:00.0 030000 10de:2204 pci-stub 1\n-" GPU "reset_method\n", "-" GPU "reset_method\n", NULL},
    {"libvirt-reset-failed", "-" GPU "reset_method\n" XML DOMAIN("<devices>" HOSTDEV("yes", "<driver name='xen'/>") "</devices>") "\n",
	XML DOMAIN("<devices>" HOSTDEV("yes", "<driver name='xen'/>") "</devices>") "\n", NULL},
    {"qemu-property-type", XML WITH_GPU("<override><device alias='hostdev0'><frontend><property name='x-pci-device-id' type='string' value='0x1234'/></frontend></device></override>") "\n",
	XML WITH_GPU("<override><device alias='hostdev0'><frontend><property name='x-pci-device-id' type='unsigned' value='4660'/></frontend></device></override>") "\n", NULL},
    {"session-libvirt", OF_ANN "home/ann/.config/libvirt/qemu/win10.xml=" WITH_GPU("") "\n", OF_ANN "home/ann/.config/libvirt/qemu/win10.xml=" DOMAIN("<devices>" HOSTDEV("no", "") "</devices>") "\n", NULL},
    {"session-libvirt", OF_ANN ON_NVIDIA "home/ann/.config/libvirt/qemu/win10.xml=" DOMAIN("<devices>" HOSTDEV("no", "") "</devices>") "\n",
	"etc/passwd=ann:x:1000:1000::/home/ann:/bin/sh\nhome/ann/.config/libvirt/qemu/win10.xml=" WITH_GPU("") "\n", NULL}, /* root looks at nobody's */
    {"proxmox-pcie-needs-q35", PVE "hostpci0: 01:00,pcie=1\n", PVE "hostpci0: 01:00,pcie=1|machine: pc-q35-8.1\n", NULL},
    {"proxmox-pcie-needs-q35", PVE "hostpci0: 01:00,pcie=1|machine: pc-i440fx-8.1\n", PVE "hostpci0: 01:00,pcie=1|arch: aarch64\n", NULL},
    {"lxd-wrong-key", INCUS "      address: 0000:01:00.0|      type: gpu\n", INCUS "      pci: 0000:01:00.0|      type: gpu\n", ""},
    {"lxd-wrong-key", INCUS "      pci: 0000:01:00.0|      type: pci\n", INCUS "      address: 0000:01:00.0|      type: pci\n", ""},
    {"lxd-companion", INCUS "      pci: 0000:01:00.0|      type: gpu\nF 0000:02:00.0 020000 8086:1533 igb 1\n",
	INCUS "      pci: 0000:01:00.0|      type: gpu|    nic0:|      address: 0000:02:00.0|      type: pci\nF 0000:02:00.0 020000 8086:1533 igb 1\n", NULL},
    {"lxd-no-hotplug", INCUS "      pci: 0000:01:00.0|      type: gpu\n", INCUS "      pci: 0000:01:00.0|      gputype: sriov|      type: gpu\n", NULL},
    {"viommu-caching-mode", XML DOMAIN("<devices><iommu model='intel'/>" HOSTDEV("yes", "") "</devices>") "\n",
	XML DOMAIN("<devices><iommu model='intel'><driver caching_mode='on'/></iommu>" HOSTDEV("yes", "") "</devices>") "\n", NULL},
    {"viommu-caching-mode", PVE "hostpci0: 01:00|args: -device intel-iommu\n", PVE "hostpci0: 01:00|args: -device intel-iommu,caching-mode=on\n", NULL},
    {"qemu-multiple-address-spaces", QEMU(GUEST_IOMMU "-device\x01vfio-pci,host=01:00.0,bus=rp1,addr=0\x01-device\x01vfio-pci,host=01:00.1,bus=rp2,addr=0"),
	QEMU(GUEST_IOMMU "-device\x01vfio-pci,host=01:00.0,bus=rp1,addr=0.0\x01-device\x01vfio-pci,host=01:00.1,bus=rp1,addr=0.1"), NULL},
    {"phys-bits-mismatch", XML WITH_GPU("<cpu><maxphysaddr mode='emulate' bits='46'/></cpu>") "\n", XML WITH_GPU("<cpu><maxphysaddr mode='emulate' bits='39'/></cpu>") "\n", NULL},
    {"phys-bits-mismatch", PVE "hostpci0: 01:00|cpu: host,phys-bits=48\n", PVE "hostpci0: 01:00|cpu: host,phys-bits=host\n", NULL},
    {"phys-bits-mismatch", QEMU("-cpu\x01host,phys-bits=40\x01-device\x01vfio-pci,host=01:00.0"), QEMU("-append\x01-cpu\x01-device\x01vfio-pci,host=01:00.0"), NULL},
    {"guest-ram-exceeds-free", XML WITH_GPU("<memory unit='GiB'>32</memory>") "\n", XML WITH_GPU("<memory>8388608</memory>") "\n", NULL},
    {"guest-ram-exceeds-free", PVE "hostpci0: 01:00|memory: 32768\n", PVE "hostpci0: 01:00|memory: 8192\n", NULL},
    {"guest-ram-exceeds-free", INCUS "      pci: 0000:01:00.0|      type: gpu|  expanded_config:|    limits.memory: 32GiB\n",
	XML WITH_GPU("<memory unit='GiB'>32</memory>") "\n" QEMU(""), NULL}, /* it runs */
    {"hugepages-short", PVE "hostpci0: 01:00|memory: 4096|hugepages: 2\nsys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages=2048\nsys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages=1\n",
	PVE "hostpci0: 01:00|memory: 4096|hugepages: 2\nsys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages=2048\nsys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages=0\n", NULL},
    {"hugepages-short", XML WITH_GPU("<memory unit='GiB'>8</memory><memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>") "\n",
	XML WITH_GPU("<memory unit='GiB'>8</memory><memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>")
	"\nsys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages=8\nsys/kernel/mm/hugepages/hugepages-1048576kB/resv_hugepages=0\n", NULL},
    {"qemu-topology", XML WITH_GPU("<os><type machine='pc-i440fx-8.2'>hvm</type></os>") "\n", "", NULL},
    {"qemu-topology", PVE "hostpci0: 01:00.0,pcie=1|hostpci1: 01:00.1,pcie=1|machine: q35\n", PVE "hostpci0: 01:00,pcie=1|machine: q35\n", NULL},
    {"qemu-topology", QEMU("-M\x01q35\x01-device\x01vfio-pci,host=01:00.0"), QEMU("-M\x01q35\x01-device\x01vfio-pci,host=01:00.0,bus=rp1"), NULL},
    {"nvidia-code43", XML WITH_GPU("") "\n", "", NULL},
    {"nvidia-code43", NULL, "F 0000:01:00.0 030200 10de:2330 vfio-pci 1\n" XML WITH_GPU("") "\n", NULL},
    {"phys-bits-mismatch", NULL, "proc/cpuinfo=CPU implementer\t: 0x41\n", NULL},
    {"nvidia-code43", PVE "hostpci0: 01:00|ostype: win11\n", PVE "hostpci0: 01:00|ostype: l26\n", NULL},
    {"guest-driver-bound-boot-order", XML DOMAIN("<devices>" HOSTDEV("yes", "") "<video><model type='qxl'/></video></devices>") "\n",
	XML DOMAIN("<devices>" HOSTDEV("yes", "") "<video><model type='none'/></video></devices>") "\n", NULL},
    {"guest-driver-bound-boot-order", QEMU("-device\x01vfio-pci,host=01:00.0"), QEMU("-nodefaults\x01-device\x01vfio-pci,host=01:00.0"), NULL},
    {"guest-driver-bound-boot-order", PVE "hostpci0: 01:00\n", PVE "hostpci0: 01:00,x-vga=1\n", NULL},
    /* machines that run */
    {"remove-while-held", QEMU(""), "", NULL},
    {"reset-while-vm-runs", QEMU(""), "", NULL},
    {"host-suspend-with-vfio", QEMU(""), "", NULL},
    {"host-suspend-with-vfio", NULL, QEMU("") "etc/systemd/system/sleep.target@/dev/null\n", NULL},
    {"iommufd-memlock", BY_IOMMUFD("900", "6G") BY_IOMMUFD("901", "6G"), BY_IOMMUFD("900", "4G") BY_IOMMUFD("901", "4G"), NULL},
    {"iommufd-memlock", NULL, BY_IOMMUFD("900", "12G"), NULL}, /* alone */
    {"mdev-iommufd", QEMU("-device\x01vfio-pci,sysfsdev=/sys/bus/mdev/devices/1-2,iommufd=i"), QEMU("-device\x01vfio-pci,sysfsdev=/sys/bus/mdev/devices/1-2"), ""},
    {"ch-group-incomplete", CH("--device\x01path=/sys/bus/pci/devices/0000:01:00.0/,iommu=off\x01--device\x01path=/sys/bus/pci/devices/0000:01:00.1"),
	CH("--device\x01path=/sys/bus/pci/devices/0000:01:00.0/,iommu=off\x01path=/sys/bus/pci/devices/0000:01:00.1"), NULL},
    {"ch-iommufd-p2p", CH("--platform\x01iommufd=on\x01--device\x01path=/sys/bus/pci/devices/0000:01:00.0"),
	CH("--platform\x01iommufd=on,vfio_p2p_dma=off\x01--device\x01path=/sys/bus/pci/devices/0000:01:00.0"), NULL},
    {"ch-mmio32", CH("--device=path=/sys/bus/pci/devices/0000:01:00.0") GPU "resource=0x0000000080000000 0x00000000afffffff 0x0000000000040200\n",
	CH("--device=path=/sys/bus/pci/devices/0000:01:00.0"), NULL},
    {"ch-mmio32", CH("--platform=num_pci_segments=64\x01--device=path=/sys/bus/pci/devices/0000:01:00.0"), CH("--platform=num_pci_segments=2\x01--device=path=/sys/bus/pci/devices/0000:01:00.0"), NULL},
    {"ch-mmio32", NULL, CH("--platform=num_pci_segments=64\x01--pci-segment\x01pci_segment=0,mmio32_aperture_weight=100\x01--device=path=/sys/bus/pci/devices/0000:01:00.0"), NULL},
    {"usb-controller-msi", USB_ON_VFIO DEV "0000:02:00.0/reset_method=pm\n" DEV "0000:02:00.0/resource=\n", USB_ON_VFIO DEV "0000:02:00.0/reset_method=flr pm\n", "0000:02:00.0"},
    {"usb-controller-msi", USB_ON_VFIO DEV "0000:02:00.0/reset_method=flr\n" "proc/interrupts=  24:  0  0  IR-PCI-MSIX-0000:01:00.0  0-edge  vfio-msix|  16:  9  0  IR-IO-APIC  16-fasteoi  vfio-intx(0000:02:00.0)\n",
	USB_ON_VFIO DEV "0000:02:00.0/reset_method=flr\n" "proc/interrupts=  24:  0  0  IR-PCI-MSIX-0000:01:00.0  0-edge  vfio-msix|  16:  9  0  IR-IO-APIC  16-fasteoi  vfio-intx(0000:03:00.0)\n", "0000:02:00.0"},
    {"nvidia-smi-no-driver", "usr/bin/nvidia-smi=\n", ON_NVIDIA "usr/bin/nvidia-smi=\n", NULL},
    {"nvidia-probe-not-called", "sys/module/nvidia/\n", ON_NVIDIA "sys/module/nvidia/\n", NULL},
};
