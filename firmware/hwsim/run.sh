#!/bin/bash
# run.sh [TESTS] boots the test bed and runs the tests that match the pattern in
# it, all without one, but for those that match SKIP. INIT=systemd has systemd, of the host's files, as the
# guest's first program, for the tests of the unit. ARCH=arm64 boots the same on the other architecture, for
# the reader alone: it needs qemu-system-arm and mmdebstrap. What is downloaded
# and built for the guest is kept in the user's cache. Exit status: that of the
# tests.
set -euo pipefail
{ # read whole before it begins, for it may change meanwhile
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
arch=${ARCH:-amd64}
cache=${HWSIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lintel-hwsim}
work=$(mktemp -d)
share=$work/share
mkdir -p "$cache"/{dl,k,mod} "$share"
lintel=$cache/lintel-$$ # where the guest sees it: it has its own /tmp
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work" "$lintel"' EXIT
say() { echo "[${SECONDS}s] $*"; }

say "the guest's kernel"
exec 9>"$cache/lock"
flock 9 # another run may be making the same
if [ "$arch" = arm64 ]; then
	kernels=$cache/arm64
	[ -e "$kernels/bin/busybox" ] || mmdebstrap --quiet --arch=arm64 --variant=extract --include=linux-image-arm64,busybox-static bookworm "$kernels"
	version=$(basename "$kernels"/lib/modules/*)
	busybox=$kernels/bin/busybox
	kernel=$kernels/boot/vmlinuz-$version
else
	kernels=$cache/k
	# The one that the headers are for: modules must fit.
	version=$(printf '%s\n' /usr/src/linux-headers-*-amd64 | sort -V | tail -1)
	version=${version##*linux-headers-}
	package=linux-image-$version
	busybox=/bin/busybox
	kernel=$cache/vmlinux-$version
	if [ ! -e "$kernel" ]; then
		(cd "$cache/dl" && apt-get -o APT::Sandbox::User=root -qq download "$package") || {
			echo "cannot download $package: run apt-get update and apt-get install linux-headers-amd64, then try again" >&2
			exit 1
		}
		dpkg-deb -x "$cache"/dl/"${package}"_*.deb "$kernels"
		rm -f "$cache"/dl/"${package}"_*.deb
		# The kernel as it is inside its own compressed image boots 3 s sooner.
		image=$kernels/boot/vmlinuz-$version
		at=$(LC_ALL=C grep -aboP '\xfd7zXZ\x00' "$image" | head -1 | cut -d: -f1)
		tail -c+$((at + 1)) "$image" | xz -dc --single-stream >"$cache/vmlinux" 2>/dev/null || true
		[ "$(head -c4 "$cache/vmlinux" | tail -c3)" = ELF ] || cp "$image" "$cache/vmlinux"
		mv "$cache/vmlinux" "$kernel"
	fi
fi
[ -f "$kernels/lib/modules/$version/modules.dep" ] || depmod -b "$kernels" "$version"

if [ "$arch" = amd64 ] && [ ! -e "$cache/mod/gpio-sim-$version.ko" ]; then
	say "gpio-sim, which Debian leaves out"
	(cd "$cache/dl" && apt-get -o APT::Sandbox::User=root -qq download linux-source-6.1)
	build=$work/gpio-sim
	mkdir "$build"
	dpkg-deb --fsys-tarfile "$cache"/dl/linux-source-6.1_*.deb | tar -xO ./usr/src/linux-source-6.1.tar.xz |
		tar -xJ -C "$build" --strip-components=1 --wildcards '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib.h' '*/kernel/irq/irq_sim.c'
	rm -f "$cache"/dl/linux-source-6.1_*.deb
	cp "$build/drivers/gpio/gpio-sim.c" "$build/gpio-sim-core.c"
	cp "$build/drivers/gpio/gpiolib.h" "$build/"
	# So is irq_sim; it goes in with it. irq_to_desc is not exported.
	sed 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/' "$build/kernel/irq/irq_sim.c" >"$build/irq_sim.c"
	printf 'obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-core.o irq_sim.o\n' >"$build/Kbuild"
	make -s -C "/usr/src/linux-headers-$version" M="$build" modules 2>&1 | grep -v BTF || true
	strip -g "$build/gpio-sim.ko"
	mv "$build/gpio-sim.ko" "$cache/mod/gpio-sim-$version.ko"
fi

flock -u 9

say "programs"
cd "$top"
CGO_ENABLED=0 go build -o "$work/emulate" ./firmware/hwsim/emulate
CGO_ENABLED=0 GOARCH=$arch go test -c -o "$share/guest.test" ./firmware/hwsim
if [ "$arch" = amd64 ]; then
	go build -o "$lintel" ./appliance/cmd/lintel
	cp -r firmware/image firmware/hwsim/units "$share/"
	for room in gpio ambient; do CGO_ENABLED=0 go test -c -o "$share/$room.test" "./firmware/$room"; done
fi

say "first file system"
root=$work/root
mkdir -p "$root"/{bin,proc,sys,dev,tmp,mnt,host} "$root/lib/modules/$version/extra"
cp "$busybox" "$root/bin/busybox"
cp "$kernels/lib/modules/$version"/modules.{builtin,order,builtin.modinfo} "$root/lib/modules/$version/"
modules="virtio_pci 9pnet_virtio 9p xhci-pci uvcvideo"
[ "$arch" != amd64 ] || modules="$modules configfs overlay i2c-dev i2c-stub lm75 bmp280-i2c"
for m in $modules; do modprobe -d "$kernels" -S "$version" --show-depends "$m"; done |
	awk '$1=="insmod"{print $2}' | sort -u | while read -r file; do
	install -D -m644 "$file" "$root/lib/modules/$version/${file#*/lib/modules/"$version"/}"
done
[ "$arch" != amd64 ] || cp "$cache/mod/gpio-sim-$version.ko" "$root/lib/modules/$version/extra/gpio-sim.ko"
depmod -b "$root" "$version"
install -m755 "$here/init" "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd.gz"

say "boot"
for camera in lepton p2pro; do
	: >"$share/$camera.commands"
	"$work/emulate" -model "$camera" -serial "SIM-$camera" -socket "$work/$camera.sock" \
		-clock "$share/clock" -commands "$share/$camera.commands" -events "$share/$camera.events" &
done
# The guest's time goes with its work, 1 ns an instruction: as fast as a small
# computer, however busy the host is. A newer processor with wider vectors would
# take the host eight times as long.
if [ "$arch" = arm64 ]; then
	qemu=(qemu-system-aarch64 -M virt -cpu cortex-a53)
	append="console=ttyAMA0"
else
	qemu=(qemu-system-x86_64 -M q35 -cpu Nehalem
		-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap" -device "virtio-9p-pci,fsdev=root,mount_tag=root")
	append="console=ttyS0 lintel=$lintel first=${INIT:-} skip=${SKIP:-}"
fi
timeout 1800 "${qemu[@]}" -accel tcg,thread=single -icount shift=0,sleep=on -smp 1 -m 1024 -display none -vga none -serial stdio -monitor none \
	-no-reboot -nic none -fsdev local,id=share,path="$share",security_model=none -device virtio-9p-pci,fsdev=share,mount_tag=share \
	-device qemu-xhci,id=usb \
	-chardev socket,id=lepton,path="$work/lepton.sock",server=on,wait=off -device usb-redir,chardev=lepton,bus=usb.0 \
	-chardev socket,id=p2pro,path="$work/p2pro.sock",server=on,wait=off -device usb-redir,chardev=p2pro,bus=usb.0 \
	-kernel "$kernel" -initrd "$work/initrd.gz" \
	-append "$append quiet panic=-1 transparent_hugepage=never mitigations=off wanted=${1:-.}" </dev/null || true
status=$(cat "$share/status" 2>/dev/null || echo 1)
say "the tests ended with $status"
exit "$status"
}
