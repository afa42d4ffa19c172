"""Why a message came, told from its first cause to its end."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import auto_replies, chat, friends, intake, registry, timeline
from lstep_lite.engine.auto_replies import AutoReplyDraft, Keyword
from lstep_lite.models import Delivery, DeliveryState, Friend, Matching
from tests.counting import statements_of
from tests.factories import NOW, a_friend, a_staff, a_text_event

assert registry

ANN = f"U{'a' * 32}"
ANSWER = [{"kind": "text", "text": "10時からです"}]


def talk(database: Database, *texts: str) -> None:
    with database.unit() as session:
        if not auto_replies.in_order(session):
            auto_replies.create(
                session, AutoReplyDraft("営業時間", Matching.KEYWORDS, ANSWER, [Keyword("何時")]), now=NOW
            )
        intake.store(session, {"events": [a_text_event(ANN, text) for text in texts]}, now=NOW)
    intake.process_due(database, now=NOW, wall=NOW, limit=100)


def ann(session: Session) -> Friend:
    return session.scalars(select(Friend)).one()


def test_each_entry_names_its_cause_its_detail_and_what_came_of_it(database: Database, session: Session) -> None:
    talk(database, "何時から？", "相談です")
    items = timeline.entries(session, ann(session))
    assert [(item.label, item.detail, item.cause, len(item.deliveries)) for item in items] == [
        ("自動応答では返せないメッセージ", "相談です", "メッセージが届いた", 0),
        ("メッセージが届いた", "相談です", None, 0),
        ("メッセージが届いた", "何時から？", None, 1),
        ("以前からの友だちと分かった", "", None, 0),
    ]
    assert items[2].entry.results == ["自動応答「営業時間」で返信します。"]
    assert items[0].entry.results == ["対応マークを「要対応」にしました。"]
    assert [item.entry.id for item in timeline.entries(session, ann(session), before=items[1].entry)] == [
        items[2].entry.id,
        items[3].entry.id,
    ]


def test_why_an_automatic_message_came(database: Database, session: Session) -> None:
    talk(database, "何時から？")
    delivery = session.scalars(select(Delivery)).one()
    delivery.state, delivery.is_counted, delivery.finished_at = DeliveryState.SENT, False, NOW
    assert [step.text for step in timeline.why(session, delivery)] == [
        "メッセージが届いた「何時から？」。",
        "「営業時間」の設定により、メッセージを用意しました。",
        "無料の返信として送りました。",
    ]


def test_why_a_message_of_staff_did_not_come(session: Session) -> None:
    staff, friend = a_staff(session, name="佐藤"), a_friend(session)
    delivery = chat.send(session, friend, ANSWER, staff_id=staff.id, form_token="t", now=NOW)
    assert delivery is not None
    delivery.state, delivery.reason = DeliveryState.FAILED, "LINEが受け付けませんでした。"
    assert [step.text for step in timeline.why(session, delivery)] == [
        "佐藤さんが「個別トーク」から送りました。",
        "送れませんでした。 LINEが受け付けませんでした。",
    ]


def test_who_put_a_friend_away_is_named(session: Session) -> None:
    staff, friend = a_staff(session, name="佐藤"), a_friend(session)
    friends.hide(session, friend, staff_id=staff.id, now=NOW)
    item = timeline.entries(session, friend)[0]
    assert (item.label, item.detail) == ("友だちを非表示にした", "佐藤さん")


def test_a_long_timeline_costs_no_more_queries(database: Database, session: Session) -> None:
    talk(database, *(f"{number}時は何時？" for number in range(9)))
    friend = ann(session)
    statements = statements_of(session)
    assert len(timeline.entries(session, friend)) == 10
    assert len(statements) <= 4
