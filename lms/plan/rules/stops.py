"""What forbids an act on waivers."""

from enum import StrEnum


class StopRefusal(StrEnum):
    """Why a waiver is not granted or taken back."""

    ENDS_BEFORE_IT_BEGINS = "stop_ends_before_it_begins"
    NOT_BELIEVED = "stop_not_believed"
