# Sourced by tests of the full lab: what a whole system says of itself.
# shellcheck shell=bash

# What lies where passthru writes; the loader's and the images' too, by their sums.
state() {
	# shellcheck disable=SC2016
	full_do sh -c 'cd /etc && find passthru udev/rules.d initramfs-tools dracut.conf.d modprobe.d default kernel X11 systemd \
		-type f 2>/dev/null | LC_ALL=C sort | while read -r f; do echo $(stat -c "%n %a" "$f"; cksum <"$f"); done
		find /boot -name "grub.cfg" -o -path "*loader/entries/*" -type f | LC_ALL=C sort | xargs cksum
		find /etc/passthru /var/lib/passthru/held -type f 2>/dev/null'
}
