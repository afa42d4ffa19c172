"""スタッフ: who signs in, with which role; invitations and links for a new password."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import staff
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import options
from lstep_lite.forms.staff import DUTIES, ROLES, InviteForm, RoleForm
from lstep_lite.models import Role, Staff
from lstep_lite.web import render, runtime

bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("")
@allow(Permission.STAFF_EDIT)
def index() -> Response:
    return _page()


@bp.get("/new")
@allow(Permission.STAFF_EDIT)
def new() -> Response:
    return render("staff/new.html", form=_invite_form(), duties=DUTIES, link="")


@bp.post("/invitations")
@allow(Permission.STAFF_EDIT)
def invitation_create() -> Response:
    """Answers with the link itself, which can't be shown a second time."""
    form = _invite_form()
    code = form.keep(lambda: staff.invite(g.session, form.chosen(), by=g.staff, now=g.now))
    link = _address("invitations.new", code) if code else ""
    return render("staff/new.html", "invite", status=200 if code else 422, form=form, duties=DUTIES, link=link)


@bp.post("/invitations/<int:ticket_id>/withdrawal")
@allow(Permission.STAFF_EDIT)
def invitation_destroy(ticket_id: int) -> Response:
    staff.withdraw_invite(g.session, ticket_id, now=g.now)
    flash("招待を取り消しました。このリンクはもう使えません。", "success")
    return _page("invites")


@bp.post("/<int:staff_id>/role")
@allow(Permission.STAFF_EDIT)
def role_update(staff_id: int) -> Response:
    form, person = RoleForm(request.form), staff.get(g.session, staff_id)
    if not form.keep_edit(
        lambda: staff.change_role(g.session, person, form.chosen(), by=g.staff), stored=_role(person)
    ):
        raise DomainError(_why_not(form, person))
    flash(f"{person.name}さんを「{ROLES[person.role]}」にしました", "success")
    return _page("people")


@bp.post("/<int:staff_id>/password-reset")
@allow(Permission.STAFF_EDIT)
def reset_create(staff_id: int) -> Response:
    """Answers with the link itself, which can't be shown a second time."""
    person = staff.get(g.session, staff_id)
    code = staff.offer_reset(g.session, person, by=g.staff, now=g.now)
    return render("staff/reset.html", person=person, link=_address("invitations.reset_edit", code))


@bp.post("/<int:staff_id>/deactivation")
@allow(Permission.STAFF_EDIT)
def deactivation_create(staff_id: int) -> Response:
    person = staff.get(g.session, staff_id)
    staff.deactivate(g.session, person, by=g.staff)
    flash(f"{person.name}さんのサインインを止めました", "success")
    return _page("people")


@bp.post("/<int:staff_id>/reactivation")
@allow(Permission.STAFF_EDIT)
def reactivation_create(staff_id: int) -> Response:
    person = staff.get(g.session, staff_id)
    staff.reactivate(person, by=g.staff)
    flash(f"{person.name}さんがまたサインインできるようになりました", "success")
    return _page("people")


def _page(*regions: str) -> Response:
    return render(
        "staff/index.html",
        *regions,
        then=url_for(".index") if regions else "",
        people=staff.everybody(g.read),
        invites=staff.open_invites(g.read, now=g.now),
        roles=ROLES,
        roles_to_give=_roles_to_give(),
        role_form=_role,
    )


def _role(person: Staff) -> RoleForm:
    return RoleForm(data={"role": person.role.value})


def _why_not(form: RoleForm, person: Staff) -> str:
    if form.conflicts:
        role = ROLES[person.role]
        return f"ほかの人が先に{person.name}さんの役割を「{role}」に変えました。確かめて、やり直してください。"
    return "役割を選び直してください。"


def _roles_to_give() -> dict[Role, str]:
    """Only an owner makes owners."""
    return {role: name for role, name in ROLES.items() if role is not Role.OWNER or g.staff.role is Role.OWNER}


def _invite_form() -> InviteForm:
    form = InviteForm(request.form)
    form.role.choices = options(_roles_to_give())
    return form


def _address(endpoint: str, code: str) -> str:
    """The address to hand on; the demo has no public one, so there it is the one this browser uses."""
    settings = runtime().settings
    root = request.host_url.rstrip("/") if settings.is_demo else settings.public_url
    return root + url_for(endpoint, code=code)
