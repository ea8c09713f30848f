"""A reform against the units that stand: what begins, what ends, who follows whom, and what cannot be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lms.organisation.reform.draft import Draft, Hanging, Link, NewUnit, Problem, Renaming

SHARES = ("full", "partial", "remainder", "area_only", "area_part_pop_full", "staff")
WHOLE = frozenset({"full", "area_part_pop_full"})
"""Everybody goes along."""
NOBODY = "area_only"
"""Land only: it moves nobody and ends no unit."""


@dataclass(frozen=True)
class Standing:
    """A unit that stands both before the day and on it. `changes_later`: something of it is already dated after it."""

    id: int
    code: str
    name: str
    kind: str
    parent: str
    changes_later: bool = False


@dataclass(frozen=True)
class Fate:
    """What becomes of an old unit's people."""

    default: str
    """The successor's code; the unit's own when it goes on, empty when nothing succeeds it."""
    needs_choice: bool
    """Whether somebody must say of each person where he goes."""
    ends: bool
    options: tuple[str, ...] = ()
    """The codes that may be chosen."""


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A checked reform: every unit named stands, every unit below an ended one has a place."""

    draft: Draft
    fates: Mapping[str, Fate] = field(default_factory=dict)
    """Old code → what becomes of it."""
    hangings: tuple[Hanging, ...] = ()
    """Moves of the file, and of the units that follow the one successor of the parent they had."""


def fate_of(links: Sequence[Link], *, renewed: bool) -> Fate:
    """What becomes of an old unit by its links; `renewed`: another unit takes its code over on the same day.

    One successor, or one that takes all, is followed by everybody. Otherwise somebody must choose; meanwhile people
    count for the successor marked as default, else the unit itself if it goes on, else the remainder, else the first.
    """
    movers = [link for link in links if link.share != NOBODY]
    if not movers:
        return Fate(links[0].old, needs_choice=False, ends=False)
    if not movers[0].new:
        return Fate("", needs_choice=True, ends=True)
    stays = [link for link in movers if link.new == link.old and not renewed]
    whole = [link for link in movers if link.share in WHOLE]
    order = [
        *(link for link in movers if link.is_default),
        *whole,
        *stays,
        *(link for link in movers if link.share == "remainder"),
        *movers,
    ]
    options = tuple(dict.fromkeys(link.new for link in movers))
    asked = len(options) > 1 and not whole
    return Fate(order[0].new, needs_choice=asked, ends=not stays, options=options)


def check(draft: Draft, standing: Mapping[str, Standing], begun: Iterable[str] = ()) -> tuple[Structure, list[Problem]]:
    """Check a draft against the units that stand, by code; `begun` are codes that some unit takes on that very day."""
    work = _Check(draft, standing, frozenset(begun))
    work.units()
    work.links()
    work.renamings()
    work.hangings()
    return Structure(draft=draft, fates=work.fates, hangings=tuple(work.hung.values())), work.problems


class _Check:
    """The problems found so far, and what follows from the draft."""

    def __init__(self, draft: Draft, standing: Mapping[str, Standing], begun: frozenset[str]) -> None:
        self.draft, self.standing, self.begun = draft, standing, begun
        self.problems: list[Problem] = []
        self.created: dict[str, NewUnit] = {unit.code: unit for unit in draft.units}
        by_old: dict[str, list[Link]] = {}
        for link in draft.links:
            by_old.setdefault(link.old, []).append(link)
        self.by_old = by_old
        self.fates = {old: fate_of(links, renewed=old in self.created) for old, links in by_old.items()}
        self.ended = {old for old, fate in self.fates.items() if fate.ends}
        self.hung: dict[str, Hanging] = {}

    def say(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))

    def stands_after(self, code: str) -> bool:
        """Whether a unit of that code stands on the day, after the reform."""
        return code in self.created or (code in self.standing and code not in self.ended)

    def old(self, line: int, code: str) -> bool:
        """Whether the code names a unit that can be changed on the day; otherwise say why not."""
        if code not in self.standing:
            self.say(
                line, f"Không có đơn vị mã “{code}” đang hoạt động trước ngày sắp xếp. Kiểm tra mã ở trang Đơn vị."
            )
            return False
        if self.standing[code].changes_later:
            self.say(line, f"Đơn vị “{code}” đã có thay đổi ghi sau ngày này. Hãy sắp xếp theo đúng thứ tự thời gian.")
            return False
        return True

    def units(self) -> None:
        seen: set[str] = set()
        for unit in self.draft.units:
            if unit.code in seen:
                self.say(unit.line, f"Mã “{unit.code}” được lập hai lần trong tệp. Hãy bỏ một dòng.")
            seen.add(unit.code)
            if unit.code in self.begun or (unit.code in self.standing and unit.code not in self.ended):
                self.say(
                    unit.line,
                    f"Mã “{unit.code}” đang thuộc một đơn vị vẫn hoạt động. "
                    "Hãy ghi đơn vị đó vào phần kế thừa, hoặc dùng mã khác.",
                )
            if not self.stands_after(unit.parent) or unit.parent == unit.code:
                self.say(unit.line, f"Cấp trên “{unit.parent}” không hoạt động vào ngày sắp xếp. Hãy chọn đơn vị khác.")

    def links(self) -> None:
        for old, links in self.by_old.items():
            if not self.old(links[0].line, old):
                continue
            self._shares(old, links)
            for link in links:
                if link.new and not self.stands_after(link.new):
                    self.say(
                        link.line,
                        f"Đơn vị mới “{link.new}” không hoạt động vào ngày sắp xếp. Hãy lập đơn vị ở phần units trước.",
                    )

    def _shares(self, old: str, links: list[Link]) -> None:
        movers = [link for link in links if link.share != NOBODY]
        if any(not link.new for link in movers) and len(movers) > 1:
            self.say(links[0].line, f"Đơn vị “{old}” vừa giải thể vừa có đơn vị kế thừa. Chỉ ghi một trong hai.")
        targets = [link.new for link in links]
        if len(set(targets)) < len(targets):
            self.say(links[-1].line, f"Cặp “{old}” và một đơn vị mới được ghi hai lần. Hãy bỏ một dòng.")
        full = [link for link in movers if link.share == "full"]
        if full and len(movers) > 1:
            self.say(full[0].line, f"“{old}” đã chuyển toàn bộ (full) nên không chia thêm được. Hãy dùng partial.")
        if sum(link.is_default for link in movers) > 1:
            self.say(links[0].line, f"“{old}” có hơn một đơn vị mặc định. Chỉ đánh dấu một dòng.")

    def renamings(self) -> None:
        for row in self.draft.renamings:
            if self.old(row.line, row.unit) and row.unit in self.ended:
                self.say(row.line, f"Đơn vị “{row.unit}” kết thúc trong đợt này nên không đổi tên được.")

    def hangings(self) -> None:
        for row in self.draft.hangings:
            if row.unit in self.hung:
                self.say(row.line, f"Đơn vị “{row.unit}” được chuyển hai lần. Hãy bỏ một dòng.")
            elif self.old(row.line, row.unit):
                if row.unit in self.ended:
                    self.say(row.line, f"Đơn vị “{row.unit}” kết thúc trong đợt này nên không chuyển được.")
                elif not self.stands_after(row.parent):
                    self.say(row.line, f"Cấp trên “{row.parent}” không hoạt động vào ngày sắp xếp.")
                else:
                    self.hung[row.unit] = row
        self._followers()
        self._circles()

    def _followers(self) -> None:
        """Units below an ended one: after its one successor, or where the file says."""
        for unit in self.standing.values():
            if unit.parent not in self.ended or unit.code in self.ended or unit.code in self.hung:
                continue
            fate, line = self.fates[unit.parent], self.by_old[unit.parent][0].line
            if fate.default and not fate.needs_choice:
                self.hung[unit.code] = Hanging(line=line, unit=unit.code, parent=fate.default)
            else:
                self.say(
                    line,
                    f"Đơn vị “{unit.code}” ({unit.name}) đang trực thuộc “{unit.parent}”. "
                    "Hãy ghi ở phần moves đơn vị này về đâu.",
                )

    def _circles(self) -> None:
        parents = {code: unit.parent for code, unit in self.standing.items() if code not in self.ended}
        parents |= {unit.code: unit.parent for unit in self.draft.units}
        parents |= {row.unit: row.parent for row in self.hung.values()}
        lines = {row.unit: row.line for row in self.hung.values()} | {unit.code: unit.line for unit in self.draft.units}
        for start, line in lines.items():
            above, steps = parents.get(start, ""), 0
            while above and above != start and steps < len(parents):
                above, steps = parents.get(above, ""), steps + 1
            if above:
                self.say(line, f"Đơn vị “{start}” không thể trực thuộc chính nó.")


def renamed(row: Renaming, before: Mapping[str, str]) -> dict[str, str]:
    """The name fields of a unit after a renaming; what the file leaves empty stays."""
    return {
        "name": row.name,
        "short_name": row.short_name or row.name,
        "abbreviation": row.abbreviation or before["abbreviation"],
        "kind": row.kind or before["kind"],
    }
