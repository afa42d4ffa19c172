"""回答フォーム: the list, ready forms to begin with, the builder, and how customers come to one."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import segno
from flask import Blueprint, current_app, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import actions, folders, line, mentions, settings, studio, surveys
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.surveys import deleting, designs, figures, opening
from lstep_lite.errors import NotFound
from lstep_lite.forms.surveys import RATES, SurveyDocumentForm
from lstep_lite.models import Survey
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("surveys", __name__, url_prefix="/surveys")

PICTURES = {"png": "image/png", "svg": "image/svg+xml"}


@bp.get("")
@allow(Permission.FRIENDS_VIEW)
def index() -> Response:
    """Whoever makes no forms comes to their answers from here."""
    return _list()


@bp.get("/new")
@allow(Permission.SURVEYS_EDIT)
def new() -> Response:
    folder_id = request.args.get("folder", 0, type=number)
    return render("surveys/new.html", designs=designs.offered(), blank=designs.BLANK, folder_id=folder_id)


@bp.post("")
@allow(Permission.SURVEYS_EDIT)
def create() -> Response:
    """A form of its own, from a ready one; it takes no answers yet."""
    design = designs.get(request.form.get("begin", ""))
    survey = designs.take(g.session, design, folder_id=request.form.get("folder_id", type=number), now=g.now)
    flash(f"フォーム「{survey.name}」を作りました。「公開する」を押すまで、お客様は回答できません。", "success")
    return go(url_for(".edit", survey_id=survey.id))


@bp.get("/<int:survey_id>")
@allow(Permission.SURVEYS_EDIT)
def show(survey_id: int) -> Response:
    return _page(surveys.get(g.read, survey_id))


@bp.get("/<int:survey_id>/edit")
@allow(Permission.SURVEYS_EDIT)
def edit(survey_id: int) -> Response:
    survey = surveys.get(g.read, survey_id)
    return _editor(_stored(survey), survey)


@bp.post("/<int:survey_id>")
@allow(Permission.SURVEYS_EDIT)
def update(survey_id: int) -> Response:
    survey, form = surveys.get(g.session, survey_id), SurveyDocumentForm(request.form)
    if not form.keep_edit(lambda: _update(survey, form), stored=_stored(survey)):
        return _editor(form, survey, status=422)
    flash(_what_happens_next(survey), "success")
    return _editor(_stored(survey), survey, then=url_for(".edit", survey_id=survey.id))


@bp.post("/<int:survey_id>/switch")
@allow(Permission.SURVEYS_EDIT)
def switch_create(survey_id: int) -> Response:
    survey = surveys.get(g.session, survey_id)
    surveys.switch(g.session, survey, request.form.get("is_on") == "yes", now=g.now)
    flash(_what_happens_next(survey), "success")
    return _page(survey, then=url_for(".show", survey_id=survey.id))


@bp.post("/<int:survey_id>/copy")
@allow(Permission.SURVEYS_EDIT)
def copy_create(survey_id: int) -> Response:
    twin = surveys.copy(g.session, surveys.get(g.session, survey_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだ公開していません。", "success")
    return go(url_for(".edit", survey_id=twin.id))


@bp.post("/<int:survey_id>/delete")
@allow(Permission.SURVEYS_EDIT)
def destroy(survey_id: int) -> Response:
    name = deleting.delete(runtime().database, survey_id)
    flash(f"フォーム「{name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.get("/<int:survey_id>/qr/<kind>")
@allow(Permission.SURVEYS_EDIT)
def qr_show(survey_id: int, kind: str) -> Response:
    """The QR code of its address, to be saved and printed."""
    if kind not in PICTURES:
        raise NotFound
    survey, file = surveys.get(g.read, survey_id), io.BytesIO()
    segno.make(_link(survey)).save(file, kind=kind, scale=12, border=4)
    answer = current_app.response_class(file.getvalue(), mimetype=PICTURES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="form-{survey.id}.{kind}"'
    return answer


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list() -> Response:
    shelf = folders.overview(g.read, surveys.FEATURE, request.args.get("folder", type=number))
    text = request.args.get("q", "").strip()[:100]
    page = surveys.page(g.read, folder_id=shelf.folder_id, text=text, number=request.args.get("page", 1, type=number))
    return render(
        "surveys/index.html",
        "survey_list",
        shelf=shelf,
        page=page,
        text=text,
        standing=_standing,
        fresh=figures.new_answers(g.read, page.surveys),
    )


def _standing(survey: Survey) -> str:
    """Why it takes no answers, an opening.Reason; "open" while it does."""
    now: datetime = g.now
    reason = opening.shut(survey, now)
    return reason.value if reason else "open"


def _page(survey: Survey, then: str = "") -> Response:
    link = _link(survey)
    return render(
        "surveys/show.html",
        "survey_state",
        then=then,
        survey=survey,
        standing=_standing,
        link=link,
        plain_link=f"{runtime().settings.public_url}{_path(survey)}",
        qr=segno.make(link).svg_data_uri(scale=6, border=2),
        funnel=figures.funnel(g.read, survey),
        fresh=figures.new_answers(g.read, [survey]).get(survey.id, 0),
        places=mentions.places(g.read, surveys.FEATURE, survey.id),
        has_actions=actions.at(g.read, surveys.SUBMITTED, survey.id) is not None,
        is_connected=_channel_is_ready(),
        rates=RATES,
    )


def _path(survey: Survey) -> str:
    return f"/liff/surveys/{survey.code}"


def _link(survey: Survey) -> str:
    return line.link_to(settings.channel(g.read), _path(survey), public_url=runtime().settings.public_url)


def _channel_is_ready() -> bool:
    channel = settings.channel(g.read)
    return channel is not None and channel.liff_id is not None


def _what_happens_next(survey: Survey) -> str:
    if _standing(survey) == "open":
        return f"「{survey.name}」は公開中です。今の内容で、お客様が回答できます。"
    if survey.is_open:
        return f"「{survey.name}」を保存しました。期間や受け付ける数のため、今は回答できません。"
    return f"「{survey.name}」を保存しました。今は停止中で、「公開する」を押すと回答できるようになります。"


def _update(survey: Survey, form: SurveyDocumentForm) -> None:
    surveys.update_document(g.session, survey, form.document.data, now=g.now)


def _stored(survey: Survey) -> SurveyDocumentForm:
    return SurveyDocumentForm(data={"document": surveys.with_actions(g.read, survey)})


def _editor(form: SurveyDocumentForm, survey: Survey, status: int = 200, then: str = "") -> Response:
    return render(
        "surveys/edit.html",
        "survey_form",
        status=status,
        then=then,
        form=form,
        survey=survey,
        standing=_standing,
        sentences=_sentences(form),
    )


def _sentences(form: SurveyDocumentForm) -> Sequence[tuple[str, Any]]:
    """What is wrong inside the document: where, and what."""
    return [
        (studio.place_in_words(surveys.INPUTS, form.document.data, problem.path), problem.message)
        for problem in dict.fromkeys(form.problems)
    ]
