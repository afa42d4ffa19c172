"""予約の試し: which messages a booking would bring, and when."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import friends
from lstep_lite.engine.reservations import Refused
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.desk import looks, trials
from lstep_lite.engine.reservations.desk.trials import Trial
from lstep_lite.engine.reservations.events import participants
from lstep_lite.engine.reservations.keeping import courses, pages, providers
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.reasons import TrialForm
from lstep_lite.web import render

bp = Blueprint("reservation_trials", __name__, url_prefix="/reservations/trials")
bp.before_request(reservation_gate.begun)


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    usual = next((each.id for each in pages.in_order(g.read) if each.is_open), 0)
    return _page(TrialForm(data={"calendar": usual, "date": looks.day_now(g.read, now=g.now)}))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    """Nothing is kept."""
    form = TrialForm(request.form)
    try:
        trial = form.keep(lambda: _play(form))
    except Refused as refusal:
        g.finish(commit=False)
        return _page(form, problem=refusal, status=refusal.status)
    g.finish(commit=False)
    return _page(form, trial or None, status=200 if trial else 422)


def _play(form: TrialForm) -> Trial | None:
    page = pages.get(g.session, form.calendar.data) if form.calendar.data else None
    friend = friends.get(g.session, form.friend.data) if form.friend.data else None
    question = form.question(looks.day_now(g.session, now=g.now), page, friend)
    return trials.play(g.session, question, now=g.now) if question is not None else None


def _page(
    form: TrialForm, trial: Trial | None = None, *, problem: Refused | None = None, status: int = 200
) -> Response:
    extras = offering.extras(g.read, form.courses.data or ())
    form.offer(courses.in_order(g.read), extras, providers.in_order(g.read), pages.in_order(g.read))
    typed = (form.customer.data or "").strip()[:100]
    return render(
        "reservation_trials/new.html",
        status=status,
        form=form,
        trial=trial,
        problem=problem,
        found=participants.candidates(g.read, typed) if typed else [],
        friend=friends.get(g.read, form.friend.data) if form.friend.data else None,
    )
