"""Arranging lists: whoever may edit a list may arrange it."""

import pytest
from sqlalchemy import select

from lstep_lite.engine import auto_replies, folders
from lstep_lite.models import Folder
from tests.factories import a_rule
from tests.web.conftest import regions


@pytest.fixture
def rules(session, owner):
    made = [a_rule(session, name=name) for name in ("一", "二", "三")]
    session.commit()
    return made


@pytest.fixture
def folder(session, owner):
    made = folders.create(session, "auto_replies", name="夜間")
    session.commit()
    return made


def test_a_folder_is_made_renamed_and_deleted(client, page, session, rules):
    client.post("/folders/auto_replies", data={"name": "夜間"})
    folder = session.scalars(select(Folder)).one()
    client.post(f"/folders/auto_replies/{folder.id}", data={"name": "夜"})
    beside = page(f"/auto-replies?folder={folder.id}").select_one("#folders")
    assert "夜" in beside.select_one("[aria-current]").get_text()
    client.post(f"/folders/auto_replies/{folder.id}/delete")
    session.expire_all()
    assert session.scalars(select(Folder)).all() == []


def test_a_folder_without_a_name_is_refused_in_words(htmx, session, owner):
    answer = htmx("/folders/auto_replies", {"name": " "})
    assert (answer.status_code, regions(answer)) == (409, ["toasts"])
    assert session.scalars(select(Folder)).all() == []


def test_dragging_answers_with_a_notice_only_and_keeps_the_order(htmx, session, rules):
    one, two, three = (rule.id for rule in rules)
    assert regions(htmx("/folders/auto_replies/rows/order", {"id": [three, one, two]})) == ["toasts"]
    session.expire_all()
    assert [rule.name for rule in auto_replies.in_order(session)] == ["三", "一", "二"]


def test_folders_are_dragged_into_order(htmx, session, folder):
    second = folders.create(session, "auto_replies", name="昼")
    session.commit()
    assert regions(htmx("/folders/auto_replies/order", {"id": [second.id, folder.id]})) == ["toasts"]
    session.expire_all()
    assert [each.name for each in folders.of_feature(session, "auto_replies")] == ["昼", "夜間"]


def test_moving_leads_back_to_the_list_as_it_was_shown(client, session, rules, folder):
    answer = client.post(f"/folders/auto_replies/rows/{rules[0].id}/move?page=2", data={"folder_id": folder.id})
    assert answer.headers["Location"] == "/auto-replies?page=2"
    session.expire_all()
    assert rules[0].folder_id == folder.id
    answer = client.post(f"/folders/auto_replies/rows/{rules[0].id}/step?folder={folder.id}", data={"to": "up"})
    assert answer.headers["Location"] == f"/auto-replies?folder={folder.id}"


def test_who_may_not_edit_a_list_may_not_arrange_it(outsider, client, rules, folder):
    for url in (
        "/folders/auto_replies",
        "/folders/auto_replies/order",
        f"/folders/auto_replies/{folder.id}",
        f"/folders/auto_replies/{folder.id}/delete",
        "/folders/auto_replies/rows/order",
        f"/folders/auto_replies/rows/{rules[0].id}/step",
        f"/folders/auto_replies/rows/{rules[0].id}/move",
    ):
        assert outsider.post(url, data={"name": "夜", "to": "up"}).status_code == 403, url
    assert client.post("/folders/friends", data={"name": "夜"}).status_code == 404
