#!/bin/sh
# hwsim.sh [TESTS] runs the hardware tests in a guest, all without TESTS in two
# at a time; see firmware/hwsim. They are left out only where QEMU cannot be
# installed, and then with a loud line.
set -eu
cd "$(dirname "$0")/.."

if ! .ci/need.sh qemu-system-x86 seabios busybox-static cpio kmod xz-utils make gcc linux-headers-amd64; then
	echo "!!!! SKIPPED: the hardware tests did not run, for QEMU cannot be installed here. !!!!" >&2
	exit 0
fi
if [ $# -gt 0 ]; then
	exec firmware/hwsim/run.sh "$@"
fi
# The reader's tests run beside those of the appliance.
reader='TestFrames|TestDamaged|TestPlugging|TestShifted'
log=$(mktemp)
trap 'rm -f "$log"' EXIT
firmware/hwsim/run.sh "$reader" >"$log" 2>&1 &
beside=$!
failed=0
firmware/hwsim/run.sh 'TestVisits|TestNoCamera|TestUnplugging|TestCorrections|TestStuck' || failed=1
wait "$beside" || failed=1
cat "$log"
exit "$failed"
