"""Answer forms: who answered, who did not, who answered a question like this, who came to a score or a result."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.days import MOST_DAYS, beginning
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.engine.text import normalise, storable
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Survey, SurveyAnswer, SurveyPick

SURVEYS = "surveys"
HOWS = {"answered": "答えた", "none": "答えていない"}
RESULT = "result"
"""Stands for the question where a result of a diagnosis is meant."""
LONGEST_TEXT = 100
LARGEST = 10**12
GONE = "今はない質問や選択肢"


@condition
class SurveyCondition(ConditionKind):
    """ "what" is `<survey>`, `<survey>|<question>` or `<survey>|<question>|<choice>`; numbers about a whole form mean
    its score.
    """

    name = "survey"
    label = "回答フォーム"
    icon = "forms"
    group = "行動"
    order = 65

    def parse(self, session: Session, values: Values) -> Data:
        survey_id, question, choice = _parts(values.one("what"))
        survey = session.get(Survey, survey_id) if survey_id else None
        if survey is None or not _is_known(session, survey, question, choice):
            raise DomainError("フォームや質問を選んでください。", "what")
        text = storable(values.one("text")).strip()
        if len(text) > LONGEST_TEXT:
            raise DomainError(f"答えの文字は{LONGEST_TEXT}文字以内で入力してください。", "text")
        least, most = (_number(values, name) for name in ("least", "most"))
        if least is not None and most is not None and most < least:
            raise DomainError("数字の「まで」は、「から」と同じか、それより大きくしてください。", "most")
        days = values.number("days", "日数", least=0, most=MOST_DAYS) if values.one("days").strip() else None
        how = values.chosen("how", HOWS, "答えたかどうかを選んでください。")
        what = {"survey_id": survey.id, "question": question, "choice": choice, "how": how}
        return what | {"text": text, "least": least, "most": most, "days": days}

    def values(self, data: Data) -> dict[str, list[str]]:
        what = "|".join(str(part) for part in (data["survey_id"], data["question"], data["choice"]) if part)
        typed = {name: data[name] for name in ("how", "text", "least", "most", "days")}
        return super().values({"what": what, **typed})

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, SURVEYS, [data["survey_id"]])[str(data["survey_id"])]
        survey = session.get(Survey, data["survey_id"])
        about = _label(survey, data["question"], data["choice"]) if survey and data["question"] else ""
        days = "" if data["days"] is None else f"{data['days']}日以内に"
        return f"フォーム「{name}」{about and f'の{about}'}に{days}{_like(data)}{HOWS[data['how']]}"

    def options(self, session: Session) -> dict[str, Any]:
        found = session.scalars(sa.select(Survey).order_by(Survey.position, Survey.id))
        return {"groups": [(survey.name, list(_offered(survey))) for survey in found], "hows": HOWS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(SURVEYS, data["survey_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        did = _answers(data, moment) if data["question"] in ("", RESULT) else _picks(data, moment)
        if data["how"] == "none":  # databases take NOT EXISTS quicker than NOT IN
            return sa.not_(did.exists())
        return did.exists()


def _answers(data: Data, moment: Moment) -> sa.Select[Any]:
    mine = sa.select(SurveyAnswer.id).where(
        SurveyAnswer.friend_id == Friend.id,
        SurveyAnswer.survey_id == data["survey_id"],
        *_between(SurveyAnswer.score, data),
        *_since(data, moment),
    )
    if data["question"] == RESULT:
        mine = mine.where(SurveyAnswer.result_code == data["choice"])
    if data["text"]:
        said = sa.select(SurveyPick.id).where(SurveyPick.answer_id == SurveyAnswer.id, _contains(data["text"]))
        mine = mine.where(said.correlate(SurveyAnswer).exists())
    return mine.correlate(Friend)


def _picks(data: Data, moment: Moment) -> sa.Select[Any]:
    mine = sa.select(SurveyPick.id).where(
        SurveyPick.friend_id == Friend.id,
        SurveyPick.survey_id == data["survey_id"],
        SurveyPick.question_code == data["question"],
        *_between(SurveyPick.number, data),
    )
    if data["choice"]:
        mine = mine.where(SurveyPick.choice_code == data["choice"])
    if data["text"]:
        mine = mine.where(_contains(data["text"]))
    if data["days"] is not None:
        mine = mine.join(SurveyAnswer, SurveyAnswer.id == SurveyPick.answer_id).where(*_since(data, moment))
    return mine.correlate(Friend)


def _contains(text: str) -> sa.ColumnElement[bool]:
    return SurveyPick.text_key.contains(normalise(text), autoescape=True)


def _between(column: Any, data: Data) -> Iterator[sa.ColumnElement[bool]]:
    if data["least"] is not None:
        yield column >= data["least"]
    if data["most"] is not None:
        yield column <= data["most"]


def _since(data: Data, moment: Moment) -> Iterator[sa.ColumnElement[bool]]:
    if data["days"] is not None:
        today = moment.now.astimezone(moment.zone).date()
        yield SurveyAnswer.submitted_at >= beginning(today - timedelta(days=data["days"]), moment)


def _like(data: Data) -> str:
    """What the answer has to be, as the middle of a sentence."""
    said = [f"「{data['text']}」を含む"] if data["text"] else []
    least = "" if data["least"] is None else f"{data['least']:,}以上"
    most = "" if data["most"] is None else f"{data['most']:,}以下"
    if least or most:
        said.append(f"{'数字' if data['question'] else '点数'}が{least}{most}の")
    return "、".join(said) + "内容で" if said else ""


def _number(values: Values, name: str) -> int | None:
    if not values.one(name).strip():
        return None
    return values.number(name, "数字", least=-LARGEST, most=LARGEST)


def _parts(what: str) -> tuple[int, str, str]:
    """The id of the form (0 for none), the question and the choice."""
    survey, _, rest = what.partition("|")
    question, _, choice = rest.partition("|")
    is_id = survey.isascii() and survey.isdecimal() and len(survey) <= 12
    return int(survey) if is_id else 0, question[:100], choice[:100]


# What can be asked of a form -----------------------------------------------------------------------------------------


def _offered(survey: Survey) -> Iterator[tuple[str, str]]:
    """Each thing and its label: the whole form, results, questions, choices."""
    yield str(survey.id), f"{survey.name}（フォーム全体）"
    for result in survey.document.get("results") or ():
        yield f"{survey.id}|{RESULT}|{result['id']}", f"診断結果：{result['label']}"
    for question in _questions(survey):
        yield f"{survey.id}|{question['id']}", question["label"]
        for code, words in _choices(question):
            yield f"{survey.id}|{question['id']}|{code}", f"{question['label']}：{words}"


def _is_known(session: Session, survey: Survey, question: str, choice: str) -> bool:
    """What was answered once stays, even where it is not asked any more."""
    what = "|".join(part for part in (str(survey.id), question, choice) if part)
    if any(what == value for value, _ in _offered(survey)):
        return True
    mine = sa.select(SurveyPick.id).where(SurveyPick.survey_id == survey.id, SurveyPick.question_code == question)
    found = mine.where(SurveyPick.choice_code == choice) if choice else mine
    return session.scalar(found.limit(1)) is not None


def _label(survey: Survey, question: str, choice: str) -> str:
    what = "|".join(part for part in (str(survey.id), question, choice) if part)
    return f"「{dict(_offered(survey)).get(what, GONE)}」"


def _questions(survey: Survey) -> Sequence[Data]:
    return [part for page in survey.document["pages"] for part in page["parts"] if "shown_if" in part]


def _choices(question: Data) -> Iterator[tuple[str, str]]:
    """Each choice's code and words; of a table those of its cells, as picks have them."""
    for choice in question.get("choices") or ():
        yield choice["id"], choice["label"]
    for row in question.get("rows") or ():
        for column in question["columns"]:
            yield f"{row['id']}:{column['id']}", f"{row['label']}：{column['label']}"
