"""The picker of conditions and saved searches."""

import re
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from werkzeug.datastructures import MultiDict

from lstep_lite.engine import segments
from lstep_lite.engine.segments import SegmentDraft
from lstep_lite.models import FriendTag, Segment, Tag
from tests.factories import NOW, a_field, a_friend, a_score
from tests.people import one
from tests.web.conftest import regions


@pytest.fixture
def vip(session, owner):
    tag = Tag(name="VIP", position=1, created_at=NOW, updated_at=NOW)
    session.add(tag)
    session.flush()
    for number in range(3):
        friend = a_friend(session)
        if number:
            session.add(
                FriendTag(friend_id=friend.id, tag_id=tag.id, attached_at=NOW, changed_by="staff", cause_id=None)
            )
    session.commit()
    return tag


def picked(path="segment", **inputs):
    """What a browser posts for one condition on a tag."""
    return {f"{path}.all": "c1", f"{path}.all.c1.kind": "tag", **{f"{path}.all.c1.{k}": v for k, v in inputs.items()}}


def test_a_condition_is_added_copied_and_taken_away_without_saving_anything(htmx, owner):
    added = htmx("/segments/editor?path=segment", {"op": "segment.all:add:tag"})
    assert regions(added) == ["conditions-segment"]
    assert "タグの付き方" in added.text
    copied = htmx("/segments/editor?path=segment", picked() | {"op": "segment.all.c1:copy"})
    assert copied.text.count("タグの付き方") == 2
    assert "タグの付き方" not in htmx("/segments/editor?path=segment", picked() | {"op": "segment.all.c1:remove"}).text


def test_the_count_reads_the_conditions_back(htmx, vip):
    answer = htmx("/segments/count?path=steps.a.if", picked("steps.a.if", how="any", tag_ids=str(vip.id)))
    assert regions(answer) == ["conditions-steps-a-if-count"]
    assert "タグ「VIP」が付いている" in answer.text
    assert "<strong>2</strong> 人" in answer.text
    assert "条件をすべて入力すると" in htmx("/segments/count?path=segment", picked(how="any")).text


# Saved searches ------------------------------------------------------------------------------------------------------


def form(tag, **over):
    return {"name": "VIPの人", "folder_id": "0", **picked("tree", how="any", tag_ids=str(tag.id))} | over


@pytest.fixture
def saved(session, vip):
    found = segments.create(session, SegmentDraft("VIPの人", one("tag", how="any", tag_ids=[vip.id])), now=NOW)
    session.commit()
    return found


def test_an_empty_list_says_what_saved_searches_are_for(page, owner):
    assert "まだカスタム検索がありません" in page("/segments").get_text()


def test_a_search_is_kept_and_stands_in_the_list_with_its_sentence(htmx, page, session, vip):
    answer = htmx("/segments", form(vip))
    kept = session.scalars(sa.select(Segment)).one()
    assert answer.headers["HX-Redirect"] == f"/segments/{kept.id}/edit"
    assert kept.tree["all"][0]["data"] == {"how": "any", "tag_ids": [vip.id]}
    assert "タグ「VIP」が付いている" in page("/segments").get_text()
    assert page(answer.headers["HX-Redirect"]).select_one(f"[value='{vip.id}'][checked]")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "名前を入力"),
        ({"tree.all": ""}, "条件を1つ以上"),
        ({"tree.all.c1.tag_ids": ""}, "タグを1つ以上選んで"),
        ({"tree.all.c1.kind": "nonsense"}, "使えなくなりました"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_saved(htmx, session, vip, change, words):
    answer = htmx("/segments", form(vip, **change))
    assert answer.status_code == 422
    assert regions(answer) == ["segment-form"]
    assert words in answer.text
    assert session.scalars(sa.select(Segment)).all() == []


def test_the_button_that_adds_a_condition_works_without_javascript(client, session, vip):
    answer = client.post("/segments", data=form(vip, op="tree.any:add:memo"))
    assert answer.status_code == 422
    assert 'value="memo"' in answer.text
    assert session.scalars(sa.select(Segment)).all() == []


def test_two_people_editing_one_search_see_each_other_s_changes(htmx, page, session, vip, saved):
    seen = page(f"/segments/{saved.id}/edit").select_one("[name=seen]")["value"]
    saved.name = "ほかの人が変えた名前"
    session.commit()
    refused = htmx(f"/segments/{saved.id}", form(vip, name="私の名前", seen=seen))
    assert refused.status_code == 422
    assert "ほかの人が変えた名前" in refused.text
    again = BeautifulSoup(refused.text, "html.parser").select_one("[name=seen]")["value"]
    assert regions(htmx(f"/segments/{saved.id}", form(vip, name="私の名前", seen=again))) == ["segment-form", "toasts"]
    session.expire_all()
    assert saved.name == "私の名前"


def test_copying_and_deleting(client, page, session, saved):
    copied = client.post(f"/segments/{saved.id}/copy")
    client.post(f"/segments/{saved.id}/delete")
    assert [segment.name for segment in session.scalars(sa.select(Segment))] == ["VIPの人のコピー"]
    assert "まだどこでも使われていません" in page(copied.location).get_text()


def test_something_deleted_is_marked_in_the_list_and_in_the_editor(page, session, vip, saved):
    session.delete(vip)
    session.commit()
    assert "参照先がありません" in page("/segments").get_text()
    assert "削除されたものを使っています" in page(f"/segments/{saved.id}/edit").get_text()


def test_staff_without_the_right_are_refused(outsider, saved):
    for url in ("/segments", "/segments/new", f"/segments/{saved.id}/edit"):
        assert outsider.get(url).status_code == 403
    assert outsider.post(f"/segments/{saved.id}/delete").status_code == 403
    assert outsider.get("/friends").status_code == 200


# The friend list, filtered -------------------------------------------------------------------------------------------


def rows(soup):
    return len(soup.select("[data-tick]"))


def test_every_filter_is_a_link(page, vip, saved):
    tree = one("tag", how="any", tag_ids=[vip.id])
    filtered = page(f"/friends?{urlencode(segments.query(tree), doseq=True)}")
    assert rows(filtered) == 2
    assert "タグ「VIP」が付いている" in filtered.select_one(".filter-sentence").get_text()
    assert rows(page(f"/friends?saved={saved.id}")) == 2
    assert rows(page("/friends")) == 3


def test_a_filter_can_be_kept_as_a_saved_search(page, vip, saved):
    link = page(f"/friends?saved={saved.id}").select_one("a[href^='/segments/new']")["href"]
    assert page(link).select_one(f"[name$='.segment_id'] option[value='{saved.id}'][selected]")


def test_a_condition_that_is_not_filled_in_shows_nobody_and_says_where(page, vip):
    soup = page(f"/friends?{urlencode(picked('if', how='any'))}")
    assert "タグを1つ以上選んでください" in soup.get_text()
    assert rows(soup) == 0
    assert rows(page(f"/friends?{urlencode(picked('if', how='any') | {'op': 'if.all.c1:remove'})}")) == 3


def test_a_filter_on_something_deleted_shows_nobody(page, vip):
    assert "だれにも当てはまりません" in page("/friends?saved=999").get_text() or rows(page("/friends?saved=999")) == 0


def test_the_columns_are_one_s_own_and_cost_the_same_for_any_number_of_friends(
    client, page, session, vip, owner, count_queries
):
    field, score = a_field(session, name="血液型"), a_score(session, name="来店")
    session.commit()
    chosen = ["tags", "mark", "last_message", "system:birthday", f"field:{field.id}", f"score:{score.id}"]
    answer = client.post("/friends/columns?state=friends&q=%E5%8F%8B", data={"column": chosen})
    assert answer.location == "/friends?state=friends&q=%E5%8F%8B"
    head = page("/friends").select_one("thead").get_text()
    assert "血液型" in head and "来店" in head and "連絡先" not in head
    with count_queries() as few:
        page("/friends")
    for _ in range(30):
        a_friend(session)
    session.commit()
    with count_queries() as many:
        page("/friends")
    assert len(many) == len(few) <= 20


def test_a_narrowed_list_costs_the_same_for_any_number_of_friends(page, session, saved, vip, count_queries):
    with count_queries() as few:
        page(f"/friends?saved={saved.id}")
    for _ in range(30):
        friend = a_friend(session)
        session.add(FriendTag(friend_id=friend.id, tag_id=vip.id, attached_at=NOW, changed_by="staff"))
    session.commit()
    with count_queries() as many:
        page(f"/friends?saved={saved.id}")
    assert len(many) == len(few) <= 20


def test_the_bar_hands_the_filter_on_to_what_is_done_to_many(page, client, vip, saved):
    bar = page(f"/friends?saved={saved.id}").select_one("#bulk")
    sent = [(field["name"], field["value"]) for field in bar.select("input[type=hidden]")]
    kind = bar.select_one("option")["value"]
    answer = client.post("/batches/new", data=MultiDict([*sent, ("everybody", "yes"), ("kind", kind)]))
    assert answer.status_code == 200
    assert re.search(r"<strong>2</strong>\s*人", answer.text)
