#!/bin/bash
# build.sh makes the image of an appliance: see BUILD.md, "The image".
#
#   ARCH=amd64|arm64   for which machines; this one's
#   BOARD=rpi4         of arm64: for a Raspberry Pi 4, too, which has no UEFI
#   OUT=FOLDER         where to; bin/image/ARCH
#   VERSION=1.2.3      what it calls itself; firmware/image/version
#   OWNER=FILE         the owner's certificate, whose updates it will take
#   OWNER_KEY=FILE     the key to it, to sign what this image is; never copied
#   LOCKED=yes         refuse packages other than those of packages.ARCH.lock
#   LEVEL=N            zstd's level for the root; 19 for a release, 6
#   TREE=yes           list every file with its hash, in OUT/tree
#   FRESH=yes          fetch and unpack Debian anew
#   MIRROR=URL         where Debian is fetched from
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
arch=${ARCH:-$(dpkg --print-architecture)}
out=$(realpath -m "${OUT:-$top/bin/image/$arch}")
cache=${LINTEL_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lintel-image}/$arch
version=${VERSION:-$(cat "$here/version")}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600}
say() { echo "[${SECONDS}s] $*"; }
umask 022
[ "$(id -u)" = 0 ] || {
	echo "cannot build an image without root: its files have owners. Run sudo make image" >&2
	exit 1
}
case $arch in amd64 | arm64) ;; *)
	echo "cannot build for $arch: amd64 and arm64 there are" >&2
	exit 1
	;;
esac
[ "$arch" != arm64 ] || [ "$(dpkg --print-architecture)" = arm64 ] || "$here/foreign.sh"
case $arch:${BOARD:-} in *: | arm64:rpi4) ;; *)
	echo "cannot build for the board $BOARD on $arch: BOARD=rpi4 with ARCH=arm64 there is" >&2
	exit 1
	;;
esac
mkdir -p "$cache" "$out"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
rm -f "$out"/*

exec 9>"$cache/lock"
flock 9
say "Debian 12"
# What it was made from; another list of packages, another base.
made=$(cat "$here"/{packages,base.sh,kernel.sh} <(printf '%s\n\n' "${MIRROR:-}") | sha256sum | cut -d' ' -f1)
if [ "$(cat "$cache/made" 2>/dev/null)" != "$made" ] || [ -n "${FRESH:-}" ]; then
	rm -f "$cache/made"
	"$here/base.sh" "$arch" "$cache"
	echo "$made" >"$cache/made"
fi
# compare LIST PACKAGES holds what is there against the list.
compare() {
	cp "$2" "$out/packages${1#"$arch"}"
	diff -u "$here/packages.$1.lock" "$2" >"$work/moved" 2>&1 && return
	if [ "${LOCKED:-}" = yes ]; then
		cat "$work/moved" >&2
		echo "cannot build the image of packages.$1.lock: Debian's packages have moved on; set MIRROR to a snapshot, or take $out/packages${1#"$arch"} as the new list" >&2
		exit 1
	fi
	echo "!!!! Debian's packages are not those of packages.$1.lock ($(grep -c '^+[^+]' "$work/moved") differ): this image is another one. !!!!"
}
compare "$arch" "$cache/packages"
mkdir "$work/esp"
if [ -n "${BOARD:-}" ]; then
	"$here/$BOARD.sh" "$cache" "$work/esp"
	compare "$arch.$BOARD" "$cache/$BOARD/packages"
fi
cp -a --reflink=auto "$cache/base" "$work/root"
flock -u 9

say "programs"
"$here/programs.sh" "$arch" "$cache" "$work/bin"

say "root"
"$here/modules.sh" "$cache/kernel" "$work/root"
"$here/shape.sh" "$work/root" "$arch" "$work/bin"
printf '{"version":"%s","compatible":"lintel-%s","arch":"%s","created":%s}\n' "$version" "$arch" "$arch" "$SOURCE_DATE_EPOCH" >"$work/image.json"
"$here/papers.sh" "$work" "$cache" "$out" "$arch"
ln -s "$cache/grub" "$work/grub"
cp "$cache"/kernel/boot/vmlinuz-* "$work/kernel"
"$here/initrd.sh" "$work/root" "$work/initrd"
find "$work/root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
[ -z "${TREE:-}" ] || "$here/tree.sh" "$work/root" >"$out/tree"

say "squashfs"
mksquashfs "$work/root" "$work/root.sqfs" -quiet -no-progress -noappend -comp zstd -Xcompression-level "${LEVEL:-6}" -no-exports -xattrs
say "disk"
"$here/disk.sh" "$arch" "$work" "$out"
[ -z "${BOARD:-}" ] || "$here/sbom.sh" "$arch" <"$cache/$BOARD/packages.tsv" >"$out/sbom.$BOARD.json"
(cd "$out" && sha256sum disk.img root.img boot.img >SHA256SUMS)
say "made: $(du -m --apparent-size "$out/root.img" | cut -f1) MiB of root, $(du -m "$out/disk.img" | cut -f1) MiB on $out/disk.img ($(du -m --apparent-size "$out/disk.img" | cut -f1) MiB with holes)"
