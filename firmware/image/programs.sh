#!/bin/bash
# programs.sh ARCH CACHE OUT builds the appliance's programs for ARCH, and for
# this machine the bench, which signs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
arch=$1
cache=$2
out=$3
mkdir -p "$out"
flags=(-trimpath -buildvcs=false -ldflags=-buildid=)
go build "${flags[@]}" -o "$out/" ./appliance/cmd/lintel-lab
[ ! -d appliance/cmd/lintel-update ] || CGO_ENABLED=0 GOARCH=$arch go build "${flags[@]}" -o "$out/" ./appliance/cmd/lintel-update
# shim COMPILER... builds what is loaded into cage.
shim() { "$@" -O2 -fPIC -shared -s -Wall -Werror -Wl,--build-id=none,-z,lazy -o "$out/touch.so" firmware/image/touch.c; }
if [ "$arch" = "$(dpkg --print-architecture)" ]; then
	shim gcc
	go build "${flags[@]}" -o "$out/" ./appliance/cmd/lintel
	exit
fi
sysroot=$cache/sysroot
if [ ! -e "$sysroot/made" ]; then
	rm -rf "$sysroot"
	mmdebstrap --quiet --arch="$arch" --variant=extract --include=libopencv-dev,libc6-dev,libstdc++-12-dev bookworm "$sysroot" "${MIRROR:-http://deb.debian.org}/debian"
	: >"$sysroot/made"
fi
# The linker follows what OpenCV needs; there are no alternatives' links in a
# sysroot that nothing was set up in.
libraries=$sysroot/usr/lib/aarch64-linux-gnu
# Where the sysroot lies is of no concern to the program.
shim aarch64-linux-gnu-gcc "--sysroot=$sysroot"
compile="-O2 -g -ffile-prefix-map=$sysroot=/sysroot"
CGO_CFLAGS=$compile CGO_CXXFLAGS=$compile CGO_LDFLAGS="-Wl,-rpath-link=$libraries/blas:$libraries/lapack" CGO_ENABLED=1 GOARCH=$arch CC="aarch64-linux-gnu-gcc --sysroot=$sysroot" CXX="aarch64-linux-gnu-g++ --sysroot=$sysroot" \
	PKG_CONFIG_SYSROOT_DIR=$sysroot PKG_CONFIG_LIBDIR=$libraries/pkgconfig:$sysroot/usr/share/pkgconfig \
	go build "${flags[@]}" -o "$out/" ./appliance/cmd/lintel
