"""What follows a tap: counted once, answered by the rules of the template as it is now, explained on the timeline."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, deliveries, fields, friends, intake, mentions, messages, taps, timeline
from lstep_lite.engine.friends import erasing
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.engine.taps import answering
from lstep_lite.models import (
    ActionRun,
    AnswerLimit,
    AnswerState,
    Delivery,
    EventState,
    FieldType,
    Friend,
    FriendTag,
    Tap,
    TapAnswer,
    Template,
    TimelineEntry,
    WebhookEvent,
)
from tests.factories import NOW, a_field, a_friend, a_staff, a_tag, an_event

ANN = f"U{'a' * 32}"
YES, NO = "tap-says-yes", "tap-says-no-"


def a_button(code: str, label: str, **tap: Any) -> dict[str, Any]:
    do = {"do": "actions", "reply": f"{label}ですね", "says": "", "actions": {"steps": [], "repeats": True}}
    values = {"label": label, "tap": {"id": code} | do | tap, "media_id": None, "if": None}
    return {"kind": "quick_reply", "id": f"button-{code}"} | values


def steps(*found: dict[str, Any]) -> dict[str, Any]:
    numbered = [{"id": f"s{number}", "segment": None} | step for number, step in enumerate(found)]
    return {"steps": numbered, "repeats": True}


def a_question(session: Session, *buttons: dict[str, Any], **over: Any) -> Template:
    document = {
        "text": "来られますか",
        "quick_replies": list(buttons) or [a_button(YES, "はい"), a_button(NO, "いいえ")],
    }
    return templates.create(session, "text", TemplateDraft("出欠", document, **over), now=NOW)


def tap(database: Database, code: str = YES, *, at: datetime = NOW, event: Any = None, **params: str) -> Any:
    """Ann taps, and the event is worked through."""
    event = event or an_event("postback", ANN, at=at, postback={"data": f"tap={code}", "params": params})
    with database.unit() as session:
        intake.store(session, {"destination": "Ubot", "events": [event]}, now=at)
    intake.process_due(database, now=at, wall=at, limit=100)
    return event


def replies(session: Session) -> list[str]:
    return [row.content.blocks[0]["text"] for row in session.scalars(select(Delivery).order_by(Delivery.id))]


def states(session: Session) -> list[AnswerState]:
    return list(session.scalars(select(TapAnswer.state).order_by(TapAnswer.id)))


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(TimelineEntry.kind).order_by(TimelineEntry.id)))


@pytest.fixture
def ann(database: Database) -> int:
    with database.unit() as session:
        return a_friend(session, line_user_id=ANN).id


def test_a_choice_is_answered_free_of_charge_does_its_actions_and_tells_why(
    database: Database, session: Session, ann: int
) -> None:
    with database.unit() as unit:
        tag = a_tag(unit, name="参加")
        wanted = steps({"kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}})
        a_question(unit, a_button(YES, "はい", actions=wanted))
    event = tap(database)
    assert replies(session) == ["はいですね"]
    put = session.scalars(select(Delivery)).one()
    answered = session.scalars(select(WebhookEvent)).one()
    assert put.event_id == answered.id, "it may go out as a free reply"
    assert session.scalars(select(FriendTag.friend_id)).all() == [ann]
    answer = session.scalars(select(TapAnswer)).one()
    assert (answer.occurrence, answer.state) == (event["webhookEventId"], AnswerState.TAKEN)
    assert kinds(session) == ["postback.received", "tap.answered", "action.run", "tag.attached"]
    item = next(
        each for each in timeline.entries(session, session.get_one(Friend, ann)) if each.entry.kind == "tap.answered"
    )
    assert (item.label, item.detail) == ("ボタンや選択肢が選ばれた", "はい（出欠）")
    assert [words for _, words in item.results] == ["決めておいた文章を返信します。", "アクションを実行しました。"]
    assert session.get_one(Friend, ann).last_reaction_at == NOW
    run = session.scalars(select(ActionRun)).one()
    label = actions.label(session, actions.at(session, taps.PLACE, YES))  # type: ignore[arg-type]
    assert (run.occurrence, label) == (event["webhookEventId"], "テンプレート「出欠」の「はい」を押したとき")


def test_an_event_that_comes_again_counts_once(database: Database, session: Session, ann: int) -> None:
    with database.unit() as unit:
        a_question(unit)
    event = tap(database)
    with database.unit() as unit:  # as if the process had died before the event was marked as done
        unit.scalars(select(WebhookEvent)).one().state = EventState.WAITING
    tap(database, event=event | {"deliveryContext": {"isRedelivery": True}})
    assert states(session) == [AnswerState.TAKEN]
    assert replies(session) == ["はいですね"]


def test_a_process_that_dies_between_answer_and_reply_leaves_nothing(
    database: Database, session: Session, ann: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit() as unit:
        a_question(unit, answer_limit=AnswerLimit.ONCE)

    class Killed(BaseException):
        pass

    def die(*args: Any, **values: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "put", die)
        with pytest.raises(Killed):
            tap(database)
    assert states(session) == [] and replies(session) == []
    intake.process_due(database, now=NOW, wall=NOW, limit=100)
    assert states(session) == [AnswerState.TAKEN] and replies(session) == ["はいですね"]


@pytest.mark.parametrize("limit", AnswerLimit)
def test_answers_count_as_often_as_the_template_says(
    database: Database, session: Session, ann: int, limit: AnswerLimit
) -> None:
    with database.unit() as unit:
        a_question(unit, answer_limit=limit, again_text="もういただいています")
    tap(database, YES)
    tap(database, NO, at=NOW + timedelta(seconds=1))
    if limit is AnswerLimit.ANY:
        assert states(session) == [AnswerState.TAKEN] * 2
        assert replies(session) == ["はいですね", "いいえですね"]
    else:
        assert states(session) == [AnswerState.TAKEN, AnswerState.AGAIN]
        assert replies(session) == ["はいですね", "もういただいています"]
        assert kinds(session)[-1] == "tap.again"


def test_taps_at_the_same_moment_are_not_both_the_first(fresh_database: Database) -> None:
    people = [f"U{number:032x}" for number in range(4)]
    events = [
        an_event("postback", user_id, postback={"data": f"tap={code}"}) for user_id in people for code in (YES, NO, YES)
    ]
    with fresh_database.unit() as unit:
        a_question(unit, answer_limit=AnswerLimit.ONCE, again_text="もういただいています")
        intake.store(unit, {"destination": "Ubot", "events": events}, now=NOW)
    work = {"now": NOW, "wall": NOW, "limit": 100}
    workers = [threading.Thread(target=intake.process_due, args=(fresh_database,), kwargs=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    intake.process_due(fresh_database, **work)  # type: ignore[arg-type]
    with fresh_database.read() as session:
        counted = Counter(session.scalars(select(TapAnswer.friend_id).where(TapAnswer.state == AnswerState.TAKEN)))
        assert list(counted.values()) == [1] * len(people)
        assert Counter(replies(session)) == {"はいですね": len(people), "もういただいています": 2 * len(people)}


def test_each_panel_has_an_answer_of_its_own_and_each_friend_too(
    database: Database, session: Session, ann: int
) -> None:
    with database.unit() as unit:
        a_question(unit, answer_limit=AnswerLimit.ONCE_A_PANEL)
        for number, row in enumerate(unit.scalars(select(Tap).order_by(Tap.position))):
            row.panel = f"panel-{number}"
    for code in (YES, NO, YES):
        tap(database, code)
    assert states(session) == [AnswerState.TAKEN, AnswerState.TAKEN, AnswerState.AGAIN]
    other = an_event("postback", f"U{'b' * 32}", postback={"data": f"tap={YES}"})
    tap(database, event=other)
    assert states(session)[-1] is AnswerState.TAKEN


def test_after_the_closing_time_the_moment_of_the_tap_decides(database: Database, session: Session, ann: int) -> None:
    closes_at = NOW + timedelta(hours=1)
    with database.unit() as unit:
        a_question(unit, closes_at=closes_at, closed_text="受付は終わりました")
    early = an_event("postback", ANN, at=closes_at - timedelta(seconds=1), postback={"data": f"tap={YES}"})
    tap(database, event=early, at=closes_at + timedelta(minutes=5))
    tap(database, at=closes_at)
    assert states(session) == [AnswerState.TAKEN, AnswerState.CLOSED]
    assert replies(session) == ["はいですね", "受付は終わりました"]


def test_what_was_taken_out_or_deleted_gets_a_sensible_answer(database: Database, session: Session, ann: int) -> None:
    with database.unit() as unit:
        template = a_question(unit, closed_text="受付は終わりました")
        left = templates.document_of(unit, template) | {"quick_replies": [a_button(NO, "いいえ")]}
        templates.update(unit, template, TemplateDraft("出欠", left, closed_text="受付は終わりました"), now=NOW)
    tap(database, YES)
    with database.unit() as unit:
        templates.delete(unit, unit.scalars(select(Template)).one())
    tap(database, NO)
    assert replies(session) == ["受付は終わりました", answering.CLOSED]
    assert states(session) == [AnswerState.CLOSED] * 2


def test_a_code_that_nobody_knows_is_answered_once(database: Database, session: Session, ann: int) -> None:
    for code in ("never-heard-of", "never-heard-of", "x" * 290):
        tap(database, code)
    assert replies(session) == [answering.UNKNOWN] * 2
    assert states(session) == []


def test_a_postback_of_something_else_is_left_alone(database: Database, session: Session, ann: int) -> None:
    tap(database, event=an_event("postback", ANN, postback={"data": "coupon=5"}))
    assert replies(session) == [] and kinds(session) == ["postback.received"]


def test_an_edit_changes_what_old_messages_do(database: Database, session: Session, ann: int) -> None:
    with database.unit() as unit:
        template = a_question(unit)
        changed = templates.document_of(unit, template) | {"quick_replies": [a_button(YES, "はい", reply="新しい返事")]}
        templates.update(unit, template, TemplateDraft("出欠", changed), now=NOW)
    tap(database, YES)
    assert replies(session) == ["新しい返事"]


def test_a_picked_date_goes_into_the_field_and_into_the_reply(database: Database, session: Session, ann: int) -> None:
    with database.unit() as unit:
        kept = (a_field(unit, FieldType.DATE, word="希望日"), a_field(unit, FieldType.TEXT))
        day, text = (fields.key_of(field.id) for field in kept)
        pick = {"do": "pick", "limits": "none", "reply": "[情報:希望日]ですね"}
        a_question(
            unit,
            a_button(YES, "日付", mode="date", field=day, **pick),
            a_button(NO, "日時", mode="datetime", field=text, **pick | {"reply": ""}),
        )
    tap(database, YES, date="2026-12-01")
    tap(database, NO, datetime="2026-12-01T10:30")
    friend = session.get_one(Friend, ann)
    assert str(fields.read(session, friend, day)) == "2026-12-01"
    assert fields.read(session, friend, text) == "2026年12月1日 10:30"
    put = session.scalars(select(Delivery)).one()
    context = messages.context(session, put.content.blocks, public_url="", now=NOW, friends=[friend])
    assert messages.render(context, friend)[0]["text"] == "2026年12月1日ですね"
    assert [answer.params for answer in session.scalars(select(TapAnswer).order_by(TapAnswer.id))] == [
        {"date": "2026-12-01"},
        {"datetime": "2026-12-01T10:30"},
    ]


def test_a_picker_that_brings_nonsense_changes_nothing(database: Database, session: Session, ann: int) -> None:
    with database.unit() as unit:
        a_question(unit, a_button(YES, "日付", do="pick", mode="date", field="system:birthday", limits="none"))
    tap(database, YES, time="10:30")
    tap(database, YES)
    tap(database, YES, date="1899-12-31")
    assert session.get_one(Friend, ann).birthday is None
    assert states(session) == [AnswerState.TAKEN] * 3
    assert replies(session) == ["日付ですね"] * 3


def test_somebody_who_has_just_blocked_us_still_counts_and_gets_nothing(
    database: Database, session: Session, ann: int
) -> None:
    with database.unit() as unit:
        a_question(unit)
        friends.unfollow(unit, ANN, at=NOW + timedelta(seconds=1), now=NOW)
    tap(database)
    assert states(session) == [AnswerState.TAKEN]
    assert session.get_one(Friend, ann).is_following is False


def test_a_video_that_was_watched_does_its_actions_and_says_nothing_else(
    database: Database, session: Session, ann: int
) -> None:
    with database.unit() as unit:
        a_question(unit, answer_limit=AnswerLimit.ONCE, again_text="もういただいています")
    for tracking_id in (YES, f"tap={YES}", "of-another-tool"):
        tap(database, event=an_event("videoPlayComplete", ANN, videoPlayComplete={"trackingId": tracking_id}))
    assert states(session) == [AnswerState.TAKEN, AnswerState.AGAIN]
    assert replies(session) == ["はいですね"]
    assert kinds(session).count("video.watched") == 3


def test_an_odd_event_about_a_video_is_kept_aside(database: Database, session: Session) -> None:
    with database.unit() as unit:
        odd = an_event("videoPlayComplete", ANN, videoPlayComplete={"trackingId": 7})
        intake.store(unit, {"destination": "Ubot", "events": [odd]}, now=NOW)
    assert session.scalars(select(WebhookEvent.state)).all() == [EventState.MALFORMED]


def test_actions_of_a_tap_that_is_gone_use_nothing_any_more(session: Session) -> None:
    tag = a_tag(session)
    wanted = steps({"kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}})
    template = a_question(session, a_button(YES, "はい", actions=wanted), a_button(NO, "いいえ", actions=wanted))
    assert [place.label for place in mentions.places(session, "tags", tag.id)] == [
        "テンプレート「出欠」の「いいえ」を押したとき",
        "テンプレート「出欠」の「はい」を押したとき",
    ]
    left = templates.document_of(session, template)
    left["quick_replies"].pop(0)
    templates.update(session, template, TemplateDraft("出欠", left), now=NOW)
    assert len(mentions.places(session, "tags", tag.id)) == 1
    templates.delete(session, template)
    assert mentions.places(session, "tags", tag.id) == []


def test_forgetting_a_person_leaves_the_count_and_takes_what_was_picked(
    database: Database, session: Session, ann: int
) -> None:
    with database.unit() as unit:
        a_question(unit, a_button(YES, "日付", do="pick", mode="date", field="", limits="none"))
    tap(database, YES, date="1990-01-02")
    with database.unit() as unit:
        friend = unit.get_one(Friend, ann)
        erasing.erase(unit, friend, typed_name=friend.name, staff_id=a_staff(unit).id, now=NOW, wall=NOW)
    while erasing.erase_due(database, now=NOW, wall=NOW):
        pass
    answer = session.scalars(select(TapAnswer)).one()
    assert (answer.state, answer.params) == (AnswerState.TAKEN, {})
