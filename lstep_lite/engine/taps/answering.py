"""Answering taps that told us so by postback, or by a video that was watched to its end.

Everything happens in the unit that processes the event: a process that dies leaves nothing half-done, and the event
comes again. A row in `tap_answers` with the event's id makes sure that it counts once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import actions, deliveries, locking, messages, triggers
from lstep_lite.engine.studio import Data
from lstep_lite.engine.taps.keeping import PLACE
from lstep_lite.engine.taps.owners import Rules, Standing, owners, standing
from lstep_lite.engine.taps.registry import PREFIX, Answer, behaviours
from lstep_lite.models import AnswerLimit, AnswerState, Delivery, Lane, Tap, TapAnswer, TimelineEntry

SOURCE = "taps"
UNKNOWN = "このボタンは使えなくなりました。お手数ですが、メッセージでお問い合わせください。"
CLOSED = "このご案内は終了しました。"
triggers.labels.update(
    {
        "tap.answered": "ボタンや選択肢が選ばれた",
        "tap.in_menu": "リッチメニューのボタンが押された",
        "tap.again": "回数の上限のあとで、もう一度選ばれた",
        "tap.closed": "終了したご案内のボタンが押された",
    }
)
KINDS = {AnswerState.AGAIN: "tap.again", AnswerState.CLOSED: "tap.closed"}
"""What is written down of a tap that does not count; what counts is fired by its owner's own word."""
SWITCHED = "newRichMenuAliasId"
"""LINE's parameter of a tap that switched tabs on the phone.

https://developers.line.biz/en/reference/messaging-api/#postback-params-object-for-richmenu-switch-action
"""


@dataclass(frozen=True)
class _Tapped:
    """One event that says that something was tapped, or watched."""

    happening: triggers.Happening
    tap: Tap
    params: dict[str, Any]
    is_silent: bool
    """Whether nobody asked for an answer: a video that ended, and a tab that switched, need no excuse."""

    @property
    def occurrence(self) -> str:
        event = self.happening.event
        return event.webhook_event_id if event else f"entry-{self.happening.entry.id}"

    @property
    def at(self) -> datetime:
        """When it was tapped, which may be a while before we come round to it."""
        event = self.happening.event
        return event.occurred_at if event else self.happening.now


@triggers.on("postback.received")
def _on_postback(session: Session, happening: triggers.Happening) -> str | None:
    data = happening.facts["data"]
    if not data.startswith(PREFIX):
        return None
    code, params = data.removeprefix(PREFIX), happening.facts["params"]
    tap = _find(session, code)
    if tap is None and SWITCHED in params:
        return None
    if tap is None:
        key = f"unknown:{happening.friend.id}:{code}"  # once is enough, however often it is tapped
        put = _put(session, happening, happening.entry, UNKNOWN, key=key, label="使えなくなったボタン")
        return f"「{UNKNOWN}」と返信します。" if put else None
    return _answer(session, _Tapped(happening, tap, params, is_silent=SWITCHED in params))


@triggers.on("video.watched")
def _on_video(session: Session, happening: triggers.Happening) -> str | None:
    tap = _find(session, happening.facts["tracking_id"].removeprefix(PREFIX))
    return _answer(session, _Tapped(happening, tap, {}, is_silent=True)) if tap else None


def _find(session: Session, code: str) -> Tap | None:
    return session.scalars(sa.select(Tap).where(Tap.code == code)).one_or_none()


def _answer(session: Session, tapped: _Tapped) -> str | None:
    locking.lock(session, tapped.happening.friend)  # two taps at the same moment must not both be the first
    found = standing(session, tapped.tap)
    state = _judge(session, tapped, found)
    answer = _write_down(session, tapped, state)
    if answer is None:
        return None  # the event was worked through before
    answer.entry_id = (entry := _tell(session, tapped, state)).id
    if state is AnswerState.TAKEN and found and found.tap:
        entry.results = [*entry.results, *_respond(session, tapped, found.tap, entry)]
    elif not tapped.is_silent and (excuse := _excuse(found, state)):
        _reply(session, tapped, entry, excuse)
        entry.results = [f"「{excuse}」と返信します。"]
    return None


def _judge(session: Session, tapped: _Tapped, found: Standing | None) -> AnswerState:
    if found is None or found.tap is None:
        return AnswerState.CLOSED
    if found.rules.closes_at is not None and tapped.at >= found.rules.closes_at:
        return AnswerState.CLOSED
    return AnswerState.AGAIN if _is_used_up(session, tapped, found.rules) else AnswerState.TAKEN


def _is_used_up(session: Session, tapped: _Tapped, rules: Rules) -> bool:
    if rules.limit is AnswerLimit.ANY:
        return False
    tap = tapped.tap
    mine = sa.select(TapAnswer.id).where(
        TapAnswer.friend_id == tapped.happening.friend.id,
        TapAnswer.owner == tap.owner,
        TapAnswer.owner_id == tap.owner_id,
        TapAnswer.state == AnswerState.TAKEN,
        TapAnswer.occurrence != tapped.occurrence,
    )
    if rules.limit is AnswerLimit.ONCE_A_PANEL:
        mine = mine.where(TapAnswer.panel == tap.panel)
    return session.scalar(mine.limit(1)) is not None


def _write_down(session: Session, tapped: _Tapped, state: AnswerState) -> TapAnswer | None:
    """The row of this event; None when there is one already."""
    tap = tapped.tap
    row = {
        "occurrence": tapped.occurrence,
        "friend_id": tapped.happening.friend.id,
        "tap_id": tap.id,
        "owner": tap.owner,
        "owner_id": tap.owner_id,
        "panel": tap.panel,
        "at": tapped.at,
        "state": state,
        "params": tapped.params,
    }
    return session.scalars(insert_new(session, TapAnswer).values(row).returning(TapAnswer)).one_or_none()


def _tell(session: Session, tapped: _Tapped, state: AnswerState) -> TimelineEntry:
    """The entry on the timeline. What counts is fired, so that other features may follow it."""
    happening, tap = tapped.happening, tapped.tap
    facts = {"label": f"{tap.label}（{tap.owner_name}）", "tap": tap.code, "owner": tap.owner, "owner_id": tap.owner_id}
    if state is not AnswerState.TAKEN:
        kind = KINDS[state]
        return triggers.record(session, kind, happening.friend, now=happening.now, cause=happening.entry, **facts)
    return triggers.fire(
        session,
        owners[tap.owner].happening,
        happening.friend,
        now=happening.now,
        event=happening.event,
        cause=happening.entry,
        **facts,
    )


def _respond(session: Session, tapped: _Tapped, tap: Data, entry: TimelineEntry) -> list[str]:
    """What the behaviour does, the reply, the actions: a sentence about each that there was."""
    happening, results = tapped.happening, []
    answer = Answer(happening.friend, tapped.params, happening.now, entry, happening.event)
    if (done := behaviours[tap["do"]].answered(session, tap, answer)) is not None:
        results.append(done)
    if tap.get("reply"):
        _reply(session, tapped, entry, tap["reply"])
        results.append("決めておいた文章を返信します。")
    trigger = actions.Trigger(tapped.occurrence, happening.now, cause=entry, event=happening.event)
    if actions.run_at(session, PLACE, tapped.tap.code, happening.friend, trigger) is not None:
        results.append("アクションを実行しました。")
    return results


def _excuse(found: Standing | None, state: AnswerState) -> str:
    """What is said to a tap that does not count."""
    if state is AnswerState.AGAIN and found is not None:
        return found.rules.again_text
    if state is AnswerState.CLOSED:
        return (found.rules.closed_text if found else "") or CLOSED
    return ""


def _reply(session: Session, tapped: _Tapped, entry: TimelineEntry, text: str) -> None:
    label = f"{tapped.tap.owner_name}：{tapped.tap.label}"
    _put(session, tapped.happening, entry, text, key=tapped.occurrence, label=label)


def _put(
    session: Session, happening: triggers.Happening, cause: TimelineEntry, text: str, *, key: str, label: str
) -> Delivery | None:
    return deliveries.put(
        session,
        happening.friend,
        messages.freeze(session, [{"kind": "text", "text": text}], now=happening.now),
        source=SOURCE,
        label=label,
        dedupe_key=f"{SOURCE}:{key}",
        lane=Lane.REPLY,
        event=happening.event,
        cause=cause,
        now=happening.now,
    )
