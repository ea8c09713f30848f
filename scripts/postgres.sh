#!/usr/bin/env bash
# A PostgreSQL of this checkout's own, for tests and benchmarks: nothing of the machine's servers is touched.
#   start   start it unless it runs; print its SQLAlchemy URL      stop   stop it
#   url     print the URL of the running one                       drop   stop it and delete its files
#   drop-all   drop every cluster of this checkout
# TEST_DATABASE_URL: a server of your own, used as it is.   PG_NAME: another cluster beside the usual one.
# PG_DURABLE=1: a cluster that keeps fsync on, as in production (benchmarks).
set -euo pipefail
. "$(dirname "$0")/lib.sh"

if [[ -n ${TEST_DATABASE_URL:-} && ${1:-} != drop-all ]]; then
  case ${1:-} in start | url) printf '%s\n' "$TEST_DATABASE_URL" ;; esac
  exit
fi

durable=${PG_DURABLE:-0}
name=${PG_NAME:-tests}
[[ $durable == 1 ]] && name+=-durable
[[ $name =~ ^[a-z0-9-]+$ ]] || die "PG_NAME must be made of a-z, 0-9 and -"
database=lms_test

# The server refuses to run as root.
owner=$(id -un)
if (( EUID == 0 )); then
  owner=postgres
  id "$owner" >/dev/null 2>&1 || die "PostgreSQL is not installed: run scripts/setup-dev.sh"
fi
as_owner() { if (( EUID == 0 )); then (cd / && runuser -u "$owner" -- "$@"); else "$@"; fi; }

# Its files live in the checkout, or in /var/tmp when its owner may not enter the checkout.
if as_owner test -x "$root"; then
  home=$root/.postgres
else
  home=/var/tmp/boi-duong-so-pg-$(printf '%s' "$root" | sha256sum | cut -c1-12)
fi
data=$home/$name

# The newest server programs; Debian keeps them off the PATH.
bin=
for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(dirname "$(command -v pg_ctl || echo /nowhere/pg_ctl)")"; do
  [[ -x $candidate/initdb ]] && { bin=$candidate; break; }
done

running() { [[ -n $bin && -d $data ]] && as_owner "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }
port() { as_owner sed -n 4p "$data/postmaster.pid"; }
url() { printf 'postgresql+psycopg://lms@127.0.0.1:%s/%s\n' "$(port)" "$database"; }

create() {
  [[ -n $bin ]] || die "PostgreSQL is not installed: run scripts/setup-dev.sh"
  local version
  version=$("$bin/postgres" --version | grep -oE '[0-9]+' | head -n 1)
  (( version >= 15 )) || die "PostgreSQL 15 or newer is needed, found $version"
  if [[ ! -d $home ]]; then install -d -m 700 -o "$owner" "$home"; fi
  [[ $(stat -c %U "$home") == "$owner" ]] || die "$home belongs to someone else"
  as_owner rm -rf "$data.new"
  # C.UTF-8: whatever depends on Vietnamese order must ask for it (COLLATE "vi-x-icu"), not get it by luck.
  as_owner "$bin/initdb" --pgdata "$data.new" --username lms --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync >/dev/null
  as_owner tee -a "$data.new/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 256MB
max_connections = 200
timezone = 'UTC'
CONF
  if [[ $durable != 1 ]]; then
    printf '%s = off\n' fsync synchronous_commit full_page_writes | as_owner tee -a "$data.new/postgresql.conf" >/dev/null
  fi
  as_owner mv "$data.new" "$data"
}

start() {
  # Two starts at once wait for each other; the server itself must not inherit the lock.
  mkdir -p .setup
  exec 8> .setup/postgres.lock
  flock 8
  running && return
  [[ -d $data ]] || create
  local attempt
  for attempt in 1 2 3 4 5; do
    # Below the ports the system gives to outgoing connections; if somebody listens there, another one.
    as_owner "$bin/pg_ctl" -D "$data" -l "$data/server.log" -o "-p $((20000 + RANDOM % 12000))" -w -t 60 start \
      >/dev/null 2>&1 8>&- && break
    (( attempt < 5 )) || { as_owner tail -n 20 "$data/server.log" >&2; die "PostgreSQL does not start"; }
  done
  local psql=("$bin/psql" -X -q -h 127.0.0.1 -p "$(port)" -U lms -d postgres -v ON_ERROR_STOP=1 -tA)
  [[ $("${psql[@]}" -c "SELECT count(*) FROM pg_collation WHERE collname = 'vi-x-icu'") != 0 ]] ||
    die "this PostgreSQL was built without ICU, which knows the Vietnamese order"
  [[ $("${psql[@]}" -c "SELECT count(*) FROM pg_database WHERE datname = '$database'") == 1 ]] ||
    "${psql[@]}" -c "CREATE DATABASE $database"
}

stop() { if running; then as_owner "$bin/pg_ctl" -D "$data" -m fast -w stop >/dev/null; fi; }

case ${1:-} in
  start) start; url ;;
  url) running || die "not running: scripts/postgres.sh start"; url ;;
  stop) stop ;;
  drop) stop; rm -rf "$data" ;;
  drop-all)
    for data in "$home"/*/; do
      data=${data%/}
      stop
      rm -rf "$data"
    done
    rm -rf "$home"
    ;;
  *) die "usage: scripts/postgres.sh start|stop|url|drop|drop-all" ;;
esac
