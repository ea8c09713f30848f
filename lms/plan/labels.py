"""Vietnamese words of plan: rules, audiences and due days as an office would say them, a sentence for each event."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.organisation import labels as organisation
from lms.plan.queries import AudienceRow, GrantRow, RequirementRow, StopRow, UnitNaming, WaitingDuty
from lms.plan.rules import FOREVER, State
from lms.plan.rules.stops import StopRefusal
from lms.plan.service.previews import StopEffect
from lms.platform import vietnamese
from lms.platform.i18n import due_day_words

EVENTS: dict[str, str] = {
    "plan:headcount:confirmed": "Xác nhận quân số của {unit} ngày {on}: {total} người",
    "plan:dispute:opened": "{name} phản ánh kết quả “{requirement}” chưa đúng (số {dispute_id}), hạn trả lời {due_on}",
    "plan:dispute:handed": "Phản ánh số {dispute_id} của {name} về “{requirement}” chuyển đến {desk}: {reason}",
    "plan:dispute:decided": "Trả lời phản ánh số {dispute_id} của {name} về “{requirement}”: {reason}",
    "plan:dispute:withdrawn": "{name} rút phản ánh số {dispute_id} về “{requirement}”",
    "plan:dispute:term-set": "Từ ngày {from_on}: trả lời phản ánh trong {days} ngày làm việc",
    "plan:days:decided": "Lịch nghỉ: từ {first} đến hết {last} {how}, {name}. {document}",
    "plan:days:withdrawn": "Bỏ lịch đã ghi từ {first} đến hết {last}: {name}",
    "plan:period:closed": "Chốt số liệu {name} (mã {code}), Kế hoạch số {number}, đến ngày {as_of}: {persons} người, "
    "{duties} lượt; SHA-256 {digest}",
    "plan:period:corrected": "Đính chính số {erratum} của kỳ chốt {name} (mã {code}): {lines} lượt; {reason}; "
    "SHA-256 {digest}",
    "plan:period:verified": "Kiểm tra niêm phong {periods} kỳ chốt số liệu: {broken} kỳ không nguyên vẹn",
    "plan:plan:imported": "Nhập Kế hoạch số {number}: thêm {added}, sửa {changed}, kết thúc {ended} yêu cầu; "
    "{gained} lượt phải học thêm, {lost} lượt thôi phải học.",
    "plan:derived:checked": "Đối chiếu độc lập số liệu của {people} người: {differences} chỗ lệch",
    "plan:waiver:granted": "Miễn cho {name} yêu cầu “{requirement}” từ ngày {from_on} theo {decision}, "
    "người quyết định: {approver}",
    "plan:waiver:withdrawn": "Hủy miễn của {name} đối với yêu cầu “{requirement}” từ ngày {from_on}: {reason}",
    "plan:due:stayed": "Vị trí công tác được ghi lại: {kept} nghĩa vụ giữ hạn đã báo, không đến hạn sớm hơn",
    "plan:due:kept": "Kế hoạch số {number} thay đổi: {kept} nghĩa vụ chưa hoàn thành giữ hạn đã báo, "
    "{fixed} nghĩa vụ đã hoàn thành giữ nguyên hạn",
    "plan:due:shortened": "Rút ngắn hạn theo Kế hoạch số {number}: {shortened} nghĩa vụ có hạn sớm hơn hạn đã báo",
    "plan:due:extended": "Gia hạn cho {name} yêu cầu “{requirement}” từ {due_before} đến {due_on}, theo {decision}: "
    "{reason}",
    "plan:due:confirmed": "Vẫn giao {name} yêu cầu “{requirement}” dù vào muộn, hạn {due_on}: {reason}",
    "plan:due:realistic": "Đặt hạn thực tế cho {name} yêu cầu “{requirement}”: {due_on} thay cho {due_before}. "
    "Lý do: {reason}",
    "plan:due:released": "Không giao {name} yêu cầu “{requirement}” vì vào quá muộn: {reason}",
    "plan:due:withdrawn": "Hủy hạn {due_on} đã cho {name} đối với yêu cầu “{requirement}”: {reason}",
}
"""Event key → sentence with the event's facts as {names}."""

STATES: dict[State, Any] = {
    State.FUTURE: _l("Chưa đến ngày"),
    State.NOT_STARTED: _l("Chưa bắt đầu"),
    State.IN_PROGRESS: _l("Đang học"),
    State.COMPLETED: _l("Hoàn thành"),
    State.COMPLETED_LATE: _l("Hoàn thành trễ hạn"),
    State.VALID: _l("Còn hiệu lực"),
    State.EXPIRING: _l("Sắp hết hạn"),
    State.EXPIRED: _l("Hết hạn"),
    State.OVERDUE: _l("Quá hạn"),
    State.PAUSED: _l("Tạm dừng"),
    State.WAIVED: _l("Được miễn"),
    State.ENDED: _l("Kết thúc"),
}

STATE_LOOKS = {
    State.FUTURE: "none",
    State.NOT_STARTED: "none",
    State.IN_PROGRESS: "doing",
    State.COMPLETED: "done",
    State.COMPLETED_LATE: "done-late",
    State.VALID: "done",
    State.EXPIRING: "soon",
    State.EXPIRED: "late",
    State.OVERDUE: "late",
    State.PAUSED: "paused",
    State.WAIVED: "waived",
    State.ENDED: "ended",
}
"""State → kind of the state macro."""

ABSENCES: dict[str, Any] = {
    "thai_san": _l("Nghỉ thai sản"),
    "om_dau": _l("Nghỉ ốm"),
    "di_hoc": _l("Đi học tập trung"),
    "biet_phai": _l("Biệt phái"),
    "khac": _l("Vắng vì lý do khác"),
}
"""Kind of absence → its word."""

WHAT = {
    "added": _l("Thêm mới"),
    "changed": _l("Thay đổi"),
    "ended": _l("Kết thúc"),
    "same": _l("Giữ nguyên"),
}

CATEGORIES: dict[str, Any] = {str(code): words for code, words in organisation.CATEGORIES.items()}

KINDS: dict[str, Any] = {
    "thanh_pho": _l("thành phố"),
    "ubnd": _l("ủy ban nhân dân"),
    "hdnd": _l("hội đồng nhân dân"),
    "van_phong": _l("văn phòng"),
    "so": _l("sở"),
    "ban": _l("ban"),
    "thanh_tra": _l("thanh tra"),
    "to_chuc_hanh_chinh": _l("tổ chức hành chính khác"),
    "nganh": _l("cơ quan ngành dọc"),
    "dang": _l("cơ quan Đảng"),
    "doan_the": _l("Mặt trận, đoàn thể"),
    "don_vi_su_nghiep": _l("đơn vị sự nghiệp"),
    "quan": _l("quận"),
    "huyen": _l("huyện"),
    "thi_xa": _l("thị xã"),
    "phuong": _l("phường"),
    "xa": _l("xã"),
    "thi_tran": _l("thị trấn"),
}

CONTENT_GROUPS: dict[str, Any] = {
    "LLCT": _l("lý luận chính trị"),
    "QPAN": _l("quốc phòng và an ninh"),
    "QLNN": _l("quản lý nhà nước"),
    "VTVL": _l("theo vị trí việc làm"),
    "KHCN": _l("khoa học, công nghệ và kỹ năng số"),
}


def listed(words: Sequence[Any], last: str | None = None) -> str:
    """Words in a row: "a, b và c"."""
    last = last or _("và")
    said = [str(word) for word in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {last} {said[-1]}" if said else ""


def capitalised(text: str) -> str:
    """The sentence with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def rule_words(
    rule: str, courses: Sequence[str], hours_needed: Decimal | None, content_group: str, *, yearly: bool
) -> str:
    """What must be done: one of the courses, all of them, or so many tiết."""
    if rule == "hours":
        words = _("Đủ %(n)s tiết", n=vietnamese.number(hours_needed))
        if content_group:
            words += " " + _("thuộc nhóm nội dung %(group)s", group=CONTENT_GROUPS.get(content_group, content_group))
    elif len(courses) == 1:
        words = _("Hoàn thành khóa “%(title)s”", title=courses[0])
    elif rule == "any_of":
        words = _("Hoàn thành một trong các khóa %(titles)s", titles=_quoted(courses, _("hoặc")))
    else:
        words = _("Hoàn thành đủ %(n)s khóa %(titles)s", n=len(courses), titles=_quoted(courses, _("và")))
    return words + (" " + _("mỗi năm") if yearly else "")


def _quoted(titles: Sequence[str], last: str) -> str:
    return listed([f"“{title}”" for title in titles], last)


def requirement_rule(row: RequirementRow) -> str:
    """The rule of a requirement in words."""
    return rule_words(row.rule, row.courses, row.hours_needed, row.content_group, yearly=row.is_yearly)


def due_words(*, due_rule: str, due_days: int | None, due_on: date | None) -> str:
    """When it is due, as a rule."""
    if due_rule == "after_posting" or due_on is None:
        return _("Trong %(n)s ngày kể từ ngày thuộc đối tượng", n=due_days or 0)
    if due_rule == "calendar_year":
        words = _("Đến hết ngày %(day)s hằng năm", day=f"{due_on:%d/%m}")
    else:
        words = _("Đến hết ngày %(day)s", day=vietnamese.short_day(due_on))
    if due_days is not None:
        words += _("; người vào sau có ít nhất %(n)s ngày", n=due_days)
    return words


def requirement_due(row: RequirementRow) -> str:
    """The due rule of a requirement in words."""
    return due_words(due_rule=row.due_rule, due_days=row.due_days, due_on=row.due_on)


FIRST_YEAR = 1900
"""From here on the number of a cycle is its year."""


def cycle_words(cycle: int, *, is_renewal: bool | None = None) -> str:
    """Which cycle of a duty is meant; empty for the only or first one. Small numbers are no years."""
    if is_renewal if is_renewal is not None else 0 < cycle < FIRST_YEAR:
        return _("Học lại lần %(n)s", n=cycle)
    return _("Năm %(year)s", year=cycle) if cycle else ""


def validity_words(valid_until: date) -> str:
    """How long a fulfilment is valid; empty if it never ends."""
    return "" if valid_until >= FOREVER else _("có giá trị đến hết %(day)s", day=vietnamese.short_day(valid_until))


def life_words(from_on: date, to_on: date) -> str:
    """From when to when: "từ ngày … đến hết ngày …"."""
    if to_on >= FOREVER:
        return _("từ ngày %(day)s", day=vietnamese.short_day(from_on))
    return _(
        "từ ngày %(first)s đến hết ngày %(last)s",
        first=vietnamese.short_day(from_on),
        last=vietnamese.short_day(to_on - timedelta(days=1)),
    )


def audience_words(rows: Iterable[AudienceRow]) -> list[str]:
    """Who is meant, one sentence for each entry of the file; rules that differ in one list only are said together."""
    groups: dict[tuple[Any, ...], list[AudienceRow]] = {}
    for row in rows:
        named = (row.position is not None, row.category is not None, row.kind is not None)
        groups.setdefault((row.sign, row.unit, row.subtree, row.from_on, row.to_on, named), []).append(row)
    sentences = []
    for group in groups.values():
        positions = list(dict.fromkeys(row.position for row in group))
        categories = list(dict.fromkeys(row.category for row in group))
        kinds = list(dict.fromkeys(row.kind for row in group))
        if len(positions) * len(categories) * len(kinds) == len(group):
            sentences.append(_audience_sentence(group[0], positions, categories, kinds))
        else:
            sentences += [_audience_sentence(row, [row.position], [row.category], [row.kind]) for row in group]
    return sentences


def _audience_sentence(
    row: AudienceRow, positions: Sequence[str | None], categories: Sequence[str | None], kinds: Sequence[str | None]
) -> str:
    who = listed([CATEGORIES.get(c, c) for c in categories if c]) or _("mọi nhân sự")
    groups, places = [p for p in positions if p], [KINDS.get(k, k) for k in kinds if k]
    if groups:
        who = _("%(who)s thuộc nhóm vị trí %(groups)s", who=who, groups=_quoted(groups, _("hoặc")))
    if places:
        who = _("%(who)s làm việc tại %(kinds)s", who=who, kinds=listed(places, _("hoặc")))
    unit = _("%(unit)s và các đơn vị trực thuộc", unit=row.unit) if row.subtree else _("riêng %(unit)s", unit=row.unit)
    # Beside a position or a kind of unit, "của" would belong to the wrong word.
    if groups or places:
        sentence = _("%(who)s, trong phạm vi %(unit)s", who=who, unit=unit)
    else:
        sentence = _("%(who)s của %(unit)s", who=who, unit=unit)
    if row.from_on > date(1900, 1, 1) or row.to_on < FOREVER:
        sentence += ", " + life_words(row.from_on, row.to_on)
    if row.sign < 0:
        return _("Trừ %(who)s", who=sentence)
    return capitalised(sentence)


def lead_words(code: str, named: dict[str, UnitNaming]) -> str:
    """The unit in charge, and who does its work today if it was merged."""
    naming = named.get(code)
    if naming is None:
        return code
    if naming.now and naming.now != naming.name:
        return _("%(name)s (nay là %(now)s)", name=naming.name, now=naming.now)
    return naming.name


def ends_words(rule: str, courses: Sequence[str]) -> list[str]:
    """What would end the obligation."""
    if rule == "hours":
        done = _("đủ số tiết, tính cả lớp học nơi khác đã được công nhận")
    elif rule == "all_of" and len(courses) > 1:
        done = _("hoàn thành đủ các khóa nêu trên, ở đây hoặc nơi khác được công nhận")
    else:
        done = _("hoàn thành một khóa nêu trên, ở đây hoặc nơi khác được công nhận")
    return [
        capitalised(done) + ";",
        _("chuyển sang vị trí ngoài đối tượng hoặc thôi công tác;"),
        _("thủ trưởng đơn vị quyết định miễn, có lý do;"),
        _("kế hoạch được điều chỉnh và thôi yêu cầu."),
    ]


def days_words(from_on: date, to_on: date, *, waiver: bool = False) -> str:
    """Half-open days as people say them, the last day included: "từ 01/12/2026 đến hết 28/02/2027"."""
    first = vietnamese.short_day(from_on)
    if to_on >= FOREVER and waiver:
        return _("từ %(first)s, không thời hạn", first=first)
    if to_on >= FOREVER:
        return _("từ %(first)s, chưa rõ ngày kết thúc", first=first)
    return _("từ %(first)s đến hết %(last)s", first=first, last=vietnamese.short_day(to_on - timedelta(days=1)))


def effect_words(effect: StopEffect) -> list[str]:
    """What an act changes in one duty, each change a sentence."""
    said = []
    for days, words in (
        (effect.waived, _("được miễn %(days)s")),
        (effect.paused, _("tạm dừng %(days)s")),
        (effect.counted, _("tính trở lại %(days)s")),
    ):
        for begin, end in days:
            if days is effect.counted and end >= FOREVER:
                said.append(_("Tính trở lại từ %(day)s", day=vietnamese.short_day(begin)))
            else:
                span = days_words(begin, end, waiver=days is effect.waived)
                said.append(capitalised(words % {"days": span}))
    if effect.due_before is None:
        said.append(_("Phải học thêm, hạn %(day)s", day=due_day_words(effect.due_after)))
    elif effect.due_after is None:
        said.append(_("Thôi phải học"))
    elif effect.due_after >= FOREVER > effect.due_before:
        said.append(_("Hạn lùi lại, chưa xác định được ngày"))
    elif effect.due_after > effect.due_before:
        said.append(_("Hạn lùi đến %(day)s", day=vietnamese.short_day(effect.due_after)))
    elif effect.due_after < effect.due_before:
        said.append(_("Hạn sớm lên %(day)s", day=vietnamese.short_day(effect.due_after)))
    return said


STOP_REFUSALS: dict[Any, Any] = {
    StopRefusal.ENDS_BEFORE_IT_BEGINS: _l("Ngày cuối phải từ ngày bắt đầu trở đi."),
    StopRefusal.NOT_BELIEVED: _l("Dòng này đã được hủy trước đó."),
    StopRefusal.NO_DUTY: _l("Hiện không phải học yêu cầu này."),
    StopRefusal.FULFILLED: _l("Đã hoàn thành yêu cầu này, không cần gia hạn."),
    StopRefusal.NO_DUE_DAY: _l("Hạn đang lùi theo lần tạm vắng chưa rõ ngày kết thúc; hãy ghi ngày trở lại trước."),
    StopRefusal.IN_THE_PAST: _l("Hạn mới phải từ hôm nay trở đi."),
    StopRefusal.NOT_LATER: _l("Hạn mới phải sau hạn hiện nay."),
    StopRefusal.AFTER_CLOSING: _l("Hạn mới vượt quá ngày kết thúc của yêu cầu; kết quả sau ngày ấy không được tính."),
    StopRefusal.NOT_WAITING: _l("Không còn chờ quyết định: đã được quyết định, đã hoàn thành hoặc thôi phải học."),
    StopRefusal.NOT_DECIDED: _l("Ngày này được giữ vì đã báo cho người học; chỉ rút ngắn được khi nhập kế hoạch."),
}
"""Why an act on waivers and due days is refused, and what to do."""

GRANTS: dict[str, Any] = {
    "extended": _l("Gia hạn"),
    "realistic": _l("Hạn thực tế"),
    "confirmed": _l("Vẫn giao như cũ"),
    "kept": _l("Giữ hạn đã báo"),
    "fixed": _l("Giữ hạn khi hoàn thành"),
    "valid": _l("Giữ thời hạn hiệu lực"),
}
"""Kind of a granted due day → its word."""

CHOICES: dict[str, Any] = {
    "confirmed": _l("Vẫn giao như cũ"),
    "realistic": _l("Đặt hạn thực tế"),
    "released": _l("Không giao"),
}
"""What becomes of a duty that began too late → its word."""


def grant_words(grant: GrantRow) -> str:
    """A due day that was given, with its paper, as a sentence."""
    day = due_day_words(grant.due_on)
    if not grant.is_decided:
        why = f" ({grant.reason})" if grant.reason else ""
        return _("Hạn %(day)s được giữ nguyên khi kế hoạch thay đổi%(why)s.", day=day, why=why)
    words = {
        "extended": _("Được gia hạn đến %(day)s", day=day),
        "realistic": _("Vào muộn, được đặt hạn thực tế %(day)s", day=day),
        "confirmed": _("Vào muộn, vẫn giao với hạn %(day)s", day=day),
    }[grant.kind]
    if grant.was_due_on is not None and grant.was_due_on < grant.due_on:
        words += _(", hạn cũ %(day)s", day=due_day_words(grant.was_due_on))
    by = ", ".join(
        part for part in (grant.decision and _("theo %(paper)s", paper=grant.decision), grant.granted_by) if part
    )
    return f"{words}: {grant.reason}" + (f" ({by})." if by else ".")


def waiting_words(duty: WaitingDuty) -> str:
    """Why a duty waits for a decision."""
    return _(
        "Thuộc đối tượng từ %(opened)s, hạn %(due)s: chỉ có %(given)s ngày, cần ít nhất %(least)s ngày.",
        opened=vietnamese.short_day(duty.opened_on),
        due=due_day_words(duty.due_on),
        given=max(duty.days_given, 0),
        least=duty.minimum_days,
    )


def stop_words(stop: StopRow) -> str:
    """Why the clock of a duty stands, as a sentence with its paper."""
    days = days_words(stop.from_on, stop.to_on, waiver=stop.is_waiver)
    if not stop.is_waiver:
        what = str(ABSENCES.get(stop.kind, stop.kind))
        return f"{what} {days}" + (f" ({stop.note})" if stop.note else "") + "."
    paper = [stop.decision and _("theo %(paper)s", paper=stop.decision), stop.approver]
    by = ", ".join(part for part in paper if part)
    return _("Được miễn %(days)s: %(reason)s", days=days, reason=stop.note) + (f" ({by})." if by else ".")
