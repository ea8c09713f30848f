"""Header cells of tables in a tagged PDF say which way they head: WeasyPrint tags them, but without a scope."""

from typing import Any

import pydyf


def scope_headers(_document: Any, pdf: Any) -> None:
    """A finisher for `write_pdf`: cells in a table's head get the scope Column, other header cells Row."""
    tags = [
        thing for thing in pdf.objects if isinstance(thing, pydyf.Dictionary) and thing.get("Type") == "/StructElem"
    ]
    headers = [tag for tag in tags if tag["S"] == "/TH"]
    if not headers:
        return
    by_reference = {tag.reference: tag for tag in tags}
    for header in headers:
        kinds = _kinds_above(header, by_reference)
        header["A"]["Scope"] = "/Column" if "/THead" in kinds else "/Row"


def _kinds_above(tag: Any, by_reference: dict[bytes, Any]) -> set[str]:
    kinds = set()
    above = by_reference.get(tag["P"])
    while above is not None and above["S"] != "/Table":
        kinds.add(above["S"])
        above = by_reference.get(above["P"])
    return kinds
