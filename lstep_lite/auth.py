"""Who is asking, and whether they may: every endpoint has exactly one of `@allow(permission)` and `@public`."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from flask import current_app, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from lstep_lite.engine import staff as staff_engine
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotAllowed
from lstep_lite.models import Staff
from lstep_lite.web import App, go, runtime, wants_fragment

WRONG_PASSWORD = {
    "password": "メールアドレスかパスワードが違います。",
    "current_password": "今のパスワードが違います。",
}
LARGEST_OF_STRANGERS = 1_000_000
"""Bytes of a form without files. The longest page of a form for customers has less."""
View = TypeVar("View", bound=Callable[..., Any])


def allow(permission: Permission) -> Callable[[View], View]:
    """Only signed-in staff with *permission* reach this view."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anybody reaches this view; it must find out for itself who is asking, if that matters."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def limit_strangers() -> None:
    """What nobody signed in may post is small: names without end take seconds to read. Before anything reads it."""
    if "staff_id" not in session and request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = LARGEST_OF_STRANGERS


def init_app(app: App) -> None:
    app.before_request(_check)
    app.jinja_env.globals["may"] = may


def may(permission: Permission) -> bool:
    return g.staff is not None and staff_engine.may(g.staff, permission)


def prove(email: str, password: str, *, field: str = "password") -> Staff:
    """The account *email*, if *password* is its password; an unknown account gets the same work and the same answer.

    Raises DomainError for *field* otherwise, and Throttled after too many attempts. Not inside a unit of work.
    """
    limits = {
        f"account:{email.lower()}": staff_engine.ACCOUNT_LIMIT,
        f"address:{request.remote_addr}": staff_engine.ADDRESS_LIMIT,
    }
    with runtime().database.unit() as session:
        staff_engine.count_attempt(session, limits, wall=g.wall, field=field)
    person = staff_engine.find(g.read, email)
    if not staff_engine.verify_password(person.password_hash if person else None, password) or person is None:
        raise DomainError(WRONG_PASSWORD[field], field)
    with runtime().database.unit() as session:
        staff_engine.forgive(session, limits)
    return person


def sign_in(person: Staff) -> None:
    """Start a new session for *person*; nothing of the old one survives."""
    session.clear()
    session["staff_id"] = person.id
    session["epoch"] = person.session_epoch
    session.permanent = True
    staff_engine.signed_in(person, wall=g.wall)


def sign_out() -> None:
    session.clear()


def is_public(endpoint: str) -> bool:
    return endpoint.split(".")[-1] == "static" or getattr(current_app.view_functions[endpoint], "is_public", False)


def permission_of(endpoint: str) -> Permission | None:
    return getattr(current_app.view_functions[endpoint], "permission", None)


def _check() -> Response | None:
    g.staff = None
    if request.endpoint == "static":
        return None
    g.staff = _signed_in()
    if request.endpoint is None or is_public(request.endpoint):
        return None  # without an endpoint there is no such page, and the 404 handler answers
    if g.staff is None:
        return _ask_to_sign_in()
    permission = permission_of(request.endpoint)
    if permission is None or not staff_engine.may(g.staff, permission):
        raise NotAllowed
    return None


def _signed_in() -> Staff | None:
    staff_id = session.get("staff_id")
    person = g.read.get(Staff, staff_id) if staff_id else None
    if person is None or not person.is_active or person.session_epoch != session.get("epoch"):
        return None
    return person


def _ask_to_sign_in() -> Response:
    if not staff_engine.anybody(g.read):
        return go(url_for("setup.new"))
    if wants_fragment():
        seen = urlsplit(request.headers.get("HX-Current-URL", ""))
        return go(url_for("sign_in.new", next=urlunsplit(("", "", seen.path, seen.query, "")) or None))
    if request.method == "GET":
        return redirect(url_for("sign_in.new", next=request.full_path.rstrip("?")), 303)
    flash("サインインの期限が切れました。もう一度サインインしてください。", "warning")
    return redirect(url_for("sign_in.new"), 303)
