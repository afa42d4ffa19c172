"""予約のアクション: what is done at each moment of a booking, for all bookings, one course or one event."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import actions
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.effects import Moment, rules
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.reservations.messages import MomentForm, moment_form
from lstep_lite.web import go, render

bp = Blueprint("reservation_actions", __name__, url_prefix="/reservations/actions")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    at, label = _holder()
    sets = effects.sets_at(g.read, at)
    done = {name: actions.sentences(g.read, each.steps) for name, each in sets.items()}
    holders = {effects.SHOP: effects.ALL_BOOKINGS} | rules.targets(g.read)
    return render(
        "reservation_actions/index.html", at=at, label=label, moments=effects.WITH_SETS, done=done, holders=holders
    )


@bp.get("/<kind>")
@allow(Permission.AUTOMATION_EDIT)
def edit(kind: str) -> Response:
    moment, (at, label) = _known(kind), _holder()
    return _editor(moment, at, label, _stored(moment, at))


@bp.post("/<kind>")
@allow(Permission.AUTOMATION_EDIT)
def update(kind: str) -> Response:
    moment, (at, label) = _known(kind), _holder()
    form = moment_form(moment)(request.form)
    if not form.keep_edit(lambda: _keep(moment, at, form), stored=_stored(moment, at)):
        return _editor(moment, at, label, form, status=422)
    flash(f"「{moment.place}」のアクションを保存しました。", "success")
    return go(url_for(".index", at=at))


def _keep(moment: Moment, at: str, form: MomentForm) -> None:
    actions.keep(g.session, effects.place_of(moment), at, form.steps.draft(g.session), now=g.now)


def _known(name: str) -> Moment:
    found = next((moment for moment in effects.WITH_SETS if moment.name == name), None)
    if found is None:
        raise NotFound
    return found


def _holder() -> tuple[str, str]:
    """Which bookings it is about: all, those of a course, or those of an event."""
    at = request.args.get("at", effects.SHOP)
    label = effects.labels_at(g.read, at).get(at)
    if label is None:
        raise NotFound("このメニューやイベントは見つかりませんでした。")
    return at, label


def _stored(moment: Moment, at: str) -> MomentForm:
    place = effects.place_of(moment)
    kept = actions.at(g.read, place, at)
    return moment_form(moment).of(SetDraft(repeats=True) if kept is None else actions.draft(kept, place))


def _editor(moment: Moment, at: str, label: str, form: MomentForm, status: int = 200) -> Response:
    return render(
        "reservation_actions/edit.html",
        "moment_form",
        status=status,
        moment=moment,
        at=at,
        label=label,
        form=form,
    )
