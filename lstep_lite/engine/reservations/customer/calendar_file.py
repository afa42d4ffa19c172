"""A booking for the customer's own calendar: a file (RFC 5545), and a link to Google's."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from icalendar import Calendar, Event

from lstep_lite.models import Reservation

STAMP = "%Y%m%dT%H%M%SZ"


def title(shop: str) -> str:
    """Of the entry in their calendar: the shop, not what they have done there."""
    return f"{shop} ご予約".strip()


def text(reservation: Reservation, *, title: str, place: str, now: datetime) -> str:
    """One event. A changed booking has the same UID and a higher SEQUENCE, so that calendars move theirs."""
    event = Event()
    event.add("uid", f"{reservation.code}@lstep-lite")
    event.add("sequence", reservation.version - 1)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", reservation.starts_at.astimezone(UTC))
    event.add("dtend", reservation.ends_at.astimezone(UTC))
    event.add("summary", title)
    event.add("description", f"予約番号 {reservation.number}")
    if place:
        event.add("location", place)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//lstep_lite//reservations//JA")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content.decode()


def google(reservation: Reservation, *, title: str, place: str) -> str:
    """The page of Google's calendar that has it filled in."""
    span = f"{_stamp(reservation.starts_at)}/{_stamp(reservation.ends_at)}"
    about = {"action": "TEMPLATE", "text": title, "dates": span, "details": f"予約番号 {reservation.number}"}
    return f"https://calendar.google.com/calendar/render?{urlencode(about | ({'location': place} if place else {}))}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(STAMP)
