"""The list of marks, their editor, and the mark beside a friend."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions, tags
from lstep_lite.engine.actions import SetDraft
from lstep_lite.models import Mark, TimelineEntry
from tests.factories import NOW, a_friend, a_mark, a_tag
from tests.web.conftest import regions

FORM = {"name": "予約の相談中", "color": "orange"}


@pytest.fixture
def mark(session, owner):
    made = a_mark(session, name="常連の方")
    session.commit()
    return made


@pytest.fixture
def friend(session, mark):
    made = a_friend(session, mark_id=mark.id)
    session.commit()
    return made


def test_an_empty_list_offers_samples(page, client, owner):
    assert page("/marks").select_one(".empty form")["action"] == "/marks/samples"
    client.post("/marks/samples")
    assert "要フォロー" in page("/marks").select_one("table").get_text()


def test_the_list_counts_friends_at_the_same_cost(page, session, friend, count_queries):
    with count_queries() as few:
        assert page("/marks").select_one("td.number a").get_text() == "1人"
    for _ in range(20):
        a_friend(session, mark_id=a_mark(session).id)
    session.commit()
    with count_queries() as many:
        page("/marks")
    assert len(many) == len(few) <= 6


def test_a_mark_is_made_and_changed(htmx, page, session, owner):
    page("/marks/new")
    assert htmx("/marks", FORM).headers["HX-Redirect"] == "/marks"
    mark = session.scalars(sa.select(Mark)).one()
    page(f"/marks/{mark.id}/edit")
    htmx(f"/marks/{mark.id}", FORM | {"name": "相談中", "color": "red"})
    session.expire_all()
    assert (mark.name, mark.color) == ("相談中", "red")


@pytest.mark.parametrize(("name", "words"), [("", "名前を入力"), ("常連の方", "もうあります")])
def test_what_is_wrong_is_said_and_nothing_is_saved(htmx, session, mark, name, words):
    answer = htmx("/marks", FORM | {"name": name})
    assert (answer.status_code, regions(answer)) == (422, ["mark-form"])
    assert words in answer.text
    assert session.scalars(sa.select(Mark)).all() == [mark]


def test_two_people_who_edit_one_mark_see_each_others_changes(htmx, page, session, mark):
    seen = page(f"/marks/{mark.id}/edit").select_one("[name=seen]")["value"]
    mark.name = "お得意さま"
    session.commit()
    answer = htmx(f"/marks/{mark.id}", FORM | {"seen": seen})
    assert answer.status_code == 422
    assert "お得意さま" in answer.text


def test_deleting_tells_where_the_mark_is_used(page, client, session, mark, friend):
    step = {"id": "m", "kind": "mark", "data": {"mark_id": mark.id}, "segment": None}
    actions.keep(session, tags.ATTACHED, a_tag(session, name="来店").id, SetDraft([step]), now=NOW)
    session.commit()
    told = page(f"/marks/{mark.id}/edit").select_one("#delete").get_text()
    assert "1人" in told and "タグ「来店」が付いたとき" in told
    client.post(f"/marks/{mark.id}/delete")
    assert session.scalars(sa.select(Mark).execution_options(populate_existing=True)).all() == []
    page(f"/friends/{friend.id}")


def test_a_friends_mark_is_changed_by_hand_and_told(htmx, page, session, mark, friend):
    other = a_mark(session, name="要フォロー")
    session.commit()
    chosen = page(f"/friends/{friend.id}").select_one("#friend-mark option[selected]")
    assert chosen.get_text() == "常連の方"
    answer = htmx(f"/marks/friends/{friend.id}", {"mark_id": other.id})
    assert regions(answer) == ["friend-mark", "toasts"]
    htmx(f"/marks/friends/{friend.id}", {"mark_id": "0"})
    session.expire_all()
    assert friend.mark_id is None
    told = [entry.facts["label"] for entry in session.scalars(sa.select(TimelineEntry).order_by(TimelineEntry.id))]
    assert told == ["常連の方 → 要フォロー", "要フォロー → なし"]


def test_a_mark_is_changed_within_the_list_of_friends(htmx, client, session, mark, friend):
    cell = f"mark-of-{friend.id}"
    answer = htmx(f"/marks/friends/{friend.id}/edit", method="GET")
    assert regions(answer) == [cell]
    answer = htmx(f"/marks/friends/{friend.id}", {"mark_id": "0", "in_list": "yes"})
    assert regions(answer) == [cell, "toasts"]
    assert client.get(f"/marks/friends/{friend.id}/edit").headers["Location"].startswith(f"/friends/{friend.id}")


def test_the_talk_shows_the_mark_too(page, friend):
    assert page(f"/chat/{friend.id}").select_one("#friend-mark option[selected]").get_text() == "常連の方"


def test_staff_change_a_friends_mark_but_keep_no_marks(outsider, session, mark, friend):
    assert outsider.post(f"/marks/friends/{friend.id}", data={"mark_id": "0"}).status_code == 303
    assert outsider.get("/marks").status_code == 403
    assert outsider.post("/marks", data=FORM).status_code == 403
    assert outsider.post(f"/marks/{mark.id}/delete").status_code == 403
