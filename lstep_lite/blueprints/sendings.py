"""A broadcast on its way: stopped, gone on with, given its winner; and another try afterwards."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import broadcasts
from lstep_lite.engine.staff import Permission
from lstep_lite.web import go, number

bp = Blueprint("sendings", __name__, url_prefix="/broadcasts/<int:broadcast_id>/sending")


@bp.post("/pause")
@allow(Permission.BROADCASTS_SEND)
def pause_create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.pause(g.session, broadcast, now=g.now)
    flash("一時停止しました。もう送られた分は取り消せません。", "success")
    return go(url_for("broadcasts.show", broadcast_id=broadcast.id))


@bp.post("/resume")
@allow(Permission.BROADCASTS_SEND)
def resume_create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.resume(g.session, broadcast, now=g.now)
    flash("再開しました。続きから送ります。", "success")
    return go(url_for("broadcasts.show", broadcast_id=broadcast.id))


@bp.post("/stop")
@allow(Permission.BROADCASTS_SEND)
def stop_create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.stop(g.session, broadcast, now=g.now)
    flash("中止しました。まだ送っていない方には送りません。", "success")
    return go(url_for("broadcasts.show", broadcast_id=broadcast.id))


@bp.post("/winner")
@allow(Permission.BROADCASTS_SEND)
def winner_create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.choose_winner(g.session, broadcast, request.form.get("variant_id", 0, type=number), now=g.now)
    flash("残りの方に、選んだパターンを送り始めました", "success")
    return go(url_for("broadcasts.show", broadcast_id=broadcast.id))


@bp.post("/late")
@allow(Permission.BROADCASTS_SEND)
def late_create(broadcast_id: int) -> Response:
    """Send what has missed its time after all."""
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.send_missed(g.session, broadcast, now=g.now)
    return go(url_for("broadcasts.show", broadcast_id=broadcast.id))


@bp.post("/resend")
@allow(Permission.BROADCASTS_SEND)
def resend_create(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    again = broadcasts.resend_failed(
        g.session, broadcast, with_unknown=request.form.get("with_unknown") == "yes", now=g.now
    )
    flash("送れなかった方だけを相手にした下書きを作りました。確かめてから送ってください。", "success")
    return go(url_for("submissions.new", broadcast_id=again.id))
