"""カレンダーの購読: secret addresses under which calendar programs read the bookings."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow, public
from lstep_lite.engine import staff as staff_engine
from lstep_lite.engine.reservations.calendars import feeds
from lstep_lite.engine.staff import Permission
from lstep_lite.web import render, runtime

bp = Blueprint("calendar_feeds", __name__)

MOST_FROM_ADDRESS = 120
"""Readings in a quarter of an hour; programs look a few times a day."""
TOO_OFTEN = "読み込みの回数が多すぎるため"
FRESH_SECONDS = 900


@bp.get("/calendar-feeds/<code>.ics")
@public
def show(code: str) -> Response:
    """What calendar programs read: they can't sign in, so the address is the secret."""
    limits = {f"feed-address:{request.remote_addr}": MOST_FROM_ADDRESS}
    with runtime().database.unit() as session:
        staff_engine.count_attempt(session, limits, wall=g.wall, reason=TOO_OFTEN)
    feed = feeds.read(g.read, code, public_url=runtime().settings.public_url, now=g.now)
    answer = FlaskResponse(feed.data, content_type="text/calendar; charset=utf-8")
    answer.set_etag(feed.tag)
    answer.cache_control.private, answer.cache_control.max_age = True, FRESH_SECONDS
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer.make_conditional(request)


@bp.get("/reservations/feeds")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    return reservation_gate.begun() or render("calendar_feeds/index.html", **_context())


@bp.post("/reservations/feeds/<name>")
@allow(Permission.RESERVATIONS_SETUP)
def create(name: str) -> Response:
    """The address before, if there was one, is good no longer."""
    feeds.renew(g.session, name, now=g.now)
    flash("アドレスを作りました。コピーして、カレンダーのアプリに登録してください。", "success")
    return _list()


@bp.post("/reservations/feeds/<name>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(name: str) -> Response:
    feeds.close(g.session, name)
    flash("アドレスを使えなくしました。", "success")
    return _list()


@bp.post("/reservations/feeds/<name>/names")
@allow(Permission.RESERVATIONS_SETUP)
def names_update(name: str) -> Response:
    feeds.show_names(g.session, name, is_on=request.form.get("is_on") == "yes")
    return _list()


def _list() -> Response:
    return render("calendar_feeds/index.html", "feed_list", then=url_for(".index"), **_context())


def _context() -> dict[str, Any]:
    return {"feeds": feeds.shown(g.read), "base": f"{runtime().settings.public_url}/calendar-feeds/"}
