#!/bin/sh
# test.sh runs every test in random order, those of the pages in Debian's
# Chromium included.
set -eu
cd "$(dirname "$0")/.."

# The lock file decides: node_modules is made anew only when that changed.
lock=ui/pagetest/package-lock.json
installed=ui/pagetest/node_modules/.installed.json
if ! cmp -s "$lock" "$installed"; then
	npm ci --prefix ui/pagetest --no-audit --no-fund --loglevel=error
	cp "$lock" "$installed"
fi

# Unlike go test, gotestsum says which tests were skipped and why.
go tool -modfile=.ci/tools.mod gotestsum --format pkgname -- -shuffle=on ./...
