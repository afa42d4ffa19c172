"""Settings from the environment, read once. Every name may also be given as NAME_FILE: the path of a file with it."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cryptography.fernet import Fernet

from lstep_lite.engine.notifications.mail import Encryption, Mailer
from lstep_lite.engine.secrets import kept

DEMO_PUBLIC_URL = "https://demo.lstep.invalid"
LINE_API_URL = "https://api.line.me"
LINE_LOGIN_URL = "https://access.line.me"
LINE_LIFF_URL = "https://liff.line.me"
LINE_LIFF_SDK_URL = "https://static.line-scdn.net/liff/edge/2/sdk.js"
GOOGLE_LOGIN_URL = "https://accounts.google.com"
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com"  # noqa: S105 - an address
GOOGLE_API_URL = "https://www.googleapis.com"
NO_MAILER = Mailer()


class Mode(StrEnum):
    DEMO = "demo"
    LIVE = "live"


class BadSetting(Exception):
    """A setting the program can't start with; the message says which and how to mend it."""


@dataclass(frozen=True)
class Settings:
    mode: Mode
    data_dir: Path
    database_url: str
    public_url: str
    secret_key: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    sqlite_synchronous: str = "NORMAL"
    host: str = "127.0.0.1"
    port: int = 8000
    web_threads: int = 8
    trusted_proxies: int = 0
    worker: bool = True
    huey_url: str = ""
    send_threads: int = 16
    line_timeout_seconds: float = 10.0
    line_api_url: str = LINE_API_URL
    line_login_url: str = LINE_LOGIN_URL
    line_liff_url: str = LINE_LIFF_URL
    line_liff_sdk_url: str = LINE_LIFF_SDK_URL
    google_login_url: str = GOOGLE_LOGIN_URL
    google_token_url: str = GOOGLE_TOKEN_URL
    google_api_url: str = GOOGLE_API_URL
    mailer: Mailer = NO_MAILER
    control_secret: str = field(default="", repr=False)

    @property
    def is_demo(self) -> bool:
        return self.mode is Mode.DEMO

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def webhook_url(self) -> str:
        return f"{self.public_url}/line/webhook"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Build the settings. Raises BadSetting with a sentence that names the setting.

    Creates the data directory and, where the environment gives none, its two key files (mode 0600).
    """
    get = _reader(os.environ if environ is None else environ)
    mode = _mode(get("LSTEP_MODE", "live"))
    data_dir = Path(get("DATA_DIR", "data")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    _fix_mode(data_dir, mode)
    return Settings(
        mode=mode,
        data_dir=data_dir,
        database_url=_database_url(get("DATABASE_URL", ""), data_dir),
        public_url=_public_url(get("PUBLIC_URL", ""), mode),
        secret_key=get("SECRET_KEY", "") or kept(data_dir / "secret.key", lambda: secrets.token_urlsafe(48)),
        encryption_keys=_encryption_keys(get("ENCRYPTION_KEYS", ""), data_dir),
        sqlite_synchronous=_choice(
            "SQLITE_SYNCHRONOUS", get("SQLITE_SYNCHRONOUS", "NORMAL").upper(), ("NORMAL", "FULL")
        ),
        host=get("HOST", "127.0.0.1"),
        port=_number("PORT", get("PORT", "8000"), 1, 65535),
        web_threads=_number("WEB_THREADS", get("WEB_THREADS", "8"), 1, 64),
        trusted_proxies=_number("TRUSTED_PROXIES", get("TRUSTED_PROXIES", "0"), 0, 5),
        worker=_choice("WORKER", get("WORKER", "embedded"), ("embedded", "separate")) == "embedded",
        huey_url=get("HUEY_URL", ""),
        send_threads=_number("SEND_THREADS", get("SEND_THREADS", "16"), 1, 64),
        line_timeout_seconds=float(_number("LINE_TIMEOUT_SECONDS", get("LINE_TIMEOUT_SECONDS", "10"), 1, 60)),
        line_api_url=get("LINE_API_URL", LINE_API_URL).rstrip("/"),
        line_login_url=get("LINE_LOGIN_URL", LINE_LOGIN_URL).rstrip("/"),
        line_liff_url=get("LINE_LIFF_URL", LINE_LIFF_URL).rstrip("/"),
        line_liff_sdk_url=get("LINE_LIFF_SDK_URL", LINE_LIFF_SDK_URL),
        google_login_url=get("GOOGLE_LOGIN_URL", GOOGLE_LOGIN_URL).rstrip("/"),
        google_token_url=get("GOOGLE_TOKEN_URL", GOOGLE_TOKEN_URL).rstrip("/"),
        google_api_url=get("GOOGLE_API_URL", GOOGLE_API_URL).rstrip("/"),
        mailer=_mailer(get),
        control_secret=get("CONTROL_SECRET", "") if mode is Mode.DEMO else "",
    )


def _reader(environ: Mapping[str, str]) -> Callable[[str, str], str]:
    def get(name: str, default: str) -> str:
        path = environ.get(f"{name}_FILE")
        if not path:
            return environ.get(name, default).strip()
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE: {path} can't be read ({error.strerror}).") from error

    return get


def _mode(text: str) -> Mode:
    return Mode(_choice("LSTEP_MODE", text, tuple(Mode)))


def _fix_mode(data_dir: Path, mode: Mode) -> None:
    """A data directory keeps the mode of its first start, so that nothing passes from a demo to a real shop."""
    fixed = kept(data_dir / "mode", lambda: str(mode))
    if fixed != mode:
        raise BadSetting(
            f"{data_dir} was started in {fixed} mode and can't be used in {mode} mode. "
            "Set LSTEP_MODE back, or choose another DATA_DIR."
        )


def _database_url(text: str, data_dir: Path) -> str:
    if not text:
        return f"sqlite:///{data_dir / 'lstep.db'}"
    for given in ("postgres://", "postgresql://"):
        if text.startswith(given):
            return "postgresql+psycopg://" + text.removeprefix(given)
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise BadSetting("DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _public_url(text: str, mode: Mode) -> str:
    if mode is Mode.DEMO:
        return DEMO_PUBLIC_URL
    if not text.startswith("https://"):
        raise BadSetting(
            "PUBLIC_URL must be the https:// address under which LINE reaches this server, "
            "for example https://lstep.example.jp."
        )
    return text.rstrip("/")


def _mailer(get: Callable[[str, str], str]) -> Mailer:
    host, sender = get("SMTP_HOST", ""), get("SMTP_FROM", "")
    if host and "@" not in sender:
        raise BadSetting(
            "SMTP_FROM must be the e-mail address notifications are sent from, for example lstep@example.jp."
        )
    return Mailer(
        host=host,
        port=_number("SMTP_PORT", get("SMTP_PORT", "587"), 1, 65535),
        user=get("SMTP_USER", ""),
        password=get("SMTP_PASSWORD", ""),
        sender=sender,
        encryption=Encryption(_choice("SMTP_TLS", get("SMTP_TLS", "starttls").lower(), tuple(Encryption))),
    )


def _encryption_keys(text: str, data_dir: Path) -> tuple[str, ...]:
    text = text or kept(data_dir / "encryption.key", lambda: Fernet.generate_key().decode())
    keys = tuple(text.replace(",", " ").split())
    try:
        for key in keys:
            Fernet(key)
    except ValueError as error:
        raise BadSetting(
            "ENCRYPTION_KEYS must be Fernet keys (44 characters of URL-safe base64), newest first."
        ) from error
    return keys


def _choice(name: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise BadSetting(f"{name} must be one of {', '.join(allowed)}, not {text!r}.")
    return text


def _number(name: str, text: str, lowest: int, highest: int) -> int:
    if not text.isdigit() or not lowest <= int(text) <= highest:
        raise BadSetting(f"{name} must be a whole number from {lowest} to {highest}, not {text!r}.")
    return int(text)
