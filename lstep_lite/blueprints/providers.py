"""担当者: the people who serve, what they do, and their weekly pattern."""

from datetime import date

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import media, mentions, staff
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.keeping import courses, providers, shifts
from lstep_lite.engine.reservations.keeping.providers import SkillDraft
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.reservations.providers import ProviderForm, SkillsForm
from lstep_lite.forms.reservations.shifts import WeekForm
from lstep_lite.models import MediaKind, Provider
from lstep_lite.web import go, render

bp = Blueprint("providers", __name__, url_prefix="/reservations/providers")
bp.before_request(reservation_gate.begun)

MOST_PICTURES = 200
"""Without JavaScript one chooses among the newest of them."""


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    return _editor(ProviderForm(data={"color": providers.next_color(g.read).value}))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    """Their hours come next."""
    form = _offered(ProviderForm(request.form))
    provider = form.keep(lambda: providers.create(g.session, form.draft(), now=g.now))
    if not provider:
        return _editor(form, status=422)
    flash(f"{provider.name}さんを追加しました。次に、できるメニューを選んでください。", "success")
    return go(url_for(".skills_edit", provider_id=provider.id))


@bp.get("/<int:provider_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(provider_id: int) -> Response:
    provider = providers.get(g.read, provider_id)
    return _editor(_stored(provider), provider)


@bp.post("/<int:provider_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(provider_id: int) -> Response:
    provider, form = providers.get(g.session, provider_id), _offered(ProviderForm(request.form))
    if not form.keep_edit(lambda: _update(provider, form), stored=_stored(provider)):
        return _editor(form, provider, status=422)
    flash(f"{provider.name}さんの設定を保存しました。", "success")
    return go(url_for(".index"))


@bp.post("/<int:provider_id>/move")
@allow(Permission.RESERVATIONS_SETUP)
def move_create(provider_id: int) -> Response:
    provider = providers.get(g.session, provider_id)
    providers.move(g.session, provider, by=-1 if request.form.get("by") == "up" else 1, now=g.now)
    return _list("provider_list")


@bp.post("/<int:provider_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(provider_id: int) -> Response:
    provider = providers.get(g.session, provider_id)
    name, is_gone = provider.name, providers.remove(g.session, provider, now=g.now)
    flash(
        f"{name}さんを削除しました。" if is_gone else f"{name}さんを「退職」にしました。予約の記録は残ります。",
        "success",
    )
    return go(url_for(".index"))


# What they do --------------------------------------------------------------------------------------------------------


@bp.get("/<int:provider_id>/skills")
@allow(Permission.RESERVATIONS_SETUP)
def skills_edit(provider_id: int) -> Response:
    provider = providers.get(g.read, provider_id)
    return _skills(provider, _stored_skills(provider))


@bp.post("/<int:provider_id>/skills")
@allow(Permission.RESERVATIONS_SETUP)
def skills_update(provider_id: int) -> Response:
    provider = providers.get(g.session, provider_id)
    form = SkillsForm(request.form).offer(courses.in_order(g.session))
    stored = _stored_skills(provider)
    if not form.keep_edit(lambda: providers.teach(g.session, provider, form.skills.data, now=g.now), stored=stored):
        return _skills(provider, form, status=422)
    flash(f"{provider.name}さんのできるメニューを保存しました。", "success")
    return go(url_for(".week_edit", provider_id=provider.id) if not shifts.weeks(g.session, provider) else _home())


def _stored_skills(provider: Provider) -> SkillsForm:
    """Somebody without any begins with the whole menu."""
    every = courses.in_order(g.read)
    kept = providers.skills(g.read, provider) or {each.id: SkillDraft() for each in every}
    return SkillsForm.of(kept, every)


def _skills(provider: Provider, form: SkillsForm, status: int = 200) -> Response:
    is_new = not providers.skills(g.read, provider)
    return render("providers/skills.html", "skills_form", status=status, provider=provider, form=form, is_new=is_new)


# When they work ------------------------------------------------------------------------------------------------------


@bp.get("/<int:provider_id>/week")
@allow(Permission.RESERVATIONS_SETUP)
def week_edit(provider_id: int) -> Response:
    """The pattern that begins on the day ?from=, else the latest, else the shop's hours to begin with."""
    provider = providers.get(g.read, provider_id)
    return _week(provider, _stored_week(provider, _from()))


@bp.post("/<int:provider_id>/week")
@allow(Permission.RESERVATIONS_SETUP)
def week_update(provider_id: int) -> Response:
    provider, form = providers.get(g.session, provider_id), WeekForm(request.form)
    if not form.keep_edit(lambda: _put_week(provider, form), stored=_stored_week(provider, form.valid_from.data)):
        return _week(provider, form, status=422)
    flash(f"{provider.name}さんの曜日ごとの勤務を保存しました。", "success")
    return go(_home())


@bp.post("/<int:provider_id>/week/delete")
@allow(Permission.RESERVATIONS_SETUP)
def week_destroy(provider_id: int) -> Response:
    provider = providers.get(g.session, provider_id)
    shifts.remove_week(g.session, provider, _from(), by=by_staff(g.staff.id), now=g.now)
    flash("勤務のパターンを削除しました。", "success")
    return go(url_for(".week_edit", provider_id=provider.id))


def _from() -> date | None:
    text = request.values.get("from", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound from None


def _put_week(provider: Provider, form: WeekForm) -> None:
    by = by_staff(g.staff.id)
    shifts.put_week(g.session, provider, form.week(), by=by, now=g.now, anyway=form.anyway.data)


def _stored_week(provider: Provider, valid_from: date | None) -> WeekForm:
    weeks = shifts.weeks(g.read, provider)
    same = next((each for each in weeks if each.valid_from == valid_from), None)
    return WeekForm.of(same or next(iter(weeks), None) or shifts.of_shop(g.read))


def _week(provider: Provider, form: WeekForm, status: int = 200) -> Response:
    weeks = shifts.weeks(g.read, provider)
    return render("providers/week.html", "week_form", status=status, provider=provider, form=form, weeks=weeks)


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _home() -> str:
    return url_for(".index")


def _list(*regions: str) -> Response:
    return render(
        "providers/index.html",
        *regions,
        then=_home() if regions else "",
        people=providers.in_order(g.read, with_retired=True),
        counts=providers.skill_counts(g.read),
        total=len(courses.in_order(g.read)),
    )


def _update(provider: Provider, form: ProviderForm) -> None:
    providers.update(g.session, provider, form.draft(), by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _stored(provider: Provider) -> ProviderForm:
    return _offered(ProviderForm.of(provider))


def _offered(form: ProviderForm) -> ProviderForm:
    pictures = media.page(g.read, kind=MediaKind.IMAGE, size=MOST_PICTURES).files
    return form.offer(staff.everybody(g.read), {row.id: row.name for row in pictures})


def _editor(form: ProviderForm, provider: Provider | None = None, status: int = 200) -> Response:
    ahead = providers.bookings_ahead(g.read, provider, now=g.now) if provider else 0
    return render(
        "providers/edit.html",
        "provider_form",
        status=status,
        form=_offered(form),
        provider=provider,
        ahead=ahead,
        places=mentions.places(g.read, providers.FEATURE, provider.id) if provider else [],
    )
