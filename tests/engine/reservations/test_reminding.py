"""Reminders by bookings: set, moved and taken away with them, and looked at again just before they go out."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import registry, triggers
from lstep_lite.engine.reminders import running
from lstep_lite.engine.reservations import by_staff, effects
from lstep_lite.engine.reservations.effects import messaging, reminding, rules
from lstep_lite.engine.reservations.effects.rules import RuleDraft
from lstep_lite.engine.reservations.transitions import booking, changing, ending, visiting
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.models import (
    Countdown,
    CountdownState,
    Delivery,
    Friend,
    ReminderPassage,
    Reservation,
    ReservationSettings,
    ReservationState,
    RuleGoal,
)
from tests.engine.reservations.salon import ELEVEN, FRIDAY, TEN, TODAY, Salon, a_salon, at, visit
from tests.engine.reservations.test_booking import book
from tests.engine.reservations.test_effects import sent, shown, words
from tests.factories import NOW, a_friend, a_reminder

assert registry
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF = by_staff(None)


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session, place="東京都渋谷区1-2-3")


@pytest.fixture
def hanako(session: Session, salon: Salon) -> Friend:
    return a_friend(session, display_name="山田花子", line_user_id="U1", is_following=True)


@pytest.fixture
def made(session: Session, salon: Salon, hanako: Friend) -> Reservation:
    """Friday at 10:00 with 佐藤, who was asked for."""
    return book(session, hanako, salon, provider_id=salon.sato)


def goals(session: Session) -> dict[str, datetime | None]:
    """When the goals that run now are looked at next, by reminder."""
    active = sa.select(Countdown).where(Countdown.state == CountdownState.ACTIVE)
    return {each.reminder.name.removeprefix("予約："): each.due_at for each in session.scalars(active)}


def advance(session: Session, name: str, now: datetime) -> Delivery | None:
    """Do what is due of one reminder: what it sent."""
    before = len(sent(session))
    active = sa.select(Countdown).where(Countdown.state == CountdownState.ACTIVE)
    countdown = [each for each in session.scalars(active.order_by(Countdown.id)) if name in each.reminder.name][-1]
    running.advance(session, countdown, session.get_one(Friend, countdown.friend_id), now=now)
    found = sent(session)[before:]
    return found[0] if found else None


def test_both_reminders_come_before_the_visit_and_move_with_it(session: Session, salon: Salon, hanako: Friend) -> None:
    rules.make_ready(session, now=NOW)
    made = book(session, hanako, salon, provider_id=salon.sato)
    assert goals(session) == {"前日のご案内": at(TODAY, 1080), "2時間前のご案内": at(FRIDAY, 480)}
    titles = [(each.due_at, each.title) for each in effects.ahead(session, made)]
    assert titles == [(at(TODAY, 1080), "前日の18:00"), (at(FRIDAY, 480), "2時間前")]
    told = advance(session, "前日", at(TODAY, 1080))
    assert told is not None
    message = shown(session, told, now=at(TODAY, 1080))
    assert message["altText"] == "明日のご予約のご案内"
    assert "明日 3月6日(金) 10:00にお待ちしております。" in words(message["contents"])
    assert "キャンセルする" not in words(message["contents"]), "the deadline is this very moment"
    monday = FRIDAY + timedelta(days=3)
    changing.move(session, made, Change(monday, ELEVEN), by=STAFF, now=at(TODAY, 1090))
    assert goals(session) == {"前日のご案内": at(monday, -360), "2時間前のご案内": at(monday, 540)}
    ending.cancel_by_staff(session, made, by=STAFF, now=at(TODAY, 1100))
    assert goals(session) == {}


def test_the_day_before_counts_by_business_date(session: Session, salon: Salon, hanako: Friend) -> None:
    rules.make_ready(session, now=NOW)
    settings = session.get_one(ReservationSettings, 1)
    settings.hours = {str(day): [[600, 1560]] for day in range(7)}
    late = booking.write_down(session, hanako, visit(salon, FRIDAY, 1470), by=STAFF, now=NOW, force=True)
    assert late.starts_at == at(FRIDAY + timedelta(days=1), 30)
    assert goals(session)["前日のご案内"] == at(TODAY, 1080), "24:30 on Friday is Friday's"


def test_a_late_worker_sends_for_six_hours_and_never_after_the_start(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    rules.make_ready(session, now=NOW)
    book(session, hanako, salon, provider_id=salon.sato)
    told = advance(session, "前日", at(TODAY, 1080 + 5 * 60))
    assert told is not None
    assert told.missed_after == at(TODAY, 1080 + 11 * 60)
    almost = advance(session, "2時間前", at(FRIDAY, 590))
    assert almost is not None
    assert almost.missed_after == at(FRIDAY, TEN), "never after the start"
    second = book(session, hanako, salon, FRIDAY, 840, key="second")
    assert advance(session, "2時間前", second.starts_at + timedelta(minutes=1)) is None
    reason = session.scalar(sa.select(ReminderPassage.reason).order_by(ReminderPassage.id.desc()).limit(1))
    assert reason is not None


def test_a_booking_that_does_not_stand_is_no_more_spoken_of(session: Session, salon: Salon, hanako: Friend) -> None:
    """Whatever its goals say: it is looked at once more just before a message goes out."""
    rules.make_ready(session, now=NOW)
    book(session, hanako, salon).state = ReservationState.CANCELLED
    assert advance(session, "前日", at(TODAY, 1080)) is None
    assert session.scalars(sa.select(ReminderPassage.reason)).all() == [reminding.NOT_STANDING]


def test_what_comes_after_the_start_of_that_day_is_not_sent(session: Session, salon: Salon, hanako: Friend) -> None:
    reminder = a_reminder(session, (0, "11:00"), name="当日")
    rules.keep(session, reminder, RuleDraft(RuleGoal.START), now=NOW)
    book(session, hanako, salon)
    assert advance(session, "当日", at(FRIDAY, ELEVEN)) is None
    assert session.scalars(sa.select(ReminderPassage.reason)).all() == [reminding.BEGUN]


def test_a_visit_is_thanked_for_in_the_evening_and_the_next_one_proposed_when_it_is_due(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    visiting.complete(session, made, by=STAFF, now=at(FRIDAY, ELEVEN))
    due_on = FRIDAY + timedelta(days=45)
    assert goals(session) == {"ご来店のお礼": at(FRIDAY, 1200), "次のご来店のご案内": at(due_on, ELEVEN)}
    thanks = advance(session, "お礼", at(FRIDAY, 1200))
    assert thanks is not None
    assert shown(session, thanks)["altText"] == "ご来店ありがとうございました"
    again = advance(session, "次の", at(due_on, ELEVEN))
    assert again is not None
    said = words(shown(session, again, now=at(due_on, ELEVEN))["contents"])
    assert "前回のカットから45日ほど経ちました" in said
    assert "配信を止める" in said


def test_who_has_booked_again_is_asked_for_nothing(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    visiting.complete(session, made, by=STAFF, now=at(FRIDAY, ELEVEN))
    next_one = book(session, hanako, salon, FRIDAY + timedelta(days=30), key="next", now=at(FRIDAY, ELEVEN))
    assert "次のご来店のご案内" not in goals(session)
    assert advance(session, "お礼", at(FRIDAY, 1200)) is None
    ending.cancel(session, next_one, version=1, now=at(FRIDAY, 1210))
    assert goals(session)["次のご来店のご案内"] == at(FRIDAY + timedelta(days=45), ELEVEN)


def test_a_visit_marked_late_in_the_evening_is_thanked_for_in_the_morning(
    session: Session, salon: Salon, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    late = at(FRIDAY, 21 * 60 + 30)
    visiting.complete(session, made, by=STAFF, now=late)
    thanks = advance(session, "お礼", late)
    assert thanks is not None
    assert thanks.due_at == at(FRIDAY, 32 * 60), "at 8:00"


def test_who_stops_the_invitations_gets_no_more_of_them_and_an_answer(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    visiting.complete(session, made, by=STAFF, now=at(FRIDAY, ELEVEN))
    entry = triggers.fire(session, "postback.received", hanako, now=NOW, data="reservation:stop", params={})
    assert entry.results == ["次のご来店の案内を止めました。"]
    assert len(sent(session)) == 1
    assert advance(session, "次の", at(FRIDAY + timedelta(days=45), ELEVEN)) is None
    assert advance(session, "お礼", at(FRIDAY, 1200)) is not None


def test_a_no_show_is_not_thanked(session: Session, salon: Salon, made: Reservation) -> None:
    rules.make_ready(session, now=NOW)
    visiting.no_show(session, made, by=STAFF, now=at(FRIDAY, 630))
    assert goals(session) == {}


def test_the_worker_gives_a_new_rule_its_goals_and_pushes_what_no_word_came_for_once(database: Database) -> None:
    with database.unit() as session:
        salon = a_salon(session)
        friend = a_friend(session, line_user_id="U1", is_following=True)
        origin = f"reservation:{book(session, friend, salon).id}"
        reminder = a_reminder(session, (-1, "18:00"))
        reminder_id = reminder.id
        rules.keep(session, reminder, RuleDraft(RuleGoal.START, [salon.cut], []), now=NOW)
        other = a_reminder(session, (-1, "18:00"))
        rules.keep(session, other, RuleDraft(RuleGoal.START, [salon.color], []), now=NOW)
    while reminding.catch_up(database, now=NOW, wall=NOW):
        pass
    with database.read() as session:
        [countdown] = session.scalars(sa.select(Countdown))
        assert (countdown.reminder_id, countdown.origin) == (reminder_id, origin)
        assert reminding.pending(session, now=NOW, wall=NOW).due == 0
    for _ in range(2):
        messaging.push_due(database, now=NOW + timedelta(seconds=6), wall=NOW)
    with database.read() as session:
        assert len(sent(session)) == 1
        assert messaging.pending(session, now=NOW, wall=NOW).due == 0
