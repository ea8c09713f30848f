"""How a plan file becomes a change set."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from lms.changes.kinds import Kind, Unusable, register
from lms.plan import service
from lms.platform import clock, files
from lms.platform.access import Permission
from lms.platform.events import By


def _import(payload: Mapping[str, Any], change_id: int, by: By, now: datetime) -> object:
    """Apply a kept plan file."""
    try:
        return service.import_plan(files.kept(payload["sha256"]), by=by, today=clock.today(), now=now)
    except FileNotFoundError as error:
        raise Unusable(_("Tệp gốc không còn trên máy chủ. Hãy gửi lại tệp.")) from error
    except service.BadPlan as bad:
        raise Unusable(*(f"{_('Dòng')} {problem.line}: {problem.message}" for problem in bad.problems)) from bad


PLAN = register(Kind("plan", Permission.PLAN_PLAN_IMPORT, _import))
