"""What a reform file says, before it is checked against the units that stand."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file, with its line and the remedy."""

    line: int
    message: str


class UnreadableReform(ValueError):
    """A reform file, or a list of choices, that cannot be used; each problem names file, line and remedy."""

    def __init__(self, file_name: str, problems: Sequence[Problem]) -> None:
        self.file_name = file_name
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> list[str]:
        """Each problem as file:line: sentence."""
        return [f"{self.file_name}:{problem.line}: {problem.message}" for problem in self.problems]


@dataclass(frozen=True, kw_only=True)
class NewUnit:
    """A unit that begins on the day, under a parent that stands on it."""

    line: int
    code: str
    name: str
    short_name: str
    abbreviation: str = ""
    kind: str
    parent: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """An old unit handing over to a new one; `new` is empty when the unit is dissolved without a successor."""

    line: int
    old: str
    new: str
    share: str = "full"
    clause: str = ""
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class Renaming:
    """A unit that stays what it is under another name; an empty field stays as it was."""

    line: int
    unit: str
    name: str
    short_name: str = ""
    abbreviation: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Hanging:
    """A unit that hangs under another parent from the day on."""

    line: int
    unit: str
    parent: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A reform as its file tells it; units are named by their codes."""

    code: str
    title: str
    decision: str = ""
    units: tuple[NewUnit, ...] = ()
    links: tuple[Link, ...] = ()
    renamings: tuple[Renaming, ...] = ()
    hangings: tuple[Hanging, ...] = ()
