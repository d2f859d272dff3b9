#!/bin/sh
# check.sh runs everything that a change must pass, the quick steps first.
set -eu
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

# concurrent lists the packages that start goroutines or guard against them.
concurrent() {
	go list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r package folder; do
		[ "$package" = lintel/appliance/laws ] && continue
		[ "$package" = lintel/ui/pagetest ] && continue
		if grep -qE --exclude='*_test.go' '^[[:space:]]*go [a-z(]|sync\.|atomic\.' "$folder"/*.go; then
			echo "$package"
		fi
	done
}

before=$(git status --porcelain)

step "the dependencies are listed exactly"
go mod tidy -diff

step "shell scripts"
shellcheck .ci/*.sh .ci/run firmware/hwsim/run.sh firmware/image/*.sh firmware/image/files/boot firmware/image/files/kiosk

step "without C: all rooms but the detector, the counts and the programs"
# Word splitting is meant: one word a package.
# shellcheck disable=SC2046
CGO_ENABLED=0 go vet $(go list ./... | grep -vxE 'lintel/(vision/detect|appliance/counts|appliance/cmd/lintel(-lab)?)')

step "go vet"
go vet ./...

step "format and lint"
go tool -modfile=.ci/tools.mod golangci-lint fmt --diff
go tool -modfile=.ci/tools.mod golangci-lint run ./...

step "known holes in what is linked"
.ci/vuln.sh

step "tests"
.ci/test.sh

step "tests under the race detector, where goroutines meet"
# A room without goroutines and locks cannot race; law 2 and the list below see
# to it that one which gets them is tested here. The laws only read source, and
# what the page tests drive is raced in ui, so the longest of them is left out.
# shellcheck disable=SC2046
go test -race -shuffle=on -skip='^TestNewcomer$' $(concurrent)

step "fuzz targets, a few seconds each"
.ci/fuzz.sh

step "the appliance on real kernel drivers, in a guest"
.ci/hwsim.sh

step "the checks left the tree as it was"
after=$(git status --porcelain)
if [ "$before" != "$after" ]; then
	echo "cannot pass: the checks changed the working tree:" >&2
	git status --short >&2
	exit 1
fi
echo "all checks passed"
