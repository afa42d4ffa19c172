"""Buttons that open the pages about events."""

from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, registry, taps
from lstep_lite.engine.reservations import events
from lstep_lite.engine.rich_menus.publishing.bodies import Everybody
from lstep_lite.engine.studio import clean
from lstep_lite.engine.taps import TapInput, Where, line_action
from lstep_lite.models import Event
from tests.engine.reservations.salon import a_salon, an_event
from tests.factories import NOW

assert registry
LIFF = "https://liff.line.me/2000000001-abcd"
SPEAKER = Everybody("https://salon.example", NOW, LIFF)


def tapped(session: Session, where: Where, event: Any) -> tuple[dict[str, Any], list[str]]:
    posted = {"tap": {"id": "tap-number-1", "do": "open_event", "event": event}}
    document, problems = clean(session, (TapInput(where=where),), posted)
    return document["tap"], [problem.path for problem in problems]


def test_taps_everywhere_open_an_event_or_the_list_of_them(session: Session) -> None:
    a_salon(session)
    event = session.get_one(Event, an_event(session, 2).event_id)
    for where in Where:
        assert "open_event" in [each.name for each in taps.offered(where)]
        tap, problems = tapped(session, where, f"{event.id}:{event.code}")
        assert problems == []
        assert line_action(tap, SPEAKER) == {"type": "uri", "uri": f"{LIFF}/events/{event.code}"}
    every, problems = tapped(session, Where.TEMPLATE, "all")
    assert problems == [] and line_action(every, SPEAKER) == {"type": "uri", "uri": f"{LIFF}/events"}
    for wrong in ("", "1", f"{event.id}:other", "x:y", None, 5):
        assert tapped(session, Where.TEMPLATE, wrong)[1] == ["tap.event"]
    assert mentions.names(session, events.FEATURE, [event.id]) == {str(event.id): "講習会"}
