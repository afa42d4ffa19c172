"""The first run: the owner's account and the shop, then the way to LINE."""

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import auth
from lstep_lite.auth import allow, public
from lstep_lite.db import after_commit
from lstep_lite.engine import setup, staff
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.setup import SetupForm
from lstep_lite.models import Purpose, Staff
from lstep_lite.web import go, render, runtime

bp = Blueprint("setup", __name__, url_prefix="/setup")
CODE_LIMIT = 10


@bp.get("")
@public
def new() -> Response:
    if staff.anybody(g.read):
        return go(url_for("sign_in.new"))
    return _page(_form(purpose=Purpose.SALON, time_zone="Asia/Tokyo"))


@bp.post("")
@public
def create() -> Response:
    if staff.anybody(g.read):
        return go(url_for("sign_in.new"))
    form = _form()
    owner = form.keep(lambda: _open_shop(form))
    if owner is None:
        return _page(form, status=422)
    auth.sign_in(owner)
    return go(url_for(".show"))


@bp.get("/next")
@allow(Permission.SETTINGS_EDIT)
def show() -> Response:
    return render("setup/show.html", is_demo=runtime().settings.is_demo)


def _form(**data: str) -> SetupForm:
    form = SetupForm(request.form or None, data=data)
    if runtime().settings.is_demo:
        del form.code
    return form


def _page(form: SetupForm, status: int = 200) -> Response:
    return render("setup/new.html", "setup_form", status=status, form=form)


def _open_shop(form: SetupForm) -> Staff:
    if "code" in form:
        _check_code(form.code.data)
    password_hash = staff.hash_password(form.password.data, email=form.email.data)
    owner = setup.open_shop(g.session, form.setup_draft(), password_hash, now=g.now)
    data_dir = runtime().settings.data_dir
    after_commit(g.session, lambda: setup.forget_code(data_dir))
    return owner


def _check_code(typed: str) -> None:
    with runtime().database.unit() as session:
        staff.count_attempt(session, {f"setup:{request.remote_addr}": CODE_LIMIT}, wall=g.wall, field="code")
    if not setup.is_code(runtime().settings.data_dir, typed):
        raise DomainError("設定コードが違います。サーバーの記録（ログ）に表示されたコードを入力してください。", "code")
