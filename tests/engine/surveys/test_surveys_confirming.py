"""The message that follows an answer: exactly one, free where the customer's word comes in time."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import auto_replies, chat, intake, registry, timeline
from lstep_lite.engine.auto_replies import AutoReplyDraft
from lstep_lite.engine.surveys import confirming
from lstep_lite.models import (
    ChatMessage,
    Confirmation,
    Delivery,
    Friend,
    Lane,
    Matching,
    Notification,
    Survey,
    SurveyAnswer,
)
from tests.engine.surveys.answers import answer
from tests.factories import NOW, a_friend, a_question, a_shop, a_survey, a_text_event

assert registry

ANN = f"U{'a' * 32}"
WORD = "アンケートに答えました"
THANKS = [{"kind": "text", "text": "ありがとうございました"}]
MOMENT = timedelta(seconds=1)


@pytest.fixture
def ann(session: Session) -> Friend:
    a_shop(session)
    found = a_friend(session, display_name="アン", line_user_id=ANN)
    session.commit()
    return found


def a_form(session: Session, confirmation: Confirmation = Confirmation.FREE) -> Survey:
    made = a_survey(
        session, a_question(), name="来店", confirmation=confirmation, said_text=WORD, blocks=THANKS, rate="many"
    )
    session.commit()
    return made


def answered(session: Session, survey: Survey, friend: Friend | None, **over: Any) -> SurveyAnswer:
    """As the page does it: the answer and what follows in one unit."""
    found = answer(session, survey, friend, {}, **over)
    confirming.begin(session, survey, found, now=NOW, wall=NOW)
    session.commit()
    return found


def say(database: Database, text: str, message_id: str | None = None) -> None:
    with database.unit() as session:
        intake.store(session, {"events": [a_text_event(ANN, text, message_id=message_id)]}, now=NOW)
    intake.process_due(database, now=NOW, wall=NOW, limit=100)


def later(database: Database, seconds: float = 6) -> None:
    confirming.push_due(database, now=NOW, wall=NOW + timedelta(seconds=seconds))


def put(session: Session) -> list[tuple[str, bool]]:
    """What is to be sent: by which feature, and whether as a free reply."""
    session.expire_all()
    rows = session.scalars(sa.select(Delivery).order_by(Delivery.id))
    return [(row.source, row.event_id is not None) for row in rows]


def test_the_customers_word_brings_one_free_reply_and_no_rule_answers_it(
    database: Database, session: Session, ann: Friend
) -> None:
    auto_replies.create(session, AutoReplyDraft("留守", Matching.ANYTHING, THANKS), now=NOW)
    survey = a_form(session)
    found = answered(session, survey, ann)
    assert confirming.word(found) == WORD and put(session) == []

    say(database, "アンケートに 答えました ")
    assert put(session) == [("surveys", True)]
    later(database)
    confirming.begin(session, survey, found, now=NOW, wall=NOW)
    session.commit()
    later(database, 60)
    assert put(session) == [("surveys", True)], "neither a push nor a second page brings another one"
    assert confirming.word(session.get_one(SurveyAnswer, found.id)) == ""
    assert session.scalars(sa.select(ChatMessage.text)).all() == ["アンケートに 答えました "], "it stands in the talk"
    assert chat.unread_total(session) == 0, "nobody has to read what our own page said"

    say(database, "ほかの話です")
    assert put(session)[1:] == [("auto_replies", True)]
    assert chat.unread_total(session) == 1


def test_without_a_word_it_is_pushed_and_the_late_word_is_not_answered_again(
    database: Database, session: Session, ann: Friend
) -> None:
    auto_replies.create(session, AutoReplyDraft("留守", Matching.ANYTHING, THANKS), now=NOW)
    answered(session, a_form(session), ann)
    later(database, 4)
    assert put(session) == []
    later(database)
    later(database)
    assert put(session) == [("surveys", False)]
    say(database, WORD)
    assert put(session) == [("surveys", False)]
    delivery = session.scalars(sa.select(Delivery)).one()
    assert (delivery.lane, delivery.source_label, delivery.cause_id is not None) == (Lane.REPLY, "来店", True)


def test_a_word_that_has_come_and_is_not_read_yet_is_waited_for(
    database: Database, session: Session, ann: Friend
) -> None:
    answered(session, a_form(session), ann)
    with database.unit() as unit:
        intake.store(unit, {"events": [a_text_event(ANN, WORD)]}, now=NOW)
    later(database)
    assert put(session) == []
    intake.process_due(database, now=NOW, wall=NOW + timedelta(seconds=6), limit=100)
    later(database, 60)
    assert put(session) == [("surveys", True)]


def test_what_was_switched_off_meanwhile_is_not_sent(database: Database, session: Session, ann: Friend) -> None:
    survey = a_form(session)
    found = answered(session, survey, ann)
    survey.confirmation, survey.blocks = Confirmation.NONE, []
    session.commit()
    later(database)
    assert put(session) == [] and found.confirm_due_at is None


def test_a_push_that_comes_hours_late_is_missed_and_not_sent(database: Database, session: Session, ann: Friend) -> None:
    answered(session, a_form(session), ann)
    late = NOW + timedelta(hours=2)
    confirming.push_due(database, now=late, wall=late)
    assert put(session) == [("surveys", False)]
    assert session.scalars(sa.select(Delivery.missed_after)).one() < late


def test_each_of_several_answers_is_confirmed_once(database: Database, session: Session, ann: Friend) -> None:
    survey = a_form(session)
    answered(session, survey, ann)
    answered(session, survey, ann, now=NOW + MOMENT)
    for _ in range(3):
        say(database, WORD)
    later(database)
    assert put(session) == [("surveys", True)] * 2


def test_a_form_that_always_pushes_does_so_at_once_and_twice_is_once(session: Session, ann: Friend) -> None:
    survey = a_form(session, Confirmation.PUSH)
    found = answered(session, survey, ann)
    confirming.begin(session, survey, found, now=NOW, wall=NOW)
    assert put(session) == [("surveys", False)] and found.confirm_due_at is None


def test_changes_unknown_visitors_and_quiet_forms_are_not_confirmed(session: Session, ann: Friend) -> None:
    survey = a_form(session)
    changed = answer(session, survey, ann, {})
    changed.edited_at = NOW
    quiet = a_survey(session)
    unknown = a_survey(session, takes_anonymous=True, confirmation="push", said_text=WORD, blocks=THANKS)
    for form, found in (
        (survey, changed),
        (quiet, answer(session, quiet, ann, {})),
        (unknown, answer(session, unknown, None, {}, visitor="browser")),
    ):
        confirming.begin(session, form, found, now=NOW, wall=NOW)
        assert found.confirm_due_at is None
    assert put(session) == []


def test_staff_are_told_of_each_answer_once_and_led_to_it(session: Session, ann: Friend) -> None:
    survey = a_survey(session, name="来店", rate="many")
    answers = [answer(session, survey, ann, {}), answer(session, survey, ann, {}, now=NOW + MOMENT)]
    told = session.scalars(sa.select(Notification).where(Notification.kind == "survey.submitted")).all()
    assert [(each.title, each.body) for each in told] == [("フォーム「来店」に回答がありました", "アン")] * 2
    pages = [f"/surveys/{survey.id}/answers/{each.id}" for each in answers]
    assert [each.href for each in told] == pages
    assert [item.href for item in timeline.entries(session, ann) if item.detail == "来店"] == pages[::-1]
