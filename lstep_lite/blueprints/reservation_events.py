"""イベント: the list, the editor, and one event with its slots."""

import io
from typing import Any

import segno
from flask import Blueprint, current_app, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import folders, line, media, mentions, settings
from lstep_lite.engine.reservations import events
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.events import listing, slots
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.reservations.events import LIMITS, WAITING, EventForm
from lstep_lite.models import Event, MediaKind
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("reservation_events", __name__, url_prefix="/reservations/events")
bp.before_request(reservation_gate.begun)

PICTURES = {"png": "image/png", "svg": "image/svg+xml"}
MOST_PICTURES = 200


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index() -> Response:
    shelf = folders.overview(g.read, events.FEATURE, request.args.get("folder", type=number))
    text, at = request.args.get("q", "").strip()[:100], request.args.get("page", 1, type=number)
    page = events.page(g.read, folder_id=shelf.folder_id, text=text, number=at, now=g.now)
    return render("reservation_events/index.html", "event_list", shelf=shelf, page=page, text=text)


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    return _editor(EventForm(data={"folder_id": request.args.get("folder", 0, type=number), "most_party": 1}))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    form = _offered(EventForm(request.form))
    event = form.keep(lambda: events.create(g.session, form.draft(), now=g.now))
    if not event:
        return _editor(form, status=422)
    flash(f"イベント「{event.name}」を作りました。続けて、開催する回を追加してください。", "success")
    return go(url_for("event_slots.new", event_id=event.id))


@bp.get("/<int:event_id>")
@allow(Permission.RESERVATIONS_VIEW)
def show(event_id: int) -> Response:
    return _page(events.get(g.read, event_id), "slot_list")


@bp.get("/<int:event_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(event_id: int) -> Response:
    event = events.get(g.read, event_id)
    return _editor(EventForm.of(event), event)


@bp.post("/<int:event_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(event_id: int) -> Response:
    event, form = events.get(g.session, event_id), _offered(EventForm(request.form))
    stored = _offered(EventForm.of(event))
    if not form.keep_edit(lambda: events.update(g.session, event, form.draft(), now=g.now), stored=stored):
        return _editor(form, event, status=422)
    flash(f"イベント「{event.name}」を保存しました。入っている予約はそのままです。", "success")
    return go(url_for(".show", event_id=event.id))


@bp.post("/<int:event_id>/switch")
@allow(Permission.RESERVATIONS_SETUP)
def switch_create(event_id: int) -> Response:
    event, is_open = events.get(g.session, event_id), request.form.get("is_on") == "yes"
    events.switch(event, is_open, now=g.now)
    flash(
        "公開しました。お客様が申し込めます。" if is_open else "停止しました。入っている予約はそのままです。", "success"
    )
    return _page(event, "event_state", "slot_list", then=url_for(".show", event_id=event.id))


@bp.post("/<int:event_id>/copy")
@allow(Permission.RESERVATIONS_SETUP)
def copy_create(event_id: int) -> Response:
    twin = events.copy(g.session, events.get(g.session, event_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだ公開していません。回は含まれません。", "success")
    return go(url_for(".edit", event_id=twin.id))


@bp.post("/<int:event_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(event_id: int) -> Response:
    event = events.get(g.session, event_id)
    name = event.name
    events.delete(g.session, event)
    flash(f"イベント「{name}」を削除しました。", "success")
    return go(url_for(".index"))


@bp.get("/<int:event_id>/qr/<kind>")
@allow(Permission.RESERVATIONS_VIEW)
def qr_show(event_id: int, kind: str) -> Response:
    """The QR code of its address, to be saved and printed."""
    if kind not in PICTURES:
        raise NotFound
    event, file = events.get(g.read, event_id), io.BytesIO()
    segno.make(_link(event)).save(file, kind=kind, scale=12, border=4)
    answer = current_app.response_class(file.getvalue(), mimetype=PICTURES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="event-{event.id}.{kind}"'
    return answer


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _page(event: Event, *regions: str, then: str = "") -> Response:
    is_past, at = request.args.get("show") == "past", request.args.get("page", 1, type=number)
    page = slots.page(g.read, event, is_past=is_past, number=at, now=g.now)
    link = _link(event)
    return render(
        "reservation_events/show.html",
        *regions,
        then=then,
        event=event,
        page=page,
        is_past=is_past,
        when=lambda slot: listing.when(g.read, slot),
        why_closed=lambda slot: listing.why_closed(g.read, event, slot, now=g.now),
        link=link,
        list_link=_link(None),
        qr=segno.make(link).svg_data_uri(scale=6, border=2),
        is_connected=_is_connected(),
        places=mentions.places(g.read, events.FEATURE, event.id),
        limits=LIMITS,
        waiting=WAITING,
        clock=days.full_clock,
    )


def _link(event: Event | None) -> str:
    path = f"/liff/events/{event.code}" if event else "/liff/events"
    return line.link_to(settings.channel(g.read), path, public_url=runtime().settings.public_url)


def _is_connected() -> bool:
    channel = settings.channel(g.read)
    return channel is not None and channel.liff_id is not None


def _offered(form: EventForm) -> EventForm:
    page = media.page(g.read, kind=MediaKind.IMAGE, size=MOST_PICTURES)
    return form.offer(folders.of_feature(g.read, events.FEATURE), {row.id: row.name for row in page.files})


def _editor(form: EventForm, event: Event | None = None, status: int = 200) -> Response:
    places: Any = mentions.places(g.read, events.FEATURE, event.id) if event else []
    return render(
        "reservation_events/edit.html", "event_form", status=status, form=_offered(form), event=event, places=places
    )
