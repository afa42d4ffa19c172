"""テンプレート: the list, the editor, the picker, and how LINE will show a message that is being written."""

import secrets
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import folders, friends, mentions, messages, studio, test_sends
from lstep_lite.engine.messages import asking, listing, packs, senders, templates
from lstep_lite.engine.messages.listing import Page, Wanted
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.taps import statistics
from lstep_lite.errors import DomainError
from lstep_lite.forms.messages import TemplateForm, parse_blocks
from lstep_lite.models import Friend, Template
from lstep_lite.web import fragment, go, number, own_args, render, runtime

bp = Blueprint("messages", __name__, url_prefix="/messages")

PICKER_SIZE = 12


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.MESSAGES_EDIT)
def new() -> Response:
    """The kinds to choose from; with one chosen, its editor."""
    kind, folder_id = request.args.get("kind", ""), request.args.get("folder", 0, type=number)
    if not kind:
        return render("messages/new.html", kinds=messages.offered(), pack=packs, folder_id=folder_id)
    form = TemplateForm(data={"document": templates.new_document(kind), "folder_id": folder_id})
    return _editor(form, kind)


@bp.post("")
@allow(Permission.MESSAGES_EDIT)
def create() -> Response:
    form, kind = _posted(), request.form.get("kind", "")
    templates.inputs_of(kind)
    template = form.keep(lambda: templates.create(g.session, kind, form.draft(g.zone), now=g.now))
    if not template:
        return _editor(form, kind, status=422)
    flash(f"テンプレート「{template.name}」を作りました", "success")
    return go(url_for(".edit", template_id=template.id, saved="yes"))


@bp.get("/<int:template_id>/edit")
@allow(Permission.MESSAGES_EDIT)
def edit(template_id: int) -> Response:
    template = templates.get(g.read, template_id)
    return _editor(_stored(template), template.kind, template)


@bp.post("/<int:template_id>")
@allow(Permission.MESSAGES_EDIT)
def update(template_id: int) -> Response:
    template, form = templates.get(g.session, template_id), _posted()
    if not form.keep_edit(lambda: _update(template, form), stored=_stored(template)):
        return _editor(form, template.kind, template, status=422)
    flash("保存しました。これから送る分は、新しい内容になります。", "success")
    return _editor(_stored(template), template.kind, template, then=url_for(".edit", template_id=template.id))


@bp.post("/<int:template_id>/delete")
@allow(Permission.MESSAGES_EDIT)
def destroy(template_id: int) -> Response:
    template = templates.get(g.session, template_id)
    templates.delete(g.session, template)
    flash(f"テンプレート「{template.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:template_id>/copy")
@allow(Permission.MESSAGES_EDIT)
def copy_create(template_id: int) -> Response:
    twin = templates.copy(g.session, templates.get(g.session, template_id), now=g.now)
    flash(f"「{twin.name}」を作りました", "success")
    return go(url_for(".edit", template_id=twin.id))


@bp.post("/<int:template_id>/favourite")
@allow(Permission.MESSAGES_EDIT)
def favourite_update(template_id: int) -> Response:
    template = templates.get(g.session, template_id)
    templates.favour(template, is_favourite=request.form.get("is_favourite") == "yes")
    return _list()


@bp.post("/<int:template_id>/line-check")
@allow(Permission.MESSAGES_EDIT)
def line_check_create(template_id: int) -> Response:
    """What LINE itself says of the template as it is kept."""
    template = templates.get(g.read, template_id)
    objects, problem = _objects(template, templates.SAMPLE_FRIEND)
    refused = asking.Opinion(asking.Verdict.REFUSED, problem)
    opinion = refused if problem else asking.ask_line(runtime().account, objects)
    return render("messages/line_check_create.html", "line_check", template=template, opinion=opinion)


# Wherever a template is chosen ---------------------------------------------------------------------------------------


@bp.get("/picker")
@allow(Permission.CHAT)
def picker_index() -> Response:
    """What the dialog in which a template is chosen shows; a browser without JavaScript has no such dialog."""
    wanted, page = _wanted(is_picker=True), request.args.get("page", 1, type=number)
    return fragment("messages/_picker.html", "template_picker", **_shown(wanted, page, PICKER_SIZE))


@bp.get("/<int:template_id>/preview")
@allow(Permission.CHAT)
def preview_show(template_id: int) -> Response:
    """How the friend named in the address would get a template."""
    template, friend_id = templates.get(g.read, template_id), request.args.get("friend", 0, type=number)
    friend = friends.get(g.read, friend_id) if friend_id else templates.SAMPLE_FRIEND
    objects, problem = _objects(template, friend)
    return fragment("messages/_chosen.html", "chosen_template", template=template, objects=objects, problem=problem)


def _objects(template: Template, friend: Friend) -> tuple[list[dict[str, Any]], str]:
    """LINE's message objects as *friend* would get them; why there are none."""
    try:
        return templates.render(g.read, template, friend, public_url=runtime().settings.public_url, now=g.now), ""
    except DomainError as error:
        return [], error.message


@bp.post("/preview")
@allow(Permission.CHAT)
def preview_create() -> str:
    """Bubbles for the small editor; it asks after every change and nothing is kept."""
    blocks, problem = _finished_blocks(request.form.get("blocks", ""))
    try:
        context = messages.context(g.read, blocks, public_url=runtime().settings.public_url, now=g.now)
        objects = messages.render(context, templates.SAMPLE_FRIEND)
    except DomainError as error:
        objects, problem = [], error.message
    unknown = messages.unknown_placeholders(g.read, blocks)
    return render_template("messages/_preview.html", objects=objects, problem=problem, unknown=unknown)


def _finished_blocks(text: str) -> tuple[list[dict[str, Any]], str]:
    """The blocks that can be shown already, and what is wrong with them together."""
    try:
        blocks = [block for block in parse_blocks(text) if not _problem([block])]
    except ValueError as error:
        return [], str(error)
    return blocks, _problem(blocks) if blocks else ""


def _problem(blocks: list[dict[str, Any]]) -> str:
    try:
        messages.check(blocks)
    except DomainError as error:
        return error.message
    return ""


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list() -> Response:
    wanted = _wanted()
    return render(
        "messages/index.html",
        "template_list",
        then=url_for(".index", **_list_args()) if request.method == "POST" else "",
        kept=_list_args(),
        **_shown(wanted, request.args.get("page", 1, type=number), listing.PAGE_SIZE),
    )


def _list_args() -> dict[str, Any]:
    return own_args("folder", "q", "kind", "page")


def _wanted(*, is_picker: bool = False) -> Wanted:
    return Wanted(
        text=request.args.get("q", "").strip()[:100],
        kind=request.args.get("kind", "")[:40],
        folder_id=request.args.get("folder", type=number),
        is_picker=is_picker,
    )


def _shown(wanted: Wanted, number: int, size: int) -> dict[str, Any]:
    page: Page = listing.page(g.read, wanted, number=number, size=size)
    public_url = runtime().settings.public_url
    return {
        "wanted": wanted,
        "kinds": messages.offered(),
        "pack": packs,
        "shelf": folders.overview(g.read, templates.OWNER, wanted.folder_id),
        "page": page,
        "drawn": listing.drawn(g.read, page.templates, public_url=public_url, now=g.now),
        "kind_label": listing.kind_label,
    }


def _posted() -> TemplateForm:
    return TemplateForm(request.form).offer(*_offers())


def _stored(template: Template) -> TemplateForm:
    return TemplateForm.of(template, templates.document_of(g.read, template), g.zone).offer(*_offers())


def _offers() -> tuple[Any, Any]:
    return folders.of_feature(g.read, templates.OWNER), senders.in_order(g.read)


def _update(template: Template, form: TemplateForm) -> None:
    templates.update(g.session, template, form.draft(g.zone), now=g.now)


def _editor(
    form: TemplateForm, kind: str, template: Template | None = None, status: int = 200, then: str = ""
) -> Response:
    form.offer(*_offers())
    return render(
        "messages/edit.html",
        "template_form",
        *(("line_check",) if template and then else ()),
        status=status,
        then=then,
        form=form,
        kind=kind,
        kind_label=listing.kind_label(kind),
        sentences=_sentences(form, kind),
        template=template,
        **_beside(template, is_saved=bool(then) or "saved" in request.args),
    )


def _sentences(form: TemplateForm, kind: str) -> list[tuple[str, str]]:
    """What is wrong inside the document: where, and what."""
    inputs, document = templates.inputs_of(kind), form.document.data
    return [
        (studio.place_in_words(inputs, document, problem.path), problem.message)
        for problem in dict.fromkeys(form.problems)
    ]


def _beside(template: Template | None, *, is_saved: bool) -> dict[str, Any]:
    """What stands below the editor of a template that is kept."""
    if template is None:
        return {}
    return {
        "places": mentions.places(g.read, templates.FEATURE, template.id),
        "has_choices": statistics.has_choices(g.read, templates.OWNER, template.id),
        "desk": test_sends.desk(g.read, now=g.now),
        "token": secrets.token_urlsafe(8),
        "is_demo": runtime().settings.is_demo,
        "opinion": None,
        "asks_line": is_saved and not runtime().settings.is_demo,
    }
