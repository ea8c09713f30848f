"""Papers handed in with a dispute: taken only as what their content is, kept by hash, named harmlessly."""

from dataclasses import dataclass

from lms.plan.disputes import rules
from lms.platform import files
from lms.platform.files import UnsafeFile


@dataclass(frozen=True)
class Paper:
    """A paper that may be kept."""

    content: bytes
    name: str
    kind: str


TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def read(content: bytes, name: str) -> Paper:
    """Look at a file that was sent; UnsafeFile says in Vietnamese why it is not taken and what to send instead."""
    if not content:
        raise UnsafeFile("Tệp trống. Hãy chọn lại tệp minh chứng.")
    if len(content) > rules.MOST_BYTES:
        raise UnsafeFile("Tệp lớn hơn 10 MB. Hãy giảm cỡ ảnh hoặc chia thành nhiều tệp rồi gửi lại.")
    kind = rules.kind_of_bytes(content)
    if kind == "zip":
        kind = "docx" if _is_docx(content) else None
    if kind is None:
        raise UnsafeFile(
            "Nội dung tệp không phải PDF, ảnh JPG, PNG hoặc văn bản DOCX. Hãy xuất tệp sang một trong các dạng đó."
        )
    return Paper(content, rules.file_name(name, kind), kind)


def _is_docx(content: bytes) -> bool:
    """Whether a zip archive is a Word document without macros; one that is dangerous to open is none."""
    try:
        inside = files.open_zip(content, most_files=2000)
    except UnsafeFile:
        return False
    return (
        "[Content_Types].xml" in inside
        and "word/document.xml" in inside
        and not any(name.lower().endswith((".bin", ".exe", ".js", ".vbs")) and "vba" in name.lower() for name in inside)
    )
