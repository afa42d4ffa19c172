"""Another time for a booking, and cancelling it."""

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import confirmations, sessions
from lstep_lite.blueprints.liff.bookings.asking import day_of, own_bp, required_start
from lstep_lite.blueprints.liff.bookings.own import about, found, is_old
from lstep_lite.engine.reservations import Refused
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.customer import own, week_view
from lstep_lite.engine.reservations.transitions import changing, ending, states
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.web import number, render

LONGEST_REASON = 100


@own_bp.get("/<code>/starts")
@public
@sessions.known_person
def start_index(code: str) -> Response:
    """日時を変更する: the same week, with the time they have now."""
    booked = found(code)
    shown = about(booked)
    if is_old(booked.reservation) or shown["choices"].change is not None:
        return redirect(url_for(".show", code=code, v=request.args.get("v")), 303)
    if booked.reservation.slot_id is not None:
        return redirect(url_for(".slot_index", code=code, v=request.args.get("v")), 303)
    return _week(booked, shown)


def _week(booked: own.Booked, shown: dict[str, Any]) -> Response:
    code = booked.reservation.code
    looking = own.looking(g.read, booked.reservation)
    week = week_view.week(g.read, looking, day_of("week"), now=g.now)
    return render(
        "liff/bookings/week.html",
        **shown,
        week=week,
        plan=looking.plan,
        current=booked,
        to=url_for(".change_new", code=code, v=booked.reservation.version),
        here=url_for(".start_index", code=code, v=booked.reservation.version),
        calendar=url_for(".day_index", code=code, v=booked.reservation.version),
        back=url_for(".show", code=code),
        wait="",
    )


@own_bp.get("/<code>/days")
@public
@sessions.known_person
def day_index(code: str) -> Response:
    booked = found(code)
    version = booked.reservation.version
    month = week_view.month(g.read, own.looking(g.read, booked.reservation), day_of("month"), now=g.now)
    here, to = url_for(".day_index", code=code, v=version), url_for(".start_index", code=code, v=version)
    return render("liff/bookings/month.html", **about(booked), month=month, here=here, to=to)


@own_bp.get("/<code>/changes/new")
@public
@sessions.known_person
def change_new(code: str) -> Response:
    """「変更前 → 変更後」"""
    booked, chosen = found(code), required_start()
    if is_old(booked.reservation):
        return redirect(url_for(".show", code=code, v=request.args.get("v")), 303)
    try:
        own.check_change(g.read, booked.reservation, chosen, now=g.now)
    except Refused as refusal:
        return changed_to(code, refusal)
    return changed_to(code, None)


def changed_to(code: str, problem: Refused | None) -> Response:
    booked, chosen = found(code), required_start()
    version = booked.reservation.version
    nearest = [
        (days.in_words(each.day, each.minute),
         url_for(".change_new", code=code, v=version, day=each.day.isoformat(), minute=each.minute))
        for each in (problem.alternatives if problem else ())
    ]  # fmt: skip
    return render(
        "liff/bookings/own/change.html",
        status=problem.status if problem else 200,
        **about(booked),
        problem=problem,
        others=nearest,
        after=own.span_in_words(g.read, booked.reservation, chosen),
        key=confirmations.new_key(),
        action=url_for(".change_create", code=code, day=chosen.day.isoformat(), minute=chosen.minute),
        instead=url_for(".change_new", code=code, v=version, day=chosen.day.isoformat(), minute=chosen.minute),
    )


@own_bp.post("/<code>/changes")
@public
@sessions.known_person
def change_create(code: str) -> Response:
    sessions.count_submit()
    reservation = states.by_code(g.session, code, friend=sessions.require_friend())
    chosen = required_start()
    try:
        changing.change(
            g.session,
            reservation,
            Change(chosen.day, chosen.minute),
            version=version(),
            now=g.now,
            key=confirmations.key(),
        )
    except Refused as refusal:
        g.finish(commit=False)
        return changed_to(code, refusal)
    return redirect(url_for(".show", code=code, done="change", v=reservation.version), 303)


@own_bp.get("/<code>/cancellation")
@public
@sessions.known_person
def cancellation_new(code: str) -> Response:
    """「キャンセルします。よろしいですか？」"""
    booked = found(code)
    shown = about(booked)
    if is_old(booked.reservation) or shown["choices"].cancel is not None:
        return redirect(url_for(".show", code=code, v=request.args.get("v")), 303)
    return render(
        "liff/bookings/own/cancel.html", **shown, problem=None, reasons=own.REASONS, key=confirmations.new_key()
    )


@own_bp.post("/<code>/cancellations")
@public
@sessions.known_person
def cancellation_create(code: str) -> Response:
    sessions.count_submit()
    reservation = states.by_code(g.session, code, friend=sessions.require_friend())
    reason = request.form.get("reason", "")[:LONGEST_REASON]
    ending.cancel(g.session, reservation, version=version(), reason=reason, now=g.now, key=confirmations.key())
    return redirect(url_for(".show", code=code, done="cancel", v=reservation.version), 303)


def version() -> int | None:
    return request.form.get("version", type=number)
