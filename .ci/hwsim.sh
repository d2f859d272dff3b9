#!/bin/sh
# hwsim.sh [TESTS] runs the hardware tests in a guest, all without TESTS in three
# at a time; see firmware/hwsim. They are left out only where QEMU cannot be
# installed, and then with a loud line. ARCH=arm64 reads both cameras with the
# cross-built reader on the other architecture.
set -eu
cd "$(dirname "$0")/.."

case ${ARCH:-amd64} in
arm64) packages="qemu-system-arm mmdebstrap" ;;
*) packages="qemu-system-x86 seabios busybox-static xz-utils make gcc linux-headers-amd64 systemd udev" ;;
esac
# Word splitting is meant: one word a package.
# shellcheck disable=SC2086
if ! .ci/need.sh $packages cpio kmod; then
	echo "!!!! SKIPPED: the hardware tests did not run, for QEMU cannot be installed here. !!!!" >&2
	exit 0
fi
if [ $# -gt 0 ] || [ "${ARCH:-amd64}" != amd64 ]; then
	exec firmware/hwsim/run.sh "$@"
fi

visits='TestVisits|TestNoCamera|TestStuck|TestResets|TestSwitches'
plugs='TestUnplugging|TestCorrections'
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
{
	firmware/hwsim/run.sh "$plugs" &&
		INIT=systemd firmware/hwsim/run.sh '^TestUnit'
} >"$logs/1" 2>&1 &
first=$!
SKIP="$visits|$plugs|^TestUnit" firmware/hwsim/run.sh >"$logs/2" 2>&1 &
second=$!
failed=0
firmware/hwsim/run.sh "$visits" || failed=1
wait "$first" || failed=1
wait "$second" || failed=1
cat "$logs/1" "$logs/2"
exit "$failed"
