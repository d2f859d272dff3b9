#!/bin/bash
# modules.sh KERNEL ROOT copies into ROOT those of the kernel's modules that the
# lists modules and modules.refused leave, with what they need, uncompressed:
# squashfs compresses better, and the start is quicker.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$1
root=$2
version=$(basename "$kernel"/lib/modules/*)
from=$kernel/lib/modules/$version/kernel
to=$root/usr/lib/modules/$version
[ -f "$kernel/lib/modules/$version/modules.dep" ] || depmod -b "$kernel" "$version"

# matches LIST says which paths below kernel/, of those on the input, match.
matches() {
	awk -v list="$1" '
		BEGIN {
			while ((getline line <list) > 0) {
				if (line ~ /^#/ || line == "") continue
				gsub(/\./, "\\.", line); gsub(/\[!/, "[^", line); gsub(/\*/, ".*", line)
				want[n++] = "^" line "$"
			}
		}
		{ name = $0; sub(/\.xz$/, "", name); for (i = 0; i < n; i++) if (name ~ want[i]) { print; break } }'
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$from" && find . -name '*.ko*' -printf '%P\n') | LC_ALL=C sort >"$work/all"
matches "$here/modules.refused" <"$work/all" >"$work/refused"
# What a module needs is named in modules.dep; a module that needs a refused one
# goes without, and so is none.
awk -v refused="$work/refused" -v wanted=<(matches "$here/modules" <"$work/all") '
	BEGIN {
		while ((getline line <refused) > 0) no["kernel/" line] = 1
		while ((getline line <wanted) > 0) want["kernel/" line] = 1
	}
	{
		sub(/:$/, "", $1)
		if (!($1 in want)) next
		for (i = 1; i <= NF; i++) if ($i in no) next
		for (i = 1; i <= NF; i++) print $i
	}' "$kernel/lib/modules/$version/modules.dep" | LC_ALL=C sort -u >"$work/kept"

while read -r module; do
	plain=$to/${module%.xz}
	mkdir -p "$(dirname "$plain")"
	case $module in
	*.xz) xz -dc "$kernel/lib/modules/$version/$module" >"$plain" ;;
	*) cp "$kernel/lib/modules/$version/$module" "$plain" ;;
	esac
done <"$work/kept"
cp "$kernel/lib/modules/$version"/modules.{builtin,order,builtin.modinfo} "$to/"
depmod -b "$root/usr" "$version"
