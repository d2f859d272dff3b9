#!/bin/sh
# vuln.sh looks for known holes in what the programs link, in a copy of the Go
# vulnerability database (https://go.dev/doc/security/vuln/database) in the folder
# LINTEL_VULNDB: the checks need no network, so without one there is no copy to
# look in.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${LINTEL_VULNDB:-}" ]; then
	echo "SKIPPED: set LINTEL_VULNDB to a folder with a copy of the Go vulnerability database (https://vuln.go.dev/vulndb.zip, unpacked): known holes were not looked for" >&2
	exit 0
fi
if ! [ -f "$LINTEL_VULNDB/index/modules.json" ]; then
	echo "cannot look for known holes: $LINTEL_VULNDB has no index/modules.json: unpack vulndb.zip there" >&2
	exit 1
fi
go tool -modfile=.ci/tools.mod govulncheck -db "file://$(cd "$LINTEL_VULNDB" && pwd)" ./appliance/cmd/...
