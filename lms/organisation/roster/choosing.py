"""What somebody says about a roster by hand, as plain JSON: kept with an import, or given as a mapping file."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from lms.organisation.models import StaffCategory
from lms.organisation.roster.columns import FIELDS, IGNORED
from lms.organisation.roster.layout import Header, label_key
from lms.organisation.roster.records import HEADINGS, LENGTHS, Choices
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.roster.values import category_of, clean

CATEGORY = "category:"
"""Before the kind of staff of those who are ticked in a column of its own."""

CHOOSABLE = (IGNORED, *FIELDS, *(f"{CATEGORY}{kind.value}" for kind in StaffCategory))
"""What a column may be said to be."""

_KNOWN = frozenset({"columns", "department", "staff_category", "fixes", "dropped"})


def choices_of(mapping: Mapping[str, Any]) -> Choices:
    """Read choices from their plain shape.

    {"columns": {heading: field}, "department": "", "staff_category": "", "fixes": [{"sheet", "row", "cells"}],
    "dropped": [{"sheet", "row"}]}; all of it may be left out. A heading of two rows is written "above / below", a column
    without a heading "#3". Raises UnreadableRoster, with what is wrong, for anything else.
    """
    if not isinstance(mapping, Mapping):
        raise _bad(_("cần một đối tượng JSON có khóa “columns”"))
    if unknown := sorted(set(mapping) - _KNOWN):
        raise _bad(_("không hiểu khóa “%(key)s”", key=unknown[0]))
    columns = mapping.get("columns", {})
    if not isinstance(columns, Mapping) or not all(isinstance(v, str) for v in (*columns, *columns.values())):
        raise _bad(_("“columns” phải ghép tên cột với mã mục"))
    for label, field in columns.items():
        if field not in CHOOSABLE:
            raise _bad(
                _(
                    "cột “%(label)s” ghép với “%(field)s” không phải mục nào; các mục: %(fields)s",
                    label=label, field=field, fields=", ".join(HEADINGS),
                )
            )  # fmt: skip
    return Choices(
        columns={label_key(clean(label)): field for label, field in columns.items()},
        department=_text(mapping, "department")[: LENGTHS["department"]],
        staff_category=_category(_text(mapping, "staff_category")),
        fixes={
            _place(item): {str(name): clean(str(said)) for name, said in _cells(item).items()}
            for item in _list(mapping, "fixes")
        },
        dropped=frozenset(_place(item) for item in _list(mapping, "dropped")),
    )


def mapping_of(choices: Choices) -> dict[str, Any]:
    """The plain shape of choices, of which `choices_of` makes the same choices again."""
    return {
        "columns": dict(choices.columns),
        "department": choices.department,
        "staff_category": choices.staff_category,
        "fixes": [
            {"sheet": sheet, "row": row, "cells": dict(cells)} for (sheet, row), cells in sorted(choices.fixes.items())
        ],
        "dropped": [{"sheet": sheet, "row": row} for sheet, row in sorted(choices.dropped)],
    }


def understanding_of(choices: Choices) -> Choices:
    """The part that holds for other files with the same headings: columns, and what is the same for everybody."""
    return replace(choices, fixes={}, dropped=frozenset())


def signature_of(headers: Sequence[tuple[str, Header]]) -> str:
    """A mark of the headings of a file, whatever its sheets are called; "" for a file without headings."""
    told = sorted({label_key(proposal.label) for _sheet, header in headers for proposal in header.proposals} - {""})
    return hashlib.sha256("\n".join(told).encode()).hexdigest() if told else ""


def _bad(what: str) -> UnreadableRoster:
    return UnreadableRoster(_("Tệp ghép cột chưa đúng: %(what)s. Hãy sửa lại tệp ghép cột.", what=what))


def _text(mapping: Mapping[str, Any], name: str) -> str:
    said = mapping.get(name, "")
    if not isinstance(said, str):
        raise _bad(_("“%(name)s” phải là chữ", name=name))
    return clean(said)


def _category(said: str) -> str:
    if not said:
        return ""
    found = said if said in set(StaffCategory) else category_of(said)
    if found is None:
        raise _bad(_("loại nhân sự “%(said)s” không có trong danh mục", said=said))
    return str(found)


def _list(mapping: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = mapping.get(name, [])
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise _bad(_("“%(name)s” phải là danh sách các dòng", name=name))
    return found


def _place(item: Any) -> tuple[str, int]:
    sheet = item.get("sheet", "") if isinstance(item, Mapping) else None
    row = item.get("row") if isinstance(item, Mapping) else None
    if not isinstance(sheet, str) or not isinstance(row, int) or isinstance(row, bool):
        raise _bad(_('mỗi dòng cần “sheet” và “row”, ví dụ {"sheet": "DS", "row": 12}'))
    return sheet, row


def _cells(item: Mapping[str, Any]) -> Mapping[str, Any]:
    cells = item.get("cells")
    if not isinstance(cells, Mapping) or not cells.keys() <= HEADINGS.keys():
        raise _bad(_("“cells” phải ghép mã mục với chữ cần ghi"))
    return cells
