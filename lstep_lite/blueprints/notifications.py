"""通知: the bell of whoever is signed in, the rules of the shop, and where each is told."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import notifications, settings, staff
from lstep_lite.engine.notifications import Kind, linking, sending, trials
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.notifications import CHANNELS, RuleForm
from lstep_lite.forms.staff import ROLES
from lstep_lite.web import go, live, number, render, runtime

bp = Blueprint("notifications", __name__, url_prefix="/notifications")


# The bell ------------------------------------------------------------------------------------------------------------


@bp.get("")
@allow(Permission.USE)
def index() -> Response:
    return _inbox("inbox")


@bp.get("/bell")
@allow(Permission.USE)
def bell_show() -> Response:
    return live("notifications/_bell.html", "bell_badge", unread_notices=notifications.unread_total(g.read, g.staff))


@bp.post("/<int:notification_id>/opening")
@allow(Permission.USE)
def opening_create(notification_id: int) -> Response:
    """Go where it can be dealt with; that makes it read."""
    notification = notifications.get(g.session, notification_id, g.staff)
    notifications.mark_read(g.session, notification, g.staff, now=g.now)
    return go(notification.href)


@bp.post("/readings")
@allow(Permission.USE)
def reading_create() -> Response:
    notifications.read_all(g.session, g.staff, up_to=request.form.get("up_to", 0, type=number), now=g.now)
    flash("すべて読んだことにしました", "success")
    return _inbox("inbox")


def _inbox(region: str) -> Response:
    before, unread_only = request.args.get("before", type=number), "unread" in request.args
    return render(
        "notifications/index.html",
        region,
        then=url_for(".index") if request.method == "POST" else "",
        page=notifications.inbox(g.read, g.staff, unread_only=unread_only, before=before),
        unread=notifications.unread_total(g.read, g.staff),
        unread_only=unread_only,
        is_first_page=before is None,
        kinds=notifications.kinds,
    )


# The rules -----------------------------------------------------------------------------------------------------------


@bp.get("/rules")
@allow(Permission.SETTINGS_EDIT)
def rule_index() -> Response:
    return _rules()


@bp.post("/rules/<name>/switch")
@allow(Permission.SETTINGS_EDIT)
def switch_create(name: str) -> Response:
    kind, is_on = _kind(name), request.form.get("is_on") == "yes"
    notifications.switch_rule(g.session, kind, is_on=is_on, now=g.now)
    flash(f"「{kind.label}」を知らせ{'ます' if is_on else 'ないようにしました'}", "success")
    return _rules("rule_list")


@bp.get("/rules/<name>")
@allow(Permission.SETTINGS_EDIT)
def rule_edit(name: str) -> Response:
    kind = _kind(name)
    return _rule_page(kind, _stored_form(kind))


@bp.post("/rules/<name>")
@allow(Permission.SETTINGS_EDIT)
def rule_update(name: str) -> Response:
    kind = _kind(name)
    form = RuleForm.posted(request.form, notifications.rule(g.session, kind), _people())
    if not form.keep_edit(
        lambda: notifications.save_rule(g.session, kind, form.draft(), now=g.now), stored=_stored_form(kind)
    ):
        return _rule_page(kind, form, "rule_form", status=422)
    flash(f"「{kind.label}」の設定を保存しました", "success")
    return _rule_page(kind, _stored_form(kind), "rule_form")


@bp.post("/dispatches/<int:dispatch_id>/retry")
@allow(Permission.SETTINGS_EDIT)
def retry_create(dispatch_id: int) -> Response:
    sending.retry(g.session, dispatch_id, now=g.now)
    flash("もう一度送ります", "success")
    return _rules("dispatches")


@bp.post("/trials/<name>")
@allow(Permission.SETTINGS_EDIT)
def trial_create(name: str) -> Response:
    if name not in TRIALS:
        raise NotFound
    TRIALS[name]()
    return _rules("ways")


def _try_bell() -> None:
    trials.try_bell(g.session, g.staff, now=g.now)
    flash("ベルに試しのお知らせを出しました", "success")


def _try_mail() -> None:
    shop_name = g.shop.name if g.shop else "lstep_lite"
    trials.try_mail(runtime().settings.mailer, g.staff, shop_name=shop_name, now=g.now)
    flash(f"{g.staff.email} に試しのメールを送りました", "success")


def _try_line() -> None:
    trials.try_line(g.session, g.staff, now=g.now)
    flash("あなたのLINEに試しのお知らせを送ります（1通）", "success")


TRIALS: dict[str, Callable[[], None]] = {"bell": _try_bell, "email": _try_mail, "line": _try_line}


def _kind(name: str) -> Kind:
    kind = notifications.kinds.get(name)
    if kind is None or kind not in notifications.listed():
        raise NotFound("このお知らせの種類はありません。")
    return kind


def _people() -> list[Any]:
    return [person for person in staff.everybody(g.read) if person.is_active]


def _stored_form(kind: Kind) -> RuleForm:
    return RuleForm.of(notifications.rule(g.read, kind), _people())


def _rule_page(kind: Kind, form: RuleForm, *regions: str, status: int = 200) -> Response:
    then = url_for(".rule_edit", name=kind.name) if regions and status < 400 else ""
    return render("notifications/rule_edit.html", *regions, status=status, then=then, kind=kind, form=form)


def _rules(*regions: str) -> Response:
    return render(
        "notifications/rule_index.html",
        *regions,
        then=url_for(".rule_index") if request.method == "POST" else "",
        rules=notifications.every_rule(g.read),
        people={person.id: person.name for person in _people()},
        roles=ROLES,
        channels=CHANNELS,
        mailer=runtime().settings.mailer,
        link=linking.link(g.read, g.staff),
        dispatches=sending.recent(g.read),
    )


# One's own LINE ------------------------------------------------------------------------------------------------------


@bp.post("/link-code")
@allow(Permission.USE)
def code_create() -> Response:
    """Answers with the code itself, which can't be shown a second time."""
    return _link_page(linking.make_code(g.session, staff.get(g.session, g.staff.id), now=g.now))


@bp.post("/link/delete")
@allow(Permission.USE)
def link_destroy() -> Response:
    linking.unlink(g.session, g.staff)
    flash("LINEとの連携を外しました。LINEにはもうお知らせしません。", "success")
    return _link_page(None, then=url_for("account.show"))


def _link_page(code: linking.Code | None, then: str = "") -> Response:
    channel = settings.channel(g.read)
    return render(
        "notifications/code.html",
        "line_link",
        then=then,
        code=code,
        link=linking.link(g.read, g.staff),
        basic_id=channel.basic_id if channel else None,
    )
