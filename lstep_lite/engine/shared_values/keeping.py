"""Keeping shared values: their names, folders, and words in messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import folders, mentions
from lstep_lite.engine.messages.placeholders import free_words
from lstep_lite.engine.shared_values import holding
from lstep_lite.engine.shared_values.holding import Origin
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name, normalise
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import SharedValue, SharedValueType

FEATURE = "shared_values"
MENTIONED_AS = "shared_value_words"
LONGEST_NAME = 50
MOST = 500

folders.shelf(FEATURE, SharedValue, Permission.AUTOMATION_EDIT)
mentions.target_rows(FEATURE, SharedValue.id, SharedValue.name)


@dataclass(frozen=True)
class SharedValueDraft:
    """What the form says about a shared value, besides what it holds."""

    name: str
    folder_id: int | None = None


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[SharedValue]:
    """The values in their order; those of one folder if it is given."""
    query = sa.select(SharedValue).order_by(SharedValue.position, SharedValue.id)
    return session.scalars(query if folder_id is None else query.where(SharedValue.folder_id == folder_id)).all()


def get(session: Session, value_id: int) -> SharedValue:
    value = session.get(SharedValue, value_id)
    if value is None:
        raise NotFound("この共通情報は見つかりませんでした。削除された可能性があります。")
    return value


def places(session: Session, value: SharedValue) -> list[mentions.Place]:
    """Where it is used: steps, and texts that show it."""
    found = mentions.places(session, FEATURE, value.id) + mentions.places(session, MENTIONED_AS, value.word)
    return sorted({place.label: place for place in found}.values(), key=lambda place: place.label)


def create(session: Session, draft: SharedValueDraft, type: SharedValueType, *, now: datetime) -> SharedValue:
    """A new one at the end of the list, empty. Its type and its word in messages never change. Raises DomainError."""
    name = _checked_name(session, draft.name, None)
    if (session.scalar(sa.select(sa.func.count()).select_from(SharedValue)) or 0) >= MOST:
        raise DomainError(f"共通情報は{MOST}個までです。使っていないものを削除してください。", "name")
    value = _inserted(session, name, type, now)
    value.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    session.flush()  # the caller links to its id
    return value


def update(session: Session, value: SharedValue, draft: SharedValueDraft, *, now: datetime) -> None:
    """Raises DomainError naming the form's field."""
    value.name = _checked_name(session, draft.name, value)
    value.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    value.updated_at = now
    session.flush()  # the same request draws the page from it


def copy(session: Session, value: SharedValue, origin: Origin) -> SharedValue:
    """One like this, holding the same; of a picture only the settings are copied."""
    taken = _taken_names(session)
    names = (f"{value.name[: LONGEST_NAME - 8]}のコピー{number}" for number in ("", *range(2, MOST + 2)))
    name = next(each for each in names if normalise(each) not in taken)
    twin = create(session, SharedValueDraft(name, value.folder_id), value.type, now=origin.now)
    if value.type is not SharedValueType.IMAGE:
        holding.set_text(session, twin, holding.typed(session, value), origin)
    return twin


def delete(session: Session, value: SharedValue) -> None:
    holding.remove_picture(session, value)
    session.delete(value)
    session.flush()  # the same request lists the values


def _inserted(session: Session, name: str, type: SharedValueType, now: datetime) -> SharedValue:
    """The row, with the first free word that the name suggests."""
    row = {"name": name, "type": type, "position": folders.next_position(session, FEATURE)}
    for word in free_words(name):
        values = row | {"word": word, "created_at": now, "updated_at": now}
        made = session.scalar(insert_new(session, SharedValue).values(values).returning(SharedValue.id))
        if made is not None:
            return session.get_one(SharedValue, made)
    raise AssertionError("words never end")


def _checked_name(session: Session, name: str, value: SharedValue | None) -> str:
    name = checked_name(" ".join(name.split()), LONGEST_NAME, "共通情報の名前")
    if normalise(name) in _taken_names(session, value):
        raise DomainError(f"「{name}」という共通情報はすでにあります。別の名前にしてください。", "name")
    return name


def _taken_names(session: Session, but: SharedValue | None = None) -> set[str]:
    rows = session.execute(sa.select(SharedValue.id, SharedValue.name))
    return {normalise(name) for value_id, name in rows if but is None or value_id != but.id}


@mentions.target(MENTIONED_AS)
def _words(session: Session, words: Collection[str]) -> dict[str, str]:
    # A word without a value is sent as it stands: the text that holds it is not broken by that.
    return {word: word for word in words}


@mentions.owner(holding.MENTIONS_AS)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids).items()
    return {
        key: mentions.Place(f"共通情報「{name}」", f"{FEATURE}.edit", {"value_id": int(key)}) for key, name in named
    }
