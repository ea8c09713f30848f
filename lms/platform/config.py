"""Settings: one frozen dataclass read strictly from the environment."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class BadSetting(ValueError):
    """A setting that cannot be used; the message says what is wrong and how to put it right."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between one installation and another."""

    instance: Path
    database_url: str
    secret_key: str
    public_url: str = "http://127.0.0.1:8000"
    city_name: str = "Thành phố Hà Nội"
    mail_host: str = ""
    mail_port: int = 25
    mail_user: str = ""
    mail_password: str = ""
    mail_tls: bool = False
    mail_sender: str = "boiduongso@example.gov.vn"
    idle_minutes: int = 30
    secure_cookies: bool = False
    trusted_proxies: int = 0
    rate_storage: str = "memory://"
    development: bool = False
    upload_limit_mb: int = 64
    courses: Path = ROOT / "courses"
    approved_kinds: frozenset[str] = frozenset()
    """Kinds of change sets that a second person approves before they are applied."""
    most_leaving_percent: int = 5
    """The share of a unit's staff leaving in one roster from which it stops until somebody says that it is meant."""
    roster_folder: Path | None = None
    """Where offices or other systems put rosters to be fetched."""
    roster_apply: bool = False
    """Whether fetched rosters are applied; else they wait for somebody who looks at them."""
    load_hours: int = 12
    """Hours of mandatory study that a person should have in a quarter at most."""

    @property
    def files(self) -> Path:
        """The folder where stored files lie, addressed by their SHA-256."""
        return self.instance / "files"

    @property
    def on_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")


def read(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; a wrong value raises BadSetting naming the variable and the remedy."""
    env = os.environ if environ is None else environ
    instance = Path(env.get("LMS_INSTANCE") or ROOT / "instance").expanduser().resolve()
    instance.mkdir(parents=True, exist_ok=True)
    url = env.get("DATABASE_URL") or f"sqlite:///{instance / 'lms.sqlite3'}"
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise BadSetting(
            "DATABASE_URL phải bắt đầu bằng sqlite:/// hoặc postgresql+psycopg:// (đang là "
            f"{url.split(':', 1)[0]}:…). Ví dụ: postgresql+psycopg://lms:matkhau@127.0.0.1/lms"
        )
    public_url = (env.get("PUBLIC_URL") or Config.public_url).rstrip("/")
    return Config(
        instance=instance,
        database_url=url,
        secret_key=_secret(env, "SECRET_KEY") or _own_secret(instance),
        public_url=public_url,
        city_name=env.get("CITY_NAME") or Config.city_name,
        mail_host=env.get("MAIL_HOST", ""),
        mail_port=_whole(env, "MAIL_PORT", Config.mail_port),
        mail_user=env.get("MAIL_USER", ""),
        mail_password=_secret(env, "MAIL_PASSWORD"),
        mail_tls=_flag(env, "MAIL_TLS"),
        mail_sender=env.get("MAIL_SENDER") or Config.mail_sender,
        idle_minutes=_whole(env, "IDLE_MINUTES", Config.idle_minutes),
        secure_cookies=_flag(env, "SECURE_COOKIES") if env.get("SECURE_COOKIES") else public_url.startswith("https://"),
        trusted_proxies=_whole(env, "TRUSTED_PROXIES", 0),
        rate_storage=env.get("RATE_STORAGE") or Config.rate_storage,
        development=_flag(env, "LMS_DEVELOPMENT"),
        upload_limit_mb=_whole(env, "UPLOAD_LIMIT_MB", Config.upload_limit_mb),
        courses=Path(env.get("LMS_COURSES") or Config.courses),
        most_leaving_percent=_whole(env, "MOST_LEAVING_PERCENT", Config.most_leaving_percent),
        roster_folder=Path(env["ROSTER_FOLDER"]).expanduser() if env.get("ROSTER_FOLDER") else None,
        roster_apply=_flag(env, "ROSTER_APPLY"),
        load_hours=_whole(env, "LOAD_HOURS", Config.load_hours),
        approved_kinds=frozenset(env.get("APPROVED_CHANGES", "").replace(",", " ").split()),
    )


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "")
    if value not in ("", "0", "1"):
        raise BadSetting(f"{name} chỉ nhận 0 hoặc 1 (đang là {value!r}).")
    return value == "1"


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "")
    if not value:
        return default
    if not value.isascii() or not value.isdigit():
        raise BadSetting(f"{name} phải là số nguyên không âm (đang là {value!r}).")
    return int(value)


def _secret(env: Mapping[str, str], name: str) -> str:
    """A secret, from the variable itself or from the file that NAME_FILE names."""
    if path := env.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"Không đọc được tệp trong {name}_FILE: {error}") from error
    return env.get(name, "")


def _own_secret(instance: Path) -> str:
    """The installation's own key, made once. Linked into place whole, so two workers starting together share one."""
    path = instance / "secret_key"
    if not path.exists():
        draft = instance / f".secret_key.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
