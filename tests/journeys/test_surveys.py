"""Stories of forms: what customers answer inside LINE, what follows from it, and who is not believed."""

import json
from typing import Any

from tests.journeys.test_timed import a_scenario, a_tag, friend_page
from tests.world import Browser, Customer, Person, World

WORD = "カウンセリングシートを送りました"
THANKS = "[name]さん、お待ちしています"
WORRY = "白髪"


def test_a_counselling_sheet_fills_in_the_friend_and_starts_the_scenario(world: World, browser: Browser) -> None:
    tag_id, scenario_id = a_tag(browser, "白髪が気になる"), a_scenario(browser, "白髪の方へ", "白髪染めのご案内です")
    steps = [
        {"id": "s1", "kind": "tags", "data": {"way": "attach", "tag_ids": [int(tag_id)]}, "segment": None},
        {"id": "s2", "kind": "scenario", "data": {"way": "start", "scenario_id": int(scenario_id)}, "segment": None},
    ]
    code, document = a_sheet(browser, steps)

    hana = newcomer(world, "相談 はな")
    used = world.used()
    phone = hana.open_page(f"/liff/surveys/{code}")
    fill_in(phone, document, "山田 花子", "０９０-1234-5678")
    last = (phone.path, phone.page)
    phone.submit({})
    assert "送信しました" in phone.text(), phone.text()
    phone.send_messages({"type": "text", "text": WORD})
    world.settle()
    assert "相談 はなさん、お待ちしています" in hana.texts() and "白髪染めのご案内です" in hana.texts()
    thanked = next(entry for entry in hana.received() if "お待ちしています" in entry["message"].get("text", ""))
    assert (thanked["via"], thanked["counted"]) == ("reply", False)

    phone.path, phone.page = last
    phone.submit({})
    assert "送信しました" in phone.text(), "the same page sent twice is the same answer"
    world.settle()
    assert hana.texts().count("相談 はなさん、お待ちしています") == 1
    assert world.used() - used == 1, "what the scenario sends"

    assert "白髪が気になる" in friend_page(browser, "相談 はな")
    page = str(browser.page)  # what is in inputs, too
    assert "山田 花子" in page and "09012345678" in page.replace("-", "")
    kaede = newcomer(world, "無口 かえで")
    phone = kaede.open_page(f"/liff/surveys/{code}")
    fill_in(phone, document, "無口 かえで", "08011112222")
    phone.submit({})
    world.settle()
    thanked = next(entry for entry in kaede.received() if "お待ちしています" in entry["message"].get("text", ""))
    assert (thanked["via"], thanked["counted"]) == ("push", True), "no word came, so it was pushed"


def test_forged_expired_and_foreign_tokens_open_no_form(world: World, browser: Browser) -> None:
    code, _ = a_sheet(browser, [])
    taro = newcomer(world, "偽者 太郎")
    for how in ({"expired": True}, {"audience": "1999999999"}):
        phone = taro.open_page(f"/liff/surveys/{code}", **how)
        assert not phone.page.select("[data-question]"), how
    phone = taro.open_page("/liff/coupons", expired=True)
    phone.open("/liff/surveys/" + code)
    assert not phone.page.select("[data-question]"), "and no session came of it"
    phone = taro.open_page(f"/liff/surveys/{code}")
    assert phone.page.select("[data-question]"), phone.text()


# What the shop sets up -----------------------------------------------------------------------------------------------


def a_sheet(browser: Browser, steps: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """An open counselling sheet, whose choice WORRY does *steps*; its code and its document."""
    browser.open("/surveys/new")
    browser.submit({"begin": "counselling"}, form="form:has([name=begin])")
    survey_id = browser.path.split("/")[2]
    document = json.loads(browser.page.select_one("[name=document]")["value"])
    [choice] = [each for each in document["pages"][1]["parts"][0]["choices"] if each["label"] == WORRY]
    choice["actions"] = {"steps": steps, "repeats": True}
    document["pages"][0]["parts"][2]["save_to"] = ["system:phone"]
    browser.submit({"document": json.dumps(document)}, form="form:has([name=document])")
    assert browser.status == 200, browser.text()
    browser.open(f"/surveys/{survey_id}/settings")
    typed = {"confirmation": "free", "said_text": WORD, "blocks-text": THANKS}
    browser.submit(typed, form="form:has([name=said_text])")
    assert browser.status == 200, browser.text()
    browser.open(f"/surveys/{survey_id}")
    browser.submit({"is_on": "yes"}, form=f"form[action='/surveys/{survey_id}/switch']")
    link = next(mark for mark in browser.page.select("input[value*='/liff/surveys/']"))
    return str(link["value"]).rsplit("/", 1)[-1], document


# What customers do ---------------------------------------------------------------------------------------------------


def newcomer(world: World, name: str) -> Person:
    person = world.person(name)
    person.follow()
    world.settle()
    return person


def fill_in(phone: Customer, document: dict[str, Any], name: str, number: str) -> None:
    """All pages, up to the one that shows what is about to be sent."""
    about, care, wishes = (page["parts"] for page in document["pages"])
    parts = {part.get("label", ""): part["id"] for part in (*about, *care, *wishes)}
    codes = {each["label"]: each["id"] for part in care for each in part.get("choices", ())}
    next_page(phone, {about[0]["id"]: name, about[1]["id"]: "やまだ はなこ", about[2]["id"]: number})
    allergy = next(code for label, code in parts.items() if label.startswith("アレルギー"))
    next_page(phone, {care[0]["id"]: [codes[WORRY]], allergy: codes["ない"]})
    next_page(phone, {wishes[-1]["id"]: "yes"})
    assert phone.path.endswith("/confirm") and name in phone.text(), phone.text()


def next_page(phone: Customer, typed: dict[str, Any]) -> None:
    phone.submit({**typed, "go": "next"}, form="form[data-survey]")
