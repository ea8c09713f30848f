"""Changing what people study: enrol, one or many, begin, keep the place, finish lessons, complete."""

from lms.learning.rules import CompletionSource, EnrolmentSource, Refusal
from lms.learning.service.enrolling import enrol_many, met
from lms.learning.service.studying import (
    Needs,
    Result,
    begin,
    complete,
    enrol,
    finish_lesson,
    keep_place,
    record_completion,
    tells_of_needs,
    void_completion,
    why_not_again,
    why_not_sit,
)

__all__ = [
    "CompletionSource",
    "EnrolmentSource",
    "Needs",
    "Refusal",
    "Result",
    "begin",
    "complete",
    "enrol",
    "enrol_many",
    "finish_lesson",
    "keep_place",
    "met",
    "record_completion",
    "tells_of_needs",
    "void_completion",
    "why_not_again",
    "why_not_sit",
]
