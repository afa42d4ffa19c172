"""自動応答: the list in the order it is tried, the editor, and a box to try a text."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import auto_replies, folders, friends, messages
from lstep_lite.engine.auto_replies import samples
from lstep_lite.engine.friends import Filters
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.auto_replies import AutoReplyForm, ScheduleForm, TrialForm
from lstep_lite.models import AutoReply, Friend
from lstep_lite.web import go, live, number, render, runtime

bp = Blueprint("auto_replies", __name__, url_prefix="/auto-replies")

FEATURE = "auto_replies"
SAMPLE_FRIEND = Friend(display_name="山田 花子")
CANDIDATES = 8
"""Friends to choose from in the trial."""


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    return _list("rule_list")


@bp.get("/trial")
@allow(Permission.MESSAGES_EDIT)
def trial_show() -> Response:
    return _list("trial")


@bp.get("/new")
@allow(Permission.MESSAGES_EDIT)
def new() -> Response:
    sample = samples.find(request.args.get("sample", ""))
    form = AutoReplyForm.of(sample.draft() if sample else None, _folders())
    return render("auto_replies/edit.html", form=form, rule=None, hours=_hours(form), sample=sample)


@bp.post("")
@allow(Permission.MESSAGES_EDIT)
def create() -> Response:
    form = AutoReplyForm.posted(request.form, _folders())
    rule = form.keep(lambda: auto_replies.create(g.session, form.draft(g.session), now=g.now))
    if not rule:
        return render("auto_replies/edit.html", "rule_form", status=422, form=form, rule=None, hours=_hours(form))
    flash(_what_happens_next(rule), "success")
    return go(url_for(".edit", rule_id=rule.id))


@bp.get("/<int:rule_id>/edit")
@allow(Permission.MESSAGES_EDIT)
def edit(rule_id: int) -> Response:
    rule = auto_replies.get(g.read, rule_id)
    form = _stored_form(rule)
    return render("auto_replies/edit.html", form=form, rule=rule, hours=_hours(form))


@bp.post("/<int:rule_id>")
@allow(Permission.MESSAGES_EDIT)
def update(rule_id: int) -> Response:
    rule, form = auto_replies.get(g.session, rule_id), AutoReplyForm.posted(request.form, _folders())
    if not form.keep_edit(lambda: _update(rule, form), stored=_stored_form(rule)):
        return render("auto_replies/edit.html", "rule_form", status=422, form=form, rule=rule, hours=_hours(form))
    flash(_what_happens_next(rule), "success")
    form = _stored_form(rule)
    return render(
        "auto_replies/edit.html",
        "rule_form",
        then=url_for(".edit", rule_id=rule.id),
        form=form,
        rule=rule,
        hours=_hours(form),
    )


@bp.post("/<int:rule_id>/delete")
@allow(Permission.MESSAGES_EDIT)
def destroy(rule_id: int) -> Response:
    rule = auto_replies.get(g.session, rule_id)
    auto_replies.delete(g.session, rule)
    flash(f"「{rule.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:rule_id>/switch")
@allow(Permission.MESSAGES_EDIT)
def switch_create(rule_id: int) -> Response:
    rule = auto_replies.get(g.session, rule_id)
    auto_replies.switch(g.session, rule, is_on=request.form.get("is_on") == "yes", now=g.now)
    flash(_what_happens_next(rule), "success")
    return _list("rule_list")


@bp.post("/<int:rule_id>/copy")
@allow(Permission.MESSAGES_EDIT)
def copy_create(rule_id: int) -> Response:
    rule = auto_replies.copy(g.session, auto_replies.get(g.session, rule_id), now=g.now)
    flash(f"「{rule.name}」を作りました。まだオフです。", "success")
    return go(url_for(".edit", rule_id=rule.id))


@bp.get("/schedule")
@allow(Permission.MESSAGES_EDIT)
def schedule_show() -> Response:
    """The sentence under the weekdays and hours, while they are being chosen."""
    return live("auto_replies/edit.html", "schedule_sentence", hours=_hours(ScheduleForm(request.args)))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list(region: str) -> Response:
    """The whole list page or one region of it; search, folder and trial come from the address."""
    shelf, trial = folders.overview(g.read, FEATURE, request.args.get("folder", type=number)), TrialForm(request.args)
    then = url_for(".index", folder=shelf.folder_id) if request.method == "POST" else ""
    rules = auto_replies.in_order(g.read, folder_id=shelf.folder_id)
    return render(
        "auto_replies/index.html",
        region,
        then=then,
        rules=rules,
        besides=auto_replies.besides(g.read, rules),
        whom=auto_replies.whom(g.read, rules),
        shelf=shelf,
        samples=samples.SAMPLES,
        hours_in_words=auto_replies.hours_in_words,
        previews=_previews(rules),
        trial=trial,
        **_trial(trial),
    )


def _previews(rules: Sequence[AutoReply]) -> dict[int, str]:
    lines = messages.preview_texts(g.read, [rule.blocks for rule in rules])
    return {rule.id: line for rule, line in zip(rules, lines, strict=True)}


def _trial(trial: TrialForm) -> dict[str, Any]:
    """What the trial box shows: the outcome, or first the friends of that name to choose from."""
    found: dict[str, Any] = {"explanation": None, "friend": None, "candidates": None}
    if not trial.text.data or not trial.validate():
        return found
    if trial.who.data:
        found |= _writers(trial)
    return found if found["candidates"] is not None else found | _outcome(trial, found["friend"])


def _writers(trial: TrialForm) -> dict[str, Any]:
    """Whoever was chosen, or the only one of that name; else those to choose from."""
    people = friends.search(g.read, Filters(text=trial.who.data), size=CANDIDATES).friends
    chosen = people if len(people) == 1 else [friend for friend in people if friend.id == trial.friend.data]
    return {"friend": chosen[0]} if chosen else {"candidates": people}


def _outcome(trial: TrialForm, friend: Friend | None) -> dict[str, Any]:
    """What the rules would do with the text, and the bubbles the friend would see."""
    now = trial.moment(g.zone) or g.now
    explanation = auto_replies.explain(g.read, trial.text.data, friend=friend, now=now)
    blocks = [block for rule in explanation.answers for block in rule.blocks]
    people = [friend] if friend else []
    context = messages.context(g.read, blocks, public_url=runtime().settings.public_url, now=now, friends=people)
    try:
        objects = messages.render(context, friend or SAMPLE_FRIEND)
        return {"explanation": explanation, "objects": objects, "problem": ""}
    except DomainError as error:
        return {"explanation": explanation, "objects": [], "problem": error.message}


def _update(rule: AutoReply, form: AutoReplyForm) -> None:
    auto_replies.update(g.session, rule, form.draft(g.session), now=g.now)


def _stored_form(rule: AutoReply) -> AutoReplyForm:
    return AutoReplyForm.of(rule, _folders(), auto_replies.actions_of(g.read, rule))


def _folders() -> Sequence[Any]:
    return folders.of_feature(g.read, FEATURE)


def _hours(form: ScheduleForm) -> str:
    """The weekdays and hours of *form* as a sentence, or what is still missing."""
    hours = form.hours()
    if (hours["starts_at"] is None) != (hours["ends_at"] is None):
        return "時間帯は、始まりと終わりの両方を入力してください。"
    return _hours_sentence(AutoReply(**hours))


def _hours_sentence(rule: AutoReply) -> str:
    return f"{auto_replies.hours_in_words(rule)}に届いたメッセージに返します。"


def _what_happens_next(rule: AutoReply) -> str:
    if not rule.is_on:
        return f"「{rule.name}」は今オフです。オンにするまで返信しません。"
    return f"「{rule.name}」はオンです。{_hours_sentence(rule)}"
