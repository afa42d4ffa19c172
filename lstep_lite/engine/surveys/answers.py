"""Reading answers: the list of a form, one answer with all that belongs to it, and how far the shop is with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from lstep_lite.engine import segments, settings
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.segments import EVERYBODY, Tree
from lstep_lite.engine.surveys import recording
from lstep_lite.engine.text import normalise
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    ChangedBy,
    Consent,
    Friend,
    Staff,
    Survey,
    SurveyAnswer,
    SurveyAnswerState,
    SurveyChange,
    SurveyFile,
    SurveyPick,
    SurveyText,
)

PAGE_SIZE = 50
NEWEST = (SurveyAnswer.submitted_at.desc(), SurveyAnswer.id.desc())
LONGEST_MEMO = 2000
STATES = {
    SurveyAnswerState.NEW: "未対応",
    SurveyAnswerState.WORKING: "対応中",
    SurveyAnswerState.DONE: "完了",
}


@dataclass(frozen=True)
class Filters:
    """Which answers of a form; all of it must hold."""

    state: SurveyAnswerState | None = None
    since: date | None = None
    until: date | None = None
    """The last day, it included. Days of the shop."""
    text: str = ""
    """Somewhere in an answer or its memo, or in what is searched for of the friend."""
    choice: str = ""
    """`<question>/<choice>` that was picked, `<question>` that was answered; empty for any."""
    tree: Tree = field(default_factory=lambda: EVERYBODY)
    """With conditions: answers of friends for whom they hold."""

    @property
    def are_costly(self) -> bool:
        """Whether more than the index of the list has to be asked."""
        return bool(self.text or self.choice) or not segments.is_empty(self.tree)


@dataclass(frozen=True)
class Page(Paged):
    """One page of the list, the newest first."""

    answers: Sequence[SurveyAnswer]


# The list ------------------------------------------------------------------------------------------------------------


def listing(session: Session, survey: Survey, filters: Filters, *, number: int = 1, now: datetime) -> Page:
    wanted = condition(session, survey, filters, now=now)
    total, number, found = (_few if filters.are_costly else _many)(session, wanted, number)
    query = sa.select(SurveyAnswer).where(SurveyAnswer.id.in_(found)).options(joinedload(SurveyAnswer.friend))
    return Page(session.scalars(query.order_by(*NEWEST)).all(), total_count=total, number=number, size=PAGE_SIZE)


def _many(session: Session, wanted: sa.ColumnElement[bool], number: int) -> tuple[int, int, Sequence[int]]:
    """How many answers there are, the page and its ids: by the index alone, as what answers hold is large."""
    total = session.scalar(sa.select(sa.func.count()).select_from(SurveyAnswer).where(wanted)) or 0
    number = nearest(number, total, PAGE_SIZE)
    ids = sa.select(SurveyAnswer.id).where(wanted).order_by(*NEWEST)
    return total, number, session.scalars(ids.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()


def _few(session: Session, wanted: sa.ColumnElement[bool], number: int) -> tuple[int, int, Sequence[int]]:
    """The same for filters that cost much: they are asked once, for the count and the page together."""
    number = max(1, number)
    found = sa.select(SurveyAnswer.id, SurveyAnswer.submitted_at).where(wanted).cte("found").prefix_with("MATERIALIZED")
    count = sa.select(sa.func.count()).select_from(found).scalar_subquery()
    query = sa.select(found.c.id, count).order_by(found.c.submitted_at.desc(), found.c.id.desc())
    rows = session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    if not rows and number > 1:
        return _few(session, wanted, 1)
    return (rows[0][1] if rows else 0), number, [row[0] for row in rows]


def counts(session: Session, survey: Survey) -> Mapping[SurveyAnswerState, int]:
    """How many answers of the form are in each state."""
    mine = sa.select(SurveyAnswer.state, sa.func.count()).where(SurveyAnswer.survey_id == survey.id)
    found = {row[0]: row[1] for row in session.execute(mine.group_by(SurveyAnswer.state))}
    return {state: found.get(state, 0) for state in SurveyAnswerState}


def condition(session: Session, survey: Survey, filters: Filters, *, now: datetime) -> sa.ColumnElement[bool]:
    """The filters as SQL over SurveyAnswer."""
    answer = SurveyAnswer
    wanted: list[sa.ColumnElement[bool]] = [answer.survey_id == survey.id]
    if filters.state is not None:
        wanted.append(answer.state == filters.state)
    wanted += _period(session, filters)
    if key := normalise(filters.text):
        wanted.append(_with_text(survey, key))
    if filters.choice:
        wanted.append(answer.id.in_(_picked(survey, filters.choice)))
    if not segments.is_empty(filters.tree):
        wanted.append(answer.friend_id.in_(friends_in(session, filters.tree, now=now)))
    return sa.and_(*wanted)


def friends_in(session: Session, tree: Tree, *, now: datetime) -> sa.Select[int]:
    """The ids of all friends for whom *tree* holds, of those we may not write to as well: they have answered."""
    return sa.select(Friend.id).where(segments.condition(session, tree, now=now))


def _period(session: Session, filters: Filters) -> list[sa.ColumnElement[bool]]:
    zone, found = settings.zone(session), []
    if filters.since is not None:
        found.append(SurveyAnswer.submitted_at >= datetime.combine(filters.since, time(), zone))
    if filters.until is not None:
        after = datetime.combine(filters.until + timedelta(days=1), time(), zone)
        found.append(SurveyAnswer.submitted_at < after)
    return found


def _with_text(survey: Survey, key: str) -> sa.ColumnElement[bool]:
    """Two queries of their own: the words of all answers are read once, and not row by row in the order of the list."""
    text, answer = SurveyText, aliased(SurveyAnswer)
    said = sa.select(text.answer_id).where(text.survey_id == survey.id, text.text_key.contains(key, autoescape=True))
    named = sa.select(Friend.id).where(Friend.search_text.contains(key, autoescape=True))
    theirs = sa.select(answer.id).where(answer.survey_id == survey.id, answer.friend_id.in_(named))
    return SurveyAnswer.id.in_(sa.union_all(said, theirs))


def _picked(survey: Survey, choice: str) -> sa.Select[int]:
    question_code, _, choice_code = choice.partition("/")
    query = sa.select(SurveyPick.answer_id).where(
        SurveyPick.survey_id == survey.id, SurveyPick.question_code == question_code
    )
    return query.where(SurveyPick.choice_code == choice_code) if choice_code else query


def of_friend(session: Session, friend: Friend, *, limit: int = 10) -> Sequence[SurveyAnswer]:
    """The newest answers of one person, of all forms."""
    mine = sa.select(SurveyAnswer).where(SurveyAnswer.friend_id == friend.id)
    query = mine.options(joinedload(SurveyAnswer.survey)).order_by(SurveyAnswer.id.desc())
    return session.scalars(query.limit(limit)).all()


# One answer ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What somebody changed of an answer."""

    at: datetime
    who: str
    differences: Sequence[Difference]


@dataclass(frozen=True)
class Whole:
    """An answer with all that belongs to it."""

    answer: SurveyAnswer
    files: Mapping[str, SurveyFile]
    """By code."""
    consents: Mapping[str, Consent]
    """By the code of the question."""
    changes: Sequence[Change]
    """The newest first."""
    newer_id: int | None
    older_id: int | None


def get(session: Session, survey: Survey, answer_id: int) -> SurveyAnswer:
    """An answer of this form. Raises NotFound for another form's."""
    answer = session.get(SurveyAnswer, answer_id)
    if answer is None or answer.survey_id != survey.id:
        raise NotFound("この回答は見つかりませんでした。削除された可能性があります。")
    return answer


def whole(session: Session, answer: SurveyAnswer) -> Whole:
    files = session.scalars(sa.select(SurveyFile).where(SurveyFile.answer_id == answer.id))
    consents = session.scalars(sa.select(Consent).where(Consent.answer_id == answer.id))
    return Whole(
        answer=answer,
        files={file.code: file for file in files},
        consents={consent.question_code: consent for consent in consents},
        changes=_changes(session, answer),
        newer_id=_beside(session, answer, is_newer=True),
        older_id=_beside(session, answer, is_newer=False),
    )


def file(session: Session, survey: Survey, answer_id: int, code: str) -> SurveyFile:
    """A file that came with an answer. Raises NotFound for one of another answer."""
    answer = get(session, survey, answer_id)
    mine = sa.select(SurveyFile).where(SurveyFile.answer_id == answer.id, SurveyFile.code == code)
    found = session.scalar(mine)
    if found is None:
        raise NotFound("このファイルは見つかりませんでした。")
    return found


def _beside(session: Session, answer: SurveyAnswer, *, is_newer: bool) -> int | None:
    """The answer that stands next to it in the list."""
    place = sa.tuple_(SurveyAnswer.submitted_at, SurveyAnswer.id)
    here = sa.tuple_(sa.literal(answer.submitted_at, SurveyAnswer.submitted_at.type), sa.literal(answer.id))
    order = (SurveyAnswer.submitted_at, SurveyAnswer.id)
    query = sa.select(SurveyAnswer.id).where(SurveyAnswer.survey_id == answer.survey_id)
    if is_newer:
        query = query.where(place > here).order_by(*order)
    else:
        query = query.where(place < here).order_by(*(column.desc() for column in order))
    return session.scalar(query.limit(1))


def _changes(session: Session, answer: SurveyAnswer) -> list[Change]:
    query = sa.select(SurveyChange, Staff.name).outerjoin(Staff, Staff.id == SurveyChange.staff_id)
    rows = session.execute(query.where(SurveyChange.answer_id == answer.id).order_by(SurveyChange.id.desc())).all()
    after, found = answer.values, []
    for change, name in rows:
        found.append(Change(change.at, _who(change, name), _differences(change.before, after)))
        after = change.before
    return found


def _who(change: SurveyChange, name: str | None) -> str:
    return "お客様" if change.changed_by is ChangedBy.CUSTOMER else (name or "スタッフ")


def _differences(before: Sequence[Any], after: Sequence[Any]) -> list[Difference]:
    old, new = ({value["code"]: value for value in values} for values in (before, after))
    found = []
    for code in dict.fromkeys([*old, *new]):
        was, now = old.get(code), new.get(code)
        texts = (was["text"] if was else "", now["text"] if now else "")
        if texts[0] != texts[1]:
            found.append(Difference((now or was or {})["label"], *texts))
    return found


# How far the shop is -------------------------------------------------------------------------------------------------


def note(session: Session, answer: SurveyAnswer, state: SurveyAnswerState, memo: str) -> None:
    """Staff say how far they are with it. Raises DomainError for the field `memo`."""
    if len(memo) > LONGEST_MEMO:
        raise DomainError(f"{LONGEST_MEMO}文字以内で入力してください。", "memo")
    answer.state, answer.memo = state, memo
    recording.write_text(session, answer)


def set_state(session: Session, survey: Survey, answer_ids: Sequence[int], state: SurveyAnswerState) -> int:
    """Those of *answer_ids*, one page of the list, that are answers of this form: how many there were."""
    mine = sa.update(SurveyAnswer).where(
        SurveyAnswer.survey_id == survey.id, SurveyAnswer.id.in_(answer_ids[:PAGE_SIZE])
    )
    changed = mine.values(state=state).returning(SurveyAnswer.id)
    return len(session.scalars(changed, execution_options={"synchronize_session": False}).all())
