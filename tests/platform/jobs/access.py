"""The rows of the pages of jobs in the permission table."""

from typing import Any

from lms.platform import clock
from lms.platform.db import db
from lms.platform.jobs.models import Job
from tests.access import Row
from tests.factories import Cast, add


def of_binh(**moments: Any) -> Any:
    """A job that Bình asked for."""

    def make(cast: Cast) -> dict[str, Any]:
        job = add(
            Job(
                kind="platform:clean", payload={}, asked_by=cast.binh.id, asked_name="Trần Văn Bình",
                asked_at=clock.now(), run_after=clock.now(), **{name: clock.now() for name in moments},
            )
        )  # fmt: skip
        db.session.commit()
        return {"job_id": job.id}

    return make


THEIRS: dict[str, Any] = {"an": 404, "chi": 404, "dung": 404, "huy": 404}

ROWS = [
    Row(endpoint="jobs.show", **THEIRS, binh=200, giang=200, values=of_binh()),
    Row(endpoint="jobs.progress", **THEIRS, binh=200, giang=200, values=of_binh()),
    Row(endpoint="jobs.retry", **THEIRS, binh=303, giang=303, values=of_binh(dead_at=1), data=lambda cast: {}),
    Row(endpoint="jobs.cancel", **THEIRS, binh=303, giang=303, values=of_binh(dead_at=1), data=lambda cast: {}),
]
