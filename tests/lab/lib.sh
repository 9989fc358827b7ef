# Sourced by tests inside the lab: what the kernel says of the host. Few processes: each costs in emulation.
# shellcheck shell=bash

driver_of() {
	local link

	link=$(readlink "/sys/bus/pci/devices/$1/driver") || link=none
	echo "${link##*/}"
}

group_of() {
	local link

	link=$(readlink "/sys/bus/pci/devices/$1/iommu_group") || link=none
	echo "${link##*/}"
}

# Drivers, overrides, modules, VFIO nodes: what a change may touch, and must bring back.
host_state() {
	(
		cd /sys/bus/pci/devices || exit
		ls -l --time-style=+ ./*/driver 2>/dev/null
		grep -H . ./*/driver_override
	)
	cut -d ' ' -f 1 /proc/modules | sort
	(cd /dev/vfio 2>/dev/null && echo *)
	return 0
}
