"""The pages for staff that notifications and timelines lead to."""

from lstep_lite.models import Reservation

PAGE = "/reservations/{reservation_id}"
"""A booking."""
MISFITS = "/reservations?show=misfits"


def page(reservation: Reservation) -> str:
    return PAGE.format(reservation_id=reservation.id)
