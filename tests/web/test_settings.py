"""Connecting to LINE, in the browser."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from lstep_lite import runtime
from lstep_lite.models import Channel, Check, CheckState, FollowersState
from lstep_lite.web import App
from tests.factories import NOW
from tests.web.conftest import regions

NOWHERE = "http://127.0.0.1:9"
SECRET, LOGIN_SECRET = "0123456789abcdef" * 2, "fedcba9876543210" * 2
VALUES = {
    "messaging_channel_id": "1600000001",
    "messaging_secret": SECRET,
    "login_channel_id": "2000000001",
    "login_secret": LOGIN_SECRET,
}


@pytest.fixture
def app(app: App, clock) -> App:
    """LINE is nowhere to be reached."""
    shared = app.extensions["runtime"]
    app.extensions["runtime"] = runtime.build(
        replace(shared.settings, line_api_url=NOWHERE), database=shared.database, clock=clock
    )
    return app


@pytest.fixture
def channel(session: Session, app: App) -> Channel:
    vault = app.extensions["runtime"].vault
    channel = Channel(
        id=1,
        messaging_channel_id="1600000001",
        messaging_secret=vault.seal(SECRET),
        login_channel_id="2000000001",
        login_secret=vault.seal(LOGIN_SECRET),
    )
    session.add(channel)
    session.commit()
    return channel


def test_an_unconnected_shop_is_led_to_the_four_values(client, page) -> None:
    assert client.get("/settings").location == "/settings/connection"
    page("/settings/connection")


def test_the_values_are_kept_sealed_and_never_shown_again(htmx, page, session: Session, app: App) -> None:
    answer = htmx("/settings/connection", VALUES)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/settings")
    channel = session.get_one(Channel, 1)
    assert app.extensions["runtime"].vault.open(channel.messaging_secret) == SECRET
    html = str(page("/settings/connection")) + str(page("/settings"))
    assert "1600000001" in html
    for secret in (SECRET, LOGIN_SECRET, channel.messaging_secret, channel.login_secret):
        assert secret not in html


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("messaging_channel_id", "@salon", "10けたの数字"),
        ("messaging_secret", SECRET[:31], "32文字"),
        ("messaging_secret", "", "チャネルシークレットを貼り付けて"),
        ("login_channel_id", "", "入力して"),
    ],
)
def test_what_is_not_a_channels_value_is_refused(htmx, session: Session, field, value, message) -> None:
    answer = htmx("/settings/connection", VALUES | {field: value})
    assert answer.status_code == 422
    assert regions(answer) == ["connection-form"]
    assert message in answer.text
    assert session.get(Channel, 1) is None


def test_what_a_copy_brings_along_is_forgiven(htmx, session: Session) -> None:
    answer = htmx(
        "/settings/connection",
        VALUES | {"messaging_channel_id": " １６００００００01\n", "messaging_secret": f" {SECRET}\n"},
    )
    assert answer.status_code == 204
    assert session.get_one(Channel, 1).messaging_channel_id == "1600000001"


def test_another_account_is_taken_only_when_the_owner_says_so(htmx, session: Session, channel: Channel) -> None:
    other = VALUES | {"messaging_channel_id": "1600000002"}
    answer = htmx("/settings/connection", other)
    assert answer.status_code == 422
    assert "別のチャネルです" in answer.text
    assert 'name="accepts_other_account"' in answer.text
    assert htmx("/settings/connection", other | {"accepts_other_account": "y"}).status_code == 204
    session.expire_all()
    assert session.get_one(Channel, 1).messaging_channel_id == "1600000002"


def test_the_steps_are_run_and_shown_with_the_way_to_mend_them(htmx, session: Session, channel: Channel) -> None:
    answer = htmx("/settings/checks")
    assert answer.status_code == 200
    assert regions(answer) == ["checks", "status", "followers"]
    assert "直し方" in answer.text
    assert session.get_one(Check, "token").state is CheckState.BAD
    assert session.get_one(Check, "bot").state is CheckState.SKIPPED


def test_the_steps_begin_by_themselves_only_until_they_have_run(page, session: Session, channel: Channel) -> None:
    assert page("/settings").find("form", action="/settings/checks")["hx-trigger"] == "submit, load"
    session.add(Check(name="token", state=CheckState.BAD, message="だめでした", checked_at=NOW))
    session.commit()
    soup = page("/settings")
    assert soup.find("form", action="/settings/checks")["hx-trigger"] == "submit"
    assert "だめでした" in soup.get_text()


def test_a_confirmation_is_kept(htmx, session: Session, channel: Channel) -> None:
    answer = htmx("/settings/confirmations/own_greeting_off")
    assert regions(answer) == ["confirmations"]
    assert session.get(Check, "own_greeting_off") is not None
    assert htmx("/settings/confirmations/unheard-of").status_code == 404


def test_the_import_is_started_again_and_watched(htmx, session: Session, channel: Channel) -> None:
    answer = htmx("/settings/followers")
    assert regions(answer) == ["followers"]
    assert 'hx-get="/settings/followers"' in answer.text
    session.expire_all()
    assert session.get_one(Channel, 1).followers_state is FollowersState.RUNNING
    assert "取り込み中" in htmx("/settings/followers", method="GET").text


def test_a_pause_is_shown_and_ended(htmx, page, session: Session, channel: Channel) -> None:
    channel.paused_at, channel.pause_reason = NOW, "今月の通数の上限に達しました。"
    session.commit()
    assert "今月の通数の上限" in page("/settings").get_text()
    assert regions(htmx("/settings/resumption")) == ["status", "toasts"]
    session.expire_all()
    assert session.get_one(Channel, 1).paused_at is None


def test_the_trial_account_is_offered_only_where_there_is_one(client, page) -> None:
    assert "体験用LINEにつなぐ" not in page("/settings/connection").get_text()
    assert client.post("/settings/trial-connection").status_code == 404


@pytest.mark.parametrize("path", ["/settings", "/settings/connection", "/settings/followers"])
def test_only_those_who_may_change_settings_come_here(outsider, path) -> None:
    assert outsider.get(path).status_code == 403


@pytest.mark.parametrize(
    "path", ["connection", "trial-connection", "checks", "confirmations/same_provider", "followers", "resumption"]
)
def test_only_they_may_change_anything(outsider, session: Session, path) -> None:
    assert outsider.post(f"/settings/{path}", data=VALUES).status_code == 403
    assert session.get(Channel, 1) is None
