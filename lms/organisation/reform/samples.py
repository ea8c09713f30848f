"""Sample reform files, written with units that stand, so that each of them can be tried as it is."""

import io
from collections.abc import Iterable, Sequence
from datetime import date

from lms.organisation.reform.checking import Standing
from lms.platform import vietnamese
from lms.platform.documents.table import Column, Table, csv_lines, write_xlsx

COMMUNES = ("phuong", "xa", "thi_tran")
NEEDED = 8
NEW_CODE = "don-vi-moi-1"
TITLE = "Ví dụ sắp xếp đơn vị, hãy sửa trước khi dùng"

COLUMNS = (
    Column("act", "Việc", width=12),
    Column("unit", "Mã", width=16),
    Column("old", "Đơn vị cũ", width=16),
    Column("new", "Đơn vị mới", width=16),
    Column("share", "Phần", width=16),
    Column("default", "Mặc định", width=10),
    Column("name", "Tên", width=40),
    Column("kind", "Loại", width=14),
    Column("parent", "Cấp trên", width=16),
)


def worth_showing(standing: Iterable[Standing]) -> list[Standing]:
    """Units with which a sample is written: communes first, none with units under it or a change ahead."""
    every = list(standing)
    parents = {unit.parent for unit in every}
    leaves = [unit for unit in every if unit.parent and unit.code not in parents and not unit.changes_later]
    leaves.sort(key=lambda unit: (unit.kind not in COMMUNES, unit.code))
    found = leaves[:NEEDED]
    top = found[0].parent if found else "tp-ha-noi"
    made_up = [Standing(0, f"ma-don-vi-{n}", f"Phường {n}", "phuong", top) for n in range(1, NEEDED + 1)]
    return found + made_up[len(found) :]


def as_yaml(units: Sequence[Standing]) -> str:
    """The sample as YAML, each part explained."""
    whole, part, rest, gone, renamed, moved, above, heir = units
    return f"""\
# Mỗi mục dưới đây là một việc; mục nào không có việc thì bỏ cả mục. Mã đơn vị: xem ở trang Đơn vị.
code: vi-du-sap-xep            # mã của đợt, không dấu, mỗi đợt một mã
title: "{TITLE}"
decision: "…/QĐ-UBND"          # số văn bản, có thể để trống

# Đơn vị được lập mới từ ngày sắp xếp.
units:
  - {{code: "{NEW_CODE}", name: "Phường Ví Dụ", kind: {whole.kind}, parent: "{whole.parent}"}}

# Đơn vị cũ nhập vào, hoặc chia cho, đơn vị nào. share: full (toàn bộ), partial (một phần), remainder (phần còn lại),
# area_only (chỉ diện tích, không ai đổi đơn vị). Chia thì từng người được hỏi về đâu; chưa trả lời thì tạm tính cho
# đơn vị có default: true, không có thì cho phần còn lại. Bỏ trống new là giải thể, không có đơn vị kế thừa.
successions:
  - {{old: "{whole.code}", new: "{NEW_CODE}"}}                      # {whole.name}
  - {{old: "{part.code}", new: "{NEW_CODE}", share: partial}}       # {part.name}
  - {{old: "{part.code}", new: "{rest.code}", share: remainder, default: true}}   # {rest.name}
  - {{old: "{gone.code}"}}                                          # {gone.name}
  - {{old: "{heir.code}", new: "{rest.code}"}}                      # {heir.name}

# Đơn vị vẫn là nó, chỉ đổi tên.
renames:
  - {{unit: "{renamed.code}", name: "{renamed.name} (tên mới)"}}

# Đơn vị chuyển sang cấp trên khác.
moves:
  - {{unit: "{moved.code}", parent: "{above.code}"}}                # {moved.name} về {above.name}
"""


def as_table(units: Sequence[Standing]) -> Table:
    """The same steps as a table, one a row."""
    whole, part, rest, gone, renamed, moved, above, heir = units
    rows = [
        {"act": "lập", "unit": NEW_CODE, "name": "Phường Ví Dụ", "kind": whole.kind, "parent": whole.parent},
        {"act": "kế thừa", "old": whole.code, "new": NEW_CODE, "share": "toàn bộ"},
        {"act": "kế thừa", "old": part.code, "new": NEW_CODE, "share": "một phần"},
        {"act": "kế thừa", "old": part.code, "new": rest.code, "share": "phần còn lại", "default": "x"},
        {"act": "giải thể", "unit": gone.code},
        {"act": "kế thừa", "old": heir.code, "new": rest.code, "share": "toàn bộ"},
        {"act": "đổi tên", "unit": renamed.code, "name": f"{renamed.name} (tên mới)"},
        {"act": "chuyển", "unit": moved.code, "parent": above.code},
    ]
    blank = {column.key: "" for column in COLUMNS}
    return Table(title=TITLE, columns=COLUMNS, rows=[{**blank, **row} for row in rows])


def sample(kind: str, units: Sequence[Standing]) -> bytes:
    """A sample file: yaml, csv or xlsx."""
    if kind == "yaml":
        return as_yaml(units).encode()
    if kind == "csv":
        return "".join(csv_lines(as_table(units))).encode()
    target = io.BytesIO()
    write_xlsx(as_table(units), target, sheet="Sắp xếp")
    return target.getvalue()


def name(kind: str, on: date) -> str:
    """What the sample file is called; a table takes the code of its reform from it."""
    return f"mau-sap-xep-{vietnamese.short_day(on).replace('/', '-')}.{kind}"
