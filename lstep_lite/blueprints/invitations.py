"""Where one-time links lead: joining as a member of staff, choosing a new password. Whoever has the link may."""

from flask import Blueprint, flash, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite import auth
from lstep_lite.auth import public
from lstep_lite.engine import staff
from lstep_lite.forms.staff import DUTIES, ROLES, JoinForm, NewPasswordForm
from lstep_lite.models import Staff, Ticket, TicketKind
from lstep_lite.web import go, render

bp = Blueprint("invitations", __name__)


@bp.get("/invitations/<code>")
@public
def new(code: str) -> Response:
    return _join_page(_invitation(g.read, code), JoinForm())


@bp.post("/invitations/<code>")
@public
def create(code: str) -> Response:
    invitation, form = _invitation(g.read, code), JoinForm(request.form)
    person = form.keep(lambda: _join(code, form))
    if person is None:
        return _join_page(invitation, form, status=422)
    return _welcome(person, f"{person.name}さん、ようこそ。")


@bp.get("/password-resets/<code>")
@public
def reset_edit(code: str) -> Response:
    return _reset_page(_reset(g.read, code), NewPasswordForm())


@bp.post("/password-resets/<code>")
@public
def reset_update(code: str) -> Response:
    reset, form = _reset(g.read, code), NewPasswordForm(request.form)
    person = form.keep(lambda: _choose_password(reset, code, form))
    if person is None:
        return _reset_page(reset, form, status=422)
    return _welcome(person, "新しいパスワードにしました。ほかの端末はサインアウトしています。")


def _join(code: str, form: JoinForm) -> Staff:
    password_hash = staff.hash_password(form.password.data, email=form.email.data)
    invitation = _invitation(g.session, code)
    return staff.accept_invite(
        g.session, invitation, name=form.name.data, email=form.email.data, password_hash=password_hash, now=g.now
    )


def _choose_password(reset: Ticket, code: str, form: NewPasswordForm) -> Staff:
    password_hash = staff.hash_password(form.password.data, email=reset.staff.email)
    return staff.reset_password(_reset(g.session, code), password_hash, now=g.now)


def _welcome(person: Staff, words: str) -> Response:
    auth.sign_in(person)
    flash(words, "success")
    return go("/")


def _invitation(session: Session, code: str) -> Ticket:
    return staff.ticket(session, code, TicketKind.INVITE, now=g.now)


def _reset(session: Session, code: str) -> Ticket:
    return staff.ticket(session, code, TicketKind.RESET, now=g.now)


def _join_page(invitation: Ticket, form: JoinForm, status: int = 200) -> Response:
    role, action = invitation.role, url_for(".create", **request.view_args)
    return render(
        "invitations/new.html",
        "join_form",
        status=status,
        form=form,
        action=action,
        role=ROLES[role],
        duty=DUTIES[role],
    )


def _reset_page(reset: Ticket, form: NewPasswordForm, status: int = 200) -> Response:
    action = url_for(".reset_update", **request.view_args)
    return render(
        "invitations/reset_edit.html", "reset_form", status=status, form=form, action=action, person=reset.staff
    )
