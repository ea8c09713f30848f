"""Commands of identity: the first administrator of a city, and one-time links made by hand."""

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from lms.identity import queries, rules, service
from lms.organisation.models import Unit, UnitClosure, UnitPlace
from lms.platform.clock import now, today
from lms.platform.db import db, transaction
from lms.platform.events import System

accounts = AppGroup("accounts", help="Tài khoản: quản trị đầu tiên, liên kết dùng một lần.")
groups = (accounts,)

BY = System(name="Dòng lệnh")


@accounts.command("create-admin")
@click.option("--name", required=True, help="Họ tên của người quản trị.")
@click.option("--email", required=True, help="Thư điện tử, cũng là tên đăng nhập.")
@click.option("--unit", "unit_code", default="", help="Mã đơn vị; bỏ trống là đơn vị cao nhất.")
def create_admin(name: str, email: str, unit_code: str) -> None:
    """Make the first administrator and print a one-time link to set the password."""
    if "@" not in email:
        raise click.ClickException("Thư điện tử chưa đúng dạng, ví dụ ten@example.gov.vn.")
    with transaction():
        unit_id = _unit(unit_code)
        if queries.account_by_login(rules.normal_login(email)) is not None:
            raise click.ClickException(
                f"Đã có tài khoản {email}. Lấy liên kết mới bằng: flask --app wsgi accounts link {email}"
            )
        account = service.create_first_administrator(
            name=name, email=email, unit_id=unit_id, by=BY, today=today(), now=now()
        )
        link = service.one_time_link(account, by=BY, today=today(), now=now())
    click.echo(f"Đã lập tài khoản quản trị {account.login}. Mở liên kết sau trong 72 giờ để đặt mật khẩu:\n{link}")


@accounts.command("link")
@click.argument("login")
def link(login: str) -> None:
    """Print a one-time link to set a new password for an account."""
    with transaction():
        account = queries.account_by_login(rules.normal_login(login))
        if account is None:
            raise click.ClickException(f"Không có tài khoản {login}.")
        if account.disabled_at is not None:
            raise click.ClickException(f"Tài khoản {login} đã ngừng. Cho dùng lại ở trang Tài khoản trước.")
        address = service.one_time_link(account, by=BY, today=today(), now=now())
    click.echo(f"Liên kết đặt mật khẩu cho {account.login}, dùng một lần trong 72 giờ:\n{address}")


def _unit(code: str) -> int:
    """The id of the unit with this code today, or of the unit at the top with the most units below."""
    day = today()
    query = select(Unit.id).where(Unit.valid_from <= day, Unit.valid_to > day)
    if code:
        query = query.where(Unit.code == code)
    else:
        below = select(func.count()).where(UnitClosure.ancestor_id == Unit.id).scalar_subquery()
        query = (
            query.join(UnitPlace, UnitPlace.unit_id == Unit.id)
            .where(UnitPlace.parent_id.is_(None), UnitPlace.from_on <= day, UnitPlace.to_on > day)
            .order_by(below.desc(), Unit.id)
        )
    found = db.session.scalar(query.limit(1))
    if found is None:
        missing = f"Không có đơn vị {code} vào hôm nay." if code else "Chưa có cơ cấu tổ chức."
        raise click.ClickException(f"{missing} Nạp bằng: flask --app wsgi org load")
    return found
