"""The first run: the owner's account, the shop, and the code that proves who installed the program."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from lstep_lite.engine import settings, staff
from lstep_lite.engine.secrets import kept
from lstep_lite.engine.settings import ShopDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import Role, Shop, Staff

CODE_FILE = "setup.code"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike."""


@dataclass(frozen=True)
class SetupDraft:
    owner_name: str
    email: str
    shop: ShopDraft


class AlreadySetUp(DomainError):
    def __init__(self) -> None:
        super().__init__("はじめての設定はもう終わっています。サインインしてください。")


def open_shop(session: Session, draft: SetupDraft, password_hash: str, *, now: datetime) -> Staff:
    """Found the shop and make its owner. Raises AlreadySetUp; of two at the same moment the only row stops one."""
    if staff.anybody(session) or settings.shop(session):
        raise AlreadySetUp
    shop = Shop(id=1, created_at=now)
    settings.update_shop(shop, draft.shop)
    session.add(shop)
    return staff.create(
        session, name=draft.owner_name, email=draft.email, password_hash=password_hash, role=Role.OWNER, now=now
    )


def code(data_dir: Path) -> str:
    """The code to type in at the first run, made at the first call; only who can read the server's log knows it."""
    return kept(data_dir / CODE_FILE, _new_code)


def is_code(data_dir: Path, typed: str) -> bool:
    return hmac.compare_digest(_plain(code(data_dir)), _plain(typed))


def forget_code(data_dir: Path) -> None:
    (data_dir / CODE_FILE).unlink(missing_ok=True)


def _new_code() -> str:
    return "-".join("".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(3))


def _plain(text: str) -> bytes:
    return text.upper().replace("-", "").replace(" ", "").encode()
