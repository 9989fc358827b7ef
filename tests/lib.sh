# Sourced by tests written in shell: TAP lines, one a claim.
# shellcheck shell=bash
tap_number=0
tap_failed=0

pass() {
	tap_number=$((tap_number + 1))
	echo "ok $tap_number - $*"
}

# fail CLAIM [DETAIL…]
fail() {
	tap_number=$((tap_number + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_number - $1"
	shift
	[[ $# -eq 0 ]] || printf '%s\n' "$*" | sed 's/^/# /'
}

# check CLAIM COMMAND… - it holds when the command succeeds.
check() {
	local claim=$1 output

	shift
	if output=$("$@" 2>&1); then pass "$claim"; else fail "$claim" "$* ended with $?: $output"; fi
}

# same CLAIM WANT GOT
same() {
	if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1" "want: $2" $'\n'"got: $3"; fi
}

# exits CLAIM CODE PATTERN COMMAND… - ends with this code, and says something that matches.
exits() {
	local claim=$1 code=$2 pattern=$3 output status

	shift 3
	output=$("$@" 2>&1)
	status=$?
	if [[ $status -eq $code && $output =~ $pattern ]]; then
		pass "$claim"
	else
		fail "$claim" "want $code and /$pattern/, got $status: $output"
	fi
}

finish() {
	echo "1..$tap_number"
	[[ $tap_failed -eq 0 ]]
}
