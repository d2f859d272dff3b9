#!/bin/sh
# papers.sh writes what goes with a release beside the programs: their hashes,
# what the appliance is made of (CycloneDX), and the licences of all of it.
set -eu
cd "$(dirname "$0")/.."

(cd bin && sha256sum lintel lintel-lab >lintel.sha256)
bin/lintel sbom >bin/sbom.json
go list -deps -f '{{with .Module}}{{if .Version}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./appliance/cmd/lintel | sort -u | while read -r path version folder; do
	find "$folder" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) | sort | while read -r file; do
		printf '== %s %s, %s\n\n' "$path" "$version" "$(basename "$file")"
		cat "$file"
		printf '\n\n'
	done
done >bin/LICENCES.txt
ls -l bin/lintel.sha256 bin/sbom.json bin/LICENCES.txt
