"""The list of events, and the slots of one."""

from flask import g, request
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.events.asking import bp, looks
from lstep_lite.engine import media
from lstep_lite.engine.reservations import events, waiting
from lstep_lite.engine.reservations.events import listing
from lstep_lite.engine.reservations.transitions.refusals import closed
from lstep_lite.engine.surveys import words
from lstep_lite.web import number, render

CLOSED = "このイベントは現在受け付けていません。"


@bp.get("")
@public
@sessions.known_person
def index() -> Response:
    """イベント"""
    found = listing.listed(g.read, now=g.now)
    ids = {each.event.media_id for each in found if each.event.media_id}
    about = looks(None) | {"pictures": media.public(g.read, ids, "")}
    waits = waiting.of_friend(g.read, sessions.require_friend(), now=g.now)
    return render("liff/events/index.html", **about, found=found, waits=[each for each in waits if each.slot_id])


@bp.get("/<code>")
@public
@sessions.known_person
def show(code: str) -> Response:
    """One event with its slots."""
    event, friend = events.by_code(g.read, code), sessions.require_friend()
    if not event.is_open:
        raise closed(CLOSED)
    return render(
        "liff/events/show.html",
        **looks(event),
        listed=listing.offered(g.read, event, friend, number=request.args.get("page", 1, type=number), now=g.now),
        text=words.filled(g.read, event.text, friend, now=g.now),
    )
