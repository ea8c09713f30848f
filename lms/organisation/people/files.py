"""The list of people as a file: the columns and the filters of the screen."""

from collections.abc import Iterable

from lms.organisation import labels
from lms.organisation.queries import ListedPerson, Presence, Wanted
from lms.platform.documents.table import Column, Format, Table


def people_table(
    people: Iterable[ListedPerson], wanted: Wanted, *, unit: str, position: str, title: str = "Danh sách nhân sự"
) -> Table:
    """The people of a list; `unit` and `position` are the words of those filters, "" where they are not set."""
    has_left = wanted.presence is Presence.LEFT
    day = f"{wanted.day:%d/%m/%Y}"
    filters = [
        f"Đơn vị: {unit}" if unit else "",
        f"Loại nhân sự: {labels.CATEGORIES_SAID.get(wanted.category, wanted.category)}" if wanted.category else "",
        f"Nhóm vị trí: {position}" if position else "",
        f"Trạng thái: {labels.PRESENCES_SAID[wanted.presence]}" if wanted.presence else "",
        f"Tên có: {wanted.words}" if wanted.words else "",
    ]
    said = "; ".join(filter(None, filters))
    return Table(
        title=title,
        columns=(
            Column("full_name", "Họ và tên", Format.TEXT, 28),
            Column("title", "Chức vụ, chức danh", Format.TEXT, 28),
            Column("masked_id", "Số định danh (che)", Format.TEXT, 16),
            Column("unit", "Đơn vị", Format.TEXT, 38),
            Column("department", "Phòng, ban", Format.TEXT, 28),
            Column("category", "Loại", Format.TEXT, 18),
            Column("from_on", "Từ ngày", Format.DAY, 12),
            *((Column("last_on", "Đến hết ngày", Format.DAY, 12),) if has_left else ()),
        ),
        rows=(_Row(person) for person in people),
        notes=(f"Tính đến ngày {day}.", *((f"{said}.",) if said else ())),
    )


class _Row:
    """A person, the category in words."""

    __slots__ = ("category", "department", "from_on", "full_name", "last_on", "masked_id", "title", "unit")

    def __init__(self, person: ListedPerson) -> None:
        self.full_name, self.title, self.masked_id = person.full_name, person.title, person.masked_id
        self.unit, self.department, self.from_on = person.unit, person.department, person.from_on
        self.category = labels.CATEGORIES_SAID.get(person.category, person.category)
        self.last_on = person.last_on
