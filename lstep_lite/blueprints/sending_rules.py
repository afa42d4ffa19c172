"""配信のきまり: one page with all that the shop decides about sending."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import sending_rules
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.sending_rules import SendingRulesForm
from lstep_lite.web import render

bp = Blueprint("sending_rules", __name__, url_prefix="/sending-rules")


@bp.get("")
@allow(Permission.SETTINGS_EDIT)
def edit() -> Response:
    return _page(_stored_form())


@bp.post("")
@allow(Permission.SETTINGS_EDIT)
def update() -> Response:
    form = SendingRulesForm(request.form)
    if not form.keep_edit(lambda: sending_rules.update(g.session, form.draft()), stored=_stored_form()):
        return _page(form, status=422)
    flash("配信のきまりを保存しました。これから送るものに使います。", "success")
    return _page(_stored_form())


def _stored_form() -> SendingRulesForm:
    return SendingRulesForm.of(sending_rules.rules(g.read))


def _page(form: SendingRulesForm, *, status: int = 200) -> Response:
    then = url_for(".edit") if request.method == "POST" else ""
    return render("sending_rules/edit.html", "rules_form", status=status, then=then, form=form)
