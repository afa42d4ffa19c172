"""What all pages for customers share: their blueprint, their headers, and what their layout is drawn from."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, g
from werkzeug.wrappers import Response

from lstep_lite.blueprints.liff import sessions
from lstep_lite.engine import settings
from lstep_lite.web import runtime

LINE_HOSTS = "https://*.line.me https://*.line-scdn.net"
"""Where LINE's script for these pages comes from, and whom it asks."""
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' {line}; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: https:; connect-src 'self' {line}; media-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors {ancestors}"
)


def blueprint(name: str, import_name: str, url_prefix: str, *, checks: bool = True) -> Blueprint:
    """A blueprint of pages for customers. With *checks* every form is refused that was drawn for somebody else: draw
    it with `ui.customer_form`."""
    bp = Blueprint(name, import_name, url_prefix=url_prefix)
    if checks:
        bp.before_request(sessions.check)
    bp.after_request(sessions.write)
    bp.after_request(_headers)
    bp.context_processor(_shared)
    return bp


def _headers(response: Response) -> Response:
    own = runtime().settings
    addresses = {own.line_liff_sdk_url, own.line_api_url, own.line_login_url, own.line_liff_url} if own.is_demo else ()
    hosts = " ".join([LINE_HOSTS, *sorted({_origin(address) for address in addresses})])
    ancestors = "'self'" if own.is_demo else "'none'"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(line=hosts, ancestors=ancestors)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _shared() -> dict[str, Any]:
    """For templates/liff/layout.html and the forms below it."""
    channel = settings.channel(g.read)
    return {
        "visitor": sessions.visitor(),
        "mark_of": sessions.mark,
        "account_name": (channel and channel.display_name) or (g.shop.name if g.shop else ""),
        "account": (channel and channel.basic_id) or "",
        "sdk_url": runtime().settings.line_liff_sdk_url if channel and channel.liff_id else "",
        "sdk_id": (channel and channel.liff_id) or "",
    }
