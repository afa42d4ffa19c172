"""What follows from an answer of a known friend: fields, then the actions of choices, of the result, of the form."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, fields, mentions, tags
from lstep_lite.engine.fields import PICKED, Target
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.keeping import CHOSEN, SUBMITTED, holder
from lstep_lite.engine.surveys.kinds.registry import Given
from lstep_lite.engine.surveys.parsing import Read
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, FieldType, Friend, Survey, TimelineEntry

WORDS = (FieldType.TEXT, FieldType.LONG_TEXT)


@dataclass(frozen=True)
class Following:
    """One answer, as what follows from it sees it."""

    survey: Survey
    friend: Friend
    entry: TimelineEntry
    """The cause of all of it."""
    occurrence: str
    """The same one never runs an action set twice."""
    now: datetime
    changed_by: ChangedBy = ChangedBy.CUSTOMER
    staff_id: int | None = None


def save(session: Session, following: Following, read: Read) -> list[str]:
    """Write the answers into what is kept about the friend. What could not be written, in words."""
    return write(
        session,
        following.friend,
        read,
        changed_by=following.changed_by,
        now=following.now,
        cause=following.entry,
        staff_id=following.staff_id,
    )


def write(
    session: Session,
    friend: Friend,
    read: Read,
    *,
    changed_by: ChangedBy,
    now: datetime,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
) -> list[str]:
    """Write the answers into what is kept about *friend*; later questions win. What could not be written, in words.

    A question that was met and left blank empties nothing.
    """
    problems: list[str] = []
    for target, question, given in _wanted(session, read):
        try:
            value = fields.parse(session, target, _text(target, given))
        except DomainError as error:
            problems.append(f"「{question['label']}」を「{target.name}」に保存できませんでした：{error.message}")
            continue
        fields.write(session, friend, target, value, changed_by=changed_by, now=now, cause=cause, staff_id=staff_id)
    return problems


def _wanted(session: Session, read: Read) -> Iterable[tuple[Target, Data, Given]]:
    """Each target once, with the last question that has an answer for it."""
    last: dict[str, tuple[Data, Given]] = {}
    for question in read.questions:
        if (given := read.given[question["id"]]) is not None:
            last |= dict.fromkeys(question.get("save_to", ()), (question, given))
    found = fields.some(session, last)
    return [(found[key], *last[key]) for key in last if key in found]


def _text(target: Target, given: Given) -> str:
    """As fields of choices read it, several answers stand in lines; as people do, side by side."""
    if given.picked and target.type not in PICKED and target.type in WORDS:
        return given.text
    return given.plain or given.text


def run_chosen(session: Session, following: Following, codes: Iterable[str]) -> list[str]:
    """The actions of choices, or of a result, in the order of *codes*."""
    holders = [holder(following.survey, code) for code in codes]
    actions.know_at(session, CHOSEN, holders)
    done = [_run(session, CHOSEN, each, following) for each in holders]
    return ["選ばれた答えのアクションを実行しました。"] if any(done) else []


def run_submitted(session: Session, following: Following) -> list[str]:
    done = _run(session, SUBMITTED, following.survey.id, following)
    return ["回答したときのアクションを実行しました。"] if done else []


def _run(session: Session, place: str, at: int | str, following: Following) -> bool:
    trigger = actions.Trigger(following.occurrence, following.now, cause=following.entry)
    return actions.run_at(session, place, at, following.friend, trigger) is not None


def clear_tags(session: Session, following: Following, before: Collection[str], chosen: Collection[str]) -> None:
    """Take off the tags that the choices *before* gave and those that are *chosen* now do not."""
    gone = _given_tags(session, following.survey, set(before) - set(chosen))
    kept = _given_tags(session, following.survey, chosen)
    for tag_id in sorted(gone - kept):
        if mentions.missing(session, [(tags.FEATURE, tag_id)]):
            continue
        tag = tags.get(session, tag_id)
        tags.detach(session, tag, following.friend, now=following.now, cause=following.entry)


def _given_tags(session: Session, survey: Survey, codes: Collection[str]) -> set[int]:
    sets = actions.at_many(session, CHOSEN, [holder(survey, code) for code in codes])
    steps = (step for each in sets.values() for step in each.steps if step["kind"] == "tags")
    return {tag_id for step in steps if step["data"]["way"] == "attach" for tag_id in step["data"]["tag_ids"]}
