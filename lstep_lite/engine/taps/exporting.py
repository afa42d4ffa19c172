"""Answers as a CSV file. Like every list of people that leaves, it is written down."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.taps.owners import owners
from lstep_lite.engine.transfers import lists
from lstep_lite.engine.transfers.cells import guarded
from lstep_lite.errors import NotFound
from lstep_lite.models import AnswerState, Export, Friend, Tap, TapAnswer

HEADINGS = ("日時", "お名前", "友だちID", "選んだもの", "お客様が選んだ日時", "結果")
PICKED = ("date", "time", "datetime")
"""What LINE's date and time picker sends one of."""
STATES = {AnswerState.TAKEN: "回答", AnswerState.AGAIN: "2回目以降", AnswerState.CLOSED: "終了後"}


def begin(session: Session, owner: str, owner_id: int, *, staff_id: int, now: datetime) -> Export:
    """Write down that somebody takes the answers of one document. Raises NotFound."""
    if owner not in owners:
        raise NotFound
    count = session.scalar(sa.select(sa.func.count()).select_from(TapAnswer).where(*_of(owner, owner_id)))
    return lists.begin(session, HEADINGS, count or 0, staff_id=staff_id, now=now)


def lines(database: Database, owner: str, owner_id: int, *, zone: ZoneInfo) -> Iterator[bytes]:
    """The file in pieces, oldest answer first."""

    def read(session: Session, last_id: int) -> tuple[lists.Rows, int]:
        found = _chunk(session, owner, owner_id, last_id)
        return [_row(*each, zone) for each in found], found[-1][0].id if found else last_id

    return lists.lines(database, HEADINGS, read)


def _chunk(session: Session, owner: str, owner_id: int, last_id: int) -> Sequence[tuple[TapAnswer, Tap, Friend]]:
    query = (
        sa.select(TapAnswer, Tap, Friend)
        .join(Tap, Tap.id == TapAnswer.tap_id)
        .join(Friend, Friend.id == TapAnswer.friend_id)
        .where(*_of(owner, owner_id), TapAnswer.id > last_id)
        .order_by(TapAnswer.id)
        .limit(lists.CHUNK)
    )
    return [(answer, tap, friend) for answer, tap, friend in session.execute(query)]


def _of(owner: str, owner_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return TapAnswer.owner == owner, TapAnswer.owner_id == owner_id


def _row(answer: TapAnswer, tap: Tap, friend: Friend, zone: ZoneInfo) -> list[str]:
    picked = next((str(answer.params[name]).replace("T", " ") for name in PICKED if name in answer.params), "")
    at = f"{answer.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return [guarded(text) for text in (at, friend.name, friend.code, tap.label, picked, STATES[answer.state])]
