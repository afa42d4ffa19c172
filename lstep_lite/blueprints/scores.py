"""スコア: the list, each score with its thresholds, the friends with the most points, and a friend's points."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import actions, folders, friends, scores, segments
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.scores import PointsForm, ScoreForm, ThresholdForm
from lstep_lite.models import Basis, ChangedBy, Friend, Score, ScoreThreshold
from lstep_lite.web import go, number, render

bp = Blueprint("scores", __name__, url_prefix="/scores")

TOP = 100
LEDGER_STEP = 10
LEDGER_MOST = 500


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    shelf = folders.overview(g.read, scores.FEATURE, request.args.get("folder", type=number))
    return render(
        "scores/index.html",
        "score_list",
        shelf=shelf,
        scores=scores.in_order(g.read, folder_id=shelf.folder_id),
        counts=scores.friend_counts(g.read),
        thresholds=scores.overview(g.read),
        friends_with_points=_friends_with_points,
    )


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    return _edit_page(ScoreForm.of(None, _folders()), None)


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = ScoreForm.posted(request.form, _folders())
    score = form.keep(lambda: scores.create(g.session, form.draft(), now=g.now))
    if not score:
        return _edit_page(form, None, status=422)
    flash(f"スコア「{score.name}」を作りました。点数に応じて何かをするときは、下で基準を決めてください。", "success")
    return go(url_for(".edit", score_id=score.id))


@bp.get("/<int:score_id>")
@allow(Permission.AUTOMATION_EDIT)
def show(score_id: int) -> Response:
    score = scores.get(g.read, score_id)
    basis = Basis.RECENT if request.args.get("by") == Basis.RECENT else Basis.TOTAL
    return render(
        "scores/show.html",
        score=score,
        basis=basis,
        top=scores.top(g.read, score, basis=basis, limit=TOP),
        count=scores.friend_counts(g.read).get(score.id, 0),
        friends_with_points=_friends_with_points,
    )


@bp.get("/<int:score_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(score_id: int) -> Response:
    score = scores.get(g.read, score_id)
    return _edit_page(ScoreForm.of(score, _folders()), score)


@bp.post("/<int:score_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(score_id: int) -> Response:
    score, form = scores.get(g.session, score_id), ScoreForm.posted(request.form, _folders())
    stored = ScoreForm.of(score, _folders())
    if not form.keep_edit(lambda: scores.update(g.session, score, form.draft(), now=g.now), stored=stored):
        return _edit_page(form, score, status=422)
    flash("保存しました", "success")
    return _edit_page(ScoreForm.of(score, _folders()), score)


@bp.post("/<int:score_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(score_id: int) -> Response:
    twin = scores.copy(g.session, scores.get(g.session, score_id), now=g.now)
    flash(f"「{twin.name}」を作りました。お客様の点数はコピーしていません。", "success")
    return go(url_for(".edit", score_id=twin.id))


@bp.post("/<int:score_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(score_id: int) -> Response:
    score = scores.get(g.session, score_id)
    scores.delete(g.session, score)
    flash(f"スコア「{score.name}」を削除しました", "success")
    return go(url_for(".index"))


# Thresholds ----------------------------------------------------------------------------------------------------------


@bp.get("/<int:score_id>/thresholds/new")
@allow(Permission.AUTOMATION_EDIT)
def threshold_new(score_id: int) -> Response:
    return _threshold_page(ThresholdForm(), scores.get(g.read, score_id), None)


@bp.post("/<int:score_id>/thresholds")
@allow(Permission.AUTOMATION_EDIT)
def threshold_create(score_id: int) -> Response:
    score, form = scores.get(g.session, score_id), ThresholdForm(request.form)
    if not form.keep(lambda: scores.add_threshold(g.session, score, form.draft(g.session), now=g.now)):
        return _threshold_page(form, score, None, status=422)
    flash("基準を決めました。これから点数が変わるときに使います。", "success")
    return go(url_for(".edit", score_id=score.id))


@bp.get("/thresholds/<int:threshold_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def threshold_edit(threshold_id: int) -> Response:
    threshold = scores.get_threshold(g.read, threshold_id)
    return _threshold_page(_threshold_form(threshold), scores.get(g.read, threshold.score_id), threshold)


@bp.post("/thresholds/<int:threshold_id>")
@allow(Permission.AUTOMATION_EDIT)
def threshold_update(threshold_id: int) -> Response:
    threshold, form = scores.get_threshold(g.session, threshold_id), ThresholdForm(request.form)
    score, stored = scores.get(g.session, threshold.score_id), _threshold_form(threshold)
    if not form.keep_edit(
        lambda: scores.update_threshold(g.session, threshold, form.draft(g.session), now=g.now), stored=stored
    ):
        return _threshold_page(form, score, threshold, status=422)
    flash("保存しました", "success")
    return _threshold_page(_threshold_form(threshold), score, threshold)


@bp.post("/thresholds/<int:threshold_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def threshold_destroy(threshold_id: int) -> Response:
    threshold = scores.get_threshold(g.session, threshold_id)
    scores.delete_threshold(g.session, threshold)
    flash("基準を削除しました", "success")
    return go(url_for(".edit", score_id=threshold.score_id))


# Beside a friend -----------------------------------------------------------------------------------------------------


@panels.panel("scores/_friend.html", order=40)
def friend_panel(friend: Friend) -> dict[str, Any]:
    return _points(friend, PointsForm())


@bp.post("/friends/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def points_create(friend_id: int) -> Response:
    friend, form = friends.get(g.session, friend_id), PointsForm(request.form)
    form.offer(scores.of(g.session, friend))
    if not form.keep(lambda: _add_by_hand(friend, form)):
        return _panel(friend, form, status=422)
    flash("点数を変えました", "success")
    return _panel(friend, PointsForm())


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _edit_page(form: ScoreForm, score: Score | None, *, status: int = 200) -> Response:
    found = scores.thresholds(g.read, score) if score else []
    sets = actions.at_many(g.read, scores.PLACE, [threshold.id for threshold in found])
    return render(
        "scores/edit.html",
        "score_form",
        status=status,
        then=url_for(".edit", score_id=score.id) if score and request.method == "POST" else "",
        form=form,
        score=score,
        thresholds=found,
        steps={int(holder): actions.sentences(g.read, kept.steps) for holder, kept in sets.items()},
        in_words=scores.in_words,
        insertion=scores.insertion,
        places=scores.places(g.read, score) if score else [],
        count=scores.friend_counts(g.read).get(score.id, 0) if score else 0,
    )


def _threshold_page(
    form: ThresholdForm, score: Score, threshold: ScoreThreshold | None, *, status: int = 200
) -> Response:
    then = url_for(".threshold_edit", threshold_id=threshold.id) if threshold and request.method == "POST" else ""
    return render(
        "scores/threshold_edit.html",
        "threshold_form",
        status=status,
        then=then,
        form=form,
        score=score,
        threshold=threshold,
    )


def _threshold_form(threshold: ScoreThreshold) -> ThresholdForm:
    kept = actions.at(g.read, scores.PLACE, threshold.id)
    return ThresholdForm.of(threshold, actions.draft(kept, scores.PLACE))


def _panel(friend: Friend, form: PointsForm, *, status: int = 200) -> Response:
    then = url_for("friends.show", friend_id=friend.id) if request.method == "POST" else ""
    return render(
        "scores/_friend.html", "friend_scores", status=status, then=then, friend=friend, **_points(friend, form)
    )


def _points(friend: Friend, form: PointsForm) -> dict[str, Any]:
    """The friend's totals, the newest lines of the ledger, and the form to add points."""
    rows = scores.of(g.read, friend)
    shown = min(max(request.args.get("lines", LEDGER_STEP, type=number), 1), LEDGER_MOST)
    lines = scores.ledger(g.read, friend, limit=shown + 1)
    return {
        "score_rows": rows,
        "score_lines": lines[:shown],
        "more_lines": shown + LEDGER_STEP * 5 if len(lines) > shown else None,
        "points_form": form.offer(rows),
    }


def _add_by_hand(friend: Friend, form: PointsForm) -> None:
    scores.add(
        g.session,
        scores.get(g.session, form.score_id.data),
        friend,
        form.signed_points(),
        reason=form.reason.data or "",
        changed_by=ChangedBy.STAFF,
        staff_id=g.staff.id,
        now=g.now,
    )


def _friends_with_points(score: Score) -> str:
    return url_for("friends.index", **segments.query(scores.with_points(score)))


def _folders() -> Sequence[Any]:
    return folders.of_feature(g.read, scores.FEATURE)
