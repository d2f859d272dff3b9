#!/bin/bash
# initrd.sh ROOT OUT packs the initial file system from what is in the image's
# root: busybox, dmsetup, the modules of initrd/modules, and initrd/init.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$1
out=$(realpath -m "$2")
version=$(basename "$root"/usr/lib/modules/*)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,dev,proc,sys,run,root} "$work/lib/modules/$version"

cp "$root/bin/busybox" "$work/bin/"
for applet in sh cat cut echo grep head insmod mkdir mount readlink reboot sed sleep switch_root; do ln -s busybox "$work/bin/$applet"; done

# A program and the libraries that it names, all the way down.
need() {
	local file=$1 library
	mkdir -p "$work$(dirname "$file")"
	[ ! -e "$work$file" ] || return 0
	cp -L "$root$file" "$work$file"
	objdump -p "$work$file" 2>/dev/null | awk '$1 == "NEEDED" { print $2 }' | while read -r library; do
		need "$(cd "$root" && find usr/lib -maxdepth 2 -name "$library" -printf '/%p\n' | head -1)"
	done
}
need /usr/sbin/dmsetup
ln -s /usr/sbin/dmsetup "$work/bin/dmsetup"
ln -s usr/lib "$work/lib64" 2>/dev/null || true
for loader in "$root"/usr/lib/ld-linux*.so.* "$root"/usr/lib/*/ld-linux*.so.*; do
	[ -e "$loader" ] || continue
	mkdir -p "$work/usr/lib"
	cp -L "$loader" "$work/usr/lib/"
done
# Where the loader is looked for depends on the architecture.
for file in "$work"/usr/lib/ld-linux*; do ln -sf "../usr/lib/$(basename "$file")" "$work/lib/$(basename "$file")"; done
mkdir -p "$work/lib"

# The modules in the order in which they must be loaded.
modules=$root/usr/lib/modules/$version
grep -v '^#' "$here/initrd/modules" | while read -r name; do
	modprobe -d "$root/usr/.." -S "$version" --show-depends "$name" 2>/dev/null | awk '$1 == "insmod" { print $2 }' || true
done | awk '!seen[$0]++' | while read -r file; do
	name=${file#*/modules/"$version"/}
	cp "$modules/$name" "$work/lib/modules/"
	basename "$name" >>"$work/lib/modules/order"
done
rmdir "$work/lib/modules/$version"
install -m755 "$here/initrd/init" "$work/init"

find "$work" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
(cd "$work" && find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible -R 0:0) | zstd -q -9 >"$out"
