"""Who studied what, and when: some units lead, some lag; some are late, some have begun and not finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from lms.demo.rules.careers import FOREVER, PLAN_BEGINS, Stint
from lms.demo.rules.workplaces import DEPARTMENT_KINDS, WARD_KINDS

ONLINE_SINCE = date(2024, 4, 1)
"""Courses before this day were held in class rooms or on other platforms."""

AWARENESS = "nhan-thuc-chuyen-doi-so"
SAFETY = "an-toan-thong-tin-va-du-lieu-ca-nhan"
SERVICES = "dich-vu-cong-truc-tuyen"
DATA = "du-lieu-va-du-lieu-mo"
SMART_CITY = "do-thi-thong-minh"
AI = "ai-co-trach-nhiem"
GUIDING = "huong-dan-nguoi-dan"
STAFF = frozenset({"can_bo", "cong_chuc", "vien_chuc", "nguoi_lao_dong"})


@dataclass(frozen=True, slots=True)
class Need:
    """A course somebody should take: from a day, by a day, and how readily people do."""

    slug: str
    opens_on: date
    due_on: date
    last_on: date
    """After this day a completion no longer serves."""
    readiness: float


@dataclass(frozen=True, slots=True)
class Done:
    """A course completed."""

    slug: str
    started_on: date
    completed_on: date
    source: str
    right: int
    """Questions right, out of the quiz's number; 0 when there was no quiz."""
    failed_before: bool
    hours: Decimal | None
    """None: the course's own hours."""
    evidence: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A course begun and not finished: how many lessons are read, and how far the next one is."""

    slug: str
    started_on: date
    lessons_done: int
    percent: int


def pace(random: Random) -> float:
    """How eager a unit is: 0.45 lags, 1.4 leads."""
    return 0.45 + 0.95 * random.random()


def needs(category: str, stints: Sequence[Stint], kinds: Sequence[str], today: date) -> list[Need]:
    """What somebody with this career should study; `kinds` are the kinds of the units of the postings."""
    first, left = stints[0].from_on, stints[-1].to_on
    opens = max(first, PLAN_BEGINS)
    end = min(left, today)
    last, kind = stints[-1], kinds[-1]
    found: list[Need] = []

    def need(slug: str, since: date, due: date, readiness: float, until: date = FOREVER) -> None:
        since = max(since, first)
        if since < end:
            found.append(Need(slug, since, max(due, since + timedelta(days=60)), min(until, end), readiness))

    if category == "cong_dong":
        need(GUIDING, opens, opens + timedelta(days=60), 0.7)
        return found
    need(AWARENESS, opens, date(2024, 12, 31), 0.96)
    for year in range(2024, today.year + 1):
        need(SAFETY, date(year, 1, 1), date(year, 12, 31), 0.88, date(year, 12, 31))
    at_wards = [stint.from_on for stint, unit_kind in zip(stints, kinds, strict=True) if unit_kind in WARD_KINDS]
    if last.position == "mot-cua" or (at_wards and category in ("can_bo", "cong_chuc")):
        since = max(opens, at_wards[0]) if at_wards and last.position != "mot-cua" else opens
        need(SERVICES, since, since + timedelta(days=90), 0.85)
    if category == "cong_chuc" and kind in DEPARTMENT_KINDS:
        need(DATA if sum(map(ord, last.title)) % 3 else SMART_CITY, date(2024, 1, 1), date(2025, 6, 30), 0.75)
    if last.position.startswith("lanh-dao"):
        need(SMART_CITY, date(2024, 1, 1), date(2025, 12, 31), 0.85)
    if category in ("cong_chuc", "vien_chuc"):
        need(AI, date(2026, 1, 1), date(2026, 12, 31), 0.82, date(2026, 12, 31))
    if last.position == "khong-chuyen-trach":
        need(GUIDING, date(2024, 3, 1), date(2025, 3, 31), 0.55)
    return found


def study(
    found: Sequence[Need], eagerness: float, draws: dict[str, int], passing: dict[str, int], random: Random, today: date
) -> tuple[list[Done], list[Begun]]:
    """Draw what became of the needs: `draws` and `passing` are questions asked and questions needed, per course."""
    done: list[Done] = []
    begun: list[Begun] = []
    for need in found:
        done_on = _day(need, eagerness, random, today)
        if done_on is not None:
            done.append(_done(need.slug, done_on, need.opens_on, draws, passing, random))
        elif random.random() < 0.35 and not any(d.slug == need.slug for d in done):
            begun = [b for b in begun if b.slug != need.slug]
            begun.append(_begun(need, random, today))
    return done, begun


def extra_hours(category: str, stints: Sequence[Stint], random: Random, today: date) -> list[Done]:
    """Courses held elsewhere and recognised: the larger part of the yearly hours of civil servants."""
    found: list[Done] = []
    if category not in ("cong_chuc", "can_bo"):
        return found
    for year in range(2024, today.year + 1):
        if random.random() >= 0.5:
            continue
        begin_on = max(date(year, 3, 1), stints[0].from_on)
        end_on = min(date(year, 12, 20), stints[-1].to_on, today)
        room = (end_on - begin_on).days
        if room < 20:
            continue
        day = begin_on + timedelta(days=5 + int(random.random() * (room - 5)))
        hours = Decimal(random.choice((16, 24, 32, 40)))
        evidence = "Giấy chứng nhận của Trường Đào tạo cán bộ Lê Hồng Phong"
        found.append(Done(DATA, day - timedelta(days=4), day, "recognised", 0, False, hours, evidence))
    return found


def score(right: int, asked: int) -> Decimal:
    """Percent with two decimals, rounded half up."""
    return (Decimal(right) * 100 / Decimal(asked)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def stint_on(stints: Sequence[Stint], day: date) -> Stint | None:
    """The posting that holds on a day."""
    return next((stint for stint in stints if stint.from_on <= day < stint.to_on), None)


def eagerness_of(stints: Sequence[Stint], paces: Mapping[int, float]) -> float:
    """The pace of the unit of today, with some of that of the unit somebody comes from."""
    return 0.25 * paces[stints[0].unit_id] + 0.75 * paces[stints[-1].unit_id]


def _day(need: Need, eagerness: float, random: Random, today: date) -> date | None:
    """The day of completion, or None while it has not come (or never will)."""
    chance = min(need.readiness * (0.32 + 0.78 * eagerness), 0.985)
    if random.random() >= chance:
        return None
    span = (need.due_on - need.opens_on).days
    if random.random() < 0.82:
        # Most finish in the second half of the time they have.
        offset = int(span * random.random() ** (0.45 + 0.5 / max(eagerness, 0.3)))
    else:
        offset = span + 1 + int(random.expovariate(1 / 70))
    day = need.opens_on + timedelta(days=max(offset, 1))
    return day if day < need.last_on and day <= today else None


def _done(slug: str, day: date, opens_on: date, draws: dict[str, int], passing: dict[str, int], random: Random) -> Done:
    if day < ONLINE_SINCE or random.random() < 0.08:
        source = "class" if random.random() < 0.7 else "recognised"
        evidence = f"Danh sách lớp ngày {day:%d/%m/%Y}" if source == "class" else "Kết quả học trên nền tảng khác"
        return Done(slug, day, day, source, 0, False, None, evidence)
    asked, needed = draws[slug], passing[slug]
    right = needed + int((asked - needed + 1) * max(random.random(), random.random()))
    started = max(day - timedelta(days=int(random.expovariate(1 / 9))), opens_on)
    return Done(slug, started, day, "online", right, random.random() < 0.12, None, "")


def _begun(need: Need, random: Random, today: date) -> Begun:
    room = min((today - need.opens_on).days, 150)
    started = today - timedelta(days=int(random.random() * max(room, 1)))
    started = min(max(started, need.opens_on), need.last_on - timedelta(days=1))
    return Begun(need.slug, started, int(random.random() * 5), 5 + int(random.random() * 90))
