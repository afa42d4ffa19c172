"""The editor of templates (static/studio): what there is to fill in, how it looks so far, and its dialogs."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, jsonify, render_template, request
from werkzeug.wrappers import Response

from lstep_lite.assets import EDITOR_ICONS, icon, icons_in
from lstep_lite.auth import allow
from lstep_lite.engine import friends, messages, studio
from lstep_lite.engine.friends import Filters
from lstep_lite.engine.messages import drafts, flex, placeholders, stickers
from lstep_lite.engine.messages.drafts import Viewer
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.studio import ActionsForm, ConditionForm, sentences
from lstep_lite.web import number, posted_json, runtime

bp = Blueprint("studio", __name__, url_prefix="/studio")

CANDIDATES = 8
LARGEST_DOCUMENT = 1_000_000
"""Bytes: twice what a form may weigh that keeps it."""


@bp.get("/kinds/<kind>")
@allow(Permission.MESSAGES_EDIT)
def show(kind: str) -> Response:
    """All that the editor of one kind of message is drawn from."""
    described = studio.describe(g.read, messages.templates.inputs_of(kind))
    return jsonify(
        description=described,
        icons={name: icon(name) for name in {*EDITOR_ICONS, *icons_in(described)}},
        words=placeholders.offered(g.read),
        reads_json=kind in kinds and kinds[kind].reads_json,
        stickers=[{"id": pack.id, "title": pack.title, "stickers": pack.stickers} for pack in stickers.PACKAGES],
    )


@bp.post("/preview")
@allow(Permission.MESSAGES_EDIT)
def preview_create() -> Response:
    """How the posted document looks so far, and what is wrong with it; nothing is kept."""
    posted = _posted()
    look = drafts.look(g.read, posted.kind, posted.document, posted.viewer())
    html = render_template("studio/_preview.html", objects=look.objects)
    return jsonify(html=html, problems=look.problems, said=look.said, sizes=flex.sizes(look.objects))


@bp.post("/export")
@allow(Permission.MESSAGES_EDIT)
def export_create() -> tuple[Response, int]:
    """The posted document as LINE's JSON."""
    posted = _posted()
    try:
        objects = drafts.exported(g.read, posted.kind, posted.document, posted.viewer())
    except DomainError as error:
        return jsonify(message=error.message), 422
    return jsonify(json=json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False, indent=2)), 200


@bp.post("/import")
@allow(Permission.MESSAGES_EDIT)
def import_create() -> tuple[Response, int]:
    """LINE's JSON as a document; nothing is kept."""
    posted = _posted()
    try:
        return jsonify(document=drafts.imported(posted.kind, posted.text)), 200
    except DomainError as error:
        return jsonify(message=error.message), 422


@bp.get("/friends")
@allow(Permission.MESSAGES_EDIT)
def friends_index() -> Response:
    """Friends to preview a message as."""
    found = friends.search(g.read, Filters(text=request.args.get("text", "").strip()[:100]), size=CANDIDATES)
    return jsonify([{"id": friend.id, "name": friend.name} for friend in found.friends])


# Dialogs: the editors of conditions and actions, drawn for a part of a document and read back as JSON ---------------


@bp.post("/condition")
@allow(Permission.MESSAGES_EDIT)
def condition_edit() -> str:
    return _condition_dialog(ConditionForm.of(g.read, _posted_value()))


@bp.post("/condition/finished")
@allow(Permission.MESSAGES_EDIT)
def condition_update() -> Response | tuple[str, int]:
    form = ConditionForm(request.form)
    finished = form.keep(lambda: _Finished(form.value(g.read)))
    return finished.answer() if finished else (_condition_dialog(form), 422)


@bp.post("/actions")
@allow(Permission.MESSAGES_EDIT)
def actions_edit() -> str:
    return _actions_dialog(ActionsForm.of(g.read, _posted_value()))


@bp.post("/actions/finished")
@allow(Permission.MESSAGES_EDIT)
def actions_update() -> Response | tuple[str, int]:
    form = ActionsForm(request.form)
    finished = form.keep(lambda: _Finished(form.value(g.read)))
    return finished.answer() if finished else (_actions_dialog(form), 422)


@dataclass(frozen=True)
class _Finished:
    """What a dialog made of its form, as the document holds it."""

    value: Any

    def answer(self) -> Response:
        return jsonify(value=self.value, said=sentences(g.read, self.value))


def _condition_dialog(form: ConditionForm) -> str:
    return render_template("studio/condition.html", field=form.tree)


def _actions_dialog(form: ActionsForm) -> str:
    return render_template("studio/actions.html", field=form.steps)


# What the browser posted ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Posted:
    """The editor's JSON; any of it may be anything."""

    body: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.body.get("kind"))

    @property
    def document(self) -> Any:
        return self.body.get("document")

    @property
    def text(self) -> str:
        return str(self.body.get("text") or "")

    def viewer(self) -> Viewer:
        """For whom it is drawn: a friend, else somebody imaginary."""
        friend_id = _id(self.body.get("friend_id"))
        friend = friends.get(g.read, friend_id) if friend_id else messages.templates.SAMPLE_FRIEND
        return Viewer(friend, runtime().settings.public_url, g.now, _id(self.body.get("sender_id")))


def _posted() -> _Posted:
    return _Posted(posted_json(LARGEST_DOCUMENT))


def _posted_value() -> Any:
    try:
        return json.loads(request.form.get("value", ""))
    except (ValueError, RecursionError):
        return None


def _id(value: Any) -> int | None:
    try:
        return number(str(value))
    except ValueError:
        return None
