#!/usr/bin/env bash
# Serve the program on this machine; on first start with the demonstration city in it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts/setup.sh
export PORT=${PORT:-8000}
# The address on certificates, slips and letters is the one that is served.
export PUBLIC_URL=${PUBLIC_URL:-http://127.0.0.1:$PORT}
flask=(.venv/bin/flask --app wsgi)

"${flask[@]}" db upgrade

state=$(.venv/bin/python - <<'PYTHON'
import sys

sys.path.insert(0, ".")
from sqlalchemy import select

from lms.identity.models import Account
from lms.platform.db import db
from wsgi import app

# Accounts are the last thing that the demonstration makes: a first start that was cut short is taken up again.
with app.app_context():
    print("empty" if db.session.scalar(select(Account.id).limit(1)) is None else "filled")
PYTHON
)
if [[ $state == empty ]]; then
  say "first start: loading the organisation, the courses, the plan and the demonstration city"
  "${flask[@]}" demo start
else
  "${flask[@]}" demo accounts
fi

# Background work (letters, what comes up by the clock, long changes) has a process of its own. This shell becomes the
# server: the worker ends with it, even if it is killed.
"${flask[@]}" worker --parent $$ &

printf '\n  Bồi dưỡng số: http://127.0.0.1:%s/   (Ctrl+C stops it)\n\n' "$PORT"
exec .venv/bin/gunicorn --config gunicorn.conf.py wsgi:app
