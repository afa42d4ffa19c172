"""Tickets: one a friend and coupon, got from a limited supply, used so often and no more, whoever comes at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import add_new
from lstep_lite.engine import actions, locking, segments, settings, triggers
from lstep_lite.engine.coupons import drawing, keeping
from lstep_lite.engine.studio import new_code
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    ChangedBy,
    Coupon,
    CouponHome,
    CouponState,
    CouponTicket,
    CouponUse,
    Friend,
    TicketState,
    TimelineEntry,
    WebhookEvent,
)

triggers.labels.update(
    {
        "coupon.obtained": "クーポンを受け取った",
        "coupon.lost": "クーポンの抽選にはずれた",
        "coupon.used": "クーポンを使った",
        "coupon.use_undone": "クーポンの使用を取り消した",
    }
)

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mixes up when they are read out."""
NUMBER_LENGTH = 10
QUESTION_LASTS = timedelta(minutes=5)
"""How long 「はい」 may be pressed after 「使いますか？」."""
SIDES = 100


@dataclass(frozen=True)
class By:
    """Who does it, why, and when. *at* is when the customer tapped; it decides about periods."""

    changed_by: ChangedBy
    now: datetime
    at: datetime
    occurrence: str = ""
    """Unique for this tap or press."""
    event: WebhookEvent | None = None
    cause: TimelineEntry | None = None
    staff_id: int | None = None


@dataclass(frozen=True)
class Obtained:
    """What came of asking for a coupon: a ticket, new or had before, or the reason why there is none."""

    ticket: CouponTicket | None
    refusal: str = ""
    is_new: bool = False


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, ticket_id: int) -> CouponTicket:
    ticket = session.get(CouponTicket, ticket_id)
    if ticket is None:
        raise NotFound("このクーポンは見つかりませんでした。")
    return ticket


def find(session: Session, code: str) -> CouponTicket | None:
    """The ticket with this code in its address."""
    return session.scalar(sa.select(CouponTicket).where(CouponTicket.code == code))


def of_friend(session: Session, coupon: Coupon, friend: Friend) -> CouponTicket | None:
    mine = sa.select(CouponTicket).where(CouponTicket.coupon_id == coupon.id, CouponTicket.friend_id == friend.id)
    return session.scalar(mine.execution_options(populate_existing=True))


def holds(session: Session, coupon: Coupon, friend: Friend) -> bool:
    """Whether the friend has got it, used up or not; a lost lottery is none."""
    ticket = of_friend(session, coupon, friend)
    return ticket is not None and ticket.state is not TicketState.LOST


def uses_left(ticket: CouponTicket) -> int | None:
    """How often it can still be used; None for any number of times."""
    most = ticket.coupon.uses_each
    return None if most is None else max(0, most - ticket.uses)


def why_not_usable(ticket: CouponTicket, at: datetime, zone: ZoneInfo) -> str:
    """Why it can't be used at *at*, and what to do then; empty when it can."""
    coupon = ticket.coupon
    if ticket.state is TicketState.LOST:
        return f"「{coupon.title}」は抽選にはずれたため、使えません。"
    if ticket.state is TicketState.USED_UP:
        return f"「{coupon.title}」は使用済みです。次のクーポンをお待ちください。"
    if coupon.starts_at is not None and at < coupon.starts_at:
        return f"「{coupon.title}」は{drawing.in_words(coupon.starts_at, zone)}からお使いいただけます。"
    if ticket.expires_at is not None and at >= ticket.expires_at:
        return f"「{coupon.title}」は{drawing.end_in_words(ticket.expires_at, zone)}で期限が切れました。"
    return ""


# Getting -------------------------------------------------------------------------------------------------------------


def obtain(session: Session, coupon: Coupon, friend: Friend, by: By) -> Obtained:
    """A customer asks for the coupon: the ticket, if need be after the lottery. Asking again changes nothing.

    Nobody is told yet: see `follow`.
    """
    locking.lock(session, friend)
    if (found := of_friend(session, coupon, friend)) is not None:
        return Obtained(found)
    zone = settings.zone(session)
    if reason := why_not_obtainable(coupon, by.at, zone):
        return Obtained(None, reason)
    wins = not coupon.is_lottery or _draws_a_win(coupon, friend)
    ticket = _insert(session, coupon, friend, TicketState.HELD if wins else TicketState.LOST, by, zone)
    if ticket is None:
        return Obtained(of_friend(session, coupon, friend))
    if not wins or _take(session, coupon):
        return Obtained(ticket, is_new=True)
    if coupon.is_lottery:  # the prizes are gone
        ticket.state, ticket.expires_at = TicketState.LOST, None
        return Obtained(ticket, is_new=True)
    session.delete(ticket)
    session.flush()  # the friend may ask again once there are more
    return Obtained(None, f"「{coupon.title}」は予定の枚数に達したため、配布を終了しました。")


def give(session: Session, coupon: Coupon, friend: Friend, by: By) -> CouponTicket:
    """Hand the coupon over without a lottery; who lost it wins now. Raises DomainError when the friend has it, or when
    there is none left.

    Nobody is told yet: see `follow`.
    """
    locking.lock(session, friend)
    _check_givable(coupon, by.now)
    zone = settings.zone(session)
    ticket = _insert(session, coupon, friend, TicketState.HELD, by, zone) or _won_after_all(
        session, coupon, friend, by, zone
    )
    if not _take(session, coupon):
        raise DomainError(f"「{coupon.name}」は残りがありません。枚数を増やしてから、もう一度お試しください。")
    return ticket


def why_not_obtainable(coupon: Coupon, at: datetime, zone: ZoneInfo) -> str:
    """Why nobody gets it at *at*, for the customer to read; empty when they do."""
    if coupon.state is CouponState.CLOSED:
        return f"「{coupon.title}」の配布は終了しました。またのご利用をお待ちしています。"
    if coupon.state is CouponState.DRAFT:
        return f"「{coupon.title}」はまだ準備中です。もうしばらくお待ちください。"
    if coupon.starts_at is not None and at < coupon.starts_at:
        starts = drawing.in_words(coupon.starts_at, zone)
        return f"「{coupon.title}」は{starts}から受け取れます。もうしばらくお待ちください。"
    if coupon.ends_at is not None and at >= coupon.ends_at:
        ends = drawing.end_in_words(coupon.ends_at, zone)
        return f"「{coupon.title}」は{ends}で終了しました。またのご利用をお待ちしています。"
    return ""


def _check_givable(coupon: Coupon, now: datetime) -> None:
    if coupon.home is CouponHome.LINE:
        raise DomainError("LINE公式アカウントのクーポンは、メッセージで送ってください。")
    if coupon.state is not CouponState.OPEN:
        raise DomainError(f"「{coupon.name}」はいま配布していません。「配布を始める」を押してからお試しください。")
    if coupon.ends_at is not None and coupon.ends_at <= now:
        raise DomainError(f"「{coupon.name}」は期間が終わっています。期間を直してからお試しください。")


def _draws_a_win(coupon: Coupon, friend: Friend) -> bool:
    drawn: int = segments.draw(friend.lot_number, f"coupon:{coupon.id}", "", sides=SIDES)
    return drawn < (coupon.percent or 0)


def _insert(
    session: Session, coupon: Coupon, friend: Friend, state: TicketState, by: By, zone: ZoneInfo
) -> CouponTicket | None:
    """The friend's ticket; None when there is one already."""
    row = {
        "coupon_id": coupon.id,
        "friend_id": friend.id,
        "code": new_code(),
        "number": "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH)),
        "state": state,
        "obtained_at": by.now,
        "obtained_by": by.changed_by,
        "expires_at": drawing.expiry(coupon, by.now, zone) if state is TicketState.HELD else None,
        "uses": 0,
        "cause_id": by.cause.id if by.cause else None,
    }
    session.flush()  # what it refers to
    ticket_id = add_new(session, CouponTicket, row)
    return None if ticket_id is None else session.get_one(CouponTicket, ticket_id)


def _won_after_all(session: Session, coupon: Coupon, friend: Friend, by: By, zone: ZoneInfo) -> CouponTicket:
    ticket = of_friend(session, coupon, friend)
    if ticket is None or ticket.state is not TicketState.LOST:
        raise DomainError(f"「{coupon.name}」はもう渡してあります。")
    ticket.state, ticket.obtained_at, ticket.obtained_by = TicketState.HELD, by.now, by.changed_by
    ticket.expires_at = drawing.expiry(coupon, by.now, zone)
    session.flush()  # the page that follows counts it
    return ticket


def _take(session: Session, coupon: Coupon) -> bool:
    """One from the supply, for good; False when none is left. The database decides, and gives none too many."""
    is_left = sa.or_(Coupon.supply.is_(None), Coupon.taken < Coupon.supply)
    taken = sa.update(Coupon).where(Coupon.id == coupon.id, is_left).values(taken=Coupon.taken + 1)
    took = session.scalar(taken.returning(Coupon.id), execution_options={"synchronize_session": False})
    session.expire(coupon, ["taken"])
    return took is not None


# Using ---------------------------------------------------------------------------------------------------------------


def ask(session: Session, ticket: CouponTicket, by: By) -> str:
    """「使いますか？」 is about to be asked: the code of the question, which the answer must bring back."""
    ticket.question, ticket.asked_at = new_code(), by.at
    session.flush()  # the answer is looked up by it
    return ticket.question


def asked(session: Session, question: str) -> CouponTicket | None:
    """The ticket that *question* was asked about, if nobody has answered it or asked anew."""
    return session.scalar(sa.select(CouponTicket).where(CouponTicket.question == question))


def is_answered_in_time(ticket: CouponTicket, at: datetime) -> bool:
    return ticket.asked_at is not None and at < ticket.asked_at + QUESTION_LASTS


def use(session: Session, ticket: CouponTicket, by: By) -> CouponUse | None:
    """Use it once. None when this very tap or press has used it before. Raises DomainError when it can't be used;
    the caller's unit or savepoint goes back then.
    """
    locking.lock(session, ticket.friend)
    row = {"occurrence": by.occurrence, "ticket_id": ticket.id, "coupon_id": ticket.coupon_id, "at": by.now}
    session.flush()  # what it refers to
    use_id = add_new(session, CouponUse, row | {"used_by": by.changed_by, "staff_id": by.staff_id})
    if use_id is None:
        return None
    if reason := why_not_usable(ticket, by.at, settings.zone(session)):
        raise DomainError(reason)
    if not _count_use(session, ticket):
        raise DomainError(f"「{ticket.coupon.title}」は使用済みです。次のクーポンをお待ちください。")
    return session.get_one(CouponUse, use_id)


def _count_use(session: Session, ticket: CouponTicket) -> bool:
    """One use of so many; False when all are used. The database decides here too."""
    most, each = ticket.coupon.uses_each, CouponTicket
    is_left = (
        each.state == TicketState.HELD if most is None else sa.and_(each.state == TicketState.HELD, each.uses < most)
    )
    is_last = sa.literal(most is not None) & (each.uses + 1 >= (most or 0))
    used_up = sa.case((is_last, TicketState.USED_UP.value), else_=TicketState.HELD.value)
    values = {"uses": each.uses + 1, "state": used_up, "question": None}
    counted = sa.update(each).where(each.id == ticket.id, is_left).values(values).returning(each.id)
    is_counted = session.scalar(counted, execution_options={"synchronize_session": False}) is not None
    session.refresh(ticket)
    return is_counted


def undo(session: Session, used: CouponUse, *, staff_id: int, now: datetime) -> None:
    """Take a use of the same day back. What followed from it stays done. Raises DomainError."""
    zone = settings.zone(session)
    if used.at.astimezone(zone).date() != now.astimezone(zone).date():
        raise DomainError("使用を取り消せるのは、使った当日だけです。必要なときは、もう一度クーポンを渡してください。")
    ticket = session.get_one(CouponTicket, used.ticket_id)
    locking.lock(session, ticket.friend)
    mine = sa.update(CouponUse).where(CouponUse.id == used.id, CouponUse.undone_at.is_(None))
    undone = mine.values(undone_at=now, undone_by_id=staff_id).returning(CouponUse.id)
    if session.scalar(undone, execution_options={"synchronize_session": False}) is None:
        raise DomainError("この使用は、もう取り消してあります。")
    back = sa.update(CouponTicket).where(CouponTicket.id == ticket.id)
    values = {"uses": CouponTicket.uses - 1, "state": TicketState.HELD}
    session.execute(back.values(values), execution_options={"synchronize_session": False})
    session.refresh(ticket)
    session.refresh(used)
    facts = _facts(ticket, staff_id)
    triggers.record(session, "coupon.use_undone", ticket.friend, now=now, **facts)


def get_use(session: Session, use_id: int) -> CouponUse:
    found = session.get(CouponUse, use_id)
    if found is None:
        raise NotFound("この使用の記録は見つかりませんでした。")
    return found


# What follows --------------------------------------------------------------------------------------------------------


def follow(session: Session, ticket: CouponTicket, by: By) -> TimelineEntry:
    """Tell of a ticket that was just got, or of a lottery just lost: the coupon's actions run.

    By hand it is only written down, like everything people do by hand.
    """
    facts, friend, now = _facts(ticket, by.staff_id), ticket.friend, by.now
    if ticket.state is TicketState.LOST:
        return triggers.fire(session, "coupon.lost", friend, now=now, event=by.event, cause=by.cause, **facts)
    return triggers.happen(
        session, "coupon.obtained", friend, by.changed_by, now=now, event=by.event, cause=by.cause, **facts
    )


def follow_use(session: Session, used: CouponUse, ticket: CouponTicket, by: By) -> TimelineEntry:
    """Tell of a use: the coupon's actions run, whoever pressed the button."""
    facts = _facts(ticket, by.staff_id) | {"use_id": used.id}
    friend, now = ticket.friend, by.now
    return triggers.fire(session, "coupon.used", friend, now=now, event=by.event, cause=by.cause, **facts)


def _facts(ticket: CouponTicket, staff_id: int | None) -> dict[str, Any]:
    """The name is written down too: it may change later."""
    facts: dict[str, Any] = {"coupon_id": ticket.coupon_id, "ticket_id": ticket.id, "label": ticket.coupon.name}
    return facts | ({"staff_id": staff_id} if staff_id is not None else {})


@triggers.on("coupon.obtained")
def _run_obtained(session: Session, happening: triggers.Happening) -> str | None:
    return _run(session, keeping.OBTAINED, happening)


@triggers.on("coupon.lost")
def _run_lost(session: Session, happening: triggers.Happening) -> str | None:
    return _run(session, keeping.LOST, happening)


@triggers.on("coupon.used")
def _run_used(session: Session, happening: triggers.Happening) -> str | None:
    return _run(session, keeping.USED, happening)


def _run(session: Session, place: str, happening: triggers.Happening) -> str | None:
    trigger = actions.Trigger(
        f"timeline:{happening.entry.id}", happening.now, cause=happening.entry, event=happening.event
    )
    ran = actions.run_at(session, place, happening.facts["coupon_id"], happening.friend, trigger)
    return None if ran is None else "クーポンに決めたアクションを実行しました。"
