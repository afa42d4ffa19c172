"""Tokens, profiles and settings calls against the emulated platform."""

import threading
from datetime import datetime, timedelta

import pytest

from lstep_lite.db import Database
from lstep_lite.emulator import Emulator
from lstep_lite.engine import agenda
from lstep_lite.engine.line import Account, LineError, NotConnected, profiles
from lstep_lite.models import Channel, Friend
from tests.emulator.conftest import PUBLIC_URL, Control
from tests.engine.conftest import NOWHERE, VAULT, an_account, connected
from tests.factories import a_friend


def tokens_issued(control: Control) -> int:
    return sum(request["path"] == "/oauth2/v3/token" for request in control.get("/requests?since=0"))


def test_a_token_is_issued_once_kept_sealed_and_shared(
    database: Database, emulator: Emulator, account: Account, control: Control
) -> None:
    first, again = account.line(), account.line()
    other_process = an_account(database, emulator).line()
    assert first is again
    assert other_process.token == first.token
    assert tokens_issued(control) == 1
    with database.read() as session:
        stored = session.get_one(Channel, 1).access_token
    assert stored != first.token
    assert VAULT.open(str(stored)) == first.token


def test_a_token_is_renewed_before_it_ends(emulator: Emulator, account: Account, database: Database) -> None:
    early = account.line().token
    later = an_account(database, emulator, lambda: emulator.clock.now() + timedelta(minutes=12, seconds=50))
    assert later.line().token == early
    later = an_account(database, emulator, lambda: emulator.clock.now() + timedelta(minutes=13, seconds=10))
    assert later.line().token != early


def test_a_token_line_refuses_is_renewed_in_the_middle_of_a_call(
    database: Database, emulator: Emulator, account: Account, control: Control
) -> None:
    with database.unit() as session:
        channel = session.get_one(Channel, 1)
        channel.access_token = VAULT.seal("unknown to LINE")
        channel.access_token_expires_at = emulator.clock.now() + timedelta(minutes=15)
    line = account.line()
    assert line.token == "unknown to LINE"
    assert line.bot_info().user_id == emulator.bot_user_id
    assert tokens_issued(control) == 1


def test_threads_that_find_no_token_renew_it_once(fresh_database: Database, emulator: Emulator) -> None:
    account, lines = connected(fresh_database, emulator), []
    threads = [threading.Thread(target=lambda: lines.append(account.line())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines) == 6
    assert len(set(lines)) == 1
    assert tokens_issued(Control(emulator)) == 1


def test_new_pasted_values_replace_the_token_in_use(
    database: Database, account: Account, emulator: Emulator, control: Control
) -> None:
    before = account.line().token
    with database.unit() as session:
        channel = session.get_one(Channel, 1)
        channel.access_token = channel.access_token_expires_at = None
    assert account.line().token != before


def test_without_a_channel_nothing_is_connected(database: Database, emulator: Emulator) -> None:
    with pytest.raises(NotConnected):
        an_account(database, emulator).line()


def test_wrong_pasted_values_are_a_permanent_error(database: Database, emulator: Emulator) -> None:
    account = connected(database, emulator, messaging_secret="0" * 32)
    with pytest.raises(LineError) as refused:
        account.line()
    assert refused.value.permanent


def test_a_platform_that_is_down_is_a_passing_error(database: Database, emulator: Emulator) -> None:
    connected(database, emulator)
    account = Account(database, VAULT, emulator.clock.now, api_url=NOWHERE, timeout_seconds=5)
    with pytest.raises(LineError) as unreachable:
        account.line()
    assert not unreachable.value.permanent


def test_the_webhook_address_can_be_set_read_and_tested(account: Account) -> None:
    line = account.line()
    line.set_webhook_endpoint(f"{PUBLIC_URL}/line/webhook")
    endpoint = line.webhook_endpoint()
    assert endpoint is not None
    assert endpoint.url == f"{PUBLIC_URL}/line/webhook"
    assert not line.test_webhook(endpoint.url).is_ok, "nothing listens there"


def test_quota_and_use_are_read(account: Account, control: Control) -> None:
    control.post("/quota", {"limit": 200, "used": 12})
    quota = account.line().quota()
    assert (quota.limit, quota.used) == (200, 12)


def test_the_liff_app_is_made_with_the_login_channels_token(account: Account) -> None:
    apps = account.liff_apps()
    assert apps.all() == []
    liff_id = apps.create(f"{PUBLIC_URL}/liff/", "サロン花")
    apps.update(liff_id, f"{PUBLIC_URL}/liff/", "サロン月")
    assert [(app.liff_id, app.description) for app in apps.all()] == [(liff_id, "サロン月")]


# Profiles


def test_a_due_profile_is_fetched_once_and_found_by_its_new_name(
    database: Database, account: Account, control: Control, emulator: Emulator
) -> None:
    now = emulator.clock.now()
    friend_id = stored_friend(database, line_user_id=control.a_friend("ヤマダ 花子"), profile_due_at=now)
    assert profiles.refresh_due(database, account, now=now, limit=10) == 1
    assert profiles.refresh_due(database, account, now=now, limit=10) == 0
    with database.read() as session:
        friend = session.get_one(Friend, friend_id)
        assert (friend.display_name, friend.search_text) == ("ヤマダ 花子", "やまだ花子")
        assert friend.profile_due_at == now + profiles.LOOK_AGAIN


def test_the_name_of_a_newcomer_is_waited_for_until_it_is_there_and_not_for_long(
    database: Database, account: Account, control: Control, emulator: Emulator
) -> None:
    now = emulator.clock.now()
    stored_friend(database, line_user_id=control.a_friend("花子"), profile_due_at=now)
    assert [names_due(database, now), names_due(database, now + profiles.SOON)] == [1, 0]
    profiles.refresh_due(database, account, now=now, limit=10)
    assert [names_due(database, now), names_due(database, now + profiles.LOOK_AGAIN)] == [0, 0]


def names_due(database: Database, now: datetime) -> int:
    with database.read() as session:
        return agenda.whole(session, now=now, wall=now).due


def test_a_profile_line_does_not_show_leaves_the_old_name(
    database: Database, account: Account, control: Control, emulator: Emulator
) -> None:
    now = emulator.clock.now()
    stranger = control.a_user("見知らぬ人")
    friend_id = stored_friend(database, line_user_id=stranger, display_name="前の名前", profile_due_at=now)
    profiles.refresh_due(database, account, now=now, limit=10)
    with database.read() as session:
        friend = session.get_one(Friend, friend_id)
        assert (friend.display_name, friend.profile_checked_at) == ("前の名前", now)


def test_a_profile_that_cannot_be_asked_for_now_is_asked_for_later(
    database: Database, account: Account, control: Control, emulator: Emulator
) -> None:
    now = emulator.clock.now()
    stored_friend(database, line_user_id=control.a_friend("花子"), profile_due_at=now)
    control.post("/faults", {"path": "/v2/bot/profile", "mode": "500", "times": 1})
    profiles.refresh_due(database, account, now=now, limit=10)
    assert profiles.refresh_due(database, account, now=now, limit=10) == 0
    later = now + profiles.LOOK_AGAIN_AFTER_TROUBLE
    assert profiles.refresh_due(database, account, now=later, limit=10) == 1


def test_a_send_that_needs_the_name_fetches_it(
    database: Database, account: Account, control: Control, emulator: Emulator
) -> None:
    friend_id = stored_friend(database, line_user_id=control.a_friend("花子"), display_name=None)
    with database.read() as session:
        friend = session.get_one(Friend, friend_id)
        session.expunge(friend)
    assert profiles.fetch_now(database, account, friend, now=emulator.clock.now())
    assert friend.display_name == "花子"
    with database.read() as session:
        assert session.get_one(Friend, friend_id).display_name == "花子"


def stored_friend(database: Database, **values: object) -> int:
    with database.unit() as session:
        return int(a_friend(session, **values).id)
