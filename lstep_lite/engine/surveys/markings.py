"""Setting the state of all answers that a filter finds: few of them at once, many in the background.

It goes from answer to answer by id and remembers how far it is, so that a worker killed anywhere repeats nothing and
leaves nothing out; answers that come after it was asked for stay as they are.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import agenda
from lstep_lite.engine.surveys import answers
from lstep_lite.engine.surveys.answers import Filters
from lstep_lite.models import Lane, Survey, SurveyAnswer, SurveyAnswerState, SurveyMarking

log = logging.getLogger(__name__)

CHUNK = 500
FOUND_AT_ONCE = 5000
"""How many answers one look finds; they are changed in units of CHUNK."""


def count(session: Session, survey: Survey, filters: Filters, *, now: datetime) -> int:
    """How many answers the filter finds."""
    wanted = answers.condition(session, survey, filters, now=now)
    return session.scalar(sa.select(sa.func.count()).select_from(SurveyAnswer).where(wanted)) or 0


def start(
    session: Session,
    survey: Survey,
    filters: Filters,
    state: SurveyAnswerState,
    *,
    token: str,
    staff_id: int,
    now: datetime,
) -> SurveyMarking:
    """Set *state* for all that *filters* finds; the worker does it. For a *token* that was used before, that one."""
    values = {
        "survey_id": survey.id,
        "token": token,
        "filters": _kept(filters),
        "state": state,
        "total": count(session, survey, filters, now=now),
        "last_id": session.scalar(sa.select(sa.func.max(SurveyAnswer.id))) or 0,
        "staff_id": staff_id,
        "created_at": now,
    }
    session.execute(insert_new(session, SurveyMarking).values(values))
    return session.scalars(sa.select(SurveyMarking).where(SurveyMarking.token == token)).one()


def running(session: Session, survey: Survey) -> Sequence[SurveyMarking]:
    """Those of a form that are not finished, the oldest first."""
    mine = sa.select(SurveyMarking).where(SurveyMarking.survey_id == survey.id, SurveyMarking.finished_at.is_(None))
    return session.scalars(mine.order_by(SurveyMarking.id)).all()


def _kept(filters: Filters) -> dict[str, Any]:
    return {
        "state": filters.state,
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
        "text": filters.text,
        "choice": filters.choice,
        "tree": filters.tree,
    }


def _filters(kept: dict[str, Any]) -> Filters:
    return Filters(
        state=SurveyAnswerState(kept["state"]) if kept["state"] else None,
        since=date.fromisoformat(kept["since"]) if kept["since"] else None,
        until=date.fromisoformat(kept["until"]) if kept["until"] else None,
        text=kept["text"],
        choice=kept["choice"],
        tree=kept["tree"],
    )


# The worker's part ---------------------------------------------------------------------------------------------------


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(_IS_OPEN))
def work(database: Database, *, now: datetime, wall: datetime) -> bool:
    """A part of each that is open, the oldest first. True: there is more."""
    with database.read() as session:
        found = session.scalars(sa.select(SurveyMarking.id).where(_IS_OPEN).order_by(SurveyMarking.id)).all()
    has_more = [_go_on(database, marking_id, now) for marking_id in found]
    return any(has_more)


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(
        due=session.scalar(sa.select(sa.func.count()).select_from(SurveyMarking).where(_IS_OPEN)) or 0
    )


_IS_OPEN: sa.ColumnElement[bool] = SurveyMarking.finished_at.is_(None)


def _go_on(database: Database, marking_id: int, now: datetime) -> bool:
    try:
        return _advance(database, marking_id, now)
    except Exception:
        log.exception("survey marking %s could not go on; it is tried again", marking_id)
        return False


def _advance(database: Database, marking_id: int, now: datetime) -> bool:
    """The next answers are found outside any unit of work. Conditions are asked as of when it was asked for."""
    with database.read() as session:
        marking = session.get_one(SurveyMarking, marking_id)
        after, ids = marking.cursor, session.scalars(_next(session, marking)).all()
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        with database.unit() as session:
            if not _set(session, marking_id, chunk, after=after):
                return True
        after = chunk[-1]
    if len(ids) < FOUND_AT_ONCE:
        with database.unit() as session:
            _finish(session, marking_id, after=after, now=now)
        return False
    return True


def _next(session: Session, marking: SurveyMarking) -> sa.Select[int]:
    survey = session.get_one(Survey, marking.survey_id)
    wanted = answers.condition(session, survey, _filters(marking.filters), now=marking.created_at)
    between = (SurveyAnswer.id > marking.cursor, SurveyAnswer.id <= marking.last_id)
    return sa.select(SurveyAnswer.id).where(wanted, *between).order_by(SurveyAnswer.id).limit(FOUND_AT_ONCE)


def _set(session: Session, marking_id: int, ids: Sequence[int], *, after: int) -> bool:
    """False when another worker has come further."""
    marking = _locked(session, marking_id, after)
    if marking is None:
        return False
    changed = sa.update(SurveyAnswer).where(SurveyAnswer.id.in_(ids)).values(state=marking.state)
    session.execute(changed, execution_options={"synchronize_session": False})
    marking.cursor, marking.done = ids[-1], marking.done + len(ids)
    return True


def _finish(session: Session, marking_id: int, *, after: int, now: datetime) -> None:
    """What was looked for may name a person: it is kept no longer than needed."""
    if (marking := _locked(session, marking_id, after)) is not None:
        marking.finished_at, marking.filters = now, {}


def _locked(session: Session, marking_id: int, after: int) -> SurveyMarking | None:
    """It, for this unit alone; None when it is not where it was."""
    here = sa.select(SurveyMarking).where(SurveyMarking.id == marking_id, SurveyMarking.cursor == after, _IS_OPEN)
    return session.scalar(here.with_for_update(skip_locked=True))
