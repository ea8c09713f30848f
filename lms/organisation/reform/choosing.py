"""Matching a list of choices with the people who are asked for one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lms.organisation.reform.draft import Problem
from lms.organisation.reform.reading import Chosen


@dataclass(frozen=True)
class Asked:
    """A person of an old unit that needs a choice, with the codes among which to choose (none: any unit)."""

    person_id: int
    personal_id: str
    old: str
    options: tuple[str, ...]


def match(
    choices: Sequence[Chosen], asked: Sequence[Asked], stands: Collection[str]
) -> tuple[list[tuple[Asked, str]], list[Problem]]:
    """Whom each line means and which unit it gives; `stands` are the codes of all units that stand on the day."""
    by_person: dict[str, list[Asked]] = {}
    for one in asked:
        by_person.setdefault(one.personal_id, []).append(one)
        by_person.setdefault(f"#{one.person_id}", []).append(one)
    found: dict[tuple[int, str], tuple[Asked, str]] = {}
    problems = []
    for row in choices:
        mine = [one for one in by_person.get(row.person, ()) if row.old in ("", one.old)]
        if complaint := _complaint(row, mine, stands):
            problems.append(Problem(row.line, complaint))
        elif (mine[0].person_id, mine[0].old) in found:
            problems.append(Problem(row.line, "Người này đã có ở dòng trên. Hãy bỏ một dòng."))
        else:
            found[mine[0].person_id, mine[0].old] = (mine[0], row.new)
    return list(found.values()), problems


def _complaint(row: Chosen, mine: list[Asked], stands: Collection[str]) -> str:
    if not mine:
        return "Người này không thuộc đơn vị cần phân công, hoặc đã chuyển công tác từ ngày sắp xếp. Hãy bỏ dòng."
    if len({one.old for one in mine}) > 1:
        return "Người này có hai đơn vị cần phân công. Hãy ghi thêm cột “Mã đơn vị cũ”."
    options = mine[0].options
    if options and row.new not in options:
        return f"Mã “{row.new}” không phải đơn vị kế thừa của “{mine[0].old}”. Hãy chọn: {', '.join(options)}."
    if row.new not in stands:
        return f"Không có đơn vị mã “{row.new}” hoạt động vào ngày sắp xếp. Kiểm tra mã ở trang Đơn vị."
    return ""
