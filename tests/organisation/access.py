"""Organisation's rows of the permission table."""

from datetime import date
from io import BytesIO

from lms.organisation.models import Reform, ReformChoice, ReformFile, RosterImport, Succession
from lms.platform import clock, files
from tests.access import Row
from tests.factories import Cast, add, make_unit
from tests.organisation.rosters import as_csv

SEES = {"binh": 200, "chi": 200, "dung": 200, "giang": 200}
SEES_BINHS = {**SEES, "chi": 404}
IMPORTS = {"binh": 200, "chi": 200, "giang": 200}
IMPORTS_BINHS = {**IMPORTS, "chi": 404}


def _import(cast: Cast) -> dict[str, int]:
    """A roster that came in for Bình's unit."""
    arrived = add(
        RosterImport(
            unit_id=cast.district.id,
            file_name="danh-sach.csv",
            sha256=files.keep(as_csv([])),
            on_day=date(2026, 11, 24),
            received_at=clock.now(),
            summary={},
        )
    )
    return {"import_id": arrived.id}


def _reform_file(cast: Cast) -> dict[str, int]:
    """A reform file that came in."""
    content = b'renames:\n  - {unit: c2, name: "Xa Moi"}\n'
    arrived = add(
        ReformFile(
            file_name="thu.yaml", sha256=files.keep(content), on_day=date(2026, 12, 1), choices_name="",
            choices_sha256="", received_at=clock.now(),
        )
    )  # fmt: skip
    return {"file_id": arrived.id}


def _reform(cast: Cast) -> dict[str, int]:
    """A reform on record."""
    return {"reform_id": add(Reform(code="thu", title="Thử", effective_on=date(2026, 7, 1))).id}


def _split(cast: Cast) -> dict[str, int]:
    """Bình's unit is split: one of its people waits."""
    reform = add(Reform(code="chia", title="Chia", effective_on=date(2026, 7, 1), applied_at=clock.now()))
    part = make_unit(code="c1b", parent=cast.city)
    ward, person = cast.district, cast.person("binh")
    for new, default in ((ward, True), (part, False)):
        add(Succession(reform_id=reform.id, old_id=ward.id, new_id=new.id, share="partial", is_default=default))
    add(ReformChoice(reform_id=reform.id, person_id=person.id, old_id=ward.id, new_id=ward.id, recorded_at=clock.now()))
    return {"reform_id": reform.id, "old_id": ward.id}


def _split_file(cast: Cast) -> dict[str, int]:
    """A reform file that would split Bình's unit."""
    content = (
        b"code: chia\nsuccessions:\n  - {old: c1, new: c1, share: remainder}\n  - {old: c1, new: c2, share: partial}\n"
    )
    arrived = add(
        ReformFile(
            file_name="chia.yaml", sha256=files.keep(content), on_day=date(2026, 12, 1), choices_name="",
            choices_sha256="", received_at=clock.now(),
        )
    )  # fmt: skip
    return {"file_id": arrived.id, "old_id": cast.district.id}


ASKED = {"binh": 200, "giang": 200, "chi": 404}

ROWS = [
    Row(endpoint="reform.assign_file", values=_split_file, giang=200),
    Row(endpoint="reform.assign_file", values=_split_file, data=lambda cast: {}, giang=422),
    Row(endpoint="assign.units", binh=200, chi=200, giang=200),
    Row(endpoint="assign.unit", values=_split, **ASKED),
    Row(endpoint="assign.unit", values=_split, data=lambda cast: {}, binh=422, giang=422, chi=404),
    Row(endpoint="assign.upload", values=_split, data=lambda cast: {}, binh=422, giang=422, chi=404),
    Row(endpoint="assign.list_to_fill", values=_split, **ASKED),
    Row(endpoint="reform.start", giang=200),
    Row(endpoint="reform.start", data=lambda cast: {}, giang=422),
    Row(endpoint="reform.sample", values=lambda cast: {"kind": "csv"}, giang=200),
    Row(endpoint="reform.show_file", values=_reform_file, giang=200),
    Row(endpoint="reform.attach", values=_reform_file, data=lambda cast: {}, giang=422),
    Row(endpoint="reform.apply_file", values=_reform_file, data=lambda cast: {}, giang=303),
    Row(endpoint="reform.show", values=_reform, giang=200),
    Row(endpoint="reform.choose", values=_reform, data=lambda cast: {}, giang=422),
    Row(endpoint="reform.waiting_list", values=_reform, giang=200),
    Row(endpoint="organisation.people", **SEES),
    Row(endpoint="organisation.people_file", values=lambda cast: {"kind": "csv"}, **SEES),
    Row(endpoint="organisation.person", values=lambda cast: {"person_id": cast.person("an").id}, **SEES_BINHS),
    Row(
        endpoint="organisation.reveal",
        values=lambda cast: {"person_id": cast.person("an").id},
        data=lambda cast: {},
        note="a leader reads, but does not see numbers",
        **IMPORTS_BINHS,
    ),
    Row(endpoint="organisation.units", **SEES),
    Row(endpoint="organisation.unit", values=lambda cast: {"unit_id": cast.ward.id}, **SEES_BINHS),
    Row(endpoint="organisation.roster_new", **IMPORTS),
    Row(
        endpoint="organisation.roster_new",
        data=lambda cast: {"unit": str(cast.district.id), "file": (BytesIO(as_csv([])), "trong.csv")},
        note="an empty roster is answered on the form; another's unit does not exist",
        binh=422,
        giang=422,
        chi=404,
    ),
    Row(endpoint="organisation.roster_show", values=_import, **IMPORTS_BINHS),
    Row(
        endpoint="organisation.roster_apply",
        values=_import,
        data=lambda cast: {"shown": "another"},
        note="what would change is not what was shown: 422",
        binh=422,
        giang=422,
        chi=404,
    ),
    Row(
        endpoint="organisation.roster_columns",
        values=_import,
        note="a list that holds no person is answered on the page",
        **IMPORTS_BINHS,
    ),
    Row(
        endpoint="organisation.roster_decide",
        values=_import,
        data=lambda cast: {},
        note="a list that holds no person cannot be decided about: 422",
        binh=422,
        giang=422,
        chi=404,
    ),
    Row(
        endpoint="organisation.roster_mend",
        values=_import,
        data=lambda cast: {"ban": "another"},
        note="somebody else has mended meanwhile: 422",
        binh=422,
        giang=422,
        chi=404,
    ),
    Row(
        endpoint="organisation.roster_annotated",
        values=_import,
        note="of a list without a person nothing can be marked: back to its page, which says so",
        **{name: 302 if status == 200 else status for name, status in IMPORTS_BINHS.items()},
    ),
    Row(
        endpoint="organisation.roster_policy",
        values=_import,
        data=lambda cast: {"missing": "keep", "empty": "ignore", "most_leaving": "5"},
        note="a list without a person: 422",
        binh=422,
        giang=422,
        chi=404,
    ),
    Row(endpoint="organisation.roster_history", **IMPORTS),
]
