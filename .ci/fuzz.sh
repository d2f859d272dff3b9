#!/bin/sh
# fuzz.sh [TIME] runs every fuzz target for a short time (default 3s).
set -eu
cd "$(dirname "$0")/.."
time=${1:-3s}

git ls-files -co --exclude-standard '*_test.go' | while read -r file; do
	folder=./$(dirname "$file")
	sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file" | while read -r target; do
		echo "$folder $target"
		if ! said=$(go test -run='^$' -fuzz="^$target\$" -fuzztime="$time" -fuzzminimizetime=10x "$folder" </dev/null 2>&1); then
			echo "$said"
			exit 1
		fi
	done
done
