"""Where LINE delivers its events, and the list of those that could not be used.

The signature is the sign-in of a delivery; everything else about it happens later, in the worker.
"""

import json
from typing import Any

from flask import Blueprint, abort, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow, public
from lstep_lite.engine import intake
from lstep_lite.engine.staff import Permission
from lstep_lite.web import render, runtime

bp = Blueprint("intake", __name__)

MAX_BODY_BYTES = 1024 * 1024
KIND_LABELS = {
    "message": "メッセージ",
    "follow": "友だち追加",
    "unfollow": "ブロック",
    "unsend": "送信の取り消し",
    "postback": "ボタンの操作",
}


@bp.post("/line/webhook")
@public
def receive() -> tuple[str, int]:
    """Store first, answer at once: LINE waits two seconds, and sends again what was not answered."""
    with runtime().database.rush.joined():
        _receive()
    return "", 200


def _receive() -> None:
    request.max_content_length = MAX_BODY_BYTES
    body, signatures = request.get_data(), runtime().signatures
    if not signatures.accept(body, request.headers.get("X-Line-Signature", ""), now=g.now, wall=g.wall):
        abort(401)
    runtime().recorder.keep(intake.rows(_parsed(body), now=g.now), now=g.now, wall=g.wall)


@bp.get("/intake")
@allow(Permission.SETTINGS_EDIT)
def index() -> Response:
    return _list()


@bp.post("/intake/<int:event_id>/retry")
@allow(Permission.SETTINGS_EDIT)
def retry_create(event_id: int) -> Response:
    intake.retry(g.session, intake.get(g.session, event_id))
    flash("もう一度試しています。うまくいかなければ、しばらくしてまたここに表示されます。", "success")
    return _list(then=url_for(".index"))


def _list(then: str = "") -> Response:
    parked, malformed = intake.parked(g.read), intake.malformed(g.read)
    return render(
        "intake/index.html",
        "event_list",
        then=then,
        parked=parked,
        malformed=malformed,
        senders=intake.senders(g.read, parked),
        kinds=KIND_LABELS,
    )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise intake.NotAWebhook("JSONとして読めません。") from None
