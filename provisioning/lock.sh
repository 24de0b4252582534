#!/usr/bin/env bash
# Writes requirements.lock anew from pyproject.toml: every package with its hashes, for every Python we support, no registry named.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d); trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install -q --disable-pip-version-check uv
"$tools/bin/uv" pip compile -q pyproject.toml --extra demo --extra dev --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-header "$@" -o requirements.lock
