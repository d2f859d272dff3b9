#!/bin/bash
# base.sh ARCH FOLDER makes FOLDER/base, Debian 12 with the packages that the
# image needs, and FOLDER/kernel, Debian's kernel of bookworm-backports (that of
# Debian 12 has no Landlock for TCP), unpacked and not installed. FOLDER/packages
# lists both with their versions. It is made once and kept: build.sh copies it.
#
# MIRROR is where Debian is fetched from. Set it to a folder of
# snapshot.debian.org to make an image again whose packages have moved on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
arch=$1
to=$2
mirror=${MIRROR:-http://deb.debian.org}
mkdir -p "$to/debs"

if [ "$arch" != "$(dpkg --print-architecture)" ] && [ "$arch" = arm64 ]; then
	"$here/foreign.sh"
fi
rm -rf "$to/base" "$to/kernel"
sources=()
# On a snapshot each archive has a date of its own: MIRROR/debian may be a link.
for suite in debian:bookworm debian:bookworm-updates debian-security:bookworm-security debian:bookworm-backports; do
	sources+=("deb $mirror/${suite%%:*} ${suite#*:} main")
done
# No package of the running system is from the backports: they are not automatic.
# mmdebstrap puts its folder where a hook says $1.
# shellcheck disable=SC2016
INITRD=No mmdebstrap --quiet --arch="$arch" --variant=minbase --mode=root --format=directory \
	--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt=force-unsafe-io \
	--include="$(grep -v '^#' "$here/packages" | xargs | tr ' ' ,)" \
	--skip=download/empty,essential/unlink \
	--setup-hook='mkdir -p "$1/var/cache/apt/archives"' --setup-hook="sync-in $to/debs /var/cache/apt/archives" \
	--customize-hook="$here/kernel.sh $arch \"\$1\" $to" \
	--customize-hook="sync-out /var/cache/apt/archives $to/debs" \
	bookworm "$to/base" "${sources[@]}"
rm -f "$to"/debs/lock
