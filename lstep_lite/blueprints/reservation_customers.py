"""予約のお客様: the list, one customer's history, and how they may book online."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels, reservation_gate
from lstep_lite.auth import allow, may
from lstep_lite.engine import friends
from lstep_lite.engine.reservations.clientele import doubles, history, listing, standing
from lstep_lite.engine.reservations.clientele.standing import ONLINE
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.clientele import ONLY, ORDERS, CustomerSearchForm, StandingForm
from lstep_lite.models import Friend
from lstep_lite.web import number, render

bp = Blueprint("reservation_customers", __name__, url_prefix="/reservations/customers")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index() -> Response:
    form = CustomerSearchForm(request.args)
    filters = form.filters()
    return render(
        "reservation_customers/index.html",
        "customer_list",
        form=form,
        filters=filters,
        page=listing.page(g.read, filters, now=g.now),
        orders=ORDERS,
        only=ONLY,
        online=ONLINE,
        today=g.now.astimezone(g.zone).date(),
        list_args={"q": filters.text or None, "order": filters.order.value},
    )


@bp.get("/<int:friend_id>")
@allow(Permission.RESERVATIONS_VIEW)
def show(friend_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    return _page(friend, StandingForm.of(history.customer(g.read, friend)))


@bp.post("/<int:friend_id>")
@allow(Permission.RESERVATIONS_EDIT)
def update(friend_id: int) -> Response:
    form, friend = StandingForm(request.form), friends.get(g.session, friend_id)
    stored = StandingForm.of(history.customer(g.session, friend))
    if not form.keep_edit(lambda: _update(friend, form), stored=stored):
        return _page(friend, form, status=422)
    flash("保存しました", "success")
    return _page(friend, StandingForm.of(history.customer(g.session, friend)))


@panels.panel("reservation_customers/_friend.html", order=16, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    if not may(Permission.RESERVATIONS_VIEW):
        return {"summary": None}
    return {"summary": history.summary(g.read, friend, now=g.now), "online": ONLINE}


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _update(friend: Friend, form: StandingForm) -> None:
    standing.update(g.session, friend, form.draft(), staff_id=g.staff.id, now=g.now)


def _page(friend: Friend, form: StandingForm, status: int = 200) -> Response:
    return render(
        "reservation_customers/show.html",
        "customer_standing",
        status=status,
        then=url_for(".show", friend_id=friend.id) if request.method == "POST" else "",
        friend=friend,
        form=form,
        online=ONLINE,
        summary=history.summary(g.read, friend, now=g.now),
        page=history.page(g.read, friend, request.args.get("page", 1, type=number), now=g.now),
        doubles=doubles.of_friend(g.read, friend),
    )
