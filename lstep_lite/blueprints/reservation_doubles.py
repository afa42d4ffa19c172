"""同じお客様の統合: who may be recorded twice, both side by side, and making one of two."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine.reservations.clientele import doubles
from lstep_lite.engine.staff import Permission
from lstep_lite.web import go, number, render

bp = Blueprint("reservation_doubles", __name__, url_prefix="/reservations/customers/doubles")


@bp.get("")
@allow(Permission.FRIENDS_EDIT)
def index() -> Response:
    shown = max(request.args.get("page", 1, type=number), 1)
    groups, has_more = doubles.groups(g.read, number=shown)
    return render("reservation_doubles/index.html", groups=groups, has_more=has_more, number=shown)


@bp.get("/new")
@allow(Permission.FRIENDS_EDIT)
def new() -> Response:
    """Both records, and what becomes of them."""
    one, other = (request.args.get(name, 0, type=number) for name in ("one", "other"))
    return render("reservation_doubles/new.html", records=doubles.pair(g.read, one, other))


@bp.post("")
@allow(Permission.FRIENDS_EDIT)
def create() -> Response:
    kept, gone = (request.form.get(name, 0, type=number) for name in ("kept_id", "gone_id"))
    friend = doubles.merge(g.session, kept, gone, staff_id=g.staff.id, now=g.now)
    flash("1人のお客様に統合しました", "success")
    return go(url_for("friends.show", friend_id=friend.id))
