"""A phone in the browser: the screen on top of the control API. It holds no state of its own."""

from pathlib import Path

from flask import Blueprint, Response, render_template, send_from_directory

from lstep_lite import bubbles

blueprint = Blueprint(
    "emulator_phone",
    __name__,
    url_prefix="/emulator",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

DRESS = Path(bubbles.__file__).parents[1] / "static"
"""Where the style of drawn messages is kept."""


FRAMES = (
    "default-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: https:; base-uri 'none'; "
    "object-src 'none'; frame-src 'self' http://127.0.0.1:*; frame-ancestors 'self'"
)
"""Inside a phone open pages of the application, and on loopback LINE's own."""


@blueprint.get("/")
def show() -> Response:
    return Response(render_template("emulator/phone.html"), headers={"Content-Security-Policy": FRAMES})


@blueprint.get("/<any('line.css', 'line.js'):name>")
def dress(name: str) -> Response:
    """How messages look, the same as in the application, also where the emulator runs without it."""
    return send_from_directory(DRESS, name)
