"""アカウント: one's own name, e-mail, password and sessions."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import auth
from lstep_lite.auth import allow
from lstep_lite.engine import staff
from lstep_lite.engine.notifications import linking
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.staff import AccountForm, PasswordForm
from lstep_lite.models import Staff
from lstep_lite.web import go, render

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@allow(Permission.USE)
def show() -> Response:
    return _page(AccountForm(obj=g.staff), PasswordForm())


@bp.post("")
@allow(Permission.USE)
def update() -> Response:
    form = AccountForm(request.form)
    kept = form.keep(lambda: staff.update(g.session, _me(), name=form.name.data, email=form.email.data))
    if kept is None:
        return _page(form, PasswordForm(), "account_form", status=422)
    flash("保存しました", "success")
    return _page(form, PasswordForm(), "account_form")


@bp.post("/password")
@allow(Permission.USE)
def password_update() -> Response:
    form = PasswordForm(request.form)
    if form.keep(lambda: _change_password(form)) is None:
        return _page(AccountForm(obj=g.staff), form, "password_form", status=422)
    flash("パスワードを変えました。ほかの端末はサインアウトしています。", "success")
    return _page(AccountForm(obj=g.staff), PasswordForm(), "password_form")


@bp.post("/sign-out-everywhere")
@allow(Permission.USE)
def sessions_destroy() -> Response:
    staff.sign_out_everywhere(_me())
    auth.sign_out()
    flash("すべての端末からサインアウトしました", "success")
    return go(url_for("sign_in.new"))


def _change_password(form: PasswordForm) -> None:
    auth.prove(g.staff.email, form.current_password.data, field="current_password")
    password_hash = staff.hash_password(form.password.data, email=g.staff.email)
    staff.set_password(_me(), password_hash)
    auth.sign_in(_me())  # this browser goes on


def _me() -> Staff:
    return staff.get(g.session, g.staff.id)


def _page(account: AccountForm, password: PasswordForm, *regions: str, status: int = 200) -> Response:
    then = url_for(".show") if regions and status < 400 else ""
    link = linking.link(g.read, g.staff)
    return render(
        "account/show.html", *regions, status=status, then=then, account=account, password=password, link=link
    )
