"""Requests: their sessions, their answers, and what becomes of errors.

Success commits; an error, returned or raised, rolls back. `g.read` is for looking (sign-in, permissions, pages); the
first use of `g.session` opens the request's one unit of work, and from then on `g.read` is that session too, so that a
page drawn after a write shows it.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, flash, g, get_flashed_messages, make_response, redirect, render_template
from flask.ctx import _AppCtxGlobals
from flask_wtf.csrf import CSRFError
from htmx_flask import make_response as htmx_response
from htmx_flask import request
from jinja2_fragments.flask import render_block
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as WerkzeugResponse

from lstep_lite.engine import settings
from lstep_lite.engine.text import storable_json
from lstep_lite.errors import DomainError
from lstep_lite.models import Shop, Staff
from lstep_lite.runtime import Runtime

log = logging.getLogger(__name__)

CRASH_MESSAGE = (
    "うまく処理できませんでした。入力した内容はまだ保存されていません。少し待ってからもう一度お試しください。"
)
CONFLICT_MESSAGE = (
    "ほかの人が同時に変更したため、保存できませんでした。画面を読み込み直してからもう一度お試しください。"
)
STALE_FORM_MESSAGE = (
    "画面を開いてから時間がたったため、安全のため受け付けませんでした。画面を読み込み直して、もう一度お試しください。"
)
HTTP_MESSAGES = {
    400: "送られた内容を読み取れませんでした。画面を読み込み直して、もう一度お試しください。",
    403: "この操作をする権限がありません。オーナーまたは管理者にご相談ください。",
    404: "ページが見つかりません。アドレスが変わったか、削除された可能性があります。",
    405: "この操作はここではできません。前の画面に戻ってやり直してください。",
    413: "送られたデータが大きすぎます。ファイルを小さくしてからもう一度お試しください。",
    415: "このデータの形式には対応していません。",
}


def runtime() -> Runtime:
    return cast(Runtime, current_app.extensions["runtime"])


LARGEST_NUMBER = 2**53
"""No id and no page comes near it, and a page's first row still fits into the database's 64 bits."""


def number(text: str) -> int:
    """A number in an address or a form: `request.args.get("page", 1, type=web.number)`. Raises ValueError."""
    if abs(value := int(text)) > LARGEST_NUMBER:
        raise ValueError(f"{text} is too large")
    return value


def own_args(*names: str) -> dict[str, Any]:
    """The named arguments of this address, for links that keep them. Others are not ours, and url_for obeys some."""
    return {name: value for name in names if (value := request.args.get(name))}


def posted_json(largest: int) -> dict[str, Any]:
    """What a script posted, of at most *largest* bytes; it may hold anything. Empty for what is no JSON object."""
    request.max_content_length = largest
    try:
        posted = storable_json(request.get_json(silent=True))
    except RecursionError:  # lists in lists without end
        posted = None
    return posted if isinstance(posted, dict) else {}


class NumberConverter(IntegerConverter):
    """`<int:…>` in an address; where no row can be, there is no page."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_NUMBER)


class RequestGlobals(_AppCtxGlobals):
    """What a request carries: two sessions, one moment, and (set by auth) who is asking."""

    staff: Staff | None

    @property
    def read(self) -> Session:
        return self._unit_session if "_unit" in self else self._read_session

    @property
    def session(self) -> Session:
        if "_unit" not in self:
            self._unit = runtime().database.unit(urgent=True)
            self._unit_session = self._unit.__enter__()
        return self._unit_session

    @cached_property
    def _read_session(self) -> Session:
        self._reading = runtime().database.read()
        return self._reading.__enter__()

    @cached_property
    def now(self) -> datetime:
        return runtime().clock.now()

    @cached_property
    def wall(self) -> datetime:
        return runtime().clock.wall()

    @cached_property
    def shop(self) -> Shop | None:
        return settings.shop(self.read)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.shop.time_zone if self.shop else "Asia/Tokyo")

    def finish(self, *, commit: bool) -> None:
        """End the unit of work, if one was opened; nothing happens the second time."""
        if "_unit" not in self:
            return
        unit, session = self.pop("_unit"), self.pop("_unit_session")
        if not commit:
            session.rollback()
        unit.__exit__(None, None, None)
        self.pop("shop", None)  # it may belong to that session

    def close(self) -> None:
        self.finish(commit=False)
        if "_reading" in self:
            self.pop("_reading").__exit__(None, None, None)


class App(Flask):
    app_ctx_globals_class = RequestGlobals

    def dispatch_request(self, *args: Any) -> Response:
        response = self.make_response(super().dispatch_request(*args))
        g.finish(commit=response.status_code < 400)
        return response


def init_app(app: App) -> None:
    app.url_map.converters["int"] = NumberConverter
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, lambda error: error_response(400, STALE_FORM_MESSAGE))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(Exception, _crash)
    app.after_request(_headers)
    app.teardown_appcontext(lambda _error: g.close())


# Answers -------------------------------------------------------------------------------------------------------------


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page (a boosted link or a restored history wants all of it)."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def render(template: str, /, *regions: str, status: int = 200, then: str = "", **context: Any) -> WerkzeugResponse:
    """Render the page, or for htmx its *regions*: the first in place, the others out of band, toasts if any wait.

    After a write, *then* is where a browser without htmx goes.
    """
    if not (regions and wants_fragment()):
        if then and status < 400:
            return redirect(then, 303)
        return make_response(render_template(template, **context), status)
    first, *others = regions
    html = [render_block(template, first, **context)]
    html += [render_block(template, name, oob=True, **context) for name in others]
    html += _waiting_toasts()
    return make_response("\n".join(html), status)


def fragment(template: str, region: str, /, **context: Any) -> WerkzeugResponse:
    """One region, for a script that asks for nothing else; whoever asks, there is no page around it."""
    return make_response(render_block(template, region, **context))


def live(template: str, region: str, /, **context: Any) -> WerkzeugResponse:
    """A region asked for alone, often again and again: 204 while it looks as the browser saw it last.

    The header X-Seen tells the browser what it now sees, and the browser says so when it asks next (app.js).
    """
    html = render_block(template, region, **context)
    mark = fingerprint(html)
    if mark == request.headers.get("X-Seen"):
        return make_response("", 204)
    return make_response(html, 200, {"X-Seen": mark})


def fingerprint(html: str) -> str:
    html = html.replace(g.get("csrf_token", ""), "")  # made anew for every answer
    return hashlib.sha256(html.encode()).hexdigest()[:16]


def notice(then: str) -> WerkzeugResponse:
    """After a write whose result the page shows already: nothing but the toasts. *then* as in `render`."""
    if not wants_fragment():
        return redirect(then, 303)
    return make_response("\n".join(_waiting_toasts()))


def download(pieces: Iterable[bytes], name: str, mimetype: str = "text/csv") -> Response:
    """A file that is made while it is fetched. Answer it to an ordinary form: browsers save such an answer."""
    response = Response(pieces, content_type=mimetype)  # without a charset: files for old programs have another one
    encoded, plain = quote(name, safe=""), f"list.{name.rpartition('.')[2]}"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    response.headers["Cache-Control"] = "no-store"
    return response


def go(url: str) -> WerkzeugResponse:
    """After a write that leaves the page."""
    if wants_fragment():
        return cast(WerkzeugResponse, htmx_response("", 204, redirect=url))
    return redirect(url, 303)


def error_response(status: int, message: str) -> WerkzeugResponse:
    """A refusal: a toast for htmx, a page for everybody else. Nothing of the request is kept."""
    g.finish(commit=False)
    if request.path.startswith("/line/"):
        return make_response({"message": message}, status)
    if wants_fragment():
        flash(message, "danger")
        html = render_block("layout.html", "toasts")
        return cast(WerkzeugResponse, htmx_response(html, status, retarget="#toasts", reswap="outerHTML"))
    if f"{request.path}/".startswith("/liff/"):  # a customer's page; it must need no database either
        page = current_app.jinja_env.get_template("liff/error.html")
        return make_response(page.render(status=status, message=message), status)
    return make_response(render_template("error.html", status=status, message=message), status)


def _waiting_toasts() -> list[str]:
    if not get_flashed_messages():
        return []
    return [render_block("layout.html", "toasts", oob=True)]


def _domain_error(error: DomainError) -> WerkzeugResponse:
    return error_response(error.status, error.message)


def _http_error(error: HTTPException) -> WerkzeugResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    return error_response(error.code, HTTP_MESSAGES.get(error.code, CRASH_MESSAGE))


def _conflict(error: IntegrityError) -> WerkzeugResponse:
    log.warning("%s %s: conflict at the database: %s", request.method, request.path, type(error.orig).__name__)
    return error_response(409, CONFLICT_MESSAGE)


def _crash(error: Exception) -> WerkzeugResponse:
    log.exception("%s %s failed", request.method, request.path)
    g.finish(commit=False)
    g.staff = g.shop = None  # the page must need no database: that may be what failed
    return error_response(500, CRASH_MESSAGE)


# Headers -------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: https:; media-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors {ancestors}"
)


def _headers(response: Response) -> Response:
    ancestors = "'self'" if runtime().settings.is_demo else "'none'"
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(ancestors=ancestors))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if not runtime().settings.is_demo:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("HX-Request")
    return response
