"""The list of broadcasts, their editor that keeps drafts by itself, the hold, the progress and the result."""

import json

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lstep_lite.engine import broadcasts
from lstep_lite.models import (
    Broadcast,
    BroadcastState,
    BroadcastVariant,
    Delivery,
    DeliveryState,
    Friend,
    FriendTag,
    Recipient,
    RecipientState,
    WinnerBy,
)
from tests.factories import NOW, a_broadcast, a_delivery, a_friend, a_tag, a_tap, a_template, a_tester, an_answer
from tests.web.conftest import regions

HELLO = json.dumps([{"kind": "text", "text": "こんにちは"}])
FORM = {
    "name": "春のお知らせ",
    "folder_id": "0",
    "audience_at": "sending",
    "keeps_frequency": "y",
    "versions": "a",
    "versions.a.kind": "version",
    "versions.a.percent": "100",
    "versions.a.blocks": HELLO,
    "when": "now",
}
TRIAL = FORM | {
    "versions": ["a", "b"],
    "versions.a.percent": "10",
    "versions.b.kind": "version",
    "versions.b.percent": "20",
    "versions.b.blocks": json.dumps([{"kind": "text", "text": "やあ"}]),
    "winner_by": "taps",
    "winner_after_minutes": "90",
}


@pytest.fixture
def broadcast(session, owner):
    made = a_broadcast(session, name="夏のお知らせ")
    session.commit()
    return made


def sent_to(session, broadcast, *outcomes):
    """It is over: a friend for each delivery's end."""
    friends = [a_friend(session, display_name=f"客{place}") for place, _ in enumerate(outcomes)]
    for friend, outcome in zip(friends, outcomes, strict=True):
        delivery = a_delivery(session, friend, state=outcome, reason=f"わけ：{outcome.value}", finished_at=NOW)
        session.add(
            Recipient(
                broadcast_id=broadcast.id,
                friend_id=friend.id,
                variant_id=broadcast.variants[0].id,
                state=RecipientState.PUT,
                delivery_id=delivery.id,
                acted_at=NOW,
            )
        )
    broadcast.state, broadcast.started_at, broadcast.finished_at = BroadcastState.DONE, NOW, NOW
    broadcast.is_gathered = True
    session.flush()
    broadcast.totals = {key.value: count for key, count in broadcasts.numbers(session, broadcast).by_outcome.items()}
    session.commit()


# The list ------------------------------------------------------------------------------------------------------------


def test_an_empty_list_offers_samples(page, owner):
    links = [link["href"] for link in page("/broadcasts").select(".empty a")]
    assert links[0] == "/broadcasts/new?sample=news"
    assert "○月のおすすめ" in page(links[0]).select_one("[name='versions.a.blocks']")["value"]


def test_the_tabs_and_the_search_find_by_state_and_name(page, session, broadcast):
    a_broadcast(session, name="秋の予約", state=BroadcastState.BOOKED, due_at=NOW, held_from=NOW)
    session.commit()
    listed = page("/broadcasts?tab=draft").select_one("tbody").get_text()
    assert "夏のお知らせ" in listed
    assert "秋の予約" not in listed
    listed = page("/broadcasts?tab=booked&q=秋").select_one("tbody").get_text()
    assert "秋の予約" in listed and "すべての友だち" in listed and "3月5日(木) 10:00" in listed
    assert "当てはまる一斉配信はありません" in page("/broadcasts?tab=sent&q=秋").get_text()


def test_the_list_counts_who_got_it_who_tapped_and_whom_it_failed_to_reach(page, session, broadcast):
    template = a_template(session, {"kind": "text", "text": "押してください"})
    pack = a_template(session, {"kind": "template", "template_id": template.id}, {"kind": "text", "text": "以上"})
    broadcast.variants[0].blocks = [{"kind": "template", "template_id": pack.id}]
    sent_to(session, broadcast, DeliveryState.SENT, DeliveryState.SENT, DeliveryState.FAILED)
    happy = session.scalars(select(Recipient).order_by(Recipient.id)).first().friend_id
    tap = a_tap(session, template)
    for _ in range(2):
        an_answer(session, tap, session.get(Friend, happy))
    an_answer(session, tap, a_friend(session))
    session.commit()
    cells = [cell.get_text(strip=True) for cell in page("/broadcasts?tab=sent").select("tbody td.number")]
    assert cells == ["2人", "1人", "1人"]


def test_the_list_costs_the_same_however_many_there_are(page, session, broadcast, count_queries):
    tag = a_tag(session)
    tree = {"all": [{"id": "t", "kind": "tag", "data": {"tag_ids": [tag.id], "how": "any"}}], "any": []}
    blocks = [{"kind": "template", "template_id": a_template(session, {"kind": "text", "text": "どうぞ"}).id}]
    broadcast.tree, broadcast.started_at, broadcast.variants[0].blocks = tree, NOW, blocks
    session.commit()
    with count_queries() as few:
        page("/broadcasts")
    for _ in range(10):
        a_broadcast(session, *blocks, tree=tree, started_at=NOW)
    session.commit()
    with count_queries() as many:
        page("/broadcasts")
    assert len(many) == len(few) <= 14


# The editor ----------------------------------------------------------------------------------------------------------


def test_a_broadcast_is_written_and_stands_in_the_editor_as_it_was(htmx, page, session, owner):
    answer = htmx("/broadcasts", TRIAL | {"when": "later", "planned_at": "2026-03-10T18:30", "per_minute": "50"})
    broadcast = session.scalars(select(Broadcast)).one()
    assert answer.headers["HX-Redirect"] == f"/broadcasts/{broadcast.id}/edit"
    assert [(each.percent, each.blocks[0]["text"]) for each in broadcast.variants] == [(10, "こんにちは"), (20, "やあ")]
    assert (broadcast.winner_by, broadcast.winner_after_minutes, broadcast.per_minute) == (WinnerBy.TAPS, 90, 50)
    before = broadcast.due_at
    shown = page(f"/broadcasts/{broadcast.id}/edit")
    assert shown.select_one("[name=planned_at]")["value"] == "2026-03-10T18:30"
    assert [each.get_text(strip=True) for each in shown.select(".version-tab")] == ["パターンA", "パターンB"]
    answer = htmx(f"/broadcasts/{broadcast.id}", filled_in(shown))
    assert answer.status_code == 204
    session.expire_all()
    assert (broadcast.due_at, [each.percent for each in broadcast.variants]) == (before, [10, 20])


def filled_in(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The editor as a browser posts it."""
    found: dict[str, list[str]] = {}
    for field in soup.select("form.broadcast-form input[name], form.broadcast-form select[name]"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        chosen = field.select_one("option[selected]") or field.select_one("option") if field.name == "select" else field
        found.setdefault(str(field["name"]), []).append(str(chosen.get("value", "y") if chosen else ""))
    return found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "名前を入力"),
        ({"when": "later"}, "送る日時を入力"),
        ({"when": "later", "planned_at": "2026-03-05T09:59"}, "この日時は過ぎています"),
        ({"when": "later", "planned_at": "9999-12-31T23:59"}, "年を確認してください"),
        ({"at_most": "0"}, "1以上の数字"),
        ({"at_most": "99999999999"}, "人数は1〜100,000,000"),
        ({"winner_by": "none"}, "割合の合計を100%に"),
        ({"versions.a.percent": "90"}, "割合の合計を99%以下に"),
        ({"versions.b.blocks": '[{"kind": "image", "media_id": null}]'}, "パターンBのメッセージを確認"),
        ({"versions.b.blocks": '[{"kind": "template", "template_id": 999}]'}, "メッセージを確認"),
        ({"versions.b.blocks": '[{"kind": "template", "template_id": 99999999999999999999}]'}, "メッセージを確認"),
        ({"winner_after_minutes": "99999"}, "1分〜7日"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands_and_nothing_is_saved(htmx, session, owner, change, words):
    answer = htmx("/broadcasts", TRIAL | {"name": "直す前"} | change)
    assert (answer.status_code, regions(answer)) == (422, ["broadcast-form"])
    assert words in answer.text
    assert "やあ" in answer.text or "versions.b.blocks" in change
    assert session.scalars(select(Broadcast)).all() == []


def test_a_version_is_added_with_equal_shares_and_taken_away_again(htmx, owner):
    answer = htmx("/broadcasts/versions", FORM | {"op": "versions.a:copy"})
    assert regions(answer) == ["broadcast-versions"]
    soup = BeautifulSoup(answer.text, "html.parser")
    assert [each["value"] for each in soup.select("[name$='.percent']")] == ["50", "50"]
    assert soup.select("[name=shown]")[1].has_attr("checked")
    answer = htmx("/broadcasts/versions", TRIAL | {"op": "versions.b:remove"})
    soup = BeautifulSoup(answer.text, "html.parser")
    assert [each["value"] for each in soup.select("[name$='.percent']")] == ["100"]


def test_a_new_one_keeps_itself_as_a_draft_once_and_goes_on_from_there(htmx, session, owner):
    answer = htmx("/broadcasts/draft", FORM | {"broadcast_id": ""})
    assert regions(answer) == ["broadcast-guard"]
    broadcast = session.scalars(select(Broadcast)).one()
    assert answer.headers["HX-Replace-Url"] == f"/broadcasts/{broadcast.id}/edit"
    guard = BeautifulSoup(answer.text, "html.parser")
    kept = {each["name"]: each["value"] for each in guard.select("input")}
    assert kept["broadcast_id"] == str(broadcast.id)
    htmx("/broadcasts/draft", FORM | kept | {"name": "続き"})
    assert htmx("/broadcasts", FORM | kept | {"name": "続きの続き", "next": "sheet"}).status_code == 422, "seen is old"
    session.expire_all()
    assert [each.name for each in session.scalars(select(Broadcast))] == ["続き"]


def test_an_unfinished_draft_is_not_kept_and_says_so(htmx, session, owner):
    answer = htmx("/broadcasts/draft", FORM | {"name": ""})
    assert (answer.status_code, regions(answer)) == (422, ["broadcast-guard"])
    assert "入力の途中です" in answer.text
    assert session.scalars(select(Broadcast)).all() == []


def test_keeping_by_itself_never_takes_a_booking_back(htmx, session, broadcast):
    broadcast.state, broadcast.due_at = BroadcastState.BOOKED, NOW.replace(hour=9)
    session.commit()
    answer = htmx("/broadcasts/draft", FORM | {"broadcast_id": broadcast.id})
    assert answer.status_code == 409
    answer = htmx(f"/broadcasts/{broadcast.id}", FORM)
    assert answer.status_code == 422 and "予約されています" in answer.text, "the page was opened before it was booked"
    session.expire_all()
    assert broadcast.state is BroadcastState.BOOKED
    assert htmx(f"/broadcasts/{broadcast.id}", FORM | {"was_booked": "yes"}).status_code == 204
    session.expire_all()
    assert (broadcast.state, broadcast.name) == (BroadcastState.DRAFT, "春のお知らせ")


def test_a_filter_of_the_friend_list_becomes_the_audience(client, page, session, owner):
    tag = a_tag(session, name="常連")
    session.add(FriendTag(friend_id=a_friend(session).id, tag_id=tag.id, attached_at=NOW, changed_by="staff"))
    session.commit()
    friends = page(f"/friends?if.all=t&if.all.t.kind=tag&if.all.t.how=any&if.all.t.tag_ids={tag.id}")
    assert friends.select_one("#bulk button[formaction='/broadcasts/audience']")
    bar = {each["name"]: each["value"] for each in friends.select("#bulk input[type=hidden]")}
    link = client.post("/broadcasts/audience", data=bar | {"everybody": "yes"}).headers["Location"]
    assert page(link).select_one(f"[name='tree.all.t.tag_ids'][value='{tag.id}'][checked]")
    assert client.post("/broadcasts/audience", data=bar | {"everybody": "yes", "q": "花"}).status_code == 409


def test_friends_who_were_ticked_become_the_audience(client, page, session, owner):
    ticked = [a_friend(session).id for _ in range(2)]
    session.commit()
    link = client.post("/broadcasts/audience", data={"id": [str(each) for each in ticked]}).headers["Location"]
    shown = page(link)
    assert shown.select_one("[name='tree.all.picked.friends']")["value"] == ".".join(map(str, ticked))
    posted = FORM | {"tree.all": "picked", "tree.all.picked.kind": "picked", "tree.all.picked.friends": f"{ticked[0]}"}
    client.post("/broadcasts", data=posted)
    listed = page("/broadcasts").select_one("tbody").get_text()
    assert "友だちリストで選んだ1人" in listed
    assert client.post("/broadcasts/audience").status_code == 409


def test_copying_and_deleting(client, session, broadcast):
    client.post(f"/broadcasts/{broadcast.id}/copy")
    client.post(f"/broadcasts/{broadcast.id}/delete")
    session.expire_all()
    assert [each.name for each in broadcasts.page(session, list(BroadcastState)).rows] == ["夏のお知らせのコピー"]


def test_a_test_send_sends_the_chosen_version_once_to_the_ticked_testers(htmx, session, broadcast):
    hanako = a_tester(session, a_friend(session, display_name="花子"))
    other = BroadcastVariant(position=1, percent=50, blocks=[{"kind": "text", "text": "べつの案"}])
    broadcast.variants.append(other)
    session.commit()
    form = {"friend_ids": [hanako.id], "token": "t1", "version": other.id}
    assert regions(htmx(f"/broadcasts/{broadcast.id}/test-sends", form)) == ["test-send", "toasts"]
    htmx(f"/broadcasts/{broadcast.id}/test-sends", form)  # a double click
    [delivery] = session.scalars(select(Delivery)).all()
    assert (delivery.friend_id, delivery.content.blocks[0]["text"]) == (hanako.id, "べつの案")
    assert htmx(f"/broadcasts/{broadcast.id}/test-sends", {"token": "t2"}).status_code == 422


# Under way -----------------------------------------------------------------------------------------------------------


def test_the_hold_counts_down_and_can_be_taken_back(client, page, session, broadcast, clock):
    client.post(f"/broadcasts/{broadcast.id}/submission")
    clock.time = NOW.replace(second=20)
    shown = page(f"/broadcasts/{broadcast.id}")
    assert shown.select_one(".hold-seconds").get_text() == "40秒"
    assert shown.select_one("#broadcast-report[data-poll]")
    answer = client.post(f"/broadcasts/{broadcast.id}/submission/delete")
    assert answer.headers["Location"] == f"/broadcasts/{broadcast.id}/edit"
    session.expire_all()
    assert broadcast.state is BroadcastState.DRAFT


def test_the_live_region_is_asked_for_again_and_again(client, session, broadcast):
    client.post(f"/broadcasts/{broadcast.id}/submission")
    first = client.get(f"/broadcasts/{broadcast.id}/progress", headers={"HX-Request": "true"})
    seen = {"HX-Request": "true", "X-Seen": first.headers["X-Seen"]}
    assert client.get(f"/broadcasts/{broadcast.id}/progress", headers=seen).status_code == 204
    client.post(f"/broadcasts/{broadcast.id}/submission/delete")  # in another window
    answer = client.get(f"/broadcasts/{broadcast.id}/progress", headers=seen)
    assert answer.headers["HX-Redirect"] == f"/broadcasts/{broadcast.id}"


def test_sending_is_paused_gone_on_with_and_stopped(client, page, session, broadcast):
    broadcast.state, broadcast.started_at, broadcast.due_at = BroadcastState.SENDING, NOW, NOW
    session.commit()
    for verb, button in (("pause", "再開"), ("resume", "一時停止"), ("stop", "中止")):
        answer = client.post(f"/broadcasts/{broadcast.id}/sending/{verb}")
        assert answer.headers["Location"] == f"/broadcasts/{broadcast.id}"
        head = page(f"/broadcasts/{broadcast.id}").select_one(".broadcast-head").get_text(strip=True)
        assert button in head
    session.expire_all()
    assert broadcast.state is BroadcastState.CANCELLED


def test_the_result_leads_from_each_number_to_its_people(client, page, session, broadcast):
    sent_to(session, broadcast, DeliveryState.SENT, DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN)
    shown = page(f"/broadcasts/{broadcast.id}")
    numbers = {each.select_one(".stat-label").get_text(): each for each in shown.select(".stat")}
    assert numbers["送った"].select_one(".stat-number").get_text() == "2"
    failed = page(numbers["失敗"]["href"])
    assert "客2" in failed.get_text() and "わけ：failed" in failed.get_text()
    assert "客0" not in failed.get_text()
    answer = client.post(f"/broadcasts/{broadcast.id}/sending/resend", data={"with_unknown": "yes"})
    again = session.scalars(select(Broadcast).where(Broadcast.id != broadcast.id)).one()
    assert answer.headers["Location"] == f"/broadcasts/{again.id}/submission/new"
    assert "2人" in page(answer.headers["Location"]).select_one(".sheet-number").get_text(" ", strip=True).replace(
        " ", ""
    )


def test_a_trial_is_compared_and_staff_choose_its_winner(client, page, session, broadcast):
    broadcast.variants.append(BroadcastVariant(position=1, percent=50, blocks=[{"kind": "text", "text": "B案"}]))
    broadcast.state, broadcast.started_at, broadcast.is_gathered = BroadcastState.SENDING, NOW, True
    broadcast.winner_by, broadcast.due_at = WinnerBy.HAND, None
    session.add(Recipient(broadcast_id=broadcast.id, friend_id=a_friend(session).id, state=RecipientState.WAITING))
    session.commit()
    shown = page(f"/broadcasts/{broadcast.id}")
    assert "残りの方が待っています" in shown.get_text()
    assert len(shown.select("#version-results tbody tr")) == 2
    winner = broadcast.variants[1].id
    client.post(f"/broadcasts/{broadcast.id}/sending/winner", data={"variant_id": winner})
    session.expire_all()
    assert broadcast.winner_id == winner


def test_what_missed_its_time_is_sent_after_all(client, page, session, broadcast):
    broadcast.state, broadcast.due_at = BroadcastState.MISSED, NOW
    session.commit()
    assert "時間を過ぎて未送信" in page(f"/broadcasts/{broadcast.id}").get_text()
    client.post(f"/broadcasts/{broadcast.id}/sending/late")
    session.expire_all()
    assert broadcast.state is BroadcastState.BOOKED


@pytest.mark.parametrize("path", ["", "/new", "/{id}", "/{id}/edit", "/{id}/recipients", "/{id}/submission/new"])
def test_staff_without_the_right_see_nothing_of_it(outsider, broadcast, path):
    assert outsider.get(f"/broadcasts{path}".format(id=broadcast.id)).status_code == 403
    assert outsider.post(f"/broadcasts/{broadcast.id}").status_code == 403
