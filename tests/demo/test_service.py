"""A city drawn into the tables."""

import tempfile
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from lms.app import create_app
from lms.platform import config
from lms.platform.columns import FOREVER, Day
from lms.platform.db import db
from tests.conftest import TODAY
from tests.demo.conftest import PEOPLE, SEED, fingerprints, load


def rows(session: Any, statement: str) -> list[Any]:
    return list(session.execute(sa.text(statement)).all())


def count(session: Any, statement: str) -> int:
    return int(session.execute(sa.text(statement)).scalar_one())


def test_it_has_as_many_people_as_asked_for(small_city: Any) -> None:
    assert count(small_city, "SELECT count(*) FROM person") == PEOPLE
    assert count(small_city, "SELECT count(*) FROM person WHERE id NOT IN (SELECT person_id FROM posting)") == 0


def test_the_kinds_of_staff_have_the_proportions_of_the_real_city(small_city: Any) -> None:
    shares = {
        row.category: row.share
        for row in rows(
            small_city,
            "SELECT category, count(DISTINCT person_id) * 100 / 300 AS share FROM posting GROUP BY category",
        )
    }
    assert 50 <= shares["vien_chuc"] <= 66
    assert 5 <= shares["cong_chuc"] <= 13
    assert 14 <= shares["cong_dong"] <= 24
    assert 1 <= shares["can_bo"] <= 6
    assert 5 <= shares["nguoi_lao_dong"] <= 15


def test_whoever_has_signed_in_has_a_password(small_city: Any) -> None:
    used = "SELECT count(*) FROM account WHERE last_signed_in_at IS NOT NULL"
    assert count(small_city, used) > 0
    assert count(small_city, f"{used} AND password_hash = ''") == 0


def test_no_two_primary_postings_of_a_person_overlap(small_city: Any) -> None:
    overlapping = """
        SELECT count(*) FROM posting a JOIN posting b ON b.person_id = a.person_id AND b.id > a.id
        WHERE a.is_primary AND b.is_primary AND a.from_on < b.to_on AND b.from_on < a.to_on
    """
    assert count(small_city, overlapping) == 0


def test_no_posting_outlives_its_unit(small_city: Any) -> None:
    outliving = """
        SELECT count(*) FROM posting o JOIN unit u ON u.id = o.unit_id
        WHERE o.from_on < u.valid_from OR o.to_on > u.valid_to
    """
    assert count(small_city, outliving) == 0


def test_everybody_who_stayed_works_in_a_unit_of_today(small_city: Any) -> None:
    kinds = {
        row.kind
        for row in small_city.execute(
            sa.text(
                """SELECT DISTINCT n.kind FROM posting o JOIN unit_name n ON n.unit_id = o.unit_id
                   WHERE o.to_on = :forever"""
            ).bindparams(sa.bindparam("forever", type_=Day())),
            {"forever": FOREVER},
        )
    }
    assert {"phuong", "xa", "so"} <= kinds
    assert not kinds & {"quan", "huyen", "thi_xa", "thi_tran"}


def test_every_certificate_series_is_numbered_without_a_gap(small_city: Any) -> None:
    books = rows(
        small_city,
        """SELECT s.last_number, count(*) AS papers, min(c.number) AS first, max(c.number) AS last
           FROM certificate c JOIN certificate_series s ON s.id = c.series_id GROUP BY s.id, s.last_number""",
    )
    assert books
    for book in books:
        assert (book.first, book.last, book.last_number) == (1, book.papers, book.papers)


def test_an_attempt_scores_what_its_answers_earned(small_city: Any) -> None:
    wrong = """
        SELECT count(*) FROM (
            SELECT a.id, a.score, sum(n.points) * 100.0 / count(*) AS earned FROM attempt a
            JOIN answer n ON n.attempt_id = a.id GROUP BY a.id, a.score
        ) AS t WHERE abs(score - earned) > 0.01
    """
    assert count(small_city, "SELECT count(*) FROM attempt") > 200
    assert count(small_city, wrong) == 0


def test_completions_bear_the_unit_of_their_day(small_city: Any) -> None:
    elsewhere = """
        SELECT count(*) FROM completion d WHERE NOT EXISTS (
            SELECT 1 FROM posting o WHERE o.person_id = d.person_id AND o.unit_id = d.unit_id AND o.is_primary
            AND o.from_on <= d.completed_on AND d.completed_on < o.to_on)
    """
    assert count(small_city, elsewhere) == 0


def test_obligations_of_every_state_follow(small_city: Any) -> None:
    states = small_city.execute(
        sa.text(
            """SELECT count(*) FILTER (WHERE fulfilled_on <= due_on) AS on_time,
                      count(*) FILTER (WHERE fulfilled_on > due_on AND fulfilled_on <= :today) AS late,
                      count(*) FILTER (WHERE fulfilled_on > :today AND due_on < :today) AS overdue,
                      count(*) FILTER (WHERE fulfilled_on > :today AND started_on <= :today) AS begun
               FROM obligation"""
        ).bindparams(sa.bindparam("today", type_=Day())),
        {"today": TODAY},
    ).one()
    assert min(states) > 0


def test_a_second_load_is_refused(small_city: Any, app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "load", "--people", "10"])
    assert result.exit_code == 1
    assert "đã có nhân sự" in result.output
    assert count(small_city, "SELECT count(*) FROM person") == PEOPLE


def test_the_same_seed_draws_the_same_city_on_another_database(small_city: Any) -> None:
    here = fingerprints()
    with tempfile.TemporaryDirectory() as folder:
        other = create_app(
            config.read(
                {"LMS_INSTANCE": folder, "DATABASE_URL": f"sqlite:///{folder}/other.sqlite3", "SECRET_KEY": "x"}
            )
        )
        with other.app_context():
            upgrade()
            load(other, PEOPLE, SEED)
            there = fingerprints()
            db.engine.dispose()
    assert here == there
