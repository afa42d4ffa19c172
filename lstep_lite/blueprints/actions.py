"""アクション管理, and the editor of action sets that every page embeds."""

import re

from flask import Blueprint, render_template, request

from lstep_lite.auth import allow
from lstep_lite.engine import actions
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms import rows
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import Form

bp = Blueprint("actions", __name__, url_prefix="/actions")

PATH = re.compile(r"[a-z0-9_.-]{1,100}", re.IGNORECASE)


@bp.post("/editor")
@allow(Permission.AUTOMATION_EDIT)
def editor_create() -> str:
    """The rows of an editor after the pressed button; nothing is kept."""
    return render_template("actions/_editor.html", field=_posted_field())


def _posted_field() -> ActionsField:
    """The editor that the address names, as the form around it was posted."""
    name, place = request.args.get("name", ""), request.args.get("place", "")
    if place not in actions.places or not PATH.fullmatch(name):
        raise NotFound
    field: ActionsField = ActionsField("アクション", place=place).bind(Form(), name)
    field.process(rows.changed(request.form) or request.form)
    return field
