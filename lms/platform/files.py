"""Files: stored once by content, and zip archives opened without trusting them."""

import hashlib
import io
import os
import stat
import threading
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from flask import current_app


class UnsafeFile(ValueError):
    """A file that is refused; the message is a Vietnamese sentence for the person who sent it, the code says why."""

    def __init__(self, message: str, code: str = "unsafe") -> None:
        super().__init__(message)
        self.code = code


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _path(sha256: str) -> Path:
    folder: Path = current_app.config["LMS"].files
    return folder / sha256[:2] / sha256[2:]


def keep(content: bytes) -> str:
    """Store content under its SHA-256, which is returned; writing the same twice is writing it once."""
    name = digest(content)
    path = _path(name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    return name


def kept(sha256: str) -> bytes:
    """Read what `keep` stored; raises FileNotFoundError if it is gone."""
    return _path(sha256).read_bytes()


def kept_path(sha256: str) -> Path:
    """Where the content lies, for sending it without reading it into memory."""
    return _path(sha256)


def open_zip(
    content: bytes,
    *,
    most_files: int = 500,
    most_bytes: int = 64 * 1024 * 1024,
    wanted: Callable[[str], bool] = lambda path: True,
) -> Mapping[str, bytes]:
    """Unpack an archive in memory into {path: bytes}; members that are not `wanted` are looked at but not unpacked.

    Real bytes are counted while unpacking, never the sizes the archive claims. Refused (UnsafeFile): not a zip,
    absolute or climbing paths, links, encrypted members, names twice, too many files, too much data, or a member
    that unpacks to more than 200 times its packed size.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnsafeFile(
            "Tệp gửi lên không phải tệp .zip hoặc đã hỏng. Hãy nén lại thư mục khóa học rồi gửi.", "broken"
        ) from error
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > most_files:
        raise UnsafeFile(f"Gói có {len(members)} tệp, nhiều hơn mức cho phép {most_files} tệp.", "too-many-files")
    unpacked: dict[str, bytes] = {}
    total = 0
    for member in members:
        name = _safe_name(member)
        if name in unpacked:
            raise UnsafeFile(f"Tệp “{name}” xuất hiện hai lần trong gói.", "broken")
        unpacked[name] = b""
        if not wanted(name):
            continue
        data = _bounded_read(archive, member, min(most_bytes - total, member.compress_size * 200 + 4096), name)
        total += len(data)
        unpacked[name] = data
    return {name: data for name, data in unpacked.items() if wanted(name)}


def _safe_name(member: zipfile.ZipInfo) -> str:
    name = member.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\x00" in name:
        raise UnsafeFile(
            f"Đường dẫn “{name}” trỏ ra ngoài thư mục khóa học. Hãy nén lại từ bên trong thư mục đó.", "path-escape"
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnsafeFile(f"“{name}” là liên kết, không phải tệp thật. Hãy thay bằng chính tệp đó.", "path-escape")
    if member.flag_bits & 0x1:
        raise UnsafeFile("Gói có mật khẩu nên không đọc được. Hãy nén lại không đặt mật khẩu.", "encrypted")
    return path.as_posix()


def _bounded_read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int, name: str) -> bytes:
    try:
        with archive.open(member) as source:
            data = source.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise UnsafeFile(f"Không giải nén được “{name}”: tệp hỏng hoặc kiểu nén lạ.", "broken") from error
    if len(data) > limit:
        raise UnsafeFile(f"“{name}” giải nén ra lớn bất thường nên bị từ chối (nghi là bom nén).", "zip-bomb")
    return data
