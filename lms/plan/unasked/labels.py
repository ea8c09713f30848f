"""Why somebody need not study, in words: one plain sentence, and what of each rule does not fit."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _

from lms.plan.labels import (
    CATEGORIES,
    KINDS,
    audience_words,
    capitalised,
    days_words,
    listed,
    stop_words,
    validity_words,
)
from lms.plan.queries.outsides import IdleRow, MissedRule, OutsideRow, Unasked
from lms.plan.queries.stops import StopRow
from lms.plan.rules import Fail, Ground, State
from lms.platform.vietnamese import short_day

_ORDER = (Fail.RULE_NOT_YET, Fail.RULE_OVER, Fail.UNIT, Fail.KIND, Fail.CATEGORY, Fail.POSITION)
_RANK = (
    Ground.NOT_YET, Ground.OVER, Ground.NO_POSTING, Ground.NO_WINDOW, Ground.NO_AUDIENCE, Ground.EXCLUDED,
    Ground.NO_MATCH, Ground.NO_PRIMARY, Ground.WAIVED,
)  # fmt: skip
"""The order in which grounds are told: what concerns everybody, then the person."""


def grounds_words(row: OutsideRow, found: Unasked) -> list[str]:
    """A sentence for everything that lets the person out, the weightiest first."""
    return [_ground(ground, row, found) for ground in sorted(row.grounds, key=_RANK.index)]


def _ground(ground: Ground, row: OutsideRow, found: Unasked) -> str:
    if ground is Ground.NOT_YET:
        return _("Yêu cầu chỉ thi hành từ ngày %(day)s.", day=short_day(row.asked.from_on))
    if ground is Ground.OVER:
        return _("Yêu cầu đã hết thi hành sau ngày %(day)s.", day=short_day(row.asked.to_on - timedelta(days=1)))
    if ground is Ground.NO_POSTING:
        return _no_posting(found.left_on, found.comes_on)
    if ground is Ground.EXCLUDED:
        return _("Thuộc diện kế hoạch để ngoài: %(rule)s.", rule=listed([_decapitalised(r) for r in _rules(row)]))
    if ground is Ground.WAIVED and row.waiver is not None:
        waiver = row.waiver
        stop = StopRow("mien", waiver.from_on, waiver.to_on, waiver.reason, waiver.decision, waiver.approver)
        return stop_words(stop)
    if ground is Ground.NO_MATCH:
        return _("Không thuộc đối tượng: %(why)s.", why=misses(row)[0][1])
    return {
        Ground.NO_WINDOW: _("Kế hoạch chưa mở kỳ học nào cho ngày này."),
        Ground.NO_AUDIENCE: _("Kế hoạch không nêu đối tượng nào của yêu cầu này."),
        Ground.NO_PRIMARY: _("Chỉ có vị trí kiêm nhiệm; nghĩa vụ học tính theo vị trí chính, mà ngày này không có."),
        Ground.WAIVED: _("Được miễn."),
    }[ground]


def _no_posting(left_on: date | None, comes_on: date | None) -> str:
    if left_on is not None and comes_on is not None:
        return _("Không giữ vị trí công tác nào %(days)s.", days=days_words(left_on, comes_on))
    if comes_on is not None:
        return _("Chưa có vị trí công tác; vị trí đầu tiên bắt đầu ngày %(day)s.", day=short_day(comes_on))
    if left_on is not None:
        return _("Không còn vị trí công tác nào từ ngày %(day)s.", day=short_day(left_on))
    return _("Chưa ghi vị trí công tác nào.")


def _rules(row: OutsideRow) -> list[str]:
    return audience_words(rule.audience for rule in row.excluding)


def misses(row: OutsideRow) -> list[tuple[str, str]]:
    """(whom rules mean, what of it does not fit): rules of one entry of the plan together, the nearest first."""
    groups: dict[tuple[object, ...], list[MissedRule]] = {}
    for rule in row.misses:
        a = rule.audience
        named = (a.position is not None, a.category is not None, a.kind is not None)
        groups.setdefault((a.unit, a.subtree, a.from_on, a.to_on, named, rule.fails, rule.place), []).append(rule)
    return [(listed(audience_words(rule.audience for rule in group)), _unfit(group)) for group in groups.values()]


def _unfit(group: Sequence[MissedRule]) -> str:
    first = group[0]
    words = [_fail(fail, first, group) for fail in _ORDER if fail in first.fails]
    return listed(words, ";") if len(words) > 2 else listed(words)


def _fail(fail: Fail, rule: MissedRule, group: Sequence[MissedRule]) -> str:
    audience, place = rule.audience, rule.place
    if fail is Fail.RULE_NOT_YET:
        return _("quy tắc chỉ có hiệu lực từ ngày %(day)s", day=short_day(audience.from_on))
    if fail is Fail.RULE_OVER:
        return _("quy tắc đã hết hiệu lực sau ngày %(day)s", day=short_day(audience.to_on - timedelta(days=1)))
    if fail is Fail.UNIT and not audience.subtree:
        return _("làm việc ở %(here)s, không phải ở %(unit)s", here=place.unit, unit=audience.unit)
    if fail is Fail.UNIT:
        return _("làm việc ở %(here)s, không thuộc %(unit)s", here=place.unit, unit=audience.unit)
    if fail is Fail.KIND:
        kinds = [KINDS.get(kind, kind) for kind in dict.fromkeys(one.audience.kind for one in group) if kind]
        here = _("đơn vị này") if Fail.UNIT in rule.fails else place.unit
        return _("%(here)s không phải là %(kinds)s", here=here, kinds=listed(kinds, _("hoặc")))
    if fail is Fail.CATEGORY:
        wanted = [CATEGORIES.get(c, c) for c in dict.fromkeys(one.audience.category for one in group) if c]
        own = CATEGORIES.get(place.category, place.category)
        return _("là %(own)s, không phải %(wanted)s", own=own, wanted=listed(wanted, _("hoặc")))
    positions = [f"“{p}”" for p in dict.fromkeys(one.audience.position for one in group) if p]
    return _("vị trí không thuộc nhóm %(groups)s", groups=listed(positions, _("hoặc")))


def place_words(rule: MissedRule) -> str:
    """The posting that a rule was held against."""
    own = capitalised(str(CATEGORIES.get(rule.place.category, rule.place.category)))
    where = f"{own}, {rule.place.unit}"
    return where if rule.place.is_primary else f"{where} ({_('kiêm nhiệm')})"


def _decapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]


def idle_words(row: IdleRow, courses: dict[int, str], stop: StopRow | None) -> str:
    """Why there is nothing to do for a duty on the day."""
    if row.state is State.PAUSED:
        if stop is not None:
            return _("Tạm dừng: %(stop)s", stop=_decapitalised(stop_words(stop)))
        return _("Tạm dừng trong khi chờ quyết định, vì vào đối tượng quá muộn.")
    day = short_day(row.fulfilled_on)
    named = listed([f"“{courses[course]}”" for course in row.by if course in courses])
    if not named:
        words = _("Đã hoàn thành ngày %(day)s", day=day)
    elif row.is_equivalent:
        words = _("Đã hoàn thành ngày %(day)s bằng khóa tương đương %(courses)s", day=day, courses=named)
    else:
        words = _("Đã hoàn thành ngày %(day)s bằng khóa %(courses)s", day=day, courses=named)
    validity = validity_words(row.valid_until)
    return f"{words}, {validity}." if validity else f"{words}."
