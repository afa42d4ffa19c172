"""Whether the program is alive, for Docker and other watchers."""

import logging
from typing import Any

from flask import Blueprint, g
from sqlalchemy.exc import SQLAlchemyError

from lstep_lite import jobs
from lstep_lite.auth import public

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def show() -> tuple[dict[str, Any], int]:
    """200 {"ok": true}, or 503 with what is dead."""
    dead = _dead()
    return ({"ok": False, "dead": dead}, 503) if dead else ({"ok": True}, 200)


def _dead() -> list[str]:
    try:
        return ["worker"] if jobs.worker_problem(g.read, wall=g.wall) else []
    except SQLAlchemyError:
        log.exception("the health check can't reach the database")
        return ["database"]
