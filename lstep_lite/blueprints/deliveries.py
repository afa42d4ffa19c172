"""送信ログ: everything that was, is being or will be sent, why, and what LINE said."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import deliveries, friends, settings, timeline
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.deliveries import SOURCE_LABELS, DeliverySearchForm
from lstep_lite.models import Delivery, Verdict
from lstep_lite.web import live, number, own_args, render, runtime

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@bp.get("")
@allow(Permission.LOGS_VIEW)
def index() -> Response:
    form, friend_id = DeliverySearchForm(request.args), request.args.get("friend", type=number)
    form.offer(deliveries.sources(g.read))
    found = deliveries.log(g.read, form.filters(friend_id), before=request.args.get("before", type=number))
    return render(
        "deliveries/index.html",
        "delivery_list",
        month=deliveries.this_month(g.read, now=g.now),
        form=form,
        found=found,
        friend=friends.get(g.read, friend_id) if friend_id else None,
        channel=settings.channel(g.read),
        previews=deliveries.previews(g.read, found.rows, now=g.now),
        **_leftovers(),
        **_place_in_list(),
    )


@bp.get("/leftovers")
@allow(Permission.LOGS_VIEW)
def leftovers_show() -> Response:
    return live("deliveries/index.html", "leftovers", **_leftovers())


@bp.post("/leftovers/<kind>/<any(send, drop):verdict>")
@allow(Permission.LOGS_VIEW)
def leftovers_create(kind: str, verdict: str) -> Response:
    key = request.form.get("key", "")
    deliveries.decide(g.session, kind, key, Verdict(verdict), staff_id=g.staff.id, now=g.now)
    flash("順に送ります。" if verdict == Verdict.SEND else "送らないことにしました。", "success")
    return render("deliveries/index.html", "leftovers", then=url_for(".index"), **_leftovers())


def _leftovers() -> dict[str, Any]:
    return {
        "groups": deliveries.left_over(g.read, now=g.now),
        "left": deliveries.left(g.read, deliveries.this_month(g.read, now=g.now), now=g.now),
        "sources": SOURCE_LABELS,
    }


@bp.get("/<int:delivery_id>")
@allow(Permission.LOGS_VIEW)
def show(delivery_id: int) -> Response:
    return _page(deliveries.get(g.read, delivery_id))


@bp.post("/<int:delivery_id>/retry")
@allow(Permission.LOGS_VIEW)
def retry_create(delivery_id: int) -> Response:
    delivery = deliveries.get(g.session, delivery_id)
    again = deliveries.retry(
        g.session, delivery, staff_id=g.staff.id, now=g.now, even_if_unknown="even_if_unknown" in request.form
    )
    flash("もう一度送ります。結果はこの画面で確認できます。", "success")
    return _page(again, "delivery")


@bp.post("/<int:delivery_id>/cancel")
@allow(Permission.LOGS_VIEW)
def cancel_create(delivery_id: int) -> Response:
    delivery = deliveries.get(g.session, delivery_id)
    deliveries.cancel(g.session, delivery, now=g.now)
    flash("送信を取り消しました", "success")
    return _page(delivery, "delivery")


def _page(delivery: Delivery, *regions: str) -> Response:
    then = url_for(".show", delivery_id=delivery.id) if request.method == "POST" else ""
    return render(
        "deliveries/show.html",
        *regions,
        then=then,
        delivery=delivery,
        sources=SOURCE_LABELS,
        steps=timeline.why(g.read, delivery),
        channel=settings.channel(g.read),
        **_objects(delivery),
    )


def _objects(delivery: Delivery) -> dict[str, Any]:
    public_url = runtime().settings.public_url
    try:
        return {"objects": deliveries.objects(g.read, delivery, public_url=public_url, now=g.now), "problem": ""}
    except DomainError as error:
        return {"objects": [], "problem": error.message}


def _place_in_list() -> dict[str, Any]:
    """The filters of this address without the place, for links to the newest and to older ones."""
    return {
        "kept": own_args("state", "source", "cost", "name", "friend"),
        "is_first_page": "before" not in request.args,
    }
