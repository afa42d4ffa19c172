"""A booking for the customer's own calendar: a file (RFC 5545), and a link to Google's."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from lstep_lite.models import Reservation

STAMP = "%Y%m%dT%H%M%SZ"
FOLD = 75
"""Octets of a line."""


def text(reservation: Reservation, *, title: str, place: str, now: datetime) -> str:
    """One event. A changed booking has the same UID and a higher SEQUENCE, so that calendars move theirs."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//lstep_lite//reservations//JA",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{reservation.code}@lstep-lite",
        f"SEQUENCE:{reservation.version - 1}",
        f"DTSTAMP:{_stamp(now)}",
        f"DTSTART:{_stamp(reservation.starts_at)}",
        f"DTEND:{_stamp(reservation.ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(f'予約番号 {reservation.number}')}",
        *([f"LOCATION:{_escaped(place)}"] if place else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def google(reservation: Reservation, *, title: str, place: str) -> str:
    """The page of Google's calendar that has it filled in."""
    span = f"{_stamp(reservation.starts_at)}/{_stamp(reservation.ends_at)}"
    about = {"action": "TEMPLATE", "text": title, "dates": span, "details": f"予約番号 {reservation.number}"}
    return f"https://calendar.google.com/calendar/render?{urlencode(about | ({'location': place} if place else {}))}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(STAMP)


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of more than 75 octets go on in the next after a space, never within a character."""
    rows: list[str] = []
    row = ""
    for mark in line:
        if len((row + mark).encode()) > FOLD - (1 if rows else 0):
            rows.append(row)
            row = ""
        row += mark
    return "\r\n ".join([*rows, row])
