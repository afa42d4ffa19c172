"""What steps of scenarios and reminders share: what they hold, and doing it once."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, sequences
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.sequences import Content, Due, Where
from lstep_lite.errors import DomainError
from lstep_lite.models import Delivery, Friend, FriendTag, Lane, Reminder, ReminderMode, ReminderStep, Tag
from tests import factories
from tests.factories import NOW

PLACE = "schedules.due"
WHERE = Where(PLACE, "schedules")


def text(words: str, condition: Any = None) -> dict[str, Any]:
    return {"kind": "text", "text": words} | ({"if": condition} if condition else {})


def tagged(*tags: Tag, how: str = "any") -> dict[str, Any]:
    data = {"how": how, "tag_ids": [tag.id for tag in tags]}
    return {"all": [{"id": "c1", "kind": "tag", "data": data}], "any": []}


def attaching(tag: Tag) -> SetDraft:
    data = {"way": "attach", "tag_ids": [tag.id]}
    return SetDraft([{"id": "s1", "kind": "tags", "data": data, "segment": None}], repeats=True)


def due(*blocks: dict[str, Any], tree: Any = None, holder: int = 1, key: str = "7:a") -> Due:
    return Due("scenarios", "体験のご案内", blocks, tree, PLACE, holder, key, key, None)


def sent(session: Session) -> list[list[str]]:
    found = session.scalars(sa.select(Delivery).order_by(Delivery.id))
    return [[block["text"] for block in each.content.blocks] for each in found]


def has(session: Session, friend: Friend, tag: Tag) -> bool:
    return session.get(FriendTag, (friend.id, tag.id)) is not None


def test_a_step_puts_its_messages_once_and_then_runs_its_actions(session: Session) -> None:
    friend, tag = factories.a_friend(session), factories.a_tag(session)
    actions.keep(session, PLACE, 1, attaching(tag), now=NOW)

    first = sequences.deliver(session, friend, due(text("ようこそ")), now=NOW)
    sequences.deliver(session, friend, due(text("ようこそ")), now=NOW)

    assert first.is_sent and first.delivery_id
    assert sent(session) == [["ようこそ"]]
    assert has(session, friend, tag)
    delivery = session.get_one(Delivery, first.delivery_id)
    assert (delivery.lane, delivery.due_at) == (Lane.TIMED, NOW)


def test_who_does_not_fit_the_step_gets_neither_messages_nor_actions_and_the_reason_names_the_condition(
    session: Session,
) -> None:
    friend, tag, wanted = factories.a_friend(session), factories.a_tag(session), factories.a_tag(session, name="会員")
    actions.keep(session, PLACE, 1, attaching(tag), now=NOW)

    done = sequences.deliver(session, friend, due(text("会員の方へ"), tree=tagged(wanted)), now=NOW)

    assert not done.is_sent and "タグ「会員」" in str(done.reason)
    assert sent(session) == [] and not has(session, friend, tag)


@pytest.mark.parametrize(
    ("over", "words"),
    [({"is_following": False}, "ブロック"), ({"is_blocked": True}, "ブロック"), ({"line_user_id": None}, "LINE")],
)
def test_who_can_not_be_reached_gets_nothing_and_the_reason_says_why(
    session: Session, over: dict[str, Any], words: str
) -> None:
    done = sequences.deliver(session, factories.a_friend(session, **over), due(text("こんにちは")), now=NOW)
    assert not done.is_sent and words in str(done.reason)


def test_messages_fall_away_one_by_one_and_with_none_left_nothing_is_sent(session: Session) -> None:
    friend, tag = factories.a_friend(session), factories.a_tag(session)
    mine, others = text("はじめての方へ", tagged(tag, how="none")), text("会員の方へ", tagged(tag))

    sequences.deliver(session, friend, due(others, mine), now=NOW)
    nothing = sequences.deliver(session, friend, due(others, key="7:b"), now=NOW)

    assert sent(session) == [["はじめての方へ"]], "and its condition is not stored with it"
    assert not nothing.is_sent and "どのメッセージも" in str(nothing.reason)


def test_a_condition_on_something_deleted_keeps_the_step_from_everybody(session: Session) -> None:
    friend, gone = factories.a_friend(session), factories.a_tag(session)
    tree = tagged(gone, how="none")
    session.delete(gone)
    session.flush()

    done = sequences.deliver(session, friend, due(text("こんにちは"), tree=tree), now=NOW)

    assert not done.is_sent and "削除" in str(done.reason)


# What a step holds ---------------------------------------------------------------------------------------------------


def a_step(session: Session) -> ReminderStep:
    step = ReminderStep(position=1, name="", blocks=[], timed_at=NOW)
    times = {"created_at": NOW, "updated_at": NOW}
    reminder = Reminder(name="ご来店", position=1, mode=ReminderMode.CLOCK, steps=[step], **times)
    session.add(reminder)
    session.flush()
    return step


def test_what_a_step_uses_is_known_and_forgotten_with_it(session: Session) -> None:
    step, one, two, three = a_step(session), *(factories.a_tag(session) for _ in range(3))
    content = Content("三日前", tagged(one), [text("もうすぐです", tagged(two))], attaching(three))

    sequences.keep(session, step, content, WHERE, now=NOW)
    assert sequences.content_of(session, step, WHERE).blocks == content.blocks
    assert [mentions.counts(session, "tags").get(str(tag.id)) for tag in (one, two, three)] == [1, 1, 1]

    sequences.forget(session, step, WHERE)
    assert mentions.counts(session, "tags") == {}


def test_a_copied_step_has_a_set_of_its_own(session: Session) -> None:
    step, twin, tag = a_step(session), a_step(session), factories.a_tag(session)
    sequences.keep(session, step, Content("一", None, [text("こんにちは")], attaching(tag)), WHERE, now=NOW)

    sequences.copy(session, step, twin, WHERE, now=NOW)
    sequences.forget(session, step, WHERE)

    card = sequences.cards(session, [twin], WHERE)[twin.id]
    assert (card.name, card.bubbles, card.actions) == ("一", [("こんにちは", "")], [f"タグ「{tag.name}」を付ける"])


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content(name="空"), "blocks"),
        (Content(name="長" * 101, blocks=[text("こんにちは")]), "name"),
        (Content(blocks=[text("")]), "blocks"),
        (Content(blocks=[text("こんにちは", {"all": [{"id": "1", "kind": "nothing", "data": {}}]})]), "blocks"),
        (Content(blocks=[text("こんにちは", {"all": [{"id": "1", "kind": "tag", "data": 5}]})]), "blocks"),
    ],
)
def test_what_can_not_be_kept_is_refused_at_its_field(session: Session, content: Content, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        sequences.keep(session, a_step(session), content, WHERE, now=NOW)
    assert refused.value.field == field


def test_a_card_tells_that_something_was_deleted(session: Session) -> None:
    step, tag = a_step(session), factories.a_tag(session)
    sequences.keep(session, step, Content("", tagged(tag), [text("こんにちは")]), WHERE, now=NOW)
    assert not sequences.cards(session, [step], WHERE)[step.id].is_broken
    session.delete(tag)
    session.flush()
    assert sequences.cards(session, [step], WHERE)[step.id].is_broken
