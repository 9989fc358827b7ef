# Sourced: what every virtual host of the lab has in common, its topology and what runs it.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # lab, cache, run, accel, qemu and verbose are those of the script that sources this
#
# Grammar of a topology, one statement a line, # starts a comment, blank lines are nothing:
#
#	about TEXT		one line for --list
#	iommu KIND [PROP=VALUE]...	intel, amd or none (default); properties go to its -device
#	memory SIZE		as QEMU's -m; default 2G
#	cpus N			default 2
#	cpu MODEL		as QEMU's -cpu; default max
#	device PROPERTIES	one QEMU -device; give each an explicit bus and addr
#	disk ID SIZE		an empty disk for a device's drive=ID, new for every run
#	append WORD...		more words for the kernel command line
#	modules NAME...		modules to load besides those the devices ask for
#	lab-modules NAME...	the same, of lab/modules, which are built then
memory= cpus= cpu=max iommu=none iommu_properties= own_modules=
devices=() disks=() words=() modules=()

read_topology() {
	local file=$lab/topologies/$topology line word rest more n=0

	case $topology in
	*/*) file=$topology ;;
	esac
	[ -f "$file" ] || wrong "no topology $topology; --list names them"
	while IFS= read -r line || [ -n "$line" ]; do
		n=$((n + 1))
		read -r word rest <<<"${line%%#*}"
		case $word in
		'' | about) ;;
		iommu) read -r iommu iommu_properties <<<"$rest" ;;
		memory) memory=$rest ;;
		cpus) cpus=$rest ;;
		cpu) cpu=$rest ;;
		device) devices+=("$rest") ;;
		disk) disks+=("$rest") ;;
		append) read -ra more <<<"$rest" && words+=("${more[@]}") ;;
		modules | lab-modules)
			read -ra more <<<"$rest" && modules+=("${more[@]}")
			[ "$word" = modules ] || own_modules=modules
			;;
		*) wrong "$file:$n: unknown statement $word" ;;
		esac
	done <"$file"
}

# A comma ends a value in QEMU's option syntax; doubled, it is one.
quoted() {
	printf '%s' "${1//,/,,}"
}

disk_arguments() {
	local id size disk

	for disk in "${disks[@]}"; do
		read -r id size <<<"$disk"
		truncate -s "$size" "$run/$id.img"
		qemu+=(-drive "if=none,id=$id,format=raw,file=$(quoted "$run/$id.img")")
	done
}

# Intel's unit must come before the devices it translates for; AMD's takes a slot for itself, so
# it comes when the others have theirs, and wants a processor of its maker.
device_arguments() {
	local device properties=${iommu_properties// /,}

	properties=${properties:+,$properties}
	[ "$iommu" != intel ] ||
		qemu+=(-device "intel-iommu,intremap=on,caching-mode=on$properties")
	for device in "${devices[@]}"; do
		qemu+=(-device "$device")
	done
	case $iommu in
	intel | none) ;;
	amd) qemu+=(-device "amd-iommu,intremap=on$properties") ;;
	*) wrong "iommu $iommu: intel, amd and none are known" ;;
	esac
	[ "$iommu" != amd ] || cpu+=,vendor=AuthenticAMD
}

# A /dev/kvm proves nothing (virtualisation inside a virtual machine is often there and broken):
# believe in it when this very kernel was seen to boot with it.
pick_accel() {
	accel=tcg
	if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		[ -s "$cache/accel" ] || probe_accel kvm >"$cache/accel"
		accel=$(<"$cache/accel")
	fi
	[ -z "$verbose" ] || echo "lab/run: $accel runs the virtual host" >&2
	[ "$accel" != tcg ] || accel=tcg,thread=multi
}

# Prints KIND if it boots the lab's kernel, tcg if not.
probe_accel() {
	local kind=$1 said

	said=$(timeout -k 2 20 qemu-system-x86_64 -no-user-config -nodefaults -display none -no-reboot \
		-accel "$kind" -M q35,kernel-irqchip=split -cpu max -smp 2 -m 512M -serial stdio \
		-kernel "$cache/kernel/vmlinux" -initrd "$cache/host.cpio" \
		-append "console=ttyS0 quiet panic=-1 lab.probe" </dev/null 2>/dev/null) || true
	case $said in
	*"lab: the probe has booted"*) echo "$kind" ;;
	*) echo tcg ;;
	esac
}
