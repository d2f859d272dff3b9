#!/bin/sh
# hwsim.sh [TESTS] runs the hardware tests in a guest; see firmware/hwsim. They
# are left out only where QEMU cannot be installed, and then with a loud line.
set -eu
cd "$(dirname "$0")/.."

if ! .ci/need.sh qemu-system-x86 seabios busybox-static cpio kmod xz-utils make gcc linux-headers-amd64; then
	echo "!!!! SKIPPED: the hardware tests did not run, for QEMU cannot be installed here. !!!!" >&2
	exit 0
fi
exec firmware/hwsim/run.sh "$@"
