"""Text files: which encoding, which separator."""

import codecs
import csv
import io
import unicodedata
from collections import Counter

from flask_babel import gettext as _

from lms.organisation.roster.letters import faults_in
from lms.organisation.roster.opening import MOST_CELLS, UnreadableRoster, refuse_too_long

SEPARATORS = (";", ",", "\t", "|")


def cells_of(content: bytes, file_name: str) -> list[list[str]]:
    """The rows of a text file as cells; raises UnreadableRoster when it is no list."""
    text = decoded(content, file_name)
    lines = text.count("\n") + 1
    refuse_too_long(lines, 0)
    if text[:4].lower() == "sep=":
        separator, text = text[4:5], text[6:].lstrip("\r\n")
    else:
        separator = _separator(text)
    refuse_too_long(lines, min(text.count(separator), MOST_CELLS + 1))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise UnreadableRoster(
            _("Không đọc được tệp CSV: dấu ngoặc kép hoặc ô quá dài. Hãy lưu lại tệp dạng .xlsx rồi gửi.")
        ) from error


def _separator(text: str) -> str:
    """The sign that cuts most of the first lines into equally many pieces."""
    lines = [line for line in text.splitlines()[:200] if line.strip()][:60]

    def fit(sign: str) -> tuple[int, int]:
        try:
            pieces = [len(row) for row in csv.reader(lines, delimiter=sign)]
        except csv.Error:
            return 0, 0
        usual, times = Counter(pieces).most_common(1)[0] if pieces else (1, 0)
        widest = max(pieces, default=1)
        return (times if usual > 1 else 0), widest

    return max(SEPARATORS, key=lambda sign: fit(sign) if fit(sign)[0] else (0, fit(sign)[1]))


def decoded(content: bytes, file_name: str) -> str:
    """The text of a file in UTF-8, UTF-16, Windows-1258, TCVN3 or VNI; the old letters are left to each cell.

    Raises UnreadableRoster when no encoding makes Vietnamese of it.
    """
    refused = UnreadableRoster(
        _("Tệp “%(name)s” không phải danh sách. Hãy gửi tệp .xlsx, .xls, .ods hoặc .csv.", name=file_name)
    )
    encoding = _by_marks(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise refused from error
        text = _eight_bits(content, file_name)
    if "\x00" in text or sum(not sign.isprintable() and not sign.isspace() for sign in text[:4000]) > 40:
        raise refused
    return text


def _by_marks(content: bytes) -> str:
    """The encoding that the first bytes show; UTF-8 when they show none."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[:4000]
    if len(start) > 8 and start.count(0) > len(start) // 5:
        # Without a mark: digits, separators and line ends have an empty byte on one side.
        return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"
    return "utf-8"


def _eight_bits(content: bytes, file_name: str) -> str:
    """One byte a letter: Windows-1258 if that makes Vietnamese words, else Latin letters for each cell to be looked at."""
    ways = {}
    for encoding in ("cp1258", "cp1252", "latin-1"):
        try:
            text = unicodedata.normalize("NFC", content.decode(encoding))
        except UnicodeDecodeError:
            continue
        wrong, marked = faults_in(text)
        ways[encoding] = (wrong, marked, text)
    wrong, marked, text = min(ways.values(), key=lambda way: way[0])
    if wrong * 4 > marked:
        raise UnreadableRoster(
            _(
                "Tệp “%(name)s” không phải bảng tính và không nhận ra bảng mã chữ (đã thử UTF-8, UTF-16, "
                "Windows-1258, TCVN3, VNI). Hãy lưu dạng .xlsx hoặc “CSV UTF-8” rồi gửi lại.",
                name=file_name,
            )
        )
    return text
