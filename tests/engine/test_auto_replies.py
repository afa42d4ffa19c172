"""Which rule answers what, and when."""

import time
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import auto_replies, folders, intake, mentions, registry, tags
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.auto_replies import Arrival, AutoReplyDraft, Keyword, KeywordMatch
from lstep_lite.engine.business_days import Calendar
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    AutoReply,
    ChangedBy,
    DayKind,
    DayRule,
    Delivery,
    Friend,
    Lane,
    Matching,
    Tag,
    Talk,
    TalkMark,
)
from tests.factories import NOW, a_friend, a_shop, a_tag, a_text_event, an_event

assert registry

ANN = f"U{'a' * 32}"
TOKYO = ZoneInfo("Asia/Tokyo")
THURSDAY = datetime(2026, 3, 5, 12, 0, tzinfo=TOKYO)
SHOP = Calendar({1}, special={date(2026, 3, 6): (DayKind.CLOSED, "棚卸し")})
"""Closed on Tuesdays, and on Friday 6 March."""
EXACT, PARTIAL = KeywordMatch.EXACT, KeywordMatch.PARTIAL


def rule(name: str = "rule", *words: str, match: KeywordMatch = PARTIAL, **over: Any) -> AutoReply:
    values: dict[str, Any] = {
        "name": name,
        "is_on": True,
        "weekdays": [],
        "day_rule": DayRule.ANY,
        "starts_at": None,
        "ends_at": None,
        "goes_on": False,
        "matching": Matching.KEYWORDS if words else Matching.ANYTHING,
        "keywords": [{"text": word, "match": match.value} for word in words],
    }
    return AutoReply(**values | over)


def names(rules: list[AutoReply], text: str | None, at: datetime = THURSDAY) -> list[str]:
    return [found.name for found in auto_replies.match(rules, Arrival(text, at, SHOP))]


@pytest.mark.parametrize(
    ("word", "match", "text", "fits"),
    [
        ("営業時間", EXACT, "営業時間", True),
        ("営業時間", EXACT, "営業時間は？", False),
        ("営業時間", PARTIAL, "営業時間は？", True),
        ("ヨヤク", EXACT, "よ や く", True),
        ("よやく", PARTIAL, "ﾖﾔｸしたい", True),
        ("ABC", EXACT, "ａｂｃ", True),
        ("料金", PARTIAL, "料 金", True),
        ("料金", PARTIAL, "金料", False),
        ("料金", PARTIAL, "", False),
    ],
)
def test_width_kana_case_and_spaces_make_no_difference(word: str, match: KeywordMatch, text: str, fits: bool) -> None:
    assert bool(names([rule("r", word, match=match)], text)) is fits


def test_the_first_keyword_rule_wins_unless_it_goes_on() -> None:
    rules = [rule("a", "x"), rule("b", "x"), rule("any")]
    assert names(rules, "x") == ["a"]
    rules[0].goes_on = True
    assert names(rules, "x") == ["a", "b"]


def test_rules_for_any_message_answer_only_when_no_keyword_does_wherever_they_stand() -> None:
    rules = [rule("any", goes_on=True), rule("second any"), rule("third any"), rule("word", "x", goes_on=True)]
    assert names(rules, "x") == ["word"]
    assert names(rules, "y") == ["any", "second any"]
    assert names(rules, None) == ["any", "second any"]


def test_a_rule_that_is_off_or_closed_lets_the_next_one_answer() -> None:
    rules = [rule("off", "x", is_on=False), rule("closed", "x", weekdays=[6]), rule("open", "x")]
    assert names(rules, "x") == ["open"]


@pytest.mark.parametrize(
    ("weekdays", "starts_at", "ends_at", "at", "is_open"),
    [
        ([], None, None, "2026-03-05 03:00", True),
        ([3], None, None, "2026-03-05 23:59", True),
        ([3], None, None, "2026-03-06 00:00", False),
        ([], "10:00", "18:00", "2026-03-05 10:00", True),
        ([], "10:00", "18:00", "2026-03-05 17:59", True),
        ([], "10:00", "18:00", "2026-03-05 18:00", False),
        ([], "18:00", "10:00", "2026-03-05 23:00", True),
        ([], "18:00", "10:00", "2026-03-05 09:59", True),
        ([], "18:00", "10:00", "2026-03-05 10:00", False),
        # A night belongs to the day on which it begins: Thursday's ends on Friday morning.
        ([3], "22:00", "02:00", "2026-03-05 23:00", True),
        ([3], "22:00", "02:00", "2026-03-06 01:00", True),
        ([3], "22:00", "02:00", "2026-03-05 01:00", False),
        ([6], "22:00", "02:00", "2026-03-09 01:00", True),
    ],
)
def test_weekdays_and_hours(weekdays: list[int], starts_at: str, ends_at: str, at: str, is_open: bool) -> None:
    timed = rule("r", weekdays=weekdays, starts_at=starts_at, ends_at=ends_at)
    assert auto_replies.is_open(timed, datetime.fromisoformat(at).replace(tzinfo=TOKYO), SHOP) is is_open


@pytest.mark.parametrize(
    ("day_rule", "weekdays", "at", "is_open"),
    [
        (DayRule.BUSINESS, [], "2026-03-05 23:00", True),
        (DayRule.BUSINESS, [], "2026-03-10 23:00", False),  # Tuesday
        (DayRule.BUSINESS, [], "2026-03-20 23:00", False),  # 春分の日
        (DayRule.BUSINESS, [], "2026-03-06 01:00", True),  # the night of Thursday
        (DayRule.BUSINESS, [], "2026-03-06 23:00", False),  # set by hand
        (DayRule.BUSINESS, [5], "2026-03-05 23:00", False),
        (DayRule.CLOSED, [], "2026-03-05 23:00", False),
        (DayRule.CLOSED, [], "2026-03-06 23:00", True),
        (DayRule.CLOSED, [], "2026-03-07 01:00", True),
        (DayRule.CLOSED, [4], "2026-03-10 23:00", False),
    ],
)
def test_working_days_and_days_off(day_rule: DayRule, weekdays: list[int], at: str, is_open: bool) -> None:
    timed = rule("r", weekdays=weekdays, day_rule=day_rule, starts_at="22:00", ends_at="02:00")
    assert auto_replies.is_open(timed, datetime.fromisoformat(at).replace(tzinfo=TOKYO), SHOP) is is_open


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({}, "毎日"),
        ({"day_rule": DayRule.BUSINESS, "starts_at": "10:00", "ends_at": "18:00"}, "営業日 10:00〜18:00"),
        ({"day_rule": DayRule.CLOSED}, "お休みの日"),
        ({"day_rule": DayRule.BUSINESS, "weekdays": [0, 1, 2, 3, 4]}, "毎週月〜金の営業日"),
    ],
)
def test_when_a_rule_answers_in_words(over: dict[str, Any], words: str) -> None:
    assert auto_replies.hours_in_words(rule("r", **over)) == words


def test_only_those_whom_a_rule_means_are_answered_and_they_are_asked_for_last() -> None:
    some = {"all": [{"id": "a", "kind": "tag", "data": {}}], "any": []}
    rules = [rule("other", "y", tree=some), rule("closed", "x", weekdays=[6], tree=some), rule("meant", "x", tree=some)]
    asked: list[str] = []

    def is_meant(each: AutoReply) -> bool:
        asked.append(each.name)
        return False

    rules.append(rule("all", "x"))
    assert [each.name for each in auto_replies.match(rules, Arrival("x", THURSDAY, SHOP, is_meant))] == ["all"]
    assert asked == ["meant"]
    assert names(rules, "x") == ["meant"], "nobody is chosen: taken for everybody"


clock_times = st.times().map(lambda time: time.strftime("%H:%M"))


@given(
    starts_at=clock_times,
    ends_at=clock_times,
    days=st.sets(st.integers(0, 6), min_size=1),
    at=st.datetimes(datetime.fromisoformat("2000-01-01"), timezones=st.just(TOKYO)),
)
def test_a_range_and_the_rest_of_the_day_never_overlap(
    starts_at: str, ends_at: str, days: set[int], at: datetime
) -> None:
    if starts_at == ends_at:
        return
    one = rule("one", starts_at=starts_at, ends_at=ends_at)
    other = rule("other", starts_at=ends_at, ends_at=starts_at)
    assert auto_replies.is_open(one, at, SHOP) is not auto_replies.is_open(other, at, SHOP)
    some = rule("some", weekdays=list(days), starts_at=starts_at, ends_at=ends_at)
    rest = rule("rest", weekdays=list(set(range(7)) - days) or [0], starts_at=starts_at, ends_at=ends_at)
    if len(days) < 7:
        assert auto_replies.is_open(one, at, SHOP) is (
            auto_replies.is_open(some, at, SHOP) or auto_replies.is_open(rest, at, SHOP)
        )


def test_a_thousand_rules_are_no_burden() -> None:
    rules = [rule(str(number), f"言葉{number}番", f"ことば{number}") for number in range(1000)]
    started = time.process_time()
    assert names(rules, "言葉999番") == ["999"]
    assert time.process_time() - started < 0.2


# Keeping rules


def draft(name: str = "営業時間", **over: Any) -> AutoReplyDraft:
    values: dict[str, Any] = {
        "name": name,
        "matching": Matching.KEYWORDS,
        "keywords": [Keyword(name)],
        "blocks": [{"kind": "text", "text": f"{name}のお返事"}],
    }
    return AutoReplyDraft(**values | over)


def keep(session: Session, *drafts: AutoReplyDraft) -> list[AutoReply]:
    rules = [auto_replies.create(session, each, now=NOW) for each in drafts]
    session.commit()
    return rules


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"keywords": []}, "keywords"),
        ({"keywords": [Keyword(" \u3000")]}, "keywords"),
        ({"keywords": [Keyword("x" * 201)]}, "keywords"),
        ({"weekdays": [7]}, "weekdays"),
        ({"starts_at": "10:00"}, "ends_at"),
        ({"starts_at": "10:00", "ends_at": "25:00"}, "ends_at"),
        ({"starts_at": "10:00", "ends_at": "10:00"}, "ends_at"),
        ({"blocks": []}, "blocks"),
        ({"blocks": [{"kind": "image", "media_id": 99}]}, "blocks"),
        ({"blocks": [{"kind": "image", "media_id": 10**30}]}, "blocks"),
    ],
)
def test_a_rule_that_could_never_answer_is_refused(session: Session, over: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        auto_replies.create(session, draft(**over), now=NOW)
    assert refusal.value.field == field


def test_a_copy_is_off_and_last(session: Session) -> None:
    rules = keep(session, draft("a"), draft("b"))
    twin = auto_replies.copy(session, rules[0], now=NOW)
    assert (twin.name, twin.is_on, twin.keywords) == ("aのコピー", False, rules[0].keywords)
    assert auto_replies.in_order(session)[-1] is twin


def test_a_folder_of_another_list_is_not_taken(session: Session) -> None:
    elsewhere = folders.create(session, "tags", name="x")
    with pytest.raises(DomainError):
        auto_replies.create(session, draft(folder_id=elsewhere.id), now=NOW)


def test_folders_keep_the_order_they_are_dragged_into(session: Session) -> None:
    first, second, third = (folders.create(session, "auto_replies", name=name) for name in "abc")
    folders.reorder(session, "auto_replies", [third.id, first.id])
    assert [folder.name for folder in folders.of_feature(session, "auto_replies")] == ["c", "a", "b"]
    folders.rename(session, second, name=" d ")
    assert second.name == "d"


# Answering


def say(database: Database, *events: Any) -> None:
    with database.unit() as session:
        intake.store(session, {"events": list(events)}, now=NOW)
    intake.process_due(database, now=NOW, wall=NOW, limit=100)


def answers(session: Session) -> list[str]:
    return list(session.scalars(select(Delivery.source_label).order_by(Delivery.id)))


def mark(session: Session) -> TalkMark:
    session.expire_all()
    return session.scalars(select(Talk.mark)).one()


def test_an_answer_is_put_as_a_reply_to_the_event_in_rule_order(database: Database, session: Session) -> None:
    keep(session, draft("料金", goes_on=True), draft("予約"))
    event = a_text_event(ANN, "予約の料金")
    say(database, event)
    say(database, event)
    rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [(row.source_label, row.lane, row.event_id is not None) for row in rows] == [
        ("料金", Lane.REPLY, True),
        ("予約", Lane.REPLY, True),
    ]
    assert mark(session) is TalkMark.NONE
    assert session.scalars(select(AutoReply.answered_count)).all() == [1, 1]


def test_what_no_keyword_answers_asks_for_staff_even_if_somebody_is_away(database: Database, session: Session) -> None:
    keep(session, draft("料金"), draft("留守", matching=Matching.ANYTHING, keywords=[]))
    say(database, a_text_event(ANN, "相談があります"))
    assert answers(session) == ["留守"]
    assert mark(session) is TalkMark.OPEN


def test_a_sticker_gets_the_away_answer_and_asks_for_nobody(database: Database, session: Session) -> None:
    keep(session, draft("留守", matching=Matching.ANYTHING, keywords=[]))
    say(database, an_event("message", ANN, message={"id": "1", "type": "sticker", "packageId": "1", "stickerId": "2"}))
    assert answers(session) == ["留守"]
    assert mark(session) is TalkMark.NONE


def test_opening_hours_are_the_shops_and_count_when_the_friend_wrote(database: Database, session: Session) -> None:
    a_shop(session)
    keep(session, draft("料金", starts_at="09:00", ends_at="10:00"))
    say(database, a_text_event(ANN, "料金", at=NOW - timedelta(seconds=1)))  # 9:59:59 in Tokyo
    say(database, a_text_event(ANN, "料金", at=NOW))
    assert answers(session) == ["料金"]


def test_the_test_box_says_why(session: Session) -> None:
    keep(
        session,
        draft("先", keywords=[Keyword("料金")]),
        draft("後", keywords=[Keyword("料金")]),
        draft("予約"),
        draft("切", is_on=False),
        draft("夜", keywords=[Keyword("料金")], starts_at="22:00", ends_at="02:00"),
        draft("留守", matching=Matching.ANYTHING, keywords=[]),
    )
    explanation = auto_replies.explain(session, "料金は？", now=NOW)
    assert explanation.summary == "「先」が返信します。"
    assert [verdict.reason for verdict in explanation.verdicts] == [
        "「料金」を含んでいます。",
        "先に「先」が返信するため、使いません。",
        "先に「先」が返信するため、使いません。",
        "オフになっています。",
        "先に「先」が返信するため、使いません。",
        "先に「先」が返信するため、使いません。",
    ]
    closed = auto_replies.explain(session, "夜", now=NOW)
    assert closed.summary == "「留守」が返信します。"


def tagged(session: Session, friend: Friend, name: str = "会員") -> dict[str, Any]:
    """A condition on a tag that *friend* has."""
    tag = a_tag(session, name=name)
    tags.attach(session, tag, friend, changed_by=ChangedBy.STAFF, now=NOW)
    return {"all": [{"id": "a", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}


def test_a_rule_for_some_answers_them_and_leaves_others_to_the_next(database: Database, session: Session) -> None:
    member, other = a_friend(session), a_friend(session)
    keep(session, draft("会員へ", keywords=[Keyword("特典")], tree=tagged(session, member)), draft("特典"))
    say(database, a_text_event(str(member.line_user_id), "特典"))
    say(database, a_text_event(str(other.line_user_id), "特典"))
    assert answers(session) == ["会員へ", "特典"]


def test_the_test_box_says_for_whom_and_on_which_days(session: Session) -> None:
    member, other = a_friend(session), a_friend(session)
    tree = tagged(session, member)
    keep(
        session,
        draft("休み", keywords=[Keyword("特典")], day_rule=DayRule.CLOSED),
        draft("会員へ", keywords=[Keyword("特典")], tree=tree),
        draft("平日", keywords=[Keyword("特典")], day_rule=DayRule.BUSINESS),
    )
    at = datetime(2026, 3, 20, 12, 0, tzinfo=TOKYO)

    def reasons(friend: Friend | None, now: datetime) -> list[str]:
        return [verdict.reason for verdict in auto_replies.explain(session, "特典", friend=friend, now=now).verdicts]

    assert reasons(None, NOW)[:2] == [
        "この日は営業日です（お休みの日に返信します）。",
        "「特典」を含んでいます。「だれに返すか」の条件に当てはまる方だけです。",
    ]
    assert reasons(member, NOW)[1] == "「特典」を含んでいます。「だれに返すか」の条件にも当てはまります。"
    assert reasons(other, NOW)[1:] == [
        "このお客様は、「だれに返すか」の条件に当てはまりません。",
        "「特典」を含んでいます。",
    ]
    keep(session, draft("平日だけ", keywords=[Keyword("営業")], day_rule=DayRule.BUSINESS))
    found = auto_replies.explain(session, "営業", now=at).verdicts[-1].reason
    assert found == "この日は「春分の日」でお休みです（営業日に返信します）。"


def test_a_rule_mentions_its_conditions_and_so_does_its_copy(session: Session) -> None:
    friend = a_friend(session)
    [made] = keep(session, draft("会員へ", tree=tagged(session, friend), day_rule=DayRule.BUSINESS))
    twin = auto_replies.copy(session, made, now=NOW)
    tag_id = made.tree["all"][0]["data"]["tag_ids"][0] if made.tree else 0
    assert {place.label for place in mentions.places(session, "tags", tag_id)} == {
        "自動応答「会員へ」",
        "自動応答「会員へのコピー」",
    }
    assert (twin.tree, twin.day_rule) == (made.tree, DayRule.BUSINESS)
    assert not auto_replies.whom(session, [made])[made.id].is_broken
    tags.delete(session, session.get_one(Tag, tag_id))
    assert auto_replies.whom(session, [made])[made.id].is_broken


def test_the_set_of_a_rule_runs_after_its_answer(database: Database, session: Session) -> None:
    later = {"id": "a", "kind": "send_text", "data": {"text": "くわしくは店頭で", "when": "now"}, "segment": None}
    answer = [{"kind": "text", "text": "はい"}]
    for name, blocks, repeats in (("返信と", answer, False), ("だけ", [], True)):
        draft = AutoReplyDraft(
            name, Matching.KEYWORDS, blocks, [Keyword(name)], steps=SetDraft([later], repeats), goes_on=True
        )
        auto_replies.create(session, draft, now=NOW)
    session.commit()
    for second, text in enumerate(("返信と", "返信と", "だけ")):
        with database.unit() as unit:
            event = a_text_event(f"U{'a' * 32}", text, at=NOW + timedelta(seconds=second))
            intake.store(unit, {"events": [event]}, now=NOW)
        intake.process_due(database, now=NOW, wall=NOW, limit=100)
    labels = session.scalars(select(Delivery.source).order_by(Delivery.id)).all()
    assert labels == ["auto_replies", "actions", "auto_replies", "actions"]
