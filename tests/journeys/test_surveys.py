"""Stories of forms: what customers answer inside LINE, what follows from it, and who is not believed."""

import base64
import csv
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
    field_id = a_field(browser, "髪のお悩み")
    code, document = a_sheet(browser, steps, field_id=field_id)

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
    row = in_csv(browser, hana, "real_name", "phone", f"tag:{tag_id}", f"field:{field_id}")
    assert {"山田 花子", "09012345678", "1", WORRY} < set(row.values()), row

    kaede = newcomer(world, "無口 かえで")
    phone = kaede.open_page(f"/liff/surveys/{code}")
    fill_in(phone, document, "無口 かえで", "08011112222")
    phone.submit({})
    world.settle()
    thanked = next(entry for entry in kaede.received() if "お待ちしています" in entry["message"].get("text", ""))
    assert (thanked["via"], thanked["counted"]) == ("push", True), "no word came, so it was pushed"


def test_forged_expired_and_foreign_tokens_open_no_form(world: World, browser: Browser) -> None:
    code, _ = a_sheet(browser, [])
    taro, victim = newcomer(world, "偽者 太郎"), newcomer(world, "本物 花子")
    phone = Customer(taro)
    phone.open(f"/liff/surveys/{code}")
    phone.submit({"id_token": forged(tokens_of(world, taro), victim.user_id)}, form="form#identify")
    assert phone.status == 401 and not phone.page.select("[data-question]"), phone.text()
    for how in ({"expired": True}, {"audience": "1999999999"}):
        phone = taro.open_page(f"/liff/surveys/{code}", **how)
        assert not phone.page.select("[data-question]"), how
    phone = taro.open_page("/liff/coupons", expired=True)
    phone.open("/liff/surveys/" + code)
    assert not phone.page.select("[data-question]"), "and no session came of it"
    phone = taro.open_page(f"/liff/surveys/{code}")
    assert phone.page.select("[data-question]"), phone.text()


def test_who_blocked_the_account_or_never_added_it_is_asked_to_add_it_and_led_back(
    world: World, browser: Browser
) -> None:
    code, document = a_sheet(browser, [])
    mio = world.person("通りすがり みお")
    phone = mio.open_page(f"/liff/surveys/{code}")
    assert "友だち追加をお願いします" in phone.text()
    mio.follow()
    world.settle()
    back = phone.page.select_one("main a.button-quiet")
    phone.open(str(back["href"]))
    fill_in(phone, document, "みお", "09033334444")
    sent = phone.page
    mio.block()
    world.settle()
    phone.submit({})
    assert "友だち追加をお願いします" in phone.text(), "nobody who has blocked us sends anything"
    mio.follow()
    world.settle()
    phone.path, phone.page = f"/liff/surveys/{code}/confirm", sent
    phone.submit({})
    assert "送信しました" in phone.text(), "what was typed has waited"
    used = world.used()
    mio.block()
    world.settle()
    assert world.used() == used, "who blocks us before the message comes costs nothing"


def test_what_was_drawn_for_one_of_two_people_on_a_phone_is_not_taken_from_the_other(
    world: World, browser: Browser
) -> None:
    code, _ = a_sheet(browser, [])
    mother, daughter = newcomer(world, "母 きよみ"), newcomer(world, "娘 さき")
    phone = mother.open_page(f"/liff/surveys/{code}")
    mothers = (phone.path, phone.page)
    phone.person = daughter
    phone.visit(f"{world.liff_link()}/surveys/{code}")
    daughters = (phone.path, phone.page)
    [name] = [str(field["name"]) for field in daughters[1].select("input[autocomplete=name]")]

    phone.path, phone.page = mothers
    phone.submit({name: "母 きよみ", "go": "next"}, form="form[data-survey]")
    assert phone.status == 409 and "別の方の画面です" in phone.text()
    phone.open(daughters[0])
    assert "母 きよみ" not in str(phone.page), "neither sees what the other typed"


# What the shop sets up -----------------------------------------------------------------------------------------------


def a_field(browser: Browser, name: str) -> str:
    browser.open("/fields/new")
    browser.submit({"name": name, "type": "text"}, form="form.field-editor")
    found = next(link for link in browser.open("/fields").select("main a[href^='/fields/']") if name in link.get_text())
    return str(found["href"]).split("/")[2]


def a_sheet(browser: Browser, steps: list[dict[str, Any]], field_id: str = "") -> tuple[str, dict[str, Any]]:
    """An open counselling sheet, whose choice WORRY does *steps*; its code and its document."""
    browser.open("/surveys/new")
    browser.submit({"begin": "counselling"}, form="form:has([name=begin])")
    survey_id = browser.path.split("/")[2]
    document = json.loads(browser.page.select_one("[name=document]")["value"])
    [choice] = [each for each in document["pages"][1]["parts"][0]["choices"] if each["label"] == WORRY]
    choice["actions"] = {"steps": steps, "repeats": True}
    document["pages"][0]["parts"][2]["save_to"] = ["system:phone"]
    document["pages"][1]["parts"][0]["save_to"] = [f"field:{field_id}"] if field_id else []
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


def tokens_of(world: World, person: Person) -> str:
    """The ID token that LINE gives to a page which this person opens."""
    opened = world._control("POST", f"/users/{person.user_id}/open", {"url": world.liff_link()})
    return str(opened["id_token"])


def forged(token: str, user_id: str) -> str:
    """*token* as if it were another person's, with the signature it had."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | {"sub": user_id}
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


def in_csv(browser: Browser, person: Person, *columns: str) -> dict[str, str]:
    """What the list of friends as a file says of somebody."""
    browser.open("/transfers/exports/new")
    names = [name if ":" in name else f"system:{name}" for name in columns]
    browser.submit({"columns": ["name", *names], "encoding": "utf8"}, form="form[action='/transfers/exports']")
    rows = csv.DictReader(browser.page.get_text().lstrip("\ufeff").splitlines())
    return next(row for row in rows if person.name in row.values())


def next_page(phone: Customer, typed: dict[str, Any]) -> None:
    phone.submit({**typed, "go": "next"}, form="form[data-survey]")
