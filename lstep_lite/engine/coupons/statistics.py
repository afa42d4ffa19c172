"""Numbers about one coupon, and its list of tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import settings
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.text import normalise
from lstep_lite.models import Coupon, CouponTicket, CouponUse, Friend, TicketState

DAYS = 14
PAGE_SIZE = 50
STATES = {"held": "未使用", "used": "使用済み", "expired": "期限切れ", "lost": "はずれ"}


@dataclass(frozen=True)
class Day:
    on: date
    obtained: int
    used: int


@dataclass(frozen=True)
class Page(Paged):
    """One page of the tickets, the newest first."""

    tickets: Sequence[CouponTicket]


def days(session: Session, coupon: Coupon, *, now: datetime) -> list[Day]:
    """The last two weeks in the shop, today last."""
    zone = settings.zone(session)
    today = now.astimezone(zone).date()
    begins = datetime.combine(today - timedelta(days=DAYS - 1), datetime.min.time(), zone)
    ticket, use = CouponTicket, CouponUse
    got = sa.select(ticket.obtained_at).where(
        ticket.coupon_id == coupon.id, ticket.state != TicketState.LOST, ticket.obtained_at >= begins
    )
    used = sa.select(use.at).where(use.coupon_id == coupon.id, use.undone_at.is_(None), use.at >= begins)
    obtained_on, used_on = _by_day(session, got, zone), _by_day(session, used, zone)
    every = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    return [Day(on, obtained_on.get(on, 0), used_on.get(on, 0)) for on in every]


def _by_day(session: Session, moments: sa.Select[datetime], zone: ZoneInfo) -> Mapping[date, int]:
    """How many fall on each day of the shop. The hours are counted by the database: there may be many thousands."""
    [moment] = moments.selected_columns
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    hour = (
        sa.func.strftime("%Y-%m-%d %H", moment)
        if is_sqlite
        else sa.func.to_char(sa.func.timezone("UTC", moment), "YYYY-MM-DD HH24")
    )
    counted = moments.with_only_columns(hour, sa.func.count()).group_by(sa.text("1"))
    found: dict[date, int] = {}
    for text, count in session.execute(counted):
        on = datetime.fromisoformat(f"{text}:00+00:00").astimezone(zone).date()
        found[on] = found.get(on, 0) + int(count)
    return found


def state_of(ticket: CouponTicket, now: datetime) -> str:
    """A key of STATES."""
    if ticket.state is TicketState.LOST:
        return "lost"
    if ticket.state is TicketState.USED_UP:
        return "used"
    return "expired" if ticket.expires_at is not None and ticket.expires_at <= now else "held"


def page(session: Session, coupon: Coupon, *, now: datetime, text: str = "", state: str = "", number: int = 1) -> Page:
    """The tickets of friends with *text* in their names, or with that number; *state* is a key of STATES."""
    wanted = [*_wanted(coupon, state, now), *_like(text)]
    joined = sa.select(sa.func.count()).select_from(CouponTicket).join(Friend, Friend.id == CouponTicket.friend_id)
    total = session.scalar(joined.where(*wanted)) or 0
    number = nearest(number, total, PAGE_SIZE)
    query = sa.select(CouponTicket).join(Friend, Friend.id == CouponTicket.friend_id).where(*wanted)
    query = query.options(joinedload(CouponTicket.friend), joinedload(CouponTicket.coupon))
    query = query.order_by(CouponTicket.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(session.scalars(query).all(), total_count=total, number=number, size=PAGE_SIZE)


def _wanted(coupon: Coupon, state: str, now: datetime) -> list[sa.ColumnElement[bool]]:
    ticket, held = CouponTicket, CouponTicket.state == TicketState.HELD
    is_over = sa.and_(ticket.expires_at.is_not(None), ticket.expires_at <= now)
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "held": sa.and_(held, ~is_over),
        "used": sa.or_(ticket.state == TicketState.USED_UP, ticket.uses > 0),
        "expired": sa.and_(held, is_over),
        "lost": ticket.state == TicketState.LOST,
    }
    return [ticket.coupon_id == coupon.id, *([conditions[state]] if state in conditions else [])]


def _like(text: str) -> list[sa.ColumnElement[bool]]:
    key = normalise(text)
    if not key:
        return []
    number = CouponTicket.number.contains(key.upper(), autoescape=True)
    return [sa.or_(Friend.search_text.contains(key, autoescape=True), number)]
