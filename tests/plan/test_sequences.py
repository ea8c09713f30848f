"""Random sequences through the real services: after every step increments, recomputation and plain loops agree."""

import os
from itertools import count

import pytest

from tests.plan.sequences.runs import run

SEQUENCES = int(os.environ.get("SEQUENCES", "1200"))
PARTS = 8
"""So many tests share the sequences, for several processes."""


@pytest.mark.parametrize("part", range(PARTS))
def test_after_every_step_of_any_sequence_three_ways_agree(session, part):
    run(count(1_000_000 * part + 1), until=SEQUENCES // PARTS)
