"""What came of each question, in numbers: who picked what, how they graded, which words come again and again."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.surveys import columns
from lstep_lite.engine.surveys.answers import friends_in
from lstep_lite.engine.surveys.columns import Column
from lstep_lite.models import Survey, SurveyAnswer, SurveyPick

READ_TEXTS = 500
"""The newest answers whose words are read."""
MOST_WORDS = 20
SHOWN_TEXTS = 5
_WORD = re.compile(r"[一-龠々]{2,}|[ァ-ヴー]{2,}|[A-Za-z]{2,}")
WORDY = ("one_line", "long_text")
SEVERAL = ("checkbox", "image_choice", "matrix")
"""Kinds of which one answer may have picked several."""


@dataclass(frozen=True)
class Part:
    """One choice, and how many answers have it."""

    code: str
    label: str
    count: int
    """Of all; with a segment, of those for whom it holds."""
    others: int = 0
    """With a segment: of everybody else."""


@dataclass(frozen=True)
class Grades:
    """What numbers come to."""

    average: float
    promoters: int | None = None
    """Of 0 to 10: 9 and 10; null where it is no recommendation."""
    passives: int | None = None
    detractors: int | None = None
    score: int | None = None
    """NPS: the percentage of promoters less that of detractors."""


@dataclass(frozen=True)
class Chart:
    column: Column
    answered: int
    """How many answers have something here."""
    others: int
    parts: Sequence[Part]
    grades: Grades | None = None
    words: Sequence[tuple[str, int]] = ()
    """Words, and in how many of the newest texts they stand."""
    texts: Sequence[tuple[int, str]] = ()
    """The newest texts, with the ids of their answers."""

    def percent(self, count: int, of: int) -> int:
        return round(100 * count / of) if of else 0

    def part(self, row_code: str, column_code: str) -> Part:
        """One cell of a table of questions."""
        return next(part for part in self.parts if part.code == f"{row_code}:{column_code}")


@dataclass(frozen=True)
class _Numbers:
    """The answers of a form, or some of them, counted."""

    answered: Mapping[str, int]
    picked: Mapping[tuple[str, str], int]
    averages: Mapping[str, float]


NOBODY = _Numbers({}, {}, {})


def of(session: Session, survey: Survey, tree: Tree, *, now: datetime) -> list[Chart]:
    """A chart for each question that was ever asked; *tree* sets the friends for whom it holds against all others."""
    asked = columns.of(session, survey)
    every = _numbers(session, survey, asked)
    texts = _newest_texts(session, survey, {column.code for column in asked if column.kind in WORDY})
    if segments.is_empty(tree):
        return [_chart(column, every, NOBODY, texts) for column in asked]
    some = _numbers(session, survey, asked, SurveyPick.friend_id.in_(friends_in(session, tree, now=now)))
    rest = _without(every, some)
    return [_chart(column, some, rest, texts) for column in asked]


def friends_of(survey: Survey, tree: Tree, column: Column, choice: str = "", least: int | None = None) -> Tree:
    """Of the friends for whom *tree* holds, those who answered so: *choice*, or a number from *least* up to *choice*.

    With neither, those who answered the question at all.
    """
    is_number = column.kind == "scale" and choice.isdecimal()
    most = int(choice) if is_number else None
    data = {
        "survey_id": survey.id,
        "question": column.code,
        "choice": "" if is_number else choice,
        "how": "answered",
        "text": "",
        "least": most if least is None else least,
        "most": most,
        "days": None,
    }
    answered = {"id": "answered", "kind": "survey", "data": data}
    return {"all": [answered, *tree["all"]], "any": tree["any"]}


def _numbers(session: Session, survey: Survey, asked: Sequence[Column], *wanted: sa.ColumnElement[bool]) -> _Numbers:
    """Most of it from one look at the index; only what that can't tell is asked for by question."""
    pick = SurveyPick
    mine = (pick.survey_id == survey.id, *wanted)
    counts = sa.select(pick.question_code, pick.choice_code, sa.func.count()).where(*mine)
    rows = session.execute(counts.group_by(pick.question_code, pick.choice_code)).all()
    picked = {(row[0], row[1]): row[2] for row in rows}
    answered: dict[str, int] = {}
    for (code, _), count in picked.items():
        answered[code] = answered.get(code, 0) + count
    several = [column.code for column in asked if column.kind in SEVERAL]
    answered |= _by_question(session, several, sa.func.count(sa.distinct(pick.answer_id)), mine)
    whole = [column.code for column in asked if _may_be_whole(column)]
    averages = {column.code: _average(column, picked) for column in asked if column.kind == "scale"}
    averages |= _by_question(session, whole, sa.func.avg(pick.number), mine)
    known = {code: float(average) for code, average in averages.items() if average is not None}
    return _Numbers(answered=answered, picked=picked, averages=known)


def _by_question(
    session: Session, codes: Sequence[str], value: Any, mine: Sequence[sa.ColumnElement[bool]]
) -> dict[str, Any]:
    if not codes:
        return {}
    query = sa.select(SurveyPick.question_code, value).where(*mine, SurveyPick.question_code.in_(codes))
    return {row[0]: row[1] for row in session.execute(query.group_by(SurveyPick.question_code))}


def _may_be_whole(column: Column) -> bool:
    """Whether whole numbers were asked for, or may have been."""
    return column.kind == "one_line" and (column.part is None or column.part.get("rule") == "integer")


def _average(column: Column, picked: Mapping[tuple[str, str], int]) -> float | None:
    """Of a scale, whose choices are its numbers."""
    mine = {choice: count for (code, choice), count in picked.items() if code == column.code}
    counts = {int(choice): count for choice, count in mine.items() if choice.isdecimal()}  # it was another kind once
    whole = sum(counts.values())
    return sum(number * count for number, count in counts.items()) / whole if whole else None


def _without(every: _Numbers, some: _Numbers) -> _Numbers:
    return _Numbers(
        answered={code: count - some.answered.get(code, 0) for code, count in every.answered.items()},
        picked={key: count - some.picked.get(key, 0) for key, count in every.picked.items()},
        averages={},
    )


def _chart(
    column: Column, numbers: _Numbers, others: _Numbers, texts: Mapping[str, Sequence[tuple[int, str]]]
) -> Chart:
    said = texts.get(column.code, ())
    return Chart(
        column=column,
        answered=numbers.answered.get(column.code, 0),
        others=others.answered.get(column.code, 0),
        parts=_parts(column, numbers, others),
        grades=_grades(column, numbers),
        words=_words(text for _, text in said),
        texts=said[:SHOWN_TEXTS],
    )


def _parts(column: Column, numbers: _Numbers, others: _Numbers) -> list[Part]:
    """Every choice there is, then those that were picked and are gone."""
    met = {key[1] for found in (numbers.picked, others.picked) for key in found if key[0] == column.code and key[1]}
    gone = {code: code if code.isdecimal() else "（削除した選択肢）" for code in sorted(met - {*column.choices})}
    return [
        Part(code, label, numbers.picked.get((column.code, code), 0), others.picked.get((column.code, code), 0))
        for code, label in {**column.choices, **gone}.items()
    ]


def _grades(column: Column, numbers: _Numbers) -> Grades | None:
    average = numbers.averages.get(column.code)
    if average is None:
        return None
    if column.part is None or column.part.get("span") != "nps":
        return Grades(average)
    by_grade = {grade: numbers.picked.get((column.code, str(grade)), 0) for grade in range(11)}
    promoters, passives = by_grade[9] + by_grade[10], by_grade[7] + by_grade[8]
    whole = sum(by_grade.values())
    detractors = whole - promoters - passives
    return Grades(average, promoters, passives, detractors, round(100 * (promoters - detractors) / whole))


def _newest_texts(session: Session, survey: Survey, codes: set[str]) -> dict[str, list[tuple[int, str]]]:
    """By question, what was written in the newest answers."""
    if not codes:
        return {}
    mine = sa.select(SurveyAnswer.id, SurveyAnswer.values).where(SurveyAnswer.survey_id == survey.id)
    newest = mine.order_by(SurveyAnswer.submitted_at.desc(), SurveyAnswer.id.desc()).limit(READ_TEXTS)
    found: dict[str, list[tuple[int, str]]] = {code: [] for code in codes}
    for row in session.execute(newest):
        for value in row.values:
            if value["code"] in codes and value["text"]:
                found[value["code"]].append((row.id, value["text"]))
    return found


def _words(texts: Iterable[str]) -> list[tuple[str, int]]:
    """Runs of kanji, of katakana and of letters that stand in several texts: a dictionary would know more words."""
    count = Counter(word for text in texts for word in set(_WORD.findall(text)))
    return [(word, times) for word, times in count.most_common(MOST_WORDS) if times > 1]
