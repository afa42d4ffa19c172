"""The slots of an event: one by one, in a series, moved and called off."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine.reservations import events
from lstep_lite.engine.reservations.events import listing, slot_files, slots
from lstep_lite.engine.reservations.events.slots import Notice
from lstep_lite.engine.reservations.keeping import tables
from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.event_slots import CancelSlotForm, SlotFileForm, SlotForm
from lstep_lite.models import Event, EventSlot
from lstep_lite.web import download, go, render

bp = Blueprint("event_slots", __name__, url_prefix="/reservations/events/<int:event_id>/slots")


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new(event_id: int) -> Response:
    """It begins as the latest one, a week on."""
    event = events.get(g.read, event_id)
    draft = slots.next_draft(g.read, event)
    return _editor(SlotForm.of(draft, g.zone) if draft else SlotForm(), event)


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create(event_id: int) -> Response:
    event, form = events.get(g.session, event_id), SlotForm(request.form)
    made = form.keep(lambda: _create(event, form))
    if not made:
        return _editor(form, event, status=form_status(form))
    flash(f"{len(made)}回分を追加しました。" if len(made) > 1 else "回を追加しました。", "success")
    return go(url_for("reservation_events.show", event_id=event.id))


def _create(event: Event, form: SlotForm) -> list[EventSlot]:
    draft = form.draft(g.zone)
    if not form.repeats.data:
        return [slots.create(g.session, event, draft, now=g.now)]
    every, count = int(form.every_days.data), form.count.data or 0
    return slots.create_series(g.session, event, draft, every_days=every, count=count, now=g.now)


@bp.get("/<int:slot_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(event_id: int, slot_id: int) -> Response:
    slot = slots.get(g.read, slot_id)
    return _editor(_stored(slot), events.get(g.read, slot.event_id), slot)


@bp.post("/<int:slot_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(event_id: int, slot_id: int) -> Response:
    slot, form = slots.get(g.session, slot_id), SlotForm(request.form)
    moved: list[bool] = []
    if not form.keep_edit(lambda: moved.append(_update(slot, form)), stored=_stored(slot)):
        return _editor(form, events.get(g.session, slot.event_id), slot, status=form_status(form))
    told = "予約したお客様にお知らせします。" if form.tells.data else "お客様へのお知らせは送りません。"
    flash(
        f"日時を変えました。入っている予約も新しい日時になります。{told}" if any(moved) else "回を保存しました。",
        "success",
    )
    return go(url_for("reservation_events.show", event_id=slot.event_id))


def _update(slot: EventSlot, form: SlotForm) -> bool:
    return slots.update(g.session, slot, form.draft(g.zone), form.notice(g.staff.id), now=g.now)


@bp.get("/<int:slot_id>/cancellation")
@allow(Permission.RESERVATIONS_SETUP)
def cancellation_new(event_id: int, slot_id: int) -> Response:
    """中止にする: whom it concerns."""
    return _cancel_page(CancelSlotForm(), slots.get(g.read, slot_id))


@bp.post("/<int:slot_id>/cancellation")
@allow(Permission.RESERVATIONS_SETUP)
def cancellation_create(event_id: int, slot_id: int) -> Response:
    slot, form = slots.get(g.session, slot_id), CancelSlotForm(request.form)
    if not form.keep(lambda: slots.cancel(g.session, slot, form.notice(g.staff.id), now=g.now)):
        return _cancel_page(form, slot, status=422)
    flash("中止にしました。入っている予約を順にキャンセルします。", "success")
    return go(url_for("reservation_events.show", event_id=slot.event_id))


@bp.post("/<int:slot_id>/finish")
@allow(Permission.RESERVATIONS_EDIT)
def finish_create(event_id: int, slot_id: int) -> Response:
    """この回を終える"""
    slot = slots.get(g.session, slot_id)
    slots.finish(g.session, slot, Notice(g.staff.id), now=g.now)
    flash("この回を終えました。受付した方を、順に「参加済み」にします。", "success")
    return go(url_for("event_participants.index", slot_id=slot.id))


@bp.post("/<int:slot_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(event_id: int, slot_id: int) -> Response:
    slot = slots.get(g.session, slot_id)
    slots.delete(g.session, slot)
    flash("回を削除しました。", "success")
    return go(url_for("reservation_events.show", event_id=event_id))


@bp.get("/files/new")
@allow(Permission.RESERVATIONS_SETUP)
def file_new(event_id: int) -> Response:
    """ファイルで追加: many at once from a spreadsheet."""
    return _file_page(SlotFileForm(), events.get(g.read, event_id))


@bp.post("/files")
@allow(Permission.RESERVATIONS_SETUP)
def file_create(event_id: int) -> Response:
    """Read one: all of it, or nothing."""
    event, form = events.get(g.session, event_id), SlotFileForm(request.form)
    content = uploaded.read(tables.LARGEST + 1) if (uploaded := request.files.get("file")) else b""
    count = form.keep(lambda: slot_files.take(g.session, event, content, now=g.now))
    if not count:
        return _file_page(form, event, status=422)
    flash(f"{count}回分を追加しました。", "success")
    return go(url_for("reservation_events.show", event_id=event.id))


@bp.post("/exports")
@allow(Permission.RESERVATIONS_SETUP)
def export_create(event_id: int) -> Response:
    event = events.get(g.read, event_id)
    return download(list(slot_files.lines(g.read, event, now=g.now)), f"{event.name}_回.csv")


# What the pages are drawn from ---------------------------------------------------------------------------------------


def form_status(form: SlotForm) -> int:
    """A button that only adds a row is no mistake."""
    return 200 if form.is_rearranged else 422


def _stored(slot: EventSlot) -> SlotForm:
    return SlotForm.of(slots.draft_of(slot), g.zone)


def _editor(form: SlotForm, event: Event, slot: EventSlot | None = None, status: int = 200) -> Response:
    taken = event_booking.taken(g.read, [slot])[slot.id] if slot else 0
    return render("event_slots/edit.html", "slot_form", status=status, form=form, event=event, slot=slot, taken=taken)


def _cancel_page(form: CancelSlotForm, slot: EventSlot, status: int = 200) -> Response:
    return render(
        "event_slots/cancel.html",
        status=status,
        form=form,
        slot=slot,
        event=events.get(g.read, slot.event_id),
        when=listing.when(g.read, slot),
        taken=event_booking.taken(g.read, [slot])[slot.id],
    )


def _file_page(form: SlotFileForm, event: Event, status: int = 200) -> Response:
    return render("event_slots/file.html", status=status, form=form, event=event, most=slot_files.MOST_ROWS)
