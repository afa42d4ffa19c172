"""What a calendar outside says of a booking: only as much of the customer as was chosen."""

import hashlib
from datetime import datetime, tzinfo
from typing import Any

import jaconv

from lstep_lite.engine.reservations.effects import desk
from lstep_lite.models import Friend, Reservation, ReservationState

PREFIX = "lstep"
"""Begins the ids we give; they are of the characters Google allows (base32hex)."""
SHOWN = (
    ReservationState.HELD,
    ReservationState.REQUESTED,
    ReservationState.CONFIRMED,
    ReservationState.CHECKED_IN,
    ReservationState.COMPLETED,
)
"""A visit that took place stays in the calendar."""
MARKS = {ReservationState.HELD: "【ご案内中】", ReservationState.REQUESTED: "【承認待ち】"}


def event_id(reservation: Reservation) -> str:
    """Always the same for a booking, so that telling Google twice makes no second event."""
    return PREFIX + hashlib.sha256(reservation.code.encode()).hexdigest()[:40]


def is_ours(google_id: str) -> bool:
    return google_id.startswith(PREFIX) and len(google_id) == len(PREFIX) + 40


def event(reservation: Reservation, *, shows_names: bool, public_url: str, zone: tzinfo) -> dict[str, Any]:
    """As Google wants it."""
    return {
        "id": event_id(reservation),
        "status": "confirmed",
        "summary": title(reservation, shows_names=shows_names),
        "description": description(reservation, public_url=public_url),
        "start": {"dateTime": _local(reservation.starts_at, zone)},
        "end": {"dateTime": _local(reservation.ends_at, zone)},
        "transparency": "opaque",
        "reminders": {"useDefault": False},
    }


def title(reservation: Reservation, *, shows_names: bool) -> str:
    """「カット Y.H様」"""
    menu = "・".join(line.name for line in reservation.lines) or "予約"
    friend = reservation.friend
    who = friend.desk_name if shows_names else initials(friend)
    party = f"（{reservation.party}名）" if reservation.party > 1 else ""
    return f"{MARKS.get(reservation.state, '')}{menu} {who}様{party}"


def description(reservation: Reservation, *, public_url: str) -> str:
    page = f"{public_url}{desk.page(reservation)}"
    return f"予約番号 {reservation.number}\n変更やキャンセルは、予約の画面でしてください。\n{page}"


def initials(friend: Friend) -> str:
    """「Y.H」 by the reading where it is known, else the first character of the name: 「山＊」."""
    words = (friend.kana or "").split()
    letters = [jaconv.kana2alphabet(jaconv.kata2hira(word))[:1].upper() for word in words]
    if letters and all(letter.isascii() and letter.isalpha() for letter in letters):
        return ".".join(letters)
    return f"{friend.desk_name[:1]}＊"


def _local(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).isoformat()
