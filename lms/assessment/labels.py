"""Vietnamese words of assessment: a sentence for each event. The pages that show papers (learning) tell refusals."""

EVENTS: dict[str, str] = {
    "assessment:attempt:started": "Bắt đầu làm bài kiểm tra khóa “{title}”, lần {number}",
    "assessment:attempt:submitted": "Bài kiểm tra khóa “{title}”, lần {number}: {result}",
}
"""Event key → sentence with the event's facts as {names}."""
