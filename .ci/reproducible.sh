#!/bin/sh
# reproducible.sh builds a release twice, in two folders and each from
# nothing, C and C++ included, and compares them byte by byte. It takes minutes.
# With "quick" it may take compiled packages from Go's cache.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT

# The names differ in length, so that a path within would move the rest.
first=$work/1
second=$work/2-and-a-longer-name
mkdir "$first"
git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$first"
cp -a "$first" "$second"

for there in "$first" "$second"; do
	[ "${1:-}" = quick ] || export GOCACHE="$there-cache"
	(cd "$there" && make -s release)
	(cd "$there/bin" && sha256sum lintel lintel-lab sbom.json) >"$there.sums"
done
cat "$first.sums"
if ! cmp -s "$first.sums" "$second.sums"; then
	echo "cannot vouch for the build: two builds of the same source differ:" >&2
	cat "$second.sums" >&2
	exit 1
fi
echo "both builds are the same"
