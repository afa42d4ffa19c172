"""The desk's story: a request is taken, moved, served and paid, and the customer hears of each."""

from tests.journeys.test_bookings import HANA, POST, a_salon, chosen, newcomer, say_word, server, told
from tests.world import Browser, World

__all__ = ["server"]


def test_a_request_is_approved_moved_served_and_paid(world: World, browser: Browser) -> None:
    page = a_salon(browser)
    browser.open("/reservations/settings")
    browser.submit({"approval": "all"}, form="main form[action*=settings]")
    hana = newcomer(world, "窓口 はな")
    phone = hana.open_page(page)
    chosen(phone, "鈴木", "カット", at="6月6日 11:00")
    phone.submit(HANA | {"name": "窓口 花"}, form=POST)
    phone.submit({"consent": "1"}, form=POST)
    say_word(world, phone)
    assert told(hana) == ["お申し込みを受け付けました"]

    browser.open("/reservations?show=requested")
    assert "窓口 花" in browser.text() and "時間で期限切れ" in browser.text()
    browser.submit({}, form="main form[action$=approval]")
    world.settle()
    assert told(hana)[1:] == ["ご予約が確定しました"]
    assert hana.received()[-1]["via"] == "push"

    browser.open("/reservations?q=窓口")
    browser.open(str(browser.page.select_one("tbody a.rule-name")["href"]))
    at_desk = browser.path
    browser.open(f"{at_desk}/change")
    browser.open(next(str(chip["href"]) for chip in browser.page.select(".time-chips a") if chip.text == "15:00"))
    browser.submit({}, form="main form[action$=change]")
    assert "6月6日(金) 15:00〜16:00" in browser.text() and "お客様のLINEにお知らせします" in browser.text()
    world.settle()
    assert told(hana)[2:] == ["ご予約の変更"]
    assert "6月6日(金) 15:00" in str(hana.received()[-1]["message"])

    browser.submit({}, form="main form[action$=check-in]")
    browser.submit({"completion-amount": "6,600"}, form="main form[action$=completion]")
    assert "来店1回" in browser.text() and "6,600円" in browser.text(), browser.text()
    assert "次回予約をとる +" in browser.text()
