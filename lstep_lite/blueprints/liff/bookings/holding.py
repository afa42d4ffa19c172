"""Keeping the chosen start while the customer types; the pages ask for it by script once they are open."""

from flask import g
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.bookings.asking import asking, bp, required_start
from lstep_lite.engine.reservations import Refused, holding
from lstep_lite.engine.reservations.customer import offering


@bp.post("/<code>/holds")
@public
@sessions.known_person
def hold_create(code: str) -> Response:
    """For how many seconds it is kept. 204 when it is not: the last look says what is wrong."""
    sessions.count_submit()
    here, chosen = asking(g.session, code), required_start()
    wish = offering.wish(g.session, here.codes)
    try:
        until = holding.hold(g.session, here.friend, wish, chosen.day, chosen.minute, page=here.page, now=g.now)
    except Refused:
        g.finish(commit=False)
        return Response(status=204)
    return Response(status=204) if until is None else Response(str(int((until - g.now).total_seconds())))
