#!/bin/bash
# papers.sh WORK CACHE OUT ARCH puts into the root what the image says of itself:
# image.json, the list of packages, the parts (CycloneDX), the owner's
# certificate, and the manifest, signed where there is a key.
set -euo pipefail
work=$1
cache=$2
out=$3
arch=$4
lib=$work/root/usr/lib/lintel
cp "$work/image.json" "$cache/packages" "$lib/"
[ -z "${OWNER:-}" ] || install -m644 "$OWNER" "$lib/owner.crt"

# Debian's packages as CycloneDX; the program's own parts are beside it.
"$(dirname "$0")/sbom.sh" "$arch" <"$cache/packages.tsv" >"$lib/sbom.json"
unshare --net chroot "$work/root" /usr/bin/lintel sbom >"$lib/sbom-lintel.json"

# The manifest: what of this root is Lintel's own, file by file, but for the machine's
# name of itself, which systemd makes anew at each start; signed by the
# owner. dm-verity vouches for all of it with one hash.
(cd "$work/root" && find usr/bin/lintel usr/lib/lintel usr/lib/systemd/system/lintel* usr/lib/udev/rules.d/*lintel* usr/share/lintel etc -type f ! -path etc/machine-id -printf '/%p\n' |
	LC_ALL=C sort | sed 's#^/##' | xargs -d '\n' sha256sum | sed 's#  #  /#') >"$work/manifest"
mv "$work/manifest" "$lib/manifest"
if [ -n "${OWNER_KEY:-}" ]; then
	"$work/bin/lintel-lab" sign --key "$OWNER_KEY" "$lib/manifest"
	# As openssl dgst -verify wants it.
	base64 -d "$lib/manifest.sig" >"$work/manifest.sig"
	mv "$work/manifest.sig" "$lib/manifest.sig"
fi
cp "$lib/manifest" "$lib/sbom.json" "$out/"
