"""Whether somebody may answer a form now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.text import day_in_words
from lstep_lite.errors import DomainError
from lstep_lite.models import AnswerRate, Friend, Survey, SurveyAnswer


class Reason(StrEnum):
    """Why somebody may not answer."""

    CLOSED = "closed"
    BEFORE = "before"
    AFTER = "after"
    FULL = "full"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    """Nobody knows who it is, and the form wants to know."""


@dataclass(frozen=True)
class Verdict:
    ok: bool
    reason: Reason | None = None
    text: str = ""
    """What customers read; empty when they may answer."""


class NotOpen(DomainError):
    """The form takes no answer from them now."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.text)
        self.verdict = verdict


WORDS = {
    Reason.CLOSED: "ただいま受け付けていません。",
    Reason.AFTER: "受付を終了しました。ありがとうございました。",
    Reason.FULL: "予定の数に達したため、受付を終了しました。",
    Reason.UNKNOWN: "このフォームは、LINEで開いてお答えください。",
}
MAY = Verdict(ok=True)


def can_answer(
    session: Session, survey: Survey, friend: Friend | None, *, now: datetime, visitor: str | None = None
) -> Verdict:
    """Whether *friend*, or else the unknown *visitor*, may send a new answer at *now*."""
    if (reason := shut(survey, now)) is not None:
        return Verdict(False, reason, survey.closed_text or _words(session, survey, reason))
    if friend is None and not survey.takes_anonymous:
        return Verdict(False, Reason.UNKNOWN, WORDS[Reason.UNKNOWN])
    last = last_answer(session, survey, friend, visitor=visitor)
    return MAY if last is None else _again(session, survey, last, now)


def can_change(survey: Survey, answer: SurveyAnswer, *, now: datetime) -> bool:
    """Whether its sender may still change an answer."""
    if survey.editable_minutes is None or not survey.is_open:
        return False
    if survey.closes_at is not None and now >= survey.closes_at:
        return False
    return now < answer.submitted_at + timedelta(minutes=survey.editable_minutes)


def last_answer(
    session: Session, survey: Survey, friend: Friend | None, *, visitor: str | None = None
) -> SurveyAnswer | None:
    """The newest answer of a friend, or of an unknown visitor."""
    if friend is None and visitor is None:
        return None
    whose = SurveyAnswer.friend_id == friend.id if friend else SurveyAnswer.visitor == visitor
    mine = sa.select(SurveyAnswer).where(SurveyAnswer.survey_id == survey.id, whose)
    return session.scalar(mine.order_by(SurveyAnswer.submitted_at.desc(), SurveyAnswer.id.desc()).limit(1))


def shut(survey: Survey, now: datetime) -> Reason | None:
    """Why nobody may answer at *now*; None while friends may."""
    if not survey.is_open:
        return Reason.CLOSED
    if survey.opens_at is not None and now < survey.opens_at:
        return Reason.BEFORE
    if survey.closes_at is not None and now >= survey.closes_at:
        return Reason.AFTER
    if survey.most_answers is not None and survey.answers_count >= survey.most_answers:
        return Reason.FULL
    return None


def _words(session: Session, survey: Survey, reason: Reason) -> str:
    if reason is Reason.BEFORE and survey.opens_at is not None:
        return f"{_moment(session, survey.opens_at)}から受け付けます。"
    return WORDS[reason]


def _moment(session: Session, at: datetime) -> str:
    local = at.astimezone(settings.zone(session))
    return f"{day_in_words(local.date())} {local:%H:%M}"


def _again(session: Session, survey: Survey, last: SurveyAnswer, now: datetime) -> Verdict:
    """Whether another answer may follow *last*."""
    if survey.rate is AnswerRate.MANY:
        return MAY
    if survey.rate is AnswerRate.ONCE:
        return Verdict(False, Reason.ANSWERED, "すでにご回答いただいています。ありがとうございました。")
    again_at = last.submitted_at + timedelta(days=survey.rate_days or 0)
    if now >= again_at:
        return MAY
    text = f"すでにご回答いただいています。次は{_moment(session, again_at)}からお答えいただけます。"
    return Verdict(False, Reason.ANSWERED, text)
