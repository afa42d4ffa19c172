"""The part of a form that says when steps may go out."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from lstep_lite.forms.windows import WindowForm

STORED = {"weekdays": [0, 4], "starts_at": "12:00", "ends_at": "13:00", "holidays": "next_business_day"}
TYPED = {
    "window-kind": "chosen",
    "window-weekdays": ["4", "0", "0", "9"],
    "window-starts_at": "１２：００",
    "window-ends_at": "13:00",
    "window-holidays": "next_business_day",
}


def posted(**over: Any) -> WindowForm:
    return WindowForm(MultiDict(TYPED | over))


def test_what_is_typed_is_what_is_stored() -> None:
    form = posted()
    assert form.validate() and form.window.data == STORED
    assert WindowForm(data={"window": STORED}).window.typed == {"kind": "chosen"} | STORED


def test_at_any_time_is_nothing_stored_whatever_else_is_typed() -> None:
    form = posted(**{"window-kind": "any"})
    assert form.validate() and form.window.data is None


@pytest.mark.parametrize("name", ["window-starts_at", "window-ends_at"])
@pytest.mark.parametrize("typed", ["", "25:00", "noon"])
def test_a_window_needs_both_its_hours_and_keeps_the_rest(name: str, typed: str) -> None:
    form = posted(**{name: typed})
    assert not form.validate() and form.window.errors
    assert form.window.typed["weekdays"] == [0, 4]
