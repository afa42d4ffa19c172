"""Where LINE delivers its events. The signature is the sign-in; everything else happens later, in the worker."""

import json
from typing import Any

from flask import Blueprint, abort, current_app, g, request

from lstep_lite import web
from lstep_lite.auth import public
from lstep_lite.engine import intake

bp = Blueprint("intake", __name__)

MAX_BODY_BYTES = 1024 * 1024


@bp.record_once
def _open_signatures(state: Any) -> None:
    runtime = state.app.extensions["runtime"]
    state.app.extensions["signatures"] = intake.Signatures(runtime.database, runtime.vault)


@bp.post("/line/webhook")
@public
def receive() -> tuple[str, int]:
    """Store first, answer at once: LINE waits two seconds, and sends again what was not answered."""
    request.max_content_length = MAX_BODY_BYTES
    body, signatures = request.get_data(), current_app.extensions["signatures"]
    if not signatures.accept(body, request.headers.get("X-Line-Signature", ""), now=g.now, wall=g.wall):
        abort(401)
    webhook = _parsed(body)
    with web.runtime().database.unit() as session:
        intake.store(session, webhook, now=g.now)
        signatures.note_webhook(session, now=g.now, wall=g.wall)
    return "", 200


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise intake.NotAWebhook("JSONとして読めません。") from None
