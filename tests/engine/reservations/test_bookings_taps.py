"""Buttons that open the pages about bookings."""

import inspect
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, registry, taps
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.reservations.keeping import pages
from lstep_lite.engine.rich_menus.publishing.bodies import Everybody
from lstep_lite.engine.studio import clean
from lstep_lite.engine.taps import TapInput, Where, line_action
from lstep_lite.engine.taps.registry import behaviours
from tests.engine.reservations.salon import a_salon
from tests.factories import NOW

assert registry
LIFF = "https://liff.line.me/2000000001-abcd"
SPEAKER = Everybody("https://salon.example", NOW, LIFF)


def tapped(session: Session, where: Where, page: Any) -> tuple[dict[str, Any], list[str]]:
    posted = {"tap": {"id": "tap-number-1", "do": "open_booking", "page": page}}
    document, problems = clean(session, (TapInput(where=where),), posted)
    return document["tap"], [problem.path for problem in problems]


def test_taps_everywhere_open_a_page_or_ones_own_bookings(session: Session) -> None:
    salon = a_salon(session)
    for where in Where:
        assert "open_booking" in [each.name for each in taps.offered(where)]
        tap, problems = tapped(session, where, f"{salon.page_id}:page")
        assert problems == []
        assert line_action(tap, SPEAKER) == {"type": "uri", "uri": f"{LIFF}/bookings/page"}
    own, problems = tapped(session, Where.TEMPLATE, "own")
    assert problems == [] and line_action(own, SPEAKER) == {"type": "uri", "uri": f"{LIFF}/bookings/own"}
    for wrong in ("", "1", f"{salon.page_id}:other", "x:y", None, 5):
        assert tapped(session, Where.TEMPLATE, wrong)[1] == ["tap.page"]


def test_a_page_that_a_tap_opens_is_known_by_its_name(session: Session) -> None:
    salon = a_salon(session)
    assert mentions.names(session, pages.FEATURE, [salon.page_id]) == {str(salon.page_id): "ネット予約"}


def test_whatever_leads_to_our_pages_says_so() -> None:
    """Else nobody looks up where they are, and the address LINE gets is none."""
    all_that_draws = [*kinds.values(), *behaviours.values()]
    silent = [each.name for each in all_that_draws if ".page(" in inspect.getsource(type(each)) and not each.opens_page]
    assert silent == [], f"set opens_page on {silent}"
