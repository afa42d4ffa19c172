"""The demo's inside view: what is still to do, and the clock. Never registered in live mode."""

import hmac
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, g, jsonify, request

from lstep_lite import jobs
from lstep_lite.auth import public
from lstep_lite.engine import agenda, deliveries, intake, media
from lstep_lite.errors import DomainError
from lstep_lite.web import runtime

bp = Blueprint("control", __name__)


@bp.before_request
def _know_the_secret() -> None:
    given = request.headers.get("X-Control-Secret", "")
    secret = runtime().settings.control_secret
    if not secret or not hmac.compare_digest(given, secret):
        abort(403)


@bp.get("/_pending")
@public
def pending_show() -> Any:
    """Counts of what is not settled, and when the next thing is due."""
    events = intake.waiting_count(g.read)  # first: what an event becomes is then seen by the later counts
    due = agenda.whole(g.read, now=g.now, wall=g.wall)  # likewise: it ends in deliveries
    pending = deliveries.pending(g.read, now=g.now, wall=g.wall)
    pending["due"] += due.due + media.untried_count(g.read)
    moments = [moment for moment in (pending["next_due"], due.next_due and due.next_due.isoformat()) if moment]
    pending["next_due"] = min(moments, default=None)
    return jsonify(pending | {"events": events, "now": g.now.isoformat()})


@bp.post("/_clock")
@public
def clock_update() -> Any:
    """Move `now` forward to {"to": ISO 8601}; a step back answers 409."""
    try:
        now = runtime().clock.move_to(datetime.fromisoformat(request.get_json()["to"]))
    except ValueError as error:
        raise DomainError("時計は先にだけ進められます。") from error
    jobs.kick_all()
    return jsonify({"now": now.isoformat()})
