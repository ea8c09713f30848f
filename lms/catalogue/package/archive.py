"""The package as a zip: unpacked with suspicion, packed so that equal files give equal bytes."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from lms.platform.files import digest, open_zip

MOST_FILES = 200
MOST_BYTES = 32 * 1024 * 1024

_LEFT_BY_THE_SYSTEM = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def is_litter(path: str) -> bool:
    """Whether an operating system left the file beside ours, unasked."""
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1] in _LEFT_BY_THE_SYSTEM)


def without_top_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Drop litter, and the one folder around everything that most zip programs add."""
    kept = {path: content for path, content in files.items() if not is_litter(path)}
    tops = {path.split("/", 1)[0] for path in kept}
    if "course.yaml" in kept or len(tops) != 1 or any("/" not in path for path in kept):
        return kept
    return {path.split("/", 1)[1]: content for path, content in kept.items()}


def unpack(content: bytes) -> dict[str, bytes]:
    """The files of an uploaded zip; platform.files.UnsafeFile says why one is refused."""
    return without_top_folder(open_zip(content, most_files=MOST_FILES, most_bytes=MOST_BYTES))


def pack(files: Mapping[str, bytes], folder: str) -> bytes:
    """A zip of the files under one folder; the same files always give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(f"{folder}/{path}", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o100644 << 16
            archive.writestr(member, files[path])
    return target.getvalue()


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents, whatever their order: equal digests mean equal packages."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path}\0{digest(files[path])}\n".encode())
    return total.hexdigest()
