#!/bin/bash
# rpi4.sh CACHE OUT puts into OUT what a Raspberry Pi 4 reads from the first
# partition before it comes to the boot loader: Debian's raspi-firmware, U-Boot,
# which is the UEFI that this board has not, and the kernel's description of the
# board. CACHE/rpi4/packages and packages.tsv list the packages.
#
# raspi-firmware is of non-free-firmware and may be used on a Raspberry Pi
# alone, so it is in no image that was not asked to have it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$1
out=$2
from=$cache/rpi4
mirror=${MIRROR:-http://deb.debian.org}
if [ "$(cat "$from/made" 2>/dev/null)" != "$mirror" ] || [ -n "${FRESH:-}" ]; then
	rm -rf "$from"
	mkdir -p "$from/debs"
	# mmdebstrap's apt fetches them; there is no root to install them in.
	mmdebstrap --quiet --arch=arm64 --variant=custom --format=null --aptopt='Acquire::Check-Valid-Until "false"' \
		--customize-hook="cd $from/debs && APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG apt-get -o APT::Sandbox::User=root -qq download raspi-firmware u-boot-rpi" \
		bookworm - "deb $mirror/debian bookworm main non-free-firmware" "deb $mirror/debian-security bookworm-security main non-free-firmware"
	for deb in "$from"/debs/*.deb; do
		dpkg-deb -x "$deb" "$from/root"
		# dpkg puts the values there.
		# shellcheck disable=SC2016
		dpkg-deb -W --showformat='${Package}\t${Version}\t${source:Package}\t${source:Version}\n' "$deb"
	done | LC_ALL=C sort >"$from/packages.tsv"
	cut -f1,2 "$from/packages.tsv" | tr '\t' = >"$from/packages"
	echo "$mirror" >"$from/made"
fi

mkdir -p "$out"
cp "$from"/root/usr/lib/raspi-firmware/{start4.elf,fixup4.dat} "$out/"
cp "$from/root/usr/lib/u-boot/rpi_arm64/u-boot.bin" "$out/"
# Their licences go with them.
for package in raspi-firmware u-boot-rpi; do cp "$from/root/usr/share/doc/$package/copyright" "$out/$package.txt"; done
cp "$here/rpi4/config.txt" "$out/"

board=$out/bcm2711-rpi-4-b.dtb
cp "$cache"/kernel/usr/lib/linux-image-*/broadcom/"$(basename "$board")" "$board"
# Radios and network are switched off before any kernel runs.
for device in /soc/mmc@7e300000 /soc/serial@7e201000/bluetooth /scb/ethernet@7d580000; do
	fdtget "$board" "$device" compatible >/dev/null
	fdtput -t s "$board" "$device" status disabled
done
# U-Boot reads this, too: it starts from card or USB, never from a network, and
# no key stops it at a prompt (-2).
fdtput -c "$board" /config
fdtput -t x "$board" /config bootdelay fffffffe
fdtput -t s "$board" /config bootcmd "$(grep -v '^#' "$here/rpi4/bootcmd" | tr '\n' ' ')"
