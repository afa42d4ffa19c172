"""キャンセル待ち for courses: which days and times would suit, and waiting no more."""

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.bookings.asking import Asking, address, asking, bp, day_of, looks, own_bp
from lstep_lite.engine.reservations import Refused, waiting
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.engine.reservations.waiting import wishes
from lstep_lite.web import render

JOINED = "キャンセル待ちに登録しました。空きが出たらLINEでお知らせします。"


@bp.get("/<code>/waits/new")
@public
@sessions.known_friend
def wait_new(code: str) -> Response:
    """Only friends can be told."""
    return form(asking(g.read, code), None)


def form(here: Asking, problem: Refused | None) -> Response:
    looking = here.looking()
    today = g.now.astimezone(g.zone).date()
    first = max(day_of("first") or today, today)
    return render(
        "liff/bookings/wait_new.html",
        status=200 if problem is None else 422,
        **looks(here.page),
        plan=looking.plan,
        problem=problem,
        others=[],
        spans=wishes.SPANS,
        today=today,
        first=request.form.get("first") or first.isoformat(),
        last=request.form.get("last") or (first + wishes.USUAL).isoformat(),
        chosen=request.form.getlist("weekday") if request.method == "POST" else list("0123456"),
        action=address("wait_create", here.page.code, day=None, minute=None),
        instead=address("wait_new", here.page.code, day=None, minute=None),
        back=address("start_index", here.page.code, day=None, minute=None),
    )


@bp.post("/<code>/waits")
@public
@sessions.known_friend
def wait_create(code: str) -> Response:
    sessions.count_submit()
    here = asking(g.session, code)
    try:
        waiting.join_courses(g.session, here.friend, wished(here), page=here.page, now=g.now)
    except Refused as refusal:
        g.finish(commit=False)
        return form(asking(g.session, code), refusal)
    flash(JOINED, "success")
    return redirect(url_for("liff_own_bookings.index"), 303)


def wished(here: Asking) -> waiting.Wish:
    """Raises Refused for days that are none."""
    first, last = days.parse_day(request.form.get("first", "")), days.parse_day(request.form.get("last", ""))
    if first is None or last is None:
        raise refusals.bad_time("お待ちになる期間を入力してください。")
    weekdays = sorted({int(each) for each in request.form.getlist("weekday") if each in tuple("0123456")})
    return wishes.wish(here.looking(), first, last, weekdays, request.form.get("span", ""))


@own_bp.post("/waits/<code>/withdrawal")
@public
@sessions.known_person
def wait_destroy(code: str) -> Response:
    entry = waiting.by_code(g.session, code, friend=sessions.require_friend())
    waiting.withdraw(g.session, entry, now=g.now)
    flash("キャンセル待ちを取り消しました。", "success")
    return redirect(url_for(".index"), 303)
