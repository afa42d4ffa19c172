"""予約のお知らせ: what customers are told of their bookings, and how many messages that takes."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.messages.templates import SAMPLE_FRIEND
from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.effects import Message, samples, texts, wording
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.messages import MessageForm
from lstep_lite.web import go, render, runtime

bp = Blueprint("reservation_messages", __name__, url_prefix="/reservations/messages")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    messages, forecast = texts.every(g.read).values(), effects.forecast(g.read, now=g.now)
    return render("reservation_messages/index.html", groups=effects.GROUPS, messages=messages, forecast=forecast)


@bp.get("/<kind>")
@allow(Permission.RESERVATIONS_SETUP)
def edit(kind: str) -> Response:
    message = texts.get(g.read, kind)
    return _editor(message, MessageForm.of(message))


@bp.post("/<kind>")
@allow(Permission.RESERVATIONS_SETUP)
def update(kind: str) -> Response:
    message, form = texts.get(g.session, kind), MessageForm(request.form)
    if not form.keep_edit(lambda: texts.keep(g.session, kind, form.draft(), now=g.now), stored=MessageForm.of(message)):
        return _editor(message, form, status=422)
    flash(f"「{message.label}」のお知らせを保存しました。これから送る分に使います。", "success")
    return go(url_for(".index"))


@bp.post("/<kind>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(kind: str) -> Response:
    texts.reset(g.session, texts.get(g.read, kind).kind)
    flash("はじめの文章に戻しました。", "success")
    return go(url_for(".edit", kind=kind))


@bp.post("/<kind>/preview")
@allow(Permission.RESERVATIONS_SETUP)
def preview_create(kind: str) -> str:
    """How what was typed so far would look; nothing is kept."""
    message, form = texts.get(g.read, kind), MessageForm(request.form)
    return render_template("reservation_messages/_preview.html", objects=_shown(message, form))


def _shown(message: Message, form: MessageForm) -> list[dict[str, Any]]:
    """The message as LINE gets it; nothing while something is missing."""
    title, text = form.title.data or "", form.text.data or ""
    if not title or not text:
        return []
    house = wording.sample_house(g.read, runtime().settings.public_url)
    return [samples.message(message.kind, title, text, SAMPLE_FRIEND, house, now=g.now)]


def _editor(message: Message, form: MessageForm, status: int = 200) -> Response:
    words = placeholders.offered(g.read)
    is_own = message != effects.MESSAGES[message.kind]
    return render(
        "reservation_messages/edit.html",
        "message_form",
        status=status,
        message=message,
        form=form,
        objects=_shown(message, form),
        words=words,
        is_own=is_own,
    )
