"""How many open a form, begin and send it, day by day, and where those stand who have not sent it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.models import Survey, SurveyDay, SurveyDraft

DAYS = 30
LEFT_AFTER = timedelta(hours=1)
"""Whoever has typed nothing for so long has gone away."""
MOST_DRAFTS = 5000


@dataclass(frozen=True)
class Day:
    on: date
    views: int
    starts: int
    submits: int


@dataclass(frozen=True)
class Drop:
    """One page, and how many people went away there."""

    number: int
    title: str
    count: int


def days(session: Session, survey: Survey, *, now: datetime) -> list[Day]:
    """The last DAYS days of the shop, today last."""
    today = now.astimezone(settings.zone(session)).date()
    every = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    mine = sa.select(SurveyDay).where(SurveyDay.survey_id == survey.id, SurveyDay.day >= every[0].isoformat())
    rows = {row.day: row for row in session.scalars(mine)}
    found = ((on, rows.get(on.isoformat())) for on in every)
    return [Day(on, row.views, row.starts, row.submits) if row else Day(on, 0, 0, 0) for on, row in found]


def drops(session: Session, survey: Survey, *, now: datetime) -> Sequence[Drop]:
    """By page, who began, did not send, and has gone away; drafts are kept for some days only."""
    stays = sa.select(SurveyDraft.trail).where(
        SurveyDraft.survey_id == survey.id,
        SurveyDraft.answer_id.is_(None),
        SurveyDraft.started_at.is_not(None),
        SurveyDraft.updated_at < now - LEFT_AFTER,
    )
    trails = session.scalars(stays.order_by(SurveyDraft.id.desc()).limit(MOST_DRAFTS))
    stood = Counter(trail[-1] for trail in trails if trail)
    pages = enumerate(survey.document["pages"], 1)
    return [Drop(number, page["title"], stood[page["id"]]) for number, page in pages]
