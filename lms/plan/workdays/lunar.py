"""Days of the Vietnamese lunar calendar as days of the solar one, reckoned for the meridian of Hà Nội (UTC+7).

After Hồ Ngọc Đức's description of the rules in force since 1967, with the moon and the sun by Jean Meeus's shorter
series: months begin on the day of the new moon, the 11th month holds the winter solstice, and of thirteen months the
first without a major term is the leap one. Good for the years 1968 to 2100.
"""

from datetime import date
from math import floor, pi, radians, sin

_SYNODIC = 29.530588853
_FIRST = 2415021.076998695
"""The new moon of 01/01/1900, as a Julian day."""
_JULIAN = 1721425
"""The Julian day of a date less its ordinal."""
_ZONE = 7 / 24


def lunar_day(year: int, month: int, day: int) -> date:
    """The solar day of a day of the lunar year that begins in the solar `year`; of months twice, the first one."""
    since, until = (_eleventh(year - 1), _eleventh(year)) if month < 11 else (_eleventh(year), _eleventh(year + 1))
    months = (month - 11) % 12
    # A year of thirteen months: what comes at or after the leap month is one month later.
    if until - since > 365 and months >= _leap_after(since):
        months += 1
    begun = _new_moon(floor(0.5 + (since - _FIRST) / _SYNODIC) + months)
    return date.fromordinal(begun + day - 1 - _JULIAN)


def _new_moon(number: int) -> int:
    """The day (Julian, in Hà Nội) of the new moon of that number since 1900."""
    t = number / 1236.85
    t2, t3 = t * t, t * t * t
    mean = 2415020.75933 + 29.53058868 * number + 0.0001178 * t2 - 0.000000155 * t3
    mean += 0.00033 * sin(radians(166.56 + 132.87 * t - 0.009173 * t2))
    sun = radians(359.2242 + 29.10535608 * number - 0.0000333 * t2 - 0.00000347 * t3)
    moon = radians(306.0253 + 385.81691806 * number + 0.0107306 * t2 + 0.00001236 * t3)
    node = radians(21.2964 + 390.67050646 * number - 0.0016528 * t2 - 0.00000239 * t3)
    shift = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun)
    shift += -0.4068 * sin(moon) + 0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon)
    shift += 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    shift += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon)
    shift += 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    clocks = -0.000278 + 0.000265 * t + 0.000262 * t2
    return floor(mean + shift - clocks + 0.5 + _ZONE)


def _major_term(day: int) -> int:
    """The twelfth of the ecliptic in which the sun stands when the day begins in Hà Nội: 9 is the winter solstice's."""
    t = (day - 2451545.5 - _ZONE) / 36525
    mean = radians(357.52910 + 35999.05030 * t - 0.0001559 * t * t - 0.00000048 * t * t * t)
    place = 280.46645 + 36000.76983 * t + 0.0003032 * t * t
    place += (1.914600 - 0.004817 * t - 0.000014 * t * t) * sin(mean)
    place += (0.019993 - 0.000101 * t) * sin(2 * mean) + 0.000290 * sin(3 * mean)
    angle = radians(place)
    return floor((angle - 2 * pi * floor(angle / (2 * pi))) / pi * 6)


def _eleventh(year: int) -> int:
    """The first day (Julian) of the month with the winter solstice of that year."""
    number = floor((date(year, 12, 31).toordinal() + _JULIAN - 2415021) / _SYNODIC)
    begun = _new_moon(number)
    return _new_moon(number - 1) if _major_term(begun) >= 9 else begun


def _leap_after(since: int) -> int:
    """How many months after an eleventh one the leap month comes."""
    number = floor((since - _FIRST) / _SYNODIC + 0.5)
    months, before, term = 1, -1, _major_term(_new_moon(number + 1))
    while term != before and months < 14:
        months, before = months + 1, term
        term = _major_term(_new_moon(number + months))
    return months - 1
