"""Files friends send, fetched from LINE."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lstep_lite.db import Database
from lstep_lite.engine import media
from lstep_lite.engine.line import Account
from lstep_lite.engine.media import MediaStore, fetching, storage
from lstep_lite.errors import NotFound
from lstep_lite.models import Media, MediaKind, MediaState
from tests.emulator.conftest import Control
from tests.engine.media.test_pictures import a_picture
from tests.factories import NOW, a_friend


@pytest.fixture
def user_id(control: Control) -> str:
    return control.a_friend("花子")


def sent_by(control: Control, user_id: str, kind: str = "image") -> str:
    data = base64.b64encode(a_picture()).decode()
    return str(control.post(f"/users/{user_id}/say", {kind: data})["message_id"])


def expected(database: Database, message_id: str, kind: MediaKind = MediaKind.IMAGE) -> int:
    with database.unit() as session:
        return media.expect(session, a_friend(session), kind, line_message_id=message_id, now=NOW).id


def row_of(database: Database, media_id: int) -> Media:
    with database.read() as session:
        row = session.get_one(Media, media_id)
        session.expunge(row)
        return row


def files(store: MediaStore) -> list[Path]:
    return [path for path in store.path_of("").rglob("*") if path.is_file()]


def test_a_picture_a_friend_sent_is_fetched_once(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    assert media.fetch_due(database, account, store, wall=NOW, limit=5) == 1
    assert media.fetch_due(database, account, store, wall=NOW + timedelta(days=1), limit=5) == 0
    row = row_of(database, media_id)
    assert (row.state, row.content_type, row.width, row.height) == (MediaState.STORED, "image/jpeg", 600, 400)
    assert {store.path_of(str(row.path)), store.path_of(str(row.preview_path))} == set(files(store))


def test_expecting_one_message_twice_makes_one_row(database: Database) -> None:
    assert expected(database, "1") == expected(database, "1")


def test_a_file_that_is_gone_at_line_is_shown_as_expired(
    database: Database, account: Account, store: MediaStore
) -> None:
    media_id = expected(database, "404404")
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    assert row_of(database, media_id).state is MediaState.EXPIRED


def test_while_line_cannot_give_it_the_file_is_asked_for_again_later(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    control.post("/faults", {"path": "/v2/bot/message", "mode": "drop-before", "times": 1})
    assert media.fetch_due(database, account, store, wall=NOW, limit=5) == 1
    row = row_of(database, media_id)
    assert (row.state, row.attempts) == (MediaState.WAITING, 1)
    assert row.due_at is not None
    assert row.due_at > NOW
    media.fetch_due(database, account, store, wall=row.due_at, limit=5)
    assert row_of(database, media_id).state is MediaState.STORED


def test_a_file_that_never_comes_is_given_up_at_last(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    control.post("/faults", {"path": "/v2/bot/message", "mode": "500", "times": 99})
    for day in range(fetching.MAX_ATTEMPTS):
        media.fetch_due(database, account, store, wall=NOW + timedelta(days=day), limit=1)
    row = row_of(database, media_id)
    assert row.state is MediaState.FAILED
    assert row.reason


def test_a_file_over_the_limit_is_not_kept(
    database: Database,
    account: Account,
    store: MediaStore,
    control: Control,
    user_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storage, "RECEIVED_BYTES", 100)
    media_id = expected(database, sent_by(control, user_id))
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    assert row_of(database, media_id).state is MediaState.FAILED
    assert files(store) == []


def test_a_document_is_only_offered_for_downloading(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id), MediaKind.FILE)
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    assert row_of(database, media_id).content_type == fetching.ANY_FILE


def test_an_unsent_file_is_unreachable_at_once_and_its_bytes_go_with_the_sweep(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    leftover = store.path_of(str(row_of(database, media_id).path) + ".dead.part")
    leftover.write_bytes(b"of a killed worker")
    with database.unit() as session:
        row = session.get_one(Media, media_id)
        media.delete(session, row)
        with pytest.raises(NotFound):
            media.find(session, row.code)
    assert media.sweep(database, store, limit=10) == 1
    assert files(store) == []
    assert media.sweep(database, store, limit=10) == 0


def test_a_file_unsent_while_it_was_being_fetched_does_not_stay(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    with database.unit() as session:
        job = fetching._claim(session, NOW)
    assert job is not None
    outcome = fetching._fetch(account, store, job)
    with database.unit() as session:
        media.delete(session, session.get_one(Media, media_id))
    media.sweep(database, store, limit=10)
    fetching._fetch(account, store, job)  # a second worker, later still
    with database.unit() as session:
        fetching._record(session, job, outcome, NOW)
    assert row_of(database, media_id).state is MediaState.DELETED
    assert media.sweep(database, store, limit=10) == 1
    assert files(store) == []


def test_no_two_workers_fetch_the_same_file(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        friend = a_friend(session)
        for number in range(2):
            media.expect(session, friend, MediaKind.IMAGE, line_message_id=str(number), now=NOW)
    claimed = []
    for _ in range(3):
        with fresh_database.unit() as session:
            claimed.append(fetching._claim(session, NOW))
    with fresh_database.read() as session:
        rows = session.scalars(select(Media.id).order_by(Media.id)).all()
    assert [job and job.media_id for job in claimed] == [*rows, None]
