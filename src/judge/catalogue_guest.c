/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogue: the guest's drivers, suspending. */
#include "judge/catalogue_rows.h"

const struct diagnosis catalogue_guest[] = {
    {"nvidia-probe-not-called", LAYER_GUEST_DRIVER, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"\"NVRM: The NVIDIA probe routine was not called for N device(s)\"",
	("The host NVIDIA driver found a GPU it may not touch because another driver owns it: "
		"expected with passthrough."),
	{"Nothing if the owner is vfio-pci; if nouveau or rivafb owns it and the host should use it, unload that"},
	{},
	"https://github.com/NVIDIA/open-gpu-kernel-modules (kernel-open/nvidia/nv-pci.c)"},
    {"nvidia-code43", LAYER_GUEST_DRIVER, SEVERITY_BLOCKER, DIAGNOSIS_FAULT, false,
	"NVIDIA Code 43 in a Windows guest",
	("Drivers before 465 refused GeForce in VMs; since then the usual reasons are a bad ROM, "
		"wrong topology, missing functions, or laptop GPUs wanting a battery/ACPI tables."),
	{"Update the guest driver (>= 465); else kvm=off,hv-vendor-id=whatever12 / libvirt hidden + vendor_id",
	    ("Clean romfile (55 aa), root port topology, Above-4G window; MSI on; mobile "
		"GPUs: fake battery SSDT and subsystem ids (x-pci-sub-vendor-id, "
		"x-pci-sub-device-id)")},
	{"no Code 43"},
	"https://github.com/ipaqmaster/vfio/issues/13"},
    {"guest-code12", LAYER_GUEST_DRIVER, SEVERITY_BLOCKER, DIAGNOSIS_FAULT, false,
	"Code 12: not enough resources in a Windows guest",
	"BARs do not fit in the guest window.",
	{"Give the guest's firmware a larger window for BARs; OVMF instead of SeaBIOS"},
	{"device starts"},
	"https://github.com/clayfreeman/gpu-passthrough/issues/9"},
    {"guest-rminit-failed", LAYER_GUEST_DRIVER, SEVERITY_BLOCKER, DIAGNOSIS_FAULT, false,
	"Guest NVIDIA driver: RmInitAdapter failed",
	("The GPU answered wrongly during start: left dirty by a previous owner, missing MMIO, "
		"GSP firmware or wrong module flavour."),
	{"Blackwell+: nvidia-open modules; check BAR sizes; reset host side; power-cycle; pass whole card"},
	{"nvidia-smi lists the GPU"},
	"https://github.com/NVIDIA/open-gpu-kernel-modules/issues/1027"},
    {"nvswitch-fabric-manager", LAYER_GUEST_DRIVER, SEVERITY_BLOCKER, DIAGNOSIS_FAULT, false,
	"CUDA error 802 on NVSwitch systems",
	"HGX boards need Fabric Manager (in the guest that owns the switches, or on the host in shared/vGPU mode).",
	{("Pass the NVSwitches of the partition too and run the matching fabricmanager, or "
		"use the shared NVSwitch model; single GPU with NVLink disabled: "
		"NVreg_NvLinkDisable=1 in the guest")},
	{"CUDA sample runs"},
	"https://github.com/kata-containers/kata-containers/issues/11730"},
    {"guest-driver-version-myth", LAYER_GUEST_DRIVER, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"Guest driver need not match a host driver for whole-GPU passthrough",
	"With full passthrough the host driver is not in use; only vGPU (mdev / SR-IOV host driver) pairs versions.",
	{"Install what the guest supports"},
	{},
	NULL},
    {"usb-controller-msi", LAYER_GUEST_DRIVER, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"Passed USB controller resets or drops devices",
	("Controllers without FLR need a clean driver stop; some chipset xHCIs share a group with "
		"other chipset functions."),
	{"Use an add-in USB card with its own group; let the guest use MSI"},
	{"stable"},
	"https://github.com/64kramsystem/vga-passthrough/issues/34"},
    {"guest-driver-bound-boot-order", LAYER_GUEST_DRIVER, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"Guest has two GPUs and shows nothing",
	"Firmware picks the emulated adapter as primary display.",
	{("-vga none (libvirt: remove <video> or model none) once the guest driver is "
		"installed, or set the physical card primary in the guest; x-vga=on only for "
		"SeaBIOS + VGA guests")},
	{"picture on the monitor"},
	"qemu 10.0.13 docs/system/device-emulation.rst"},
    {"kvm-ignored-msr", LAYER_GUEST_DRIVER, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"\"ignored rdmsr/wrmsr\" lines are harmless",
	"The guest probes registers KVM does not have; the option makes KVM answer 0.",
	{("Nothing; kvm.report_ignored_msrs=0 hides them. Without ignore_msrs some "
		"Windows/NVIDIA tools blue-screen: set it")},
	{},
	"linux 6.12 arch/x86/kvm/x86.c"},
    {"nvidia-smi-no-driver", LAYER_GUEST_DRIVER, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"nvidia-smi cannot reach the driver",
	("On the host this is the normal state after the card went to vfio-pci; in the guest the "
		"driver is missing or failed."),
	{"Host: nothing. Guest: install the driver, check Secure Boot signing, nouveau"},
	{"nvidia-smi works in the guest"},
	NULL},
    {"nvidia-wpr2-latched", LAYER_GUEST_DRIVER, SEVERITY_BLOCKER, DIAGNOSIS_FAULT, false,
	"NVIDIA GPU was not reset between users (WPR2 already up)",
	"The protected region set up by the previous driver instance survives until a real reset.",
	{("FLR: echo flr > reset_method; echo 1 > reset (no user attached); otherwise "
		"power the machine off, a warm reboot may not suffice")},
	{"driver initialises"},
	"https://github.com/NVIDIA/open-gpu-kernel-modules/issues/1353"},
    {"stuck-in-d3", LAYER_SUSPEND, SEVERITY_BLOCKER, DIAGNOSIS_FAULT, false,
	"Device cannot leave D3",
	("vfio-pci lets unused devices sleep (D3hot since long, and through runtime PM, hence "
		"D3cold, on newer kernels); some GPUs or boards do not wake."),
	{"options vfio-pci disable_idle_d3=1 (module must be reloaded / initramfs rebuilt)",
	    ("Or per device before first sleep: echo 0 > d3cold_allowed; echo on > "
		"power/control (also for the root port above)"),
	    "pcie_port_pm=off as last resort"},
	{"power_state reads D0 while idle"},
	"https://github.com/mroboff/vm-curator/pull/63"},
    {"idle-d3-info", LAYER_SUSPEND, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"A bound, unused device shows \"suspended\" / D3hot: normal",
	"vfio-pci enables runtime power management for devices nobody has open.",
	{"Nothing; it wakes on open. Reading full config also wakes it"},
	{"D0 while a VM runs"},
	"linux 6.12 drivers/vfio/pci/vfio_pci_core.c"},
    {"host-suspend-with-vfio", LAYER_SUSPEND, SEVERITY_WARN, DIAGNOSIS_FAULT, false,
	"Host suspend while a device is assigned",
	("vfio-pci has runtime but no system sleep callbacks of its own: device state of the "
		"guest driver is lost in S3."),
	{("Shut down or managed-save the guest (a VM with VFIO cannot be saved) before "
		"suspend; use a sleep inhibitor while it runs"),
	    "i915 SR-IOV VFs: recreate them after resume"},
	{"guest works after resume"},
	"linux 6.12 drivers/vfio/pci/vfio_pci_core.c (vfio_pci_core_pm_ops)"},
    {"laptop-dgpu-off", LAYER_SUSPEND, SEVERITY_BLOCKER, DIAGNOSIS_FAULT, false,
	"The discrete GPU is powered off or removed by a laptop tool",
	"Power-saving modes cut power or remove the function after boot.",
	{"Switch the tool to hybrid or its vfio mode; echo 1 > /sys/bus/pci/rescan; ASUS: dgpu_disable 0 and reboot"},
	{"device is enumerated"},
	"https://github.com/Askannz/optimus-manager/issues/487"},
    {"aspm-aer-flood", LAYER_SUSPEND, SEVERITY_WARN, DIAGNOSIS_FAULT, true,
	"PCIe corrected errors flood the log",
	"Link power management or signal quality problems (risers, extenders) cause replays.",
	{("pcie_aspm=off (or policy performance: echo performance > "
		"/sys/module/pcie_aspm/parameters/policy); force Gen3 in firmware for risers; "
		"pci=noaer only hides it"),
	    "Put pcie_aspm=off on the kernel command line; passthru boot status says which file that is"},
	{"counters stand still"},
	"linux 6.12 drivers/pci/pcie/aer.c"},
    {"refused-d3hot", LAYER_SUSPEND, SEVERITY_INFO, DIAGNOSIS_NOTICE, false,
	"Device refuses D3hot",
	"The function ignores the sleep request; it stays awake.",
	{"options vfio-pci disable_idle_d3=1 silences it"},
	{"line gone"},
	"linux 6.12 drivers/pci/pci.c"},
};
const size_t n_catalogue_guest = ARRAY_LEN(catalogue_guest);
