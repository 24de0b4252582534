#!/usr/bin/env bash
# Installs what `make` needs on Debian 12 or 13: Debian packages (named with their reason before root is used) and .venv from the
# lock file with hashes. A second time there is nothing to do. Argument: run (the demonstration) or test (adds a real browser).
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${1:-run}
packages=provisioning/debian.tsv
stamp=.venv/.installed

wanted() { # package<TAB>why of this profile; `test` needs what `run` needs, and more
  awk -F'\t' -v profile="$profile" '!/^#/ && ($1 == "run" || $1 == profile) {print $2 "\t" $3}' "$packages"
}
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing() { wanted | while IFS=$'\t' read -r name why; do installed "$name" || printf '%s\t%s\n' "$name" "$why"; done; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "Cần quyền root (không thấy sudo). Chạy bằng root: $*" >&2; exit 1; fi
}

install_packages() {
  local rows names
  rows=$(missing)
  [ -n "$rows" ] || return 0
  echo "Máy còn thiếu các gói Debian sau, mỗi gói một lý do:"
  awk -F'\t' '{printf "  %-14s %s\n", $1, $2}' <<<"$rows"
  echo "Sắp cài bằng apt-get (cần quyền root). Dịch vụ nginx, cups của hệ thống không được dùng tới. Ctrl-C để dừng."
  mapfile -t names < <(cut -f1 <<<"$rows")
  as_root apt-get -qq update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${names[@]}" >/dev/null
}

install_venv() {
  local inputs
  inputs=$( { cat requirements.lock pyproject.toml; /usr/bin/python3 -V; } | sha256sum)
  [ "$(cat "$stamp" 2>/dev/null)" != "$inputs" ] || return 0
  echo "Đang tạo môi trường Python trong .venv theo requirements.lock (lần đầu khoảng một, hai phút)…"
  # Debian's own Python: any service user may read it, and it gets Debian's security updates.
  .venv/bin/python -V >/dev/null 2>&1 || /usr/bin/python3 -m venv --clear .venv
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s\n' "$inputs" >"$stamp"
}

install_packages
install_venv
