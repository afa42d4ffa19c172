"""The list of tags, their editor, and the tags beside a friend."""

import re

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions, folders, tags
from lstep_lite.engine.actions import SetDraft
from lstep_lite.models import ChangedBy, Tag, TimelineEntry
from tests.factories import NOW, a_friend, a_tag
from tests.web.conftest import inspect_page, regions

FORM = {"name": "来店済み", "folder_id": "0", "color": "pink", "is_favourite": "y", "capacity": ""}
HIDE = {
    "attached": "a1",
    "attached.a1.kind": "display",
    "attached.a1.way": "hide",
    "full": "f1",
    "full.f1.kind": "display",
    "full.f1.way": "show",
}


@pytest.fixture
def tag(session, owner):
    made = a_tag(session, name="VIP", is_favourite=True)
    session.commit()
    return made


@pytest.fixture
def friend(session, owner):
    made = a_friend(session)
    session.commit()
    return made


def attach(session, tag, friend, changed_by=ChangedBy.STAFF):
    tags.attach(session, tag, friend, changed_by=changed_by, now=NOW)
    session.commit()


def carried(session, friend) -> list[str]:
    session.expire_all()
    return [each.tag.name for each in tags.of(session, friend)]


# The list ------------------------------------------------------------------------------------------------------------


def test_an_empty_list_offers_samples(page, client, session, owner):
    assert page("/tags").select_one(".empty form")["action"] == "/tags/samples"
    client.post("/tags/samples")
    assert "リピーター" in page("/tags").select_one("table").get_text()


def test_the_list_counts_friends_and_leads_to_exactly_those(page, session, tag, friend):
    attach(session, tag, friend)
    attach(session, tag, hidden := a_friend(session, is_hidden=True))
    a_friend(session)
    session.commit()
    link = page("/tags").select_one("td.number a")
    assert link.get_text() == "2人"
    assert {chip.get_text() for chip in page(link["href"]).select(".friend-chip-name")} == {friend.name, hidden.name}


def test_the_list_is_searched_and_shows_one_folder(page, session, tag):
    folder = folders.create(session, "tags", name="来店")
    a_tag(session, name="カット", folder_id=folder.id)
    session.commit()
    rows = page("/tags?q=ｖｉｐ").select("tbody tr")
    assert len(rows) == 1 and "VIP" in rows[0].get_text()
    rows = page(f"/tags?folder={folder.id}").select("tbody tr")
    assert len(rows) == 1 and "カット" in rows[0].get_text()


def test_hundreds_of_tags_are_paged_and_cost_the_same(page, session, tag, count_queries):
    actions.keep(session, tags.ATTACHED, tag.id, SetDraft([_attaching(tag)]), now=NOW)
    session.commit()
    with count_queries() as few:
        page("/tags")
    for _ in range(120):
        made = a_tag(session)
        actions.keep(session, tags.ATTACHED, made.id, SetDraft([_attaching(tag)]), now=NOW)
    session.commit()
    with count_queries() as many:
        soup = page("/tags")
    assert len(soup.select("tbody tr")) == 50
    assert len(many) == len(few) <= 12
    assert len(page("/tags?page=3").select("tbody tr")) == 21


def _attaching(tag: Tag) -> dict[str, object]:
    return {"id": "s", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}, "segment": None}


def test_a_star_is_given_and_taken(htmx, session, tag):
    assert regions(htmx(f"/tags/{tag.id}/favourite", {"is_favourite": "no"})) == ["tag-list"]
    session.expire_all()
    assert not tag.is_favourite


def test_broken_actions_are_seen_in_the_list(page, session, tag):
    actions.keep(session, tags.ATTACHED, tag.id, SetDraft([_attaching(a_tag(session, name="消える"))]), now=NOW)
    tags.delete(session, tags.find(session, "消える"))
    session.commit()
    assert "参照先がありません" in page("/tags").select_one("tbody").get_text()


# The editor ----------------------------------------------------------------------------------------------------------


def test_a_tag_is_made_with_both_sets_of_actions(htmx, page, session, owner):
    page("/tags/new")
    answer = htmx("/tags", FORM | HIDE | {"capacity": "５０"})
    assert answer.headers["HX-Redirect"] == "/tags"
    tag = session.scalars(sa.select(Tag)).one()
    assert (tag.name, tag.color, tag.capacity, tag.is_favourite) == ("来店済み", "pink", 50, True)
    ways = [actions.at(session, place, tag.id).steps[0]["data"]["way"] for place in (tags.ATTACHED, tags.FULL)]
    assert ways == ["hide", "show"]
    soup = page(f"/tags/{tag.id}/edit")
    assert "手で付けたとき" in soup.select_one("#tag-form").get_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "タグの名前を入力"),
        ({"name": "ｖｉｐ"}, "もうあります"),
        ({"capacity": "0"}, "人数は1〜"),
        ({"attached": "a1", "attached.a1.kind": "display"}, "どうするかを選んで"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(htmx, session, tag, change, words):
    answer = htmx("/tags", FORM | change)
    assert (answer.status_code, regions(answer)) == (422, ["tag-form"])
    assert words in answer.text
    assert session.scalars(sa.select(Tag)).all() == [tag]


def test_two_people_who_edit_one_tag_see_each_others_changes(htmx, page, session, tag):
    seen = page(f"/tags/{tag.id}/edit").select_one("[name=seen]")["value"]
    tag.name = "お得意さま"
    session.commit()
    answer = htmx(f"/tags/{tag.id}", FORM | {"seen": seen})
    assert answer.status_code == 422
    assert "お得意さま" in answer.text and "来店済み" in answer.text
    again = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text).group(1)
    assert htmx(f"/tags/{tag.id}", FORM | {"seen": again}).status_code == 204
    session.expire_all()
    assert tag.name == "来店済み"


def test_deleting_tells_where_the_tag_is_used_and_who_carries_it(page, client, session, tag, friend):
    attach(session, tag, friend)
    user = a_tag(session, name="来店")
    actions.keep(session, tags.ATTACHED, user.id, SetDraft([_attaching(tag)]), now=NOW)
    session.commit()
    told = page(f"/tags/{tag.id}/edit").select_one("#delete").get_text()
    assert "1人" in told and "タグ「来店」が付いたとき" in told
    client.post(f"/tags/{tag.id}/delete")
    session.expire_all()
    assert tags.find(session, "VIP") is None
    assert "参照先がありません" in page(f"/tags/{user.id}/edit").get_text()


def test_a_copy_opens_for_editing(client, session, tag):
    answer = client.post(f"/tags/{tag.id}/copy")
    copied = tags.find(session, "VIPのコピー")
    assert answer.headers["Location"] == f"/tags/{copied.id}/edit"


# Beside a friend -----------------------------------------------------------------------------------------------------


def test_the_friends_page_shows_tags_with_when_and_how(page, session, tag, friend):
    attach(session, tag, friend, ChangedBy.IMPORT)
    panel = page(f"/friends/{friend.id}").select_one("#friend-tags")
    assert "CSVの取り込みで" in panel.select_one(".tag-details").get_text()
    assert "動きません" in panel.get_text()


def test_the_talk_shows_tags_too(page, session, tag, friend):
    attach(session, tag, friend)
    assert "VIP" in page(f"/chat/{friend.id}").select_one("#friend-tags").get_text()


def test_favourites_are_one_tap_and_nothing_follows(htmx, page, session, tag, friend):
    actions.keep(session, tags.ATTACHED, tag.id, SetDraft([_attaching(a_tag(session, name="続き"))]), now=NOW)
    session.commit()
    button = page(f"/friends/{friend.id}").select_one("#friend-tags .tag-add")
    answer = htmx(f"/tags/friends/{friend.id}", {button["name"]: button["value"]})
    assert regions(answer) == ["friend-tags", "toasts"]
    assert carried(session, friend) == ["VIP"]
    entry = session.scalars(sa.select(TimelineEntry)).one()
    assert (entry.kind, entry.facts["label"], "staff_id" in entry.facts) == ("tag.attached", "VIP", True)


def test_an_unknown_name_is_made_only_when_asked_for(htmx, session, friend):
    answer = htmx(f"/tags/friends/{friend.id}", {"name": "春の会"})
    assert (answer.status_code, regions(answer)) == (422, ["friend-tags"])
    assert "「春の会」を作って付ける" in answer.text
    assert carried(session, friend) == []
    htmx(f"/tags/friends/{friend.id}", {"name": "春の会", "create": "yes"})
    assert carried(session, friend) == ["春の会"]


def test_a_full_tag_is_refused_in_words(htmx, session, tag, friend):
    tag.capacity = 1
    attach(session, tag, a_friend(session))
    answer = htmx(f"/tags/friends/{friend.id}", {"name": "vip"})
    assert answer.status_code == 422
    assert "定員（1人）" in answer.text


def test_a_tag_is_taken_off(htmx, session, tag, friend):
    attach(session, tag, friend)
    assert regions(htmx(f"/tags/friends/{friend.id}/{tag.id}/detach")) == ["friend-tags", "toasts"]
    assert carried(session, friend) == []


def test_without_javascript_the_friends_page_comes_back(client, session, tag, friend):
    answer = client.post(f"/tags/friends/{friend.id}", data={"name": "VIP"})
    assert answer.headers["Location"] == f"/friends/{friend.id}"
    assert client.post(f"/tags/friends/{friend.id}", data={"name": "ない"}).status_code == 422


def test_staff_tag_friends_but_make_no_tags(outsider, session, tag, friend):
    inspect_page(outsider.get(f"/friends/{friend.id}"))
    assert outsider.post(f"/tags/friends/{friend.id}", data={"name": "VIP"}).status_code == 303
    assert outsider.post(f"/tags/friends/{friend.id}", data={"name": "新", "create": "yes"}).status_code == 422
    assert outsider.get("/tags").status_code == 403
    assert outsider.post("/tags", data=FORM).status_code == 403
    assert outsider.post(f"/tags/{tag.id}/delete").status_code == 403
