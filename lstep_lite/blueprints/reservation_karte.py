"""カルテ: entries about one customer, with photos that are shown to staff alone."""

from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, g, request, send_file, session, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow, may
from lstep_lite.engine import friends, media
from lstep_lite.engine.media import StoredImage
from lstep_lite.engine.reservations.clientele import history
from lstep_lite.engine.reservations.karte import entries, photos
from lstep_lite.engine.reservations.karte.photos import MOST_AT_ONCE, PHASES
from lstep_lite.engine.reservations.keeping import providers
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.forms.reservations.karte import KarteForm, PhotoForm
from lstep_lite.models import Friend, KarteEntry, MediaKind, PhotoPhase
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("reservation_karte", __name__, url_prefix="/reservations/customers/<int:friend_id>/karte")

UPLOADS = ("reservation_karte.create", "reservation_karte.photo_create")
HIDDEN = "健康・アレルギーについての記録として保存しました。オーナーと管理者だけが見られます。"
TOO_MANY = f"写真は1回に{MOST_AT_ONCE}枚までです。分けて追加してください。"


@bp.url_value_preprocessor
def _take_photos(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, and only from somebody whose cookie we signed."""
    if endpoint in UPLOADS and "staff_id" in session:
        request.max_content_length = media.RECEIVED_BYTES


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index(friend_id: int) -> Response:
    friend, shown = friends.get(g.read, friend_id), request.args.get("page", 1, type=number)
    page = entries.page(g.read, friend, shown, sees_all=_sees_all())
    return render("reservation_karte/index.html", friend=friend, page=page)


@bp.get("/new")
@allow(Permission.RESERVATIONS_EDIT)
def new(friend_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    visit = history.of(g.read, friend, request.args.get("reservation", 0, type=number))
    if visit is None:
        return _editor(friend, KarteForm.new(g.now.astimezone(g.zone).date()))
    return _editor(friend, KarteForm.new(visit.business_date, visit.id, visit.provider_id or 0))


@bp.post("")
@allow(Permission.RESERVATIONS_EDIT)
def create(friend_id: int) -> Response:
    friend, form, pictures = friends.get(g.read, friend_id), KarteForm(request.form), PhotoForm(request.form)
    _offered(form, friend)
    stored = _received(pictures) if form.validate() and pictures.validate() else []
    entry = None if pictures.errors else form.keep(lambda: _write(friend_id, form, pictures, stored))
    if not entry:
        return _editor(friend, form, pictures=pictures, status=422)
    return _kept(friend, entry)


@bp.get("/<int:entry_id>")
@allow(Permission.RESERVATIONS_VIEW)
def show(friend_id: int, entry_id: int) -> Response:
    return _page(friend_id, entry_id, PhotoForm())


@bp.get("/<int:entry_id>/edit")
@allow(Permission.RESERVATIONS_EDIT)
def edit(friend_id: int, entry_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    entry = entries.get(g.read, friend, entry_id, sees_all=_sees_all())
    return _editor(friend, KarteForm.of(entry), entry)


@bp.post("/<int:entry_id>")
@allow(Permission.RESERVATIONS_EDIT)
def update(friend_id: int, entry_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    entry = entries.get(g.session, friend, entry_id, sees_all=_sees_all())
    form, stored = _offered(KarteForm(request.form), friend, entry), _offered(KarteForm.of(entry), friend, entry)
    if not form.keep_edit(lambda: _update(entry, form), stored=stored):
        return _editor(friend, form, entry, status=422)
    return _kept(friend, entry)


@bp.post("/<int:entry_id>/delete")
@allow(Permission.RESERVATIONS_EDIT)
def destroy(friend_id: int, entry_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    entries.delete(g.session, entries.get(g.session, friend, entry_id, sees_all=_sees_all()))
    flash("カルテを削除しました", "success")
    return go(url_for(".index", friend_id=friend.id))


@bp.get("/<int:entry_id>/print")
@allow(Permission.RESERVATIONS_VIEW)
def print_show(friend_id: int, entry_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    entry = entries.get(g.read, friend, entry_id, sees_all=_sees_all())
    return render(
        "reservation_karte/print_show.html",
        friend=friend,
        written=entries.whole(g.read, entry),
        sides=photos.sides(entry),
    )


# Photos --------------------------------------------------------------------------------------------------------------


@bp.post("/<int:entry_id>/photos")
@allow(Permission.RESERVATIONS_EDIT)
def photo_create(friend_id: int, entry_id: int) -> Response:
    """The work on disk comes before the unit."""
    form = PhotoForm(request.form)
    stored = _received(form) if form.validate() else []
    if not stored and not form.photos.errors:
        form.photos.errors = ["写真を選んでください。"]
    if form.photos.errors or not form.keep(lambda: _add(friend_id, entry_id, form, stored)):
        g.finish(commit=False)
        return _page(friend_id, entry_id, form, status=422)
    flash(f"写真を{len(stored)}枚追加しました", "success")
    return _page(friend_id, entry_id, PhotoForm())


@bp.get("/<int:entry_id>/photos/<code>")
@allow(Permission.RESERVATIONS_VIEW)
def photo_show(friend_id: int, entry_id: int, code: str) -> Response:
    return _file(friend_id, entry_id, code, is_small=False)


@bp.get("/<int:entry_id>/photos/<code>/preview")
@allow(Permission.RESERVATIONS_VIEW)
def preview_show(friend_id: int, entry_id: int, code: str) -> Response:
    return _file(friend_id, entry_id, code, is_small=True)


@bp.post("/<int:entry_id>/photos/<code>/delete")
@allow(Permission.RESERVATIONS_EDIT)
def photo_destroy(friend_id: int, entry_id: int, code: str) -> Response:
    entry = entries.get(g.session, friends.get(g.session, friend_id), entry_id, sees_all=_sees_all())
    photos.remove(g.session, photos.get(g.session, entry, code))
    g.session.flush()
    g.session.expire(entry, ["photos"])  # drawn anew
    flash("写真を削除しました", "success")
    return _page(friend_id, entry_id, PhotoForm())


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _sees_all() -> bool:
    return may(Permission.KARTE_HEALTH)


def _received(form: PhotoForm) -> list[StoredImage]:
    """The photos that came along, on disk; none where one of them is refused."""
    files = [file for file in request.files.getlist("photos") if file.filename]
    try:
        if len(files) > MOST_AT_ONCE:
            raise DomainError(TOO_MANY)
        kept = [media.receive(runtime().media, cast(BinaryIO, file.stream), only=MediaKind.IMAGE) for file in files]
    except DomainError as error:
        form.photos.errors = [error.message]
        return []
    return [each for each in kept if isinstance(each, StoredImage)]


def _write(friend_id: int, form: KarteForm, pictures: PhotoForm, stored: list[StoredImage]) -> KarteEntry:
    friend = friends.get(g.session, friend_id)
    entry = entries.write(g.session, friend, form.draft(), staff_id=g.staff.id, now=g.now)
    photos.add(g.session, entry, stored, PhotoPhase(pictures.phase.data))
    return entry


def _update(entry: KarteEntry, form: KarteForm) -> None:
    entries.update(g.session, entry, form.draft(), staff_id=g.staff.id, now=g.now)


def _add(friend_id: int, entry_id: int, form: PhotoForm, stored: list[StoredImage]) -> None:
    entry = entries.get(g.session, friends.get(g.session, friend_id), entry_id, sees_all=_sees_all())
    photos.add(g.session, entry, stored, PhotoPhase(form.phase.data))


def _kept(friend: Friend, entry: KarteEntry) -> Response:
    if entry.is_sensitive and not _sees_all():
        flash(HIDDEN, "success")
        return go(url_for(".index", friend_id=friend.id))
    flash("カルテを保存しました", "success")
    return go(url_for(".show", friend_id=friend.id, entry_id=entry.id))


def _offered(form: KarteForm, friend: Friend, entry: KarteEntry | None = None) -> KarteForm:
    """With whoever serves, and the newest visits."""
    names = {each.id: each.name for each in providers.in_order(g.read, with_retired=entry is not None)}
    visits = history.recent(g.read, friend, now=g.now, also=entry.reservation_id if entry else None)
    return form.offer(names, {each.reservation.id: f"{each.when} {each.what}" for each in visits})


def _editor(
    friend: Friend,
    form: KarteForm,
    entry: KarteEntry | None = None,
    *,
    pictures: PhotoForm | None = None,
    status: int = 200,
) -> Response:
    shown = _offered(form, friend, entry)
    more: dict[str, Any] = {"pictures": pictures or PhotoForm(), "most": MOST_AT_ONCE}
    return render(
        "reservation_karte/edit.html", "karte_form", status=status, form=shown, friend=friend, entry=entry, **more
    )


def _page(friend_id: int, entry_id: int, form: PhotoForm, status: int = 200) -> Response:
    friend = friends.get(g.read, friend_id)
    entry = entries.get(g.read, friend, entry_id, sees_all=_sees_all())
    then = url_for(".show", friend_id=friend.id, entry_id=entry.id) if request.method == "POST" else ""
    return render(
        "reservation_karte/show.html",
        "karte_photos",
        status=status,
        then=then,
        friend=friend,
        written=entries.whole(g.read, entry),
        sides=photos.sides(entry),
        versions=entries.versions(g.read, entry),
        form=form,
        phases=PHASES,
        most=MOST_AT_ONCE,
    )


def _file(friend_id: int, entry_id: int, code: str, *, is_small: bool) -> Response:
    entry = entries.get(g.read, friends.get(g.read, friend_id), entry_id, sees_all=_sees_all())
    photo = photos.get(g.read, entry, code)
    path, kind = (photo.preview_path, "image/jpeg") if is_small else (photo.path, photo.content_type)
    try:
        answer = send_file(runtime().media.path_of(path), kind)
    except FileNotFoundError as error:
        raise NotFound("この写真は見つかりませんでした。") from error
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
