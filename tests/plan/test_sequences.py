"""Random sequences through the real services: after every step increments, recomputation and plain loops agree.

SEQUENCES says how many (else 1,800 on SQLite and 300 on PostgreSQL in CI, 300 on either elsewhere); many more, and one
batch again: `python -m tests.plan.sequences --help`.
"""

import os
from itertools import count

import pytest

from tests.plan.sequences.runs import run

# The steps are the same everywhere; a server of its own takes four times as long over each.
IN_CI = 300 if os.environ.get("TEST_DATABASE_URL") else 1800
SEQUENCES = int(os.environ.get("SEQUENCES") or (IN_CI if os.environ.get("CI") else 300))
PARTS = 6
"""So many tests share the sequences, for several processes."""


@pytest.mark.parametrize("part", range(PARTS))
def test_after_every_step_of_any_sequence_three_ways_agree(session, part):
    tally = run(count(1_000_000 * part + 1), until=-(-SEQUENCES // PARTS))
    assert sum(tally.events.values()) > 4 * tally.sequences, "most of what is drawn can happen"
