"""Connecting to LINE: the values, the steps, the followers from before, the month's allowance."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.emulator import Emulator, EmulatorConfig, start
from lstep_lite.emulator.people import FRIEND
from lstep_lite.engine import settings
from lstep_lite.engine.line import Account
from lstep_lite.engine.settings import checks, credentials, followers, quota
from lstep_lite.engine.settings.credentials import ConnectionDraft, OtherAccount
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Channel, CheckState, Delivery, FollowersState, Friend, Origin, TimelineEntry
from tests.emulator.conftest import PUBLIC_URL, Control
from tests.engine.conftest import VAULT, an_account
from tests.factories import NOW, a_friend

SECRET, NEW_SECRET, LOGIN_SECRET = "a" * 32, "b" * 32, "c" * 32


def draft(**over: object) -> ConnectionDraft:
    values = {
        "messaging_channel_id": "1600000001",
        "messaging_secret": SECRET,
        "login_channel_id": "2000000001",
        "login_secret": LOGIN_SECRET,
    }
    return ConnectionDraft(**values | over)


def saved(session: Session, given: ConnectionDraft) -> Channel:
    channel = credentials.save(session, given, vault=VAULT, now=NOW)
    session.flush()
    return channel


# The values ----------------------------------------------------------------------------


def test_secrets_are_sealed_and_an_empty_one_keeps_what_is_stored(session: Session) -> None:
    channel = saved(session, draft())
    assert SECRET not in channel.messaging_secret
    assert LOGIN_SECRET not in channel.login_secret
    channel = saved(session, draft(messaging_secret="", login_secret=""))
    assert VAULT.open(channel.messaging_secret) == SECRET
    assert VAULT.open(channel.login_secret) == LOGIN_SECRET


def test_the_first_connection_needs_both_secrets(session: Session) -> None:
    with pytest.raises(DomainError) as refusal:
        saved(session, draft(login_secret=""))
    assert refusal.value.field == "login_secret"


def test_a_new_secret_leaves_the_old_one_good_for_a_day(session: Session) -> None:
    saved(session, draft()).access_token = "sealed"
    channel = saved(session, draft(messaging_secret=NEW_SECRET))
    assert VAULT.open(channel.messaging_secret) == NEW_SECRET
    assert VAULT.open(str(channel.old_messaging_secret)) == SECRET
    assert channel.old_secret_until == NOW + timedelta(hours=24)
    assert channel.access_token is None


def test_pasting_the_same_secret_again_is_no_rotation(session: Session) -> None:
    saved(session, draft())
    assert saved(session, draft()).old_messaging_secret is None


def test_another_account_needs_a_word_and_then_begins_anew(session: Session) -> None:
    channel = saved(session, draft())
    channel.connected_at, channel.basic_id, channel.paused_at, channel.quota_used = NOW, "@old", NOW, 5
    other = draft(messaging_channel_id="1600000002")
    with pytest.raises(OtherAccount):
        saved(session, other)
    assert channel.messaging_channel_id == "1600000001"
    saved(session, draft(messaging_channel_id="1600000002", accepts_other_account=True))
    assert channel.messaging_channel_id == "1600000002"
    assert (channel.connected_at, channel.basic_id, channel.paused_at, channel.quota_used) == (None, None, None, None)


# The steps ----------------------------------------------------------------------------


class Shop:
    """A server where the public address leads: it answers webhooks like ours does."""

    def __init__(self) -> None:
        self.secret = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                signed = base64.b64encode(hmac.digest(outer.secret.encode(), raw, hashlib.sha256)).decode()
                self.send_response(200 if self.headers["x-line-signature"] == signed else 401)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    threading.Thread(target=shop.server.serve_forever, args=(0.01,), daemon=True).start()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def emulator(tmp_path: Path, shop: Shop) -> Iterator[Emulator]:
    running = start(EmulatorConfig.load(tmp_path, app_url=shop.url, public_url=PUBLIC_URL, port=0))
    shop.secret = running.config.channel_secret
    yield running
    running.stop()


@pytest.fixture
def account(database: Database, emulator: Emulator) -> Account:
    with database.unit() as session:
        credentials.save(session, as_copied(emulator), vault=VAULT, now=NOW)
    return an_account(database, emulator)


def as_copied(emulator: Emulator, **over: object) -> ConnectionDraft:
    config = emulator.config
    values = {
        "messaging_channel_id": config.channel_id,
        "messaging_secret": config.channel_secret,
        "login_channel_id": config.login_channel_id,
        "login_secret": config.login_channel_secret,
    }
    return ConnectionDraft(**values | over)


def run(database: Database, account: Account) -> dict[str, CheckState]:
    trial = checks.run(database, account, VAULT, public_url=PUBLIC_URL)
    with database.unit() as session:
        checks.record(session, trial, now=NOW, wall=NOW)
    return outcomes(database)


def outcomes(database: Database) -> dict[str, CheckState]:
    with database.read() as session:
        return {name: check.state for name, check in checks.outcomes(session).items()}


def stored_channel(database: Database) -> Channel:
    with database.read() as session:
        channel = session.get_one(Channel, 1)
        session.expunge(channel)
    return channel


def test_every_step_succeeds_and_what_was_learned_is_kept(
    database: Database, account: Account, emulator: Emulator
) -> None:
    found = run(database, account)
    assert set(found) == set(checks.STEPS)
    assert set(found.values()) == {CheckState.GOOD}
    channel = stored_channel(database)
    assert (channel.bot_user_id, channel.basic_id) == (emulator.bot_user_id, emulator.basic_id)
    assert channel.connected_at == NOW
    assert channel.quota_limit == 200
    assert channel.liff_id
    assert channel.followers_state is FollowersState.RUNNING
    assert emulator.store.setting("webhook_endpoint") == f"{PUBLIC_URL}/line/webhook"


def test_running_the_steps_again_keeps_the_one_liff_app(database: Database, account: Account) -> None:
    run(database, account)
    first = stored_channel(database).liff_id
    run(database, account)
    assert stored_channel(database).liff_id == first
    assert [app.liff_id for app in account.liff_apps().all()] == [first]


def test_a_wrong_secret_is_named_and_what_needs_it_is_left_for_later(
    database: Database, account: Account, emulator: Emulator
) -> None:
    with database.unit() as session:
        credentials.save(session, as_copied(emulator, messaging_secret=SECRET), vault=VAULT, now=NOW)
    found = run(database, account)
    assert found["token"] is CheckState.BAD
    assert {found[name] for name in ("bot", "webhook", "webhook_test", "quota")} == {CheckState.SKIPPED}
    assert found["login"] is CheckState.GOOD
    assert stored_channel(database).connected_at is None
    with database.read() as session:
        assert "チャネルシークレット" in checks.outcomes(session)["token"].message


def test_a_server_that_refuses_the_signature_is_not_connected(database: Database, account: Account, shop: Shop) -> None:
    shop.secret = "another"
    assert run(database, account)["webhook_test"] is CheckState.BAD
    assert stored_channel(database).connected_at is None


def test_the_owner_is_warned_of_line_chat_and_of_channels_that_do_not_belong_together(
    database: Database, account: Account, control: Control
) -> None:
    control.post("/account", {"chat_mode": "chat", "same_provider": False})
    found = run(database, account)
    assert found["chat_mode"] is CheckState.WARNING
    assert found["provider"] is CheckState.WARNING
    assert stored_channel(database).liff_id, "customers' pages are made all the same"


def test_outcomes_of_an_account_that_was_exchanged_meanwhile_are_dropped(database: Database, account: Account) -> None:
    trial = checks.run(database, account, VAULT, public_url=PUBLIC_URL)
    with database.unit() as session:
        saved(session, draft(accepts_other_account=True))
        checks.record(session, trial, now=NOW, wall=NOW)
    assert stored_channel(database).connected_at is None
    assert outcomes(database) == {}


def test_a_confirmation_outlives_new_values_but_must_be_one_we_ask_for(session: Session) -> None:
    saved(session, draft())
    checks.confirm(session, "same_provider", now=NOW)
    checks.confirm(session, "same_provider", now=NOW)
    saved(session, draft(messaging_secret=NEW_SECRET))
    assert set(checks.outcomes(session)) == {"same_provider"}
    with pytest.raises(NotFound):
        checks.confirm(session, "anything", now=NOW)


# The people from before ----------------------------------------------------------------------------


def start_import(database: Database) -> None:
    with database.unit() as session:
        followers.start(session.get_one(Channel, 1), wall=NOW)


def import_all(database: Database, account: Account) -> int:
    count = 0
    while page := followers.import_due(database, account, now=NOW, wall=NOW):
        count += page
    return count


def with_followers(emulator: Emulator, count: int) -> list[str]:
    user_ids = [f"U{number:032x}" for number in range(count)]
    with emulator.store.unit():
        for user_id in user_ids:
            emulator.store.write(
                "INSERT INTO user (user_id, name, language, relation) VALUES (?, 'x', 'ja', ?)", user_id, FRIEND
            )
    emulator.store.set_setting("verified", True)
    return user_ids


def test_followers_are_imported_page_by_page_without_a_greeting(
    database: Database, account: Account, emulator: Emulator
) -> None:
    user_ids = with_followers(emulator, 1001)
    start_import(database)
    assert followers.import_due(database, account, now=NOW, wall=NOW) == 1000
    assert stored_channel(database).followers_cursor, "the next page is remembered"
    assert import_all(database, account) == 1
    channel = stored_channel(database)
    assert (channel.followers_state, channel.followers_count) == (FollowersState.DONE, 1001)
    with database.read() as session:
        assert set(session.scalars(select(Friend.line_user_id))) == set(user_ids)
        assert set(session.scalars(select(Friend.origin))) == {Origin.IMPORTED}
        assert session.scalar(select(func.max(Friend.profile_due_at))) == NOW + 1000 * followers.PROFILE_EVERY
        assert session.scalar(select(func.count()).select_from(TimelineEntry)) == 0
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_a_page_imported_twice_adds_nobody_twice_and_leaves_known_people_alone(
    database: Database, account: Account, emulator: Emulator
) -> None:
    first, second, third = with_followers(emulator, 3)
    with database.unit() as session:
        a_friend(session, line_user_id=first, is_following=False)
        a_friend(session, line_user_id=second, is_following=False, follow_changed_at=None, display_name="花")
    for _ in range(2):
        start_import(database)
        assert import_all(database, account) == 3
    with database.read() as session:
        known = {friend.line_user_id: friend for friend in session.scalars(select(Friend))}
        assert set(known) == {first, second, third}
        assert not known[first].is_following, "LINE told us of the block; the list may be older"
        assert (known[second].is_following, known[second].display_name) == (True, "花")


def test_an_account_line_gives_no_list_to_is_told_so(database: Database, account: Account) -> None:
    start_import(database)
    assert import_all(database, account) == 0
    assert stored_channel(database).followers_state is FollowersState.REFUSED


def test_while_line_is_down_the_import_waits_and_then_goes_on(
    database: Database, account: Account, emulator: Emulator, control: Control
) -> None:
    with_followers(emulator, 2)
    start_import(database)
    control.post("/faults", {"path": "/v2/bot/followers", "mode": "500", "times": 1})
    assert import_all(database, account) == 0
    assert followers.import_due(database, account, now=NOW, wall=NOW + timedelta(seconds=59)) == 0
    assert followers.import_due(database, account, now=NOW, wall=NOW + timedelta(seconds=60)) == 2


# The month's allowance ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 4, 15, 15, tzinfo=UTC), 200),  # half of April is over in Japan
        (datetime(2026, 4, 30, 14, 59, tzinfo=UTC), 100),
        (datetime(2026, 3, 31, 16, tzinfo=UTC), None),  # one hour into April in Japan: too early to say
    ],
)
def test_the_forecast_goes_on_at_the_pace_of_the_month_so_far(now: datetime, expected: int | None) -> None:
    channel = Channel(quota_limit=150, quota_used=100, quota_checked_at=now)
    forecast = quota.forecast(channel, now=now)
    assert forecast is not None
    assert forecast.expected == expected
    assert forecast.is_short == (expected == 200)


def test_a_new_month_begins_with_nothing_used() -> None:
    march, april = datetime(2026, 3, 31, 14, 59, tzinfo=UTC), datetime(2026, 3, 31, 15, tzinfo=UTC)
    channel = Channel(quota_limit=150, quota_used=100, quota_checked_at=march)
    assert quota.forecast(channel, now=march).used == 100
    assert quota.forecast(channel, now=april).used == 0
    assert quota.forecast(channel, now=march, own_used=130).used == 130, "LINE is asked once an hour only"
    assert quota.forecast(channel, now=march, own_used=5).used == 100, "others send through the account, too"


def test_line_is_asked_for_the_allowance_once_an_hour_and_soon_again_after_a_failure(
    database: Database, account: Account, control: Control
) -> None:
    run(database, account)
    control.post("/quota", {"limit": 500, "used": 42})

    def refresh(minutes: int) -> bool:
        return quota.refresh_due(database, account, now=NOW, wall=NOW + timedelta(minutes=minutes))

    assert not refresh(59)
    control.post("/faults", {"path": "/v2/bot/message/quota", "mode": "500", "times": 1})
    assert not refresh(60)
    assert not refresh(64)
    assert refresh(65)
    channel = stored_channel(database)
    assert (channel.quota_limit, channel.quota_used) == (500, 42)


def test_sending_goes_on_when_the_owner_says_so(session: Session) -> None:
    channel = saved(session, draft())
    channel.paused_at, channel.pause_reason = NOW, "今月の上限"
    settings.resume(channel)
    assert (channel.paused_at, channel.pause_reason) == (None, None)
