"""トーク: the inbox and the conversation with one friend, kept fresh while somebody looks."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import chat, deliveries, friends, media, settings
from lstep_lite.engine.media import StoredImage
from lstep_lite.engine.messages import senders, stickers
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.forms.chat import MARK_LABELS, MessageDraft, MessageForm, TalkSearchForm
from lstep_lite.forms.deliveries import STATE_LABELS
from lstep_lite.models import Delivery, Friend, TalkMark
from lstep_lite.web import live, number, own_args, render, runtime

bp = Blueprint("chat", __name__, url_prefix="/chat")

MOST_BUBBLES = 200


@bp.get("")
@allow(Permission.CHAT)
def index() -> Response:
    return render("chat/index.html", "talk_list", **_list())


@bp.get("/list")
@allow(Permission.CHAT)
def list_index() -> Response:
    return live("chat/index.html", "talk_list", **_list())


@bp.get("/unread")
@allow(Permission.CHAT)
def unread_show() -> Response:
    return live("chat/_unread.html", "unread_badge", unread_talks=chat.unread_total(g.read))


@bp.get("/<int:friend_id>")
@allow(Permission.CHAT)
def show(friend_id: int) -> Response:
    return _page(friends.get(g.read, friend_id), "conversation", "talk_list")


@bp.get("/<int:friend_id>/conversation")
@allow(Permission.CHAT)
def conversation_show(friend_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    return live("chat/show.html", "conversation", friend=friend, **_conversation(friend))


@bp.post("/<int:friend_id>/messages")
@allow(Permission.CHAT)
def message_create(friend_id: int) -> Response:
    form, upload = MessageForm(request.form).offer(senders.in_order(g.read)), request.files.get("image")
    try:
        if form.validate():
            stored = runtime().media.store_image(upload.read()) if upload else None
            return _send(friends.get(g.session, friend_id), form.draft(g.zone), stored, upload)
    except DomainError as error:
        _show_refusal(form, error)
    return _page(friends.get(g.read, friend_id), "composer", status=422, form=form)


def _send(friend: Friend, draft: MessageDraft, stored: StoredImage | None, upload: FileStorage | None) -> Response:
    name = upload.filename if upload else None
    media_id = media.add_image(g.session, stored, file_name=name, now=g.now).id if stored else None
    chat.send(
        g.session,
        friend,
        draft.blocks(media_id),
        staff_id=g.staff.id,
        form_token=draft.form_token,
        now=g.now,
        due_at=draft.due_at,
    )
    next_form = MessageForm(data={"sender_id": draft.sender_id or 0})
    return _page(friend, "composer", "conversation", "talk_list", form=next_form)


@bp.post("/<int:friend_id>/read")
@allow(Permission.CHAT)
def read_create(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    chat.mark_read(g.session, friend, seen_id=request.form.get("seen_id", 0, type=number))
    return Response(status=204)


@bp.post("/<int:friend_id>/mark")
@allow(Permission.CHAT)
def mark_update(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    try:
        mark = TalkMark(request.form.get("mark", ""))
    except ValueError:
        raise NotFound("その対応マークはありません。") from None
    chat.set_mark(g.session, friend, mark)
    return _page(friend, "talk_mark", "talk_list")


@bp.post("/<int:friend_id>/messages/<int:delivery_id>/retry")
@allow(Permission.CHAT)
def retry_create(friend_id: int, delivery_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    deliveries.retry(
        g.session,
        _delivery(friend, delivery_id),
        staff_id=g.staff.id,
        now=g.now,
        even_if_unknown="even_if_unknown" in request.form,
    )
    return _page(friend, "conversation")


@bp.post("/<int:friend_id>/messages/<int:delivery_id>/cancel")
@allow(Permission.CHAT)
def cancel_create(friend_id: int, delivery_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    deliveries.cancel(g.session, _delivery(friend, delivery_id), now=g.now)
    flash("送信を取り消しました", "success")
    return _page(friend, "conversation")


def _delivery(friend: Friend, delivery_id: int) -> Delivery:
    delivery = g.session.get(Delivery, delivery_id)
    if delivery is None or delivery.friend_id != friend.id:
        raise NotFound
    return delivery


def _show_refusal(form: MessageForm, error: DomainError) -> None:
    """Beside the field it names; what concerns the message as a whole stands under its text."""
    error.field = error.field if error.field in form else "text"
    form.refuse(error)


def _page(friend: Friend, *regions: str, status: int = 200, form: MessageForm | None = None) -> Response:
    then = url_for(".show", friend_id=friend.id) if request.method == "POST" else ""
    return render(
        "chat/show.html",
        *regions,
        status=status,
        then=then,
        friend=friend,
        form=(form or MessageForm()).offer(senders.in_order(g.read)),
        packages=stickers.PACKAGES,
        **_list(),
        **_conversation(friend),
    )


def _list() -> dict[str, Any]:
    form = TalkSearchForm(request.args)
    before = chat.Place.parse(request.args.get("talks_before", ""))
    page = chat.talks(g.read, form.filters(), before=before)
    return {
        "search": form,
        "page": page,
        "kept": own_args("q", "mark", "unread", "talks_before"),
        "is_first_page": before is None,
        "mark_labels": MARK_LABELS,
        "TalkMark": TalkMark,
    }


def _conversation(friend: Friend) -> dict[str, Any]:
    shown = min(max(request.args.get("shown", 50, type=number), 1), MOST_BUBBLES)
    before = chat.Position.parse(request.args.get("before", ""))
    found = chat.conversation(
        g.read, friend, public_url=runtime().settings.public_url, now=g.now, before=before, limit=shown
    )
    return {
        "conversation": found,
        "shown": shown,
        "before": before,
        "most_bubbles": MOST_BUBBLES,
        "state_labels": STATE_LABELS,
        "is_paused": settings.is_paused(g.read),
        "talk": chat.talk(g.read, friend),
        "is_free_now": chat.is_free_now(g.read, friend, now=g.now),
    }
