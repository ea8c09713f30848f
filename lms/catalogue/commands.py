"""`flask courses check|import`: the courses of a folder, or one zip; `flask lessons import`: an office document."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms.catalogue import labels, service
from lms.catalogue.office import Imported, UnreadableDocument
from lms.catalogue.office.opening import MOST_BYTES as MOST_DOCUMENT_BYTES
from lms.catalogue.package import Package, Problem, is_litter, pack, read, unpack
from lms.catalogue.rules import Refusal
from lms.platform import clock
from lms.platform.db import transaction
from lms.platform.events import SYSTEM
from lms.platform.files import UnsafeFile
from lms.platform.forms import Refused

courses = AppGroup("courses", help="Khóa học dạng tệp: kiểm tra và đưa vào hệ thống.")
lessons = AppGroup("lessons", help="Bài học từ tệp Word, PowerPoint.")
groups = (courses, lessons)


@dataclass(frozen=True)
class Found:
    """A package on disk with what reading it came to; `where` begins the place of each problem."""

    where: str
    package: Package | None
    problems: tuple[Problem, ...]
    archive: bytes


@courses.command("check")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def check(path: Path | None) -> None:
    """Check a course folder, a folder of courses or a zip (default: all courses); exit 1 on problems."""
    found = _found_at(path)
    for one in found:
        _tell_problems(one)
        if one.package is not None:
            click.echo(
                f"{one.where}: đạt, {len(one.package.lessons)} bài, {len(one.package.questions)} câu hỏi, "
                f"{len(one.package.pictures)} hình."
            )
    problems = sum(len(one.problems) for one in found)
    if problems:
        click.echo(f"Có {problems} lỗi. Hãy sửa theo từng dòng trên rồi kiểm tra lại.", err=True)
        raise SystemExit(1)


@courses.command("import")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def import_(path: Path | None, as_json: bool) -> None:
    """Publish what changed as new versions; nothing happens when nothing changed, nothing at all on problems."""
    found = _found_at(path)
    problems = [problem for one in found for problem in one.problems]
    if problems:
        if as_json:
            shown = [
                {"file": f"{one.where}/{p.file}".rstrip("/"), "line": p.line, "message": p.message}
                for one in found
                for p in one.problems
            ]
            click.echo(json.dumps({"courses": [], "problems": shown}, ensure_ascii=False))
        for one in found:
            _tell_problems(one, err=as_json)
        click.echo(f"Có {len(problems)} lỗi nên chưa đưa khóa học nào vào.", err=True)
        raise SystemExit(1)
    with transaction():
        done = [_published(one, as_json) for one in found]
    if as_json:
        click.echo(json.dumps({"courses": done, "problems": []}, ensure_ascii=False))


def _published(found: Found, as_json: bool) -> dict[str, object]:
    assert found.package is not None
    package, now = found.package, clock.now()
    status = "published"
    try:
        version = service.publish(package, archive=found.archive, actor=None, by=SYSTEM, today=clock.today(), now=now)
        number = version.number
    except Refused as refusal:
        if refusal.reason is Refusal.NO_SUCH_ORGANISER:
            raise click.ClickException(
                f"{found.where}/course.yaml: chưa có đơn vị mang mã “{package.organiser}”. "
                "Hãy chạy “flask --app wsgi org load” trước, hoặc sửa “organiser”."
            ) from refusal
        if refusal.reason is not Refusal.NOTHING_NEW:
            raise
        status = "unchanged"
        standing = service.intention(package, actor=None, today=clock.today()).standing
        number = standing.number if standing else 0
    if not as_json:
        said = (
            f"phát hành phiên bản {number}" if status == "published" else f"không có gì thay đổi (phiên bản {number})"
        )
        click.echo(f"{package.slug}: {said}.")
    return {"slug": package.slug, "version": number, "status": status}


@lessons.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--course", "slug", required=True, help="Tên khóa học trong địa chỉ (slug).")
@click.option("--apply", "is_applied", is_flag=True, help="Đưa các bài vào bản nháp của khóa học.")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def import_lessons(file: Path, slug: str, is_applied: bool, as_json: bool) -> None:
    """Read a .docx or .pptx as lessons and say what is lost; --apply adds them to the course's draft.

    Exit 1, and nothing changed, when the document or the course cannot take them.
    """
    found: Imported | None = None
    problems: list[dict[str, str]] = []
    try:
        with file.open("rb") as source:
            content = source.read(MOST_DOCUMENT_BYTES + 1)  # what is longer is refused, never read whole
        with transaction():
            found = service.read_document(content, file.name, slug)
            if is_applied:
                service.add_lessons(slug, found, source=file.name, alts={}, by=SYSTEM, now=clock.now())
            elif refusal := service.intended_lessons(slug, found):
                raise Refused(refusal)
        problems = [asdict(lost) for lost in found.lost]
        refused = False
    except UnreadableDocument as unreadable:
        problems, refused = [{"where": "Cả tệp", "code": unreadable.code, "message": str(unreadable)}], True
    except Refused as refusal_:
        problems = [asdict(lost) for lost in found.lost] if found else []
        message = str(labels.DRAFT_REFUSALS[refusal_.reason])  # type: ignore[index]
        problems.append({"where": "Khóa học", "code": str(refusal_.reason.value), "message": message})
        refused = True
    told = [
        {"title": one.title, "words": one.words, "pictures": one.pictures, "tables": one.tables}
        for one in (found.lessons if found else ())
    ]
    if as_json:
        click.echo(json.dumps({"lessons": told, "problems": problems}, ensure_ascii=False))
    else:
        for one in told:
            click.echo(f"Bài “{one['title']}”: {one['words']} chữ, {one['pictures']} hình, {one['tables']} bảng.")
        for problem in problems:
            click.echo(f"{problem['where']}: {problem['message']}", err=True)
        if not refused:
            click.echo(
                f"Đã đưa {len(told)} bài vào bản nháp của khóa học {slug}."
                if is_applied
                else "Chưa đưa vào. Thêm --apply để đưa các bài vào bản nháp của khóa học."
            )
    if refused:
        raise SystemExit(1)


def _tell_problems(found: Found, *, err: bool = False) -> None:
    for problem in found.problems:
        click.echo(f"{found.where}/{problem}" if problem.file else f"{found.where}: {problem}", err=err)


def _found_at(path: Path | None) -> list[Found]:
    path = path or current_app.config["LMS"].courses
    if path.is_file():
        return [_zip(path)]
    if _is_course(path):
        return [_folder(path)]
    found = [_folder(child) for child in sorted(path.iterdir()) if child.is_dir() and _is_course(child)]
    if not found:
        raise click.ClickException(f"Không thấy khóa học nào trong {path}: mỗi khóa là một thư mục có course.yaml.")
    return found


def _is_course(path: Path) -> bool:
    return any((path / name).exists() for name in ("course.yaml", "questions.yaml", "lessons"))


def _folder(path: Path) -> Found:
    content = {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    content = {name: data for name, data in content.items() if not is_litter(name)}
    reading = read(content, folder=path.resolve().name)
    return Found(str(path), reading.package, reading.problems, pack(content, path.resolve().name))


def _zip(path: Path) -> Found:
    archive = path.read_bytes()
    try:
        reading = read(unpack(archive))
    except UnsafeFile as unsafe:
        return Found(str(path), None, (Problem("", 0, str(unsafe)),), archive)
    return Found(str(path), reading.package, reading.problems, archive)
