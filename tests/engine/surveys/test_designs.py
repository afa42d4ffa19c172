"""Ready forms: each can be kept as it is, and a shop that takes it gets its own."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import surveys
from lstep_lite.engine.surveys import designs, scoring
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.models import Survey
from tests.factories import NOW


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
