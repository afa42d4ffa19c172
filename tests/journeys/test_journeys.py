"""Whole stories over real HTTP: the server, the emulated LINE, a customer's phone and a browser without JavaScript."""

import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from tests.world import Browser, Server, World


def test_a_new_friend_is_greeted_asks_a_question_and_is_answered_by_a_person(world: World, browser: Browser) -> None:
    hanako = world.person("山田 花子")
    hanako.follow()
    world.settle()
    [greeting] = hanako.received()
    assert greeting["via"] == "reply" and not greeting["counted"]
    assert greeting["message"]["text"].startswith("山田 花子さん、友だち追加ありがとうございます")

    hanako.say("ｴｲｷﾞｮｳ時間を教えて")
    hanako.say("営業時間を教えて")
    world.settle()
    assert [text[:4] for text in hanako.texts()[1:]] == ["営業時間"], "one keyword answer, and it is the opening hours"

    hanako.say("明日の朝いちばんは空いていますか？")
    world.settle()
    browser.open("/chat")
    assert "明日の朝いちばん" in browser.text() and "要対応" in browser.text()
    browser.open(_talk_path(browser, "山田 花子"))
    assert "営業時間を教えて" in browser.text(), "the automatic part is in the same talk"
    browser.submit({"text": "はい、10時にお待ちしています。"}, form="form.composer")
    world.settle()
    assert hanako.texts()[-1] == "はい、10時にお待ちしています。"
    assert "はい、10時にお待ちしています。" in browser.open(browser.path).get_text()


def test_the_same_webhook_arriving_many_times_at_once_is_answered_once(world: World) -> None:
    taro = world.person("佐藤 太郎")
    taro.follow()
    world.settle()
    body = _message_body(taro.user_id, world.now(), "料金は？", event_id="01JOURNEYDUPLICATE000000001")
    answers = world.webhooks(*[body] * 12, parallel=6)
    assert {answer["status"] for answer in answers} == {200}
    world.settle()
    assert len([text for text in taro.texts() if "カット" in text]) == 1


def test_a_wrong_signature_is_refused_and_leaves_nothing(world: World) -> None:
    mallory = world.person("なりすまし")
    body = _message_body(mallory.user_id, world.now(), "料金", event_id="01JOURNEYBADSIGNATURE000001")
    for signature in ("bad", "none"):
        [answer] = world.webhooks(body, signature=signature)
        assert answer["status"] == 401
    world.settle()
    assert mallory.received() == []


def test_odd_events_do_not_take_the_good_ones_with_them(world: World) -> None:
    taro = world.person("混ざり")
    taro.follow()
    world.settle()
    good = json.loads(_message_body(taro.user_id, world.now(), "アクセス", event_id="01JOURNEYMIXED0000000000001"))
    odd = [{"type": "somethingNew", "webhookEventId": "01JOURNEYMIXED0000000000002"}, {"no": "type"}, 7, None]
    [answer] = world.webhooks(json.dumps({"destination": "U0", "events": [*odd, *good["events"]]}))
    assert answer["status"] == 200
    world.settle()
    assert "花ビル2階" in taro.texts()[-1]


def test_a_friend_who_blocks_gets_nothing_and_staff_are_told_why(world: World, browser: Browser) -> None:
    jiro = world.person("鈴木 次郎")
    jiro.follow()
    jiro.say("こんにちは")
    world.settle()
    before = len(jiro.received())
    browser.open(_talk_path(browser, "鈴木 次郎"))
    jiro.block()
    world.settle()
    browser.submit({"text": "お元気ですか"}, form="form.composer")
    assert browser.status == 422 and "ブロックしている" in browser.text() and "お元気ですか" in browser.text()
    world.settle()
    assert len(jiro.received()) == before


def test_an_answer_planned_for_tomorrow_leaves_tomorrow_and_not_twice(world: World, browser: Browser) -> None:
    saki = world.person("予約 咲")
    saki.follow()
    saki.say("明日の件で")
    world.settle()
    browser.open(_talk_path(browser, "予約 咲"))
    due = _local(world.now(), days=1)
    browser.submit(
        {"text": "本日のご来店をお待ちしています。", "due_on": due[:10], "due_at": "09:30"}, form="form.composer"
    )
    world.settle()
    assert "本日のご来店をお待ちしています。" not in saki.texts()
    world.advance(advance_seconds=2 * 86400)
    world.settle()
    [arrived] = [
        entry for entry in saki.received() if entry["message"].get("text") == "本日のご来店をお待ちしています。"
    ]
    assert _local(arrived["at"])[:16] == f"{due[:10]}T09:30"


def test_an_unsent_message_disappears_everywhere(world: World, browser: Browser) -> None:
    mika = world.person("取消 美香")
    mika.follow()
    message_id = mika.say("秘密の電話番号は000です")
    world.settle()
    path = _talk_path(browser, "取消 美香")
    assert "秘密の電話番号" in browser.open(path).get_text()
    mika.unsend(message_id)
    world.settle()
    page = browser.open(path).get_text()
    assert "秘密の電話番号" not in page and "取り消" in page


def test_a_photo_is_kept_for_staff_and_shown_to_nobody_else(world: World, browser: Browser, server: Server) -> None:
    rei = world.person("写真 玲")
    rei.follow()
    rei.say(image=base64.b64encode(_jpeg()).decode())
    world.settle()
    browser.open(_talk_path(browser, "写真 玲"))
    picture = browser.page.select_one("main img[src*='media']")
    assert picture is not None
    browser.open(str(picture["src"]))
    assert browser.status == 200
    stranger = Browser(server)
    stranger.open(str(picture["src"]))
    assert stranger.status in (403, 404) or "sign-in" in stranger.path


def test_answers_lost_on_the_way_reach_the_friend_once(world: World, browser: Browser) -> None:
    yui = world.person("再送 結衣")
    yui.follow()
    yui.say("質問です")
    world.settle()
    browser.open(_talk_path(browser, "再送 結衣"))
    for number, mode in enumerate(("drop-after-accept", "drop-before", "500", "429")):
        world.fault("/v2/bot/message/push", mode)
        world.fault("/v2/bot/message/reply", mode)
        browser.submit({"text": f"回答{number}"}, form="form.composer")
        world.settle()
        browser.open(browser.path)
    answers = [text for text in yui.texts() if text.startswith("回答")]
    assert answers == ["回答0", "回答1", "回答2", "回答3"]


def test_a_keyword_tags_points_follow_and_staff_are_called_as_the_trial_foretold(
    world: World, browser: Browser
) -> None:
    _an_automation(browser)
    rule_path = browser.path
    aki = world.person("色川 亜希")
    aki.follow()
    world.settle()
    friend_path = _friend_path(browser, "色川 亜希")
    foretold = _trial(browser, rule_path, friend_path.rsplit("/", 1)[-1])
    assert not _outcomes(browser, friend_path), "trying out changes nothing"

    aki.say("髪色を相談したいです")
    world.settle()
    assert len(_outcomes(browser, friend_path)) == 4 and _outcomes(browser, friend_path) == foretold
    page = browser.open(friend_path)
    assert "髪色の相談" in page.select_one("#friend-tags").get_text()
    assert "7点" in page.select_one("#friend-scores").get_text()
    [mark] = page.select("#friend-mark [aria-current], #friend-mark [aria-pressed=true], #friend-mark [selected]")
    assert "要フォロー" in mark.get_text()
    assert "色川 亜希" in browser.open("/notifications").get_text()

    called = next(
        item for item in browser.open(friend_path).select(".timeline-list > li") if "呼んで" in item.get_text()
    )
    why = browser.open(str(called.select_one(".timeline-why a")["href"])).get_text()
    links = ("髪色を相談したいです", "自動応答", "髪色の相談", "髪色への関心", "要フォロー")
    assert [link for link in links if link not in why] == [], "each link of the chain is told"


def test_an_empty_installation_asks_its_first_questions(tmp_path: Path) -> None:
    running = Server(tmp_path, SEED="0")
    running.start()
    try:
        browser = Browser(running)
        browser.open("/")
        assert "/setup" in browser.path
        browser.submit(
            {
                "owner_name": "花田 さくら",
                "email": "hanada@example.com",
                "password": "とても長い合言葉2026",
                "repeated_password": "とても長い合言葉2026",
                "name": "サロン花",
            }
        )
        assert browser.path == "/setup/next" and "LINE公式アカウントをつなぐ" in browser.text()
        assert "サロン花" in browser.open("/").get_text()
    finally:
        running.stop()


def test_a_data_directory_never_changes_its_mode(server: Server) -> None:
    from lstep_lite import config

    environ = {
        **os.environ,
        "DATA_DIR": str(server.data_dir),
        "LSTEP_MODE": "live",
        "PUBLIC_URL": "https://shop.example",
    }
    with pytest.raises(config.BadSetting, match="demo mode"):
        config.load(environ)


def test_a_second_demo_does_not_share_the_data_of_the_first(server: Server) -> None:
    environ = {**os.environ, "DATA_DIR": str(server.data_dir), "PORT": str(server.port + 1)}
    second = subprocess.run(
        [sys.executable, "-m", "lstep_lite.cli", "demo"], env=environ, capture_output=True, text=True, timeout=90
    )
    assert second.returncode == 1 and "もう体験版が動いています" in second.stderr


def test_whoever_asks_for_prices_gets_a_card_whose_button_answers(world: World) -> None:
    yui = world.person("水野 ゆい")
    yui.follow()
    world.settle()  # or the greeting may arrive last
    yui.say("料金を教えてください")
    world.settle()
    card = yui.received()[-1]
    assert (card["message"]["altText"], card["via"], card["counted"]) == ("メニューと料金のご案内", "reply", False)
    assert "ご希望のメニューと日時" in yui.tap(card["message"])["text"]


def test_a_coupon_is_sent_got_used_once_and_counted(world: World, browser: Browser, server: Server) -> None:
    browser.open("/coupons/new")
    values = {"name": "春の割引", "title": "ご来店ありがとう", "code_kind": "single", "code_shape": "qr", "supply": "1"}
    browser.submit(values, form="#coupon-form form")
    path = browser.path
    browser.submit({}, form="form[action$='/opening']")
    browser.open("/messages/new?kind=coupon")
    document = {"coupon_id": int(path.rpartition("/")[2]), "quick_replies": []}
    browser.submit({"name": "春のご案内", "document": json.dumps(document)}, form="#template-form form")
    template_id = int(browser.path.split("/")[2])
    browser.open("/auto-replies/new")
    blocks = json.dumps([{"kind": "template", "template_id": template_id}])
    answers = {"name": "割引", "keywords-text": ["割引ください"], "blocks": blocks, "blocks-text": ""}
    browser.submit(answers, form="#rule-form form")

    rina, late = world.person("来店 里奈"), world.person("一足 遅子")
    for person in (rina, late):
        person.follow()
        world.settle()  # or the greeting may arrive last
        person.say("割引ください")
    world.settle()
    card = rina.received()[-1]["message"]
    ticket = rina.tap(card)
    picture = next(part["url"] for part in ticket["contents"]["body"]["contents"] if part["type"] == "image")
    assert server.http.request("GET", picture.replace("https://demo.lstep.invalid", server.url)).status == 200
    assert "予定の枚数に達した" in late.tap(card)["text"]
    question = rina.tap(ticket)
    assert "使用しました" in rina.tap(question)["text"]
    assert "もう一度「使う」" in rina.tap(question)["text"]
    assert "使用済み" in rina.tap(ticket)["text"]
    browser.open(path)
    assert [each.get_text() for each in browser.page.select(".stat-number")][:3] == ["1", "1", "100%"]
    assert "来店 里奈" in browser.page.select_one("#ticket-list").get_text()


def test_a_template_in_a_pack_answers_and_says_what_it_was_changed_to(world: World, browser: Browser) -> None:
    inside = _a_template(browser, "text", "料金", {"text": "[name|お客様]さん、カットは5,500円です"})
    blocks = [{"kind": "text", "text": "お問い合わせありがとうございます"}, {"kind": "template", "template_id": inside}]
    pack = _a_template(browser, "pack", "料金のご案内", {"blocks": blocks})
    browser.open("/auto-replies/new")
    answer = json.dumps([{"kind": "template", "template_id": pack}])
    typed = {"name": "料金", "keywords-text": ["合言葉はさくら"], "blocks": answer, "blocks-text": ""}
    browser.submit(typed, form="#rule-form form")

    mari = world.person("料金 真理")
    mari.follow()
    world.settle()  # or the greeting may arrive last
    mari.say("合言葉はさくら")
    world.settle()
    assert mari.texts()[-2:] == ["お問い合わせありがとうございます", "料金 真理さん、カットは5,500円です"]

    browser.open(f"/messages/{inside}/edit")
    assert "テンプレート「料金のご案内」" in browser.text()
    changed = json.dumps({"text": "カットは6,000円になりました", "quick_replies": []})
    browser.submit({"document": changed}, form="#template-form form")
    browser.submit({}, form="#line-check form")
    assert "LINEで送れる内容です" in browser.text()
    mari.say("合言葉はさくら")
    world.settle()
    assert mari.texts()[-1] == "カットは6,000円になりました"
    assert not mari.received()[-1]["counted"], "both are one free answer"


def _a_template(browser: Browser, kind: str, name: str, document: dict[str, Any]) -> int:
    """Make one as the studio would post it; its id."""
    browser.open(f"/messages/new?kind={kind}")
    posted = json.dumps(document | {"quick_replies": []})
    browser.submit({"name": name, "document": posted}, form="#template-form form")
    return int(browser.path.split("/")[2])


def _talk_path(browser: Browser, name: str) -> str:
    browser.open("/chat?" + "q=" + name.replace(" ", "%20"))
    link = next(link for link in browser.page.select("main a[href^='/chat/']") if name in link.get_text())
    return str(link["href"])


def _an_automation(browser: Browser) -> None:
    """A keyword attaches a tag, the tag adds points, enough points change the mark and call the staff."""
    browser.open("/scores/new")
    browser.submit({"name": "髪色への関心"}, form="form:has([name=recent_days])")
    browser.open(f"{browser.path.removesuffix('/edit')}/thresholds/new")
    form = "form:has([name=direction])"
    typed = _with_step(browser, form, {"points": "5"}, "actions", "mark", mark_id=_choice("要フォロー"))
    typed = _with_step(browser, form, typed, "actions", "notify", text="[name]さんが呼んでいます")
    browser.submit(typed, form=form)
    browser.open("/tags/new")
    form, typed = "form:has([name=capacity])", {"name": "髪色の相談"}
    typed = _with_step(browser, form, typed, "attached", "score", score_id=_choice("髪色への関心"), points="7")
    browser.submit(typed, form=form)
    browser.open("/auto-replies/new")
    form, typed = (
        "form:has([name=matching])",
        {"name": "髪色", "keywords-text": ["髪色"], "keywords-match": ["partial"]},
    )
    typed = _with_step(browser, form, typed, "actions", "tags", tag_ids=_choice("髪色の相談"))
    browser.submit(typed, form=form)
    assert browser.status == 200, browser.text()


def _with_step(
    browser: Browser, form: str, typed: dict[str, Any], path: str, kind: str, **inputs: Any
) -> dict[str, Any]:
    """Press 「＋」 of the editor at *path*; what to type then, together with what is typed already."""
    browser.submit({**typed, "op": f"{path}:add:{kind}"}, form=form)
    key = browser.page.select(f"input[type=hidden][name='{path}']")[-1]["value"]
    for name, value in inputs.items():
        full_name = f"{path}.{key}.{name}"
        typed[full_name] = value(browser, full_name) if callable(value) else value
    return typed


def _choice(words: str) -> Callable[[Browser, str], str]:
    """The value of the option or box with these words."""

    def find(browser: Browser, name: str) -> str:
        offered = browser.page.select(f"select[name='{name}'] option, label:has(input[name='{name}'])")
        [found] = [each for each in offered if each.get_text(strip=True) == words]
        return str((found if found.name == "option" else found.select_one("input"))["value"])

    return find


def _trial(browser: Browser, rule_path: str, friend_id: str) -> list[str]:
    """What the trial on the rule's page says would be done to a friend."""
    browser.open(rule_path)
    button = browser.page.select_one("[hx-post*='/actions/trial']")
    browser.submit({"trial_friend": friend_id}, form="form:has([name=matching])", to=str(button["hx-post"]))
    return sorted(found.get_text(" ", strip=True) for found in browser.page.select("li.outcome-done > span"))


def _outcomes(browser: Browser, friend_path: str) -> list[str]:
    """What the timeline says was done, besides the scenario that the demo salon's greeting starts."""
    browser.open(friend_path)
    found = browser.page.select(".timeline-result.outcome-done > span")
    said = (each.get_text(" ", strip=True) for each in found)
    return sorted(words for words in said if not words.startswith("シナリオ"))


def _friend_path(browser: Browser, name: str) -> str:
    browser.open("/friends?q=" + quote(name))
    link = next(link for link in browser.page.select("main tbody a[href^='/friends/']") if name in link.get_text())
    return str(link["href"])


def _message_body(user_id: str, now: str, text: str, *, event_id: str) -> str:
    from datetime import datetime

    millis = int(datetime.fromisoformat(now).timestamp() * 1000)
    event: dict[str, Any] = {
        "type": "message",
        "mode": "active",
        "timestamp": millis,
        "webhookEventId": event_id,
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": user_id},
        "replyToken": event_id.lower().ljust(32, "0"),
        "message": {"id": str(abs(hash(event_id)))[:18], "type": "text", "text": text, "quoteToken": "q"},
    }
    return json.dumps({"destination": "U" + "0" * 32, "events": [event]})


def _local(moment: str, days: int = 0) -> str:
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    return (datetime.fromisoformat(moment).astimezone(ZoneInfo("Asia/Tokyo")) + timedelta(days=days)).isoformat()


def _jpeg() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "seagreen").save(picture, "JPEG")
    return picture.getvalue()
