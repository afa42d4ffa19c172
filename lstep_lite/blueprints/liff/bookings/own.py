"""Their own bookings: the list, one of them, and what comes right after booking."""

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.bookings.asking import OTHER_TIME, looks, own_bp
from lstep_lite.engine.reservations import Refused, effects
from lstep_lite.engine.reservations.customer import calendar_file, confirming, own
from lstep_lite.engine.reservations.ticket_books import books
from lstep_lite.engine.reservations.transitions import refusals, states
from lstep_lite.engine.reservations.waiting import wishes
from lstep_lite.engine.surveys import words
from lstep_lite.models import BookingPage, Reservation, ReservationState
from lstep_lite.web import number, render


@own_bp.get("")
@public
@sessions.known_person
def index() -> Response:
    """予約の確認"""
    friend = sessions.require_friend()
    return render(
        "liff/bookings/own/index.html",
        **looks(None),
        ahead=own.ahead(g.read, friend, now=g.now),
        past=own.past(g.read, friend, now=g.now),
        waits=wishes.of_friend(g.read, friend, now=g.now),
        tickets=books.valid(g.read, friend, g.now.astimezone(g.zone).date()),
    )


@own_bp.get("/<code>")
@public
@sessions.known_person
def show(code: str) -> Response:
    """One booking as it is now, also from a button that was made for an earlier version of it."""
    booked = found(code)
    if booked.reservation.state is ReservationState.HELD:
        return redirect(url_for("liff_offers.show", code=code), 303)
    problem = refusals.version_conflict(OLD) if is_old(booked.reservation) else None
    return render("liff/bookings/own/show.html", **about(booked), problem=problem)


@own_bp.get("/<code>/done")
@public
@sessions.known_person
def done_show(code: str) -> Response:
    """完了: what was booked, or asked for."""
    booked = found(code)
    page = page_of(booked.reservation)
    policy = states.policy_of(g.read, booked.reservation)
    return render(
        "liff/bookings/own/done.html",
        **about(booked),
        is_request=booked.reservation.state is ReservationState.REQUESTED,
        answer_within=confirming.answer_in_words(policy),
        thanks=words.filled(g.read, page.thanks_text, sessions.require_friend(), now=g.now) if page else "",
    )


@own_bp.get("/<code>/calendar")
@public
@sessions.known_person
def calendar_show(code: str) -> Response:
    """For the customer's own calendar."""
    reservation = found(code).reservation
    text = calendar_file.text(reservation, title=title(), place=own.place(g.read, reservation), now=g.now)
    headers = {"Content-Disposition": f'attachment; filename="{reservation.number}.ics"'}
    return Response(text, mimetype="text/calendar", headers=headers)


OLD = "このボタンは変更前のご予約のものです。最新の内容はこちらです。"


def found(code: str) -> own.Booked:
    return own.one(g.read, sessions.require_friend(), code, now=g.now)


def is_old(reservation: Reservation) -> bool:
    """Whether the button that led here was made for an earlier version."""
    return request.args.get("v", reservation.version, type=number) != reservation.version


def about(booked: own.Booked) -> dict[str, Any]:
    """What templates say of one booking."""
    reservation = booked.reservation
    place = own.place(g.read, reservation)
    return {
        **looks(page_of(reservation)),
        "booked": booked,
        "word": effects.word(g.read, reservation),
        "choices": own.choices(g.read, reservation, now=g.now),
        "google": calendar_file.google(reservation, title=title(), place=place),
        "place": place,
    }


def page_of(reservation: Reservation) -> BookingPage | None:
    return g.read.get(BookingPage, reservation.page_id) if reservation.page_id is not None else None


def title() -> str:
    return calendar_file.title(g.shop.name if g.shop else "")


@own_bp.errorhandler(Refused)
def refused(error: Refused) -> Response:
    """Why not, and the way to what is booked now."""
    g.finish(commit=False)
    code = (request.view_args or {}).get("code")
    ways = [("ご予約を確認する", url_for("liff_own_bookings.show", code=code) if code else url_for(".index"))]
    if code and error.code in OTHER_TIME:
        ways.insert(0, ("ほかの日時を選ぶ", url_for("liff_own_bookings.start_index", code=code)))
    return render("liff/bookings/refused.html", status=error.status, **looks(None), problem=error, ways=ways, others=[])
