#!/usr/bin/env bash
# The gate: what nbdev and tools/readme.py generate is what is committed, and the rules of the house hold.
# Run it with everything committed; it rewrites notebooks, ald/ and README.md in place and shows what differs.
set -euo pipefail
cd "$(dirname "$0")/.."
nbdev_clean
nbdev_export
python tools/readme.py
git diff --exit-code || { echo "gate: the files above are not what the notebooks give; commit them as they now are" >&2; exit 1; }
new=$(git ls-files --others --exclude-standard)
[ -z "$new" ] || { printf 'gate: neither committed nor ignored:\n%s\n' "$new" >&2; exit 1; }
python tools/lint.py
