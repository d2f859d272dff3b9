#!/bin/sh
# need.sh PACKAGE... installs the Debian packages that are missing, and says
# plainly what to do where it cannot.
set -eu

command -v go >/dev/null || {
	echo "Lintel needs Go 1.26 or newer: install it from https://go.dev/dl/ and put it on PATH." >&2
	exit 1
}

missing=
for package in "$@"; do
	# Node.js from elsewhere brings its own npm.
	[ "$package" = npm ] && command -v npm >/dev/null && continue
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	sudo=
elif command -v sudo >/dev/null; then
	sudo=sudo
else
	echo "Lintel needs these Debian packages:$missing. Run 'apt-get install$missing' as root, then try again." >&2
	exit 1
fi

echo "Installing from Debian:$missing"
$sudo apt-get update -qq
# Word splitting is meant: one word a package.
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
