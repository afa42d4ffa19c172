"""How LINE will show a message that is being written."""

from typing import Any

from flask import Blueprint, g, render_template, request

from lstep_lite.auth import allow
from lstep_lite.engine import messages
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.messages import parse_blocks
from lstep_lite.models import Friend
from lstep_lite.web import runtime

bp = Blueprint("messages", __name__, url_prefix="/messages")

SAMPLE_FRIEND = Friend(display_name="山田 花子")


@bp.post("/preview")
@allow(Permission.CHAT)
def preview_create() -> str:
    """Bubbles for the editor; it asks after every change and nothing is kept."""
    blocks, problem = _finished_blocks(request.form.get("blocks", ""))
    try:
        context = messages.context(g.read, blocks, public_url=runtime().settings.public_url, now=g.now)
        objects = messages.render(context, SAMPLE_FRIEND)
    except DomainError as error:
        objects, problem = [], error.message
    unknown = messages.unknown_placeholders(g.read, blocks)
    return render_template("messages/_preview.html", objects=objects, problem=problem, unknown=unknown)


def _finished_blocks(text: str) -> tuple[list[dict[str, Any]], str]:
    """The blocks that can be shown already, and what is wrong with them together."""
    try:
        blocks = [block for block in parse_blocks(text) if not _problem([block])]
    except ValueError as error:
        return [], str(error)
    return blocks, _problem(blocks) if blocks else ""


def _problem(blocks: list[dict[str, Any]]) -> str:
    try:
        messages.check(blocks)
    except DomainError as error:
        return error.message
    return ""
