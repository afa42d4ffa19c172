"""Shifts that leave bookings behind: said before they are kept, and kept when staff want it all the same."""

import sqlalchemy as sa

from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import Shift
from tests.engine.reservations.salon import FRIDAY, a_salon, order
from tests.factories import NOW, a_friend
from tests.web.conftest import regions


def test_a_day_off_over_a_booking_is_said_first_and_kept_on_request(htmx, page, session, owner):
    salon = a_salon(session)
    booked = booking.order(session, a_friend(session), order(salon, provider_id=salon.sato), page=salon.page, now=NOW)
    session.commit()
    url = f"/reservations/shifts/{salon.sato}/2026-03"
    seen = page(url).select_one("[name=seen]")["value"]
    typed = {"seen": seen, "days": str(FRIDAY), f"days-{FRIDAY}-kind": "off"}
    refused = htmx(url, typed)
    assert (refused.status_code, regions(refused)[0]) == (422, "month-form")
    assert (
        "3月6日(金) 10:00" in refused.text and "時間の外になります" in refused.text and 'name="anyway"' in refused.text
    )
    assert session.scalars(sa.select(Shift)).all() == []
    assert htmx(url, typed | {"anyway": "y"}).status_code in (200, 204, 303)
    session.expire_all()
    assert session.scalars(sa.select(Shift)).one().ranges == [] and booked.needs_look
