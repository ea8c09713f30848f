"""People who could live here: names by their frequency, birth days, personal numbers, addresses."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from lms.platform import vietnamese

NAMES = Path(__file__).parents[2] / "organisation" / "data" / "names.csv"
HOME_PROVINCES = ("001",) * 14 + ("036", "035", "033", "034", "030", "038", "040", "024", "026", "025", "017", "027")
"""Prefixes of personal numbers: most people here are born in Hà Nội, the others in the provinces around."""


@dataclass(frozen=True)
class Pool:
    """Names with their running weights."""

    names: tuple[str, ...]
    weights: tuple[float, ...]

    def draw(self, random: Random) -> str:
        """One name, the frequent ones more often."""
        return random.choices(self.names, cum_weights=self.weights)[0]


@dataclass(frozen=True)
class NameBook:
    """Surnames for all; middle and given names by sex (nam, nu)."""

    surnames: Pool
    middles: dict[str, Pool]
    givens: dict[str, Pool]


def read_names(path: Path = NAMES) -> NameBook:
    """Read the table of names (part, gender, name, weight)."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def pool(part: str, *genders: str) -> Pool:
        chosen = [row for row in rows if row["part"] == part and row["gender"] in genders]
        return Pool(tuple(row["name"] for row in chosen), tuple(accumulate(float(row["weight"]) for row in chosen)))

    return NameBook(
        pool("surname", "any"),
        {"nam": pool("middle", "male"), "nu": pool("middle", "female")},
        {"nam": pool("given", "male"), "nu": pool("given", "female")},
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is."""

    full_name: str
    sort_name: str
    search_key: str
    sex: str
    birth_date: date
    personal_id: str
    email: str


class Registry:
    """Draws people whose personal numbers and e-mail addresses are unlike all drawn or known before."""

    def __init__(self, random: Random, known_ids: Iterable[str] = (), known_emails: Iterable[str] = ()) -> None:
        self._random = random
        self._book = read_names()
        self._ids = set(known_ids)
        self._emails = set(known_emails)
        self._stems: dict[str, int] = {}

    def draw(self, *, joined: date, share_of_women: float, oldest: int = 56) -> Identity:
        """Somebody between 22 and `oldest` years old on the day of joining."""
        random = self._random
        sex = "nu" if random.random() < share_of_women else "nam"
        age = 22 + min(random.random(), random.random()) * (oldest - 22)
        birth = joined - timedelta(days=int(age * 365.25) + random.randrange(300))
        name = self._name(sex)
        return self.settle(name, sex, birth)

    def settle(self, name: str, sex: str, birth: date) -> Identity:
        """The identity that goes with a name, a sex and a birth day."""
        return Identity(
            full_name=name,
            sort_name=vietnamese.name_sort_key(name),
            search_key=vietnamese.fold(name),
            sex=sex,
            birth_date=birth,
            personal_id=self._personal_id(sex, birth),
            email=self._email(name),
        )

    def _name(self, sex: str) -> str:
        book, random = self._book, self._random
        parts = [book.surnames.draw(random), book.middles[sex].draw(random), book.givens[sex].draw(random)]
        if random.random() < 0.12:
            second = book.middles[sex].draw(random)
            if second not in parts:
                parts.insert(2, second)
        if parts[-1] == parts[-2]:
            parts.pop()
        return " ".join(parts)

    def _personal_id(self, sex: str, birth: date) -> str:
        century = (birth.year - 1900) // 100 * 2 + (sex == "nu")
        while True:
            province = HOME_PROVINCES[int(self._random.random() * len(HOME_PROVINCES))]
            number = f"{province}{century}{birth.year % 100:02d}{int(self._random.random() * 1_000_000):06d}"
            if number not in self._ids:
                self._ids.add(number)
                return number

    def _email(self, name: str) -> str:
        *others, given = vietnamese.fold(name).split()
        stem = given + "".join(part[0] for part in others)
        while True:
            count = self._stems[stem] = self._stems.get(stem, 0) + 1
            address = f"{stem}{count if count > 1 else ''}@example.gov.vn"
            if address not in self._emails:
                self._emails.add(address)
                return address
