"""What pages to confirm send back: the key by which each counts once, what was shown, and the tick under the terms."""

import secrets

from flask import g, request

from lstep_lite.blueprints.liff import sessions
from lstep_lite.engine.reservations.customer import details
from lstep_lite.engine.reservations.transitions.booking import Quote
from lstep_lite.web import number

LONGEST = 40


def new_key() -> str:
    """For a page that is opened: sent twice, it still counts once."""
    return secrets.token_urlsafe(12)


def key() -> str:
    """Of the page that was sent."""
    return request.form.get("key", "")[:LONGEST] or new_key()


def shown() -> Quote | None:
    """What the page said it costs, lasts and asks for."""
    price, minutes = request.form.get("price", type=number), request.form.get("minutes", type=number)
    return None if minutes is None else Quote(price, minutes, _terms())


def keep_consent() -> None:
    """Commit the tick by itself: it stays whatever becomes of the rest."""
    if "consent" not in request.form:
        return
    details.agree(g.session, sessions.require_friend(), _terms())
    g.finish(commit=True)


def _terms() -> str:
    return request.form.get("terms", "")[:LONGEST]
