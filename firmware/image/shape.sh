#!/bin/bash
# shape.sh ROOT ARCH PROGRAMS makes a kiosk's root of the Debian in ROOT: what
# nobody needs goes, the programs, units and rules of this repository come, and
# nothing is left that gives anybody a shell or a network.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$1
arch=$2
programs=$3
lib=$root/usr/lib/lintel
cd "$root"
# inside COMMAND... runs a command of the image without a network.
inside() { unshare --net --mount chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" LC_ALL=C "$@"; }

# Users, before anything is owned by one.
install -Dm644 -t usr/lib/sysusers.d "$here"/sysusers/*.conf
systemd-sysusers --root="$root"
# Nobody has a password and nobody a shell.
sed -i 's/^\([^:]*\):[^:]*:[^:]*:/\1:!*:1:/' etc/shadow
sed -i 's#:[^:]*$#:/usr/sbin/nologin#' etc/passwd
rm -f etc/{passwd,shadow,group,gshadow,subuid,subgid}-

# The programs, and what they are started by.
install -Dm755 -t usr/bin "$programs/lintel"
install -Dm755 -t usr/lib/lintel "$here/files/boot" "$here/files/kiosk"
install -Dm644 -t usr/lib/lintel "$programs/touch.so"
[ ! -e "$programs/lintel-update" ] || install -Dm755 -t usr/lib/lintel "$programs/lintel-update"
install -Dm644 -t usr/lib/systemd/system "$here"/*.service "$here"/units/*
[ -z "$(ls "$here"/*.path 2>/dev/null)" ] || install -Dm644 -t usr/lib/systemd/system "$here"/*.path
install -Dm644 -t usr/lib/udev/rules.d "$here"/udev/*.rules
install -Dm644 -t usr/lib/tmpfiles.d "$here"/tmpfiles/*.conf
install -Dm644 -t usr/lib/lintel/repart.d "$here"/repart/*.conf
sed -i "s/@SLOT@/$(cat "$here/slot.$arch")M/" usr/lib/lintel/repart.d/*-root-*.conf
install -Dm644 "$here/lintel.toml" usr/lib/lintel/lintel.toml
install -Dm644 "$here/files/trouble.html" usr/share/lintel/trouble.html
install -Dm644 "$here/files/policy.json" etc/chromium/policies/managed/lintel.json
install -Dm644 "$here/files/system.conf" etc/systemd/system.conf.d/lintel.conf
install -Dm644 "$here/files/journald.conf" etc/systemd/journald.conf.d/lintel.conf
install -Dm644 "$here/files/sysctl.conf" etc/sysctl.d/lintel.conf
install -Dm644 "$here/files/modprobe.conf" etc/modprobe.d/lintel.conf
install -Dm644 "$here/files/modules-load.conf" etc/modules-load.d/lintel.conf
sed "s/@COMPATIBLE@/lintel-$arch/" "$here/rauc/system.conf" | install -Dm644 /dev/stdin etc/rauc/system.conf
# The site's settings are copied there from the boot partition at each start.
ln -sfn /run/lintel-system/lintel.toml etc/lintel.toml

# What systemd starts, and what it must never.
rm -rf etc/systemd/system/*.wants etc/systemd/system/*.service etc/systemd/user
install -Dm644 "$here/files/trouble.service" etc/systemd/system/emergency.service
install -Dm644 "$here/files/trouble.service" etc/systemd/system/rescue.service
while read -r unit; do
	rm -rf "etc/systemd/system/$unit"
	ln -s /dev/null "etc/systemd/system/$unit"
done < <(grep -v '^#' "$here/masked")
for unit in "$here"/*.service "$here"/*.path "$here"/units/*; do
	if [ -f "$unit" ] && grep -q '^\[Install\]' "$unit"; then systemctl --root="$root" -q enable "$(basename "$unit")"; fi
done
systemctl --root="$root" -q enable seatd.service
ln -sfn /usr/lib/systemd/system/multi-user.target etc/systemd/system/default.target
# Programs in /tmp, on a card or a stick are none of ours.
install -Dm644 /dev/stdin etc/systemd/system/tmp.mount <<-'U'
	[Unit]
	DefaultDependencies=no
	Before=local-fs.target
	[Mount]
	What=tmpfs
	Where=/tmp
	Type=tmpfs
	Options=mode=1777,nosuid,nodev,noexec,size=64M
U
mkdir -p etc/systemd/system/local-fs.target.wants
ln -sfn /etc/systemd/system/tmp.mount etc/systemd/system/local-fs.target.wants/tmp.mount

# Places where others are mounted.
mkdir -p efi state media var/lib/lintel
rm -rf boot home/* srv/* opt/* mnt
mkdir -p boot mnt
ln -sfn /run var/run
ln -sfn /run/lock var/lock
echo lintel >etc/hostname
printf '127.0.0.1 localhost lintel\n' >etc/hosts
: >etc/machine-id
: >etc/fstab
rm -f etc/resolv.conf etc/motd etc/issue etc/issue.net var/lib/dbus/machine-id

# Fonts known before the root cannot be written any more.
inside fc-cache -s >/dev/null 2>&1 || true

# What nobody needs while it runs: the package manager, logins, networks,
# manuals, what Debian's scripts were written in.
while read -r pattern; do
	# Patterns, and names with blanks there are none.
	# shellcheck disable=SC2086
	rm -rf $pattern
done < <(grep -v '^#' "$here/removed")
find . -xdev -type f -perm /6000 -exec chmod a-s {} +
inside ldconfig
rm -f var/cache/ldconfig/aux-cache
find var/log var/cache/apt var/lib/apt var/tmp tmp run -mindepth 1 -delete 2>/dev/null || true
rm -rf dev/* proc/* sys/* 2>/dev/null || true
mkdir -p "$lib"
