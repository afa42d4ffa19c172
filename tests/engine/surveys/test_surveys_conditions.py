"""Whom conditions about answers find: exactly those, for each kind of question, on both databases."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import registry, segments, surveys
from lstep_lite.engine.rows import Values
from lstep_lite.models import Friend, Survey
from tests.engine.surveys.answers import answer
from tests.factories import NOW, a_friend, a_question, a_shop, a_survey, a_survey_choice

assert registry

RED, BLUE, OTHER = a_survey_choice("赤"), a_survey_choice("青"), a_survey_choice("その他", is_other=True)
MANY, LIST = ([a_survey_choice(label, kind) for label in ("赤", "青")] for kind in ("checkbox", "dropdown"))
ROWS = [{"kind": "survey_matrix_row", "id": f"matrix-row-{n}", "label": label} for n, label in enumerate(("味", "量"))]
COLUMNS = [
    {"kind": "survey_matrix_column", "id": f"matrix-column-{score}", "label": f"{score}点", "score": score}
    for score in (1, 2)
]
TASTE, SIZE = (row["id"] for row in ROWS)
ONE, TWO = (column["id"] for column in COLUMNS)
TABLE = {"rows": ROWS, "columns": COLUMNS}
PLAIN = {"choices": [RED, BLUE, OTHER]}
LONG = "長" * 600


@pytest.mark.parametrize(
    ("kind", "over", "anns", "bens", "like_anns"),
    [
        ("one_line", {}, "敏感肌です", "乾燥肌です", {"text": "敏感"}),
        ("one_line", {"rule": "integer"}, "30", "29", {"least": "30", "most": "30"}),
        ("one_line", {"rule": "phone"}, "090-1111-2222", "090-1111-3333", {"text": "1111-2222"}),
        ("long_text", {"most": 1000}, f"{LONG}かゆい", LONG, {"text": "カユイ"}),
        ("radio", PLAIN, RED["id"], BLUE["id"], {"choice": RED["id"]}),
        ("radio", PLAIN, {"": OTHER["id"], "other": "むらさき"}, RED["id"], {"text": "ムラサキ"}),
        ("checkbox", {"choices": MANY}, [each["id"] for each in MANY], MANY[1]["id"], {"choice": MANY[0]["id"]}),
        ("dropdown", {"choices": LIST}, LIST[0]["id"], LIST[1]["id"], {"choice": LIST[0]["id"]}),
        ("scale", {"span": "nps"}, "9", "8", {"least": "9"}),
        ("matrix", TABLE, {TASTE: ONE, SIZE: TWO}, {TASTE: TWO, SIZE: ONE}, {"choice": f"{TASTE}:{ONE}"}),
        ("prefecture", {}, "京都府", "東京都", {"text": "京都府"}),
        ("date", {}, "2026-03-05", "2026-03-06", {"text": "3月5日"}),
        ("time", {}, "10:30", "9:30", {"text": "10:30"}),
        ("consent", {"text": "…", "version": "2"}, "yes", {}, {}),
    ],
)  # fmt: skip
def test_conditions_find_who_answered_a_question_like_this(
    session: Session, kind: str, over: dict[str, Any], anns: Any, bens: Any, like_anns: dict[str, str]
) -> None:
    a_shop(session)
    question = a_question(kind, **over)
    survey = a_survey(session, question)
    ann, ben, _ = people = [a_friend(session, display_name=name) for name in ("アン", "ベン", "誰も")]
    for friend, raw in ((ann, anns), (ben, bens)):
        answer(session, survey, friend, posted(question["id"], raw))
    both = {"アン", "ベン"} if bens else {"アン"}
    everybody = {friend.display_name for friend in people}

    assert found(session, survey) == {"アン", "ベン"} and found(session, survey, how="none") == {"誰も"}
    assert found(session, survey, question["id"]) == both
    assert found(session, survey, question["id"], how="none") == everybody - both
    assert found(session, survey, question["id"], **like_anns) == {"アン"}
    assert found(session, survey, question["id"], how="none", **like_anns) == everybody - {"アン"}

    rows = tree(session, survey, question["id"], how="none")
    surveys.delete(session, survey)
    assert not any(segments.matches(session, rows, friend, now=NOW) for friend in people), "gone: it finds nobody"


def posted(code: str, raw: Any) -> dict[str, Any]:
    """*raw* by the names of its inputs."""
    by_name = raw if isinstance(raw, dict) else {"": raw}
    return {f"{code}.{name}" if name else code: value for name, value in by_name.items()}


def tree(session: Session, survey: Survey, *about: str, how: str = "answered", **more: str) -> dict[str, Any]:
    """A condition as it is typed."""
    what = "|".join([str(survey.id), *about, *([more.pop("choice")] if "choice" in more else [])])
    typed = {"what": what, "how": how} | more
    data = segments.kinds["survey"].parse(session, Values({name: [value] for name, value in typed.items()}))
    return {"all": [{"kind": "survey", "id": "r1", "data": data}], "any": []}


def found(session: Session, survey: Survey, *about: str, **how: str) -> set[str | None]:
    asked = segments.condition(session, tree(session, survey, *about, **how), now=NOW)
    return {friend.display_name for friend in session.scalars(sa.select(Friend).where(asked))}
