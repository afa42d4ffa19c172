"""Where the emulator lives and the credentials of its one account."""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

CREDENTIALS_FILE = "emulator.json"


@dataclass(frozen=True)
class Credentials:
    """What a shop would copy from LINE's consoles, plus the secret that guards the application's demo-only routes."""

    channel_id: str
    channel_secret: str
    login_channel_id: str
    login_channel_secret: str
    control_secret: str


@dataclass(frozen=True)
class EmulatorConfig:
    """*app_url* is where the application really listens; *public_url* is the https address it believes to have."""

    data_dir: Path
    app_url: str
    public_url: str
    port: int
    channel_id: str
    channel_secret: str
    login_channel_id: str
    login_channel_secret: str
    control_secret: str

    @classmethod
    def load(cls, data_dir: Path, *, app_url: str, public_url: str, port: int) -> "EmulatorConfig":
        """Read the credentials in *data_dir*, creating them at the first start."""
        data_dir.mkdir(parents=True, exist_ok=True)
        credentials = _stored_credentials(data_dir / CREDENTIALS_FILE)
        return cls(data_dir, app_url.rstrip("/"), public_url.rstrip("/"), port, **asdict(credentials))

    def loopback(self, url: str) -> str:
        """The address that really answers for *url*: the public address is served by the application on loopback."""
        if url == self.public_url or url.startswith((self.public_url + "/", self.public_url + "?")):
            return self.app_url + url[len(self.public_url) :]
        return url


def _stored_credentials(path: Path) -> Credentials:
    if not path.exists():
        _publish(path, _new_credentials())
    return Credentials(**json.loads(path.read_text()))


def _new_credentials() -> Credentials:
    return Credentials(
        channel_id=f"16{secrets.randbelow(10**8):08}",
        channel_secret=secrets.token_hex(16),
        login_channel_id=f"20{secrets.randbelow(10**8):08}",
        login_channel_secret=secrets.token_hex(16),
        control_secret=secrets.token_urlsafe(24),
    )


def _publish(path: Path, credentials: Credentials) -> None:
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(credentials), indent=2))
    with suppress(FileExistsError):
        os.link(draft, path)  # unlike a rename, this never replaces what another process wrote meanwhile
    draft.unlink()
