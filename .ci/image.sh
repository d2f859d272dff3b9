#!/bin/sh
# image.sh makes the image with an owner of its own, and again from nothing; holds
# the two against each other, and the first in QEMU against what is promised of
# it: half an hour and more. What passed is written to .ci/image.passed, to be
# committed. "image.sh changed" does the same where the image, its units or the
# updates are others than those that passed; else the image is made and started
# once. LINTEL_CUTS=N takes the power away less often, and is no passing.
# ARCH=arm64 elsewhere than on arm64: made once, started two ways, and looked into.
set -eu
cd "$(dirname "$0")/.."
.ci/need.sh qemu-system-x86 ovmf rauc squashfs-tools dosfstools mtools e2fsprogs fdisk cpio python3
arch=$(dpkg --print-architecture)
owner=bin/image/owner
if [ ! -e "$owner/owner.crt" ]; then
	mkdir -p bin/image
	go build -o bin/ ./appliance/cmd/lintel-lab
	bin/lintel-lab keys "$owner"
fi
OWNER=$PWD/$owner/owner.crt
OWNER_KEY=$PWD/$owner/owner.key
TREE=yes
export OWNER OWNER_KEY TREE

if [ "$arch" = amd64 ] && [ "${ARCH:-}" = arm64 ]; then
	.ci/need.sh qemu-system-arm qemu-efi-aarch64 u-boot-qemu device-tree-compiler
	BOARD=rpi4 firmware/image/build.sh
	LINTEL_IMAGE=$PWD/bin/image/arm64 go test ./firmware/image/imagetest -run 'TestBoot|TestUBoot|TestRaspberryPi4' -count=1 -v -timeout 60m
	exit
fi

test_image() {
	LINTEL_IMAGE=$PWD/bin/image/$arch LINTEL_OWNER=$PWD/$owner go test ./firmware/image/imagetest "$@" -count=1 -v -timeout 60m
}

inputs=$(git ls-files -s firmware/image appliance/update appliance/cmd/lintel-update | sha256sum | cut -d' ' -f1)
firmware/image/build.sh
if [ "${1:-}" = changed ] && [ "$inputs" = "$(cat .ci/image.passed)" ]; then
	test_image -run 'TestBoot$'
	exit
fi
FRESH=yes OUT=bin/image/again firmware/image/build.sh
if ! diff -u "bin/image/$arch/tree" bin/image/again/tree >bin/image/differ || ! cmp "bin/image/$arch/disk.img" bin/image/again/disk.img; then
	head -40 bin/image/differ >&2
	echo "cannot make the same image twice: bin/image/differ has the files that differ" >&2
	exit 1
fi
echo "made twice, the same byte for byte: $(cut -d' ' -f1 "bin/image/$arch/SHA256SUMS" | head -1)"
rm -rf bin/image/again

test_image
[ -n "${LINTEL_CUTS:-}" ] || echo "$inputs" >.ci/image.passed
