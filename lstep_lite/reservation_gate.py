"""Pages of bookings lead to the guided path until the shop has a book of reservations."""

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.engine.reservations.keeping import settings


def begun() -> Response | None:
    """A blueprint's before_request: pages lead to the guided path; what writes is refused by the engine."""
    if request.method != "GET" or settings.find(g.read) is not None:
        return None
    return redirect(url_for("reservation_setup.show"), 303)
