"""The rich menu beside one friend, and as a step, a condition and a batch."""

import pytest

from lstep_lite.engine.rich_menus import modes, showing
from lstep_lite.engine.rich_menus.showing import defaults
from lstep_lite.models import FriendMenu, MenuMode, MenuOrigin
from tests.factories import NOW, a_friend, a_menu_tab, a_rich_menu, a_shown_menu
from tests.web.conftest import inspect_page, regions


@pytest.fixture
def menus(session):
    """The account's default, and one for members."""
    usual = a_shown_menu(session, a_menu_tab("予約"), a_menu_tab("地図", label="アクセス"), name="いつもの")
    member = a_shown_menu(session, name="会員")
    a_rich_menu(session, name="下書き")
    defaults.set_default(session, usual, now=NOW)
    session.commit()
    return usual, member


@pytest.fixture
def friend(session):
    made = a_friend(session)
    session.commit()
    return made


def beside(page, friend):
    return page(f"/friends/{friend.id}").select_one("#friend-menu").get_text(" ", strip=True)


def test_the_page_of_a_friend_says_what_they_see_and_why(page, session, menus, friend):
    assert "いつもの" in beside(page, friend) and "既定" in beside(page, friend)
    showing.show(session, friend, menus[1].id, origin=MenuOrigin.ACTION, now=NOW)
    session.commit()
    words = beside(page, friend)
    assert "会員" in words and "アクションで変わりました" in words and "LINEに伝えています" in words
    assert "下書き" not in words, "what is not published can't be chosen"
    assert page(f"/chat/{friend.id}").select_one("#friend-menu")


def test_another_menu_is_chosen_by_hand(htmx, client, session, menus, friend):
    answer = htmx(f"/rich-menus/friends/{friend.id}", {"menu_id": str(menus[1].id)})
    assert regions(answer) == ["friend-menu", "toasts"]
    session.expire_all()
    assert session.get_one(FriendMenu, friend.id).menu_id == menus[1].id
    again = htmx(f"/rich-menus/friends/{friend.id}", {"menu_id": str(menus[1].id)})
    assert "すでに「会員」を表示しています" in again.text
    assert client.post(f"/rich-menus/friends/{friend.id}", data={"menu_id": "0"}).status_code == 303
    session.expire_all()
    assert session.get_one(FriendMenu, friend.id).menu_id is None
    for unknown in ("999999", "9" * 30, "既定", ""):
        assert htmx(f"/rich-menus/friends/{friend.id}", {"menu_id": unknown}).status_code == 404


def test_while_rules_decide_nothing_is_offered(page, htmx, session, menus, friend):
    modes.locked(session).mode = MenuMode.RULES
    session.commit()
    panel = page(f"/friends/{friend.id}").select_one("#friend-menu")
    assert "ルールで切り替える設定のため" in panel.get_text() and not panel.select("form")
    htmx(f"/rich-menus/friends/{friend.id}", {"menu_id": str(menus[1].id)})
    assert session.get(FriendMenu, friend.id) is None


def test_what_line_refused_is_shown(page, session, menus, friend):
    session.add(FriendMenu(friend_id=friend.id, menu_id=menus[1].id, origin=MenuOrigin.STAFF, since=NOW, reason="だめ"))
    session.commit()
    assert "LINEで切り替えられませんでした" in beside(page, friend)


def test_people_at_the_desk_see_it_and_change_nothing(outsider, session, menus, friend):
    panel = inspect_page(outsider.get(f"/friends/{friend.id}")).select_one("#friend-menu")
    assert "いつもの" in panel.get_text() and not panel.select("form, a")
    assert outsider.post(f"/rich-menus/friends/{friend.id}", data={"menu_id": "0"}).status_code == 403


def test_the_panel_is_asked_for_alone_while_line_is_told(client, page, session, menus, friend):
    showing.show(session, friend, menus[1].id, origin=MenuOrigin.STAFF, now=NOW)
    session.commit()
    assert page(f"/friends/{friend.id}").select_one("#friend-menu")["hx-get"] == f"/rich-menus/friends/{friend.id}"
    first = client.get(f"/rich-menus/friends/{friend.id}")
    assert (
        client.get(f"/rich-menus/friends/{friend.id}", headers={"X-Seen": first.headers["X-Seen"]}).status_code == 204
    )


def test_menus_are_offered_as_a_batch_a_step_and_a_condition(page, htmx, menus):
    asked = page("/batches/new?kind=rich_menus.show&everybody=yes")
    assert str(menus[1].id) in {option["value"] for option in asked.select("option")}
    step = htmx("/actions/editor?name=steps&place=actions.saved", {"op": "steps:add:rich_menu"}).text
    condition = htmx("/segments/editor?path=segment", {"op": "segment.all:add:rich_menu"}).text
    assert "会員" in step and "下書き（まだ公開していません）" in step
    assert "会員" in condition and "アクセス" in condition
