"""Forms in the rest of the house: a step that sends one, taps that open one, conditions about answers."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import (
    actions,
    deliveries,
    mentions,
    messages,
    registry,
    rehearsals,
    scenarios,
    segments,
    surveys,
    taps,
)
from lstep_lite.engine.actions import SetDraft, Trigger, saved
from lstep_lite.engine.actions.saved import ActionDraft
from lstep_lite.engine.messages import contents
from lstep_lite.engine.messages.rendering import Leaf
from lstep_lite.engine.rehearsals import Imagined, ScenarioBegin, Setting
from lstep_lite.engine.rich_menus.publishing.bodies import Everybody
from lstep_lite.engine.rows import Values
from lstep_lite.engine.studio import clean
from lstep_lite.engine.taps import TapInput, Where, line_action
from lstep_lite.errors import DomainError
from lstep_lite.models import Channel, Delivery, Friend, ScenarioStep, Survey
from tests.factories import NOW, a_friend, a_question, a_scenario, a_shop, a_step, a_survey, a_survey_choice

assert registry

PUBLIC_URL = "https://salon.example"
LIFF = "2000000001-abcd"
TYPED = {"text": ["[name]さんへ"], "button": ["答える"], "when": ["now"]}


@pytest.fixture
def ann(session: Session) -> Friend:
    a_shop(session)
    names = ("messaging_channel_id", "messaging_secret", "login_channel_id", "login_secret")
    session.add(Channel(id=1, liff_id=LIFF, **dict.fromkeys(names, "-")))
    found = a_friend(session, display_name="アン")
    session.commit()
    return found


def parsed(session: Session, survey: Survey, **over: Any) -> dict[str, Any]:
    texts = {"survey_id": [str(survey.id)], **TYPED, **over}
    return actions.kinds["send_survey"].parse(session, Values(texts))


def test_the_step_sends_a_button_that_opens_the_form_inside_line(session: Session, ann: Friend) -> None:
    survey = a_survey(session, name="来店")
    step = {"id": "s1", "kind": "send_survey", "data": parsed(session, survey), "segment": None}
    action = saved.create(session, ActionDraft("送る", SetDraft([step], repeats=True)), now=NOW)
    found = saved.set_of(session, action)
    assert found is not None
    run = actions.run(session, found, ann, Trigger("1", NOW))
    assert run is not None and [each["state"] for each in run.results] == ["done"], run and run.results
    delivery = session.scalars(sa.select(Delivery)).one()
    [sent] = deliveries.objects(session, delivery, public_url=PUBLIC_URL, now=NOW)
    uri = f"https://liff.line.me/{LIFF}/surveys/{survey.code}"
    button = {"type": "uri", "label": "答える", "uri": uri}
    assert sent["template"] == {"type": "buttons", "text": "アンさんへ", "actions": [button]}
    assert sent["altText"] == "お客様さんへ", "notifications name nobody"
    assert messages.problems([sent]) == []


def test_a_step_without_a_form_a_text_or_a_button_is_refused(session: Session, ann: Friend) -> None:
    survey = a_survey(session)
    for over, field in (({"survey_id": []}, "survey_id"), ({"text": [" "]}, "text"), ({"button": ["長" * 21]}, "text")):
        with pytest.raises(DomainError) as refused:
            parsed(session, survey, **over)
        assert refused.value.field == field
    gone = parsed(session, survey)
    surveys.delete(session, survey)
    assert mentions.missing(session, actions.kinds["send_survey"].mentions(gone))


def test_a_form_that_takes_no_answers_or_is_gone_is_not_sent_and_the_timeline_says_why(
    session: Session, ann: Friend
) -> None:
    survey = a_survey(session, is_open=False)
    step = {"id": "s1", "kind": "send_survey", "data": parsed(session, survey), "segment": None}
    action = saved.create(session, ActionDraft("送る", SetDraft([step], repeats=True)), now=NOW)
    assert surveys.label(survey) == f"{survey.name}（受付を止めています）"

    def outcome(occurrence: str) -> tuple[str, str]:
        found = saved.set_of(session, action)
        assert found is not None
        run = actions.run(session, found, ann, Trigger(occurrence, NOW))
        assert run is not None
        return run.results[0]["state"], run.results[0]["text"]

    assert outcome("1") == (
        "skipped",
        f"「フォーム「{survey.name}」を送る」を飛ばしました：フォームの受付が止まっています。",
    )
    surveys.switch(session, survey, is_open=True, now=NOW)
    survey.closes_at = NOW
    assert "受付期間が終わっています" in outcome("2")[1]
    survey.closes_at = None
    assert outcome("3")[0] == "done"
    surveys.delete(session, survey)
    state, text = outcome("4")
    assert state == "failed" and "削除されています" in text
    with pytest.raises(DomainError, match="削除されています"):
        deliveries.objects(session, session.scalars(sa.select(Delivery)).one(), public_url=PUBLIC_URL, now=NOW)


def test_a_rehearsal_shows_and_counts_the_form_that_a_step_sends(session: Session, ann: Friend) -> None:
    survey = a_survey(session)
    scenario = a_scenario(session, a_step("こんにちは"), a_step(days=1, at="12:00"))
    last = session.scalars(sa.select(ScenarioStep).order_by(ScenarioStep.id.desc()).limit(1)).one()
    step = {"id": "s1", "kind": "send_survey", "data": parsed(session, survey), "segment": None}
    actions.keep(session, scenarios.PLACE, last.id, SetDraft([step], repeats=True), now=NOW)
    setting = Setting(NOW, NOW + timedelta(days=2), PUBLIC_URL)
    film = rehearsals.play(session, Imagined("佐藤"), ScenarioBegin(scenario.id), setting, now=NOW)
    shown = [each for _, sending in film.sendings for each in sending.objects]
    assert film.counted == 2 and shown[1]["template"]["text"] == "佐藤さんへ"
    assert shown[1]["template"]["actions"][0]["uri"].endswith(f"/surveys/{survey.code}")


def test_taps_of_cards_and_menus_open_the_form_inside_line(session: Session, ann: Friend) -> None:
    survey = a_survey(session)
    address = f"https://liff.line.me/{LIFF}"
    for where in Where:
        assert "open_survey" in [each.name for each in taps.offered(where)]
        tap, problems = tapped(session, where, f"{survey.id}:{survey.code}")
        assert problems == []
        action = line_action(tap, Everybody(PUBLIC_URL, NOW, address))
        assert action == {"type": "uri", "uri": f"{address}/surveys/{survey.code}"}
    for wrong in ("", "1", f"{survey.id}:other", "x:y", None, 5):
        assert tapped(session, Where.TEMPLATE, wrong)[1] == ["tap.survey"]


def test_quick_replies_lead_to_the_form_inside_line(session: Session, ann: Friend) -> None:
    survey = a_survey(session)
    tap = {"id": "tap-number-1", "do": "open_survey", "survey": f"{survey.id}:{survey.code}"}
    reply = {"id": "q-number-1", "kind": "quick_reply", "media_id": None, "label": "答える", "tap": tap}
    leaf = Leaf({"kind": "text", "text": "どうぞ"}, 1, quick_replies=[reply])
    (context,) = contents.contexts_of(session, [[leaf]], public_url=PUBLIC_URL, now=NOW, friends=[ann])
    action = messages.render(context, ann)[-1]["quickReply"]["items"][0]["action"]
    assert action == {"type": "uri", "label": "答える", "uri": f"https://liff.line.me/{LIFF}/surveys/{survey.code}"}


def tapped(session: Session, where: Where, survey: Any) -> tuple[dict[str, Any], list[str]]:
    posted = {"tap": {"id": "tap-number-1", "do": "open_survey", "survey": survey}}
    document, problems = clean(session, (TapInput(where=where),), posted)
    return document["tap"], [problem.path for problem in problems]


def test_conditions_tell_what_is_asked_and_keep_what_is_not_asked_any_more(session: Session, ann: Friend) -> None:
    choice = a_survey_choice("赤")
    question = a_question("radio", label="色", choices=[choice, a_survey_choice("青")])
    survey = a_survey(session, question, name="来店")
    what = f"{survey.id}|{question['id']}|{choice['id']}"
    kind = segments.kinds["survey"]
    data = kind.parse(session, Values({"what": [what], "how": ["answered"], "days": ["30"]}))
    assert kind.sentence(session, data) == "フォーム「来店」の「色：赤」に30日以内に答えた"
    whole = kind.parse(session, Values({"what": [str(survey.id)], "how": ["none"], "least": ["3"], "text": ["肌"]}))
    assert kind.sentence(session, whole) == "フォーム「来店」に「肌」を含む、点数が3以上の内容で答えていない"
    for wrong in ("", "999", f"{survey.id}|gone", f"{survey.id}|{question['id']}|gone", "x"):
        with pytest.raises(DomainError):
            kind.parse(session, Values({"what": [wrong], "how": ["answered"]}))
