# Sourced by tests that boot a whole Debian: firmware, boot loader, initramfs, systemd, reboots. lab/README.md, "The
# full lab", has a session of it.
# shellcheck shell=bash
#
#	full_start IMAGE TOPOLOGY	a fresh copy of the image (lab/fetch-full) boots; ready when its last unit is
#	full_do COMMAND…		run inside as root in /root; output and exit status are its own
#	full_feed COMMAND…		the same with our standard input
#	full_put DIR			what is below DIR goes to the same places below /
#	full_install			passthru, as `meson install` puts it there
#	full_reboot [WORD…]		the host reboots itself; with more kernel words for this one boot
#	full_reset			the reset button
#	full_last COMMAND…		run what ends this boot; full_boot then waits for the next
#	full_boot			wait until the host is ready in another boot than the last known one
#	full_kill			QEMU is gone at once, as in a power cut; full_again starts it on the same disk
#	full_stop			the host shuts down
#	full_again [TOPOLOGY]		start on the same disk, in the same firmware, the topology may have changed
#	full_kernel_log [N]		the kernel's log of boot N (the last), the first is 1
#	full_console			all the serial consoles said, firmware and boot loader included
#
# A call that fails says why on stderr; its status: 124 when time is over (full_limit seconds for each wait), 125 when
# the host is down. full_boot_id is the boot's id, full_boots their number. Everything ends with the script.
# The disk keeps what the host flushed, as a real one does: QEMU passes flushes on. FULL_CACHE=unsafe is faster and
# must not meet full_kill.

full_lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
full_build=${PASSTHRU_BUILD:-$(dirname "$full_lab")/build}
full_limit=${FULL_LIMIT:-600}
full_agent=$full_build/lab/bin/lab-agent
full_run='' full_pid='' full_image='' full_topology='' full_boot_id=none full_boots=0

full_say() {
	echo "lab/full: $*" >&2
}

# The part of QEMU's arguments that a topology makes, NUL after each; in a subshell, for the names of lab/host.sh.
full_topology_arguments() (
	lab=$full_lab cache=$full_build/lab run=$full_run topology=$1 accel='' verbose='' qemu=()
	wrong() {
		full_say "$*"
		exit 2
	}
	# shellcheck source=host.sh
	. "$full_lab/host.sh"
	read_topology
	pick_accel
	[[ ${#words[@]} -eq 0 ]] || full_say "the topology's kernel words are not there: ${words[*]}"
	qemu+=(-accel "$accel" -smp "$cpus" -m "${memory:-2G}")
	device_arguments
	disk_arguments
	qemu+=(-cpu "$cpu")
	printf '%s\0' "${qemu[@]}"
)

# full_power_on DISK FORMAT - QEMU runs; slots 1b to 1e are the lab's, as in lab/run.
full_power_on() {
	local disk=$1 format=$2 fifo arguments=()

	[[ -z $full_pid ]] || { full_say "the host is running" && return 2; }
	mapfile -d '' arguments < <(full_topology_arguments "$full_topology")
	[[ ${#arguments[@]} -gt 0 ]] || return 2
	for fifo in port.in port.out monitor.in monitor.out; do
		rm -f "$full_run/$fifo"
		mkfifo "$full_run/$fifo" || return 125
	done
	full_starts=$((full_starts + 1))
	setpriv --pdeathsig KILL qemu-system-x86_64 -no-user-config -nodefaults -display none \
		-M q35,kernel-irqchip=split,smm=off \
		-drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd" \
		-drive "if=pflash,format=raw,file=$full_run/vars.fd" \
		-serial "file:$full_run/console-$full_starts.log" -audiodev none,id=silence \
		-chardev "pipe,id=monitor,path=$full_run/monitor" -mon chardev=monitor,mode=readline \
		"${arguments[@]}" \
		-drive "if=none,id=root,format=$format,cache=${FULL_CACHE:-writeback},discard=unmap,file=$disk" \
		-device nvme,drive=root,serial=root,bus=pcie.0,addr=0x1c,bootindex=0 \
		-device virtio-serial-pci,id=lab,bus=pcie.0,addr=0x1e \
		-chardev "pipe,id=port,path=$full_run/port" \
		-device virtserialport,bus=lab.0,nr=1,chardev=port,name=lab.agent \
		</dev/null >"$full_run/qemu.log" 2>&1 &
	full_pid=$!
	# Or bash tells everybody how it ended.
	disown "$full_pid"
}

# The next boot is ready: it is another one, its last unit runs.
full_boot() {
	local id status

	id=$("$full_agent" hello "$full_run/port" "$full_limit" "$full_boot_id")
	status=$?
	if [[ $status -ne 0 ]]; then
		full_say "the host did not come up ($status); the end of its console:"
		full_show_console
		return "$status"
	fi
	full_boot_id=$id
	full_boots=$((full_boots + 1))
	full_do dmesg >"$full_run/kernel-$full_boots.log"
}

full_show_console() {
	full_console | tail -c 2000 | tr -d '\r' | tr -c '[:print:]\n\t' '?' | sed 's/^/| /' >&2
	sed 's/^/| /' "$full_run/qemu.log" >&2
	cp "$full_run/qemu.log" "$full_build/lab/failed.log"
	full_console >>"$full_build/lab/failed.log"
}

# full_prepare - a place for this run, and its end with the script's.
full_prepare() {
	full_run=$full_build/lab/full/run/$$
	full_starts=0
	rm -rf "$full_run"
	mkdir -p "$full_run" && cp /usr/share/OVMF/OVMF_VARS_4M.fd "$full_run/vars.fd" || return 125
	trap full_end EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

full_start() {
	local try

	"$full_lab/fetch-full" "$1" >&2 || return 125
	full_prepare || return
	full_image=$1 full_topology=$2 full_boot_id=none full_boots=0
	# QEMU without KVM crashes at its start now and then; nothing has happened yet.
	for try in first last; do
		cp "$full_build/lab/full/$1.fd" "$full_run/vars.fd"
		qemu-img create -q -f qcow2 -F raw -b "$full_build/lab/full/$1.img" "$full_run/root.qcow2" || return 125
		! full_again || return 0
		full_kill
	done
	return 125
}

full_again() {
	full_topology=${1:-$full_topology}
	full_power_on "$full_run/root.qcow2" qcow2 && full_boot
}

full_do() {
	"$full_agent" do "$full_run/port" "$full_limit" "$@"
}

full_feed() {
	"$full_agent" do -i "$full_run/port" "$full_limit" "$@"
}

full_last() {
	"$full_agent" last "$full_run/port" "$full_limit" "$@"
}

full_put() {
	tar -C "$1" -c --owner=0 --group=0 . | full_feed tar -C / -x --no-overwrite-dir --keep-directory-symlink
}

full_install() {
	rm -rf "$full_run/install"
	DESTDIR=$full_run/install meson install -C "$full_build" --no-rebuild --quiet &&
		full_put "$full_run/install"
}

# What a person does who edits the entry at the boot loader: the configuration on the disk stays what it is.
full_once() {
	case $full_image in
	systemd-boot)
		# shellcheck disable=SC2016 # expanded inside
		full_do sh -ec 'cd /boot/efi/loader/entries
			entry=$(ls *.conf | sort -V | tail -n 1)
			sed "s|^options.*|& $*|" "$entry" >lab-once.conf
			bootctl set-oneshot lab-once.conf' sh "$@"
		;;
	*)
		# shellcheck disable=SC2016
		full_do sh -ec 'sed "s|^[[:space:]]*linux[[:space:]].*|& $*|" /boot/grub/grub.cfg >/boot/efi/EFI/lab/once.cfg
			grub-editenv /boot/efi/EFI/lab/env create
			grub-editenv /boot/efi/EFI/lab/env set once=1' sh "$@"
		;;
	esac
}

full_reboot() {
	if [[ $# -gt 0 ]]; then
		full_once "$@" || return
	fi
	full_last systemctl reboot && full_boot || return
	[[ $# -eq 0 || $full_image != systemd-boot ]] || full_do rm /boot/efi/loader/entries/lab-once.conf
}

full_reset() {
	echo system_reset >"$full_run/monitor.in" && full_boot
}

# full_gone - waits until QEMU has ended.
full_gone() {
	timeout "$full_limit" tail --pid="$full_pid" -s 0.1 -f /dev/null || return 124
	full_pid=
}

full_kill() {
	kill -KILL "$full_pid" 2>/dev/null
	full_gone
}

full_stop() {
	full_last systemctl poweroff && full_gone
}

full_kernel_log() {
	cat "$full_run/kernel-${1:-$full_boots}.log"
}

full_console() {
	local i

	for ((i = 1; i <= full_starts; i++)); do
		cat "$full_run/console-$i.log"
	done
}

full_end() {
	[[ -z $full_pid ]] || full_kill
	[[ -z $full_run ]] || rm -rf "$full_run"
}
