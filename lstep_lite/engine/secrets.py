"""Secrets at rest: in the database encrypted with the first key, readable with every key; in files only for us."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from lstep_lite.errors import DomainError


class Vault:
    """Encrypts what the database must not show. *keys* are Fernet keys, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises DomainError when no key fits, as after restoring a backup without its key file."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise DomainError(
                "保存された接続情報を開けません。暗号鍵のファイル（encryption.key）がデータと合っているか確認し、"
                "合わない場合は「LINE接続」で4つの値をもう一度貼り付けてください。"
            ) from error


def kept(path: Path, make: Callable[[], str]) -> str:
    """The content of the secret file at *path*, made at the first call (mode 0600).

    Linked into place whole, so that a process starting at the same time never reads half a key.
    """
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.touch(mode=0o600)
        draft.write_text(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
