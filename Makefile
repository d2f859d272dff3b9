# Lintel: what to type. `make` alone explains.
.DEFAULT_GOAL := help
.PHONY: help demo build test check hwsim release reproducible day vulnerabilities image image-test fmt clean need-build need-test need-check need-image
MAKEFLAGS += --no-print-directory
# A released program is the same wherever it was built: no folder and no commit
# is in it.
REPRODUCIBLE = -trimpath -buildvcs=false -ldflags=-buildid=

help: ## this list
	@echo "Lintel, an offline thermal screening kiosk. On Debian 12 with Go:"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo
	@echo "What is missing from Debian is installed first (root or sudo). BUILD.md tells more."

demo: build ## run with simulated visitors; open http://127.0.0.1:8099
	@exec bin/lintel run --source sim --development --set state.dir=state

build: need-build ## bin/lintel (the appliance) and bin/lintel-lab (the bench)
	@rm -f bin/lintel.sha256
	go build $(FLAGS) -o bin/ ./appliance/cmd/lintel ./appliance/cmd/lintel-lab

test: need-test ## every test, the browser's too
	.ci/test.sh

check: need-check ## everything a change must pass: test, race, lint, fuzz, clean tree
	.ci/check.sh

hwsim: need-build ## the appliance on real kernel drivers, in a guest with an emulated camera
	.ci/hwsim.sh

release: FLAGS = $(REPRODUCIBLE)
release: build ## the same from any folder, with hashes, parts (CycloneDX), licences
	.ci/papers.sh

reproducible: need-build ## build twice from nothing and compare byte by byte (minutes)
	.ci/reproducible.sh

day: need-test ## a day of visitors, traced, every recording, and 500 kills (an hour)
	LINTEL_TEST_DAY=1 go test ./appliance/cmd/lintel -run 'Traced|Killed|Leaks|Faults|CoreDump|Memory' -count=1 -v -timeout 4h

vulnerabilities: ## known holes in what is linked, with LINTEL_VULNDB=folder
	.ci/vuln.sh

image: need-image ## the appliance's operating-system image, ARCH=amd64 or arm64, BOARD=rpi4 (root; BUILD.md says how)
	firmware/image/build.sh

image-test: need-image ## make the image twice and hold it against its promises in QEMU; IF=changed
	.ci/image.sh $(IF)

fmt: ## format the Go sources
	go tool -modfile=.ci/tools.mod golangci-lint fmt

clean: ## remove what was built; ./state stays
	rm -rf bin

need-build:
	@.ci/need.sh libopencv-dev pkg-config g++

need-check: need-test
	@.ci/need.sh shellcheck

need-test:
	@.ci/need.sh libopencv-dev pkg-config g++ chromium iproute2 npm strace rauc squashfs-tools

need-image:
	@.ci/need.sh libopencv-dev pkg-config g++ mmdebstrap squashfs-tools cryptsetup-bin fdisk dosfstools mtools grub-common faketime zstd xz-utils cpio kmod binutils systemd openssl rauc
ifeq ($(ARCH),arm64)
	@.ci/need.sh qemu-user-static arch-test gcc-aarch64-linux-gnu g++-aarch64-linux-gnu
endif
ifeq ($(BOARD),rpi4)
	@.ci/need.sh device-tree-compiler
endif
