"""参加者: who comes to a slot, the door, and what staff do for them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import booking_desk
from lstep_lite.auth import allow
from lstep_lite.engine import friends, segments
from lstep_lite.engine.reservations import WORDS, By, Code, Refused, Transition, by_staff, events, get, waiting
from lstep_lite.engine.reservations.desk import acting
from lstep_lite.engine.reservations.events import exporting, listing, participants, slots
from lstep_lite.engine.reservations.events.exporting import Taken
from lstep_lite.engine.reservations.transitions import ending, event_booking, slot_changing, visiting
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.forms.reservations.event_participants import TICKET, WAYS, EndForm, ParticipantForm, SlotForm
from lstep_lite.models import BookedBy, Encoding, EventSlot, Friend, Reservation, ReservationState
from lstep_lite.web import download, go, number, render, runtime

bp = Blueprint("event_participants", __name__, url_prefix="/reservations/participants")

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_LINE = "LINEで知らせられません。お電話でお伝えください。"


@bp.get("/slots/<int:slot_id>")
@allow(Permission.RESERVATIONS_VIEW)
def index(slot_id: int) -> Response:
    return _list(slots.get(g.read, slot_id), "participant_list")


@bp.get("/slots/<int:slot_id>/new")
@allow(Permission.RESERVATIONS_EDIT)
def new(slot_id: int) -> Response:
    """By phone or at the counter: somebody the shop knows, or a new customer."""
    return _editor(ParticipantForm(), slots.get(g.read, slot_id))


@bp.post("/slots/<int:slot_id>")
@allow(Permission.RESERVATIONS_EDIT)
def create(slot_id: int) -> Response:
    slot, form = slots.get(g.session, slot_id), ParticipantForm(request.form)
    try:
        made = form.keep(lambda: _create(slot, form))
    except Refused as refusal:
        return _refused(form, slot_id, refusal)
    if not made:
        return _editor(form, slot, status=422)
    told = "" if made.friend.can_receive else NO_LINE
    flash(f"{made.friend.desk_name}様を登録しました（{made.number}）。{told}", "success")
    return go(url_for(".index", slot_id=slot.id))


def _create(slot: EventSlot, form: ParticipantForm) -> Reservation:
    return event_booking.write_down(
        g.session,
        _friend(form),
        form.order(slot, listing.tickets_of(slot)),
        by=_by(form.tells.data),
        booked_by=BookedBy(form.booked_by.data if form.booked_by.data in WAYS else BookedBy.PHONE),
        force=form.force.data,
        now=g.now,
    )


def _friend(form: ParticipantForm) -> Friend:
    if form.friend_id.data:
        return friends.get(g.session, form.friend_id.data)
    return friends.add_without_line(g.session, form.person(), now=g.now)


def _refused(form: ParticipantForm, slot_id: int, refusal: Refused) -> Response:
    g.finish(commit=False)
    return _editor(form, slots.get(g.read, slot_id), problem=refusal, status=refusal.status)


# What becomes of one ------------------------------------------------------------------------------------------------


@bp.post("/<int:reservation_id>/approval")
@allow(Permission.RESERVATIONS_EDIT)
def approval_create(reservation_id: int) -> Response:
    return _done(reservation_id, lambda row: ending.approve(g.session, row, by=_by(), now=g.now), "承認しました。")


@bp.post("/<int:reservation_id>/check-in")
@allow(Permission.RESERVATIONS_EDIT)
def check_in_create(reservation_id: int) -> Response:
    return _done(reservation_id, lambda row: visiting.check_in(g.session, row, by=_by(), now=g.now), "受付しました。")


@bp.post("/<int:reservation_id>/no-show")
@allow(Permission.RESERVATIONS_EDIT)
def no_show_create(reservation_id: int) -> Response:
    return _done(
        reservation_id, lambda row: visiting.no_show(g.session, row, by=_by(), now=g.now), "不参加にしました。"
    )


@bp.post("/<int:reservation_id>/reopening")
@allow(Permission.RESERVATIONS_EDIT)
def reopening_create(reservation_id: int) -> Response:
    """Take back what was marked."""
    confirmed = ReservationState.CONFIRMED
    return _done(
        reservation_id,
        lambda row: visiting.correct(g.session, row, confirmed, by=_by(), now=g.now),
        "予約を元に戻しました。",
    )


@bp.get("/<int:reservation_id>/cancellation")
@allow(Permission.RESERVATIONS_EDIT)
def cancellation_new(reservation_id: int) -> Response:
    """キャンセル, or お断り of what was asked for."""
    row = get(g.read, reservation_id)
    slot = slots.get(g.read, row.slot_id or 0)
    return render("event_participants/cancel.html", form=EndForm(), row=row, slot=slot, **_names(slot))


@bp.post("/<int:reservation_id>/cancellation")
@allow(Permission.RESERVATIONS_EDIT)
def cancellation_create(reservation_id: int) -> Response:
    form = EndForm(request.form)
    return _done(
        reservation_id, lambda row: _end(row, form), "キャンセルしました。空いた席は、お待ちの方にご案内します。"
    )


def _end(row: Reservation, form: EndForm) -> None:
    by, reason = _by(form.tells.data), (form.reason.data or "")[:200]
    if row.state is ReservationState.REQUESTED:
        ending.decline(g.session, row, by=by, now=g.now, reason=reason)
        return
    is_theirs = form.for_customer.data
    ending.cancel_by_staff(g.session, row, by=by, now=g.now, reason=reason, for_customer=is_theirs)


@bp.get("/<int:reservation_id>/slot")
@allow(Permission.RESERVATIONS_EDIT)
def slot_edit(reservation_id: int) -> Response:
    """別の回に移す."""
    row = get(g.read, reservation_id)
    return _slots(row, SlotForm())


@bp.post("/<int:reservation_id>/slot")
@allow(Permission.RESERVATIONS_EDIT)
def slot_update(reservation_id: int) -> Response:
    form, row = SlotForm(request.form), get(g.session, reservation_id)
    old_slot_id = row.slot_id
    try:
        _move(row, form)
    except Refused as refusal:
        return _not_moved(reservation_id, form, refusal)
    flash("別の回に移しました。" + booking_desk.said(row, "changed", is_told=form.is_told), "success")
    return go(url_for(".index", slot_id=old_slot_id))


def _move(row: Reservation, form: SlotForm) -> None:
    by, slot_id = _by(form.is_told), form.slot_id.data or 0
    slot_changing.move(g.session, row, slot_id, by=by, now=g.now, version=form.version, force=form.is_forced)


def _not_moved(reservation_id: int, form: SlotForm, refusal: Refused) -> Response:
    g.finish(commit=False)
    if refusal.code is Code.VERSION_CONFLICT and booking_desk.was_done(
        reservation_id, Transition.CHANGED, form.version
    ):
        flash(booking_desk.AGAIN, "info")
        return go(url_for(".index", slot_id=get(g.read, reservation_id).slot_id))
    return _slots(get(g.read, reservation_id), form, problem=refusal)


@bp.post("/waits/<int:entry_id>/withdrawal")
@allow(Permission.RESERVATIONS_EDIT)
def wait_destroy(entry_id: int) -> Response:
    entry = waiting.get(g.session, entry_id)
    waiting.withdraw(g.session, entry, by=_by(tells=False), now=g.now)
    flash("キャンセル待ちを取り消しました。", "success")
    return go(url_for(".index", slot_id=entry.slot_id))


# The door ------------------------------------------------------------------------------------------------------------


@bp.get("/check-in")
@allow(Permission.RESERVATIONS_VIEW)
def check_in_index() -> Response:
    """By the number a customer says."""
    return _door(request.args.get("number", "").strip()[:40])


@bp.get("/check-in/<code>")
@allow(Permission.RESERVATIONS_VIEW)
def check_in_show(code: str) -> Response:
    """Where the QR code on a customer's phone leads; looking changes nothing."""
    return _door(code)


def _door(typed: str) -> Response:
    found, problem = None, ""
    try:
        found = participants.find(g.read, typed) if typed else None
    except DomainError as error:
        problem = error.message
    slot = slots.get(g.read, found.slot_id) if found and found.slot_id else None
    return render(
        "event_participants/check_in.html",
        typed=typed,
        found=found,
        problem=problem,
        slot=slot,
        what=participants.what,
        words=participants.WORDS,
        **(_names(slot) if slot else {}),
    )


@bp.post("/slots/<int:slot_id>/exports")
@allow(Permission.FRIENDS_EXPORT)
def export_create(slot_id: int) -> Response:
    """The participants as a file."""
    slot, kind = slots.get(g.session, slot_id), request.form.get("kind", "csv")
    encoding = Encoding.CP932 if kind == "sjis" else Encoding.UTF8
    exporting.begin(g.session, slot, staff_id=g.staff.id, now=g.now, encoding=encoding)
    taken, name = Taken(slot.id, g.zone), f"参加者_{slot.business_date:%Y%m%d}"
    if kind == "xlsx":
        return download([exporting.workbook(runtime().database, taken)], f"{name}.xlsx", EXCEL)
    return download(exporting.lines(runtime().database, taken, encoding), f"{name}.csv")


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _by(tells: bool = True) -> By:
    return by_staff(g.staff.id, tells=tells)


def _done(reservation_id: int, do: Callable[[Reservation], Any], words: str) -> Response:
    row = get(g.session, reservation_id)
    if row.slot_id is None:
        raise NotFound
    do(row)
    flash(words, "success")
    slot = slots.get(g.session, row.slot_id)
    if request.form.get("from") == "door":
        return go(url_for(".check_in_show", code=row.code))
    return _list(slot, "participant_list", then=url_for(".index", slot_id=slot.id))


def _list(slot: EventSlot, *regions: str, then: str = "") -> Response:
    show, text = request.args.get("show", "coming"), request.args.get("q", "").strip()[:100]
    at = request.args.get("page", 1, type=number)
    return render(
        "event_participants/index.html",
        *regions,
        then=then,
        slot=slot,
        page=participants.page(g.read, slot, show=show, text=text, number=at),
        show=show if show in participants.FILTERS else "coming",
        text=text,
        filters=participants.FILTERS,
        words=participants.WORDS,
        what=participants.what,
        waits=waiting.of_slot(g.read, slot),
        write_to_all=url_for("broadcasts.new", **segments.query(participants.audience(slot, now=g.now))),
        wait_words=waiting.WORDS,
        now=g.now,
        ways=WAYS | {"line": "LINE", "automation": "自動"},
        **_names(slot),
    )


def _slots(row: Reservation, form: SlotForm, *, problem: Refused | None = None) -> Response:
    slot = slots.get(g.read, row.slot_id or 0)
    return render(
        "event_participants/slot.html",
        status=problem.status if problem else 200,
        form=form.for_version(row).offer(participants.places_to_move(g.read, slot, now=g.now)),
        row=row,
        slot=slot,
        what=participants.what,
        told=booking_desk.promise(row, "changed"),
        problem=problem,
        **_names(slot),
    )


def _names(slot: EventSlot) -> dict[str, Any]:
    is_early = acting.is_early(slot.starts_at, now=g.now)
    return {"event": events.get(g.read, slot.event_id), "when": listing.when(g.read, slot), "is_early": is_early}


def _editor(form: ParticipantForm, slot: EventSlot, *, problem: Refused | None = None, status: int = 200) -> Response:
    text = (request.values.get("q") or "").strip()[:100]
    found = participants.candidates(g.read, text) if text else []
    taken = event_booking.taken(g.read, [slot])[slot.id]
    return render(
        "event_participants/new.html",
        status=status,
        form=form,
        slot=slot,
        tickets=listing.tickets_of(slot),
        ticket_name=TICKET,
        text=text,
        found=found,
        left=slots.left(slot, taken),
        problem=problem,
        words=WORDS,
        **_names(slot),
    )
