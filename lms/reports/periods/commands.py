"""`flask periods export`: files of a closed period, the same bytes whenever they are asked for."""

import click

from lms.plan.periods import service
from lms.plan.periods.commands import chosen, periods
from lms.platform.db import snapshot
from lms.reports.commands import _write
from lms.reports.periods import files
from lms.reports.periods.closed import Shown


@periods.command("export")
@click.argument("code")
@click.option(
    "--format",
    "kind",
    type=click.Choice([*files.KINDS, "basis"]),
    required=True,
    help="basis: văn bản gốc có số định danh; SHA-256 của nó là dấu niêm phong của kỳ.",
)
@click.option("--erratum", type=click.IntRange(min=0), default=0, help="Đã gồm các đính chính đến số này.")
@click.option("--unit", "unit_code", default=None, help="Mã một đơn vị trong kỳ; bỏ trống để lấy cả kỳ.")
@click.option("--out", default="-", help="Tệp ghi ra; bỏ trống hoặc - để in ra màn hình.")
def export(code: str, kind: str, erratum: int, unit_code: str | None, out: str) -> None:
    """Xuất một kỳ đã chốt đúng từng byte như mọi lần, dù dữ liệu hiện nay đã khác."""
    with snapshot():
        period = chosen(code)
        if kind == "basis":
            _write(out, b"".join(text.encode() for _, _, text in service.text_blocks(period)))
            return
        shown = Shown(period)
        if erratum > len(shown.errata):
            raise click.ClickException(f"Kỳ này mới có {len(shown.errata)} đính chính.")
        if unit_code is not None:
            place = shown.tree.of_code(unit_code)
            if place is None or all(up.unit_id != period.unit_id for up in shown.tree.above(place.unit_id)):
                raise click.ClickException(f"Kỳ này không có đơn vị mã “{unit_code}”.")
            shown.place = place
        _write(out, files.WRITERS[kind](shown, erratum))
