"""The kinds of jobs that there are: a name, the function that does the work, and when it comes up by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from lms.platform.jobs.rules import MOST_ATTEMPTS, Schedule

if TYPE_CHECKING:
    from lms.platform.jobs.running import Run

Act = TypeVar("Act", bound="Callable[[Run], Any]")


@dataclass(frozen=True)
class Kind:
    """A kind of job."""

    name: str
    act: "Callable[[Run], Any]"
    label: Any
    """Its Vietnamese name (lazy)."""
    sliced: bool
    schedule: Schedule | None
    is_needed: Callable[[datetime], bool] | None
    most_attempts: int


KINDS: dict[str, Kind] = {}


def job(
    name: str,
    *,
    label: Any,
    sliced: bool = False,
    schedule: Schedule | None = None,
    is_needed: Callable[[datetime], bool] | None = None,
    most_attempts: int = MOST_ATTEMPTS,
) -> Callable[[Act], Act]:
    """Register the function that does jobs of this kind.

    `sliced`: the function does one slice inside a transaction that the engine opens and commits together with the
    cursor that it returns; None says that all is done. Otherwise it is called once, outside any transaction, opens
    its own by `run.transaction()`, and may be called again after a crash: what it did must bear doing twice.
    `schedule`: a job is made at each due moment, if `is_needed(now)` (a cheap reading query) does not deny it.
    """

    def register(act: Act) -> Act:
        KINDS[name] = Kind(name, act, label, sliced, schedule, is_needed, most_attempts)
        return act

    return register
