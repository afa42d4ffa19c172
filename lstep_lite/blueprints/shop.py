"""お店の設定: who the shop is, and the choices that are its own."""

from flask import Blueprint, flash, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import settings
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.shop import DeadReplyForm, ShopForm
from lstep_lite.models import Shop
from lstep_lite.web import go, render

bp = Blueprint("shop", __name__, url_prefix="/shop")


@bp.get("")
@allow(Permission.SETTINGS_EDIT)
def edit() -> Response:
    shop = _shop(g.read)
    return render("shop/edit.html", form=ShopForm(obj=shop), reply_form=DeadReplyForm(obj=shop))


@bp.post("")
@allow(Permission.SETTINGS_EDIT)
def update() -> Response:
    form, shop = ShopForm(request.form), _shop(g.session)
    if form.keep_edit(lambda: settings.update_shop(shop, form.draft()), stored=ShopForm(obj=shop)):
        flash("保存しました", "success")
        return go(url_for(".edit"))
    return render("shop/edit.html", "shop_form", status=422, form=form, reply_form=DeadReplyForm(obj=shop))


@bp.post("/dead-reply")
@allow(Permission.SETTINGS_EDIT)
def dead_reply_update() -> Response:
    form, shop = DeadReplyForm(request.form), _shop(g.session)
    is_kept = form.keep_edit(lambda: settings.choose_dead_reply(shop, form.choice()), stored=DeadReplyForm(obj=shop))
    if is_kept:
        flash("保存しました", "success")
    return render(
        "shop/edit.html",
        "dead_reply",
        status=200 if is_kept else 422,
        then=url_for(".edit"),
        form=ShopForm(obj=shop),
        reply_form=DeadReplyForm(obj=shop) if is_kept else form,
    )


def _shop(session: Session) -> Shop:
    shop = settings.shop(session)
    if shop is None:
        raise NotFound
    return shop
