"""The sentences of every logged event, collected from the domains that announce them; the words of the chain."""

from lms.audit.checking import Finding
from lms.audit.rules import Fault
from lms.platform.vietnamese import short_day

SENTENCES: dict[str, str] = {}
"""Event key → Vietnamese sentence with the event's facts as {names}; filled by `app.py` from each domain's labels."""

FAULTS = {
    Fault.ALTERED: "dòng {event} bị sửa hoặc bị đổi chỗ sau khi niêm phong",
    Fault.DELETED: "dòng {event} đã niêm phong nhưng bị xóa",
    Fault.CUT: "niêm phong bị xóa hoặc bị cắt bớt",
    Fault.UNSEALED: "dòng {event} không có niêm phong dù đã quá lâu: bị chèn vào, hoặc tiến trình nền không chạy",
}


def finding_words(finding: Finding) -> str:
    """A finding as one sentence: which row of which day, and what happened to it."""
    said = FAULTS[finding.fault].format(event=finding.event_id)
    if finding.day is None:
        return f"{said[0].upper()}{said[1:]}."
    number = "" if finding.number is None else f", số {finding.number}"
    return f"Ngày {short_day(finding.day)}{number}: {said}."
