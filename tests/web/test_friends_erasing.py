"""Blocking, giving back, and forgetting, on the friend's page."""

import pytest
import sqlalchemy as sa

import lstep_lite.engine.registry  # noqa: F401 - whatever a block takes registers itself
from lstep_lite.engine import friends, tags
from lstep_lite.engine.friends import erasing
from lstep_lite.models import ChangedBy, Erasure, FriendTag
from tests.factories import NOW, a_friend, a_tag
from tests.web.conftest import regions


@pytest.fixture
def ann(session, owner):
    friend = a_friend(session, display_name="あん")
    friends.refresh_search_text(friend)
    tags.attach(session, a_tag(session, name="常連"), friend, changed_by=ChangedBy.STAFF, now=NOW)
    session.commit()
    return friend


def test_the_dialog_lists_what_a_block_takes(page, ann):
    assert "タグ 1件" in page(f"/friends/{ann.id}").select_one("#block-dialog").get_text()


def test_what_a_block_took_is_given_back(htmx, page, session, ann):
    htmx(f"/friends/{ann.id}/block")
    assert "4月4日(土)まで元に戻せます" in page(f"/friends/{ann.id}").select_one("#friend-head").get_text()
    assert session.scalar(sa.select(FriendTag.tag_id)) is None
    htmx(f"/friends/{ann.id}/unblock")
    assert htmx(f"/friends/{ann.id}/restore").headers["HX-Redirect"] == f"/friends/{ann.id}"
    assert session.scalar(sa.select(FriendTag.tag_id)) is not None
    assert "ブロックで消えた" not in page(f"/friends/{ann.id}").select_one("#friend-head").get_text()
    assert htmx(f"/friends/{ann.id}/restore").status_code == 409


def test_a_wrong_name_forgets_nobody(htmx, page, session, ann):
    page(f"/friends/{ann.id}/erase")
    answer = htmx(f"/friends/{ann.id}/erase", {"name": "べん"})
    assert answer.status_code == 422
    assert regions(answer) == ["erase-form"]
    assert "お名前が違います" in answer.text and "べん" in answer.text
    session.expire_all()
    assert ann.display_name == "あん"


def test_the_right_name_forgets_and_the_log_names_nobody(client, htmx, page, database, session, ann):
    assert htmx(f"/friends/{ann.id}/erase", {"name": "あん"}).headers["HX-Redirect"] == "/friends"
    session.expire_all()
    assert ann.display_name is None
    assert client.get(f"/friends/{ann.id}").status_code == 404
    while erasing.erase_due(database, now=NOW, wall=NOW):
        pass
    words = page("/transfers").get_text()
    assert "花子" in words and "消しました" in words and "あん" not in words
    assert session.scalar(sa.select(Erasure.friend_id)) == ann.id


def test_only_owners_and_admins_forget_people(outsider, session, ann):
    assert outsider.get(f"/friends/{ann.id}/erase").status_code == 403
    assert outsider.post(f"/friends/{ann.id}/erase", data={"name": "あん"}).status_code == 403
    session.expire_all()
    assert ann.erased_at is None
    assert "情報を消す" not in outsider.get(f"/friends/{ann.id}").text
