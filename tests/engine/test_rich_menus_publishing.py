"""Menus on their way to LINE: made once, seen only when all is there, and taken away without leaving anything."""

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import media, rich_menus, studio
from lstep_lite.engine.line import Account, NotConnected, RichMenusAtLine
from lstep_lite.engine.rich_menus import publishing, showing
from lstep_lite.engine.rich_menus.publishing import budget, due, leaving, strays
from lstep_lite.engine.rich_menus.publishing.working import BROKEN
from lstep_lite.engine.rich_menus.showing import comparing, defaults, syncing
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Friend,
    FriendMenu,
    LeavingStep,
    LineMenu,
    LineMenuState,
    MenuCall,
    MenuCallKind,
    MenuOrigin,
    Publication,
    PublicationState,
    PublicationStep,
    RichMenu,
)
from tests.emulator.conftest import Control, wait_until
from tests.factories import NOW, a_friend, a_menu_tab, a_rich_menu

PUBLIC = "https://demo.lstep.invalid"
SMALL = {"size": "free", "width": 800, "height": 300, "strip_height": 300}


@dataclass
class Shop:
    """A shop connected to LINE, its worker, and what LINE has of it."""

    database: Database
    session: Session
    account: Account
    control: Control
    store: media.MediaStore
    wall: datetime = NOW

    def work(self, rounds: int = 60) -> None:
        """One pass of the worker."""
        self.session.commit()
        publishing.work_due(
            self.database, self.account, self.store, public_url=PUBLIC, now=NOW, wall=self.wall, limit=rounds
        )
        defaults.tell_due(self.database, self.account, now=NOW, wall=self.wall)
        moments: dict[str, Callable[[], datetime]] = {"now": lambda: NOW, "wall": lambda: self.wall}
        syncing.work_due(self.database, self.account, **moments, urgent=False, timeout_seconds=5)
        comparing.compare_due(self.database, now=NOW, wall=self.wall)
        self.session.expire_all()

    def settle(self) -> None:
        """Passes until nothing is to be done within the minute."""
        for _ in range(40):
            self.work()
            if not self._due(self.wall + timedelta(minutes=1)):
                return
            self.wall += timedelta(seconds=10)
            time.sleep(0.03)
        raise AssertionError("something is always due")

    def _due(self, wall: datetime) -> int:
        asked = (due._pending, defaults._pending, syncing._pending)
        return sum(ask(self.session, now=NOW, wall=wall).due for ask in asked)

    def publish(self, menu: RichMenu) -> Publication:
        publication = publishing.request(self.session, menu, staff_id=None, now=NOW)
        self.settle()
        return publication

    def follow(self) -> Friend:
        return a_friend(self.session, line_user_id=self.control.a_friend())

    def seen_by(self, friend: Friend) -> str | None:
        """LINE's id of the rich menu on the friend's screen."""
        shown = self.control.get(f"/users/{friend.line_user_id}/menu")
        return shown and shown["richMenuId"]

    def wait_until_seen(self, friends: Sequence[Friend]) -> None:
        """LINE takes a moment for what concerns many friends; they all see the one live menu then."""
        live = set(self.live())
        wait_until(lambda: {self.seen_by(friend) for friend in friends} == live)

    @property
    def line(self) -> RichMenusAtLine:
        return self.account.line().rich_menus

    def listed(self) -> set[str]:
        return {each.line_id for each in self.line.all()}

    def live(self) -> list[str]:
        rows = self.session.scalars(sa.select(LineMenu).where(LineMenu.state == LineMenuState.LIVE))
        return [str(row.line_id) for row in rows]

    def calls(self, method: str, path: str) -> int:
        asked = self.control.get("/requests?since=0")
        return sum((each["method"], each["path"].partition("?")[0]) == (method, path) for each in asked)


@pytest.fixture
def shop(database: Database, session: Session, account: Account, control: Control, tmp_path: Path) -> Shop:
    return Shop(database, session, account, control, media.MediaStore(tmp_path / "media"))


def a_menu(session: Session, *tabs: dict[str, Any], **over: Any) -> RichMenu:
    tabs = tabs or (a_menu_tab("予約したい"),)
    document = studio.fresh(rich_menus.INPUTS) | SMALL | {"tabs": list(tabs)}
    return a_rich_menu(session, document=document, **over)


def change(session: Session, menu: RichMenu, edit: Callable[[dict[str, Any]], object], **over: Any) -> None:
    document = deepcopy(menu.document)
    edit(document)
    values = {"name": menu.name, "chat_bar_text": menu.chat_bar_text, "is_open": menu.is_open, "document": document}
    rich_menus.update(session, menu, rich_menus.Draft(**values | over), now=NOW)


def say(text: str, tab: int = 0) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["tabs"][tab]["cells"][0]["tap"].update(text=text)


def test_a_menu_is_made_with_its_picture_and_its_tabs_lead_to_each_other(shop: Shop) -> None:
    menu = a_menu(shop.session, a_menu_tab("予約したい", "道順"), a_menu_tab("料金", label="料金表"))
    publication = shop.publish(menu)
    assert (publication.state, publication.reason) == (PublicationState.DONE, None)
    first, second = rich_menus.tabs_of(shop.session, menu)
    assert shop.line.aliases() == {first.alias: first.aliased_line_id, second.alias: second.aliased_line_id}
    row = shop.session.get_one(LineMenu, first.line_menu_id)
    at_line = shop.account.line()._call("GET", f"/v2/bot/richmenu/{row.line_id}")
    assert at_line["chatBarText"] == "メニュー" and at_line["size"] == {"width": 800, "height": 300}
    switch, *others = at_line["areas"]
    assert switch["action"]["richMenuAliasId"] == second.alias
    assert [each["action"]["text"] for each in others] == ["予約したい", "道順"]
    assert row.areas[0]["code"] == second.code
    assert all(shop.line.has_picture(line_id) for line_id in shop.live())


def test_only_tabs_that_changed_are_made_anew_and_their_friends_stay_on_them(shop: Shop) -> None:
    menu = a_menu(shop.session, a_menu_tab("予約"), a_menu_tab("料金", label="料金表"))
    shop.publish(menu)
    [_, second] = before = shop.live()
    visitor, guest = shop.follow(), shop.follow()
    for friend in (visitor, guest):
        showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    shop.control.post(f"/users/{visitor.line_user_id}/tap", {"area": 0})
    tabs = rich_menus.tabs_of(shop.session, menu)
    seen = shop.session.get_one(FriendMenu, visitor.id)
    seen.linked_id, seen.tab_id = tabs[1].line_menu_id, tabs[1].id  # as its postback tells
    change(shop.session, menu, say("料金を知りたい", tab=1))
    shop.publish(menu)
    assert shop.live()[0] == before[0] and shop.live()[1] != second
    assert shop.listed() == set(shop.live()), "the old one is gone"
    assert (shop.seen_by(guest), shop.seen_by(visitor)) == (before[0], shop.live()[1])
    assert shop.calls("POST", "/v2/bot/richmenu") == 3 and shop.calls("POST", "/v2/bot/richmenu/batch") == 1
    assert shop.session.get_one(FriendMenu, visitor.id, populate_existing=True).linked_id == tabs[1].line_menu_id


def test_the_default_follows_and_a_removed_tab_leaves_nothing_behind(shop: Shop) -> None:
    menu = a_menu(shop.session, a_menu_tab("予約"), a_menu_tab("料金", label="料金表"))
    shop.publish(menu)
    defaults.set_default(shop.session, menu, now=NOW)
    friend = shop.follow()
    shop.settle()
    change(shop.session, menu, lambda document: document["tabs"].pop())
    shop.publish(menu)
    [only] = shop.live()
    assert shop.line.default() == only == shop.seen_by(friend)
    assert shop.line.aliases().keys() == {rich_menus.alias_of(menu.document["tabs"][0]["id"])}
    assert shop.listed() == {only}


@pytest.mark.parametrize("call", ["", "/richmenu", "/batch"])
def test_a_lost_answer_makes_nothing_twice(shop: Shop, call: str) -> None:
    """To what makes a menu, gives it its picture, takes friends to it."""
    menu = a_menu(shop.session)
    shop.publish(menu)
    friend = shop.follow()
    showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    change(shop.session, menu, say("変えました"))
    shop.settle()
    shop.control.post("/faults", {"path": f"/v2/bot/richmenu{call}", "mode": "drop-after-accept", "times": 1})
    publication = shop.publish(menu)
    assert publication.state is PublicationState.DONE
    assert shop.listed() == set(shop.live()) == {shop.seen_by(friend)}


def test_a_worker_that_died_while_asking_looks_first(shop: Shop) -> None:
    menu = a_menu(shop.session)
    publishing.request(shop.session, menu, staff_id=None, now=NOW)
    shop.work(rounds=1)
    row = shop.session.scalars(sa.select(LineMenu)).one()
    made, row.line_id, row.state, row.was_asked = row.line_id, None, LineMenuState.WAITING, True  # it died here
    shop.settle()
    assert shop.listed() == {made} == set(shop.live())


def test_what_line_refuses_is_told_in_its_own_words_and_leaves_nothing(shop: Shop) -> None:
    menu = a_menu(shop.session, chat_bar_text="メニュー")
    publication = publishing.request(shop.session, menu, staff_id=None, now=NOW)
    publication.chat_bar_text = "あ" * 15
    shop.settle()
    assert publication.state is PublicationState.FAILED and "chatBarText" in str(publication.reason)
    assert menu.live_revision is None and not shop.listed()
    assert shop.publish(menu).state is PublicationState.DONE, "trying again is possible"


def test_the_second_of_two_staff_replaces_what_customers_have_not_seen(shop: Shop) -> None:
    menu = a_menu(shop.session)
    first = publishing.request(shop.session, menu, staff_id=None, now=NOW)
    shop.work(rounds=1)
    change(shop.session, menu, say("あとから変えました"))
    second = shop.publish(menu)
    assert (first.state, second.state) == (PublicationState.REPLACED, PublicationState.DONE)
    assert menu.live_revision == 2 and shop.listed() == set(shop.live())
    with pytest.raises(DomainError, match="変わっていません"):
        publishing.request(shop.session, menu, staff_id=None, now=NOW)
    change(shop.session, menu, say("もう一度"))
    third = publishing.request(shop.session, menu, staff_id=None, now=NOW)
    assert publishing.request(shop.session, menu, staff_id=None, now=NOW) is third, "the button was pressed twice"
    third.step = PublicationStep.FRIENDS
    change(shop.session, menu, say("さらに"))
    for refused in (
        lambda: publishing.request(shop.session, menu, staff_id=None, now=NOW),
        lambda: publishing.cancel(shop.session, third, now=NOW),
    ):
        with pytest.raises(DomainError):
            refused()


def test_one_menu_that_nobody_can_draw_says_so_and_holds_up_no_other(shop: Shop) -> None:
    broken, sound = a_menu(shop.session), a_menu(shop.session)
    first = publishing.request(shop.session, broken, staff_id=None, now=NOW)
    first.document = {}
    assert shop.publish(sound).state is PublicationState.DONE
    assert (first.state, first.reason) == (PublicationState.FAILED, BROKEN)


def test_a_picture_that_is_lost_before_line_has_it_is_drawn_when_staff_publish_again(shop: Shop) -> None:
    menu = a_menu(shop.session)
    publication = publishing.request(shop.session, menu, staff_id=None, now=NOW)
    shop.work(rounds=1)
    shop.store.path_of(shop.session.scalars(sa.select(LineMenu.image_path)).one()).unlink()
    shop.settle()
    assert publication.state is PublicationState.FAILED and "画像のファイル" in str(publication.reason)
    assert shop.publish(menu).state is PublicationState.DONE and shop.listed() == set(shop.live())


def test_what_is_taken_back_leaves_nothing_at_line(shop: Shop) -> None:
    publication = publishing.request(shop.session, a_menu(shop.session), staff_id=None, now=NOW)
    shop.work(rounds=1)
    assert shop.listed()
    publishing.cancel(shop.session, publication, now=NOW)
    shop.settle()
    assert publication.state is PublicationState.CANCELED and not shop.listed()


def test_line_makes_no_more_this_hour_and_the_menu_waits_visibly(shop: Shop) -> None:
    shop.session.add_all(MenuCall(kind=MenuCallKind.CREATE, at=NOW - timedelta(minutes=40)) for _ in range(100))
    menu = a_menu(shop.session)
    assert any("制限" in line for line in publishing.prospects(shop.session, menu, now=NOW, wall=NOW))
    publication = shop.publish(menu)
    assert "10:20ごろ" in str(publication.reason) and not shop.listed()
    shop.wall += timedelta(minutes=20)
    shop.settle()
    assert publication.state is PublicationState.DONE


def test_many_friends_wait_for_lines_next_hour_and_few_are_linked_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = a_menu(shop.session)
    shop.publish(menu)
    friends = [shop.follow() for _ in range(5)]
    for friend in friends:
        showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    shop.session.add_all(MenuCall(kind=MenuCallKind.BATCH, at=shop.wall) for _ in range(3))
    change(shop.session, menu, say("変えました"))
    monkeypatch.setattr("lstep_lite.engine.rich_menus.publishing.moving.FEW", 4)
    publication = shop.publish(menu)
    assert publication.state is PublicationState.WORKING and "切り替えます" in str(publication.reason)
    monkeypatch.setattr("lstep_lite.engine.rich_menus.publishing.moving.FEW", 5)
    publication.due_at = shop.wall
    shop.settle()
    assert publication.state is PublicationState.DONE and shop.listed() == set(shop.live())
    shop.wait_until_seen(friends)
    assert shop.calls("POST", "/v2/bot/richmenu/batch") == 0


def test_whom_line_could_not_take_along_is_linked_anew(shop: Shop) -> None:
    menu = a_menu(shop.session)
    shop.publish(menu)
    friends = [shop.follow() for _ in range(4)]
    for friend in friends:
        showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    change(shop.session, menu, say("変えました"))
    shop.control.post("/account", {"failing_batches": 1})
    assert shop.publish(menu).state is PublicationState.DONE
    shop.wait_until_seen(friends)
    assert shop.listed() == set(shop.live())


def test_a_deleted_menu_vanishes_from_line_and_then_from_the_list(shop: Shop) -> None:
    menu, other = a_menu(shop.session, a_menu_tab("予約"), a_menu_tab("料金", label="料金表")), a_menu(shop.session)
    shop.publish(menu)
    shop.publish(other)
    friend, gone = shop.follow(), shop.follow()
    for each in (friend, gone):
        showing.show(shop.session, each, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    gone.is_following = False
    menu_id = menu.id
    rich_menus.delete(shop.session, menu, now=NOW)
    shop.settle()
    assert shop.session.get(RichMenu, menu_id) is None and shop.seen_by(friend) is None
    assert shop.listed() == set(shop.live()) and len(shop.line.aliases()) == 1


def test_strays_of_ours_go_by_themselves_and_others_are_listed(shop: Shop) -> None:
    shop.publish(a_menu(shop.session))
    body = {"size": {"width": 800, "height": 300}, "selected": True, "chatBarText": "昔", "areas": []}
    shop.line.create_alias("lstep-forgotten", shop.live()[0])
    ours, theirs = (shop.line.create(body | {"name": name}) for name in ("lstep-forgotten", "前の道具のメニュー"))
    strays.look_again(shop.session)
    shop.settle()
    assert ours not in shop.listed() and theirs in shop.listed() and "lstep-forgotten" not in shop.line.aliases()
    [found] = strays.listed(shop.session)
    assert (found.line_id, found.chat_bar_text, found.delete_due_at) == (theirs, "昔", None)
    strays.delete(shop.session, found)
    shop.settle()
    assert shop.listed() == set(shop.live()) and not strays.listed(shop.session)


def test_what_somebody_else_deleted_at_line_can_be_published_again(shop: Shop) -> None:
    menu = a_menu(shop.session)
    shop.publish(menu)
    friend = shop.follow()
    showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    shop.line.delete(shop.live()[0])
    strays.look_again(shop.session)
    shop.settle()
    assert (menu.live_revision, shop.live()) == (None, [])
    shop.publish(menu)
    assert shop.seen_by(friend) == shop.live()[0] and len(shop.line.aliases()) == 1


@pytest.mark.parametrize("rounds", [1, 3])
def test_what_somebody_else_deletes_while_it_is_published_is_made_anew(shop: Shop, rounds: int) -> None:
    menu = a_menu(shop.session, a_menu_tab("予約"), a_menu_tab("料金", label="料金表"))
    shop.publish(menu)
    friend = shop.follow()
    showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    [_, unchanged] = shop.live()
    change(shop.session, menu, say("変えました"))
    publication = publishing.request(shop.session, menu, staff_id=None, now=NOW)
    shop.work(rounds)
    shop.line.delete(unchanged)
    strays.look_again(shop.session)
    shop.settle()
    assert publication.state is PublicationState.DONE and len(shop.live()) == 2
    assert shop.listed() == set(shop.live()) and shop.seen_by(friend) in shop.live()


def test_an_alias_and_a_default_that_somebody_else_took_away_come_back(shop: Shop) -> None:
    menu = a_menu(shop.session, a_menu_tab("予約"), a_menu_tab("料金", label="料金表"))
    shop.publish(menu)
    defaults.set_default(shop.session, menu, now=NOW)
    shop.settle()
    aliases = shop.line.aliases()
    lost, turned = aliases
    shop.line.delete_alias(lost)
    shop.line.update_alias(turned, aliases[lost])
    shop.line.cancel_default()
    strays.look_again(shop.session)
    shop.settle()
    assert shop.line.aliases() == aliases and shop.line.default() == shop.live()[0]


def test_leaving_takes_everything_away_until_the_owner_wants_menus_again(shop: Shop) -> None:
    menu = a_menu(shop.session, a_menu_tab("予約"), a_menu_tab("料金", label="料金表"))
    shop.publish(menu)
    defaults.set_default(shop.session, menu, now=NOW)
    friend = shop.follow()
    showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    leaving.begin(shop.session, now=NOW)
    with pytest.raises(DomainError):
        leaving.resume(shop.session, now=NOW)
    shop.settle()
    assert (progress := leaving.progress(shop.session)) and progress.step is LeavingStep.DONE, progress
    assert not shop.listed() and not shop.line.aliases() and shop.line.default() is None
    assert shop.seen_by(friend) is None
    with pytest.raises(DomainError, match="再開"):
        publishing.request(shop.session, menu, staff_id=None, now=NOW)
    leaving.resume(shop.session, now=NOW)
    shop.publish(menu)
    assert shop.seen_by(friend) == shop.live()[0] == shop.line.default(), "wishes are kept"


def test_leaving_needs_no_request_for_everybody_where_few_see_a_menu_of_their_own(shop: Shop) -> None:
    menu = a_menu(shop.session)
    shop.publish(menu)
    friend = shop.follow()
    showing.show(shop.session, friend, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    shop.settle()
    shop.session.add_all(MenuCall(kind=MenuCallKind.BATCH, at=shop.wall) for _ in range(3))
    leaving.begin(shop.session, now=NOW)
    shop.settle()
    assert shop.seen_by(friend) is None and not shop.listed()
    assert shop.calls("POST", "/v2/bot/richmenu/bulk/unlink") == 1


def test_what_changes_is_told_in_sentences(session: Session) -> None:
    menu = a_menu(session, a_menu_tab("予約", "道順"), a_menu_tab("料金", label="料金表"))
    assert publishing.changes(session, menu) == ["はじめて公開します。タブは「ホーム」、「料金表」です。"]
    publication = Publication(
        menu_id=menu.id,
        revision=1,
        document=menu.document,
        chat_bar_text="メニュー",
        is_open=True,
        state=PublicationState.DONE,
        requested_at=NOW,
    )
    session.add(publication)
    rich_menus.go_live(session, menu, publication, now=NOW)
    assert publishing.changes(session, menu) == []

    def edit(document: dict[str, Any]) -> None:
        home, _ = document["tabs"]
        home["cells"][0]["tap"]["text"] = "予約したい"
        home["cells"][1]["fill_color"] = "@accent"
        document["tabs"] = [home, a_menu_tab("写真", label="ギャラリー")]

    change(session, menu, edit, chat_bar_text="ご案内")
    assert publishing.changes(session, menu) == [
        "メニューバーの文字が「メニュー」から「ご案内」に変わります。",
        "タブ「ギャラリー」が増えます。",
        "タブ「料金表」がなくなります。見ているお客様には最初のタブを表示します。",
        "タブ「ホーム」の画像が変わります。",
        "タブ「ホーム」のボタン「予約」を押したときの動きが変わります。",
    ]


def test_without_a_connection_nothing_is_asked_for(session: Session) -> None:
    with pytest.raises(NotConnected):
        publishing.request(session, a_menu(session), staff_id=None, now=NOW)


def test_the_hours_budget_is_written_down_and_comes_back(session: Session) -> None:
    assert [budget.take(session, MenuCallKind.BATCH, NOW + timedelta(minutes=at)) for at in (0, 10, 20, 30)] == [
        True,
        True,
        True,
        False,
    ]
    assert budget.next_at(session, MenuCallKind.BATCH, NOW + timedelta(minutes=30)) == NOW + timedelta(hours=1)
    assert budget.take(session, MenuCallKind.BATCH, NOW + timedelta(hours=1))


def test_pictures_of_menus_are_no_strays_of_the_media_store(shop: Shop) -> None:
    shop.publish(a_menu(shop.session))
    [row] = shop.session.scalars(sa.select(LineMenu))
    later = datetime.now(NOW.tzinfo).replace(second=0) + timedelta(days=2)
    media.sweep_strays(shop.database, shop.store, wall=later)
    assert shop.store.path_of(row.image_path).is_file()
    row.state = LineMenuState.GONE
    shop.session.commit()
    media.sweep_strays(shop.database, shop.store, wall=later)
    assert not shop.store.path_of(row.image_path).is_file()
