#!/usr/bin/env bash
# Bring what the program needs to run. Safe to repeat: about a second when nothing changed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
one_at_a_time

# WeasyPrint's libraries and Tinos, the document font with every Vietnamese letter.
need_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-croscore

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  python=
  for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
  done
  if [[ -z $python ]]; then
    need_packages python3
    python=python3
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed; name it by PYTHON=…"
  fi
  "$python" -c 'import ensurepip' 2>/dev/null || need_packages python3-venv
  say "making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi

pip_install requirements.txt
.venv/bin/python scripts/assets.py

# The compiled translations are not committed.
for po in translations/*/LC_MESSAGES/messages.po; do
  if [[ -f $po && ! ${po%.po}.mo -nt $po ]]; then
    .venv/bin/pybabel --quiet compile --input-file "$po" --output-file "${po%.po}.mo"
  fi
done
