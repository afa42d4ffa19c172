"""The message that follows an answer: free where LINE lets us reply, else a push; one for each answer.

Inside LINE the page that says thanks says a short word in the customer's name (Survey.said_text): its webhook brings
the right to reply for free. Where none comes in time, the message is pushed. Whoever takes the answer's
`confirm_due_at` away puts the message, in the same unit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, auto_replies, deliveries, locking, messages
from lstep_lite.engine.surveys import answering, keeping
from lstep_lite.engine.text import normalise
from lstep_lite.engine.triggers import Happening
from lstep_lite.models import (
    ChatMessage,
    Confirmation,
    Delivery,
    EventState,
    Friend,
    Lane,
    Survey,
    SurveyAnswer,
    WebhookEvent,
)

SOURCE = keeping.FEATURE
WAIT = timedelta(seconds=5)
"""For the customer's word; then the message is pushed."""
SAID_WITHIN = timedelta(minutes=5)
"""So long before or after an answer its word is taken for the page's, not for a question to the shop."""
CHUNK = 50


def begin(session: Session, survey: Survey, answer: SurveyAnswer, *, now: datetime, wall: datetime) -> None:
    """Send the message that follows *answer*, or wait for the word; in the unit that took it. Twice is once.

    Nothing follows a change to an answer, or an answer of somebody unknown.
    """
    if survey.confirmation is Confirmation.NONE or answer.friend is None or answer.edited_at is not None:
        return
    if survey.confirmation is Confirmation.PUSH:
        _put(session, survey, answer, answer.friend, now=now)
    elif answer.confirm_due_at is None and not _is_put(session, answer):
        answer.confirm_due_at = wall + WAIT


def word(answer: SurveyAnswer) -> str:
    """What the page is to say in the customer's name; empty when nothing waits for it (any more)."""
    return answer.survey.said_text if answer.confirm_due_at is not None else ""


# The customer's word -------------------------------------------------------------------------------------------------


@auto_replies.taker
def _take(session: Session, happening: Happening, message: ChatMessage) -> str | None:
    """Answer the word of a form's page; words that come too late are answered already."""
    said = [row for row in _lately(session, happening.friend, message.at) if _is_said(row, message)]
    if not said:
        return None
    locking.lock(session, happening.friend)
    waiting = next((answer for answer in said if answer.confirm_due_at is not None), None)
    if waiting is None or not _claim(session, waiting):
        return f"フォーム「{said[0].survey.name}」に続くメッセージは、もう用意してあります。"
    _put(session, waiting.survey, waiting, happening.friend, now=happening.now, event=happening.event)
    return f"フォーム「{waiting.survey.name}」に続くメッセージを、無料の返信で送ります。"


def _lately(session: Session, friend: Friend, at: datetime) -> Sequence[SurveyAnswer]:
    """The friend's answers whose word may come now, newest first."""
    mine = sa.select(SurveyAnswer).join(SurveyAnswer.survey)
    near = SurveyAnswer.submitted_at.between(at - SAID_WITHIN, at + SAID_WITHIN)
    which = (SurveyAnswer.friend_id == friend.id, near, Survey.confirmation == Confirmation.FREE)
    return session.scalars(mine.where(*which).order_by(SurveyAnswer.submitted_at.desc(), SurveyAnswer.id.desc())).all()


def _is_said(answer: SurveyAnswer, message: ChatMessage) -> bool:
    return message.kind == "text" and normalise(message.text) == normalise(answer.survey.said_text)


# Without a word ------------------------------------------------------------------------------------------------------


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists().where(SurveyAnswer.confirm_due_at <= wall))
def push_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Push what waited for a word in vain. True when there may be more.

    Whose webhook has come and is not read yet may have said it in time.
    """
    unread = sa.exists().where(WebhookEvent.user_id == Friend.line_user_id, WebhookEvent.state == EventState.WAITING)
    due = sa.select(SurveyAnswer.id).join(SurveyAnswer.friend).where(SurveyAnswer.confirm_due_at <= wall, ~unread)
    with database.read() as session:
        ids = session.scalars(due.order_by(SurveyAnswer.confirm_due_at).limit(CHUNK)).all()
    for answer_id in ids:
        with database.unit() as session:
            _push(session, answer_id, now)
    return len(ids) == CHUNK


def _push(session: Session, answer_id: int, now: datetime) -> None:
    answer = session.get(SurveyAnswer, answer_id)
    if answer is None or answer.friend is None:
        return
    locking.lock(session, answer.friend)  # before the answer, as everywhere
    is_off = answer.survey.confirmation is Confirmation.NONE  # meanwhile: then there may be no message any more
    if _claim(session, answer) and not is_off:
        _put(session, answer.survey, answer, answer.friend, now=now, due_at=min(now, answer.submitted_at + WAIT))


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    """Those that still wait for a word count as well: it is a matter of seconds."""
    waiting = sa.select(sa.func.count()).where(SurveyAnswer.confirm_due_at.is_not(None))
    return agenda.Pending(session.scalar(waiting) or 0)


# The message ---------------------------------------------------------------------------------------------------------


def _claim(session: Session, answer: SurveyAnswer) -> bool:
    """Whether it fell to this unit to send what follows *answer*."""
    mine = sa.update(SurveyAnswer).where(SurveyAnswer.id == answer.id, SurveyAnswer.confirm_due_at.is_not(None))
    taken = session.scalar(mine.values(confirm_due_at=None).returning(SurveyAnswer.id))
    return taken is not None


def _put(
    session: Session,
    survey: Survey,
    answer: SurveyAnswer,
    friend: Friend,
    *,
    now: datetime,
    due_at: datetime | None = None,
    event: WebhookEvent | None = None,
) -> None:
    """Without *due_at* it is due at once; long after it, it is not sent any more, and shown as missed."""
    deliveries.put(
        session,
        friend,
        messages.freeze(session, survey.blocks, now=now),
        source=SOURCE,
        label=survey.name,
        dedupe_key=_key(answer),
        lane=Lane.REPLY,
        due_at=due_at,
        event=event,
        cause=answering.entry_of(session, answer),
        now=now,
    )


def _is_put(session: Session, answer: SurveyAnswer) -> bool:
    return session.scalar(sa.select(Delivery.id).where(Delivery.dedupe_key == _key(answer))) is not None


def _key(answer: SurveyAnswer) -> str:
    return f"{SOURCE}:confirmation:{answer.id}"
