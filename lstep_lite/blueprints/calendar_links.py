"""Googleカレンダー: bookings are written there, and its busy times are not booked."""

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.line import new_secret
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.calendars import keeping, subjects
from lstep_lite.engine.reservations.calendars.google import CalendarAtGoogle, GoogleError
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.reservations.calendars import ClientForm, LinkForm
from lstep_lite.models import CalendarLink
from lstep_lite.web import go, render, runtime

bp = Blueprint("calendar_links", __name__, url_prefix="/reservations/calendars")
bp.before_request(reservation_gate.begun)

ATTEMPT = "google_attempt"
LASTS = timedelta(minutes=15)
TOO_LATE = "Googleの画面で時間がたったか、別の画面で始め直したようです。もう一度「Googleにつなぐ」を押してください。"
REFUSED = "Googleで許可されなかったため、つながりませんでした。もう一度「Googleにつなぐ」を押して、許可してください。"


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    return render("calendar_links/index.html", **_context())


# How Google knows us


@bp.get("/client")
@allow(Permission.RESERVATIONS_SETUP)
def client_edit() -> Response:
    return _client_page(ClientForm.of(keeping.client(g.read)))


@bp.post("/client")
@allow(Permission.RESERVATIONS_SETUP)
def client_update() -> Response:
    form = ClientForm(request.form)
    if not form.keep(lambda: keeping.save_client(g.session, form.draft(), vault=runtime().vault, now=g.now)):
        return _client_page(form, status=422)
    flash("保存しました。つなぐカレンダーの「Googleにつなぐ」を押してください。", "success")
    return go(url_for(".index"))


# Connecting


@bp.get("/connections/new")
@allow(Permission.RESERVATIONS_SETUP)
def connection_new() -> Response:
    """Off to Google. Nothing changes here but what this browser remembers."""
    whose = subjects.get(g.read, request.args.get("subject", ""))
    client = keeping.google_client(g.read, vault=runtime().vault)
    secrets = {"state": new_secret(), "verifier": new_secret()}
    session[ATTEMPT] = {**secrets, "subject": whose.key, "at": int(g.wall.timestamp())}
    return redirect(runtime().google.authorize_url(client, _callback(), **secrets), 303)


@bp.get("/callback")
@allow(Permission.RESERVATIONS_SETUP)
def callback_show() -> Response:
    """Back from Google: the connection is kept here, although it is a GET. The state in the session makes it safe."""
    attempt = session.pop(ATTEMPT, None)
    problem = TOO_LATE if not _is_own(attempt) else REFUSED if "error" in request.args else ""
    if problem:
        flash(problem, "warning")
        return go(url_for(".index"))
    try:
        link = _connect(attempt)
    except DomainError as error:
        flash(error.message, "danger")
        return go(url_for(".index"))
    return go(url_for(".edit", link_id=link.id))


def _is_own(attempt: dict[str, Any] | None) -> bool:
    """Whether this is the answer to what this browser asked for lately."""
    if attempt is None or g.wall.timestamp() - attempt["at"] > LASTS.total_seconds():
        return False
    return hmac.compare_digest(attempt["state"].encode(), request.args.get("state", "").encode())


def _connect(attempt: dict[str, Any]) -> CalendarLink:
    vault, code = runtime().vault, request.args.get("code", "")
    client = keeping.google_client(g.read, vault=vault)
    grant = runtime().google.exchange(client, code, _callback(), verifier=attempt["verifier"])
    return keeping.connect(g.session, attempt["subject"], grant, vault=vault, now=g.now, wall=g.wall)


def _callback() -> str:
    return f"{runtime().settings.public_url}{keeping.CALLBACK}"


# One calendar


@bp.get("/<int:link_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(link_id: int) -> Response:
    link = keeping.get(g.read, link_id)
    return _editor(link, LinkForm.of(link), *_offered(link))


@bp.post("/<int:link_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(link_id: int) -> Response:
    link, form = keeping.get(g.read, link_id), LinkForm(request.form)
    offered, problem = _offered(link)
    if not form.offer(offered).keep(lambda: _choose(link_id, form)):
        return _editor(link, form, offered, problem, status=422)
    flash("つながりました。これからの予約を書き込みます。数分お待ちください。", "success")
    return go(url_for(".index"))


@bp.post("/<int:link_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(link_id: int) -> Response:
    keeping.disconnect(g.session, keeping.get(g.session, link_id), by=by_staff(g.staff.id), now=g.now)
    flash("接続を解除しました。Googleに書き込んだ予定は、Googleカレンダーに残っています。", "success")
    return render("calendar_links/index.html", "link_list", "problem_list", then=url_for(".index"), **_context())


@bp.post("/<int:link_id>/retries")
@allow(Permission.RESERVATIONS_SETUP)
def retry_create(link_id: int) -> Response:
    keeping.try_again(g.session, keeping.get(g.session, link_id), wall=g.wall)
    flash("もう一度試します。少し待ってから、この画面を開き直してください。", "success")
    return render("calendar_links/index.html", "link_list", "problem_list", then=url_for(".index"), **_context())


def _choose(link_id: int, form: LinkForm) -> None:
    by = by_staff(g.staff.id)
    keeping.choose(g.session, keeping.get(g.session, link_id), form.draft(), by=by, now=g.now, wall=g.wall)


def _offered(link: CalendarLink) -> tuple[Sequence[CalendarAtGoogle], str]:
    """What Google offers, and why it does not. Nothing is open for writing yet."""
    key = keeping.key_of(g.read, link, vault=runtime().vault)
    try:
        return keeping.offered(runtime().google, key, wall=g.wall), ""
    except GoogleError as error:
        return [], error.message


def _editor(
    link: CalendarLink, form: LinkForm, offered: Sequence[CalendarAtGoogle], problem: str, status: int = 200
) -> Response:
    return render(
        "calendar_links/edit.html",
        "link_form",
        status=status,
        link=link,
        name=keeping.name_of(link),
        form=form.offer(offered),
        problem=problem,
    )


def _client_page(form: ClientForm, status: int = 200) -> Response:
    client = keeping.client(g.read)
    return render(
        "calendar_links/client.html", "client_form", status=status, form=form, client=client, callback=_callback()
    )


def _context() -> dict[str, Any]:
    return {
        "client": keeping.client(g.read),
        "shown": keeping.shown(g.read),
        "waiting": keeping.waiting(g.read),
        "problems": keeping.problems(g.read),
        "in_words": days.in_words,
        "is_demo": runtime().settings.is_demo,
    }
