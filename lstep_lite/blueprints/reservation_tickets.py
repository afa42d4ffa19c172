"""お客様の回数券: the books of one customer, selling one, and a book's ledger."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import friends
from lstep_lite.engine.reservations.ticket_books import books, kinds
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.ticket_books import CorrectionForm, SellForm
from lstep_lite.models import Friend, TicketBook, TicketBookKind
from lstep_lite.web import render

bp = Blueprint("reservation_tickets", __name__, url_prefix="/reservations/customers/<int:friend_id>/tickets")

LONGEST_TOKEN = 40


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index(friend_id: int) -> Response:
    return _list(friends.get(g.read, friend_id), _fresh())


@bp.post("")
@allow(Permission.RESERVATIONS_EDIT)
def create(friend_id: int) -> Response:
    friend, form = friends.get(g.session, friend_id), SellForm(request.form)
    token = (form.token.data or "")[:LONGEST_TOKEN] or secrets.token_urlsafe(8)
    sold = form.keep(lambda: books.sell(g.session, friend, form.kind_id.data, token=token, **_by_hand()))
    if not sold:
        g.finish(commit=False)
        return _list(friends.get(g.read, friend_id), form, status=422)
    flash(f"「{sold.name}」を{sold.total}回分、登録しました", "success")
    return _list(friend, _fresh())


@bp.get("/<int:book_id>")
@allow(Permission.RESERVATIONS_VIEW)
def show(friend_id: int, book_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    book = books.get(g.read, friend, book_id)
    return _page(friend, book, CorrectionForm.of(book))


@bp.post("/<int:book_id>")
@allow(Permission.RESERVATIONS_EDIT)
def update(friend_id: int, book_id: int) -> Response:
    friend, form = friends.get(g.session, friend_id), CorrectionForm(request.form)
    book = books.get(g.session, friend, book_id)
    if not form.keep(lambda: books.correct(g.session, friend, book, form.draft(), **_by_hand())):
        return _page(friend, book, form, status=422)
    flash("回数券を直しました", "success")
    return _page(friend, book, CorrectionForm.of(book))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _by_hand() -> dict[str, Any]:
    return {"staff_id": g.staff.id, "now": g.now}


def _fresh() -> SellForm:
    return SellForm(data={"token": secrets.token_urlsafe(8)})


def _list(friend: Friend, form: SellForm, status: int = 200) -> Response:
    offered = kinds.in_order(g.read, sold_only=True)
    return render(
        "reservation_tickets/index.html",
        "ticket_list",
        status=status,
        then=url_for(".index", friend_id=friend.id) if request.method == "POST" else "",
        friend=friend,
        books=books.of_friend(g.read, friend),
        form=form.offer({each.id: _in_words(each) for each in offered}),
        today=_today(),
    )


def _in_words(kind: TicketBookKind) -> str:
    lasts = f"・{kind.valid_days}日間" if kind.valid_days else ""
    return f"{kind.name}（{kind.total}回・{kind.price:,}円{lasts}）"


def _page(friend: Friend, book: TicketBook, form: CorrectionForm, status: int = 200) -> Response:
    return render(
        "reservation_tickets/show.html",
        "ticket_book",
        status=status,
        then=url_for(".show", friend_id=friend.id, book_id=book.id) if request.method == "POST" else "",
        friend=friend,
        book=book,
        good_for=kinds.course_names(g.read, book.course_ids),
        lines=books.ledger(g.read, book),
        form=form,
        today=_today(),
    )


def _today() -> date:
    today: date = g.now.astimezone(g.zone).date()
    return today
