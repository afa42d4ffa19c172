"""ボタンと選択肢: what was chosen in a message, by whom and when, and the page behind a tap that writes an e-mail."""

from collections.abc import Callable

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lstep_lite.auth import allow, public
from lstep_lite.engine import segments
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.taps import exporting, mailing, statistics
from lstep_lite.web import download, number, render, runtime

bp = Blueprint("taps", __name__, url_prefix="/taps")

PERIODS = {7: "7日間", 30: "30日間", 91: "13週間", 364: "52週間"}
USUAL = 30


@bp.get("/<kind>/<int:owner_id>")
@allow(Permission.MESSAGES_EDIT)
def show(kind: str, owner_id: int) -> AnyResponse:
    days = request.args.get("days", USUAL, type=number)
    report = statistics.report(g.read, kind, owner_id, days=days, zone=g.zone, now=g.now)
    periods = [(key, words, url_for(".show", kind=kind, owner_id=owner_id, days=key)) for key, words in PERIODS.items()]
    return render("taps/show.html", "answers", report=report, periods=periods, people=_people(report))


@bp.post("/<kind>/<int:owner_id>/exports")
@allow(Permission.FRIENDS_EXPORT)
def export_create(kind: str, owner_id: int) -> AnyResponse:
    """The file, read while it is being fetched. An ordinary form: browsers save such an answer."""
    exporting.begin(g.session, kind, owner_id, staff_id=g.staff.id, now=g.now)
    pieces = exporting.lines(runtime().database, kind, owner_id, zone=g.zone)
    return download(pieces, f"回答_{g.now.astimezone(g.zone):%Y%m%d_%H%M}.csv")


@bp.get("/<code>/mail")
@public
def mail_show(code: str) -> AnyResponse:
    """LINE opens no mailto: links; the customer's own browser does."""
    tap = mailing.find(g.read, code)
    return render("taps/mail_show.html", tap=tap, link=mailing.link(tap))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _people(report: statistics.Report) -> Callable[..., str]:
    """Where the friends behind a number are listed; those who chose nothing are asked only if they still can."""

    def address(how: str = "taken", code: str = "") -> str:
        data = {"owner": report.owner, "owner_id": report.owner_id, "code": code, "how": how, "days": report.days - 1}
        reachable = {"all": [{"id": "tap", "kind": "tap", "data": data}], "any": []}
        tree = reachable if how == "none" else segments.whoever("tap", data)
        return url_for("friends.index", **segments.query(tree))

    return address
