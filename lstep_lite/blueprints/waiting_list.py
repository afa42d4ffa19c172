"""キャンセル待ち: everybody who waits, offers by hand, and writing somebody down who phones."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import Refused, by_staff, waiting
from lstep_lite.engine.reservations.availability.days import in_words, parse_day
from lstep_lite.engine.reservations.desk import callers, waits
from lstep_lite.engine.reservations.desk.waits import Show
from lstep_lite.engine.reservations.keeping import courses, providers
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.waiting_list import WaitForm
from lstep_lite.models import Reservation, WaitEntry
from lstep_lite.web import go, number, render

bp = Blueprint("waiting_list", __name__, url_prefix="/reservations/waiting")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index() -> Response:
    return _list(g.read)


@bp.get("/new")
@allow(Permission.RESERVATIONS_EDIT)
def new() -> Response:
    return _editor(WaitForm(request.args))


@bp.post("")
@allow(Permission.RESERVATIONS_EDIT)
def create() -> Response:
    form = _offered(WaitForm(request.form), g.session)
    by = by_staff(g.staff.id)
    try:
        made = form.keep(lambda: waits.add(g.session, form.caller(), form.draft(), by=by, now=g.now))
    except Refused as refusal:
        g.finish(commit=False)
        return _editor(form, problem=refusal, status=refusal.status)
    if not made:
        g.finish(commit=False)
        return _editor(form, status=422)
    flash(f"{made.friend.desk_name}様をキャンセル待ちに登録しました。", "success")
    return go(url_for(".index"))


# Offers --------------------------------------------------------------------------------------------------------------


@bp.get("/<int:entry_id>/offers/new")
@allow(Permission.RESERVATIONS_EDIT)
def offer_new(entry_id: int) -> Response:
    """What could be kept for one who waits, before anything is."""
    return _offer(entry_id)


@bp.post("/<int:entry_id>/offers")
@allow(Permission.RESERVATIONS_EDIT)
def offer_create(entry_id: int) -> Response:
    entry, day = waiting.get(g.session, entry_id), parse_day(request.form.get("day", ""))
    try:
        held = waits.offer(g.session, entry, day, now=g.now)
    except Refused as refusal:
        g.finish(commit=False)
        return _offer(entry_id, refusal)
    told = "LINEでご案内しました。" if callers.can_be_told(entry.friend) else "お電話でご案内してください。"
    flash(f"{_when(held)}をお取りしました。{told}", "success")
    return go(url_for(".index"))


@bp.post("/<int:entry_id>/acceptance")
@allow(Permission.RESERVATIONS_EDIT)
def acceptance_create(entry_id: int) -> Response:
    """The customer said yes on the phone."""
    return _done(entry_id, lambda entry: _accepted(entry))


@bp.post("/<int:entry_id>/withdrawal")
@allow(Permission.RESERVATIONS_EDIT)
def destroy(entry_id: int) -> Response:
    return _done(entry_id, lambda entry: _withdrawn(entry))


def _accepted(entry: WaitEntry) -> str:
    made = waits.accept(g.session, entry, by=by_staff(g.staff.id), now=g.now)
    return f"{entry.friend.desk_name}様 {_when(made)}の予約を確定しました（{made.number}）。"


def _withdrawn(entry: WaitEntry) -> str:
    waiting.withdraw(g.session, entry, by=by_staff(g.staff.id, tells=False), now=g.now)
    return f"{entry.friend.desk_name}様のキャンセル待ちを取り消しました。"


def _done(entry_id: int, do: Callable[[WaitEntry], str]) -> Response:
    flash(do(waiting.get(g.session, entry_id)), "success")
    return _list(g.session, "waiting_list", then=url_for(".index"))


def _when(row: Reservation) -> str:
    return in_words(row.business_date, row.start_minute)


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list(session: Session, *regions: str, then: str = "") -> Response:
    asked, text = request.args.get("show", ""), request.args.get("q", "").strip()[:100]
    show = Show(asked) if asked in list(Show) else Show.OPEN
    return render(
        "waiting_list/index.html",
        *regions,
        then=then,
        page=waits.page(session, show, text=text, number=request.args.get("page", 1, type=number), now=g.now),
        counts=waits.counts(session, now=g.now),
        show=show,
        shows=waits.WORDS,
        text=text,
        words=waits.STATES,
    )


def _offer(entry_id: int, problem: Refused | None = None) -> Response:
    entry = waiting.get(g.read, entry_id)
    days: list[Any] = []
    try:
        days = waits.free_days(g.read, entry, now=g.now)
    except Refused as refusal:
        problem = problem or refusal
    return render(
        "waiting_list/offer.html",
        status=200 if problem is None else problem.status,
        row=waits.row_of(g.read, entry),
        entry=entry,
        days=days,
        left=waits.left(g.read, entry),
        problem=problem,
    )


def _editor(form: WaitForm, *, problem: Refused | None = None, status: int = 200) -> Response:
    text = (request.values.get("q") or "").strip()[:100]
    _offered(form, g.read).propose(g.now.astimezone(g.zone).date())
    known = callers.one(g.read, form.friend_id.data or 0)
    found = callers.search(g.read, text) if text else []
    return render(
        "waiting_list/new.html",
        status=status,
        form=form,
        text=text,
        found=[*found, *([known] if known and known.friend.id not in [each.friend.id for each in found] else [])],
        problem=problem,
    )


def _offered(form: WaitForm, session: Any) -> WaitForm:
    return form.offer(waits.slots(session, now=g.now), courses.in_order(session), providers.in_order(session))
