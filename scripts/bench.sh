#!/usr/bin/env bash
# The benchmarks, on a PostgreSQL that keeps its promises (fsync on). Arguments go to `python -m bench`.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts/setup-dev.sh

if [[ -z ${DATABASE_URL:-} ]]; then
  DATABASE_URL=$(PG_DURABLE=1 scripts/postgres.sh start)
  export DATABASE_URL
fi
say "benchmarks on $(sed -E 's#//[^@]*@#//#' <<< "$DATABASE_URL")"
exec .venv/bin/python -m bench "$@"
