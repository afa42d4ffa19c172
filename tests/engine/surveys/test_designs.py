"""Ready forms: each can be kept as it is, and a shop that takes it gets its own."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import surveys
from lstep_lite.engine.surveys import designs, drawing, scoring
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.models import Survey
from tests.engine.surveys.answers import answer
from tests.factories import NOW, a_friend


def test_ten_forms_are_offered_besides_the_blank_one():
    assert len(designs.offered()) == 10


@pytest.mark.parametrize("code", list(designs.designs))
def test_each_has_nothing_to_put_right_and_codes_of_its_own(session, code):
    design = designs.get(code)
    one, other = (designs.take(session, design, folder_id=None, now=NOW) for _ in range(2))
    for made in (one, other):
        examined = surveys.examine(session, made.document)
        assert (list(examined.problems), list(examined.warnings)) == ([], [])
    codes = [{question["id"] for question in questions_of(made.document)} for made in (one, other)]
    assert codes[0].isdisjoint(codes[1])
    assert session.scalar(sa.select(sa.func.count(Survey.id)).where(Survey.is_open)) == 0


def test_every_score_of_the_diagnosis_has_a_result():
    document = designs.get("diagnosis").make()
    highest = sum(max(choice["score"] for choice in question["choices"]) for question in questions_of(document))
    assert all(scoring.result_of(document, score) for score in range(highest + 1))


@pytest.mark.parametrize("code", list(designs.designs))
@pytest.mark.parametrize("place", [0, -1])
def test_each_can_be_answered_whichever_way_leads_through_it(session, code, place):
    survey = designs.take(session, designs.get(code), folder_id=None, now=NOW)
    surveys.switch(session, survey, True, now=NOW)
    friend = a_friend(session)
    form = {name: text for part in questions_of(survey.document) for name, text in typed(part, place).items()}
    sent = answer(session, survey, friend, form)
    labels = {value["label"]: value["text"] for value in sent.values}
    assert all(value["text"] for value in sent.values if value["kind"] != "file")
    assert bool(sent.result_label) == (code == "diagnosis")
    kept = {"お名前": friend.real_name, "電話番号": friend.phone, "メールアドレス": friend.email}
    assert all(kept[label] for label in kept.keys() & labels.keys())


PLAIN = {
    "kana": "ハナダ サクラ",
    "phone": "090-1234-5678",
    "email": "hanada@example.com",
    "integer": "1",
    "postal": "150-0001",
}


def typed(part, place):
    """An answer; of choices the first or the last one. Photos are left out."""
    code, kind = part["id"], drawing.kind_of(part)
    if choices := part.get("choices"):
        picked = choices[place]
        return {code: picked["id"]} | ({f"{code}.other": "口コミ"} if picked["is_other"] else {})
    if kind == "matrix":
        return {f"{code}.{row['id']}": part["columns"][place]["id"] for row in part["rows"]}
    if kind == "date":
        return {code: "1990-04-01" if part["limits"] == "past" else "2099-04-01"}
    return {code: {"scale": "5", "consent": "yes", "file": ""}.get(kind, PLAIN.get(part.get("rule", ""), "花田"))}
