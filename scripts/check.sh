#!/usr/bin/env bash
# Everything that can be said about the code without running it. All checks run, even after one has failed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts/setup-dev.sh
export PATH=$root/.venv/bin:$PATH
failed=()

check() {
  say "$*"
  "$@" || failed+=("$1 ${2:-}")
}

check ruff check .
check ruff format --check .
check mypy
check lint-imports --no-logo
check djlint lms --lint --quiet
check python scripts/check_translations.py

(( ${#failed[@]} == 0 )) || die "failed: $(IFS=,; echo "${failed[*]}")"
say "all checks passed"
