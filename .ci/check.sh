#!/bin/sh
# check.sh runs everything that a change must pass, the quick steps first.
set -eu
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

before=$(git status --porcelain)

step "the dependencies are listed exactly"
go mod tidy -diff

step "shell scripts"
shellcheck .ci/*.sh .ci/run

step "without C: all rooms but the detector, the counts and the programs"
# Word splitting is meant: one word a package.
# shellcheck disable=SC2046
CGO_ENABLED=0 go vet $(go list ./... | grep -vxE 'lintel/(vision/detect|appliance/counts|appliance/cmd/lintel(-lab)?)')

step "go vet"
go vet ./...

step "format and lint"
go tool -modfile=.ci/tools.mod golangci-lint fmt --diff
go tool -modfile=.ci/tools.mod golangci-lint run ./...

step "tests"
.ci/test.sh

step "tests under the race detector"
# The laws read source and start no goroutine.
# shellcheck disable=SC2046
go test -race -shuffle=on $(go list ./... | grep -vx lintel/appliance/laws)

step "fuzz targets, a few seconds each"
.ci/fuzz.sh

step "the checks left the tree as it was"
after=$(git status --porcelain)
if [ "$before" != "$after" ]; then
	echo "cannot pass: the checks changed the working tree:" >&2
	git status --short >&2
	exit 1
fi
echo "all checks passed"
