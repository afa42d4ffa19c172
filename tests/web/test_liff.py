"""Pages for customers: who is let in, as whom, and what nobody gets to see."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import g
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lstep_lite import runtime
from lstep_lite.blueprints.liff import sessions
from lstep_lite.config import Mode
from lstep_lite.models import Channel, CouponTicket, CouponUse, Friend, SignInFailure
from lstep_lite.web import App
from tests.factories import NOW, a_coupon, a_friend
from tests.web.conftest import FixedClock, inspect_page

STATIC = Path(sessions.__file__).parents[2] / "static"
ANN, BOB = f"U{'a' * 32}", f"U{'b' * 32}"
LOGIN, LIFF = "2000000001", "2000000001-abcd"
EXPIRED = {"error": "invalid_request", "error_description": "IdToken expired."}


@dataclass
class Platform:
    """LINE, as far as it says who people are: *tokens* by their text, and what a code of LINE Login is good for."""

    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    friends: set[str] = field(default_factory=set)
    nonce: str = ""
    is_down: bool = False

    def id_token(self, user_id: str, **over: Any) -> str:
        text = f"id-{user_id}-{len(self.tokens)}"
        exp = int((NOW + timedelta(hours=1)).timestamp())
        claims = {"iss": "https://access.line.me", "sub": user_id, "aud": LOGIN, "exp": exp, "name": "アン"}
        self.tokens[text] = claims | over
        return text

    def answer(self, method: str, target: str, form: dict[str, str], bearer: str) -> tuple[int, Any]:
        path = urlsplit(target).path
        if self.is_down:
            return 503, {}
        if path == "/oauth2/v2.1/token":
            return 200, {"id_token": self.id_token(form["code"], nonce=self.nonce), "access_token": form["code"]}
        if path == "/oauth2/v2.1/verify" and method == "GET":
            return 200, {"client_id": LOGIN, "expires_in": 60}
        if path == "/v2/profile":
            return 200, {"userId": bearer}
        if path == "/friendship/v1/status":
            return 200, {"friendFlag": bearer in self.friends}
        found = self.tokens.get(form["id_token"])
        if found is None:
            return 400, {"error": "invalid_request", "error_description": "Invalid IdToken."}
        return (400, EXPIRED) if found["exp"] <= NOW.timestamp() else (200, found)


@pytest.fixture(scope="module")
def listener() -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, said = server.platform.answer(self.command, self.path, form, bearer)  # type: ignore[attr-defined]
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def platform(listener: ThreadingHTTPServer) -> Platform:
    listener.platform = platform = Platform()  # type: ignore[attr-defined]
    return platform


@pytest.fixture
def app(app: App, listener: ThreadingHTTPServer, session: Session) -> App:
    """The application, connected to the pretended LINE."""
    built = app.extensions["runtime"]
    settings = replace(built.settings, line_api_url=f"http://127.0.0.1:{listener.server_port}")
    app.extensions["runtime"] = runtime.build(settings, database=built.database, clock=built.clock)
    secrets = {"messaging_secret": built.vault.seal("m"), "login_secret": built.vault.seal("l")}
    ids = {"messaging_channel_id": "1600000001", "login_channel_id": LOGIN, "liff_id": LIFF, "basic_id": "@salon"}
    session.add(Channel(id=1, **ids, **secrets))
    session.commit()
    return app


@pytest.fixture
def phone(app: App, platform: Platform) -> FlaskClient:
    """A customer's browser in which nobody is known yet."""
    return app.test_client()


@pytest.fixture
def enter(phone: FlaskClient, platform: Platform) -> Callable[..., TestResponse]:
    """`enter(user_id, wanted)`: the page sends the token that LINE gave it."""

    def send(user_id: str = ANN, wanted: str = "/liff/coupons", **over: Any) -> TestResponse:
        token = platform.id_token(user_id, **over)
        return phone.post("/liff/session", data={"id_token": token, "access_token": user_id, "wanted": wanted})

    return send


@pytest.fixture
def ann(app: App, session: Session) -> Friend:
    found = a_friend(session, line_user_id=ANN)
    session.commit()
    return found


def a_ticket(session: Session, friend: Friend, **over: Any) -> CouponTicket:
    coupon = a_coupon(session, **over)
    ticket = CouponTicket(
        coupon_id=coupon.id,
        friend_id=friend.id,
        code=f"ticket-{coupon.id}",
        number=f"AB{coupon.id:08d}",
        state="held",
        obtained_at=NOW,
        obtained_by="customer",
    )
    session.add(ticket)
    session.commit()
    return ticket


# Coming in -----------------------------------------------------------------------------------------------------------


def test_a_stranger_gets_the_page_that_asks_line_and_nothing_else(phone: FlaskClient) -> None:
    answer = phone.get("/liff/coupons")
    page = inspect_page(answer)
    assert page.select_one("body")["data-liff-id"] == LIFF
    assert page.select_one("#identify [name=wanted]")["value"] == "/liff/coupons"
    assert page.select_one("a.button-line")["href"] == "/liff/login?wanted=/liff/coupons"
    assert page.select_one("a.button-quiet")["href"].endswith(f"/{LIFF}/coupons")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "https://*.line-scdn.net" in answer.headers["Content-Security-Policy"]
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "Path=/liff" in answer.headers["Set-Cookie"]


def test_the_address_that_line_opens_unpacks_where_to_go(phone: FlaskClient) -> None:
    page = inspect_page(phone.get("/liff?liff.state=%2Fsurveys%2Fabc%3Fx%3D1"))
    assert page.select_one("#identify [name=wanted]")["value"] == "/liff/surveys/abc?x=1"


def test_whom_line_vouches_for_goes_where_they_wanted(
    enter: Callable[..., TestResponse], phone: FlaskClient, session: Session
) -> None:
    answer = enter(wanted="/liff/coupons?x=1")
    assert (answer.status_code, answer.location) == (303, "/liff/coupons?x=1")
    ann = session.scalars(sa.select(Friend)).one()
    assert (ann.line_user_id, ann.display_name, ann.is_following) == (ANN, "アン", False)
    inspect_page(phone.get("/liff/coupons"))
    assert phone.get("/liff").location == "/liff/coupons"


@pytest.mark.parametrize("over", [{"aud": "2999999999"}, {"iss": "https://evil.test"}, {"exp": 1}])
def test_tokens_for_others_and_old_ones_open_nothing(
    enter: Callable[..., TestResponse], phone: FlaskClient, session: Session, over: dict[str, Any]
) -> None:
    answer = enter(**over)
    assert answer.status_code == 401
    assert ("data-expired" in answer.text) == ("exp" in over)
    assert session.scalar(sa.select(sa.func.count()).select_from(Friend)) == 0
    assert "data-entry" in phone.get("/liff/coupons").text


def test_an_invented_token_opens_nothing_and_trouble_is_told(phone: FlaskClient, platform: Platform) -> None:
    assert phone.post("/liff/session", data={"id_token": ANN, "wanted": "/liff/coupons"}).status_code == 401
    platform.is_down = True
    answer = phone.post("/liff/session", data={"id_token": "x", "wanted": "/liff/coupons"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 401
    assert "いまLINEに確認できません" in page.text and "503" not in page.text
    assert page.select_one("[data-again] a")["href"] == "/liff/coupons"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/liff", "//evil.test/liff", "/\\evil.test", "/liff/../settings", "/settings", "/liff\n/x",
        "/liff/session", "/liffy",
    ],
)  # fmt: skip
def test_the_way_leads_to_no_other_place(enter: Callable[..., TestResponse], wanted: str) -> None:
    assert enter(wanted=wanted).location == "/liff/coupons"


def test_an_address_too_long_for_a_code_or_a_cookie_is_no_trouble(
    phone: FlaskClient, enter: Callable[..., TestResponse]
) -> None:
    assert phone.get("/liff?liff.state=%2Fsurveys%2Fx%3Fa%3D" + "%E3%81%82" * 90).status_code == 200
    page = inspect_page(phone.get("/liff/coupons?x=" + "y" * 500))
    assert not page.select(".qr") and "y" * 500 in page.select_one("a.button-line")["href"]
    assert enter(wanted="/liff/coupons?x=" + "あ" * 3).location == "/liff/coupons?x=" + "%E3%81%82" * 3
    assert enter(wanted="/liff/coupons?x=" + "y" * 5000).location == "/liff/coupons"


def test_whom_staff_blocked_is_turned_away(
    enter: Callable[..., TestResponse], phone: FlaskClient, ann: Friend, session: Session
) -> None:
    enter()
    ann.is_blocked = True
    session.commit()
    assert phone.get("/liff/coupons").status_code == 403
    assert enter().status_code == 403


def test_without_a_connection_the_page_says_so(phone: FlaskClient, session: Session) -> None:
    session.execute(sa.update(Channel).values(liff_id=None))
    session.commit()
    page = inspect_page(phone.get("/liff/coupons"))
    assert "準備中" in page.h1.text and not page.select("#identify, .qr")


def test_too_many_tries_are_refused(enter: Callable[..., TestResponse], ann: Friend, session: Session) -> None:
    enter()
    until = NOW + timedelta(minutes=5)
    row = session.get_one(SignInFailure, "liff-address:127.0.0.1")
    row.locked_until = until
    session.commit()
    answer = enter()
    assert answer.status_code == 429 and "短い時間に" in answer.text


def test_forms_without_their_token_are_refused(app: App, phone: FlaskClient, platform: Platform) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = phone.post("/liff/session", data={"id_token": platform.id_token(ANN)})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400 and "LINEのトークから" in answer.text


# The session ---------------------------------------------------------------------------------------------------------


def test_a_session_in_use_goes_on_and_an_idle_one_ends(
    enter: Callable[..., TestResponse], phone: FlaskClient, ann: Friend, clock: FixedClock
) -> None:
    enter()
    for _ in range(3):
        clock.time += timedelta(minutes=20)
        assert "マイクーポン" in phone.get("/liff/coupons").text
    clock.time += timedelta(minutes=31)
    assert "data-entry" in phone.get("/liff/coupons").text


def test_a_session_is_named_anew_when_it_becomes_somebodys(
    enter: Callable[..., TestResponse], phone: FlaskClient, app: App, ann: Friend
) -> None:
    def name() -> str:
        signer = URLSafeSerializer(app.extensions["runtime"].settings.secret_key, salt="liff session")
        return str(signer.loads(phone.get_cookie(sessions.COOKIE, path="/liff").value)["name"])

    phone.get("/liff/coupons")
    before = name()
    enter()
    assert name() != before, "who had put that name into this browser would share what comes"


def test_cookies_and_headers_are_strict_where_it_counts(phone: FlaskClient, app: App) -> None:
    built = app.extensions["runtime"]
    app.extensions["runtime"] = replace(built, settings=replace(built.settings, mode=Mode.LIVE))
    for path in ("/liff/coupons", "/liff/login?wanted=/liff/coupons"):
        answer = phone.get(path)
        cookies = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("lstep_liff")]
        assert cookies and all({"Secure", "HttpOnly", "SameSite=Lax"} <= set(each.split("; ")) for each in cookies)
        assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_another_account_on_the_phone_takes_over(
    enter: Callable[..., TestResponse], phone: FlaskClient, ann: Friend, session: Session
) -> None:
    ticket = a_ticket(session, ann)
    enter()
    assert phone.get(f"/liff/coupons/{ticket.code}").status_code == 200
    enter(BOB)
    assert phone.get(f"/liff/coupons/{ticket.code}").status_code == 404
    phone.post("/liff/session/delete")
    assert "data-entry" in phone.get("/liff/coupons").text


def test_a_changed_cookie_and_a_row_of_another_account_are_worth_nothing(
    enter: Callable[..., TestResponse], phone: FlaskClient, ann: Friend, session: Session
) -> None:
    enter()
    cookie = phone.get_cookie(sessions.COOKIE, path="/liff")
    ann.line_user_id = BOB
    session.commit()
    assert "data-entry" in phone.get("/liff/coupons").text
    phone.set_cookie(sessions.COOKIE, cookie.value[:-2] + "xx", path="/liff")
    assert "data-entry" in phone.get("/liff/coupons").text


def test_staff_and_customers_know_nothing_of_each_other(
    enter: Callable[..., TestResponse], phone: FlaskClient, client: FlaskClient, ann: Friend
) -> None:
    assert "data-entry" in client.get("/liff/coupons").text
    enter()
    assert phone.get("/friends").status_code in (302, 303)


def test_a_page_drawn_for_one_person_is_not_taken_from_another(
    enter: Callable[..., TestResponse], phone: FlaskClient, ann: Friend, session: Session
) -> None:
    bob = a_friend(session, line_user_id=BOB)
    ticket = a_ticket(session, bob)
    enter(BOB)
    answer = phone.post(f"/liff/coupons/{ticket.code}/use", data={"friend": ann.code, "token": "t"})
    assert answer.status_code == 409 and "別の方の画面です" in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(CouponUse)) == 0


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(phone: FlaskClient, ann: Friend) -> None:
    sent = {"friend": ann.code, "back": "/liff/coupons/x/use"}
    answer = phone.post("/liff/coupons/x/use", data=sent)
    assert answer.status_code == 401
    assert 'name="wanted" value="/liff/coupons/x/use"' in answer.text


def test_who_has_not_added_the_account_is_asked_to_where_a_page_wants_it(
    app: App, ann: Friend, session: Session
) -> None:
    def view() -> str:
        return "the page"

    ann.is_following = False
    session.commit()
    with app.test_request_context("/liff/coupons?x=1"):
        g.liff_kept = g.liff_found = sessions._Kept("n", ann.code, sessions.mark(ANN))
        asked = app.make_response(sessions.known_friend(view)()).get_data(as_text=True)
        assert "https://line.me/R/ti/p/%40salon" in asked and "/liff/coupons?x=1" in asked
        assert sessions.known_person(view)() == "the page"
        ann_read = sessions.require_friend()
        ann_read.is_following = True
        assert sessions.known_friend(view)() == "the page"


def test_a_friend_line_knows_of_is_one_though_no_event_ever_came(
    enter: Callable[..., TestResponse], platform: Platform, session: Session
) -> None:
    platform.friends.add(ANN)
    enter()
    assert session.scalars(sa.select(Friend)).one().is_following


def test_lines_word_counts_until_an_event_knows_better(app: App, ann: Friend, session: Session) -> None:
    ann.is_following = False
    session.commit()
    with app.test_request_context("/liff/coupons"):
        said_later = int(NOW.timestamp()) + 60
        g.liff_kept = g.liff_found = sessions._Kept("n", ann.code, sessions.mark(ANN), is_friend=True, since=said_later)
        assert sessions.is_following(ann)
        ann.follow_changed_at = NOW + timedelta(minutes=2)
        assert not sessions.is_following(ann)


# LINE Login ----------------------------------------------------------------------------------------------------------


def begin(phone: FlaskClient, platform: Platform) -> str:
    """The state with which the browser was sent to LINE."""
    answer = phone.get("/liff/login?wanted=/liff/coupons")
    query = parse_qs(urlsplit(answer.location).query)
    assert query["redirect_uri"] == ["https://demo.lstep.invalid/liff/login/callback"]
    platform.nonce = query["nonce"][0]
    return query["state"][0]


def test_line_login_begins_the_same_session(phone: FlaskClient, platform: Platform, ann: Friend) -> None:
    state = begin(phone, platform)
    answer = phone.get(f"/liff/login/callback?code={ANN}&state={state}")
    assert (answer.status_code, answer.location) == (303, "/liff/coupons")
    assert "マイクーポン" in phone.get("/liff/coupons").text
    assert phone.get(f"/liff/login/callback?code={ANN}&state={state}").status_code == 401, "an attempt is good once"


def test_a_callback_that_this_browser_did_not_begin_is_refused(
    phone: FlaskClient, platform: Platform, app: App, ann: Friend, clock: FixedClock
) -> None:
    state = begin(phone, platform)
    stranger = app.test_client()
    assert stranger.get(f"/liff/login/callback?code={ANN}&state={state}").status_code == 401
    for other in ("other", "%E3%81%82", ""):
        state = begin(phone, platform)
        assert phone.get(f"/liff/login/callback?code={ANN}&state={other}").status_code == 401
    state = begin(phone, platform)
    clock.time += timedelta(minutes=11)
    assert phone.get(f"/liff/login/callback?code={ANN}&state={state}").status_code == 401


def test_a_token_of_another_attempt_is_refused(phone: FlaskClient, platform: Platform, ann: Friend) -> None:
    state = begin(phone, platform)
    platform.nonce = "of another attempt"
    assert phone.get(f"/liff/login/callback?code={ANN}&state={state}").status_code == 401
    assert "data-entry" in phone.get("/liff/coupons").text


def test_whoever_refuses_is_told_what_it_is_for(phone: FlaskClient, platform: Platform) -> None:
    state = begin(phone, platform)
    answer = phone.get(f"/liff/login/callback?error=access_denied&state={state}")
    assert answer.status_code == 401 and "許可されなかった" in answer.text


# What pages weigh ----------------------------------------------------------------------------------------------------


def test_a_page_is_light(phone: FlaskClient) -> None:
    files = ("liff.css", "liff.js", "icon.svg")
    assert len(phone.get("/liff/coupons").data) + sum((STATIC / name).stat().st_size for name in files) < 40_000


def test_a_page_that_is_not_there_is_told_in_the_customers_own_way(phone: FlaskClient) -> None:
    answer = phone.get("/liff/nothing")
    assert answer.status_code == 404 and "liff.css" in answer.text and "tabler" not in answer.text
