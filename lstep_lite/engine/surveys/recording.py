"""The rows of an answer: its values in the wording of the time, what was picked, what was agreed to, its files."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.kinds.registry import PREFIX, Given, question_of
from lstep_lite.engine.surveys.parsing import Read
from lstep_lite.engine.surveys.paths import Typed
from lstep_lite.engine.text import normalise
from lstep_lite.models import Consent, SurveyAnswer, SurveyFile, SurveyPick, SurveyText


def values(read: Read, typed: Typed) -> list[dict[str, Any]]:
    """Every question that was met, answered or not, as SurveyAnswer.values keeps it."""
    return [_value(question, read.given[question["id"]], typed) for question in read.questions]


def _value(question: Data, given: Given | None, typed: Typed) -> dict[str, Any]:
    kind = question_of(question)
    answer = given or Given(text="")
    return {
        "code": question["id"],
        "kind": question["kind"].removeprefix(PREFIX),
        "label": question["label"],
        "text": answer.text,
        "choices": [{"code": picked.code, "label": picked.label} for picked in answer.picked],
        "number": answer.number,
        "files": list(answer.files),
        "other": answer.other,
        "hidden": kind is not None and not kind.is_seen,
        "typed": {name: list(found) for name, found in typed.get(question["id"], {}).items()},
    }


def with_kept(before: Sequence[Mapping[str, Any]], new: Sequence[dict[str, Any]], kept: Collection[str]) -> list[Any]:
    """The *new* values, but for the codes in *kept* what *before* has: in its place, or behind those that are met."""
    old = {value["code"]: dict(value) for value in before if value["code"] in kept}
    placed = [old.pop(value["code"], value) for value in new if value["code"] in old or value["code"] not in kept]
    return [*placed, *old.values()]


def write(session: Session, answer: SurveyAnswer, read: Read, *, now: datetime) -> None:
    """Write what stands in the other tables about a new *answer*, which has its values already."""
    _write_picks(session, answer)
    session.add(_text(answer))
    session.add_all(_consents(answer, read, now))
    _hold_files(session, answer)
    session.flush()  # conditions look at them next


def rewrite(session: Session, answer: SurveyAnswer, read: Read, *, now: datetime, by_staff: bool) -> None:
    """Replace it, when the values have changed."""
    session.execute(sa.delete(SurveyPick).where(SurveyPick.answer_id == answer.id))
    _write_picks(session, answer)
    write_text(session, answer)
    if not by_staff:  # they agree to nothing, and take nothing back
        _change_consents(session, answer, read, now)
    _drop_files(session, answer)
    _hold_files(session, answer)
    session.flush()  # conditions look at them next


def write_text(session: Session, answer: SurveyAnswer) -> None:
    """What searching reads of it, written anew."""
    session.merge(_text(answer))


def _text(answer: SurveyAnswer) -> SurveyText:
    said = (normalise(text) for text in (*(value["text"] for value in answer.values), answer.memo or ""))
    key = "\n".join(text for text in said if text)
    return SurveyText(answer_id=answer.id, survey_id=answer.survey_id, text_key=key)


def _change_consents(session: Session, answer: SurveyAnswer, read: Read, now: datetime) -> None:
    """What was agreed to before stays with its time, unless it is another text by now, or is met no more."""
    agreed = {each.question_code: each for each in _consents(answer, read, now)}
    kept = {value["code"] for value in answer.values} - set(read.given)
    for row in session.scalars(sa.select(Consent).where(Consent.answer_id == answer.id)):
        new = agreed.get(row.question_code)
        if new is not None and (row.text, row.version) == (new.text, new.version):
            del agreed[row.question_code]
        elif row.question_code not in kept:
            session.delete(row)
    session.add_all(agreed.values())


def _write_picks(session: Session, answer: SurveyAnswer) -> None:
    if rows := list(_picks(answer)):
        session.execute(sa.insert(SurveyPick), rows, execution_options={"render_nulls": True})  # one statement


def _picks(answer: SurveyAnswer) -> Iterator[dict[str, Any]]:
    whose = {"answer_id": answer.id, "survey_id": answer.survey_id, "friend_id": answer.friend_id}
    for value in answer.values:
        about = whose | {"question_code": value["code"], "number": value["number"]}
        for choice in value["choices"]:
            yield about | {"choice_code": choice["code"], "text_key": normalise(_chosen(choice, value))}
        if value["text"] and not value["choices"]:
            yield about | {"choice_code": "", "text_key": normalise(value["text"])}


def _chosen(choice: dict[str, str], value: dict[str, Any]) -> str:
    """The words of a choice, with what was written beside 「その他」."""
    whole = f"{choice['label']}（{value['other']}）"
    return whole if value["other"] and whole in value["text"] else choice["label"]


def _consents(answer: SurveyAnswer, read: Read, now: datetime) -> Iterator[Consent]:
    for question in read.questions:
        if "version" in question and read.given[question["id"]] is not None:
            yield Consent(
                answer_id=answer.id,
                friend_id=answer.friend_id,
                question_code=question["id"],
                text=question["text"],
                version=question["version"],
                at=now,
            )


def _drop_files(session: Session, answer: SurveyAnswer) -> None:
    """The files it names no more are nobody's."""
    dropped = _FILES.where(SurveyFile.answer_id == answer.id, SurveyFile.code.not_in(_files(answer)))
    session.execute(dropped.values(answer_id=None))


def _hold_files(session: Session, answer: SurveyAnswer) -> None:
    """The files it names are its own from now on."""
    if codes := _files(answer):
        held = _FILES.where(SurveyFile.survey_id == answer.survey_id, SurveyFile.code.in_(codes))
        session.execute(held.values(answer_id=answer.id, draft_id=None, friend_id=answer.friend_id))


_FILES = sa.update(SurveyFile).execution_options(synchronize_session=False)


def _files(answer: SurveyAnswer) -> list[str]:
    return [code for value in answer.values for code in value["files"]]
