"""The last look before booking, and booking: what is shown there is what is sent back and compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import locking
from lstep_lite.engine.reservations.availability import choosing
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.availability.days import clock, in_words, instant
from lstep_lite.engine.reservations.availability.plans import Line, Plan
from lstep_lite.engine.reservations.availability.policies import Changing, LateCancel, Policy
from lstep_lite.engine.reservations.customer import details, offering
from lstep_lite.engine.reservations.customer.offering import Looking
from lstep_lite.engine.reservations.transitions import booking, limits
from lstep_lite.engine.reservations.transitions.booking import Order, Quote
from lstep_lite.engine.reservations.transitions.refusals import Start
from lstep_lite.engine.settings import zone
from lstep_lite.engine.surveys import recording
from lstep_lite.engine.surveys.parsing import Refused as Unanswered
from lstep_lite.models import BookingCustomer, BookingPage, Course, Friend, Provider, Reservation


@dataclass(frozen=True)
class Proposal:
    """What a customer confirms."""

    plan: Plan
    policy: Policy
    quote: Quote
    start: Start
    is_request: bool
    """Whether the shop decides on it."""
    staff: str
    """「佐藤（ご指名）」「指名なし」; empty where nobody serves."""
    shows_prices: bool
    rules: str
    """Until when it can be changed or cancelled, in words."""

    @property
    def when(self) -> str:
        """「3月5日(金) 10:00〜11:00ごろ」"""
        ends = self.start.minute + self.plan.offer.shape.minutes
        return f"{in_words(self.start.day, self.start.minute)}〜{clock(ends)}ごろ"

    @property
    def lines(self) -> Sequence[Line]:
        return self.plan.offer.lines

    @property
    def total(self) -> str:
        return offering.total_of(self.plan)


def propose(session: Session, looking: Looking, friend: Friend, day: date, minute: int) -> Proposal:
    """What they are about to book, whether or not it is free."""
    plan, policy = looking.plan, looking.policy
    return Proposal(
        plan=plan,
        policy=policy,
        quote=booking.quote(session, friend, plan, policy),
        start=Start(day, minute, instant(day, minute, zone(session))),
        is_request=limits.needs_approval(session, friend, policy),
        staff=_staff(session, plan),
        shows_prices=_shows_prices(session, plan),
        rules=rules_in_words(policy),
    )


def _staff(session: Session, plan: Plan) -> str:
    if not plan.offer.shape.takes_provider:
        return ""
    if plan.wish.provider_id is None:
        return "指名なし（空いているスタッフが担当します）"
    return f"{session.get_one(Provider, plan.wish.provider_id).name}（ご指名）"


def _shows_prices(session: Session, plan: Plan) -> bool:
    hidden = sa.select(Course.id).where(Course.id.in_(plan.wish.course_ids), Course.shows_price.is_(False))
    return session.scalar(hidden.limit(1)) is None


def rules_in_words(policy: Policy) -> str:
    """「変更・キャンセルは前日18:00までお手続きいただけます」"""
    by_hand = [
        name
        for name, is_open in (("変更", policy.changing is not Changing.NO), ("キャンセル", policy.cancelling))
        if is_open
    ]
    if not by_hand:
        return "オンラインでの変更・キャンセルは承っておりません。お手数ですがお店にご連絡ください。"
    until = policy.deadline.in_words() if policy.deadline is not None else "ご来店の時刻"
    words = f"{'・'.join(by_hand)}は{until}までお手続きいただけます。"
    if policy.cancelling and policy.late_cancel is LateCancel.ALLOW_MARKED:
        words += "それ以降のキャンセルは「直前キャンセル」として記録されます。"
    return words


def answer_in_words(policy: Policy) -> str:
    """「24時間以内」: how long the shop has for an answer."""
    hours, minutes = divmod(policy.request_minutes, 60)
    return f"{hours}時間以内" if hours and not minutes else f"{policy.request_minutes}分以内"


def check(session: Session, looking: Looking, friend: Friend, start: Start, *, now: datetime) -> None:
    """Raises Refused now for what would be refused on booking; nobody is kept from being quicker meanwhile."""
    wanted = wanted_of(looking, start)
    customer = session.get(BookingCustomer, friend.id) or BookingCustomer(online="ok")
    limits.check_who(session, friend, customer, looking.plan, now=now)
    booking.check_customer(session, friend, wanted, now=now)
    choosing.candidates(session, choosing.scene_of(session, wanted, now=now), wanted)


def wanted_of(looking: Looking, start: Start) -> Wanted:
    return Wanted(
        looking.plan, start.day, start.minute, looking.policy, looking.page, looking.friend_id, looking.except_id
    )


def book(session: Session, friend: Friend, page: BookingPage, order: Order, *, now: datetime) -> Reservation:
    """Book with what the customer has typed so far. Raises surveys' Refused for what is missing, and Refused."""
    locking.lock(session, friend)
    if _is_booked(session, friend, order.key):
        return booking.order(session, friend, order, page=page, now=now)
    document = details.for_friend(session, page, friend)
    typed = details.typed(session, document, friend)
    read = details.read(session, document, friend, now=now)
    if read.errors:
        raise Unanswered(read.errors)
    details.write_down(session, friend, read, now=now)
    session.flush()  # what they said of themselves is known to all that follows
    said = [value for value in recording.values(read, typed) if value["code"] not in details.OWN]
    whole = replace(order, note=details.note_of(read), values=said)
    return booking.order(session, friend, whole, page=page, now=now)


def _is_booked(session: Session, friend: Friend, key: str) -> bool:
    mine = sa.select(Reservation.id).where(Reservation.friend_id == friend.id, Reservation.idempotency_key == key)
    return session.scalar(mine) is not None
