#!/bin/bash
# tree.sh ROOT lists a root: of each entry type and mode, owner, size, target and
# name, and then the hash of each file. Two roots are the same where their lists
# are.
set -euo pipefail
cd "$1"
find . -xdev \( -type d -printf '%y %m %U:%G - %P\n' -o -printf '%y %m %U:%G %s %l %P\n' \) | LC_ALL=C sort
find . -xdev -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum
