"""When: a week of times, or a month of days."""

from flask import g
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.bookings.asking import address, asking, bp, day_of, looks
from lstep_lite.engine.reservations.customer import week_view
from lstep_lite.web import render


@bp.get("/<code>/starts")
@public
@sessions.known_person
def start_index(code: str) -> Response:
    here = asking(g.read, code)
    looking = here.looking()
    week = week_view.week(g.read, looking, day_of("week"), now=g.now)
    return render(
        "liff/bookings/week.html",
        **looks(here.page),
        week=week,
        plan=looking.plan,
        current=None,
        to=address("order_new", code, day=None, minute=None),
        here=address("start_index", code, day=None, minute=None),
        calendar=address("day_index", code, day=None, minute=None),
        back=address("provider_index", code, day=None, minute=None),
        wait=address("wait_new", code, day=None, minute=None, first=week.days[0].isoformat()),
    )


@bp.get("/<code>/days")
@public
@sessions.known_person
def day_index(code: str) -> Response:
    """カレンダーから選ぶ"""
    here = asking(g.read, code)
    month = week_view.month(g.read, here.looking(), day_of("month"), now=g.now)
    return render(
        "liff/bookings/month.html",
        **looks(here.page),
        month=month,
        here=address("day_index", code, day=None, minute=None),
        to=address("start_index", code, day=None, minute=None),
    )
