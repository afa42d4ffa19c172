"""Words in square brackets besides fields and shared values: dates, weekdays, scores, the friend's own number."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, messages, registry, scores
from lstep_lite.engine.messages import placeholders
from lstep_lite.models import Friend, ScoreTotal
from tests.counting import statements_of
from tests.factories import NOW, a_friend, a_score

assert registry


def said(session: Session, text: str, friend: Friend | None = None, now: datetime = NOW) -> str:
    blocks = [{"kind": "text", "text": text}]
    friends = [friend] if friend else []
    context = messages.context(session, blocks, public_url="https://salon.example", now=now, friends=friends)
    return str(messages.render(context, friend or Friend())[0]["text"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[日付:今日]", "3月5日(木)"),
        ("[日付:明日|いつか]", "3月6日(金)"),
        ("[日付:あさって]", "3月7日(土)"),
        ("[日付:昨日]", "3月4日(水)"),
        ("[日付:今日+3日]", "3月8日(日)"),
        ("[日付:今日＋３日]", "3月8日(日)"),
        ("[日付:今日-1週間]", "2月26日(木)"),
        ("[日付:今日+1か月]", "4月5日(日)"),
        ("[日付:今日+10か月]", "2027年1月5日(火)"),
        ("[曜日:今日+3日]", "日曜日"),
        ("[日付:いつか]", "[日付:いつか]"),
    ],
)
def test_days_are_counted_from_the_day_of_sending(session: Session, text: str, words: str) -> None:
    assert said(session, text) == words


def test_the_day_is_the_shops_and_a_month_later_may_be_shorter(session: Session) -> None:
    late = datetime(2027, 1, 30, 16, 0, tzinfo=UTC)  # the 31st in Tokyo
    assert said(session, "[日付:今日] [日付:今日+1か月]", now=late) == "1月31日(日) 2月28日(日)"


def test_what_names_no_day_and_no_score_is_pointed_out_and_refers_to_nothing(session: Session) -> None:
    a_score(session, name="来店")
    blocks = [{"kind": "text", "text": "[日付:いつか] [日付:明日] [曜日:明日+1年] [スコア:来店] [スコア:ない]"}]
    assert messages.unknown_placeholders(session, blocks) == ["日付:いつか", "曜日:明日+1年", "スコア:ない"]
    assert messages.mentioned(blocks) == {("score_words", "来店"), ("score_words", "ない")}


def test_only_what_differs_between_friends_is_personal(session: Session) -> None:
    assert not placeholders.is_personal(["[日付:今日] [曜日:明日]"]), "it can go out to many at once"
    assert placeholders.is_personal(["[スコア:来店]"])
    assert placeholders.is_personal(["[id]"])
    assert (
        placeholders.impersonal("[name]と[name|あなた]と[スコア:来店]と[日付:今日]") == "お客様とあなたとと[日付:今日]"
    )


def test_points_and_the_public_number_are_the_friends_own(session: Session) -> None:
    score, friend = a_score(session, name="来店"), a_friend(session)
    assert said(session, "[スコア:来店]点", friend) == "0点"
    session.add(ScoreTotal(friend_id=friend.id, score_id=score.id, total=1234, recent=1))
    session.flush()
    assert said(session, "[スコア:来店]点 [id]", friend) == f"1,234点 {friend.code}"
    score.name = "ご来店"
    assert said(session, "[スコア:来店]点", friend) == "1,234点", "what was written stays true when it is renamed"


def test_points_of_many_friends_are_loaded_together(session: Session) -> None:
    a_score(session, name="来店"), a_score(session, name="紹介")
    people = [a_friend(session) for _ in range(30)]
    statements = statements_of(session)
    words = placeholders.load(session, ["[スコア:来店][スコア:紹介]"], people, public_url="", now=NOW)
    assert len(statements) == 2
    assert placeholders.fill("[スコア:紹介]", people[7], words) == "0"


def test_where_points_are_shown_is_known(session: Session) -> None:
    score = a_score(session, name="来店")
    template = messages.templates.create(
        session, "text", messages.templates.TemplateDraft("点数のお知らせ", {"text": "[スコア:来店]点"}), now=NOW
    )
    assert scores.places(session, score) == [
        mentions.Place("テンプレート「点数のお知らせ」", "messages.edit", {"template_id": template.id})
    ]


def test_all_words_are_offered_with_an_example(session: Session) -> None:
    for name in ("来店", "[秘]の点", "来店"):
        scores.create(session, scores.ScoreDraft(name), now=NOW)
    offered = {offer.name: offer.label for _, offers in placeholders.offered(session) for offer in offers}
    for name in ("id", "日付:今日+3日", "曜日:明日", "スコア:来店", "スコア:来店2", "スコア:秘の点"):
        assert "例：" in offered[name]
    assert placeholders.unknown(session, [f"[{name}]" for name in offered]) == []
