#!/bin/bash
# sbom.sh ARCH writes the packages on its input (name, version, source, its
# version) as CycloneDX.
set -euo pipefail
awk -F'\t' -v arch="$1" '
	BEGIN { printf "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"components\":[" }
	{
		printf "%s\n{\"type\":\"library\",\"name\":\"%s\",\"version\":\"%s\",\"purl\":\"pkg:deb/debian/%s@%s?arch=%s&distro=bookworm\"}", (NR > 1 ? "," : ""), $1, $2, $1, $2, arch
	}
	END { print "\n]}" }'
