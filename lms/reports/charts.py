"""Drawing: where the lines and bars of a chart stand, as numbers for SVG templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lms.reports.rules import Point


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Dot:
    """A drawn point with what it stands for."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True)
class LineChart:
    """A rate over time in a box of 420 × 236."""

    dots: tuple[Dot, ...]
    line: str
    area: str
    goal_y: float | None
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]


LEFT, RIGHT, TOP, BOTTOM = 36, 402, 26, 200


def _height(rate: Decimal) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * float(rate) / 100, 1)


def line_chart(points: Sequence[Point], goal: Decimal | None) -> LineChart:
    """Lay out the points evenly; days on which nothing was required are left out."""
    step = (RIGHT - LEFT) / max(len(points) - 1, 1)
    dots = tuple(
        Dot(round(LEFT + step * n, 1), _height(point.rate), point)
        for n, point in enumerate(points)
        if point.rate is not None
    )
    line = " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots)
    area = f"{dots[0].x:g},{BOTTOM} {line} {dots[-1].x:g},{BOTTOM}" if dots else ""
    every = 2 if len(points) > 6 else 1
    return LineChart(
        dots=dots,
        line=line,
        area=area,
        goal_y=None if goal is None else _height(goal),
        y_ticks=tuple(Tick(_height(Decimal(value)), str(value)) for value in (0, 25, 50, 75, 100)),
        x_ticks=tuple(
            Tick(round(LEFT + step * n, 1), f"T{point.day.month}")
            for n, point in enumerate(points)
            if n % every == (len(points) - 1) % every
        ),
    )


@dataclass(frozen=True)
class Bar:
    """A column of a printed chart."""

    x: float
    y: float
    height: float
    middle: float
    label: str
    rate: Decimal


BASE, CEILING, FIRST, LAST = 152, 30, 34, 458


def bars(points: Sequence[Point]) -> tuple[Bar, ...]:
    """Columns of the rates in a box of 460 × 172, for paper."""
    shown = [point for point in points if point.rate is not None]
    if not shown:
        return ()
    step = (LAST - FIRST) / len(shown)
    found = []
    for n, point in enumerate(shown):
        rate = point.rate or Decimal(0)
        height = round((BASE - CEILING) * float(rate) / 100, 1)
        found.append(
            Bar(
                x=round(FIRST + step * n + (step - BAR) / 2, 1),
                y=round(BASE - height, 1),
                height=height,
                middle=round(FIRST + step * (n + 0.5), 1),
                label=_short(point.day, last=n == len(shown) - 1),
                rate=rate,
            )
        )
    return tuple(found)


BAR = 24


def paper_height(rate: Decimal) -> float:
    """Where a rate stands in the printed chart."""
    return round(BASE - (BASE - CEILING) * float(rate) / 100, 1)


def _short(day: date, *, last: bool) -> str:
    """A month end by its month; the day itself in full."""
    return f"{day.day}/{day.month}/{day.year % 100:02d}" if last else f"T{day.month}/{day.year % 100:02d}"
