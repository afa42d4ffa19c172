"""The list of rules, their editor, folders, and the box to try a text."""

import json

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lstep_lite.engine import actions, auto_replies, folders
from lstep_lite.engine.actions import saved
from lstep_lite.models import ActionSet, AutoReply, DayRule, FriendTag
from tests.factories import NOW, a_friend, a_rule, a_tag, an_action
from tests.web.conftest import regions

FORM = {
    "name": "営業時間",
    "folder_id": "0",
    "is_on": "y",
    "matching": "keywords",
    "keywords-text": ["営業時間", ""],
    "keywords-match": ["exact", "partial"],
    "blocks": json.dumps([{"kind": "text", "text": "10時からです"}]),
}


@pytest.fixture
def rules(session, owner):
    made = [a_rule(session, name=name) for name in ("一", "二", "三")]
    session.commit()
    return made


def names(soup: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in soup.select(".rule-name")]


def with_tag(tag):
    return {"all": [{"id": "a", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}


def in_order(session) -> list[str]:
    session.expire_all()
    return [rule.name for rule in auto_replies.in_order(session)]


def test_an_empty_list_offers_samples_that_open_filled_in(page, owner):
    link = page("/auto-replies").select_one(".empty a[href*='sample=']")["href"]
    soup = page(link)
    assert "営業時間" in soup.select_one("#blocks")["value"]
    assert soup.select_one("[name=keywords-text]")["value"] == "営業時間"


def test_the_list_stands_in_the_order_in_which_rules_are_tried(page, rules):
    assert names(page("/auto-replies")) == ["一", "二", "三"]


def test_the_list_costs_the_same_however_many_there_are(page, session, rules, count_queries):
    with count_queries() as few:
        page("/auto-replies")
    for _ in range(20):
        a_rule(session)
    session.commit()
    with count_queries() as many:
        page("/auto-replies")
    assert len(many) == len(few) <= 8


def test_the_conditions_of_the_list_cost_the_same_however_many_there_are(page, session, owner, count_queries):
    a_rule(session, tree=with_tag(a_tag(session, name="会員")))
    session.commit()
    with count_queries() as few:
        assert "タグ「会員」が付いている" in page("/auto-replies").get_text()
    for _ in range(20):
        a_rule(session, tree=with_tag(a_tag(session)))
    session.commit()
    with count_queries() as many:
        page("/auto-replies")
    assert len(many) == len(few) <= 9


def test_a_rule_is_made_and_its_page_says_when_it_answers(htmx, client, session, owner):
    answer = htmx(
        "/auto-replies", FORM | {"weekdays": ["0", "1", "2", "3", "4"], "starts_at": "22:00", "ends_at": "09:00"}
    )
    rule = session.scalars(select(AutoReply)).one()
    assert answer.headers["HX-Redirect"] == f"/auto-replies/{rule.id}/edit"
    assert rule.keywords == [{"text": "営業時間", "match": "exact"}]
    assert "毎週月〜金 22:00〜翌09:00に届いたメッセージに返します。" in client.get(answer.headers["HX-Redirect"]).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "名前を入力"),
        ({"keywords-text": ["", ""]}, "キーワードを1つ以上"),
        ({"starts_at": "22:00"}, "始まりと終わりの両方"),
        ({"blocks": "[]"}, "メッセージを1つ以上"),
        ({"blocks": '[{"kind": "text"}]'}, "本文"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_saved(htmx, session, owner, change, words):
    answer = htmx("/auto-replies", FORM | change)
    assert answer.status_code == 422
    assert regions(answer) == ["rule-form"]
    assert words in answer.text
    assert session.scalars(select(AutoReply)).all() == []


def test_saving_keeps_the_editor_open_with_what_was_saved(htmx, session, rules):
    answer = htmx(f"/auto-replies/{rules[0].id}", FORM | {"matching": "anything"})
    assert regions(answer) == ["rule-form", "toasts"]
    session.expire_all()
    assert (rules[0].name, rules[0].keywords) == ("営業時間", [])


def test_dragging_and_the_buttons_change_the_order(htmx, session, rules):
    one, two, three = (rule.id for rule in rules)
    htmx("/folders/auto_replies/rows/order", {"id": [three, one, two]})
    assert in_order(session) == ["三", "一", "二"]
    htmx(f"/folders/auto_replies/rows/{two}/step", {"to": "up"})
    assert in_order(session) == ["三", "二", "一"]


def test_switching_off_copying_and_deleting(htmx, client, session, rules):
    assert regions(htmx(f"/auto-replies/{rules[0].id}/switch", {"is_on": "no"})) == ["rule-list", "toasts"]
    client.post(f"/auto-replies/{rules[1].id}/copy")
    client.post(f"/auto-replies/{rules[2].id}/delete")
    session.expire_all()
    kept = {rule.name: rule.is_on for rule in session.scalars(select(AutoReply))}
    assert kept == {"一": False, "二": True, "二のコピー": False}


def test_a_folder_shows_its_own_rules(client, page, session, rules):
    folder = folders.create(session, "auto_replies", name="夜間")
    session.commit()
    client.post(f"/folders/auto_replies/rows/{rules[1].id}/move", data={"folder_id": folder.id})
    assert names(page(f"/auto-replies?folder={folder.id}")) == ["二"]


def test_the_box_tells_which_rule_answers_why_and_with_what(htmx, page, session, owner):
    text = {"kind": "text", "text": "[name]さん、カットは5,500円です"}
    a_rule(session, name="料金", keywords=[{"text": "料金", "match": "partial"}], blocks=[text])
    a_rule(session, name="夜間", matching="anything", keywords=[], starts_at="22:00", ends_at="06:00")
    session.commit()
    answer = htmx("/auto-replies/trial?text=料金は？", method="GET")
    assert regions(answer) == ["trial"]
    assert "「料金」が返信します" in answer.text
    assert "山田 花子さん、カットは5,500円です" in answer.text
    at_night = page("/auto-replies/trial?text=こんばんは&at=2026-03-05T23:00")
    assert "「夜間」が返信します" in at_night.get_text()


def test_the_box_asks_who_writes_and_answers_for_that_person(htmx, page, session, owner):
    ann = a_friend(session, display_name="佐藤 花", search_text="佐藤花")
    anna = a_friend(session, display_name="佐藤 花子", search_text="佐藤花子")
    tag = a_tag(session)
    session.add(FriendTag(friend_id=ann.id, tag_id=tag.id, attached_at=NOW, changed_by="staff"))
    text = [{"kind": "text", "text": "[name]さんだけの特典です"}]
    word = [{"text": "特典", "match": "partial"}]
    a_rule(session, name="会員へ", keywords=word, tree=with_tag(tag), blocks=text)
    session.commit()
    asked = page("/auto-replies/trial?text=特典&who=佐藤")
    assert {button["value"] for button in asked.select("button[name=friend]")} == {str(ann.id), str(anna.id)}
    chosen = htmx(f"/auto-replies/trial?text=特典&who=佐藤&friend={ann.id}", method="GET")
    assert "「会員へ」が返信します" in chosen.text and "佐藤 花さんだけの特典です" in chosen.text
    assert "どの自動応答も返信しません" in htmx("/auto-replies/trial?text=特典&who=花子", method="GET").text
    assert "見つかりませんでした" in htmx("/auto-replies/trial?text=特典&who=田中", method="GET").text
    assert "「会員へ」が返信します" in htmx("/auto-replies/trial?text=特典", method="GET").text


def test_a_rule_keeps_whom_it_answers_and_on_which_days(htmx, session, page, owner):
    rule, tag = a_rule(session), a_tag(session, name="会員")
    session.commit()
    condition = {"segment.all": "k", "segment.all.k.kind": "tag", "segment.all.k.how": "any"}
    form = FORM | condition | {"day_rule": "business", "segment.all.k.tag_ids": str(tag.id)}
    htmx(f"/auto-replies/{rule.id}", form)
    session.expire_all()
    assert rule.day_rule is DayRule.BUSINESS
    assert rule.tree["all"][0]["data"] == {"how": "any", "tag_ids": [tag.id]}
    assert page(f"/auto-replies/{rule.id}/edit").select_one("[name='segment.all.k.tag_ids'][checked]")
    wrong = htmx(f"/auto-replies/{rule.id}", FORM | condition)
    assert (wrong.status_code, regions(wrong)) == (422, ["rule-form"])
    htmx(f"/auto-replies/{rule.id}", FORM)
    session.expire_all()
    assert rule.tree is None


def test_more_than_five_bubbles_are_said_to_cost(htmx, session, owner):
    three = [{"kind": "text", "text": f"{number}"} for number in range(3)]
    for name in ("甲", "乙"):
        a_rule(session, name=name, keywords=[{"text": "料金", "match": "partial"}], blocks=three, goes_on=True)
    session.commit()
    assert "6個目からは通数がかかります" in htmx("/auto-replies/trial?text=料金", method="GET").text


def test_the_sentence_under_the_hours_follows_what_is_chosen(htmx, owner):
    answer = htmx("/auto-replies/schedule?weekdays=5&weekdays=6&starts_at=22:00&ends_at=06:00", method="GET")
    assert regions(answer) == ["schedule-sentence"]
    assert "毎週土・日 22:00〜翌06:00" in answer.text
    assert "両方を入力" in htmx("/auto-replies/schedule?starts_at=22:00", method="GET").text


def test_staff_without_the_right_are_refused(outsider, rules):
    assert outsider.get("/auto-replies").status_code == 403
    assert outsider.post(f"/auto-replies/{rules[0].id}/delete").status_code == 403


def test_the_list_shows_what_a_rule_does_besides_and_what_is_gone(session, page):
    gone = an_action(session, name="消える")
    rule = a_rule(session)
    step = {"id": "a", "kind": "run_action", "data": {"action_id": gone.id}, "segment": None}
    actions.keep(session, auto_replies.PLACE, rule.id, actions.SetDraft([step], True), now=NOW)
    saved.delete(session, gone)
    session.commit()
    text = page("/auto-replies").get_text()
    assert "アクション1個" in text
    assert "アクションの参照先がありません" in text


def test_an_answer_keeps_its_actions_when_it_is_saved_and_copied(session, htmx):
    rule = a_rule(session)
    session.commit()
    form = FORM | {
        "blocks": "[]",
        "actions": "k",
        "actions.k.kind": "send_text",
        "actions.k.text": "はい",
        "actions.k.when": "now",
    }
    assert htmx(f"/auto-replies/{rule.id}", form).status_code == 200
    wrong = htmx(f"/auto-replies/{rule.id}", form | {"actions.k.text": ""})
    assert (wrong.status_code, regions(wrong)) == (422, ["rule-form"])
    htmx(f"/auto-replies/{rule.id}/copy")
    texts = session.scalars(select(ActionSet.steps)).all()
    assert [steps[0]["data"]["text"] for steps in texts] == ["はい", "はい"]
