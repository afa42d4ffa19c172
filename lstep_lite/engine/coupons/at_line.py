"""Coupons that LINE keeps: making and closing them there, so that none is made twice whatever happens on the way.

LINE knows no retry key here. A request whose answer never came is therefore looked for in LINE's own list before it is
tried again. https://developers.line.biz/en/reference/messaging-api/#create-coupon
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, media
from lstep_lite.engine.line import Account, CouponsAtLine, LineError
from lstep_lite.errors import DomainError
from lstep_lite.models import CodeKind, CodeShape, Coupon, CouponState, LineCoupon, LineState, Reward

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
COMPARED = ("title", "startTimestamp", "endTimestamp", "maxUseCountPerTicket")
"""What tells a coupon from another one in LINE's answers."""


@dataclass(frozen=True)
class _Job:
    coupon_id: int
    line_id: str | None
    is_to_close: bool
    was_asked: bool
    """Whether LINE may have made it already."""
    body: dict[str, Any]
    known_ids: Sequence[str]
    """LINE's ids of our other coupons."""


def work_due(database: Database, account: Account, *, public_url: str, wall: datetime, limit: int) -> int:
    """Make and close at LINE what is due, up to *limit* coupons; how many were tried."""
    for tried in range(limit):
        with database.read() as session:
            if session.scalar(due(wall)) is None:
                return tried
        with database.unit() as session:
            job = _claim(session, public_url, wall)
        if job is None:
            return tried
        line_id, error = _do(account, job)
        with database.unit() as session:
            _record(session, job, line_id, error, wall)
    return limit


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    due = sa.select(sa.func.count()).select_from(LineCoupon).where(LineCoupon.due_at <= wall)
    return agenda.Pending(due=session.scalar(due) or 0)


def due(wall: datetime) -> sa.Select[int]:
    query = sa.select(LineCoupon.coupon_id).where(LineCoupon.due_at <= wall)
    return query.order_by(LineCoupon.due_at, LineCoupon.coupon_id).limit(1)


def _claim(session: Session, public_url: str, wall: datetime) -> _Job | None:
    mine = sa.select(LineCoupon).where(LineCoupon.coupon_id.in_(due(wall))).with_for_update(skip_locked=True)
    row = session.scalars(mine).one_or_none()
    if row is None:
        return None
    is_to_close, was_asked = row.state is LineState.CLOSING, row.state is LineState.MAKING
    row.attempts, row.due_at = row.attempts + 1, wall + LEASE
    if not is_to_close:
        row.state = LineState.MAKING
    others = sa.select(LineCoupon.line_id).where(LineCoupon.line_id.is_not(None))
    known = [line_id for line_id in session.scalars(others) if line_id]
    return _Job(row.coupon_id, row.line_id, is_to_close, was_asked, body(session, row.coupon, public_url), known)


def body(session: Session, coupon: Coupon, public_url: str) -> dict[str, Any]:
    """The coupon as LINE wants it."""
    made: dict[str, Any] = {
        "title": coupon.title,
        "startTimestamp": _seconds(coupon.starts_at),
        "endTimestamp": _seconds(coupon.ends_at),
        "timezone": "ASIA_TOKYO",
        "visibility": "UNLISTED",
        "maxUseCountPerTicket": coupon.uses_each or -1,
        "acquisitionCondition": _acquisition(coupon),
        "reward": _reward(coupon),
    }
    picture = media.public(session, [coupon.media_id or 0], public_url).get(coupon.media_id or 0)
    has_code = coupon.code_kind is CodeKind.COMMON
    has_bars = has_code and coupon.code_shape is not CodeShape.TEXT
    more = {
        "description": coupon.description,
        "usageCondition": coupon.conditions,
        "couponCode": coupon.common_code if has_code else "",
        "imageUrl": picture.url if picture else "",
        "barcodeImageUrl": f"{public_url}/coupons/codes/{coupon.code}/picture" if has_bars else "",
    }
    return made | {name: text for name, text in more.items() if text}


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


def _acquisition(coupon: Coupon) -> dict[str, Any]:
    if coupon.percent is None:
        return {"type": "normal"}
    return {"type": "lottery", "lotteryProbability": coupon.percent, "maxAcquireCount": coupon.supply or -1}


def _reward(coupon: Coupon) -> dict[str, Any]:
    if coupon.reward is Reward.YEN_OFF:
        return {"type": "discount", "priceInfo": {"type": "fixed", "fixedAmount": coupon.reward_amount}}
    if coupon.reward is Reward.PERCENT_OFF:
        return {"type": "discount", "priceInfo": {"type": "percentage", "percentage": coupon.reward_amount}}
    return {"type": coupon.reward.value}


def _do(account: Account, job: _Job) -> tuple[str | None, DomainError | None]:
    """LINE's id of the coupon, or what went wrong. No unit of work is open here."""
    try:
        at_line = account.line().coupons
        if job.is_to_close:
            return _close(at_line, job), None
        return _find(at_line, job) or at_line.create(job.body), None
    except DomainError as error:
        log.warning("coupon %s at LINE: %s", job.coupon_id, error.message)
        return None, error


def _find(at_line: CouponsAtLine, job: _Job) -> str | None:
    """The coupon that an earlier request made, if it was accepted after all."""
    if not job.was_asked:
        return None
    for line_id, title in at_line.running():
        if line_id in job.known_ids or title != job.body["title"]:
            continue
        found = at_line.get(line_id)
        if all(found.get(name) == job.body[name] for name in COMPARED):
            return line_id
    return None


def _close(at_line: CouponsAtLine, job: _Job) -> str | None:
    try:
        at_line.close(job.line_id or "")
    except LineError as error:
        if error.http_status != 410:  # closed already
            raise
    return job.line_id


def _record(session: Session, job: _Job, line_id: str | None, error: DomainError | None, wall: datetime) -> None:
    row = session.get_one(LineCoupon, job.coupon_id, with_for_update=True)
    if error is not None:
        row.reason = error.message
        is_over = isinstance(error, LineError) and error.permanent
        row.due_at = None if is_over else wall + min(LONGEST_PAUSE, timedelta(minutes=2 ** min(row.attempts, 6)))
        row.state = LineState.FAILED if is_over else row.state
        return
    row.line_id, row.reason, row.due_at, row.attempts = line_id, None, None, 0
    row.state = LineState.CLOSED if job.is_to_close else LineState.OPEN
    if not job.is_to_close:
        row.coupon.state = CouponState.OPEN
