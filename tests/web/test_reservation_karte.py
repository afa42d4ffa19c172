"""Karte on screen: entries, private photos, and what is about health."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import Traces
from lstep_lite.engine.reservations.karte import sweeping
from lstep_lite.models import KarteEntry, KartePhoto, Role
from lstep_lite.web import runtime
from tests.engine.reservations.salon import a_salon
from tests.factories import NOW, a_friend
from tests.web.conftest import regions

DATA = {
    "day": "2026-03-05",
    "provider_id": "0",
    "reservation_id": "0",
    "text": "くせ毛",
    "formula": "N6 40g",
    "phase": "before",
}


@pytest.fixture
def hanako(session, owner):
    a_salon(session)
    friend = a_friend(session, display_name="山田花子")
    session.commit()
    return friend


@pytest.fixture
def karte(hanako):
    return f"/reservations/customers/{hanako.id}/karte"


def a_picture():
    """With the place where it was taken, as phones write it down."""
    data, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (8, 8), "red").save(data, "JPEG", exif=exif)
    data.seek(0)
    return data


def written(client, session, karte, **over):
    files = {"photos": [(a_picture(), "before.jpg")]}
    client.post(karte, data={**DATA, **files, **over}, content_type="multipart/form-data")
    session.expire_all()
    return session.scalars(sa.select(KarteEntry).order_by(KarteEntry.id.desc())).first()


def test_an_entry_is_written_with_photos_that_staff_alone_can_open(page, client, anybody, session, karte):
    page(f"{karte}/new")
    entry = written(client, session, karte)
    photo = session.scalars(sa.select(KartePhoto)).one()
    for place in ("", f"/{entry.id}", f"/{entry.id}/edit", f"/{entry.id}/print"):
        assert "くせ毛" in page(f"{karte}{place}").text
    address = f"{karte}/{entry.id}/photos/{photo.code}"
    for each in (address, f"{address}/preview"):
        answer = client.get(each)
        assert answer.headers["Cache-Control"] == "private, no-store" and b"secret place" not in answer.data
        answer.close()
        assert anybody.get(each).status_code == 303
    assert client.get(f"/media/{photo.code}").status_code == 404


def test_a_change_that_cannot_be_is_shown_and_not_kept(htmx, session, karte):
    assert htmx(karte, {**DATA, "phase": "?"}).status_code == 422
    answer = htmx(karte, {**DATA, "day": ""})
    assert (answer.status_code, regions(answer)) == (422, ["karte-form"])
    assert session.scalar(sa.select(sa.func.count()).select_from(KarteEntry)) == 0


def test_photos_are_added_and_removed_in_place(htmx, client, session, karte):
    entry = written(client, session, karte)
    address = f"{karte}/{entry.id}/photos"
    assert htmx(address, {"phase": "after"}).status_code == 422
    answer = htmx(address, {"phase": "after", "photos": (io.BytesIO(b"no picture"), "x.jpg")})
    assert (answer.status_code, regions(answer)) == (422, ["karte-photos"])
    assert "ここで使えるのは画像" in answer.get_data(as_text=True)
    answer = htmx(address, {"phase": "after", "photos": (a_picture(), "x.jpg")})
    assert (answer.status_code, regions(answer)[0]) == (200, "karte-photos")
    photo = session.scalars(sa.select(KartePhoto).where(KartePhoto.phase == "after")).one()
    assert regions(htmx(f"{address}/{photo.code}/delete", {}))[0] == "karte-photos"
    assert client.get(f"{address}/{photo.code}").status_code == 404


def test_what_is_about_health_is_seen_by_owner_and_administrators_alone(client, session, karte, owner):
    entry = written(client, session, karte, is_sensitive="y", text="ジアミンアレルギー")
    photo = session.scalars(sa.select(KartePhoto)).one()
    assert "ジアミンアレルギー" in client.get(f"{karte}/{entry.id}").text
    owner.role = Role.OPERATOR
    session.commit()
    assert "ジアミンアレルギー" not in client.get(karte).text
    for place in ("", "/edit", "/print", f"/photos/{photo.code}", f"/photos/{photo.code}/preview"):
        assert client.get(f"{karte}/{entry.id}{place}").status_code == 404
    assert client.post(f"{karte}/{entry.id}", data=DATA).status_code == 404
    assert client.post(f"{karte}/{entry.id}/delete").status_code == 404


def test_who_is_forgotten_leaves_no_entry_and_no_photo(client, session, app, karte, hanako, database):
    written(client, session, karte)
    path = session.scalars(sa.select(KartePhoto.path)).one()
    with app.app_context():
        store = runtime().media
    assert store.path_of(path).exists()
    traces = Traces(hanako.id, None, NOW)
    while any(eraser(session, traces) for eraser in erasing._erasers):
        pass
    session.commit()
    sweeping.sweep(database, store, limit=10)
    session.expire_all()
    assert not store.path_of(path).exists()
    assert session.scalars(sa.select(KartePhoto)).all() == session.scalars(sa.select(KarteEntry)).all() == []


def test_who_is_not_signed_in_writes_no_karte(anybody, session, karte):
    assert anybody.get(karte).status_code == 303
    assert anybody.post(karte, data=DATA).status_code == 303
    assert session.query(KarteEntry).count() == 0
