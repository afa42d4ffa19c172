"""The demo salon's timed delivery: a scenario with a branch, a reminder, a draft, and friends under way in them.

The people are in the pretended LINE, too (`demo.connect` introduces them), so that what comes next reaches a phone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import broadcasts, fields, greetings, messages, reminders, scenarios, settings
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.broadcasts import BroadcastDraft, VariantDraft
from lstep_lite.engine.fields import FieldDraft
from lstep_lite.engine.friends import contacts, editing
from lstep_lite.engine.messages import templates
from lstep_lite.engine.reminders import ReminderDraft
from lstep_lite.engine.reminders import StepDraft as ReminderStepDraft
from lstep_lite.engine.scenarios import ScenarioDraft
from lstep_lite.engine.scenarios import StepDraft as ScenarioStepDraft
from lstep_lite.engine.sequences import Content
from lstep_lite.models import (
    AnswerState,
    Broadcast,
    BroadcastState,
    ChangedBy,
    Delivery,
    DeliveryState,
    Enrolment,
    EnrolmentState,
    FieldType,
    Friend,
    GreetingKind,
    Lane,
    Origin,
    Passage,
    PassageState,
    Recipient,
    RecipientState,
    Reminder,
    ReminderMode,
    Scenario,
    ScenarioMode,
    ScenarioStep,
    Side,
    StepKind,
    Tag,
    Tap,
    TapAnswer,
    Template,
)

PEOPLE = ("山田 花子", "佐藤 美咲", "鈴木 陽菜", "高橋 結衣", "田中 葵", "伊藤 楓", "渡辺 凛", "小林 紬")
ASKED = "予約の相談"
"""The tag that parts the scenario's ways."""
TOUR = (
    "[name]さん、こんにちは。サロン花です。\n"
    "花町駅の東口から歩いて3分、1日6名様までの小さなサロンです。\nどうぞよろしくお願いいたします。"
)
BEFORE_VISIT = "ご予約のご相談、ありがとうございます。\nなりたいイメージのお写真があれば、このトークにお送りください。"
FIRST_TIME = (
    "はじめての方は、トリートメント（3,300円）を無料でお付けしています。\n「予約」と送るだけでご相談いただけます。"
)
A_WEEK_ON = (
    "[name]さん、友だちになっていただいて1週間です。\n気になることがあれば、いつでもこのトークで聞いてください。"
)
TOMORROW = "[name]さん、明日のご来店をお待ちしています。\n花町駅の東口から歩いて3分、花ビルの2階です。"
AFTERWARDS = "[name]さん、昨日はご来店ありがとうございました。\nその後、気になるところはありませんか？"
WINTER = "[name]さん、冬の乾燥に負けない「うるおいトリートメント」を始めました。"
WINTER_ASKED = "[name]さん、髪の乾燥は気になりませんか？ 今の髪のようすを教えてください。"
YEAR_END = "年末年始のお休みのお知らせです。\n12月30日〜1月3日は、お休みをいただきます。\nご予約はお早めにどうぞ。"


def line_user_id(number: int) -> str:
    """Of the person at that place in PEOPLE."""
    return f"U{number + 1:032x}"


def tell(session: Session, *, now: datetime) -> None:
    """Add it to the salon that `demo_story.tell` has furnished."""
    scenario, reminder = _scenario(session, now), _reminder(session, now)
    friends = [_friend(session, number, now) for number in range(len(PEOPLE))]
    _let_them_be_under_way(session, scenario, friends, now)
    _set_goals(session, reminder, friends[:3], now)
    _sent(session, friends, now)
    broadcasts.create(session, _draft("年末年始のお休み", VariantDraft([_text(YEAR_END)])), now=now)


# What the shop has made ----------------------------------------------------------------------------------------------


def _scenario(session: Session, now: datetime) -> Scenario:
    """Greeting a new friend starts it."""
    scenario = scenarios.create(session, ScenarioDraft("はじめての方へ 7日間", ScenarioMode.CLOCK), now=now)
    version = scenarios.draft_of(session, scenario, now=now)
    scenarios.steps.add(session, scenario, version, _step("お店の紹介", TOUR, 1, "12:15"), now=now)
    content = Content("ご予約の相談をした方か", tree=_who_asked(session))
    fork = ScenarioStepDraft(content, StepKind.BRANCH, days=3, at_time="12:00")
    code = scenarios.steps.add(session, scenario, version, fork, now=now).code
    lanes = ((Side.YES, "ご来店の前に", BEFORE_VISIT), (Side.NO, "はじめての方の特典", FIRST_TIME))
    for side, name, words in lanes:
        scenarios.steps.add(session, scenario, version, _step(name, words, 3, "12:15", code, side), now=now)
    scenarios.steps.add(session, scenario, version, _step("1週間のごあいさつ", A_WEEK_ON, 7, "18:00"), now=now)
    scenarios.publish(session, scenario, moves_friends=False, staff_id=None, now=now)
    scenarios.switch(session, scenario, is_on=True, now=now)
    start = {"id": "start", "kind": "scenario", "data": _start(scenario), "segment": None}
    greeting = greetings.get(session, GreetingKind.NEW)
    steps = SetDraft([start], repeats=True)
    greetings.save(session, GreetingKind.NEW, is_on=True, blocks=greeting.blocks, steps=steps, now=now)
    return scenario


def _who_asked(session: Session) -> dict[str, Any]:
    tag_id = session.scalars(sa.select(Tag.id).filter_by(name=ASKED)).one()
    return {"all": [{"id": "asked", "kind": "tag", "data": {"how": "any", "tag_ids": [tag_id]}}], "any": []}


def _start(scenario: Scenario) -> dict[str, Any]:
    return {"way": "start", "scenario_id": scenario.id}


def _step(
    name: str, words: str, days: int, at_time: str, within: str | None = None, side: Side | None = None
) -> ScenarioStepDraft:
    return ScenarioStepDraft(Content(name, blocks=[_text(words)]), within=within, side=side, days=days, at_time=at_time)


def _reminder(session: Session, now: datetime) -> Reminder:
    reminder = reminders.create(session, ReminderDraft("ご来店のリマインド", ReminderMode.CLOCK), now=now)
    for name, days, at_time, words in (("前日", -1, "18:00", TOMORROW), ("お礼", 1, "11:00", AFTERWARDS)):
        step = ReminderStepDraft(days, at_time, content=Content(name, blocks=[_text(words)]))
        reminders.steps.add(session, reminder, step, now=now)
    reminders.switch(session, reminder, is_on=True, now=now)
    return reminder


def _draft(name: str, *variants: VariantDraft) -> BroadcastDraft:
    return BroadcastDraft(name=name, variants=variants)


def _text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


# Who is under way ----------------------------------------------------------------------------------------------------


def _friend(session: Session, number: int, now: datetime) -> Friend:
    since = now - timedelta(days=30 - number)
    friend = Friend(
        origin=Origin.ADDED,
        line_user_id=line_user_id(number),
        display_name=PEOPLE[number],
        profile_checked_at=now,
        is_following=True,
        follow_changed_at=since,
        followed_at=since,
        created_at=since,
        **contacts.drawn(),
    )
    editing.refresh_search_text(friend)
    session.add(friend)
    session.flush()  # all that follows is kept under its id
    return friend


def _let_them_be_under_way(session: Session, scenario: Scenario, friends: Sequence[Friend], now: datetime) -> None:
    """The first two have been through it all, the next three are in the middle."""
    version = scenarios.shown(session, scenario)
    steps = {step.name: step for step in scenarios.steps.in_version(session, version)}
    for friend in friends[:2]:
        _finished(session, scenario, friend, list(steps.values()), now)
    for friend, name in zip(friends[2:5], ("お店の紹介", "ご予約の相談をした方か", "1週間のごあいさつ"), strict=True):
        scenarios.start(session, scenario, friend, at_code=steps[name].code, now=now)


def _finished(
    session: Session, scenario: Scenario, friend: Friend, steps: Sequence[ScenarioStep], now: datetime
) -> None:
    start = now - timedelta(days=10)
    fork = next(step.code for step in steps if step.kind is StepKind.BRANCH)
    enrolment = Enrolment(
        scenario_id=scenario.id,
        version_id=steps[0].version_id,
        friend_id=friend.id,
        state=EnrolmentState.FINISHED,
        started_at=start,
        anchor_at=start,
        lanes={fork: Side.NO},
        ended_at=start + timedelta(days=7),
    )
    session.add(enrolment)
    session.flush()  # what it has passed is kept under its id
    for step in steps:
        if step.side is not Side.YES:
            at = start + timedelta(days=step.days)
            session.add(_passage(enrolment, step, PassageState.NO if step.code == fork else PassageState.SENT, at))


def _passage(enrolment: Enrolment, step: ScenarioStep, state: PassageState, at: datetime) -> Passage:
    return Passage(
        enrolment_id=enrolment.id,
        scenario_id=enrolment.scenario_id,
        friend_id=enrolment.friend_id,
        code=step.code,
        state=state,
        planned_at=at,
        at=at,
    )


def _set_goals(session: Session, reminder: Reminder, friends: Sequence[Friend], now: datetime) -> None:
    """Their next visits stand in a date field; who changes it moves the reminder."""
    field = fields.create(session, FieldDraft("次回のご来店日"), FieldType.DATE, now=now)
    key = f"field:{field.id}"
    zone = settings.zone(session)
    for friend, days in zip(friends, (3, 6, 9), strict=True):
        day = now.astimezone(zone).date() + timedelta(days=days)
        fields.write(session, friend, key, day, changed_by=ChangedBy.IMPORT, now=now)
        goal_at = reminders.goal_of(day, at_time="14:00", is_yearly=False, now=now, zone=zone)
        if goal_at is not None:
            reminders.set_goal(session, reminder, friend, goal_at, origin=key, now=now)


# What was sent -------------------------------------------------------------------------------------------------------


def _sent(session: Session, friends: Sequence[Friend], now: datetime) -> None:
    """Two versions of one message, three days ago; more people have tapped in the first."""
    cards = {card.name: card for card in session.scalars(sa.select(Template))}
    versions = (WINTER_ASKED, "ご来店アンケート"), (WINTER, "メニューと料金")
    drafts = [VariantDraft([_text(words), _card(cards[name])], percent=50) for words, name in versions]
    broadcast = broadcasts.create(session, _draft("冬のうるおいトリートメント", *drafts), now=now)
    at = now - timedelta(days=3)
    broadcast.state, broadcast.is_gathered = BroadcastState.DONE, True
    broadcast.asked_at = broadcast.started_at = at
    broadcast.finished_at = at + timedelta(minutes=1)
    broadcast.totals = {"sent": len(friends)}
    for number, friend in enumerate(friends):
        _received(session, broadcast, friend, number % 2, at)
    taps = session.scalars(sa.select(Tap).filter_by(owner=templates.OWNER, owner_id=cards["ご来店アンケート"].id)).all()
    for number, friend in enumerate((friends[0], friends[2], friends[4])):
        session.add(_answer(taps[number % len(taps)], friend, at + timedelta(hours=number + 1)))


def _received(session: Session, broadcast: Broadcast, friend: Friend, place: int, at: datetime) -> None:
    variant = broadcast.variants[place]
    delivery = Delivery(
        dedupe_key=f"broadcasts:{broadcast.id}:{friend.id}",
        friend_id=friend.id,
        content_id=messages.freeze(session, variant.blocks, now=at).id,
        lane=Lane.BULK,
        source="broadcasts",
        source_label=broadcast.name,
        due_at=at,
        missed_after=at + timedelta(hours=1),
        state=DeliveryState.SENT,
        is_counted=True,
        created_at=at,
        finished_at=at,
    )
    session.add(delivery)
    session.flush()  # the recipient refers to it
    session.add(
        Recipient(
            broadcast_id=broadcast.id,
            friend_id=friend.id,
            variant_id=variant.id,
            state=RecipientState.PUT,
            delivery_id=delivery.id,
            acted_at=at,
        )
    )


def _answer(tap: Tap, friend: Friend, at: datetime) -> TapAnswer:
    return TapAnswer(
        occurrence=f"demo:{tap.id}:{friend.id}",
        friend_id=friend.id,
        tap_id=tap.id,
        owner=tap.owner,
        owner_id=tap.owner_id,
        panel="",
        at=at,
        state=AnswerState.TAKEN,
        params={},
    )


def _card(template: Template) -> dict[str, Any]:
    return {"kind": "template", "template_id": template.id}
