"""試運転: one friend's whole future, before anything is switched on."""

from datetime import datetime, timedelta

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import friends, rehearsals
from lstep_lite.engine.rehearsals import Film, Tap
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.rehearsals import RehearsalForm, parse_taps, taps_in_words
from lstep_lite.web import number, render, runtime

bp = Blueprint("rehearsals", __name__, url_prefix="/rehearsals")

SOON = timedelta(minutes=1)
"""How long after a message its button is assumed to be tapped."""


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    friend_id = request.args.get("friend", type=number)
    friend = friends.get(g.read, friend_id) if friend_id else None
    return _page(RehearsalForm.fresh(g.read, request.args.get("what", ""), friend, now=g.now, zone=g.zone))


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = RehearsalForm.posted(g.read, request.form, g.zone)
    film = form.keep(lambda: _film(form))
    g.finish(commit=False)  # drawing it needs no lock
    if film is None:
        return _page(form, "rehearsal_form", status=422)
    return _page(form, "rehearsal_form", "film", film=film)


def _film(form: RehearsalForm) -> Film:
    wanted = form.rehearsal(g.read, public_url=runtime().settings.public_url, now=g.now, zone=g.zone)
    viewer = friends.get(g.session, wanted.viewer) if isinstance(wanted.viewer, int) else wanted.viewer
    return rehearsals.play(g.session, viewer, wanted.begin, wanted.setting, now=g.now)


def _page(form: RehearsalForm, *regions: str, status: int = 200, film: Film | None = None) -> Response:
    taps = _Taps(parse_taps(form.taps.data or ""), film)
    return render("rehearsals/new.html", *regions, status=status, form=form, film=film, taps=taps)


class _Taps:
    """What is assumed to be tapped, and the values of the buttons that assume one tap more, or one less."""

    def __init__(self, assumed: list[Tap], film: Film | None) -> None:
        choices = [choice for _, sending in film.sendings for choice in sending.choices] if film else []
        labels = {choice.code: choice.label for choice in choices}
        self.shown = [(tap, labels.get(tap.code, "ボタン")) for tap in assumed]
        self.codes = {tap.code for tap in assumed}
        self._assumed = assumed

    def plus(self, shown_at: datetime, code: str) -> str:
        return taps_in_words([*self._assumed, Tap(shown_at + SOON, code)])

    def minus(self, tap: Tap) -> str:
        return taps_in_words(each for each in self._assumed if each != tap)
