"""A customer's own coupons: what to show at the counter, and using one there."""

import secrets
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import pages, sessions
from lstep_lite.engine import coupons
from lstep_lite.engine.coupons import own
from lstep_lite.models import CouponTicket
from lstep_lite.web import render

bp = pages.blueprint("liff_coupons", __name__, "/liff/coupons")

LONGEST_TOKEN = 40


@bp.get("")
@public
@sessions.known_person
def index() -> Response:
    """What can be used first, then what can't any more."""
    held = [each for each in coupons.of_friend(g.read, sessions.require_friend(), now=g.now) if each.is_held]
    shown = sorted(held, key=lambda each: bool(each.refusal))
    cards = coupons.held_many(g.read, [each.ticket.id for each in shown], "")
    return render("liff/coupons/index.html", shown=shown, cards=cards)


@bp.get("/<code>")
@public
@sessions.known_person
def show(code: str) -> Response:
    ticket = own.get(g.read, sessions.require_friend(), code)
    return render("liff/coupons/show.html", **_card(ticket))


@bp.get("/<code>/use")
@public
@sessions.known_person
def use_new(code: str) -> Response:
    """「使いますか？」"""
    ticket = own.get(g.read, sessions.require_friend(), code)
    return render("liff/coupons/use_new.html", token=secrets.token_urlsafe(12), **_card(ticket))


@bp.post("/<code>/use")
@public
@sessions.known_person
def use_create(code: str) -> Response:
    sessions.count_submit()
    ticket = own.get(g.session, sessions.require_friend(), code)
    own.use(g.session, ticket, token=request.form.get("token", "")[:LONGEST_TOKEN], now=g.now)
    flash(f"「{ticket.coupon.title}」を使用しました。この画面をスタッフにお見せください。", "success")
    return redirect(url_for(".show", code=code), 303)


def _card(ticket: CouponTicket) -> dict[str, Any]:
    """The ticket as its friend is shown it; the pictures' addresses are our own."""
    shown = coupons.shown(g.read, [ticket], now=g.now)[0]
    return {"each": shown, "card": coupons.held_many(g.read, [ticket.id], "")[ticket.id]}
