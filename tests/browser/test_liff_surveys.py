"""A form on a phone: what is typed survives, answers bring up questions, addresses fill in, one answer goes out."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from lstep_lite.db import Database
from lstep_lite.models import Survey, SurveyAnswer
from tests.browser.browsing import PHONE, new_page
from tests.factories import a_question, a_survey, a_survey_choice
from tests.world import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    found = Database(f"sqlite:///{server.data_dir / 'lstep.db'}")
    yield found
    found.dispose()


def a_form(database: Database) -> str:
    """A form for anybody; the code in its address."""
    yes = a_survey_choice("はい")
    asks = a_question("radio", label="肌は敏感ですか", choices=[yes, a_survey_choice("いいえ")])
    condition = {"kind": "survey_condition", "id": "condition-1", "question": asks["id"], "choices": [yes["id"]]}
    parts = [
        a_question(label="お名前", is_required=True),
        a_question(rule="postal", label="郵便番号"),
        a_question("prefecture", label="都道府県"),
        a_question(label="ご住所"),
        asks,
        a_question(label="くわしく", shown_if=[condition]),
    ]
    with database.unit() as session:
        return a_survey(session, *parts, takes_anonymous=True).code


def test_a_form_is_answered_on_a_phone(chromium: Browser, server: Server, database: Database) -> None:
    code = a_form(database)
    address = f"{server.url}/liff/surveys/{code}"
    page = new_page(chromium, PHONE)
    page.goto(address)
    page.get_by_label("郵便番号").fill("１５０-0001")
    expect(page.get_by_label("都道府県")).to_have_value("東京都")
    expect(page.get_by_label("ご住所")).to_have_value("渋谷区神宮前")
    expect(page.get_by_label("くわしく")).to_be_hidden()
    page.get_by_label("はい").check()
    page.get_by_label("くわしく").fill("乾燥します")
    expect(page.locator("[data-saved]")).to_have_text("入力した内容を保存しました")
    page.reload()
    expect(page.get_by_label("くわしく")).to_have_value("乾燥します")

    page.get_by_role("button", name="送信する").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    page.get_by_label("お名前").fill("花田 桜")
    page.get_by_role("button", name="送信する").dblclick()
    expect(page).to_have_url(re.compile("/answers/"))
    expect(page.locator("h1")).to_have_text("送信しました")
    with database.read() as session:
        answer = session.scalars(sa.select(SurveyAnswer).join(Survey).where(Survey.code == code)).one()
        assert [value["text"] for value in answer.values][::5] == ["花田 桜", "乾燥します"]
    page.context.close()
