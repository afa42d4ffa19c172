"""友だち追加時設定: one page, a tab for each way of arriving."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import greetings
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.greetings import GreetingForm
from lstep_lite.models import GreetingKind
from lstep_lite.web import render

bp = Blueprint("greetings", __name__, url_prefix="/greetings")

TABS = {
    GreetingKind.NEW: ("新しい友だち", "はじめて友だち追加してくれた方に、すぐに送ります。"),
    GreetingKind.RETURNING: ("ブロック解除した友だち", "ブロックを解除して、戻ってきてくれた方に送ります。"),
    GreetingKind.PREEXISTING: (
        "連携前からの友だち",
        "このソフトを使い始める前からの友だちが、はじめてメッセージをくれたときに送ります。",
    ),
}


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    return edit(GreetingKind.NEW)


@bp.get("/<kind>")
@allow(Permission.MESSAGES_EDIT)
def edit(kind: str) -> Response:
    return _page(_known(kind))


@bp.post("/<kind>")
@allow(Permission.MESSAGES_EDIT)
def update(kind: str) -> Response:
    known, form = _known(kind), GreetingForm(request.form)
    if not form.keep_edit(lambda: _save(known, form), stored=_stored_form(known)):
        return _page(known, "greeting", status=422, form=form)
    flash(_what_happens_next(form.is_on.data), "success")
    return _page(known, "greeting")


def _save(kind: GreetingKind, form: GreetingForm) -> None:
    steps = form.actions.draft(g.session)
    greetings.save(g.session, kind, is_on=form.is_on.data, blocks=form.blocks.data, steps=steps, now=g.now)


def _stored_form(kind: GreetingKind) -> GreetingForm:
    return GreetingForm.of(greetings.get(g.read, kind), greetings.actions_of(g.read, kind))


def _known(kind: str) -> GreetingKind:
    try:
        return GreetingKind(kind)
    except ValueError:
        raise NotFound from None


def _what_happens_next(is_on: bool) -> str:
    if not is_on:
        return "保存しました。オフのため、あいさつは送られません。"
    return "保存しました。次に当てはまる方から、このあいさつが届きます。"


def _page(kind: GreetingKind, *regions: str, status: int = 200, form: GreetingForm | None = None) -> Response:
    saved = {greeting.kind: greeting for greeting in greetings.everyone(g.read)}
    then = url_for(".edit", kind=kind) if request.method == "POST" else ""
    return render(
        "greetings/edit.html",
        *regions,
        status=status,
        then=then,
        kind=kind,
        tabs=TABS,
        saved=saved,
        form=form or _stored_form(kind),
    )
