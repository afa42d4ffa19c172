"""ホーム: how the account is doing, what waits, what to set up next; and the page to print for new friends."""

from dataclasses import dataclass

import segno
from flask import Blueprint, flash, g, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lstep_lite import jobs
from lstep_lite.auth import allow, may
from lstep_lite.engine import batches, broadcasts, deliveries, home, marks, segments, settings
from lstep_lite.engine.home import Numbers
from lstep_lite.engine.reservations.desk import today
from lstep_lite.engine.reservations.desk.today import Today
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.deliveries import SOURCE_LABELS
from lstep_lite.models import Channel, Mark
from lstep_lite.web import render, runtime

bp = Blueprint("home", __name__)


@dataclass(frozen=True)
class Todo:
    is_done: bool
    label: str
    text: str
    endpoint: str


@bp.get("/")
@allow(Permission.USE)
def index() -> Response:
    return _page()


@bp.get("/friend-link")
@allow(Permission.USE)
def show() -> Response:
    channel = settings.channel(g.read)
    if channel is None or channel.basic_id is None:
        raise NotFound("LINE公式アカウントにつなぐと、友だち追加のQRコードを表示できます。")
    link = home.friend_link(channel.basic_id)
    return render("home/show.html", channel=channel, link=link, qr=_qr(link), is_demo=runtime().settings.is_demo)


@bp.post("/friend-link/confirmation")
@allow(Permission.USE)
def confirmation_create() -> Response:
    home.confirm_link_shown(g.session, now=g.now)
    flash("「友だち追加リンクをお客様に見せる」を完了にしました", "success")
    return _page("todos", then=url_for(".index"))


def _page(*regions: str, then: str = "") -> Response:
    channel, numbers = settings.channel(g.read), home.numbers(g.read, now=g.now)
    link = home.friend_link(channel.basic_id) if channel and channel.basic_id else ""
    week, month = home.week(g.read, zone=g.zone, now=g.now), deliveries.this_month(g.read, now=g.now)
    return render(
        "home/index.html",
        *regions,
        then=then,
        channel=channel,
        numbers=numbers,
        todos=_todos(channel, numbers),
        week=week,
        change=sum(day.gained - day.lost for day in week),
        link=link,
        qr=_qr(link) if link else "",
        upcoming=broadcasts.upcoming(g.read, now=g.now) if may(Permission.BROADCASTS_SEND) else [],
        groups=deliveries.left_over(g.read, now=g.now) if may(Permission.LOGS_VIEW) else [],
        left=deliveries.left(g.read, month, now=g.now),
        sources=SOURCE_LABELS,
        month=month,
        running={batch: batches.progress(batch, now=g.now) for batch in batches.running(g.read)},
        forecast=deliveries.forecast(g.read, month, now=g.now),
        marks=marks.in_order(g.read),
        mark_counts=marks.friend_counts(g.read),
        friends_url=_friends_url,
        today=_today(numbers),
        worker_is_alive=jobs.worker_problem(g.read, wall=g.wall) is None,
    )


def _today(numbers: Numbers) -> Today | None:
    shows = numbers.takes_bookings and may(Permission.RESERVATIONS_VIEW)
    return today.load(g.read, now=g.now) if shows else None


def _friends_url(mark: Mark) -> str:
    return url_for("friends.index", **segments.query(marks.carriers(mark)))


def _todos(channel: Channel | None, numbers: Numbers) -> list[Todo]:
    return [
        Todo(
            channel is not None and channel.connected_at is not None,
            "LINE公式アカウントをつなぐ",
            "4つの値を貼り付けると、あとは自動で設定します。",
            "settings.index",
        ),
        Todo(
            numbers.has_greeting,
            "あいさつを用意する",
            "友だちになってくれた方へ、最初に届くメッセージです。",
            "greetings.index",
        ),
        Todo(
            numbers.has_auto_reply,
            "自動応答を用意する",
            "「営業時間」など、よくある質問に自動で答えます。",
            "auto_replies.index",
        ),
        Todo(
            numbers.has_menu,
            "リッチメニューを公開する",
            "トークの下に出る、画像のメニューです。業種ごとの見本から作れます。",
            "rich_menus.index",
        ),
        Todo(
            numbers.has_booking_page,
            "予約を受け付ける",
            "業種を選んで進むと、10分ほどで、お客様がLINEから予約できるようになります。",
            "reservation_setup.show",
        ),
        Todo(
            numbers.has_colleague,
            "スタッフを招待する",
            "一緒に返信する人に、自分用のサインインを渡します。",
            "staff.index",
        ),
        Todo(
            numbers.has_shown_link,
            "友だち追加リンクをお客様に見せる",
            "レジや鏡の横に貼るQRコードを印刷できます。",
            "home.show" if channel and channel.basic_id else "settings.index",
        ),
    ]


def _qr(link: str) -> Markup:
    """The link as an inline picture without a size of its own; the style sheet gives it one."""
    svg = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=4, dark="#000", light="#fff")
    return Markup(svg)  # noqa: S704 - drawn here from our own address
