"""Sending a broadcast: the sheet that is read before it, and the second person's word where the shop wants one."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow, may
from lstep_lite.engine import actions, broadcasts, segments, sending_rules
from lstep_lite.engine.broadcasts import LETTERS, showing
from lstep_lite.engine.staff import Permission
from lstep_lite.models import Broadcast, BroadcastState, Staff
from lstep_lite.web import go, render, runtime

bp = Blueprint("submissions", __name__, url_prefix="/broadcasts/<int:broadcast_id>/submission")

LONGEST_WORD = 500


@bp.get("/new")
@allow(Permission.BROADCASTS_SEND)
def new(broadcast_id: int) -> Response:
    """What sending it would mean."""
    broadcast = broadcasts.get(g.read, broadcast_id)
    if broadcast.state is not BroadcastState.DRAFT:
        return go(url_for("broadcasts.show", broadcast_id=broadcast.id))
    return render("submissions/new.html", **_sheet(broadcast))


@bp.post("")
@allow(Permission.BROADCASTS_SEND)
def create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    if broadcast.state is BroadcastState.DRAFT and not _is_as_read(broadcast):
        flash("確認している間に内容が変わりました。まだ送っていません。もう一度確かめてください。", "warning")
        return go(url_for(".new", broadcast_id=broadcast.id))
    broadcasts.submit(g.session, broadcast, staff_id=g.staff.id, now=g.now)
    return go(url_for("broadcasts.show", broadcast_id=broadcast.id))


@bp.get("")
@allow(Permission.BROADCASTS_SEND)
def show(broadcast_id: int) -> Response:
    """The same sheet for whoever is asked to say yes."""
    broadcast = broadcasts.get(g.read, broadcast_id)
    if broadcast.state is not BroadcastState.ASKED:
        return go(url_for("broadcasts.show", broadcast_id=broadcast.id))
    return render("submissions/show.html", **_sheet(broadcast), **_asked(broadcast))


@bp.post("/approval")
@allow(Permission.BROADCASTS_APPROVE)
def approval_create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.approve(g.session, broadcast, staff_id=g.staff.id, now=g.now)
    flash("承認しました。依頼した人にもお知らせしました。", "success")
    return go(url_for("broadcasts.show", broadcast_id=broadcast.id))


@bp.post("/refusal")
@allow(Permission.BROADCASTS_APPROVE)
def refusal_create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.decline(g.session, broadcast, word=request.form.get("word", "")[:LONGEST_WORD], now=g.now)
    flash("下書きに戻しました。依頼した人にお知らせしました。", "success")
    return go(url_for("broadcasts.index"))


@bp.post("/delete")
@allow(Permission.BROADCASTS_SEND)
def destroy(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.take_back(g.session, broadcast, now=g.now)
    flash("取り消しました。だれにも送られていません。内容は下書きに残っています。", "success")
    return go(url_for("broadcasts.edit", broadcast_id=broadcast.id))


def _is_as_read(broadcast: Broadcast) -> bool:
    """Whether nobody has changed it since the sheet was drawn."""
    return request.form.get("read") in (None, broadcast.updated_at.isoformat())


def _sheet(broadcast: Broadcast) -> dict[str, Any]:
    sheet = broadcasts.preflight(g.read, broadcast, public_url=runtime().settings.public_url, now=g.now)
    rules, problem = sending_rules.rules(g.read), showing.problem(g.read, broadcast, now=g.now)
    kept = actions.at(g.read, broadcasts.PLACE, broadcast.id)
    return {
        "broadcast": broadcast,
        "sheet": sheet,
        "whom": showing.whom(g.read, broadcast),
        "people": url_for("friends.index", **segments.query(broadcast.tree)),
        "allowance": showing.allowance(sheet),
        "problem": problem,
        "warnings": [words for words in sheet.warnings if words != problem],
        "letters": LETTERS,
        "needs_approval": rules.needs_approval,
        "hold_seconds": rules.hold_seconds,
        "lasts": timedelta(minutes=sheet.recipients / broadcast.per_minute) if broadcast.per_minute else None,
        "steps": actions.sentences(g.read, kept.steps) if kept else [],
    }


def _asked(broadcast: Broadcast) -> dict[str, Any]:
    """Who wants it, and whether this person may answer."""
    is_asker = broadcast.asked_by_id == g.staff.id
    return {
        "asker": g.read.get(Staff, broadcast.asked_by_id) if broadcast.asked_by_id else None,
        "is_asker": is_asker,
        "may_approve": not is_asker and may(Permission.BROADCASTS_APPROVE),
    }
