"""LINE's webhook: who may deliver, and what is kept of it."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lstep_lite.engine import intake
from lstep_lite.models import Channel, EventState, Staff, WebhookEvent
from lstep_lite.web import App
from tests.factories import NOW, a_friend, a_text_event
from tests.web.conftest import FixedClock, regions

SECRET, NEW_SECRET = "a" * 32, "b" * 32
ANN = f"U{'a' * 32}"


@pytest.fixture
def channel(app: App, session: Session) -> Channel:
    vault = app.extensions["runtime"].vault
    row = Channel(
        id=1,
        messaging_channel_id="1",
        messaging_secret=vault.seal(SECRET),
        login_channel_id="2",
        login_secret=vault.seal("c"),
    )
    session.add(row)
    session.commit()
    return row


def signature_of(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def body_of(*events: Any) -> bytes:
    return json.dumps({"destination": "Ubot", "events": list(events)}, ensure_ascii=False).encode()


def deliver(client: FlaskClient, body: bytes, signature: str | None = None, secret: str = SECRET) -> TestResponse:
    headers = {"x-line-signature": signature_of(body, secret) if signature is None else signature}
    return client.post("/line/webhook", data=body, headers=headers)


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(WebhookEvent)) or 0


def test_signed_events_are_stored_and_the_worker_is_woken(
    anybody: FlaskClient, channel: Channel, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr("lstep_lite.engine.intake.storing._listeners", [lambda: woken.append(1)])
    assert deliver(anybody, body_of(a_text_event(ANN, "予約"), a_text_event(ANN, "料金"))).status_code == 200
    assert (stored(session), len(woken)) == (2, 1)
    assert session.get_one(Channel, 1).last_webhook_at == NOW


def test_lines_own_test_request_without_events_is_answered(anybody: FlaskClient, channel: Channel) -> None:
    assert deliver(anybody, body_of()).status_code == 200


@pytest.mark.parametrize(
    "signature", ["", "x", signature_of(b"something else"), "日本語", signature_of(b"", NEW_SECRET)]
)
def test_a_wrong_signature_stores_nothing(
    anybody: FlaskClient, channel: Channel, session: Session, signature: str
) -> None:
    assert deliver(anybody, body_of(a_text_event(ANN, "x")), signature).status_code == 401
    assert stored(session) == 0


def test_before_the_account_is_connected_nobody_may_deliver(anybody: FlaskClient, session: Session) -> None:
    assert deliver(anybody, body_of(a_text_event(ANN, "x"))).status_code == 401
    assert deliver(anybody, body_of(a_text_event(ANN, "x")), secret="").status_code == 401
    assert stored(session) == 0


def test_a_body_over_a_megabyte_is_refused(anybody: FlaskClient, channel: Channel, session: Session) -> None:
    assert deliver(anybody, body_of(a_text_event(ANN, "x" * 1024 * 1024))).status_code == 413
    assert stored(session) == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"events": 1}', b'{"events": [' + b"9" * 5000 + b"]}"]
)
def test_signed_nonsense_is_refused(anybody: FlaskClient, channel: Channel, session: Session, body: bytes) -> None:
    assert deliver(anybody, body).status_code in (400, 401)
    assert stored(session) == 0


def test_a_new_secret_counts_at_once_and_the_old_one_for_its_time_of_grace(
    app: App, anybody: FlaskClient, channel: Channel, session: Session, clock: FixedClock
) -> None:
    assert deliver(anybody, body_of(a_text_event(ANN, "1"))).status_code == 200
    channel.old_messaging_secret = channel.messaging_secret
    channel.old_secret_until = NOW + timedelta(hours=24)
    channel.messaging_secret = app.extensions["runtime"].vault.seal(NEW_SECRET)
    session.commit()
    assert deliver(anybody, body_of(a_text_event(ANN, "2")), secret=NEW_SECRET).status_code == 200
    assert deliver(anybody, body_of(a_text_event(ANN, "3"))).status_code == 200
    clock.time += timedelta(hours=24)
    assert deliver(anybody, body_of(a_text_event(ANN, "4"))).status_code == 401
    assert deliver(anybody, body_of(a_text_event(ANN, "5")), secret=NEW_SECRET).status_code == 200


def test_a_secret_taken_away_is_soon_refused(
    app: App, anybody: FlaskClient, channel: Channel, session: Session, clock: FixedClock
) -> None:
    assert deliver(anybody, body_of(a_text_event(ANN, "1"))).status_code == 200
    channel.messaging_secret = app.extensions["runtime"].vault.seal(NEW_SECRET)
    session.commit()
    clock.time += timedelta(seconds=5)
    assert deliver(anybody, body_of(a_text_event(ANN, "2"))).status_code == 401


def test_the_secrets_are_not_read_for_every_webhook(anybody: FlaskClient, channel: Channel, count_queries: Any) -> None:
    deliver(anybody, body_of(a_text_event(ANN, "1")))
    with count_queries() as queries:
        assert deliver(anybody, body_of(a_text_event(ANN, "2"))).status_code == 200
    assert queries == []


def test_everybody_but_a_signed_body_is_turned_away_by_method(anybody: FlaskClient) -> None:
    assert anybody.get("/line/webhook").status_code in (404, 405)


def test_an_odd_event_does_not_cost_the_others(anybody: FlaskClient, channel: Channel, session: Session) -> None:
    assert deliver(anybody, body_of({"type": 5}, a_text_event(ANN, "x"))).status_code == 200
    assert stored(session) == 2
    assert intake.parked_count(session) == 0


def stored_event(session: Session, state: EventState, **over: Any) -> WebhookEvent:
    values: dict[str, Any] = {
        "webhook_event_id": f"event-{state}",
        "kind": "message",
        "user_id": ANN,
        "raw": "{}",
        "occurred_at": NOW,
        "received_at": NOW,
        "state": state,
        "reason": "処理できませんでした。",
    }
    event = WebhookEvent(**values | over)
    session.add(event)
    session.commit()
    return event


def test_the_owner_sees_what_could_not_be_used_and_from_whom(page: Any, owner: Staff, session: Session) -> None:
    a_friend(session, line_user_id=ANN, display_name="あん")
    stored_event(session, EventState.PARKED)
    stored_event(session, EventState.MALFORMED, user_id=None, reason="読み取れませんでした。")
    soup = page("/intake")
    assert "あん" in soup.select_one("tbody").get_text()
    assert "読み取れませんでした。" in soup.get_text()


def test_a_parked_event_is_put_back_to_work(htmx: Any, owner: Staff, session: Session) -> None:
    event = stored_event(session, EventState.PARKED)
    assert regions(htmx(f"/intake/{event.id}/retry")) == ["event-list", "toasts"]
    session.expire_all()
    assert event.state is EventState.WAITING
    assert htmx(f"/intake/{event.id}/retry").status_code == 409


def test_only_those_who_may_change_settings_see_the_list(outsider: FlaskClient) -> None:
    assert outsider.get("/intake").status_code == 403
