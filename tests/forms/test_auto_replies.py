"""The form of a rule."""

import json
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from lstep_lite.engine.auto_replies import Keyword, KeywordMatch, samples
from lstep_lite.engine.segments import EVERYBODY
from lstep_lite.forms.auto_replies import AutoReplyForm, parse_keywords
from lstep_lite.models import DayRule

PARTIAL, EXACT = KeywordMatch.PARTIAL, KeywordMatch.EXACT


def test_empty_rows_are_passed_over_and_an_unknown_match_is_the_default():
    rows = parse_keywords(["料金", " ", "いくら"], ["exact", "exact", "nonsense"])
    assert rows == [Keyword("料金", EXACT), Keyword("いくら", PARTIAL)]


def test_a_rule_survives_the_way_into_the_form_and_back(session):
    draft = samples.SAMPLES[0].draft()
    shown = AutoReplyForm.of(draft, [])
    sent: list[tuple[str, Any]] = [
        ("name", shown.name.data),
        ("folder_id", "0"),
        ("is_on", "y"),
        ("matching", "keywords"),
    ]
    sent += [("keywords-text", word.text) for word in shown.keywords.data]
    sent += [("keywords-match", word.match) for word in shown.keywords.data]
    form = AutoReplyForm.posted(MultiDict([*sent, ("blocks", json.dumps(shown.blocks.data))]), [])
    assert form.validate(), form.errors
    kept = form.draft(session)
    assert kept.steps is not None and not kept.steps.steps
    assert replace(kept, steps=None) == replace(draft, weekdays=[], tree=EVERYBODY)


def test_hours_typed_in_the_form_reach_the_draft_as_clock_times():
    form = AutoReplyForm.posted(
        MultiDict([("weekdays", "0"), ("weekdays", "4"), ("starts_at", "22:00"), ("ends_at", "09:00")]), []
    )
    hours = {"weekdays": [0, 4], "day_rule": DayRule.ANY, "starts_at": "22:00", "ends_at": "09:00"}
    assert form.hours() == hours
