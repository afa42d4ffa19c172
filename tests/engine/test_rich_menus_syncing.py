"""Telling LINE who sees which menu: few requests, the last wish wins, and nothing is lost on the way."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import rich_menus
from lstep_lite.engine.line import Account
from lstep_lite.engine.rich_menus import modes, showing
from lstep_lite.engine.rich_menus.showing import comparing, defaults, events, syncing
from lstep_lite.engine.rich_menus.showing.defaults import SET_ELSEWHERE
from lstep_lite.models import Friend, FriendMenu, MenuOrigin, RichMenu
from tests.emulator.conftest import Control
from tests.emulator.menus import MENU, picture
from tests.factories import NOW, a_friend, a_menu_tab, a_shown_menu

SECOND = timedelta(seconds=1)
LEASE = 20 * SECOND


class Shop:
    """A shop with friends at the emulated LINE."""

    def __init__(self, database: Database, session: Session, account: Account, control: Control) -> None:
        self.database, self.session, self.account, self.control = database, session, account, control

    def friends(self, count: int) -> Sequence[Friend]:
        found = []
        for _ in range(count):
            found.append(a_friend(self.session, line_user_id=self.control.a_friend()))
        return found

    def menu(self, *tabs: dict[str, Any]) -> RichMenu:
        at_line = self.account.line().rich_menus
        line_ids = [at_line.create(MENU) for _ in tabs or (None,)]
        for line_id in line_ids:
            at_line.upload(line_id, picture(), "image/png")
        return a_shown_menu(self.session, *tabs, line_ids=line_ids)

    def show(self, friends: Sequence[Friend], menu: RichMenu | None, *, urgent: bool = True) -> None:
        wishes = dict.fromkeys([friend.id for friend in friends], menu.id if menu else None)
        showing.wish(self.session, wishes, origin=MenuOrigin.ACTION, now=NOW, urgent=urgent)

    def work(self, wall: Any = NOW, *, urgent: bool = False) -> None:
        self.session.commit()
        while comparing.compare_due(self.database, now=NOW, wall=wall):
            pass
        values = {"now": lambda: NOW, "wall": lambda: wall, "urgent": urgent, "timeout_seconds": 5.0}
        while syncing.work_due(self.database, self.account, **values):
            pass
        self.session.expire_all()

    def seen(self, friend: Friend) -> str | None:
        menu = self.control.get(f"/users/{friend.line_user_id}/menu")
        return menu["richMenuId"] if menu else None

    def asked(self) -> Counter[str]:
        """Requests about who sees what, by their last words."""
        paths = [each["path"] for each in self.control.get("/requests") if "richmenu" in each["path"]]
        words = ["/".join(path.split("/")[3:5] if "/user/" not in path else ["user"]) for path in paths]
        return Counter(word for word in words if word in ("richmenu/bulk", "user"))

    def row(self, friend: Friend) -> FriendMenu:
        return self.session.get_one(FriendMenu, friend.id, populate_existing=True)


@pytest.fixture
def shop(database: Database, session: Session, account: Account, control: Control) -> Shop:
    return Shop(database, session, account, control)


def line_id(session: Session, menu: RichMenu, place: int = 0) -> str | None:
    return rich_menus.tabs_of(session, menu)[place].aliased_line_id


def test_few_friends_are_told_one_by_one_and_many_at_once(session: Session, shop: Shop) -> None:
    friends, menu = shop.friends(7), shop.menu()
    shop.show(friends[:2], menu)
    shop.work(urgent=True)
    assert shop.asked() == {"user": 2}
    shop.show(friends, menu, urgent=False)
    shop.work(urgent=True)
    assert shop.asked() == {"user": 2}, "what many get waits for its own lane"
    shop.work()
    assert shop.asked() == {"user": 2, "richmenu/bulk": 1}
    assert {shop.row(friend).due_at for friend in friends} == {None}
    assert {shop.row(friend).linked_id for friend in friends} == {rich_menus.tabs_of(session, menu)[0].line_menu_id}


def test_going_back_to_the_default_takes_the_own_menu_away(session: Session, shop: Shop) -> None:
    friend, menu = shop.friends(1)[0], shop.menu()
    shop.show([friend], menu)
    shop.work()
    assert shop.seen(friend) == line_id(session, menu)
    shop.show([friend], None)
    shop.work()
    assert (shop.seen(friend), shop.row(friend).linked_id) == (None, None)


def test_friends_who_are_to_see_the_same_are_told_together_however_they_are_mixed(shop: Shop) -> None:
    friends, menus = shop.friends(12), (shop.menu(), shop.menu())
    for place, friend in enumerate(friends):
        shop.show([friend], menus[place % 2])
    shop.work()
    assert shop.asked() == {"richmenu/bulk": 2}


def test_a_wish_that_changes_while_line_is_told_wins(session: Session, shop: Shop, monkeypatch: Any) -> None:
    friend, menu, other = shop.friends(1)[0], shop.menu(), shop.menu()
    shop.show([friend], menu)
    session.commit()
    tell = syncing._tell

    def tell_slowly(account: Account, job: Any) -> Any:
        results = tell(account, job)
        monkeypatch.setattr(syncing, "_tell", tell)
        with shop.database.unit() as unit:
            showing.wish(unit, {friend.id: other.id}, origin=MenuOrigin.ACTION, now=NOW, urgent=True)
        return results

    monkeypatch.setattr(syncing, "_tell", tell_slowly)
    shop.work()
    assert shop.seen(friend) == line_id(session, other)
    assert shop.row(friend).due_at is None


def test_what_was_accepted_before_we_died_is_told_again(session: Session, shop: Shop) -> None:
    """Nothing says that it was: the row is due, and its lease runs out."""
    friend, menu = shop.friends(1)[0], shop.menu()
    shop.show([friend], menu)
    session.commit()
    with shop.database.unit() as unit:
        job = syncing._claim(unit, NOW, NOW, urgent=False, lease=LEASE)
    assert job is not None
    syncing._tell(shop.account, job)
    shop.show([friend], None)
    shop.work()
    assert shop.seen(friend) == line_id(session, menu), "while the request may be on its way nobody else tells LINE"
    shop.work(NOW + LEASE)
    assert (shop.seen(friend), shop.row(friend).due_at) == (None, None)


def test_a_friend_on_another_tab_of_the_menu_stays_there(session: Session, shop: Shop) -> None:
    friend, menu = shop.friends(1)[0], shop.menu(a_menu_tab("予約"), a_menu_tab("地図", label="アクセス"))
    shop.show([friend], menu)
    shop.work()
    first, second = rich_menus.tabs_of(session, menu)
    events.switched(session, friend, second.alias, NOW)
    shop.show([friend], menu)
    shop.work()
    assert shop.asked() == {"user": 1}
    row = shop.row(friend)
    row.due_at = modes.AT_ONCE  # as after a new version, or when they came back
    shop.work()
    assert shop.seen(friend) == second.aliased_line_id
    assert shop.row(friend).tab_id == second.id
    assert first.aliased_line_id != second.aliased_line_id


def test_line_in_trouble_is_asked_again_later(session: Session, shop: Shop) -> None:
    friends, menu = shop.friends(5), shop.menu()
    shop.show(friends, menu)
    shop.control.post("/faults", {"path": "/v2/bot/richmenu/bulk/link", "mode": "500", "times": 1})
    shop.work()
    assert shop.row(friends[0]).due_at == NOW + 2 * SECOND
    shop.work(NOW + SECOND)
    assert shop.row(friends[0]).linked_id is None
    shop.work(NOW + 2 * SECOND)
    assert shop.row(friends[0]).linked_id is not None
    assert [shop.row(friends[0]).attempts, shop.row(friends[0]).reason] == [0, None]


def test_one_whom_line_refuses_holds_up_nobody_and_shows_why(session: Session, shop: Shop) -> None:
    friends, menu = shop.friends(4), shop.menu()
    stranger = a_friend(session, line_user_id="not-an-id")
    shop.show([*friends, stranger], menu)
    wall = NOW
    for _ in range(8):
        shop.work(wall)
        wall += timedelta(minutes=2)
    assert {shop.seen(friend) for friend in friends} == {line_id(session, menu)}
    row = shop.row(stranger)
    assert row.due_at is None and row.reason, "it is tried no more, and the friend's page says so"
    assert showing.current(session, stranger, NOW).reason == row.reason
    showing.show(session, stranger, menu.id, origin=MenuOrigin.STAFF, now=NOW)
    assert row.due_at is not None, "by hand it is tried again"


def test_who_has_blocked_us_is_left_alone_until_they_come_back(session: Session, shop: Shop) -> None:
    friend, menu = shop.friends(1)[0], shop.menu()
    shop.show([friend], menu)
    friend.is_following = False
    shop.work()
    assert (shop.asked(), shop.row(friend).due_at) == ({}, None)


def test_nobody_is_told_anything_while_all_menus_are_taken_away(session: Session, shop: Shop) -> None:
    friend, menu = shop.friends(1)[0], shop.menu()
    shop.show([friend], menu)
    modes.locked(session).leaving_at = NOW
    shop.work()
    assert shop.asked() == {}


# The default ---------------------------------------------------------------------------------------------------------


def tell(shop: Shop, wall: Any = NOW) -> bool:
    shop.session.commit()
    tried = defaults.tell_due(shop.database, shop.account, now=NOW, wall=wall)
    shop.session.expire_all()
    return tried


def test_the_default_is_told_line_and_taken_back(session: Session, shop: Shop) -> None:
    friend, menu = shop.friends(1)[0], shop.menu()
    defaults.set_default(session, menu, now=NOW)
    assert tell(shop) and not tell(shop)
    assert shop.seen(friend) == line_id(session, menu) == modes.settings(session).default_line_id
    defaults.set_default(session, menu, now=NOW)
    assert not tell(shop), "LINE knows"
    defaults.set_default(session, None, now=NOW)
    assert tell(shop)
    assert (shop.seen(friend), modes.settings(session).default_line_id) == (None, None)


def test_a_default_that_was_set_in_lines_own_manager_is_explained(session: Session, shop: Shop) -> None:
    defaults.set_default(session, shop.menu(), now=NOW)
    tell(shop)
    shop.control.post("/account", {"oam_default": True})
    defaults.set_default(session, None, now=NOW)
    tell(shop)
    kept = modes.settings(session)
    assert (kept.default_reason, kept.default_due_at) == (SET_ELSEWHERE, None)


def test_the_default_is_told_again_after_trouble(session: Session, shop: Shop) -> None:
    menu = shop.menu()
    defaults.set_default(session, menu, now=NOW)
    shop.control.post("/faults", {"path": "/v2/bot/user/all/richmenu", "mode": "500", "times": 1})
    assert tell(shop) and not tell(shop)
    assert modes.settings(session).default_reason
    assert tell(shop, NOW + 2 * SECOND)
    assert modes.settings(session).default_line_id == line_id(session, menu)
