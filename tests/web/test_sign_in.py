"""Signing in and out."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lstep_lite.engine import staff
from lstep_lite.models import SignInFailure, Staff
from tests.web.conftest import inspect_page, regions

PASSWORD = "花とはさみと手鏡とくし"
PASSWORD_HASH = staff.hash_password(PASSWORD, email="owner@example.com")


@pytest.fixture
def account(owner, session):
    owner.password_hash = PASSWORD_HASH
    session.commit()
    return owner


def sign_in(browser, password=PASSWORD, email="owner@example.com", **more):
    return browser.post("/sign-in", data={"email": email, "password": password} | more)


def test_the_page_asks_for_email_and_password(anybody, owner):
    page = inspect_page(anybody.get("/sign-in"))
    assert page.select_one("input[name=email][autocomplete=username]")
    assert page.select_one("input[name=password][type=password]")


def test_the_right_password_leads_to_the_page_that_was_wanted(anybody, account):
    wanted = anybody.get("/account")
    assert wanted.location == "/sign-in?next=/account"
    page = inspect_page(anybody.get(wanted.location))
    answer = sign_in(anybody, next=page.select_one("input[name=next]")["value"])
    assert (answer.status_code, answer.location) == (303, "/account")
    assert anybody.get("/account").status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_signing_in_never_leads_to_another_site(anybody, account, target):
    assert sign_in(anybody, next=target).location == "/"


def test_signing_in_starts_a_new_session(anybody, account):
    with anybody.session_transaction() as cookies:
        cookies["planted"] = "by somebody else"
    sign_in(anybody)
    with anybody.session_transaction() as cookies:
        assert "planted" not in cookies


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(anybody, account, email):
    answer = sign_in(anybody, "wrong", email)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("#password-error").get_text(strip=True) == "メールアドレスかパスワードが違います。"
    assert page.select_one("input[name=email]")["value"] == email
    assert not page.select_one("input[name=password]").get("value")


def test_htmx_gets_only_the_form_back(anybody, account):
    answer = anybody.post("/sign-in", data={"email": "x", "password": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert regions(answer) == ["sign-in-form"]


def test_guessing_locks_the_account_even_for_the_right_password_until_the_time_it_says(
    anybody, account, clock, session
):
    for _ in range(5):
        sign_in(anybody, "wrong")
    refused = sign_in(anybody)
    assert refused.status_code == 422
    assert "10時15分まで受け付けません" in refused.text
    assert session.scalar(select(SignInFailure.count).where(SignInFailure.subject == "account:owner@example.com")) == 5
    clock.time += timedelta(minutes=15)
    assert sign_in(anybody).status_code == 303


def test_signing_out_ends_the_session(client):
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/account").status_code == 303


def test_a_session_ends_with_its_epoch_and_with_its_account(client, owner, session):
    assert client.get("/account").status_code == 200
    session.get(Staff, owner.id).session_epoch += 1
    session.commit()
    assert client.get("/account").status_code == 303


def test_without_any_account_the_first_run_opens(anybody):
    assert anybody.get("/sign-in").location == "/setup"
    assert anybody.get("/account").location == "/setup"


def test_a_form_without_its_token_is_refused_and_nothing_is_saved(app, client, session, owner):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/account", data={"name": "別人", "email": "other@example.com"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    session.refresh(owner)
    assert owner.name == "花子"


def test_who_is_signed_out_in_the_middle_comes_back_to_the_same_page(anybody, owner):
    page = {"HX-Request": "true", "HX-Current-URL": "https://shop.example/chat/3?unread=y"}
    answer = anybody.get("/chat/list", headers=page)
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/chat/3?unread%3Dy"
