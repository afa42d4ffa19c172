"""Signing in and out."""

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import auth
from lstep_lite.auth import public
from lstep_lite.engine import staff
from lstep_lite.forms.sign_in import SignInForm
from lstep_lite.web import go, render

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
@public
def new() -> Response:
    if g.staff:
        return go("/")
    if not staff.anybody(g.read):
        return go(url_for("setup.new"))
    return _page(SignInForm())


@bp.post("/sign-in")
@public
def create() -> Response:
    form = SignInForm(request.form)
    person = form.keep(lambda: auth.prove(form.email.data, form.password.data))
    if person is None:
        return _page(form, status=422)
    auth.sign_in(staff.get(g.session, person.id))
    return go(_own_address(request.form.get("next", "")))


@bp.post("/sign-out")
@public
def destroy() -> Response:
    auth.sign_out()
    return go(url_for(".new"))


def _page(form: SignInForm, status: int = 200) -> Response:
    return render("sign_in/new.html", "sign_in_form", status=status, form=form, next=request.values.get("next", ""))


def _own_address(target: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_path and "\\" not in target else "/"
