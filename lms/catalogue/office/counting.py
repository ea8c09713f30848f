"""Numbers as documents write and count them."""

import re

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def whole(text: str | None, default: int) -> int:
    """A whole number of at most nine digits; `default` for anything else."""
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else default


def counted(number: int, form: str) -> str:
    """A number in one of Word's forms: decimal, lowerLetter, upperRoman …; letters go on as aa, bb."""
    number = max(0, min(number, 9_999))
    if form.endswith("Letter"):
        letter = chr(ord("a") + (number - 1) % 26) * (min((number - 1) // 26, 3) + 1) if number else ""
        return letter.upper() if form.startswith("upper") else letter
    if form.endswith("Roman"):
        roman = ""
        rest = min(number, 3_999)
        for value, sign in _ROMAN:
            roman += sign * (rest // value)
            rest %= value
        return roman.upper() if form.startswith("upper") else roman
    return f"{number:02d}" if form == "decimalZero" else str(number)
