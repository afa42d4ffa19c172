"""Sending and changing answers: checked again under the form's lock, written down and followed up in one unit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import memory
from lstep_lite.engine import actions, locking, settings, triggers
from lstep_lite.engine.studio import new_code
from lstep_lite.engine.surveys import (
    correcting,
    days,
    documents,
    drafts,
    effects,
    keeping,
    opening,
    parsing,
    recording,
    scoring,
    seats,
    telling,
)
from lstep_lite.engine.surveys.effects import Following
from lstep_lite.engine.surveys.kinds.registry import PREFIX, Reading
from lstep_lite.engine.surveys.opening import NotOpen, Reason, Verdict
from lstep_lite.engine.surveys.parsing import Read, Refused
from lstep_lite.engine.surveys.paths import Typed
from lstep_lite.errors import NotFound
from lstep_lite.models import (
    ChangedBy,
    Friend,
    Survey,
    SurveyAnswer,
    SurveyChange,
    SurveyDraft,
    SurveyFile,
    TimelineEntry,
)

FILES = f"{PREFIX}file"
GONE = "この回答は見つかりませんでした。削除された可能性があります。"
FULL = "「{}」は定員に達しました。ほかの選択肢を選んでください。"
LATE = Verdict(False, Reason.AFTER, "変更できる時間を過ぎました。お手数ですが、LINEのトークでご連絡ください。")
triggers.labels.update(
    {
        "survey.submitted": "フォームに回答した",
        "survey.changed": "フォームの回答が変わった",
    }
)
triggers.pages.update(dict.fromkeys(("survey.submitted", "survey.changed"), "/surveys/{survey_id}/answers/{answer_id}"))


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, answer_id: int) -> SurveyAnswer:
    answer = session.get(SurveyAnswer, answer_id)
    if answer is None:
        raise NotFound(GONE)
    return answer


def by_code(session: Session, survey: Survey, code: str, *, friend: Friend | None, visitor: str | None) -> SurveyAnswer:
    """An answer of their own. Raises NotFound for anybody else's."""
    mine = sa.select(SurveyAnswer).where(SurveyAnswer.survey_id == survey.id, SurveyAnswer.code == code)
    answer = session.scalar(mine)
    if answer is None or not _is_of(answer, friend, visitor):
        raise NotFound("この回答は見つかりませんでした。")
    return answer


def sent(session: Session, survey: Survey, token: str) -> SurveyAnswer | None:
    """The answer that was sent from the page with this token, if it was."""
    mine = sa.select(SurveyAnswer).where(SurveyAnswer.token == token, SurveyAnswer.survey_id == survey.id)
    return session.scalar(mine)


def reading(session: Session, draft: SurveyDraft, *, now: datetime) -> Reading:
    """What parsing the questions of a draft needs to know."""
    held = sa.or_(SurveyFile.draft_id == draft.id, SurveyFile.answer_id == (draft.answer_id or 0))
    files = _codes_of(session, session.get_one(Survey, draft.survey_id), held)
    return Reading(_today(session, now), files, draft.parameters)


def _codes_of(session: Session, survey: Survey, held: sa.ColumnElement[bool]) -> frozenset[str]:
    """The codes of the files that are *held*; nobody looks where none is asked for."""
    if not any(part["kind"] == FILES for part in documents.questions_of(survey.document)):
        return frozenset()
    return frozenset(session.scalars(sa.select(SurveyFile.code).where(held)))


def _today(session: Session, now: datetime) -> Any:
    return now.astimezone(settings.zone(session)).date()


def _is_of(answer: SurveyAnswer, friend: Friend | None, visitor: str | None) -> bool:
    if friend is not None:
        return answer.friend_id == friend.id
    return visitor is not None and answer.visitor == visitor


# Sending -------------------------------------------------------------------------------------------------------------


def submit(
    session: Session,
    survey: Survey,
    draft: SurveyDraft,
    *,
    now: datetime,
    friend: Friend | None = None,
    visitor: str | None = None,
) -> SurveyAnswer:
    """Take what the draft holds as an answer, or as the change to one. The same draft twice is one answer.

    Raises NotOpen when it may not be answered any more, Refused with what is wrong by question: whoever calls then
    rolls back, so what was typed must be kept in a unit before.
    """
    # What follows from an answer asks for the same things again and again, and writes many small rows.
    with memory(session), triggers.written_together(session), actions.written_together(session):
        return _submit(session, survey, draft, friend, visitor, now)


def _submit(
    session: Session, survey: Survey, draft: SurveyDraft, friend: Friend | None, visitor: str | None, now: datetime
) -> SurveyAnswer:
    if friend is not None:
        locking.lock(session, friend)
    drafts.hold(session, survey, draft.token)
    keeping.lock(session, survey)
    if (found := sent(session, survey, draft.token)) is not None:
        return found
    if draft.answer_id is not None:
        return _submit_change(session, survey, draft, friend, visitor, now)
    verdict = opening.can_answer(session, survey, friend, now=now, visitor=visitor)
    if not verdict.ok:
        raise NotOpen(verdict)
    read = _read(survey, draft.typed, reading(session, draft, now=now))
    _take_seats(session, survey, read, frozenset())
    before = opening.last_answer(session, survey, friend) if friend and survey.clears_other_tags else None
    answer = _write(session, survey, draft, read, friend, visitor, now)
    _forget(session, draft)
    if friend is not None:
        _follow(session, survey, answer, friend, read, _codes(before.values) if before else (), now)
    telling.tell(session, survey, answer, now=now)
    return answer


def _read(survey: Survey, typed: Typed, about: Reading) -> Read:
    read = parsing.whole(survey.document, typed, about)
    if read.errors:
        raise Refused(read.errors)
    return read


def _take_seats(session: Session, survey: Survey, read: Read, had: Collection[str]) -> None:
    """Places for what is chosen and was not *had* before. Raises Refused naming the questions with full choices."""
    labels = {
        picked.code: (code, picked.label)
        for code, given in read.given.items()
        for picked in (given.picked if given else ())
    }
    full = seats.take(session, survey, labels.keys() - set(had))
    if full:
        raise Refused({labels[code][0]: FULL.format(labels[code][1]) for code in sorted(full)})


def _write(
    session: Session,
    survey: Survey,
    draft: SurveyDraft,
    read: Read,
    friend: Friend | None,
    visitor: str | None,
    now: datetime,
) -> SurveyAnswer:
    answer = SurveyAnswer(
        code=new_code(),
        token=draft.token,
        survey_id=survey.id,
        friend_id=friend.id if friend else None,
        visitor=None if friend else visitor,
        revision=survey.revision,
        submitted_at=now,
        parameters=draft.parameters,
    )
    answer.values = recording.values(read, draft.typed)
    _score(survey, answer, read)
    session.add(answer)
    survey.answers_count += 1
    session.flush()  # its rows hang at its id
    recording.write(session, answer, read, now=now)
    days.count(session, survey.id, "submits", now=now)
    return answer


def _score(survey: Survey, answer: SurveyAnswer, read: Read) -> None:
    answer.score = scoring.score_of(survey.document, read)
    result = scoring.result_of(survey.document, answer.score)
    answer.result_code = result["id"] if result else None
    answer.result_label = result["label"] if result else None


def _forget(session: Session, draft: SurveyDraft) -> None:
    """It has become an answer. Files that were uploaded and not sent are nobody's with it."""
    gone = sa.delete(SurveyDraft).where(SurveyDraft.id == draft.id)
    session.execute(gone, execution_options={"synchronize_session": False})
    session.expunge(draft)


def _follow(
    session: Session,
    survey: Survey,
    answer: SurveyAnswer,
    friend: Friend,
    read: Read,
    before: Collection[str],
    now: datetime,
) -> None:
    """In this order: fields, the actions of choices, of the result, of the form, and whoever else is interested."""
    facts = _facts(survey, answer)
    entry = triggers.record(session, "survey.submitted", friend, now=now, **facts)
    answer.entry_id = entry.id
    following = Following(survey, friend, entry, f"answer-{answer.id}", now)
    codes = _codes(answer.values)
    results = effects.save(session, following, read)
    if survey.clears_other_tags:
        effects.clear_tags(session, following, before, codes)
    results += effects.run_chosen(session, following, [*codes, *_result(answer)])
    results += effects.run_submitted(session, following)
    entry.results = [*results, *triggers.spread(session, entry, friend, now=now, **facts)]


def _facts(survey: Survey, answer: SurveyAnswer) -> dict[str, Any]:
    return {"label": survey.name, "survey_id": survey.id, "answer_id": answer.id}


def _codes(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was chosen, in the order of the questions."""
    return [choice["code"] for value in values for choice in value["choices"]]


def _result(answer: SurveyAnswer) -> list[str]:
    return [answer.result_code] if answer.result_code else []


# Changing ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class By:
    """Who changes an answer."""

    changed_by: ChangedBy
    now: datetime
    staff_id: int | None = None
    left_alone: frozenset[str] = frozenset()
    """The codes of questions that stay as they are."""


def _submit_change(
    session: Session, survey: Survey, draft: SurveyDraft, friend: Friend | None, visitor: str | None, now: datetime
) -> SurveyAnswer:
    answer = get(session, draft.answer_id or 0)
    if not _is_of(answer, friend, visitor):
        raise NotFound("この回答は見つかりませんでした。")
    if not opening.can_change(survey, answer, now=now):
        raise NotOpen(LATE)
    typed, about = draft.typed, reading(session, draft, now=now)
    _change(session, survey, answer, _read(survey, typed, about), typed, By(ChangedBy.CUSTOMER, now))
    answer.token = draft.token  # the same page sent again finds it
    _forget(session, draft)
    return answer


def change(
    session: Session, survey: Survey, answer: SurveyAnswer, typed: Typed, *, staff_id: int, now: datetime
) -> None:
    """Staff change an answer: what it was before stays known, fields of what is changed are written, no actions run.

    What they leave alone stays in the words of its time, even where the form would not take it any more.
    Raises Refused.
    """
    if answer.friend is not None:
        locking.lock(session, answer.friend)
    keeping.lock(session, survey)
    if session.get(SurveyAnswer, answer.id, populate_existing=True) is None:
        raise NotFound(GONE)
    same = correcting.untouched(survey, answer, typed)
    read = parsing.whole(survey.document, typed, _reading_of(session, answer, now))
    if errors := {code: message for code, message in read.errors.items() if code not in same}:
        raise Refused(errors)
    with memory(session):
        _change(session, survey, answer, read, typed, By(ChangedBy.STAFF, now, staff_id, same))


def _reading_of(session: Session, answer: SurveyAnswer, now: datetime) -> Reading:
    files = _codes_of(session, answer.survey, SurveyFile.answer_id == answer.id)
    return Reading(_today(session, now), files, answer.parameters)


def _change(session: Session, survey: Survey, answer: SurveyAnswer, read: Read, typed: Typed, by: By) -> None:
    """Take *read* over, but for questions that were left alone and those that the form asks no more."""
    before, result_before = list(answer.values), answer.result_code
    kept = correcting.asked_no_more(survey, answer) | (by.left_alone & set(read.given))
    values = recording.with_kept(before, recording.values(read, typed), kept)
    if values == before:
        return
    had, codes = _codes(before), _codes(values)
    _take_seats(session, survey, read, had)
    answer.values = values
    if by.changed_by is ChangedBy.CUSTOMER or codes != had:
        _score(survey, answer, read)
    answer.revision, answer.edited_at = survey.revision, by.now
    seats.give_back(session, survey, set(had) - set(codes))
    changed = SurveyChange(
        answer_id=answer.id, at=by.now, changed_by=by.changed_by, staff_id=by.staff_id, before=before
    )
    session.add(changed)
    session.flush()  # its id tells this change from the next
    recording.rewrite(session, answer, read, now=by.now, by_staff=by.changed_by is ChangedBy.STAFF)
    if answer.friend is not None:
        new = [*(code for code in codes if code not in had)]
        new += [code for code in _result(answer) if code != result_before]
        given = {code: None if code in by.left_alone else found for code, found in read.given.items()}
        _follow_change(session, survey, answer, answer.friend, replace(read, given=given), had, new, changed, by)


def _follow_change(
    session: Session,
    survey: Survey,
    answer: SurveyAnswer,
    friend: Friend,
    read: Read,
    had: Collection[str],
    new: Collection[str],
    changed: SurveyChange,
    by: By,
) -> None:
    facts = _facts(survey, answer) | ({"staff_id": by.staff_id} if by.staff_id is not None else {})
    entry = triggers.record(session, "survey.changed", friend, now=by.now, **facts)
    occurrence = f"answer-{answer.id}-{changed.id}"
    following = Following(survey, friend, entry, occurrence, by.now, by.changed_by, by.staff_id)
    results = effects.save(session, following, read)
    if by.changed_by is ChangedBy.CUSTOMER:
        if survey.clears_other_tags:
            effects.clear_tags(session, following, had, _codes(answer.values))
        results += effects.run_chosen(session, following, new)
    entry.results = results


# Answers of unknown visitors -----------------------------------------------------------------------------------------


def follow_adopted(session: Session, survey: Survey, answer: SurveyAnswer, friend: Friend, *, now: datetime) -> None:
    """An answer has turned out to be *friend*'s: what follows from one follows now, once."""
    read = parsing.whole(survey.document, _typed(answer), _reading_of(session, answer, now))
    with memory(session):
        _follow(session, survey, answer, friend, read, (), now)


def _typed(answer: SurveyAnswer) -> Typed:
    return {value["code"]: value["typed"] for value in answer.values}


def entry_of(session: Session, answer: SurveyAnswer) -> TimelineEntry | None:
    """What tells of it on the friend's timeline."""
    return session.get(TimelineEntry, answer.entry_id) if answer.entry_id else None
