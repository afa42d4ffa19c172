"""Two sides of one rule: what our studio lets into a menu, the emulated platform takes, which knows nothing of us."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.emulator.validation import require_rich_menu
from lstep_lite.engine import registry, studio, taps
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
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),  # making a failing menu simpler would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
LABELS = st.sampled_from(["", "予約", "👨‍👩‍👧" * LONGEST_LABEL])
BARS = st.sampled_from(["メニュー", "👨‍👩‍👧" * 14])


def test_any_menu_of_the_studio_is_taken_with_anything_to_tap(session: Session) -> None:
    """With each of them in turn: by chance alone some would be left out."""
    kinds: set[str] = set()

    @EASY
    @given(small_documents() | full_documents(), BARS, st.booleans(), st.data())
    def judge(chosen: taps.Behaviour, document: Data, bar: str, is_open: bool, data: st.DataObject) -> None:
        for place in (place for tab in document["tabs"] for place in geometry.places_of(tab)):
            place["label"] = data.draw(LABELS)
            place["tap"] = {"id": studio.new_code(), **a_tap(document, chosen, Drawing(data.draw, session, {}))}
        kinds.update(taken(document, bar, is_open))

    for chosen in taps.offered(Where.RICH_MENU):
        judge(chosen)
    assert {"postback", "message", "uri", "clipboard", "datetimepicker", "richmenuswitch"} <= kinds


def test_every_ready_design_is_taken() -> None:
    for design in designs.offered():
        assert taken(designs.document(design.code), "メニュー", True), design.code


def a_tap(document: Data, chosen: taps.Behaviour, drawing: Drawing) -> Data:
    if chosen.name == "switch_tab":  # to one that is there
        return {"do": "switch_tab", "tab": document["tabs"][-1]["id"]}
    return drawing.tap_of(TapInput(where=Where.RICH_MENU, start="actions"), chosen)


def taken(document: Data, bar: str, is_open: bool) -> set[str]:
    """Raises Refused for a tab that LINE would not take; the kinds of actions in all of them."""
    speaker = bodies.Everybody(PUBLIC_URL, NOW, PAGES_URL)
    shown = bodies.Shown(document, bar, is_open)
    made = [bodies.body(shown, tab, speaker, "lstep-x") for tab in document["tabs"]]
    for body in made:
        if len(body["areas"]) <= MOST_AREAS:  # more are refused before
            require_rich_menu(body)
    return {area["action"]["type"] for body in made for area in body["areas"]}
