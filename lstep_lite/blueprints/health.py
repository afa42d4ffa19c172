"""Whether the program is alive, for Docker and other watchers."""

import logging
from datetime import timedelta
from typing import Any

from flask import Blueprint, g
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lstep_lite.auth import public
from lstep_lite.models import Worker

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)

SILENCE = timedelta(seconds=60)
"""A worker that has not shown itself for so long counts as dead."""


@bp.get("/healthz")
@public
def show() -> tuple[dict[str, Any], int]:
    """200 {"ok": true}, or 503 with what is dead."""
    dead = _dead()
    return ({"ok": False, "dead": dead}, 503) if dead else ({"ok": True}, 200)


def _dead() -> list[str]:
    try:
        heartbeat = g.read.scalar(select(func.max(Worker.heartbeat_at)))
    except SQLAlchemyError:
        log.exception("the health check can't reach the database")
        return ["database"]
    return ["worker"] if heartbeat is None or g.wall - heartbeat > SILENCE else []
