"""Front-end packages as installed under static/vendor: versioned addresses, inline icons, licences."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup

VENDOR = Path(__file__).parent / "static" / "vendor"


def init_app(app: Flask) -> None:
    app.jinja_env.globals["vendor"] = vendor
    app.jinja_env.globals["icon"] = icon


@cache
def packages() -> dict[str, dict[str, Any]]:
    """What is installed: name → version, licence, folder, files. Raises FileNotFoundError before `make` has run."""
    manifest: dict[str, dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text())
    return manifest


def vendor(package: str, file: str) -> str:
    """The address of *file* of *package*; the version is part of it, so browsers may keep it for ever."""
    return url_for("static", filename=f"vendor/{packages()[package]['folder']}/{file}")


@cache
def icon(name: str) -> Markup:
    """The Tabler icon *name* as inline SVG; it is decoration, the words beside it carry the meaning."""
    path = VENDOR / packages()["@tabler/icons"]["folder"] / f"{name}.svg"
    svg = path.read_text()
    start = svg.index("<svg")
    return Markup(svg[start:].replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))  # noqa: S704 - our own files
