"""Two sides of one rule: what our studio lets into a menu, the emulated platform takes, which knows nothing of us."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.emulator.validation import require_rich_menu
from lstep_lite.engine import registry, studio
from lstep_lite.engine.rich_menus import designs, geometry
from lstep_lite.engine.rich_menus.documents import LONGEST_LABEL, MOST_AREAS
from lstep_lite.engine.rich_menus.publishing import bodies
from lstep_lite.engine.studio import Data
from lstep_lite.engine.taps import TapInput, Where
from tests.documents import Drawing
from tests.factories import NOW
from tests.menus import full_documents, small_documents

assert registry
pytestmark = pytest.mark.slow
PUBLIC_URL = "https://demo.lstep.invalid"
PAGES_URL = "https://liff.line.me/1234567890-abcdefgh"
EASY = settings(
    deadline=None,
    derandomize=True,
    max_examples=60,
    phases=(Phase.explicit, Phase.generate),  # making a failing menu simpler would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
LABELS = st.sampled_from(["", "予約", "👨‍👩‍👧" * LONGEST_LABEL])
BARS = st.sampled_from(["メニュー", "👨‍👩‍👧" * 14])


def test_any_menu_of_the_studio_is_taken_with_anything_to_tap(session: Session) -> None:
    kinds: set[str] = set()

    @EASY
    @given(small_documents() | full_documents(), BARS, st.booleans(), st.data())
    def judge(document: Data, bar: str, is_open: bool, data: st.DataObject) -> None:
        for place in (place for tab in document["tabs"] for place in geometry.places_of(tab)):
            place["label"] = data.draw(LABELS)
            place["tap"] = a_tap(session, document, data.draw)
        kinds.update(taken(document, bar, is_open))

    judge()
    assert {"postback", "message", "uri", "clipboard", "datetimepicker", "richmenuswitch"} <= kinds


def test_every_ready_design_is_taken() -> None:
    for design in designs.offered():
        assert taken(designs.document(design.code), "メニュー", True), design.code


def a_tap(session: Session, document: Data, draw: Any) -> Data:
    tabs = [tab["id"] for tab in document["tabs"]]
    drawn = Drawing(draw, session, {}).tap(TapInput(where=Where.RICH_MENU, start="actions"))
    chosen = draw(st.sampled_from([drawn, {"do": "switch_tab", "tab": tabs[-1]}]))
    return {"id": studio.new_code(), **chosen}


def taken(document: Data, bar: str, is_open: bool) -> set[str]:
    """Raises Refused for a tab that LINE would not take; the kinds of actions in all of them."""
    speaker = bodies.Everybody(PUBLIC_URL, NOW, PAGES_URL)
    shown = bodies.Shown(document, bar, is_open)
    made = [bodies.body(shown, tab, speaker, "lstep-x") for tab in document["tabs"]]
    for body in made:
        if len(body["areas"]) <= MOST_AREAS:  # more are refused before
            require_rich_menu(body)
    return {area["action"]["type"] for body in made for area in body["areas"]}
