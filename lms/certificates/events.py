"""Events of certificates."""

from dataclasses import dataclass
from typing import ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class CertificateIssued(Event):
    """A number was taken and the paper's words were frozen."""

    key: ClassVar[str] = "certificates:certificate:issued"
    certificate_id: int
    completion_id: int
    number: str
    holder: str
    title: str


@dataclass(frozen=True, kw_only=True)
class CertificateReplaced(Event):
    """A newer certificate took the place of an older one."""

    key: ClassVar[str] = "certificates:certificate:replaced"
    certificate_id: int
    number: str
    holder: str
    new_number: str
    ground: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CertificateRevoked(Event):
    """A certificate was withdrawn; it stays in the register."""

    key: ClassVar[str] = "certificates:certificate:revoked"
    certificate_id: int
    number: str
    holder: str
    ground: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CertificatesLoaded(Event):
    """Many certificates were issued at once for completions that had none."""

    key: ClassVar[str] = "certificates:register:loaded"
    count: int
