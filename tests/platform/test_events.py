"""The sentences of the log."""

import pytest

from lms.platform.events import sentence_for


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2024-01-15", "Tính đến 15/01/2024."),
        ("4.50", "Tính đến 4,5."),
        ("01_quan.xlsx", "Tính đến 01_quan.xlsx."),
        ("1.2.3", "Tính đến 1.2.3."),
        (3, "Tính đến 3."),
    ],
)
def test_days_and_decimals_are_said_as_people_write_them(value, said):
    assert sentence_for({"a": "Tính đến {on}"}, "a", {"on": value}) == said


def test_a_sentence_ends_once():
    assert sentence_for({"a": "Xong."}, "a", {}) == "Xong."
    assert sentence_for({}, "a:b", {}) == "a:b"
