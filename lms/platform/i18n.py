"""Language: Vietnamese is what the developer writes; English is the second catalogue."""

from datetime import date, datetime
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, gettext
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from lms.platform import vietnamese
from lms.platform.columns import FOREVER
from lms.platform.config import ROOT

LANGUAGES = ("vi", "en")
COOKIE = "ngon_ngu"


def language() -> str:
    """The language of this request: the visitor's choice, else Vietnamese."""
    if not has_request_context():
        return "vi"
    if "language" not in g:  # asked for with every word of a page
        chosen = request.cookies.get(COOKIE, "")
        g.language = chosen if chosen in LANGUAGES else "vi"
    return str(g.language)


def init_app(app: Flask) -> None:
    """Bind Babel and the filters that templates use for days, moments and numbers."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    app.config["BABEL_DEFAULT_LOCALE"] = "vi"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Ho_Chi_Minh"
    Babel(app, locale_selector=language)
    app.jinja_env.globals["_"] = _words
    app.jinja_env.filters.update(
        day=_day,
        due=due_day_words,
        moment=vietnamese.short_moment,
        long_day=vietnamese.long_day,
        weekday=weekday,
        number=vietnamese.number,
        minutes=minutes,
        masked=vietnamese.masked_id,
        masked_phone=vietnamese.masked_phone,
    )
    app.jinja_env.globals.update(percent=vietnamese.percent, language=language)


@pass_eval_context
def _words(escaping: EvalContext, text: str, /, **values: Any) -> str:
    """What templates call `_`: a hundred times a page, so Vietnamese, which is what templates say, is not looked up."""
    said = text if language() == "vi" else gettext(text)
    if not values:
        said %= {}  # "%%" is a sign of percent here as well
        return Markup(said) if escaping.autoescape else said
    return (Markup(said) if escaping.autoescape else said) % values


def _day(value: date | datetime | None) -> Any:
    """A day, or the day of a moment in Vietnamese time."""
    if isinstance(value, datetime):
        return vietnamese.short_moment(value)[6:]
    return vietnamese.short_day(value)


def due_day_words(value: date | None) -> str:
    """A due day; a word while nobody knows it, as when an absence without an end moves it."""
    if value is not None and value >= FOREVER:
        return str(gettext("chưa xác định"))
    return vietnamese.short_day(value)


def weekday(value: date) -> str:
    """The day of the week in the visitor's language."""
    return f"{value:%A}" if language() == "en" else vietnamese.weekday(value)


def minutes(value: int) -> str:
    """A length of study in the visitor's language."""
    if language() != "en":
        return vietnamese.minutes_text(value)
    hours, rest = divmod(max(value, 0), 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )
