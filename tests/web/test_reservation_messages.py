"""Editing what bookings set off: messages, reminders that run by them, and action sets."""

import json

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions
from lstep_lite.engine.reservations.effects import rules, texts
from lstep_lite.models import BookingRule, BookingText, Course, Reminder, ReminderStep, RuleGoal
from tests.factories import NOW, a_reminder
from tests.web.conftest import regions

TEXT = {"is_on": "y", "title": "承りました", "text": "[name]様 [予約:日時]"}


@pytest.fixture
def salon(client, session):
    client.post("/reservations/setup", data={"preset": "hair"})
    return session.scalars(sa.select(Course).order_by(Course.id)).first()


def test_every_message_can_be_looked_at(page, salon):
    assert "今月の予約メッセージ見込み" in page("/reservations/messages").get_text()
    for kind in ("confirmed", "offered", "day_before", "next_visit"):
        shown = page(f"/reservations/messages/{kind}")
        assert shown.select_one("#message-preview .line-row"), kind


def test_a_message_is_kept_and_put_back(client, htmx, page, session, salon):
    assert client.post("/reservations/messages/confirmed", data=TEXT).location == "/reservations/messages"
    assert texts.get(session, "confirmed").title == "承りました"
    page("/reservations/messages/confirmed")
    preview = htmx("/reservations/messages/confirmed/preview", TEXT | {"text": "見え方[予約:番号]"})
    assert "見え方R-" in preview.text
    client.post("/reservations/messages/confirmed/delete")
    assert session.scalars(sa.select(BookingText)).all() == []


def test_a_message_nobody_may_send_is_refused_with_what_was_typed(htmx, session, salon):
    htmx("/reservations/messages", method="GET")  # what setting up has said is over
    answer = htmx("/reservations/messages/confirmed", TEXT | {"title": "[予約:メニュー]です", "text": "残る文"})
    assert (answer.status_code, regions(answer)) == (422, ["message-form"])
    assert "入れられません" in answer.text and "残る文" in answer.text
    assert session.scalars(sa.select(BookingText)).all() == []


def test_setting_up_makes_the_four_reminders_and_their_steps_can_be_edited(client, page, htmx, session, salon):
    assert len(page("/reservations/rules").select("tbody tr")) == 4
    step = session.scalars(sa.select(ReminderStep).order_by(ReminderStep.id)).first()
    url = f"/reminders/{step.reminder_id}/steps/{step.id}"
    page(f"{url}/edit")
    again = {"days": "1", "side": "before", "at_time": "17:00", "blocks": json.dumps(step.blocks)}
    assert client.post(url, data=again).status_code < 400
    session.expire_all()
    assert session.get_one(ReminderStep, step.id).blocks[0]["message"] == "day_before"


def test_a_reminder_is_made_to_run_by_some_bookings(client, htmx, page, session, salon):
    reminder = a_reminder(session, (-3, "12:00"), name="3日前")
    page("/reservations/rules/new")
    typed = {"reminder_id": str(reminder.id), "goal": "start", "targets": [f"course:{salon.id}"]}
    assert client.post("/reservations/rules", data=typed).location == "/reservations/rules"
    rule = session.get_one(BookingRule, reminder.id)
    assert (rule.goal, rule.course_ids, rule.synced_to_id) == (RuleGoal.START, [salon.id], 0)
    assert salon.name in page("/reservations/rules").get_text()
    page(f"/reservations/rules/{reminder.id}")
    answer = htmx(f"/reservations/rules/{reminder.id}", {"goal": "nonsense"})
    assert (answer.status_code, regions(answer)) == (422, ["rule-form"])
    client.post(f"/reservations/rules/{reminder.id}", data={"goal": "end", "unless_booked": "y"})
    session.expire_all()
    assert (rule.goal, rule.course_ids, rule.unless_booked) == (RuleGoal.END, None, True)
    client.post(f"/reservations/rules/{reminder.id}/delete")
    assert session.scalar(sa.select(Reminder.id).where(Reminder.id == reminder.id)) is not None
    assert reminder.id not in {each.reminder_id for each in rules.every(session)}


def test_what_is_done_is_kept_at_the_shop_and_at_a_course(client, htmx, page, session, salon):
    page("/reservations/actions")
    at = f"course:{salon.id}"
    url = f"/reservations/actions/completed?at={at}"
    page(url)
    typed = {"steps": "k", "steps.k.kind": "send_text", "steps.k.text": "ありがとうございました", "steps.k.when": "now"}
    assert client.post(url, data=typed | {"steps.repeats": "yes"}).location == f"/reservations/actions?at={at}"
    kept = actions.at(session, "reservations.completed", at)
    assert kept is not None and kept.repeats
    assert "ありがとうございました" in page(f"/reservations/actions?at={at}").get_text()
    wrong = htmx(url, typed | {"steps.k.text": ""})
    assert (wrong.status_code, regions(wrong)) == (422, ["moment-form"])
    assert client.get("/reservations/actions/completed?at=course:999999").status_code == 404
    assert client.get("/reservations/actions/nonsense").status_code == 404


@pytest.mark.parametrize(
    "path", ["messages", "messages/confirmed", "rules", "rules/new", "actions", "actions/completed"]
)
def test_an_outsider_changes_nothing(outsider, path):
    assert outsider.get(f"/reservations/{path}").status_code == 403


def test_the_lists_ask_the_database_as_often_however_long_they_are(client, session, salon, count_queries):
    def asked(url):
        with count_queries() as statements:
            client.get(url)
        return len(statements)

    before = {url: asked(url) for url in ("/reservations/rules", "/reservations/messages")}
    for number in range(3):
        reminder = a_reminder(session, (-1, "10:00"), name=f"{number}")
        rules.keep(session, reminder, rules.RuleDraft(RuleGoal.START), now=NOW)
    assert {url: asked(url) for url in before} == before
