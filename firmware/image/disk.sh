#!/bin/bash
# disk.sh ARCH WORK OUT makes, of WORK/root.sqfs, WORK/kernel and WORK/initrd,
# the images of one slot (OUT/root.img: squashfs with dm-verity's hash tree
# behind it; OUT/boot.img: kernel, initial file system and root hash) and
# OUT/disk.img, what is written to a card or disk: the boot loader and slot A.
# The other partitions are made at the first start. No loop device is used.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
arch=$1
work=$2
out=$3
slot=$(cat "$here/slot.$arch") # MiB of a root partition
# Image files are the same for the same content: names and times are fixed.
export MTOOLS_SKIP_CHECK=1 TZ=UTC
when=$(date -u -d "@$SOURCE_DATE_EPOCH" '+%Y-%m-%d %H:%M:%S')
# fat FILE MIB LABEL ID BITS SECTORS makes an empty file system with so many
# sectors in a cluster. GRUB reads cluster by cluster: large ones start sooner.
fat() {
	rm -f "$1"
	truncate -s "$2M" "$1"
	mkfs.vfat --invariant -i "$4" -n "$3" -F "$5" -s "$6" "$1" >/dev/null
}
# put FILE IMAGE NAME copies a file into it.
put() {
	touch -d "@$SOURCE_DATE_EPOCH" "$1"
	faketime -f "$when" mcopy -m -o -i "$2" "$1" "::$3"
}

cp "$work/root.sqfs" "$out/root.img"
size=$(stat -c %s "$out/root.img")
offset=$(((size + 4095) / 4096 * 4096))
truncate -s "$offset" "$out/root.img"
hash=$(veritysetup format --data-block-size=4096 --hash-block-size=4096 --data-blocks=$((offset / 4096)) --hash-offset="$offset" \
	--salt=- --uuid=00000000-0000-4000-8000-000000000001 "$out/root.img" "$out/root.img" | awk '/^Root hash/ { print $3 }')
[ "$(stat -c %s "$out/root.img")" -le $((slot << 20)) ] || {
	echo "cannot fit the root into its partition: it has $(stat -c %s "$out/root.img") bytes of $slot MiB" >&2
	exit 1
}

sum() { sha256sum "$1" | cut -d' ' -f1; }
sed 's/}$//' "$work/image.json" | tr -d '\n' >"$out/image.json"
printf ',"root_hash":"%s","hash_offset":%s,"root":"%s","kernel":"%s","initrd":"%s"}\n' \
	"$hash" "$offset" "$(sum "$out/root.img")" "$(sum "$work/kernel")" "$(sum "$work/initrd")" >>"$out/image.json"
[ -z "${OWNER_KEY:-}" ] || "$work/bin/lintel-lab" sign --key "$OWNER_KEY" "$out/image.json"

printf 'set roothash=%s\nset hashoffset=%s\nset extra=""\n' "$hash" "$offset" >"$work/slot.cfg"
fat "$out/boot.img" 64 LINTEL_BOOT 4c494e01 16 16
put "$work/kernel" "$out/boot.img" vmlinuz
put "$work/initrd" "$out/boot.img" initrd
put "$work/slot.cfg" "$out/boot.img" slot.cfg
put "$out/image.json" "$out/boot.img" image.json
[ ! -f "$out/image.json.sig" ] || put "$out/image.json.sig" "$out/boot.img" image.json.sig

# The boot loader.
case $arch in
amd64) format=x86_64-efi name=BOOTX64.EFI ;;
arm64) format=arm64-efi name=BOOTAA64.EFI ;;
esac
grub-mkimage -d "$work/grub/$format" -O "$format" -o "$work/$name" -p /EFI/BOOT \
	part_gpt fat search search_label regexp loadenv test linux normal configfile echo reboot sleep all_video gzio
grub-editenv "$work/grubenv" create
grub-editenv "$work/grubenv" set ORDER="A B" A_OK=1 A_TRY=0 B_OK=0 B_TRY=0
fat "$work/esp.img" 64 LINTEL_ESP 4c494e02 32 1
faketime -f "$when" mmd -i "$work/esp.img" ::EFI ::EFI/BOOT
put "$work/$name" "$work/esp.img" "EFI/BOOT/$name"
put "$here/grub/grub.cfg" "$work/esp.img" EFI/BOOT/grub.cfg
put "$work/grubenv" "$work/esp.img" grubenv
put "$here/files/lintel.toml.txt" "$work/esp.img" lintel.toml.txt
# What the board's firmware starts before that, where it has no UEFI.
find "$work/esp" -type f -printf '%P\n' | LC_ALL=C sort | while read -r file; do put "$work/esp/$file" "$work/esp.img" "$file"; done

# The disk. Types and places are those of repart/.
rm -f "$out/disk.img"
truncate -s "$((1 + 64 + 64 + slot + 1))M" "$out/disk.img"
sfdisk -q "$out/disk.img" <<-U
	label: gpt
	label-id: 4C494E54-454C-4000-8000-000000000000
	first-lba: 2048
	start=1MiB, size=64MiB, type=uefi, name=lintel-esp, uuid=4C494E54-454C-4000-8000-000000000001
	start=65MiB, size=64MiB, type=linux, name=lintel-boot-a, uuid=4C494E54-454C-4000-8000-000000000002
	start=129MiB, size=${slot}MiB, type=linux, name=lintel-root-a, uuid=4C494E54-454C-4000-8000-000000000003
U
at() { dd if="$1" of="$out/disk.img" bs=1M seek="$2" conv=notrunc,sparse status=none; }
at "$work/esp.img" 1
at "$out/boot.img" 65
at "$out/root.img" 129
