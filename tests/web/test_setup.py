"""The first run."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from lstep_lite.config import Mode
from lstep_lite.engine import setup
from lstep_lite.models import Shop, Staff
from tests.web.conftest import inspect_page

ANSWERS = {
    "owner_name": "花子",
    "email": "Hana@example.com",
    "password": "花とはさみと手鏡とくし",
    "repeated_password": "花とはさみと手鏡とくし",
    "name": "サロン花",
    "purpose": "salon",
    "time_zone": "Asia/Tokyo",
}


@pytest.fixture
def live_app(app):
    running = app.extensions["runtime"]
    app.extensions["runtime"] = replace(running, settings=replace(running.settings, mode=Mode.LIVE))
    return app


def test_answering_the_questions_makes_the_shop_signs_the_owner_in_and_leads_to_line(anybody, session):
    inspect_page(anybody.get("/setup"))
    answer = anybody.post("/setup", data=ANSWERS)
    assert (answer.status_code, answer.location) == (303, "/setup/next")
    page = inspect_page(anybody.get("/setup/next"))
    assert page.select_one("main a[href='/settings/connection']").get_text(strip=True) == "LINE公式アカウントをつなぐ"
    assert page.find("a", string="あとでつなぐ")["href"] == "/"
    assert (session.get(Shop, 1).name, session.query(Staff).one().email) == ("サロン花", "hana@example.com")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "short", "repeated_password": "short"}, "password"),
        ({"repeated_password": "別のもの"}, "repeated_password"),
        ({"email": "hana"}, "email"),
        ({"name": " "}, "name"),
        ({"purpose": "castle"}, "purpose"),
    ],
)
def test_a_wrong_answer_is_explained_at_its_field_and_nothing_is_saved(anybody, session, wrong, field):
    answer = anybody.post("/setup", data=ANSWERS | wrong)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert [tag["id"] for tag in page.select(".invalid-feedback")] == [f"{field}-error"]
    assert page.select_one("input[name=owner_name]")["value"] == "花子"
    assert session.get(Shop, 1) is None
    assert session.query(Staff).count() == 0


def test_the_first_run_happens_once(anybody, owner, session):
    assert anybody.get("/setup").location == "/sign-in"
    assert anybody.post("/setup", data=ANSWERS).location == "/sign-in"
    assert session.query(Staff).count() == 1


def test_live_asks_for_the_code_of_the_log(live_app, session):
    data_dir = live_app.extensions["runtime"].settings.data_dir
    code, browser = setup.code(data_dir), live_app.test_client()
    page = inspect_page(browser.get("/setup", base_url="https://localhost"))
    assert page.select_one("input[name=code]")
    refused = browser.post("/setup", data=ANSWERS | {"code": "AAAA-BBBB-CCCC"}, base_url="https://localhost")
    assert refused.status_code == 422
    assert "設定コードが違います" in refused.text
    assert session.query(Staff).count() == 0
    taken = browser.post("/setup", data=ANSWERS | {"code": code.lower()}, base_url="https://localhost")
    assert taken.location == "/setup/next"
    assert "make run" in browser.get("/setup/next", base_url="https://localhost").text


def test_the_code_can_be_guessed_ten_times(live_app):
    browser, code = live_app.test_client(), setup.code(live_app.extensions["runtime"].settings.data_dir)
    for _ in range(10):
        browser.post("/setup", data=ANSWERS | {"code": "AAAA-BBBB-CCCC"}, base_url="https://localhost")
    refused = browser.post("/setup", data=ANSWERS | {"code": code}, base_url="https://localhost")
    assert refused.status_code == 422
    assert "まで受け付けません" in refused.text


def test_only_who_may_change_settings_sees_the_next_step(outsider):
    assert outsider.get("/setup/next").status_code == 403
