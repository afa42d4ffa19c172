"""What somebody has typed so far: kept on the server, so that errors, going back and reloading lose nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import fields, locking
from lstep_lite.engine.studio import Data, new_code
from lstep_lite.engine.surveys import days, opening, parsing, paths
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.engine.surveys.kinds.others import LONGEST_PARAMETER
from lstep_lite.engine.surveys.kinds.registry import question_of
from lstep_lite.engine.surveys.paths import Stop
from lstep_lite.engine.text import storable
from lstep_lite.models import Friend, Survey, SurveyAnswer, SurveyDraft

TypedParts = dict[str, dict[str, list[str]]]


def find(
    session: Session, survey: Survey, *, friend: Friend | None, visitor: str | None, answer: SurveyAnswer | None = None
) -> SurveyDraft | None:
    """The draft of a new answer, or of a change to *answer*."""
    whose = holder(friend, visitor, answer)
    return session.scalar(sa.select(SurveyDraft).where(SurveyDraft.survey_id == survey.id, SurveyDraft.holder == whose))


def open(
    session: Session,
    survey: Survey,
    *,
    friend: Friend | None,
    visitor: str | None,
    now: datetime,
    answer: SurveyAnswer | None = None,
    parameters: Mapping[str, str] | None = None,
    filled: TypedParts | None = None,
) -> SurveyDraft:
    """The draft there is, or a new one that holds what can be known beforehand.

    *parameters* is what the address carried, of which the declared ones are kept; *filled* goes over what is known
    from elsewhere (see `starting`).
    """
    if friend is not None:
        locking.lock(session, friend)  # before the draft, as whoever sends it does
    wanted = declared(survey.document, parameters or {})
    if (found := find(session, survey, friend=friend, visitor=visitor, answer=answer)) is not None:
        found.parameters = found.parameters | wanted
        return found
    row = {
        "survey_id": survey.id,
        "holder": holder(friend, visitor, answer),
        "friend_id": friend.id if friend else None,
        "token": new_code(),
        "answer_id": answer.id if answer else None,
        "typed": starting(session, survey, friend, visitor=visitor, answer=answer) | (filled or {}),
        "trail": [survey.document["pages"][0]["id"]],
        "parameters": (answer.parameters if answer else {}) | wanted,
        "opened_at": now,
        "updated_at": now,
    }
    session.execute(insert_new(session, SurveyDraft).values(row))
    mine = sa.select(SurveyDraft).where(SurveyDraft.survey_id == survey.id, SurveyDraft.holder == row["holder"])
    return session.scalars(mine).one()


def hold(session: Session, survey: Survey, token: str) -> SurveyDraft | None:
    """The draft with this token, held until the unit ends; None when it has become an answer meanwhile."""
    mine = sa.select(SurveyDraft).where(SurveyDraft.token == token, SurveyDraft.survey_id == survey.id)
    return session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def holder(friend: Friend | None, visitor: str | None, answer: SurveyAnswer | None = None) -> str:
    whose = f"friend:{friend.id}" if friend else f"visitor:{visitor}"
    return f"{whose}:{answer.id}" if answer else whose


def declared(document: Data, parameters: Mapping[str, str]) -> dict[str, str]:
    """Those of *parameters* that a hidden question takes."""
    names = {part["parameter"] for part in questions_of(document) if "parameter" in part}
    return {name: storable(parameters[name])[:LONGEST_PARAMETER] for name in names if name in parameters}


def starting(
    session: Session,
    survey: Survey,
    friend: Friend | None,
    *,
    visitor: str | None = None,
    answer: SurveyAnswer | None = None,
) -> TypedParts:
    """What stands in the form at first: the answer to be changed, the one before, or else what is known."""
    before = answer
    if before is None and survey.restores_previous:
        before = opening.last_answer(session, survey, friend, visitor=visitor)
    restored = typed_of(before.values, with_files=answer is not None) if before else {}
    return _known(session, survey, friend) | restored


def typed_of(values: Sequence[Any], *, with_files: bool = True) -> TypedParts:
    """What was typed for the *values* of an answer. A file belongs to one answer only."""
    return {value["code"]: value["typed"] for value in values if with_files or not value["files"]}


def _known(session: Session, survey: Survey, friend: Friend | None) -> TypedParts:
    """Defaults, and what is kept about the friend where the question says so."""
    questions = questions_of(survey.document)
    firsts = {part["id"]: part["save_to"][0] for part in questions if part.get("is_prefilled") and part.get("save_to")}
    targets = fields.some(session, set(firsts.values())) if friend else {}
    kept = fields.read_targets(session, [friend], list(targets.values()))[friend.id] if friend and targets else {}
    found: TypedParts = {}
    for part in questions:
        target = targets.get(firsts.get(part["id"], ""))
        plain = fields.typed(session, target, kept.get(target.key)) if target else ""
        kind = question_of(part)
        if kind is not None and (plain := plain or part.get("default", "")):
            found[part["id"]] = kind.typed(part, plain)
    return found


# Going on ------------------------------------------------------------------------------------------------------------


def here(survey: Survey, draft: SurveyDraft) -> Stop:
    """The page they are on: the last of the trail that is still on their way."""
    stops = {stop.page["id"]: stop for stop in paths.taken(survey.document, draft.typed)}
    found = next((stops[code] for code in reversed(draft.trail) if code in stops), None)
    return found or next(iter(stops.values()))


def keep(
    session: Session,
    survey: Survey,
    draft: SurveyDraft,
    page_code: str,
    form: Mapping[str, Sequence[str]],
    *,
    now: datetime,
) -> None:
    """Keep what was typed on a page, right or wrong. Questions that were not shown keep what they held."""
    stop = paths.stop_at(survey.document, draft.typed, page_code)
    if stop is None:
        return
    shown = {part["id"] for part in stop.parts}
    found = parsing.posted([part for part in stop.page["parts"] if not part.get("is_hidden")], form)
    draft.typed = draft.typed | {code: typed for code, typed in found.items() if typed or code in shown}
    draft.updated_at = now
    if draft.started_at is None:
        draft.started_at = now
        if draft.answer_id is None:
            days.count(session, survey.id, "starts", now=now)
    session.flush()  # who reads it next finds it


def go_to(survey: Survey, draft: SurveyDraft, page_code: str) -> None:
    """They are on that page now; one that is not on their way changes nothing."""
    codes = [stop.page["id"] for stop in paths.taken(survey.document, draft.typed)]
    if page_code in codes:
        draft.trail = codes[: codes.index(page_code) + 1]
