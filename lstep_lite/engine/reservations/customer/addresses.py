"""Where customers find the pages about bookings: the paths that buttons and messages lead to."""

from lstep_lite.models import BookingPage, Event, Reservation

ROOT = "/liff/bookings"
OWN = f"{ROOT}/own"
"""The list of one's own bookings."""


def book(page: BookingPage) -> str:
    """To book on a page; `?course=<code>&staff=<code>` behind it chooses beforehand."""
    return f"{ROOT}/{page.code}"


def again(page: BookingPage, reservation: Reservation) -> str:
    """To book once more what *reservation* was."""
    return f"{ROOT}/{page.code}/again/{reservation.code}"


def own(reservation: Reservation) -> str:
    """To look at a booking. With its version, the page says when something has changed since."""
    return f"{OWN}/{reservation.code}?v={reservation.version}"


def change(reservation: Reservation) -> str:
    return f"{OWN}/{reservation.code}/starts?v={reservation.version}"


def cancel(reservation: Reservation) -> str:
    """To the question whether to cancel: looking at it changes nothing."""
    return f"{OWN}/{reservation.code}/cancellation?v={reservation.version}"


def offer(reservation: Reservation) -> str:
    """To a place that was kept for who waits: taking it or leaving it."""
    return f"/liff/offers/{reservation.code}"


def event(event: Event) -> str:
    return f"/liff/events/{event.code}"
