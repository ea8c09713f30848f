"""Vietnamese words for change sets."""

EVENTS = {
    "changes:change:proposed": "Đề nghị thay đổi số {change_id}: {title}",
    "changes:change:approved": "Duyệt thay đổi số {change_id}: {title}",
    "changes:change:withdrawn": "Rút thay đổi số {change_id}: {title}",
    "changes:change:applied": "Áp dụng thay đổi số {change_id}: {title} ({rows} dòng dữ liệu)",
    "changes:change:undone": "Hoàn tác thay đổi số {change_id}: {title} ({rows} dòng dữ liệu), lý do: {reason}",
}
