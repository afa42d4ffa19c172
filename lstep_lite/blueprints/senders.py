"""送信者: names and pictures to send under, and how they look."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import media, mentions
from lstep_lite.engine.media import StoredImage
from lstep_lite.engine.messages import senders
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.senders import SenderForm
from lstep_lite.models import Sender
from lstep_lite.web import go, render, runtime

bp = Blueprint("senders", __name__, url_prefix="/senders")


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    rows, public_url = senders.in_order(g.read), runtime().settings.public_url
    looks = senders.load(g.read, [row.id for row in rows], public_url)
    return render("senders/index.html", senders=rows, looks=looks, used=mentions.counts(g.read, senders.FEATURE))


@bp.get("/new")
@allow(Permission.MESSAGES_EDIT)
def new() -> Response:
    return _editor(SenderForm())


@bp.post("")
@allow(Permission.MESSAGES_EDIT)
def create() -> Response:
    form, picture = SenderForm(request.form), _picture()
    if isinstance(picture, DomainError):
        return _editor(form, status=422, problem=picture.message)
    sender = form.keep(lambda: senders.create(g.session, form.draft(_kept(picture)), now=g.now))
    if not sender:
        return _editor(form, status=422)
    flash(f"送信者「{sender.name}」を作りました", "success")
    return go(url_for(".index"))


@bp.get("/<int:sender_id>/edit")
@allow(Permission.MESSAGES_EDIT)
def edit(sender_id: int) -> Response:
    sender = senders.get(g.read, sender_id)
    return _editor(SenderForm.of(sender), sender)


@bp.post("/<int:sender_id>")
@allow(Permission.MESSAGES_EDIT)
def update(sender_id: int) -> Response:
    form, picture = SenderForm(request.form), _picture()
    sender = senders.get(g.session, sender_id)
    if isinstance(picture, DomainError):
        return _editor(form, sender, status=422, problem=picture.message)
    if not form.keep_edit(lambda: _update(sender, form, picture), stored=SenderForm.of(sender)):
        return _editor(form, sender, status=422)
    flash(f"送信者「{sender.name}」を保存しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:sender_id>/delete")
@allow(Permission.MESSAGES_EDIT)
def destroy(sender_id: int) -> Response:
    sender = senders.get(g.session, sender_id)
    senders.delete(g.session, sender)
    flash(f"送信者「{sender.name}」を削除しました", "success")
    return go(url_for(".index"))


def _editor(form: SenderForm, sender: Sender | None = None, status: int = 200, problem: str = "") -> Response:
    looks = senders.load(g.read, [sender.id], runtime().settings.public_url) if sender else {}
    return render(
        "senders/edit.html",
        "sender_form",
        status=status,
        form=form,
        sender=sender,
        look=looks.get(sender.id) if sender else None,
        problem=problem,
        places=mentions.places(g.read, senders.FEATURE, sender.id) if sender else [],
    )


def _update(sender: Sender, form: SenderForm, picture: StoredImage | None) -> None:
    stays = None if form.drops_picture.data else sender.media_id
    senders.update(g.session, sender, form.draft(_kept(picture) or stays))


def _picture() -> StoredImage | DomainError | None:
    """The posted picture, cut square and stored, before any unit of work; why it can't be used; None without one."""
    upload = request.files.get("picture")
    if upload is None or not upload.filename:
        return None
    try:
        return runtime().media.store_square(upload.stream.read(media.UPLOAD_BYTES + 1), senders.ICON_SIDE)
    except DomainError as error:
        return error


def _kept(picture: StoredImage | None) -> Any:
    """The id of the picture's row."""
    return media.add_image(g.session, picture, now=g.now).id if picture else None
