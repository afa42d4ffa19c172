"""How a message about a booking looks, with a booking that nobody made: for editors, and for tests of what is sent."""

from datetime import datetime, timedelta

from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.messages.placeholders import Loaded
from lstep_lite.engine.reservations.effects import cards, wording
from lstep_lite.engine.reservations.effects.cards import Known, LineObject
from lstep_lite.engine.reservations.effects.wording import House, Subject
from lstep_lite.models import BookingPage, Friend, Reservation, ReservationState

TEN, ELEVEN = 600, 660
PROVIDER_ID = 0
"""That no row has; what stands for the name is in `wording.SAMPLES`."""


def message(kind: str, title: str, text: str, friend: Friend, house: House, *, now: datetime) -> LineObject:
    """The message object of *kind* as *friend* would get it."""
    known = _known(house, now)
    words = known.subject.words(now) | {"変更前の日時": wording.SAMPLES["変更前の日時"]}
    filled = placeholders.fill(text, friend, {wording.PREFIX: Loaded(words)})
    return {"type": "flex", "altText": title, "contents": cards.bubble(known, kind, title, filled, now=now)}


def _known(house: House, now: datetime) -> Known:
    """A cut with a provider who was asked for, three days from now at ten."""
    starts_at = (now.astimezone(house.zone) + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    reservation = Reservation(
        code="sample",
        number=f"R-{starts_at:%y%m%d}-014",
        version=1,
        state=ReservationState.CONFIRMED,
        fee=550,
        has_open_price=False,
        deadline_at=starts_at - timedelta(hours=16),
        expires_at=now + timedelta(hours=3),
    )
    after = {
        "business_date": starts_at.date().isoformat(),
        "start_minute": TEN,
        "ends_at": (starts_at + timedelta(minutes=ELEVEN - TEN)).isoformat(),
        "slot_id": None,
        "lines": [wording.SAMPLES["メニュー"]],
        "provider_id": PROVIDER_ID,
        "is_nominated": True,
        "price": 6050,
        "party": 1,
    }
    return Known(Subject(reservation, {}, after, "", house), BookingPage(code="sample"))
