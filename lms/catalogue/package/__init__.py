"""A course package: its files read and checked without trusting them. Pure: bytes in, a course or problems out."""

from lms.catalogue.package.archive import digest_of, is_litter, pack, unpack, without_top_folder
from lms.catalogue.package.markdown import parsed, rendered
from lms.catalogue.package.reading import Reading, read
from lms.catalogue.package.shape import LessonSource, Package, Picture, Problem, Question, Quiz, Source

__all__ = [
    "LessonSource",
    "Package",
    "Picture",
    "Problem",
    "Question",
    "Quiz",
    "Reading",
    "Source",
    "digest_of",
    "is_litter",
    "pack",
    "parsed",
    "read",
    "rendered",
    "unpack",
    "without_top_folder",
]
