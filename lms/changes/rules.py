"""In what state a change set is, and what may be done with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How far a change set has come."""

    PROPOSED = "proposed"
    """Not looked at yet, or it can no longer be done as it was seen."""
    SEEN = "seen"
    APPROVED = "approved"
    APPLIED = "applied"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"


class Refusal(StrEnum):
    """Why something may not be done with a change set."""

    NOT_SEEN = "not_seen"
    NOT_APPROVED = "not_approved"
    OWN_PROPOSAL = "own_proposal"
    ALREADY_APPLIED = "already_applied"
    ALREADY_UNDONE = "already_undone"
    NOT_APPLIED = "not_applied"
    WITHDRAWN = "withdrawn"
    CHANGED_MEANWHILE = "changed_meanwhile"


@dataclass(frozen=True)
class Moments:
    """What has happened to a change set."""

    looked_at: datetime | None
    approved_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None
    withdrawn_at: datetime | None


def state_of(at: Moments) -> State:
    """The state that follows from the moments."""
    for moment, state in (
        (at.undone_at, State.UNDONE),
        (at.applied_at, State.APPLIED),
        (at.withdrawn_at, State.WITHDRAWN),
        (at.approved_at, State.APPROVED),
        (at.looked_at, State.SEEN),
    ):
        if moment is not None:
            return state
    return State.PROPOSED


def why_not_apply(state: State, *, needs_approval: bool) -> Refusal | None:
    """Say what forbids applying, or None."""
    if state is State.PROPOSED:
        return Refusal.NOT_SEEN
    if state is State.SEEN:
        return Refusal.NOT_APPROVED if needs_approval else None
    return None if state is State.APPROVED else _over(state)


def why_not_approve(state: State, *, is_own: bool) -> Refusal | None:
    """Say what forbids approving, or None: four eyes are two people's."""
    if state is State.PROPOSED:
        return Refusal.NOT_SEEN
    if state is State.SEEN:
        return Refusal.OWN_PROPOSAL if is_own else None
    return None if state is State.APPROVED else _over(state)


def why_not_undo(state: State) -> Refusal | None:
    """Say what forbids taking it back, or None; what hangs on it is found out by trying."""
    if state is State.APPLIED:
        return None
    return Refusal.ALREADY_UNDONE if state is State.UNDONE else Refusal.NOT_APPLIED


def why_not_withdraw(state: State) -> Refusal | None:
    """Say what forbids withdrawing, or None."""
    return None if state in (State.PROPOSED, State.SEEN, State.APPROVED) else _over(state)


def _over(state: State) -> Refusal:
    return {
        State.APPLIED: Refusal.ALREADY_APPLIED,
        State.UNDONE: Refusal.ALREADY_UNDONE,
        State.WITHDRAWN: Refusal.WITHDRAWN,
    }[state]
