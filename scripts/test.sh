#!/usr/bin/env bash
# The whole suite, on SQLite and on a real PostgreSQL, browser journeys included. Arguments go to pytest.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts/setup-dev.sh

if [[ -z ${TEST_DATABASE_URL:-} ]]; then
  # A cluster of this run's own, so that two runs do not disturb each other.
  export PG_NAME=run-$$
  trap 'scripts/postgres.sh drop' EXIT
fi
postgresql=$(scripts/postgres.sh start)

logs=test-results/logs
mkdir -p "$logs"
rm -f "$logs"/*
failed=0

suite() {
  local name=$1
  shift
  say "pytest on $name"
  "$@" 2>&1 | tee "$logs/$name.log" || failed=1
  printf '%s: %s\n' "$name" "$(tail -n 1 "$logs/$name.log")" >> "$logs/summary"
}

# Dozens of processes begin here, servers and commands among them: none should compile everything again.
unset PYTHONDONTWRITEBYTECODE
# As many processes as there are processors; the tests of a file stay together, for they share an installation, a browser.
many="-n auto --dist loadfile --no-loadscope-reorder"
# Left out of one run: what only a server can show, or shows best; and what is the same on either.
suite SQLite env -u TEST_DATABASE_URL .venv/bin/python -m pytest $many -m "not postgresql" --durations=60 "$@"
suite PostgreSQL env TEST_DATABASE_URL="$postgresql" .venv/bin/python -m pytest $many -m "not once" --durations=60 "$@"

printf '\n'
cat "$logs/summary"
exit "$failed"
