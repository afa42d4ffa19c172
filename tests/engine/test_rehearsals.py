"""Rehearsals: the whole future of one friend by the real executors, and nothing of it stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, greetings, rehearsals, scenarios
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.engine.rehearsals import ArrivalBegin, Begin, Film, Imagined, ReminderBegin, ScenarioBegin, Setting, Tap
from lstep_lite.engine.sequences import Content
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Delivery,
    Enrolment,
    Friend,
    GreetingKind,
    PastStart,
    ScenarioMode,
    ScenarioVersion,
    SendingRules,
    Side,
    StepKind,
    Template,
    TimelineEntry,
    WebhookEvent,
)
from tests import factories
from tests.counting import statements_of
from tests.factories import NOW, a_reminder, a_scenario, a_step

PUBLIC_URL = "https://demo.lstep.invalid"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROWS = (Friend, Delivery, Enrolment, ScenarioVersion, TimelineEntry, WebhookEvent)
YES = "tap-says-yes"
STATEMENTS_A_STEP = 15


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


def played(
    session: Session, viewer: Friend | Imagined, begin: Begin, *, start: datetime = NOW, days: int = 40, **over: Any
) -> Film:
    setting = Setting(start, start + timedelta(days=days), PUBLIC_URL, **over)
    return rehearsals.play(session, viewer, begin, setting, now=NOW)


def said(film: Film) -> list[tuple[timedelta, str]]:
    return [(at - film.start, each["text"]) for at, sending in film.sendings for each in sending.objects]


def counts(session: Session) -> list[int]:
    return [session.scalar(sa.select(sa.func.count(model.id))) or 0 for model in ROWS]


def results(film: Film) -> str:
    return " ".join(text for scene in film.scenes for note in scene.notes for _, text in note.results)


def a_question(session: Session) -> Template:
    """「はい」 on it answers and attaches the tag 参加."""
    tag = factories.a_tag(session, name="参加")
    attach = {"id": "s0", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}, "segment": None}
    tap = {
        "do": "actions",
        "reply": "ありがとうございます",
        "says": "",
        "actions": {"steps": [attach], "repeats": True},
    }
    button = {
        "id": "b1",
        "kind": "quick_reply",
        "label": "はい",
        "tap": {"id": YES} | tap,
        "media_id": None,
        "if": None,
    }
    return templates.create(
        session, "text", TemplateDraft("出欠", {"text": "来られますか", "quick_replies": [button]}), now=NOW
    )


def tapped(template: Template) -> dict[str, Any]:
    data = {"owner": "messages", "owner_id": template.id, "code": YES, "how": "taken", "days": None}
    return {"all": [{"id": "c1", "kind": "tap", "data": data}], "any": []}


def branching(session: Session, template: Template) -> ScenarioBegin:
    asking = a_step(blocks=[{"kind": "template", "template_id": template.id}])
    branch = a_step(days=1, at="10:00", code="fork", kind=StepKind.BRANCH, tree=tapped(template))
    yes = a_step("お待ちしています", days=1, at="10:00", within="fork", side=Side.YES)
    no = a_step("またの機会に", days=1, at="10:00", within="fork", side=Side.NO)
    return ScenarioBegin(a_scenario(session, asking, branch, yes, no).id)


# What is played ------------------------------------------------------------------------------------------------------


def test_a_reminder_is_played_to_its_end_and_nothing_stays(session: Session) -> None:
    reminder = a_reminder(session, -60, 24 * 60, mode="remaining", is_on=False)
    before = counts(session)

    film = played(session, Imagined("佐藤"), ReminderBegin(reminder.id, NOW + 2 * DAY))

    assert said(film) == [(2 * DAY - HOUR, "-60"), (3 * DAY, "1440")]
    assert (film.counted, film.free, film.is_cut, film.ended_at) == (2, 0, False, NOW + 3 * DAY)
    assert counts(session) == before and not reminder.is_on
    assert any("ゴールの日時を過ぎて" in warning for warning in film.warnings)


def test_a_scenario_starts_with_a_free_reply_to_what_the_friend_did(session: Session) -> None:
    steps = (a_step("[name]さま、ようこそ"), a_step("明日のご案内", days=1, at="12:00"))
    begin = ScenarioBegin(a_scenario(session, *steps, is_on=False).id)

    film = played(session, Imagined("佐藤"), begin, is_answer=True)
    pushed = played(session, Imagined("佐藤"), begin)

    assert said(film) == said(pushed) == [(timedelta(), "佐藤さま、ようこそ"), (DAY + 2 * HOUR, "明日のご案内")]
    assert (film.counted, film.free) == (1, 1) and (pushed.counted, pushed.free) == (2, 0)


def test_an_arrival_is_greeted_free_of_charge_together_with_what_follows_from_it(session: Session) -> None:
    scenario = a_scenario(session, a_step("シナリオから"), a_step("翌日", days=1, at="12:00"))
    start = {
        "id": "s",
        "kind": "scenario",
        "data": {"way": "start", "scenario_id": scenario.id, "code": None},
        "segment": None,
    }
    greetings.save(
        session, GreetingKind.NEW, is_on=False, blocks=[text("あいさつ")], steps=SetDraft([start], True), now=NOW
    )

    film = played(session, Imagined(), ArrivalBegin(GreetingKind.NEW), is_answer=True)

    assert [words for _, words in said(film)] == ["あいさつ", "シナリオから", "翌日"]
    assert (film.counted, film.free) == (1, 1)
    assert "greetings:new" in [subject.key for subject in rehearsals.subjects(session)]


def test_a_draft_is_played_before_it_is_published(session: Session) -> None:
    scenario = a_scenario(session, a_step("今の内容", days=1, at="12:00"))
    version = scenarios.draft_of(session, scenario, now=NOW)
    step = scenarios.steps.in_version(session, version)[0]
    scenarios.steps.update(
        session,
        scenario,
        step,
        scenarios.StepDraft(Content(blocks=[text("新しい内容")]), days=2, at_time="12:00"),
        now=NOW,
    )
    live = scenario.live_version_id
    kinds = [subject.key for subject in rehearsals.subjects(session)]

    assert [words for _, words in said(played(session, Imagined(), ScenarioBegin(scenario.id)))] == ["今の内容"]
    draft = played(session, Imagined(), ScenarioBegin(scenario.id, is_draft=True))

    assert said(draft) == [(2 * DAY + 2 * HOUR, "新しい内容")]
    assert kinds == [f"scenarios:{scenario.id}:draft", f"scenarios:{scenario.id}:live"]
    session.refresh(scenario)
    assert scenario.live_version_id == live


def test_a_draft_that_can_not_be_published_says_so_where_it_was_chosen(session: Session) -> None:
    scenario = a_scenario(session, live_version_id=None)
    version = scenarios.draft_of(session, scenario, now=NOW)
    for step in scenarios.steps.in_version(session, version):
        scenarios.steps.delete(session, step)
    with pytest.raises(DomainError) as refused:
        played(session, Imagined(), ScenarioBegin(scenario.id, is_draft=True))
    assert refused.value.field == "what"


def test_a_branch_on_a_tap_is_explained_and_played_anew_with_the_tap(session: Session) -> None:
    begin = branching(session, a_question(session))

    film = played(session, Imagined(), begin)
    (shown_at, question), *_ = film.sendings
    other = played(session, Imagined(), begin, taps=[Tap(shown_at + MINUTE, question.choices[0].code)])

    assert [words for _, words in said(film)] == ["来られますか", "またの機会に"]
    assert any(note.label == "タップしなかった場合です" for scene in film.scenes for note in scene.notes)
    assert [choice.label for choice in question.choices] == ["はい"]
    assert said(other)[1:] == [(MINUTE, "ありがとうございます"), (DAY, "お待ちしています")]
    assert (other.counted, other.free) == (2, 1) and "タグ「参加」" in results(other)
    assert not any(note.is_other for scene in other.scenes for note in scene.notes)


def test_tags_and_fields_of_somebody_imaginary_decide_who_gets_what(session: Session) -> None:
    tag = factories.a_tag(session, name="会員")
    tree = {"all": [{"id": "1", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}
    begin = ScenarioBegin(a_scenario(session, a_step("会員の方へ", days=1, at="12:00", tree=tree)).id)

    stranger, member = played(session, Imagined(), begin), played(session, Imagined(tag_ids=[tag.id]), begin)

    assert said(stranger) == [] and "タグ「会員」" in results(stranger)
    assert any("1つも届きません" in warning for warning in stranger.warnings)
    assert [words for _, words in said(member)] == ["会員の方へ"]


def test_what_waits_for_a_real_friend_anyway_is_played_and_marked(session: Session) -> None:
    session.add(SendingRules(id=1, parallel_scenarios=True))
    friend, other = factories.a_friend(session), a_scenario(session, a_step("前からの配信", days=1, at="13:00"))
    scenarios.start(session, other, friend, now=NOW)
    factories.a_delivery(session, friend, due_at=NOW + HOUR, missed_after=NOW + 2 * HOUR)
    begin = ScenarioBegin(a_scenario(session, a_step("新しい配信", days=0, at="15:00")).id)
    before = counts(session)

    film = played(session, friend, begin, start=NOW + 2 * HOUR)

    assert [sending.is_other for _, sending in film.sendings] == [True, False, True]
    assert counts(session) == before
    session.refresh(friend)


def test_a_friend_who_has_blocked_us_gets_nothing_and_the_film_says_why(session: Session) -> None:
    friend = factories.a_friend(session, is_following=False)
    film = played(session, friend, ScenarioBegin(a_scenario(session).id))
    assert film.sendings == [] and "ブロック" in results(film)


def test_the_night_and_two_at_once_are_pointed_out(session: Session) -> None:
    steps = (a_step("深夜", minutes=13 * 60), a_step("すぐあと", minutes=13 * 60 + 2))
    film = played(session, Imagined(), ScenarioBegin(a_scenario(session, *steps, mode=ScenarioMode.ELAPSED).id))
    assert [("夜間" in each, "前の配信と2分" in each) for each in film.warnings] == [
        (True, False), (True, False), (False, True),
    ]  # fmt: skip


def test_more_than_fits_into_a_reply_is_counted(session: Session) -> None:
    steps = [a_step(f"{number}", blocks=[text(str(part)) for part in range(3)]) for number in range(2)]
    film = played(session, Imagined(), ScenarioBegin(a_scenario(session, *steps).id), is_answer=True)
    assert (film.counted, film.free) == (1, 1)
    assert any("6個目からは" in each for each in film.warnings)


def test_a_start_after_the_time_of_the_first_step_goes_by_the_scenarios_own_rule(session: Session) -> None:
    scenario = a_scenario(session, a_step("10時に", at="10:00"), past_start=PastStart.SHIFT)
    assert said(played(session, Imagined(), ScenarioBegin(scenario.id), start=NOW + MINUTE)) == [
        (DAY - MINUTE, "10時に")
    ]


def test_chances_fall_as_they_will_fall_whoever_starts_in_between(session: Session) -> None:
    tree = {"all": [{"id": "half", "kind": "percent", "data": {"percent": 50}}], "any": []}
    scenario = a_scenario(session, a_step("当たり", tree=tree))
    for _ in range(6):
        friend = factories.a_friend(session)
        foretold = [words for _, words in said(played(session, friend, ScenarioBegin(scenario.id)))]
        scenarios.start(session, scenario, factories.a_friend(session), now=NOW)
        scenarios.start(session, scenario, friend, now=NOW)
        put = session.scalars(sa.select(Delivery).filter_by(friend_id=friend.id)).all()
        assert foretold == [block["text"] for each in put for block in each.content.blocks]


def test_a_very_long_future_is_cut_and_says_so(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstep_lite.engine.rehearsals.playing.MOST_MOMENTS", 3)
    steps = [a_step(str(day), days=day, at="12:00") for day in range(1, 9)]
    film = played(session, Imagined(), ScenarioBegin(a_scenario(session, *steps).id))
    assert film.is_cut and len(said(film)) == 2


def a_long_scenario(session: Session) -> ScenarioBegin:
    """Sixty steps: words with names, a template, conditions on steps and on messages, and actions."""
    tag = factories.a_tag(session, name="会員")
    tree = {"all": [{"id": "1", "kind": "tag", "data": {"how": "none", "tag_ids": [tag.id]}}], "any": []}
    template = templates.create(
        session, "text", TemplateDraft("案内", {"text": "[name]さま", "quick_replies": []}), now=NOW
    )
    kinds = (
        {"blocks": [text("[name]さま、ご案内です")], "tree": tree},
        {"blocks": [{"kind": "template", "template_id": template.id}]},
        {"blocks": [text("1つ目") | {"if": tree}, text("2つ目")]},
    )
    steps = [a_step(days=day, at="12:00", **kinds[day % 3]) for day in range(1, 61)]
    scenario = a_scenario(session, *steps)
    version = scenarios.live(session, scenario)
    assert version is not None
    doing = {"id": "s0", "kind": "tags", "data": {"way": "detach", "tag_ids": [tag.id]}, "segment": None}
    for step in scenarios.steps.in_version(session, version)[::3]:
        actions.keep(session, scenarios.PLACE, step.id, SetDraft([doing], True), now=NOW)
    return ScenarioBegin(scenario.id)


def test_sixty_steps_are_shown_whole_and_each_costs_few_statements(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lstep_lite.engine.rehearsals.playing.CPU_SECONDS", 60)  # however busy this machine is
    begin = a_long_scenario(session)
    statements = statements_of(session)
    film = played(session, Imagined("佐藤"), begin, days=400)
    assert not film.is_cut and film.ended_at == film.scenes[-1].at and len(film.sendings) == 60
    assert len(statements) <= 60 * STATEMENTS_A_STEP + 40


def test_nobody_is_woken_by_what_was_taken_back(session: Session) -> None:
    session.info["after_commit"] = []
    played(session, Imagined(), ScenarioBegin(a_scenario(session).id))
    assert session.info["after_commit"] == []
