"""回答: the list of a form's answers, one of them, its files and its print, and how far the shop is with them."""

import secrets
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, request, send_file, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import segments, surveys
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.surveys import answers, columns, exporting, markings
from lstep_lite.engine.surveys.answers import STATES, Filters, Page
from lstep_lite.engine.surveys.columns import Column
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.forms.survey_answers import AnswerSearchForm, NoteForm
from lstep_lite.models import Encoding, Friend, Survey, SurveyAnswer, SurveyAnswerState
from lstep_lite.web import download, go, live, number, own_args, render, runtime

bp = Blueprint("survey_answers", __name__, url_prefix="/surveys/<int:survey_id>/answers")

FIRST_COLUMNS = 3
MOST_COLUMNS = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@allow(Permission.FRIENDS_VIEW)
def index(survey_id: int) -> Response:
    return _list(surveys.get(g.read, survey_id))


@bp.post("/states")
@allow(Permission.FRIENDS_EDIT)
def state_create(survey_id: int) -> Response:
    """All that are ticked on a page of the list, or with `everything` all that its filters find."""
    survey, state = surveys.get(g.session, survey_id), _state(request.form.get("to", ""))
    if request.form.get("everything"):
        return _mark_all(survey, state)
    ticked = request.form.getlist("id", type=number)
    count = answers.set_state(g.session, survey, ticked, state)
    if count:
        flash(f"{count}件を「{STATES[state]}」にしました", "success")
    else:
        flash("回答を1件以上選んでから、もう一度押してください。", "warning")
    return _list(survey, then=url_for(".index", survey_id=survey.id, **own_args("state", "page"), **_list_args()))


@bp.get("/states/new")
@allow(Permission.FRIENDS_EDIT)
def state_new(survey_id: int) -> Response:
    """How many answers would change, before they do."""
    survey = surveys.get(g.read, survey_id)
    form = AnswerSearchForm(request.args).offer(columns.of(g.read, survey))
    return render(
        "survey_answers/state_new.html",
        survey=survey,
        words=form.words(g.read),
        count=markings.count(g.read, survey, form.filters(g.read), now=g.now),
        states=STATES,
        list_args=_list_args("state"),
        token=secrets.token_urlsafe(8),
    )


@bp.get("/states/progress")
@allow(Permission.FRIENDS_VIEW)
def state_progress_show(survey_id: int) -> Response:
    survey = surveys.get(g.read, survey_id)
    running = markings.running(g.read, survey)
    template, region = "survey_answers/index.html", "answer_progress"
    return live(template, region, survey=survey, running=running, states=STATES, is_over=not running)


@bp.post("/exports")
@allow(Permission.FRIENDS_EXPORT)
def export_create(survey_id: int) -> Response:
    """The answers of the list as a file, read while it is being fetched."""
    survey, kind = surveys.get(g.session, survey_id), request.form.get("kind")
    taken, encoding = _taken(survey), Encoding.CP932 if kind == "cp932" else Encoding.UTF8
    exporting.begin(g.session, survey, taken, staff_id=g.staff.id, now=g.now, encoding=encoding)
    name = f"{survey.name}_{g.now.astimezone(g.zone):%Y%m%d_%H%M}"
    if kind == "xlsx":
        return download(exporting.workbook(runtime().database, taken), f"{name}.xlsx", XLSX)
    return download(exporting.lines(runtime().database, taken, encoding), f"{name}.csv")


@bp.get("/<int:answer_id>")
@allow(Permission.FRIENDS_VIEW)
def show(survey_id: int, answer_id: int) -> Response:
    survey = surveys.get(g.read, survey_id)
    answer = answers.get(g.read, survey, answer_id)
    return _page(survey, answer, NoteForm(obj=answer))


@bp.post("/<int:answer_id>")
@allow(Permission.FRIENDS_EDIT)
def update(survey_id: int, answer_id: int) -> Response:
    survey, form = surveys.get(g.session, survey_id), NoteForm(request.form)
    answer = answers.get(g.session, survey, answer_id)
    if not form.keep_edit(lambda: _note(answer, form), stored=NoteForm(obj=answer)):
        return _page(survey, answer, form, status=422)
    flash("保存しました", "success")
    return _page(survey, answer, NoteForm(obj=answer))


@bp.get("/<int:answer_id>/print")
@allow(Permission.FRIENDS_VIEW)
def print_show(survey_id: int, answer_id: int) -> Response:
    """On paper: a sheet for the talk with the customer."""
    survey = surveys.get(g.read, survey_id)
    answer = answers.get(g.read, survey, answer_id)
    return render("survey_answers/print_show.html", survey=survey, whole=answers.whole(g.read, answer))


@bp.get("/<int:answer_id>/files/<code>")
@allow(Permission.FRIENDS_VIEW)
def file_show(survey_id: int, answer_id: int, code: str) -> Response:
    """A picture in the page, anything else to keep."""
    row = answers.file(g.read, surveys.get(g.read, survey_id), answer_id, code)
    is_picture = row.content_type.startswith("image/")
    try:
        path = runtime().media.path_of(row.path)
        answer = send_file(path, row.content_type, as_attachment=not is_picture, download_name=row.file_name)
    except FileNotFoundError as error:
        raise NotFound("このファイルは見つかりませんでした。") from error
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@panels.panel("surveys/_friend.html", order=32, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    return {"answered": answers.of_friend(g.read, friend), "states": STATES}


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list(survey: Survey, then: str = "") -> Response:
    known = columns.of(g.read, survey)
    form = AnswerSearchForm(request.args).offer(known)
    page = _found(survey, form)
    return render(
        "survey_answers/index.html",
        "answer_list",
        then=then,
        survey=survey,
        form=form,
        page=page,
        columns=known,
        shown=_shown(known),
        texts=_texts(page),
        counts=answers.counts(g.read, survey),
        states=STATES,
        list_args=_list_args(),
        running=markings.running(g.read, survey),
        is_over=False,
    )


def _mark_all(survey: Survey, state: SurveyAnswerState) -> Response:
    filters = AnswerSearchForm(request.args).filters(g.session)
    token = request.form.get("token", "")[:40] or secrets.token_urlsafe(8)
    markings.start(g.session, survey, filters, state, token=token, staff_id=g.staff.id, now=g.now)
    flash(f"条件に当てはまる回答を「{STATES[state]}」に変えています。画面を閉じても続きます。", "success")
    return go(url_for(".index", survey_id=survey.id))


def _found(survey: Survey, form: AnswerSearchForm) -> Page:
    """Nothing while a condition is not filled in."""
    now: datetime = g.now
    try:
        filters: Filters = form.filters(g.read)
    except DomainError as error:
        form.segment.errors = [] if form.is_rearranged else [error.message]
        return Page((), total_count=0, number=1, size=answers.PAGE_SIZE)
    return answers.listing(g.read, survey, filters, number=request.args.get("page", 1, type=number), now=now)


def _taken(survey: Survey) -> exporting.Taken:
    """What the list shows."""
    home = url_for(".index", survey_id=survey.id)
    filters = AnswerSearchForm(request.args).filters(g.session)
    return exporting.Taken(survey.id, filters, f"{runtime().settings.public_url}{home}", g.zone, g.now)


def _shown(known: list[Column]) -> list[Column]:
    """The questions that were chosen, or the first ones."""
    wanted = request.args.getlist("column")[:MOST_COLUMNS]
    chosen = [column for column in known if column.code in wanted]
    return chosen or known[:FIRST_COLUMNS]


def _texts(page: Page) -> dict[int, dict[str, str]]:
    """By answer, what was said to each question."""
    return {answer.id: {value["code"]: value["text"] for value in answer.values} for answer in page.answers}


def _list_args(*more: str) -> dict[str, Any]:
    """The arguments of the list's address but its page and state, for its own links; *more* of them."""
    names = ("q", "since", "until", "choice", "column", *more)
    wanted = (name for name in request.args if name in names or name.startswith(f"{segments.PATH}."))
    return {name: request.args.getlist(name) for name in wanted}


def _page(survey: Survey, answer: SurveyAnswer, form: NoteForm, status: int = 200) -> Response:
    then = url_for(".show", survey_id=survey.id, answer_id=answer.id) if request.method == "POST" else ""
    return render(
        "survey_answers/show.html",
        "answer_note",
        status=status,
        then=then,
        survey=survey,
        whole=answers.whole(g.read, answer),
        form=form,
        states=STATES,
    )


def _state(text: str) -> SurveyAnswerState:
    try:
        return SurveyAnswerState(text)
    except ValueError as error:
        raise DomainError("対応の状態を選んでください。") from error


def _note(answer: SurveyAnswer, form: NoteForm) -> None:
    answers.note(g.session, answer, SurveyAnswerState(form.state.data), form.memo.data or "")
