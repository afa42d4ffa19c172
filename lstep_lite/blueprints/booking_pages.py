"""カレンダー: the pages customers book on, how they come to them, and what they are asked there."""

import io
from typing import Any

import segno
from flask import Blueprint, current_app, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import line, settings
from lstep_lite.engine.reservations.keeping import courses, entrances, pages, providers, questions
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.reservations.pages import BookingPageForm
from lstep_lite.models import BookingPage
from lstep_lite.web import go, render, runtime

bp = Blueprint("booking_pages", __name__, url_prefix="/reservations/pages")
bp.before_request(reservation_gate.begun)

PICTURES = {"png": "image/png", "svg": "image/svg+xml"}


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    return _editor(BookingPageForm())


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    form = _offered(BookingPageForm(request.form))
    page = form.keep(lambda: pages.create(g.session, form.draft(), now=g.now))
    if not page:
        return _editor(form, status=422)
    flash(f"カレンダー「{page.name}」を作りました。「公開する」を押すと、お客様が予約できます。", "success")
    return go(url_for(".show", page_id=page.id))


@bp.get("/<int:page_id>")
@allow(Permission.RESERVATIONS_SETUP)
def show(page_id: int) -> Response:
    return _page(pages.get(g.read, page_id))


@bp.get("/<int:page_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(page_id: int) -> Response:
    page = pages.get(g.read, page_id)
    return _editor(_offered(BookingPageForm.of(page)), page)


@bp.post("/<int:page_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(page_id: int) -> Response:
    page, form = pages.get(g.session, page_id), _offered(BookingPageForm(request.form))
    stored = _offered(BookingPageForm.of(page))
    if not form.keep_edit(lambda: pages.update(g.session, page, form.draft(), now=g.now), stored=stored):
        return _editor(form, page, status=422)
    flash(f"カレンダー「{page.name}」を保存しました。", "success")
    return go(url_for(".show", page_id=page.id))


@bp.post("/<int:page_id>/switch")
@allow(Permission.RESERVATIONS_SETUP)
def switch_create(page_id: int) -> Response:
    page, is_open = pages.get(g.session, page_id), request.form.get("is_on") == "yes"
    pages.switch(g.session, page, is_open, now=g.now)
    flash(
        "公開しました。お客様が予約できます。" if is_open else "公開を止めました。入っている予約はそのままです。",
        "success",
    )
    return _page(page, "page_state")


@bp.post("/<int:page_id>/auto-reply")
@allow(Permission.RESERVATIONS_SETUP)
def auto_reply_create(page_id: int) -> Response:
    """Whoever writes 「予約」 gets the buttons of this page."""
    entrances.begin(g.session, pages.get(g.session, page_id), now=g.now)
    flash("お客様がトークで「予約」と送ると、3つのボタンをお返しします。", "success")
    return go(url_for(".show", page_id=page_id))


@bp.post("/<int:page_id>/copy")
@allow(Permission.RESERVATIONS_SETUP)
def copy_create(page_id: int) -> Response:
    twin = questions.twin(g.session, pages.get(g.session, page_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだ公開していません。", "success")
    return go(url_for(".edit", page_id=twin.id))


@bp.post("/<int:page_id>/move")
@allow(Permission.RESERVATIONS_SETUP)
def move_create(page_id: int) -> Response:
    page = pages.get(g.session, page_id)
    pages.move(g.session, page, by=-1 if request.form.get("by") == "up" else 1)
    return _list("page_list")


@bp.post("/<int:page_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(page_id: int) -> Response:
    page = pages.get(g.session, page_id)
    name = page.name
    pages.remove(g.session, page, now=g.now)
    flash(f"カレンダー「{name}」を削除しました。入っている予約はそのままです。", "success")
    return go(url_for(".index"))


@bp.get("/<int:page_id>/qr/<kind>")
@allow(Permission.RESERVATIONS_SETUP)
def qr_show(page_id: int, kind: str) -> Response:
    """The QR code of its address, to be saved and printed."""
    if kind not in PICTURES:
        raise NotFound
    page, file = pages.get(g.read, page_id), io.BytesIO()
    segno.make(_link(page)).save(file, kind=kind, scale=12, border=4)
    answer = current_app.response_class(file.getvalue(), mimetype=PICTURES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="booking-{page.id}.{kind}"'
    return answer


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list(*regions: str) -> Response:
    every, ahead = pages.in_order(g.read), pages.ahead(g.read, now=g.now)
    then = url_for(".index") if regions else ""
    return render("booking_pages/index.html", *regions, then=then, pages=every, ahead=ahead)


def _page(page: BookingPage, *regions: str) -> Response:
    link = _link(page)
    return render(
        "booking_pages/show.html",
        *regions,
        then=url_for(".show", page_id=page.id) if regions else "",
        page=page,
        link=link,
        own_link=line.link_to(_channel(), "/liff/bookings/own", public_url=runtime().settings.public_url),
        qr=segno.make(link).svg_data_uri(scale=6, border=2),
        problems=pages.problems(g.read, page),
        ahead=pages.ahead(g.read, now=g.now).get(page.id, 0),
        is_connected=_is_connected(),
        reply=entrances.answering(g.read, now=g.now),
        phone=book.settings(g.read).phone,
        **_offer(),
    )


def _offer() -> dict[str, Any]:
    """What there is to begin with, for addresses that lead straight to it."""
    return {"courses": courses.in_order(g.read), "people": providers.in_order(g.read)}


def _channel() -> Any:
    return settings.channel(g.read)


def _is_connected() -> bool:
    channel = _channel()
    return channel is not None and channel.liff_id is not None


def _link(page: BookingPage) -> str:
    return line.link_to(_channel(), f"/liff/bookings/{page.code}", public_url=runtime().settings.public_url)


def _offered(form: BookingPageForm) -> BookingPageForm:
    return form.offer(courses.in_order(g.read), providers.in_order(g.read))


def _editor(form: BookingPageForm, page: BookingPage | None = None, status: int = 200) -> Response:
    return render("booking_pages/edit.html", "page_form", status=status, form=_offered(form), page=page)
