"""One value for the whole shop: set, counted, remembered, and shown when a message is sent."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions, auto_replies, greetings, messages, registry, shared_values
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.rows import Values
from lstep_lite.engine.shared_values import Origin, SharedValueDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Content, GreetingKind, Matching, SharedValue, SharedValueType
from tests.counting import statements_of
from tests.factories import NOW, a_friend, a_shared_value, a_staff

assert registry  # the kinds of steps


def by(session):
    return Origin(NOW, ChangedBy.STAFF, a_staff(session, name="花子").id)


def test_words_never_change_and_names_stay_apart(session):
    made = shared_values.create(session, SharedValueDraft("今日の 空席"), SharedValueType.NUMBER, now=NOW)
    assert shared_values.insertion(made.word) == "[共通:今日の空席]"
    with pytest.raises(DomainError, match="すでにあります"):
        shared_values.create(session, SharedValueDraft("今日の空席"), SharedValueType.TEXT, now=NOW)
    shared_values.update(session, made, SharedValueDraft("空き"), now=NOW)
    assert made.word == "今日の空席"
    shared_values.set_text(session, made, "5", by(session))
    twin = shared_values.copy(session, made, by(session))
    assert (twin.name, twin.number) == ("空きのコピー", Decimal(5))


def test_a_number_is_counted_down_past_nought_and_every_step_is_remembered(session):
    seats, origin = a_shared_value(session, SharedValueType.NUMBER), by(session)
    shared_values.set_text(session, seats, "1", origin)
    shared_values.add(session, seats, Decimal("-1.5"), origin)
    assert seats.number == Decimal("-0.5")
    assert not shared_values.set_text(session, seats, "-0.5", origin), "it held just that"
    found = [(change.before, change.after, change.by) for change in shared_values.changes(session, seats, limit=9)]
    assert found == [("1", "-0.5", "花子さん"), ("", "1", "花子さん")]
    with pytest.raises(DomainError, match="大きすぎます"):
        shared_values.add(session, seats, Decimal("999999999999.9"), origin)


def test_two_at_once_lose_nothing(fresh_database):
    with fresh_database.unit() as session:
        value_id = a_shared_value(session, SharedValueType.NUMBER, number=Decimal(10)).id

    def take() -> None:
        for _ in range(5):
            with fresh_database.unit() as session:
                origin = Origin(NOW, ChangedBy.AUTOMATION)
                shared_values.add(session, session.get_one(SharedValue, value_id), Decimal(-1), origin)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.read() as session:
        assert session.get_one(SharedValue, value_id).number == 0


def test_a_step_changes_it_with_its_cause(session):
    seats, day = (
        a_shared_value(session, SharedValueType.NUMBER, name="空席"),
        a_shared_value(session, SharedValueType.DATE),
    )
    kind = actions.kinds["shared_value"]
    taken = kind.parse(
        session, Values({"value_id": [str(seats.id)], "op_number": ["subtract"], "amount_number": ["1"]})
    )
    assert kind.sentence(session, taken) == "共通情報「空席」から1を引く"
    assert kind.parse(session, Values(kind.values(taken))) == taken
    stamped = kind.parse(session, Values({"value_id": [str(day.id)], "op_date": ["today"]}))
    steps = [
        {"id": f"s{n}", "kind": "shared_value", "data": data, "segment": None}
        for n, data in enumerate((taken, stamped))
    ]
    kept = actions.keep(session, "actions.saved", 1, SetDraft(steps, repeats=True), now=NOW)
    late = datetime(2026, 3, 5, 15, 30, tzinfo=UTC)  # the 6th in the shop
    run = actions.run(session, kept, a_friend(session), actions.Trigger("a", late))
    assert [result["text"] for result in run.results] == [
        "共通情報「空席」を「-1」にしました。",
        f"共通情報「{day.name}」を「2026年3月6日」にしました。",
    ]
    assert shared_values.changes(session, seats, limit=1)[0].by == "自動"
    with pytest.raises(DomainError) as refused:
        kind.parse(session, Values({"value_id": [str(day.id)], "op_date": ["set"], "text_date": ["あした"]}))
    assert refused.value.field == "text_date"


# In messages ---------------------------------------------------------------------------------------------------------


def text(words):
    return [{"kind": "text", "text": words}]


def rendered(session, blocks, friend):
    context = messages.context(session, blocks, public_url="https://salon.example", now=NOW, friends=[friend])
    return messages.render(context, friend)[0]["text"]


def test_messages_show_what_it_holds_when_they_are_sent(session):
    seats, friend = a_shared_value(session, SharedValueType.NUMBER, word="空席"), a_friend(session)
    blocks = text("残り[共通:空席|確認中]席です。[共通:ない]")
    assert not messages.is_personal(session, blocks), "it can go out to many at once"
    assert rendered(session, blocks, friend) == "残り確認中席です。[共通:ない]"
    shared_values.set_text(session, seats, "3", by(session))
    assert rendered(session, blocks, friend) == "残り3席です。[共通:ない]"
    assert messages.unknown_placeholders(session, blocks) == ["共通:ない"]


def test_where_it_is_shown_is_known(session):
    value = a_shared_value(session, word="空席")
    blocks = text("残り[共通:空席]席、[情報:電話番号]")
    greetings_blocks = messages.mentioned(blocks)
    assert greetings_blocks == {("shared_value_words", "空席"), ("field_words", "電話番号")}
    draft = auto_replies.AutoReplyDraft("空席", Matching.ANYTHING, blocks)
    rule = auto_replies.create(session, draft, now=NOW)
    greetings.save(session, GreetingKind.NEW, is_on=True, blocks=blocks, now=NOW)
    step = {"id": "s", "kind": "send_text", "data": {"text": "[共通:空席]", "when": "now"}, "segment": None}
    kept = actions.keep(session, "actions.saved", 1, SetDraft([step]), now=NOW)
    labels = [place.label for place in shared_values.places(session, value)]
    assert "自動応答「空席」" in labels
    assert "友だち追加時設定「あいさつ（新しい友だち）」" in labels
    shared_values.delete(session, value)
    assert not actions.is_broken(session, kept), "a word that is gone is sent as it stands"
    auto_replies.delete(session, rule)


def test_rendering_for_many_friends_asks_a_constant_number_of_times(session):
    a_shared_value(session, word="空席", text="あり")
    blocks = text("[name] [共通:空席] [情報:電話番号|なし] [情報:誕生日]")
    people = [a_friend(session, phone="0901") for _ in range(30)]
    statements = statements_of(session)
    context = messages.context(session, blocks, public_url="", now=NOW, friends=people)
    assert len(statements) <= 5
    assert messages.render(context, people[7])[0]["text"] == f"{people[7].name} あり 0901 "
    assert messages.is_personal(session, blocks)
    assert session.scalar(sa.select(sa.func.count()).select_from(Content)) == 0
