"""How often something was chosen, by whom, and the condition that finds these people again."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import segments
from lstep_lite.engine.rows import Values
from lstep_lite.engine.taps import exporting, statistics
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import AnswerState, Export, Friend, Tap, Template
from tests.factories import NOW, a_friend, a_staff, a_tap, a_template, an_answer

TOKYO = ZoneInfo("Asia/Tokyo")
AGAIN, CLOSED = AnswerState.AGAIN, AnswerState.CLOSED


def a_poll(session: Session, *labels: str) -> tuple[Template, list[Tap]]:
    template = a_template(session, {"kind": "text", "text": "来られますか"}, name="出欠")
    return template, [a_tap(session, template, label=label) for label in labels]


def report(session: Session, template: Template, days: int = 7) -> statistics.Report:
    return statistics.report(session, "messages", template.id, days=days, zone=TOKYO, now=NOW)


def test_people_are_counted_once_and_answers_each_time(session: Session) -> None:
    template, (yes, no) = a_poll(session, "はい", "いいえ")
    ann, bob = a_friend(session), a_friend(session)
    for friend, tap, state in ((ann, yes, None), (ann, yes, None), (bob, yes, None), (bob, no, None), (bob, no, AGAIN)):
        an_answer(session, tap, friend, **({"state": state} if state else {}))
    found = report(session, template)
    assert [(choice.tap.label, choice.count) for choice in found.choices] == [
        ("はい", statistics.Count(friends=2, taken=3)),
        ("いいえ", statistics.Count(friends=1, taken=1, again=1)),
    ]
    assert (found.friends, found.taken, found.most_taken) == (2, 4, 4)


def test_the_days_are_those_of_the_shop(session: Session) -> None:
    template, (yes,) = a_poll(session, "はい")
    friend = a_friend(session)
    midnight = NOW - timedelta(hours=10)  # 0:00 in Tokyo
    for at in (
        midnight,
        midnight - timedelta(seconds=1),
        midnight - timedelta(days=6),
        midnight - timedelta(days=6, seconds=1),
    ):
        an_answer(session, yes, friend, at=at)
    spans = report(session, template).spans
    assert [span.taken for span in spans] == [1, 0, 0, 0, 0, 1, 1]
    assert (spans[-1].on.first.isoformat(), spans[-1].on.last.isoformat()) == ("2026-03-05", "2026-03-05")
    weeks = report(session, template, 91).spans
    assert len(weeks) == 13 and sum(week.taken for week in weeks) == 4
    assert (weeks[-1].on.first.isoformat(), weeks[-1].on.last.isoformat()) == ("2026-02-27", "2026-03-05")


def test_what_was_taken_out_comes_last_and_what_is_never_told_is_left_out(session: Session) -> None:
    template, (old, _) = a_poll(session, "前の選択肢", "はい")
    a_tap(session, template, label="URL", is_counted=False)
    old.is_live = False
    session.flush()
    assert [choice.tap.label for choice in report(session, template).choices] == ["はい", "前の選択肢"]


def test_panels_are_told_apart_where_there_are_several(session: Session) -> None:
    template, (one, two) = a_poll(session, "予約", "予約")
    one.panel, two.panel = "panel-a", "panel-b"
    session.flush()
    assert [choice.panel for choice in report(session, template).choices] == [1, 2]


def test_nothing_to_tap_is_no_report(session: Session) -> None:
    template = a_template(session, {"kind": "text", "text": "お知らせ"})
    for owner, days in (("messages", 7), ("nobody", 7), ("messages", 8)):
        with pytest.raises(NotFound):
            statistics.report(session, owner, template.id, days=days, zone=TOKYO, now=NOW)


# The condition -------------------------------------------------------------------------------------------------------


def who(session: Session, **data: Any) -> set[int]:
    tree = {"all": [{"id": "c", "kind": "tap", "data": data}], "any": []}
    return set(session.scalars(sa.select(Friend.id).where(segments.condition(session, tree, now=NOW))))


def test_friends_are_found_by_what_they_chose_and_when(session: Session) -> None:
    template, (yes, no) = a_poll(session, "はい", "いいえ")
    ann, bob, eve = (a_friend(session) for _ in range(3))
    an_answer(session, yes, ann, at=NOW - timedelta(days=3))
    an_answer(session, no, bob)
    an_answer(session, yes, bob, state=AGAIN)
    an_answer(session, yes, eve, state=CLOSED)
    of = {"owner": "messages", "owner_id": template.id, "code": "", "days": None}
    assert who(session, **of | {"how": "taken"}) == {ann.id, bob.id}
    assert who(session, **of | {"how": "taken", "code": yes.code}) == {ann.id}
    assert who(session, **of | {"how": "taken", "days": 2}) == {bob.id}
    assert who(session, **of | {"how": "none"}) == {eve.id}
    assert who(session, **of | {"how": "none", "code": yes.code}) == {bob.id, eve.id}
    assert who(session, **of | {"how": "again"}) == {bob.id}
    assert who(session, **of | {"how": "closed"}) == {eve.id}
    an_answer(session, no, ann)
    assert who(session, **of | {"how": "taken", "times": 2}) == {ann.id}
    assert who(session, **of | {"how": "taken", "times": 2, "days": 2}) == set()
    assert who(session, **of | {"how": "none", "times": 2}) == {bob.id, eve.id}


def test_a_condition_reads_back_what_it_says(session: Session) -> None:
    template, (yes,) = a_poll(session, "はい")
    kind = segments.kinds["tap"]
    for code, days, times, words in (
        ("", None, {}, "テンプレート「出欠」のどれかを選んだ"),
        (yes.code, 7, {}, "テンプレート「出欠」の「はい」を7日以内に選んだ"),
        (yes.code, 7, {"times": 3}, "テンプレート「出欠」の「はい」を7日以内に3回以上選んだ"),
    ):
        data = {"owner": "messages", "owner_id": template.id, "code": code, "how": "taken", "days": days} | times
        assert kind.parse(session, Values(kind.values(data))) == data
        assert kind.sentence(session, data) == words
    with pytest.raises(DomainError):
        kind.parse(session, Values({"what": [f"messages:{template.id}:nothing"], "how": ["taken"]}))
    assert kind.options(session)["groups"] == [
        ("出欠", [(f"messages:{template.id}", "出欠のどれか"), (f"messages:{template.id}:{yes.code}", "はい")])
    ]


def test_a_condition_on_a_deleted_template_matches_nobody(session: Session) -> None:
    template, (yes,) = a_poll(session, "はい")
    an_answer(session, yes, a_friend(session))
    data = {"owner": "messages", "owner_id": template.id, "code": yes.code, "how": "taken", "days": None}
    session.delete(template)
    session.flush()
    assert who(session, **data) == set()


# The file ------------------------------------------------------------------------------------------------------------


def test_the_file_names_who_chose_what_and_is_written_down(database: Database, session: Session) -> None:
    with database.unit() as unit:
        template, (yes,) = a_poll(unit, "=HYPERLINK")
        an_answer(
            unit, yes, a_friend(unit, display_name="花子", code="hanako01"), params={"datetime": "2026-12-01T10:30"}
        )
        an_answer(unit, yes, a_friend(unit, display_name="太郎", code="taro0001"), state=CLOSED)
        template_id = template.id
        exporting.begin(unit, "messages", template_id, staff_id=a_staff(unit).id, now=NOW)
    text = b"".join(exporting.lines(database, "messages", template_id, zone=TOKYO)).decode("utf-8-sig")
    assert text.splitlines() == [
        "日時,お名前,友だちID,選んだもの,お客様が選んだ日時,結果",
        "2026-03-05 10:00:00,花子,hanako01,'=HYPERLINK,2026-12-01 10:30,回答",
        "2026-03-05 10:00:00,太郎,taro0001,'=HYPERLINK,,終了後",
    ]
    assert session.scalars(sa.select(Export.row_count)).all() == [2]
