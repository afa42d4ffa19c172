"""What staff write about a person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from lstep_lite.engine import text
from lstep_lite.engine.friends.contacts import drawn
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Origin

LONGEST_NAME = 100
LONGEST_MEMO = 10_000
LONGEST_KEY = 600
"""Characters. PostgreSQL refuses index entries of more than about 2,700 bytes, and a character may take four."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9() -]{5,30}")


@dataclass(frozen=True)
class FriendDraft:
    """What the form of a friend says; empty texts mean unknown."""

    system_name: str = ""
    real_name: str = ""
    kana: str = ""
    phone: str = ""
    email: str = ""
    birthday: date | None = None
    memo: str = ""


class Watcher(Protocol):
    """Is told what staff have changed about a friend, and what it was *before*, by attribute of Friend."""

    def __call__(
        self, session: Session, friend: Friend, before: Mapping[str, Any], *, staff_id: int | None, now: datetime
    ) -> None: ...


_watchers: list[Watcher] = []


def watches(watcher: Watcher) -> Watcher:
    """Register one that is called after each `update`."""
    _watchers.append(watcher)
    return watcher


def update(session: Session, friend: Friend, draft: FriendDraft, *, now: datetime, staff_id: int | None = None) -> None:
    """Raises DomainError naming the field."""
    _check(draft, now)
    before = {field.name: getattr(friend, field.name) for field in fields(FriendDraft)}
    _write(friend, draft)
    session.flush()  # the same request lists friends by the new names
    changed = {name: value for name, value in before.items() if value != getattr(friend, name)}
    for watcher in _watchers if changed else ():
        watcher(session, friend, changed, staff_id=staff_id, now=now)


def add_without_line(session: Session, draft: FriendDraft, *, now: datetime) -> Friend:
    """A customer who has no LINE: a friend row that is never sent to. Raises DomainError naming the field."""
    check_new(draft, now=now)
    friend = Friend(origin=Origin.WITHOUT_LINE, is_following=False, followed_at=now, created_at=now, **drawn())
    _write(friend, draft)
    session.add(friend)
    session.flush()  # the caller shows the new page by its id
    return friend


def check_new(draft: FriendDraft, *, now: datetime) -> None:
    """Whether a customer could be added so. Raises DomainError naming the field."""
    if not (draft.real_name or draft.system_name or draft.kana):
        raise DomainError("お名前を入力してください。", "real_name")
    _check(draft, now)


def refresh_search_text(friend: Friend) -> None:
    """Recompute what searching and conditions compare; call it after a name, phone, e-mail or memo has changed."""
    phone = friend.phone or ""
    names = (friend.display_name, friend.system_name, friend.real_name, friend.kana)
    friend.name_key = _key(*names)
    friend.memo_key = text.normalise(friend.memo or "")
    friend.search_text = _key(*names, phone, phone.replace("-", ""), friend.email)
    friend.phone_key = text.phone_key(phone)
    friend.email_key = text.email_key(friend.email or "")


def _key(*parts: str | None) -> str:
    """*parts* normalised, each once, cut to what an index can hold."""
    return "\n".join(dict.fromkeys(text.normalise(part) for part in parts if part))[:LONGEST_KEY]


def _write(friend: Friend, draft: FriendDraft) -> None:
    friend.system_name = text.storable(draft.system_name) or None
    friend.real_name = text.storable(draft.real_name) or None
    friend.kana = text.storable(draft.kana) or None
    friend.phone = draft.phone or None
    friend.email = draft.email or None
    friend.birthday = draft.birthday
    friend.memo = text.storable(draft.memo)
    refresh_search_text(friend)


def _check(draft: FriendDraft, now: datetime) -> None:
    for field in ("system_name", "real_name", "kana"):
        if len(getattr(draft, field)) > LONGEST_NAME:
            raise DomainError(f"{LONGEST_NAME}文字以内で入力してください。", field)
    if len(draft.memo) > LONGEST_MEMO:
        raise DomainError(f"メモは{LONGEST_MEMO:,}文字以内で入力してください。", "memo")
    if draft.phone and not _PHONE.fullmatch(draft.phone):
        raise DomainError("電話番号は数字とハイフンで入力してください（例：090-1234-5678）。", "phone")
    if draft.email and (len(draft.email) > 254 or not _EMAIL.fullmatch(draft.email)):
        raise DomainError("メールアドレスの形を確認してください（例：hanako@example.com）。", "email")
    # A day of grace, because the shop's day may have begun where UTC's has not.
    if draft.birthday and not date(1900, 1, 1) <= draft.birthday <= date.fromordinal(now.date().toordinal() + 1):
        raise DomainError("誕生日を確認してください。1900年から今日までの日付を入力できます。", "birthday")
