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

# await_program PID NAME - until the process has become what it is to be, or has ended.
await_program() {
	until [[ $(cat "/proc/$1/comm" 2>/dev/null) == "$2" ]] || ! kill -0 "$1" 2>/dev/null; do sleep 0.1; done
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

# unchanged CLAIM STATE - the host is in the state that host_state told; where not, the difference is shown.
unchanged() {
	local now

	now=$(host_state)
	if [[ $now == "$2" ]]; then pass "$1"; else fail "$1" "$(diff <(echo "$2") <(echo "$now"))"; fi
}

# What `vfio-ask open` must end with. Where the kernel lets no one attach, a script says at which step, and how.
attach_refused=

# The words of `passthru show ADDRESS --json` that the comparisons need, "null" for what is not there, "-" for
# an empty list: answer, viable_now, group, VFIO group, companions, bridges.
show_words() {
	passthru show "$1" --json | jq -r '[.verdict.answer, .verdict.viable_now, .iommu_group, .vfio_group,
		(.verdict.companions | join(" ") | if . == "" then "-" else . end),
		(.verdict.bridges | join(" ") | if . == "" then "-" else . end)]
		| map(if . == null then "null" else tostring end) | @tsv'
}

# What the kernel says of a group, in the word that show uses. Without a node it cannot be asked.
kernel_viable() {
	case $(vfio-ask viable "$1") in
	viable) echo true ;;
	not-viable) echo false ;;
	no-node) echo no-node ;;
	*) echo error ;;
	esac
}

# uses_in AREA - what the host does, "mount 0000:01:00.0 /mnt on nvme0n1 (/proc/self/mountinfo)", and what of it cannot
# be seen, "blind REASON (EVIDENCE)".
uses_in() {
	"${PASSTHRU_BUILD:-build}/tests/lab/lab-uses" "$1" | awk -F '\t' '
		$1 == "blind" { print "blind " $3 " (" $4 ")"; next }
		$1 != "server" { print $1 " " $2 " " $3 " (" $4 ")" }'
}

# The lab's host runs from none of these: what is compared is what the kernel says of groups.
allow_all=(--allow=display --allow=platform --allow=storage --allow=disk-contents --allow=network)

# agree CLAIM ADDRESS GROUP - show and the kernel, at this moment, with the drivers as they are.
agree() {
	local viable node

	IFS=$'\t' read -r _ viable _ node _ < <(show_words "$2")
	same "$1: VFIO node and viability are what the kernel says" "$3 $(kernel_viable "$3")" "$node $viable"
}

# opens CLAIM GROUP ADDRESS… - a user of VFIO gets them, or exactly the refusal in $attach_refused.
opens() {
	local claim=$1 output status

	shift
	output=$(vfio-ask open "$@" 2>&1)
	status=$?
	if [[ -n $attach_refused ]]; then
		same "$claim: the kernel refuses at the one step known" "3 $attach_refused" "$status ${output##*$'\n'}"
	elif [[ $status -eq 0 ]]; then
		pass "$claim: the devices open and DMA maps"
	else
		fail "$claim: the devices open and DMA maps" "$output"
	fi
}

# The endpoints of a group: bridges (class 0604) stay with the host, and vfio-pci would refuse them.
endpoints_of() {
	local dir class

	for dir in "/sys/kernel/iommu_groups/$1/devices"/*; do
		read -r class <"$dir/class"
		[[ $class == 0x06* ]] || echo "${dir##*/}"
	done
}

# One endpoint of the group after the other, by exact binds: after each, show and the kernel are asked. The last
# one makes the group viable; released in the other order, everything is back.
compare_step_by_step() {
	local address=$1 group=$2 before=$3 members i n=0

	mapfile -t members < <(endpoints_of "$group")
	for i in "${members[@]}"; do
		n=$((n + 1))
		check "$address: member $i goes to vfio-pci alone" passthru bind "${allow_all[@]}" --driver=vfio-pci "$i"
		agree "$address with $n of ${#members[@]} members on vfio-pci" "$address" "$group"
	done
	same "$address: with every endpoint of the group on vfio-pci it is viable" true "$(kernel_viable "$group")"
	for ((i = ${#members[@]} - 1; i >= 0; i--)); do
		check "$address: member ${members[i]} comes back" passthru release "${members[i]}"
	done
	unchanged "$address: after the exact binds the host is as before" "$before"
}

# compare_hand_over ADDRESS ANSWER GROUP STATE COMPANION… - what the verdict promised, kept.
compare_hand_over() {
	local address=$1 answer=$2 group=$3 before=$4 f drivers= want=

	shift 4
	if [[ $answer == blocked ]]; then
		exits "$address: blocked, so bind refuses" 1 'cannot' passthru bind "${allow_all[@]}" "$address"
		unchanged "$address: the refusal changed nothing" "$before"
		return
	fi
	same "$address: companions are there exactly when the answer says so" \
		"$([[ $# -gt 0 ]] && echo ready-with-companions || echo ready)" "$answer"
	check "$address: $answer, so bind hands it over" passthru bind "${allow_all[@]}" "$address"
	for f in "$address" "$@"; do
		drivers+="$(driver_of "$f") "
		want+="vfio-pci "
	done
	same "$address: it and its companions are with vfio-pci" "$want" "$drivers"
	agree "$address handed over" "$address" "$group"
	same "$address: handed over, the kernel calls the group viable" true "$(kernel_viable "$group")"
	opens "$address" "$group" "$address" "$@"
	check "$address: release gives it back" passthru release "$address"
	unchanged "$address: after release the host is as before" "$before"
}

# compare_with_kernel [ADDRESS…] - for these, or every display function: is what show says what the kernel does?
# Exact binds first, one member after the other, then the hand-over that the verdict promises or refuses.
compare_with_kernel() {
	local address before answer viable group node companions displays

	if [[ $# -eq 0 ]]; then
		mapfile -t displays < <(passthru list --class gpu --json | jq -r '.functions[].address')
		set -- "${displays[@]}"
	fi
	check "there is something to compare with the kernel" test $# -gt 0
	for address; do
		before=$(host_state)
		IFS=$'\t' read -r answer viable group node companions _ < <(show_words "$address")
		same "$address: show has the kernel's group, no node yet, not viable yet" \
			"$(group_of "$address") null false" "$group $node $viable"
		compare_step_by_step "$address" "$group" "$before"
		[[ $companions != - ]] || companions=
		# shellcheck disable=SC2086 # the list is meant to be taken apart
		compare_hand_over "$address" "$answer" "$group" "$before" $companions
	done
}
