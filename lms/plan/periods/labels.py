"""Words of closed periods. Causes are written down with an erratum as they are said: they are not translated."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import lazy_gettext as _l

from lms.plan.labels import ABSENCES
from lms.plan.periods.queries.causes import Answer, Behind, Fact, Known, PersonBehind
from lms.plan.periods.rules import Cause, Duty, Fault, Finding, Refusal
from lms.platform.columns import FOREVER
from lms.platform.vietnamese import short_day, short_moment

CAUSES = {
    Cause.DISPUTED: _l("Giải quyết phản ánh"),
    Cause.RECORDED_LATE: _l("Kết quả ghi nhận muộn"),
    Cause.VOIDED: _l("Kết quả bị hủy"),
    Cause.MOVED: _l("Điều chỉnh vị trí công tác"),
    Cause.REFORM: _l("Sắp xếp đơn vị"),
    Cause.RULES: _l("Kế hoạch điều chỉnh"),
    Cause.WAIVED: _l("Được miễn"),
    Cause.NOT_WAIVED: _l("Hủy miễn"),
    Cause.ABSENT: _l("Ghi nhận tạm vắng"),
    Cause.NOT_ABSENT: _l("Hủy tạm vắng"),
    Cause.GRANTED: _l("Gia hạn"),
    Cause.NOT_GRANTED: _l("Hủy gia hạn"),
    Cause.STARTED: _l("Ngày bắt đầu học thay đổi"),
    Cause.UNKNOWN: _l("Chưa rõ nguyên nhân"),
}

REFUSALS = {
    Refusal.FUTURE: _l("Ngày chốt chưa tới. Hãy chọn hôm nay hoặc một ngày đã qua."),
    Refusal.IN_DOUBT: _l(
        "Lần đối chiếu độc lập gần nhất thấy số liệu lệch nên chưa chốt được. Hãy báo quản trị tính lại và đối chiếu."
    ),
    Refusal.CLOSED_ALREADY: _l("Kế hoạch này đã chốt số liệu của ngày và đơn vị này rồi."),
    Refusal.NO_SUCH_UNIT: _l("Đơn vị này không có trong cơ cấu của ngày chốt."),
    Refusal.NOTHING_COUNTS: _l("Ngày này không có ai phải học theo kế hoạch, nên không có gì để chốt."),
    Refusal.NOTHING_TO_CORRECT: _l("Chưa chọn chỗ khác nhau nào để đính chính."),
    Refusal.CHANGED_MEANWHILE: _l(
        "Dữ liệu đã thay đổi từ lúc so sánh. Chưa có gì được ghi; hãy so sánh lại rồi ban hành đính chính."
    ),
    Refusal.BROKEN_SEAL: _l(
        "Lần kiểm tra gần nhất thấy số liệu đã chốt không còn nguyên vẹn; chưa ban hành đính chính được."
    ),
}

PARTS = {
    "don-vi": "danh mục đơn vị", "yeu-cau": "quy tắc của yêu cầu", "nguoi": "danh sách người",
    "nghia-vu": "danh sách nghĩa vụ học", "dinh-chinh": "đính chính",
}  # fmt: skip

FAULTS = {
    Fault.HEAD: "phần đầu (tên kỳ, ngày, kế hoạch, người chốt hoặc số dòng) bị sửa sau khi chốt",
    Fault.ALTERED: "{part}: dòng số {number} bị sửa; nay ghi: {line}",
    Fault.MISSING: "{part}: dòng số {number} bị xóa",
    Fault.ADDED: "{part}: dòng số {number} bị thêm vào: {line}",
    Fault.SOMEWHERE: "{part}: có dòng bị sửa cùng dấu của nó trong khoảng dòng {number} đến {through}",
    Fault.DIGEST: "dấu niêm phong của cả kỳ bị sửa",
    Fault.FIGURES: "số liệu cộng sẵn không khớp với danh sách từng người ({stage})",
    Fault.ERRATA_CUT: "đính chính số {number} bị xóa hoặc bị tách khỏi chuỗi",
    Fault.ERRATUM: "đính chính số {number} bị sửa",
    Fault.LOG: "nhật ký ghi một dấu niêm phong khác, hoặc không ghi lần chốt này",
}


def finding_words(finding: Finding) -> str:
    """A finding as one sentence: which line, and what happened to it."""
    part = PARTS.get(finding.part, "")
    if finding.erratum is not None and finding.part:
        part = f"đính chính số {finding.erratum}"
    stage = "công bố" if not finding.number else f"sau đính chính số {finding.number}"
    said = FAULTS[finding.fault].format(
        part=part, number=finding.number, line=finding.line, through=finding.through, stage=stage
    )
    return f"{said[0].upper()}{said[1:]}."


# Causes in words ------------------------------------------------------------------------------------------------------


def causes_words(
    causes: Iterable[Cause], before: Duty | None, after: Duty | None, person: PersonBehind, behind: Behind, known: Known
) -> str:
    """Why a duty reads otherwise, with the facts behind it, as one sentence for each cause."""
    was = before.evidence if before else frozenset()
    now = after.evidence if after else frozenset()
    came = {token: behind.facts[token] for token in sorted(now - was) if token in behind.facts}
    went = {token: behind.facts[token] for token in sorted(was - now) if token in behind.facts}
    said = []
    for cause in causes:
        match cause:
            case Cause.DISPUTED:
                said.append(_disputed(behind.disputes_between(before, after, person)))
            case Cause.RECORDED_LATE:
                said.append(_recorded_late(_late_of(came, known.period.closed_at)))
            case Cause.VOIDED:
                said.append(_voided([fact for token, fact in went.items() if token[0] == "c"]))
            case Cause.MOVED:
                said.append(_moved(before, after, person, known))
            case Cause.REFORM:
                said.append(
                    f"sắp xếp đơn vị áp dụng sau khi chốt ({'; '.join(known.reforms)}): {_units(before, after, known)}"
                )
            case Cause.RULES:
                when = f" ngày {_day(known.amended_at)}" if known.amended_at else ""
                said.append(f"kế hoạch điều chỉnh quy tắc của yêu cầu{when}: {_due(before, after)}")
            case Cause.UNKNOWN:
                said.append("chưa rõ nguyên nhân: không thấy dữ liệu gốc nào thay đổi")
            case Cause.STARTED:
                said.append("ngày bắt đầu học được ghi lại")
            case _:
                said.append(_stop(cause, came, went))
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _day(moment: datetime) -> str:
    return short_moment(moment).split()[-1]


def _disputed(answers: Iterable[Answer]) -> str:
    listed = ", ".join(
        f"phản ánh số {answer.number}, trả lời ngày {_day(answer.closed_at)}"
        + (f" theo {answer.decision}" if answer.decision else "")
        for answer in answers
    )
    return f"giải quyết {listed}"


def _late_of(came: dict[str, Fact], closed_at: datetime) -> list[Fact]:
    """Of the completions that count only now, those recorded after the closing; all of them if none was."""
    found = [fact for token, fact in came.items() if token[0] == "c"]
    return [fact for fact in found if fact.recorded_at > closed_at] or found


def _recorded_late(facts: list[Fact]) -> str:
    listed = ", ".join(
        f"“{fact.title}” hoàn thành ngày {short_day(fact.day)}, ghi nhận ngày {_day(fact.recorded_at)}"
        for fact in facts
    )
    return f"kết quả ghi nhận muộn: {listed}"


def _voided(facts: list[Fact]) -> str:
    listed = ", ".join(
        f"“{fact.title}” ngày {short_day(fact.day)}"
        + (f", hủy ngày {_day(fact.ended_at)}" if fact.ended_at else ", thay bằng kết quả khác")
        for fact in facts
    )
    return f"kết quả bị hủy: {listed}"


def _units(before: Duty | None, after: Duty | None, known: Known) -> str:
    if before is None:
        return f"nay tính cho {known.unit(after.unit_id if after else None)}"
    if after is None:
        return f"thôi tính cho {known.unit(before.unit_id)}"
    return f"từ {known.unit(before.unit_id)} sang {known.unit(after.unit_id)}"


def _moved(before: Duty | None, after: Duty | None, person: PersonBehind, known: Known) -> str:
    when = f", ghi ngày {_day(person.posted_at)}" if person.posted_at else ""
    source = f", theo {person.source}" if person.source else ""
    return f"điều chỉnh vị trí công tác: {_units(before, after, known)}{when}{source}"


def _due(before: Duty | None, after: Duty | None) -> str:
    if before is None:
        return "thêm phải học"
    if after is None:
        return "thôi phải học"
    if before.due_on != after.due_on:
        was, now = ("chưa xác định" if day == FOREVER else short_day(day) for day in (before.due_on, after.due_on))
        return f"hạn từ {was} thành {now}"
    return "cách tính kết quả thay đổi"


_STOPS = {
    Cause.WAIVED: ("w", True, "được miễn"),
    Cause.NOT_WAIVED: ("w", False, "hủy miễn"),
    Cause.ABSENT: ("a", True, "ghi nhận tạm vắng"),
    Cause.NOT_ABSENT: ("a", False, "hủy tạm vắng"),
    Cause.GRANTED: ("g", True, "gia hạn"),
    Cause.NOT_GRANTED: ("g", False, "hủy gia hạn"),
}


def _stop(cause: Cause, came: dict[str, Fact], went: dict[str, Fact]) -> str:
    letter, is_new, word = _STOPS[cause]
    facts = [fact for token, fact in (came if is_new else went).items() if token[0] == letter]
    listed = []
    for fact in facts:
        title = str(ABSENCES.get(fact.title, fact.title)) if letter == "a" else fact.title
        day = f"đến ngày {short_day(fact.day)}" if letter == "g" else f"từ ngày {short_day(fact.day)}"
        moment = fact.recorded_at if is_new else fact.ended_at or fact.recorded_at
        listed.append(f"{f'{title}, ' if title else ''}{day}, ghi ngày {_day(moment)}")
    return f"{word}: {'; '.join(listed)}" if listed else word
