"""One's own account."""

import pytest

from lstep_lite.engine import staff
from tests.web.conftest import browser_of, regions

OLD, NEW = "花とはさみと手鏡とくし", "湯気と坂道とすいかの種"
OLD_HASH = staff.hash_password(OLD, email="owner@example.com")


@pytest.fixture
def account(owner, session):
    owner.password_hash = OLD_HASH
    session.commit()
    return owner


def test_the_page_shows_name_and_email_but_no_password(page):
    soup = page("/account")
    assert soup.select_one("input[name=name]")["value"] == "花子"
    assert not any(field.get("value") for field in soup.select("input[type=password]"))


def test_name_and_email_are_saved(htmx, owner, session):
    answer = htmx("/account", {"name": " 花田 ", "email": "ｈana@example.com"})
    assert regions(answer) == ["account-form", "toasts"]
    session.refresh(owner)
    assert (owner.name, owner.email) == ("花田", "hana@example.com")


def test_without_javascript_saving_leads_back_to_the_page(client):
    answer = client.post("/account", data={"name": "花田", "email": "hana@example.com"})
    assert (answer.status_code, answer.location) == (303, "/account")


def test_a_wrong_email_is_explained_and_not_saved(htmx, owner, session):
    answer = htmx("/account", {"name": "花田", "email": "hana"})
    assert (answer.status_code, regions(answer)) == (422, ["account-form"])
    session.refresh(owner)
    assert owner.email == "owner@example.com"


def test_a_new_password_ends_other_sessions_and_keeps_this_one(app, client, htmx, account, session):
    other = browser_of(app, account)
    answer = htmx("/account/password", {"current_password": OLD, "password": NEW, "repeated_password": NEW})
    assert regions(answer) == ["password-form", "toasts"]
    session.refresh(account)
    assert staff.verify_password(account.password_hash, NEW)
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303


def test_the_password_is_not_changed_without_the_old_one(htmx, account, session):
    answer = htmx("/account/password", {"current_password": "wrong", "password": NEW, "repeated_password": NEW})
    assert answer.status_code == 422
    assert "今のパスワードが違います" in answer.text
    session.refresh(account)
    assert account.password_hash == OLD_HASH


def test_signing_out_everywhere_ends_this_session_and_all_others(app, client, owner):
    other = browser_of(app, owner)
    assert client.post("/account/sign-out-everywhere").location == "/sign-in"
    assert [browser.get("/account").status_code for browser in (client, other)] == [303, 303]


def test_everybody_reaches_their_own_account(outsider):
    assert outsider.get("/account").status_code == 200
