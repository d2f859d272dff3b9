#!/bin/bash
# kernel.sh ARCH ROOT FOLDER fetches the newest kernel of bookworm-backports and
# GRUB with the chroot's apt, unpacks them into FOLDER/kernel and FOLDER/grub,
# and lists them and all packages of the chroot in FOLDER/packages and, with
# their sources, in FOLDER/packages.tsv.
set -euo pipefail
arch=$1
root=$2
to=$3
apt() { APT_CONFIG=$MMDEBSTRAP_APT_CONFIG "$@"; }

package=$(apt apt-cache show "linux-image-$arch" | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | sort -V | tail -1)
[ -n "$package" ] || {
	echo "cannot find a kernel for $arch in bookworm-backports: look at MIRROR" >&2
	exit 1
}
list() { dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package}\t${Version}\t${source:Package}\t${source:Version}\n'; }
# fetch PACKAGE FOLDER unpacks it there and lists it.
fetch() {
	local file
	(cd "$to/debs" && apt apt-get -o APT::Sandbox::User=root -qq download "$1")
	file=$(printf '%s\n' "$to/debs/${1}"_*.deb | sort -V | tail -1)
	mkdir -p "$2"
	dpkg-deb -x "$file" "$2"
	# dpkg puts the values there.
	# shellcheck disable=SC2016
	dpkg-deb -W --showformat='${Package}\t${Version}\t${source:Package}\t${source:Version}\n' "$file"
}
rm -rf "$to/unpacked"
{
	list
	fetch "$package" "$to/kernel"
	fetch "grub-efi-$arch-bin" "$to/unpacked"
} | LC_ALL=C sort >"$to/packages.tsv"
cut -f1,2 "$to/packages.tsv" | tr '\t' = >"$to/packages"
rm -rf "$to/grub"
mv "$to/unpacked/usr/lib/grub" "$to/grub"
rm -rf "$to/unpacked"
