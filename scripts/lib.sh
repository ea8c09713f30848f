# shellcheck shell=bash
# What the scripts share. Sourced, never run: . "$(dirname "$0")/lib.sh"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

say() { printf '» %s\n' "$*" >&2; }
die() { printf '✗ %s\n' "$*" >&2; exit 1; }

# Make sure the Debian packages named are there: install them as root, else say the line an administrator must run.
need_packages() {
  local package missing=()
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system; these packages (or their like) are needed: $*"
    return
  fi
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  (( ${#missing[@]} )) || return 0
  if (( EUID != 0 )); then
    printf '✗ System packages are missing. Ask an administrator to run:\n\n  sudo apt-get install -y --no-install-recommends %s\n\n' "${missing[*]}" >&2
    exit 1
  fi
  say "installing system packages: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# pip install -r FILE into .venv unless this very content is already in it.
pip_install() {
  local file=$1 stamp=.venv/.installed-$1 hash
  hash=$(cat requirements.txt "$file" | sha256sum)
  [[ -f $stamp && $(<"$stamp") == "$hash" ]] && return
  say "installing $file"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "$file"
  printf '%s\n' "$hash" > "$stamp"
}

# Two set-ups at once in one checkout wait for each other.
one_at_a_time() {
  mkdir -p .setup
  exec 9> .setup/lock
  flock 9
}
