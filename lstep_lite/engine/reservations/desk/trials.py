"""予約の試し: what a booking would bring its customer, played by the real transitions and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.db import may_work
from lstep_lite.engine.rehearsals import Imagined, people
from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.desk.inspecting import Question
from lstep_lite.engine.reservations.effects import Ahead, Message, messaging, texts
from lstep_lite.engine.reservations.transitions import booking, ending, recording, visiting
from lstep_lite.engine.reservations.transitions.booking import Order, Visit
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Reservation, ReservationState

LONGEST_SECONDS = 5.0
KEY = "trial"
NO_TIME = "時刻を入力してください。"


@dataclass(frozen=True)
class Trial:
    when: str
    price: int | None
    is_asked: bool
    """Whether the shop would have to approve it first."""
    at_once: Sequence[Message]
    """What tells the customer that it is booked, or asked for and then approved."""
    before: Sequence[Ahead]
    after: Sequence[Ahead]
    """Once the visit is over."""
    unreachable: str | None
    """Why nothing of it would reach the customer, if so."""


def play(session: Session, question: Question, *, now: datetime) -> Trial:
    """Everything that is written goes back before this ends. Raises DomainError for what can't be booked."""
    if question.minute is None:
        raise DomainError(NO_TIME, "time")
    may_work(LONGEST_SECONDS)
    woken = list(session.info.get("after_commit", []))
    try:
        with session.begin_nested():
            raise _TakenBack(_played(session, question, question.minute, now))
    except _TakenBack as taken_back:
        return taken_back.trial
    finally:
        session.info["after_commit"] = woken


class _TakenBack(Exception):
    def __init__(self, trial: Trial) -> None:
        self.trial = trial


def _played(session: Session, question: Question, minute: int, now: datetime) -> Trial:
    friend = question.friend or people.make(session, Imagined(), now=now)
    row = _booked(session, friend, question, minute, now)
    is_asked = row.state is ReservationState.REQUESTED
    kinds = ["requested", "approved"] if is_asked else ["confirmed"]
    if is_asked:
        ending.approve(session, row, by=recording.by_staff(None), now=now)
    before, price = list(effects.ahead(session, row)), row.price
    visiting.complete(session, row, by=recording.by_staff(None), now=max(now, row.ends_at))
    return Trial(
        when=in_words(row.business_date, row.start_minute),
        price=price,
        is_asked=is_asked,
        at_once=[message for kind in kinds if (message := texts.get(session, kind)).is_on],
        before=before,
        after=list(effects.ahead(session, row)),
        unreachable=messaging.unreachable(friend),
    )


def _booked(session: Session, friend: Friend, question: Question, minute: int, now: datetime) -> Reservation:
    if question.page is None:
        visit = Visit(question.wish, question.day, minute, is_nominated=question.wish.provider_id is not None)
        return booking.write_down(session, friend, visit, by=recording.by_staff(None), now=now)
    order = Order(question.wish, question.day, minute, KEY, consents=True)
    return booking.order(session, friend, order, page=question.page, now=now)
