"""LINE接続: the four values, the steps and their outcomes, the state of the connection."""

from typing import Any

from flask import Blueprint, current_app, flash, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite import jobs
from lstep_lite.auth import allow
from lstep_lite.engine import deliveries, settings, workers
from lstep_lite.engine.settings import checks, credentials, followers
from lstep_lite.engine.settings.credentials import ConnectionDraft
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.settings import ConnectionForm
from lstep_lite.models import Channel
from lstep_lite.web import go, live, render, runtime

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
@allow(Permission.SETTINGS_EDIT)
def index() -> Response:
    if settings.channel(g.read) is None:
        return go(url_for(".edit"))
    return render("settings/index.html", **_context())


@bp.get("/followers")
@allow(Permission.SETTINGS_EDIT)
def followers_index() -> Response:
    return live("settings/index.html", "followers", channel=_channel(g.read))


@bp.get("/connection")
@allow(Permission.SETTINGS_EDIT)
def edit() -> Response:
    return _connection_page(ConnectionForm(obj=settings.channel(g.read)))


@bp.post("/connection")
@allow(Permission.SETTINGS_EDIT)
def update() -> Response:
    form = ConnectionForm(request.form)
    if form.keep(lambda: _connect(form.draft())):
        return go(url_for(".index"))
    return _connection_page(form, "connection_form", status=422)


@bp.post("/trial-connection")
@allow(Permission.SETTINGS_EDIT)
def trial_connection_create() -> Response:
    given = current_app.extensions.get("emulator_config")
    if given is None:
        raise NotFound
    _connect(
        ConnectionDraft(
            given.channel_id,
            given.channel_secret,
            given.login_channel_id,
            given.login_channel_secret,
            accepts_other_account=True,
        )
    )
    return go(url_for(".index"))


def _connect(draft: ConnectionDraft) -> None:
    """The steps run from the next page, so that the owner sees the values are kept."""
    credentials.save(g.session, draft, vault=runtime().vault, now=g.now)
    flash("4つの値を保存しました。続けて接続を確認します。", "success")


def _connection_page(form: ConnectionForm, *regions: str, status: int = 200) -> Response:
    channel = settings.channel(g.read)
    form.messaging_secret.flags.required = form.login_secret.flags.required = channel is None
    return render(
        "settings/edit.html",
        *regions,
        status=status,
        form=form,
        channel=channel,
        can_try="emulator_config" in current_app.extensions,
    )


@bp.post("/checks")
@allow(Permission.SETTINGS_EDIT)
def check_create() -> Response:
    parts = runtime()
    trial = checks.run(parts.database, parts.account, parts.vault, public_url=parts.settings.public_url)
    checks.record(g.session, trial, now=g.now, wall=g.wall)
    return render("settings/index.html", "checks", "status", "followers", then=url_for(".index"), **_context())


@bp.post("/confirmations/<name>")
@allow(Permission.SETTINGS_EDIT)
def confirmation_create(name: str) -> Response:
    checks.confirm(g.session, name, now=g.now)
    return render("settings/index.html", "confirmations", then=url_for(".index"), **_context())


@bp.post("/followers")
@allow(Permission.SETTINGS_EDIT)
def followers_create() -> Response:
    channel = _channel(g.session)
    followers.start(channel, wall=g.wall)
    return render("settings/index.html", "followers", then=url_for(".index"), channel=channel)


@bp.post("/resumption")
@allow(Permission.SETTINGS_EDIT)
def resumption_create() -> Response:
    settings.resume(_channel(g.session))
    flash("送信を再開しました", "success")
    return render("settings/index.html", "status", then=url_for(".index"), **_context())


def _context() -> dict[str, Any]:
    channel, beat = _channel(g.read), workers.last_beat(g.read)
    return {
        "channel": channel,
        "steps": checks.STEPS.values(),
        "confirmations": checks.CONFIRMATIONS,
        "outcomes": checks.outcomes(g.read),
        "forecast": deliveries.forecast(g.read, deliveries.this_month(g.read, now=g.now), now=g.now),
        "worker_silence": int((g.wall - beat).total_seconds()) if beat else None,
        "worker_is_alive": jobs.worker_problem(g.read, wall=g.wall) is None,
    }


def _channel(session: Session) -> Channel:
    channel = settings.channel(session)
    if channel is None:
        raise NotFound("LINE公式アカウントがまだつながっていません。先に4つの値を貼り付けてください。")
    return channel
