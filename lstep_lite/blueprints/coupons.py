"""クーポン: the list, the editor with its preview, how one goes, and the coupons of one friend."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lstep_lite import panels
from lstep_lite.auth import allow, public
from lstep_lite.engine import actions, coupons, folders, friends, media, mentions
from lstep_lite.engine.coupons import CouponDraft, exporting, pictures, statistics
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.forms.coupons import HOMES, CouponForm, GiveForm, UseForm
from lstep_lite.models import CodeShape, Coupon, CouponHome, Friend, MediaKind
from lstep_lite.web import download, error_response, go, live, number, own_args, render, runtime, wants_fragment

bp = Blueprint("coupons", __name__, url_prefix="/coupons")

A_DAY = 24 * 60 * 60
MOST_PICTURES = 200
"""Without JavaScript one chooses among the newest of them."""


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> AnyResponse:
    shelf = folders.overview(g.read, coupons.FEATURE, request.args.get("folder", type=number))
    text = request.args.get("q", "").strip()[:100]
    page = coupons.page(g.read, folder_id=shelf.folder_id, text=text, number=request.args.get("page", 1, type=number))
    return render("coupons/index.html", "coupon_list", shelf=shelf, page=page, text=text)


@bp.get("/new")
@allow(Permission.MESSAGES_EDIT)
def new() -> AnyResponse:
    return _editor(CouponForm(data={"folder_id": request.args.get("folder", 0, type=number), "uses_each": 1}))


@bp.post("")
@allow(Permission.MESSAGES_EDIT)
def create() -> AnyResponse:
    form = _posted()
    coupon = form.keep(lambda: _create(form))
    if not coupon:
        return _editor(form, status=422)
    flash(f"クーポン「{coupon.name}」を作りました。「配布を始める」を押すと、受け取れるようになります。", "success")
    return go(url_for(".show", coupon_id=coupon.id))


@bp.get("/<int:coupon_id>")
@allow(Permission.MESSAGES_EDIT)
def show(coupon_id: int) -> AnyResponse:
    coupon = coupons.get(g.read, coupon_id)
    return render("coupons/show.html", "ticket_list", **_numbers(coupon), **_tickets(coupon))


@bp.get("/<int:coupon_id>/state")
@allow(Permission.MESSAGES_EDIT)
def state_show(coupon_id: int) -> AnyResponse:
    return live("coupons/show.html", "coupon_state", **_state(coupons.get(g.read, coupon_id)))


@bp.get("/<int:coupon_id>/edit")
@allow(Permission.MESSAGES_EDIT)
def edit(coupon_id: int) -> AnyResponse:
    coupon = coupons.get(g.read, coupon_id)
    return _editor(_stored(coupon), coupon)


@bp.post("/<int:coupon_id>")
@allow(Permission.MESSAGES_EDIT)
def update(coupon_id: int) -> AnyResponse:
    coupon, form = coupons.get(g.session, coupon_id), _posted()
    if not form.keep_edit(lambda: _update(coupon, form), stored=_stored(coupon)):
        return _editor(form, coupon, status=422)
    flash(f"クーポン「{coupon.name}」を保存しました", "success")
    return go(url_for(".show", coupon_id=coupon.id))


@bp.post("/preview")
@allow(Permission.MESSAGES_EDIT)
def preview_create() -> AnyResponse:
    """How it would look; nothing is kept."""
    form = _posted()
    return render("coupons/edit.html", "coupon_preview", objects=_objects(form.draft(g.zone)), **_parts(form))


@bp.post("/<int:coupon_id>/opening")
@allow(Permission.MESSAGES_EDIT)
def opening_create(coupon_id: int) -> AnyResponse:
    coupon = coupons.get(g.session, coupon_id)
    coupons.open_(g.session, coupon, now=g.now, wall=g.wall)
    at_line = coupon.home is CouponHome.LINE
    flash("LINE公式アカウントに登録しています。" if at_line else "配布を始めました。", "success")
    return go(url_for(".show", coupon_id=coupon.id))


@bp.post("/<int:coupon_id>/closing")
@allow(Permission.MESSAGES_EDIT)
def closing_create(coupon_id: int) -> AnyResponse:
    coupon = coupons.get(g.session, coupon_id)
    coupons.close(g.session, coupon, now=g.now, wall=g.wall)
    flash("配布を終了しました。", "success")
    return go(url_for(".show", coupon_id=coupon.id))


@bp.post("/<int:coupon_id>/copy")
@allow(Permission.MESSAGES_EDIT)
def copy_create(coupon_id: int) -> AnyResponse:
    twin = coupons.copy(g.session, coupons.get(g.session, coupon_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだ配布していません。", "success")
    return go(url_for(".edit", coupon_id=twin.id))


@bp.post("/<int:coupon_id>/delete")
@allow(Permission.MESSAGES_EDIT)
def destroy(coupon_id: int) -> AnyResponse:
    coupon = coupons.get(g.session, coupon_id)
    coupons.delete(g.session, coupon)
    flash(f"クーポン「{coupon.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:coupon_id>/exports")
@allow(Permission.FRIENDS_EXPORT)
def export_create(coupon_id: int) -> AnyResponse:
    """The tickets as a file, read while it is being fetched."""
    coupon = coupons.get(g.session, coupon_id)
    exporting.begin(g.session, coupon, staff_id=g.staff.id, now=g.now)
    pieces = exporting.lines(runtime().database, coupon.id, zone=g.zone, now=g.now)
    return download(pieces, f"クーポン_{coupon.name}_{g.now.astimezone(g.zone):%Y%m%d_%H%M}.csv")


@bp.app_template_filter()
def until(moment: datetime) -> str:
    """An end as people say it: one at midnight is the day before."""
    return coupons.end_in_words(moment, g.zone)


# Codes, as pictures that LINE fetches ---------------------------------------------------------------------------------


@bp.get("/tickets/<code>/picture")
@public
def picture_show(code: str) -> Response:
    """The address holds a random code and the picture no name."""
    ticket = coupons.find_ticket(g.read, code)
    return _picture(coupons.code_of(ticket) if ticket else "", ticket.coupon if ticket else None)


@bp.get("/codes/<code>/picture")
@public
def code_picture_show(code: str) -> Response:
    """The code that all customers share, for a coupon that LINE keeps."""
    coupon = coupons.find(g.read, code)
    return _picture(coupon.common_code if coupon else "", coupon)


def _picture(text: str, coupon: Coupon | None) -> Response:
    if coupon is None or not text or coupon.code_shape is CodeShape.TEXT:
        raise NotFound
    response = Response(pictures.png(text, coupon.code_shape), mimetype="image/png")
    cache = response.cache_control
    cache.public, cache.max_age = True, A_DAY
    return response


# At the counter -------------------------------------------------------------------------------------------------------


@bp.get("/counter")
@allow(Permission.FRIENDS_EDIT)
def counter_show() -> AnyResponse:
    """Find a ticket by the number a customer reads out."""
    typed = request.args.get("number", "").strip()[:40]
    found, problem = None, ""
    try:
        found = coupons.find_number(g.read, typed) if typed else None
    except DomainError as error:
        problem = error.message
    shown = coupons.shown(g.read, [found], now=g.now)[0] if found else None
    return render("coupons/counter.html", typed=typed, problem=problem, shown=shown, use_form=_use_form())


@bp.post("/tickets/<int:ticket_id>/uses")
@allow(Permission.FRIENDS_EDIT)
def use_create(ticket_id: int) -> AnyResponse:
    form, ticket = UseForm(request.form), coupons.get_ticket(g.session, ticket_id)
    token = form.token.data or ""
    if form.validate() and coupons.redeem(g.session, ticket, token=token, staff_id=g.staff.id, now=g.now):
        flash(f"「{ticket.coupon.name}」を使用済みにしました", "success")
    return _after_use(ticket.friend)


@bp.post("/uses/<int:use_id>/undo")
@allow(Permission.FRIENDS_EDIT)
def use_destroy(use_id: int) -> AnyResponse:
    used = coupons.get_use(g.session, use_id)
    coupons.undo(g.session, used, staff_id=g.staff.id, now=g.now)
    flash("使用を取り消しました", "success")
    return _after_use(coupons.get_ticket(g.session, used.ticket_id).friend)


@bp.post("/friends/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def friend_create(friend_id: int) -> AnyResponse:
    """Give one by hand."""
    form, friend = GiveForm(request.form), friends.get(g.session, friend_id)
    if not form.coupon_id.data:
        return error_response(422, "渡すクーポンを選んでください。")
    coupon = coupons.get(g.session, form.coupon_id.data)
    unsent = coupons.hand_over(g.session, coupon, friend, staff_id=g.staff.id, now=g.now)
    flash(f"「{coupon.name}」を渡しました。{unsent or 'お客様にも送ります。'}", "info" if unsent else "success")
    return _beside(friend)


@panels.panel("coupons/_friend.html", order=45, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    shown = coupons.of_friend(g.read, friend, now=g.now)
    held = {each.ticket.coupon_id for each in shown if each.is_held}
    return {
        "shown": shown,
        "givable": [coupon for coupon in coupons.open_now(g.read, now=g.now) if coupon.id not in held],
        "use_form": _use_form(),
    }


def _use_form() -> UseForm:
    return UseForm(data={"token": secrets.token_urlsafe(12)})


def _after_use(friend: Friend) -> AnyResponse:
    """Back to the counter for the next customer, or to the friend."""
    if request.form.get("from") == "counter":
        return go(url_for(".counter_show"))
    return _beside(friend)


def _beside(friend: Friend) -> AnyResponse:
    then = url_for("friends.show", friend_id=friend.id)
    return render("coupons/_friend.html", "friend_coupons", then=then, friend=friend, **friend_panel(friend))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _posted() -> CouponForm:
    return CouponForm(request.form).offer(_folders(), _pictures())


def _stored(coupon: Coupon) -> CouponForm:
    sets = {place: actions.draft(actions.at(g.read, place, coupon.id), place) for place in coupons.PLACES}
    return CouponForm.of(coupon, sets, g.zone).offer(_folders(), _pictures())


def _folders() -> Sequence[Any]:
    return folders.of_feature(g.read, coupons.FEATURE)


def _pictures() -> dict[int, str]:
    page = media.page(g.read, kind=MediaKind.IMAGE, size=MOST_PICTURES)
    return {row.id: row.name for row in page.files}


def _create(form: CouponForm) -> Coupon:
    coupon = coupons.create(g.session, form.draft(g.zone), now=g.now)
    coupons.keep_actions(g.session, coupon, form.sets(g.session), now=g.now)
    return coupon


def _update(coupon: Coupon, form: CouponForm) -> None:
    coupons.update(g.session, coupon, form.draft(g.zone), now=g.now)
    coupons.keep_actions(g.session, coupon, form.sets(g.session), now=g.now)


def _editor(form: CouponForm, coupon: Coupon | None = None, status: int = 200) -> AnyResponse:
    form.offer(_folders(), _pictures())
    regions = ("coupon_form", "coupon_preview") if wants_fragment() else ()
    return render(
        "coupons/edit.html",
        *regions,
        status=status,
        objects=_objects(form.draft(g.zone)),
        **_parts(form, coupon),
    )


def _parts(form: CouponForm, coupon: Coupon | None = None) -> dict[str, Any]:
    places = mentions.places(g.read, coupons.FEATURE, coupon.id) if coupon else []
    is_fixed = coupon is not None and coupon.id in coupons.line_coupons(g.read, [coupon.id])
    return {"form": form, "coupon": coupon, "places": places, "is_fixed": is_fixed}


def _objects(draft: CouponDraft) -> list[dict[str, Any]]:
    """The card, and the ticket as a customer would have it."""
    public_url = runtime().settings.public_url
    found = media.public(g.read, {draft.media_id} if draft.media_id else set(), public_url)
    picture = found[draft.media_id].url if draft.media_id in found else ""
    return coupons.preview(replace(draft, title=draft.title or "お客様に見せる名前"), picture, g.zone, now=g.now)


def _state(coupon: Coupon) -> dict[str, Any]:
    return {"coupon": coupon, "at_line": coupons.line_coupons(g.read, [coupon.id]).get(coupon.id), "homes": HOMES}


def _numbers(coupon: Coupon) -> dict[str, Any]:
    return {
        **_state(coupon),
        "count": coupons.counts(g.read, [coupon.id]).get(coupon.id, coupons.Count()),
        "days": statistics.days(g.read, coupon, now=g.now),
        "places": mentions.places(g.read, coupons.FEATURE, coupon.id),
    }


def _tickets(coupon: Coupon) -> dict[str, Any]:
    text, state = request.args.get("q", "").strip()[:100], request.args.get("state", "")
    at = request.args.get("page", 1, type=number)
    page = statistics.page(g.read, coupon, now=g.now, text=text, state=state, number=at)
    states = {ticket.id: statistics.state_of(ticket, g.now) for ticket in page.tickets}
    kept = own_args("q", "state")
    return {"page": page, "states": states, "labels": statistics.STATES, "text": text, "state": state, "kept": kept}
