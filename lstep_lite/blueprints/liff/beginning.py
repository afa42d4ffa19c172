"""Pages about bookings while the shop has not begun to take any: polite words instead of them."""

from flask import g
from werkzeug.wrappers import Response

from lstep_lite.engine.reservations.keeping import pages, settings
from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.engine.surveys import drawing
from lstep_lite.web import render

NOT_YET = "ただいまネット予約の準備をしています。恐れ入りますが、ご予約はLINEのトークでお問い合わせください。"


def check() -> Response | None:
    """A blueprint's before_request."""
    if settings.find(g.read) is not None:
        return None
    problem = refusals.closed(NOT_YET)
    return render(
        "liff/bookings/refused.html",
        status=problem.status,
        problem=problem,
        accent=pages.COLOR,
        ink=drawing.ink_on(pages.COLOR),
        ways=[],
        others=[],
    )
