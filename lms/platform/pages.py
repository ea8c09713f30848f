"""Pages: rendering, paging, assets, security headers, and what a visitor reads when something fails."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, ValidationError
from wtforms import BooleanField, FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from lms.platform.access import open_to_all, reader_is_developer
from lms.platform.addresses import safe_next
from lms.platform.db import SAFE_METHODS, db
from lms.platform.forms import Form, VietnameseDateField, attributes, needed
from lms.platform.i18n import COOKIE, LANGUAGES

HERE = Path(__file__).parent
PAGE_SIZE = 50

bp = Blueprint("platform", __name__, template_folder="templates", static_folder=None)


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page. A form with errors in the context (always named `form`) makes it 422."""
    form = context.get("form")
    if status == 200 and form is not None and form.errors:
        status = 422
    return make_response(render_template(template, **context), status)


@dataclass(frozen=True)
class Paging:
    """Where we are in a long list."""

    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Rows to skip."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The number of the first row shown, 0 when there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return min(self.offset + self.size, self.total)

    def shown(self) -> list[int | None]:
        """Page numbers worth a link; None stands for a gap."""
        wanted = sorted({1, self.pages, *range(max(1, self.number - 1), min(self.pages, self.number + 1) + 1)})
        out: list[int | None] = []
        for n in wanted:
            if out and out[-1] is not None and n - out[-1] > 1:
                out.append(None)
            out.append(n)
        return out


def paging(total: int, size: int = PAGE_SIZE) -> Paging:
    """Read ?trang= and keep it within what exists."""
    number = request.args.get("trang", 1, type=int)
    last = max(1, -(-total // size))
    return Paging(min(max(number, 1), last), total, size)


def address(**changes: Any) -> str:
    """This page's address with some query values changed; None removes one."""
    values: dict[str, Any] = {**(request.view_args or {}), **request.args.to_dict(flat=False), **changes}
    # Names that mean something to url_for itself are a stranger's invention.
    ours = {k: v for k, v in values.items() if v is not None and k != "endpoint" and not k.startswith("_")}
    return url_for(str(request.endpoint), **ours)


# Assets ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _vendor() -> dict[str, str]:
    manifest = HERE / "static" / "vendor" / "manifest.json"
    return dict(json.loads(manifest.read_text(encoding="utf-8"))) if manifest.exists() else {}


SITE_CSS = ("tokens.css", "kit.css", "app.css")
"""Our own style sheets, sent as one file (site.css): fewer requests on a slow line."""


@dataclass(frozen=True)
class _Static:
    """A small static file, read once."""

    body: bytes
    packed: bytes
    etag: str


def _static(name: str) -> _Static | None:
    """The file of that name under static/, or None; development sees every change at once."""
    folder = (HERE / "static").resolve()
    try:
        paths = [folder / part for part in SITE_CSS] if name == "site.css" else [(folder / name).resolve()]
        if not all(path.is_relative_to(folder) and path.is_file() for path in paths):
            return None
    except (OSError, ValueError):  # a name that no file can have
        return None
    return _read_static(tuple((path, path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=256)
def _read_static(files: tuple[tuple[Path, int], ...]) -> _Static:
    body = b"\n".join(path.read_bytes() for path, _changed in files)
    squeezable = files[0][0].suffix in (".css", ".js", ".svg", ".json")
    return _Static(body, gzip.compress(body, 9, mtime=0) if squeezable else b"", hashlib.sha256(body).hexdigest()[:12])


@lru_cache(maxsize=256)
def _address(name: str) -> str:
    if name.startswith("vendor/"):
        return url_for("platform.static_file", name="vendor/" + _vendor().get(name[7:], name[7:]))
    found = _static(name)
    return url_for("platform.static_file", name=name, v=found.etag if found else None)


def asset(name: str) -> str:
    """The address of a static file, with its content's hash so that browsers may keep it for a year."""
    if current_app.config["LMS"].development:
        return _address.__wrapped__(name)
    return _address(name)


@bp.get("/tinh/<path:name>")
@open_to_all
def static_file(name: str) -> Response:
    """A static file of ours or of a library, compressed for browsers that take it."""
    found = _static(name)
    if found is None:
        abort(404)
    packed = bool(found.packed) and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(found.packed if packed else found.body, mimetype=_mimetype(name))
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    kept = name.startswith("vendor/") or "v" in request.args
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "public, max-age=600"
    response.set_etag(found.etag)
    response.make_conditional(request)
    return response


def _mimetype(name: str) -> str:
    known = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
    return known.get(Path(name).suffix, "application/octet-stream")


@bp.get("/khoe")
@open_to_all
def health() -> Response:
    """Answer 200 while the process and its database work; for load balancers and scripts."""
    db.session.execute(db.text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


@bp.get("/_ui")
@open_to_all
def style() -> Response:
    """Every component in every state, for whoever builds a page; shown in development only."""
    if not reader_is_developer():
        abort(404)
    return page("style.html", form=SampleForm(meta={"csrf": False}), bad=_filled_badly(), paging=Paging(7, 1234))


class SampleForm(Form):
    """One field of each kind."""

    name = StringField("Họ và tên", [needed()])
    born = VietnameseDateField("Ngày sinh", [needed()])
    unit = SelectField(
        "Đơn vị",
        choices=[SelectChoice("1", "Phường Văn Miếu - Quốc Tử Giám"), SelectChoice("2", "Xã Sóc Sơn")],
    )
    note = TextAreaField("Ghi chú")
    agree = BooleanField("Báo cho người học bằng thư")
    file = FileField("Tệp danh sách")


def _filled_badly() -> SampleForm:
    """The form as it looks after a refused attempt."""
    sent = MultiDict({"sai-name": "", "sai-born": "31/02/1990", "sai-unit": "1"})
    form = SampleForm(sent, prefix="sai", meta={"csrf": False})
    form.validate()
    return form


@bp.post("/giao-dien")
@open_to_all
def appearance() -> Response:
    """Remember light, dark or the system's choice, and the language, in cookies."""
    response = make_response("", 303)
    response.headers["Location"] = safe_next(request.form.get("ve")) or "/"
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    if (theme := request.form.get("giao_dien")) in ("light", "dark", "auto"):
        response.set_cookie("giao_dien", theme, max_age=31_536_000, samesite="Lax", secure=secure)
    if (chosen := request.form.get("ngon_ngu")) in LANGUAGES:
        response.set_cookie(COOKIE, str(chosen), max_age=31_536_000, samesite="Lax", secure=secure)
    return response


def theme() -> str | None:
    """The chosen theme, None to follow the system."""
    chosen = request.cookies.get("giao_dien")
    return chosen if chosen in ("light", "dark") else None


# Headers --------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


HTML_WORTH_PACKING = 4096


def _pack(response: Response) -> None:
    """Compress a long page for a browser that takes it; cookies are SameSite, so nobody else can measure the length."""
    if (
        response.mimetype == "text/html"
        and response.status_code == 200
        and not response.is_streamed
        and "gzip" in request.headers.get("Accept-Encoding", "")
        and len(body := response.get_data()) > HTML_WORTH_PACKING
    ):
        response.set_data(gzip.compress(body, 4, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "platform.static_file":
        headers.setdefault("Cache-Control", "no-store")
        _pack(response)
    return response


# Errors ---------------------------------------------------------------------------------------------------------------


def _error_text(status: int) -> tuple[str, str, str]:
    """Title, what happened, what to do; for each status a visitor can meet."""
    return {
        400: (
            _("Yêu cầu chưa đọc được"),
            _("Trang gửi lên thiếu hoặc sai thông tin, thường do trang đã mở quá lâu."),
            _("Quay lại trang trước, tải lại rồi gửi lần nữa. Những gì đã lưu trước đó vẫn còn."),
        ),
        403: (
            _("Tài khoản này không có quyền mở trang"),
            _("Trang dành cho vai trò khác với vai trò anh/chị đang được giao."),
            _("Nếu công việc của anh/chị cần trang này, hãy đề nghị quản trị hệ thống giao quyền."),
        ),
        404: (
            _("Không tìm thấy trang"),
            _("Địa chỉ không đúng, hoặc nội dung nằm ngoài phạm vi đơn vị của anh/chị."),
            _("Kiểm tra lại địa chỉ, hoặc về trang đầu để tìm theo tên."),
        ),
        405: (
            _("Thao tác không đúng cách"),
            _("Địa chỉ này không nhận kiểu yêu cầu vừa gửi."),
            _("Quay lại trang trước và dùng nút trên trang."),
        ),
        413: (
            _("Tệp gửi lên quá lớn"),
            _("Máy chủ chỉ nhận tệp đến %(mb)s MB.", mb=current_app.config["LMS"].upload_limit_mb),
            _("Giảm cỡ ảnh hoặc chia nhỏ tệp rồi gửi lại. Chưa có gì bị thay đổi."),
        ),
        422: (
            _("Thông tin chưa hợp lệ"),
            _("Một vài mục chưa đúng nên chưa lưu."),
            _("Quay lại, sửa các mục được nêu rồi gửi lại."),
        ),
        429: (
            _("Thao tác quá nhanh"),
            _("Có quá nhiều yêu cầu từ nơi anh/chị đang dùng trong thời gian ngắn."),
            _("Chờ khoảng một phút rồi thử lại. Không có gì bị mất."),
        ),
        503: (
            _("Cơ sở dữ liệu đang tạm gián đoạn"),
            _("Hệ thống chưa kết nối được cơ sở dữ liệu nên chưa mở được trang này."),
            _("Chờ một phút rồi tải lại. Câu trả lời đã báo “Đã lưu” vẫn còn nguyên."),
        ),
    }.get(
        status,
        (
            _("Hệ thống gặp lỗi"),
            _("Lỗi do hệ thống, không phải do anh/chị. Thao tác vừa rồi chưa được ghi."),
            _("Thử lại sau ít phút. Nếu vẫn lỗi, báo quản trị kèm thời điểm xảy ra."),
        ),
    )


def error_page(status: int) -> Response:
    """The page for a status: what happened, what to do, and a way on. Works without database and without sign-in."""
    title, happened, remedy = _error_text(status)
    kept = {
        k: v
        for k, v in request.form.items()
        if k not in ("csrf_token",) and "password" not in k and "mat_khau" not in k
    }
    body = render_template("error.html", status=status, title=title, happened=happened, remedy=remedy, kept=kept)
    response = make_response(body, status)
    if status in (429, 503):
        response.headers["Retry-After"] = "60"
    return response


class _Key(IntegerConverter):
    """A whole number in an address: more digits than any key has name nothing."""

    def to_python(self, value: str) -> Any:
        """Read the number; ValidationError means 404."""
        if len(value) > 18:
            raise ValidationError
        return super().to_python(value)


def _refuse_nul() -> None:
    """Refuse the one character that no text of ours can hold, before a database stumbles over it."""
    if "\0" in request.path:
        abort(404)
    sent = (*request.args.values(), *request.form.values(), *(file.filename or "" for file in request.files.values()))
    if any("\0" in value for value in sent):
        abort(400)


def init_app(app: Flask) -> None:
    """Bind assets, headers and error pages."""
    app.url_map.converters["int"] = _Key
    app.before_request(_refuse_nul)
    app.register_blueprint(bp)
    app.jinja_env.globals.update(asset=asset, address=address, theme=theme, attributes=attributes)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.after_request(_headers)

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Response:
        return error_page(400)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        response = error_page(error.code)
        if (allow := getattr(error, "valid_methods", None)) is not None:
            response.headers["Allow"] = ", ".join(allow)
        return response

    @app.errorhandler(DataError)
    def beyond_columns(error: DataError) -> Response:
        """A value that its column cannot hold: forms should have refused it, addresses name nothing by it."""
        app.logger.warning("value refused by the database: %s %s: %s", request.method, request.path, error.orig)
        db.session.rollback()
        return error_page(404 if request.method in SAFE_METHODS else 400)

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(PoolTimeout)
    def database_away(error: Exception) -> Response:
        app.logger.exception("database away: %s", error)
        db.session.rollback()
        return error_page(503)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        if app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        app.logger.exception("unhandled: %s %s", request.method, request.path)
        db.session.rollback()
        return error_page(500)
