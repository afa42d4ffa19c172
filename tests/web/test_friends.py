"""The friend list, one person's page, and what staff do there."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lstep_lite.engine import friends, scores, tags
from lstep_lite.models import ChangedBy, Delivery, DeliveryState, Friend, TimelineEntry
from tests.factories import NOW, a_delivery, a_friend, a_score, a_tag
from tests.web.conftest import inspect_page, regions

SAVED = {"system_name": "", "real_name": "田中 美咲", "kana": "", "phone": "090-1234-5678", "email": "", "memo": ""}


@pytest.fixture
def ann(session, owner):
    friend = a_friend(session, display_name="あん")
    friends.refresh_search_text(friend)
    session.commit()
    return friend


@pytest.fixture
def phoner(session, owner):
    friend = friends.add_without_line(
        session, friends.FriendDraft(real_name="斉藤 良子", phone="03-1111-2222"), now=NOW
    )
    session.commit()
    return friend


def test_the_list_shows_friends_and_keeps_customers_without_line_on_their_own_tab(page, ann, phoner):
    first, second = page("/friends"), page("/friends?state=without_line")
    assert "あん" in first.select_one("#friend-list tbody").get_text()
    assert "斉藤" not in first.select_one("#friend-list tbody").get_text()
    assert "斉藤" in second.select_one("#friend-list tbody").get_text()


def test_searching_ignores_kana_and_finds_phone_numbers(page, ann, phoner):
    assert "あん" in page("/friends?q=アン").select_one("tbody").get_text()
    assert "斉藤" in page("/friends?state=without_line&q=0311112222").select_one("tbody").get_text()
    assert "当てはまる方はいません" in page("/friends?q=だれか").get_text()


def test_the_list_costs_the_same_however_many_there_are(page, session, ann, count_queries):
    with count_queries() as few:
        page("/friends")
    for _ in range(40):
        a_friend(session)
    session.commit()
    with count_queries() as many:
        page("/friends")
    assert len(many) == len(few) <= 11


def test_an_address_with_nonsense_shows_the_first_tab(page, ann):
    assert "あん" in page("/friends?state=nonsense&page=x").select_one("tbody").get_text()


def test_a_customer_without_line_is_added(htmx, session, owner):
    answer = htmx("/friends", SAVED)
    friend = session.scalars(select(Friend)).one()
    assert answer.headers["HX-Redirect"] == f"/friends/{friend.id}"
    assert friend.line_user_id is None


def test_a_wrong_phone_number_is_said_at_its_field_and_nothing_is_saved(htmx, page, session, ann):
    answer = htmx(f"/friends/{ann.id}", SAVED | {"phone": "なし", "memo": "長い話"})
    assert answer.status_code == 422
    assert regions(answer) == ["friend-form"]
    assert "電話番号は数字" in answer.text
    assert "長い話" in answer.text
    session.expire_all()
    assert ann.real_name is None


def test_two_people_editing_one_friend_do_not_overwrite_each_other_unseen(htmx, page, session, ann):
    opened = page(f"/friends/{ann.id}/edit").select_one("input[name=seen]")["value"]
    htmx(f"/friends/{ann.id}", SAVED | {"seen": opened, "memo": "先の人のメモ"})

    answer = htmx(f"/friends/{ann.id}", SAVED | {"seen": opened, "memo": "あとの人のメモ"})
    assert answer.status_code == 422
    assert "先の人のメモ" in answer.text and "あとの人のメモ" in answer.text
    session.expire_all()
    assert ann.memo == "先の人のメモ"

    renewed = BeautifulSoup(answer.text, "html.parser").select_one("input[name=seen]")["value"]
    assert htmx(f"/friends/{ann.id}", SAVED | {"seen": renewed, "memo": "あとの人のメモ"}).status_code < 400
    session.expire_all()
    assert ann.memo == "あとの人のメモ", "having seen what it replaces, the second person may save"


def test_saving_works_without_javascript_as_well(client, session, ann):
    answer = client.post(f"/friends/{ann.id}", data=SAVED | {"birthday": "1990-05-01"})
    assert (answer.status_code, answer.location) == (303, f"/friends/{ann.id}")
    session.expire_all()
    assert (ann.real_name, str(ann.birthday)) == ("田中 美咲", "1990-05-01")


def test_the_memo_changes_alone(htmx, session, ann):
    ann.phone = "090-0000-0000"
    session.commit()
    assert regions(htmx(f"/friends/{ann.id}/memo", {"memo": "紅茶が好き"})) == ["friend-memo", "toasts"]
    session.expire_all()
    assert (ann.memo, ann.phone) == ("紅茶が好き", "090-0000-0000")


def test_two_people_writing_memos_see_each_other_s(page, htmx, session, ann):
    opened = page(f"/friends/{ann.id}").select_one("#friend-memo input[name=seen]")["value"]
    htmx(f"/friends/{ann.id}/memo", {"memo": "紅茶が好き", "seen": opened})
    answer = htmx(f"/friends/{ann.id}/memo", {"memo": "緑茶が好き", "seen": opened})
    assert (answer.status_code, regions(answer)) == (422, ["friend-memo"])
    assert "紅茶が好き" in answer.text and "緑茶が好き" in answer.text
    session.expire_all()
    assert ann.memo == "紅茶が好き"


def test_blocking_cancels_what_waits_and_stands_on_the_timeline(htmx, page, session, ann):
    waiting = a_delivery(session, ann)
    session.commit()
    answer = htmx(f"/friends/{ann.id}/block")
    assert answer.headers["HX-Redirect"] == f"/friends/{ann.id}", "what the block took is gone from the whole page"
    assert "1件は取り消しました" in page(f"/friends/{ann.id}").select_one("#toasts").get_text()
    session.expire_all()
    assert ann.is_blocked
    assert session.get(Delivery, waiting.id).state is DeliveryState.CANCELLED
    assert session.scalar(select(TimelineEntry.kind)) == "friend.blocked"
    htmx(f"/friends/{ann.id}/unblock")
    session.expire_all()
    assert not ann.is_blocked


def test_hiding_takes_a_friend_off_the_list_and_back(htmx, page, session, ann):
    htmx(f"/friends/{ann.id}/hide")
    assert "あん" in page("/friends?state=hidden").select_one("tbody").get_text()
    htmx(f"/friends/{ann.id}/unhide")
    assert "あん" in page("/friends").select_one("tbody").get_text()


def test_only_records_that_can_be_one_person_are_offered_for_merging(page, session, ann, phoner):
    namesake = a_friend(session, display_name="斉藤 良子")
    friends.refresh_search_text(namesake)
    friends.add_without_line(session, friends.FriendDraft(real_name="斉藤 良子"), now=NOW)
    session.commit()

    def offered(friend: Friend) -> int:
        return len(page(f"/friends/{friend.id}/merge?q=良子").select(".plain-list-row"))

    assert offered(ann) == 2, "both customers without LINE, and no second LINE friend"
    assert offered(phoner) == 2, "the LINE friend and the other customer, and not herself"


def test_merging_leads_to_the_record_with_line(client, session, ann, phoner):
    ann_id, phoner_id = ann.id, phoner.id
    answer = client.post(f"/friends/{phoner_id}/merge", data={"other_id": ann_id})
    assert answer.location == f"/friends/{ann_id}"
    session.expire_all()
    assert session.get(Friend, phoner_id) is None
    assert session.get(Friend, ann_id).real_name == "斉藤 良子"


def test_the_page_tells_what_happened_and_what_was_sent_because_of_it(page, session, ann):
    entry = TimelineEntry(
        friend_id=ann.id, at=NOW, kind="message.received", facts={}, results=["自動応答で返信します。"]
    )
    session.add(entry)
    session.flush()
    a_delivery(session, ann, cause_id=entry.id, source_label="営業時間")
    session.commit()
    words = page(f"/friends/{ann.id}").select_one("#timeline").get_text()
    assert "自動応答で返信します。" in words
    assert "営業時間" in words
    assert "送信待ち" in words


def test_pages_of_the_editor_hold_together(page, ann, phoner):
    for url in ("/friends/new", f"/friends/{ann.id}/edit", f"/friends/{phoner.id}", f"/friends/{phoner.id}/merge"):
        page(url)


def test_a_friend_who_is_gone_is_a_clear_404(client, ann):
    answer = client.get("/friends/999999")
    assert answer.status_code == 404
    assert "統合された可能性" in answer.text


def test_staff_see_the_list_and_strangers_do_not(outsider, anybody, ann):
    assert inspect_page(outsider.get("/friends"))
    assert anybody.get("/friends").status_code == 303


def test_the_page_of_a_friend_costs_the_same_however_much_there_is(page, session, ann, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            page(f"/friends/{ann.id}")
        return len(queries)

    first_tag, score = a_tag(session), a_score(session)
    tags.attach(session, first_tag, ann, changed_by=ChangedBy.AUTOMATION, now=NOW)
    scores.add(session, score, ann, 1, reason="来店", changed_by=ChangedBy.AUTOMATION, now=NOW)
    session.commit()
    few = asked()
    for _ in range(10):
        tags.attach(session, a_tag(session), ann, changed_by=ChangedBy.AUTOMATION, now=NOW)
        scores.add(session, a_score(session), ann, 1, reason="来店", changed_by=ChangedBy.AUTOMATION, now=NOW)
    session.commit()
    assert asked() == few <= 40
