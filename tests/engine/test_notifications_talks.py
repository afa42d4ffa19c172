"""Talks nobody answers, and staff who link themselves to their LINE."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine import agenda, chat, intake, notifications, registry
from lstep_lite.engine.notifications import Hours, Recipients, Waiting, linking, unanswered
from lstep_lite.engine.notifications.unanswered import KIND
from lstep_lite.models import (
    ChatMessage,
    Delivery,
    EventState,
    Friend,
    LinkCode,
    Notification,
    Receipt,
    Role,
    StaffLink,
    TalkMark,
    TimelineEntry,
    UnansweredTalk,
    WebhookEvent,
)
from tests.factories import NOW, a_friend, a_shop, a_staff, a_text_event

assert registry  # auto_replies tell which messages nobody answers
MINUTE = timedelta(minutes=1)


@pytest.fixture
def owner(session):
    a_shop(session)
    person = a_staff(session, name="花子")
    session.commit()
    return person


@pytest.fixture
def colleague(session, owner):
    person = a_staff(session, role=Role.STAFF)
    session.commit()
    return person


@pytest.fixture
def friend(session, owner):
    made = a_friend(session, display_name="山田")
    session.commit()
    return made


def say(database, friend, text, *, at=NOW):
    """*friend* writes to the account and the worker reads it."""
    event = a_text_event(friend.line_user_id, text, at=at)
    with database.unit() as session:
        intake.store(session, {"events": [event]}, now=at)
    intake.process_due(database, now=at, wall=at, limit=10)


def at(database, minutes):
    moment = NOW + minutes * MINUTE
    while unanswered.run_due(database, now=moment, wall=moment):
        pass


def told(session):
    session.expire_all()
    return [each.title for each in session.scalars(sa.select(Notification).order_by(Notification.id))]


def ruled(session, **over):
    waiting = Waiting(15, **over)
    notifications.save_rule(session, KIND, replace(KIND.default, waiting=waiting), now=NOW)
    session.commit()


def test_a_talk_nobody_answers_is_told_and_then_to_others_as_well(database, session, friend, colleague, owner):
    say(database, friend, "まだですか")
    at(database, 14)
    assert told(session) == []
    at(database, 15)
    at(database, 16)
    assert told(session) == ["返信していないトークがあります（15分以上）"]
    at(database, 60)
    at(database, 600)
    assert told(session)[1:] == ["まだ返信していないトークがあります（60分以上）"]
    second = session.scalars(sa.select(Notification).order_by(Notification.id.desc())).first()
    receivers = session.scalars(sa.select(Receipt.staff_id).where(Receipt.notification_id == second.id)).all()
    assert receivers == [owner.id]
    assert (second.body, second.href) == ("山田", f"/chat/{friend.id}")


def test_writing_again_does_not_start_the_clock_anew(database, session, friend):
    say(database, friend, "まだですか")
    say(database, friend, "もしもし", at=NOW + 10 * MINUTE)
    at(database, 15)
    assert len(told(session)) == 1


def test_an_answer_ends_it_and_the_next_message_begins_anew(database, session, friend, owner):
    say(database, friend, "まだですか")
    blocks = [{"kind": "text", "text": "お待たせしました"}]
    with database.unit() as unit:
        answered = unit.get_one(Friend, friend.id)
        chat.send(unit, answered, blocks, staff_id=owner.id, form_token="1", now=NOW + MINUTE)
    at(database, 100)
    assert told(session) == []
    say(database, friend, "では明日", at=NOW + 100 * MINUTE)
    at(database, 114)
    assert told(session) == []
    at(database, 115)
    assert len(told(session)) == 1


def test_changing_the_mark_ends_it(database, session, friend):
    say(database, friend, "まだですか")
    with database.unit() as unit:
        chat.set_mark(unit, unit.get_one(Friend, friend.id), TalkMark.WORKING)
    at(database, 100)
    assert told(session) == []


def test_only_opening_hours_count(database, session, friend):
    ruled(session, hours=Hours(starts_at="10:00", ends_at="10:05"))
    say(database, friend, "まだですか")  # at 10:00; 5 minutes count a day
    at(database, 24 * 60)
    assert told(session) == []
    at(database, 2 * 24 * 60 + 5)
    assert len(told(session)) == 1


def test_a_changed_rule_holds_for_talks_that_wait_already(database, session, friend):
    say(database, friend, "まだですか")
    notifications.save_rule(session, KIND, replace(KIND.default, waiting=Waiting(5)), now=NOW)
    session.commit()
    at(database, 5)
    assert told(session) == ["返信していないトークがあります（5分以上）"]
    at(database, 600)
    assert len(told(session)) == 1, "nobody is to be told next"


def test_switched_off_it_costs_nothing_and_on_again_it_is_told(database, session, friend):
    notifications.switch_rule(session, KIND, is_on=False, now=NOW)
    session.commit()
    say(database, friend, "まだですか")
    at(database, 100)
    assert session.scalar(sa.select(UnansweredTalk.due_at)) is None
    session.commit()
    notifications.switch_rule(session, KIND, is_on=True, now=NOW)
    session.commit()
    at(database, 101)
    assert len(told(session)) == 1


def test_blocked_by_staff_nobody_waits_any_more(database, session, friend):
    say(database, friend, "まだですか")
    friend.is_blocked = True
    session.commit()
    at(database, 100)
    assert told(session) == []
    assert session.scalars(sa.select(UnansweredTalk)).all() == []


def test_the_clock_of_the_demo_knows_when_to_stop(database, session, friend):
    say(database, friend, "まだですか")
    found = unanswered.pending(session, now=NOW, wall=NOW)
    assert found == agenda.Pending(0, NOW + 15 * MINUTE)
    assert unanswered.pending(session, now=NOW + 15 * MINUTE, wall=NOW).due == 1


# Linking -------------------------------------------------------------------------------------------------------------


def code_of(database, person):
    with database.unit() as session:
        return linking.make_code(session, session.merge(person), now=NOW).text


def answers(session):
    session.expire_all()
    query = sa.select(Delivery).where(Delivery.source == "notifications").order_by(Delivery.id)
    return [each.content.blocks[0]["text"] for each in session.scalars(query)]


def linked(session):
    session.expire_all()
    return {link.staff_id: link.friend_id for link in session.scalars(sa.select(StaffLink))}


def test_a_code_sent_in_line_links_its_owner_and_leaves_nothing_in_the_talk(database, session, friend, owner):
    say(database, friend, code_of(database, owner))
    assert linked(session) == {owner.id: friend.id}
    assert "花子さん" in answers(session)[0]
    assert session.scalars(sa.select(ChatMessage)).all() == []
    assert session.scalars(sa.select(UnansweredTalk)).all() == []
    event = session.scalars(sa.select(WebhookEvent)).one()
    assert (event.state, event.raw) == (EventState.DONE, "")
    kinds = set(session.scalars(sa.select(TimelineEntry.kind).where(TimelineEntry.friend_id == friend.id)))
    assert "staff.linked" in kinds and "message.received" not in kinds


def test_a_code_works_once_and_for_a_quarter_of_an_hour(database, session, friend, owner):
    code = code_of(database, owner)
    other = a_friend(session)
    session.commit()
    say(database, friend, code)
    say(database, other, code)
    assert linked(session) == {owner.id: friend.id}
    late = code_of(database, owner)
    say(database, other, late, at=NOW + 16 * MINUTE)
    assert linked(session) == {owner.id: friend.id}
    assert sum("使えません" in text for text in answers(session)) == 2


def test_a_code_may_be_typed_carelessly(database, session, friend, owner):
    code = code_of(database, owner).lower().replace(" ", "　").replace("-", "")
    say(database, friend, f" {code} ")
    assert linked(session) == {owner.id: friend.id}


def test_guessing_is_stopped(database, session, friend, owner):
    for number in range(linking.MOST_FAILURES):
        say(database, friend, f"{linking.WORD} AAAA-AAA{number}", at=NOW + number * timedelta(seconds=1))
    say(database, friend, code_of(database, owner), at=NOW + MINUTE)
    assert linked(session) == {}
    assert len(answers(session)) == linking.MOST_FAILURES
    say(database, friend, code_of(database, owner), at=NOW + 14 * MINUTE)
    assert linked(session) == {}, "still within the quarter of an hour"


def test_a_new_code_replaces_the_old_one_and_only_its_hash_is_kept(database, session, friend, owner):
    old = code_of(database, owner)
    new = code_of(database, owner)
    kept = session.scalars(sa.select(LinkCode)).one()
    assert new.split()[1].replace("-", "") not in kept.code_hash
    session.commit()
    say(database, friend, old)
    assert linked(session) == {}


def test_people_may_be_chosen_one_by_one_for_each_warning(database, session, friend, owner, colleague):
    waiting = Waiting(15, escalates_after=30, second=Recipients(staff_ids=(colleague.id,)))
    rule = replace(KIND.default, recipients=Recipients(staff_ids=(owner.id,)), waiting=waiting)
    notifications.save_rule(session, KIND, rule, now=NOW)
    session.commit()
    say(database, friend, "まだですか")
    at(database, 15)
    at(database, 30)
    session.expire_all()
    assert session.scalars(sa.select(Receipt.staff_id).order_by(Receipt.notification_id)).all() == [
        owner.id,
        colleague.id,
    ]
