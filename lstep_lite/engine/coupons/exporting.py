"""The tickets of a coupon as a CSV file. Like every list of people that leaves, it is written down."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import Database
from lstep_lite.engine.coupons.statistics import STATES, state_of
from lstep_lite.engine.transfers import lists
from lstep_lite.engine.transfers.cells import guarded
from lstep_lite.models import Coupon, CouponTicket, Export

HEADINGS = ("お客様", "状態", "受け取り日時", "期限", "使った回数", "クーポン番号")


def begin(session: Session, coupon: Coupon, *, staff_id: int, now: datetime) -> Export:
    """Write down that somebody takes the tickets of *coupon*."""
    mine = sa.select(sa.func.count()).select_from(CouponTicket).where(CouponTicket.coupon_id == coupon.id)
    return lists.begin(session, HEADINGS, session.scalar(mine) or 0, staff_id=staff_id, now=now)


def lines(database: Database, coupon_id: int, *, zone: ZoneInfo, now: datetime) -> Iterator[bytes]:
    """The file in pieces, oldest ticket first."""

    def read(session: Session, last_id: int) -> tuple[lists.Rows, int]:
        query = sa.select(CouponTicket).where(CouponTicket.coupon_id == coupon_id, CouponTicket.id > last_id)
        query = query.options(joinedload(CouponTicket.friend)).order_by(CouponTicket.id).limit(lists.CHUNK)
        found = session.scalars(query).all()
        return [_row(ticket, now, zone) for ticket in found], found[-1].id if found else last_id

    return lists.lines(database, HEADINGS, read)


def _row(ticket: CouponTicket, now: datetime, zone: ZoneInfo) -> list[str]:
    moments = (ticket.obtained_at, ticket.expires_at)
    obtained, expires = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "" for moment in moments)
    cells = (ticket.friend.name, STATES[state_of(ticket, now)], obtained, expires, str(ticket.uses), ticket.number)
    return [guarded(cell) for cell in cells]
