#!/usr/bin/env bash
# Bring what the tests, the checks and the benchmarks need on top of setup.sh.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts/setup.sh
one_at_a_time

packages=(chromium poppler-utils wrk)
# A PostgreSQL of someone else's choice needs no server here.
[[ -n ${TEST_DATABASE_URL:-} ]] || packages+=(postgresql)
need_packages "${packages[@]}"
pip_install requirements-dev.txt
