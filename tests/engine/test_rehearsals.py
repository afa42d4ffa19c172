"""Rehearsals: the whole future of one friend, and nothing of it stays."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import rehearsals
from lstep_lite.engine.rehearsals import Film, Imagined, ReminderBegin, Setting
from lstep_lite.models import Delivery, Friend, Reminder, ReminderMode, ReminderStep, TimelineEntry
from tests.factories import NOW

PUBLIC_URL = "https://demo.lstep.invalid"


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


def a_reminder(session: Session, *moments: tuple[int, str]) -> Reminder:
    """Steps of (minutes from the goal, text); switched off."""
    times = {"created_at": NOW, "updated_at": NOW}
    rows = [
        ReminderStep(position=place, name="", minutes=minutes, timed_at=NOW, blocks=[text(words)])
        for place, (minutes, words) in enumerate(moments)
    ]
    reminder = Reminder(name="ご来店", position=1, mode=ReminderMode.REMAINING, steps=rows, **times)
    session.add(reminder)
    session.flush()
    return reminder


def played(session: Session, viewer: Friend | Imagined, begin: Any, *, days: int = 30, **over: Any) -> Film:
    setting = Setting(NOW, NOW + timedelta(days=days), PUBLIC_URL, **over)
    return rehearsals.play(session, viewer, begin, setting, now=NOW)


def said(film: Film) -> list[tuple[timedelta, str]]:
    return [(at - film.start, each["text"]) for at, sending in film.sendings for each in sending.objects]


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_reminder_is_played_to_its_end_and_nothing_stays(session: Session) -> None:
    reminder = a_reminder(session, (-60, "[name]さま、もうすぐです"), (24 * 60, "ありがとうございました"))
    before = [session.scalar(sa.select(sa.func.count(model.id))) for model in (Friend, Delivery, TimelineEntry)]

    film = played(session, Imagined("佐藤"), ReminderBegin(reminder.id, NOW + 2 * DAY))

    assert said(film) == [(2 * DAY - HOUR, "佐藤さま、もうすぐです"), (3 * DAY, "ありがとうございました")]
    assert (film.counted, film.free, film.is_cut) == (2, 0, False)
    after = [session.scalar(sa.select(sa.func.count(model.id))) for model in (Friend, Delivery, TimelineEntry)]
    assert after == before and not reminder.is_on
    assert any("ゴールの日時を過ぎて" in warning for warning in film.warnings)
