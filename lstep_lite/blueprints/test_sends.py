"""テスト送信: who gets them, and sending a template to them."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import friends, test_sends
from lstep_lite.engine.friends import Filters
from lstep_lite.engine.messages import templates
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.test_sends import Rehearsal
from lstep_lite.errors import DomainError
from lstep_lite.forms.test_sends import TestSendForm, new_token
from lstep_lite.models import Friend, Template
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("test_sends", __name__, url_prefix="/test-sends")

CANDIDATES = 8


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    return _list()


@bp.post("/testers")
@allow(Permission.MESSAGES_EDIT)
def tester_create() -> Response:
    friend = friends.get(g.session, request.form.get("friend_id", 0, type=number))
    is_new = test_sends.add(g.session, friend, now=g.now)
    words = "を、テスト送信の相手にしました" if is_new else "は、もうテスト送信の相手です"
    flash(f"{friend.name}さん{words}", "success" if is_new else "info")
    return go(url_for("friends.show", friend_id=friend.id)) if "from_friend" in request.form else _list()


@bp.post("/testers/<int:friend_id>/delete")
@allow(Permission.MESSAGES_EDIT)
def tester_destroy(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    test_sends.remove(g.session, friend)
    flash(f"{friend.name}さんを、テスト送信の相手から外しました", "success")
    return _list()


@bp.post("/templates/<int:template_id>")
@allow(Permission.MESSAGES_EDIT)
def template_create(template_id: int) -> Response:
    """Send what is kept of a template to the ticked testers."""
    form, template = TestSendForm(request.form), templates.get(g.session, template_id)
    reference = [{"kind": "template", "template_id": template.id}]
    try:
        count = test_sends.send(
            g.session,
            reference,
            form.friend_ids.data or (),
            name=template.name,
            token=form.token.data or "",
            staff_id=g.staff.id,
            now=g.now,
        )
    except DomainError as error:
        return _card(template, status=422, problem=error.message)
    flash(f"{count}人にテスト送信しました。LINEの画面で確かめてください。", "success")
    return _card(template, rehearsed=_rehearsed(form, template))


def _rehearsed(form: TestSendForm, template: Template) -> tuple[Friend, list[Rehearsal]] | None:
    if not form.rehearses.data:
        return None
    friend = next(each for each in test_sends.all_testers(g.session) if each.id in form.friend_ids.data)
    return friend, test_sends.rehearse_taps(g.session, template, friend, now=g.now)


def _card(
    template: Template, status: int = 200, problem: str = "", rehearsed: tuple[Friend, list[Rehearsal]] | None = None
) -> Response:
    return render(
        "test_sends/template_create.html",
        "test_send",
        status=status,
        then="" if rehearsed else url_for("messages.edit", template_id=template.id),
        template=template,
        desk=test_sends.desk(g.read, now=g.now),
        token=new_token(),
        is_demo=runtime().settings.is_demo,
        problem=problem,
        rehearsed=rehearsed,
    )


def _list() -> Response:
    text = request.args.get("q", "").strip()[:100]
    known = test_sends.all_testers(g.read)
    found = friends.search(g.read, Filters(text=text), size=CANDIDATES + len(known)).friends
    ids = {friend.id for friend in known}
    return render(
        "test_sends/index.html",
        "testers",
        then=url_for(".index") if request.method == "POST" else "",
        testers=known,
        candidates=[friend for friend in found if friend.id not in ids][:CANDIDATES],
        text=text,
        most=test_sends.MOST,
    )
