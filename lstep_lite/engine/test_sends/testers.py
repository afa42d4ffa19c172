"""Who gets test sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import deliveries
from lstep_lite.engine.settings import quota
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Tester

MOST = 20
"""Testers are people of the shop; more of them would be a broadcast."""


def all_testers(session: Session) -> Sequence[Friend]:
    """Those who were added first come first."""
    query = sa.select(Friend).join(Tester, Tester.friend_id == Friend.id)
    return session.scalars(query.order_by(Tester.created_at, Friend.id)).all()


def is_tester(session: Session, friend: Friend) -> bool:
    return session.get(Tester, friend.id) is not None


def add(session: Session, friend: Friend, *, now: datetime) -> bool:
    """Whether *friend* is new among the testers. Raises DomainError for somebody without LINE, and for one too many."""
    if friend.line_user_id is None:
        raise DomainError("LINEなしのお客様には、テスト送信できません。LINEの友だちを選んでください。")
    if is_tester(session, friend):
        return False
    if (session.scalar(sa.select(sa.func.count()).select_from(Tester)) or 0) >= MOST:
        raise DomainError(f"テスト送信の相手は{MOST}人までです。使わない方を外してから、追加してください。")
    session.execute(insert_new(session, Tester).values(friend_id=friend.id, created_at=now))
    return True


def remove(session: Session, friend: Friend) -> None:
    session.execute(sa.delete(Tester).where(Tester.friend_id == friend.id))


@dataclass(frozen=True)
class Desk:
    """What there is to know before a test send."""

    testers: Sequence[Friend]
    forecast: quota.Forecast | None
    """This month's counted messages, if LINE has told them."""


def desk(session: Session, *, now: datetime) -> Desk:
    month = deliveries.this_month(session, now=now)
    return Desk(all_testers(session), deliveries.forecast(session, month, now=now))
