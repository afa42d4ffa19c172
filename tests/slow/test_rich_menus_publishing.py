"""The worker is killed again and again while menus are brought to LINE: LINE ends up with exactly what is wanted."""

import random
import time
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import agenda, rich_menus, studio
from lstep_lite.engine.rich_menus import modes, publishing, showing
from lstep_lite.engine.rich_menus.publishing import leaving, outcomes, strays
from lstep_lite.engine.rich_menus.showing import defaults
from lstep_lite.models import (
    Friend,
    FriendMenu,
    LeavingStep,
    LineMenu,
    LineMenuState,
    MenuOrigin,
    MenuSettings,
    MenuTab,
    Publication,
    PublicationState,
    RichMenu,
    StrayMenu,
)
from tests.factories import a_menu_tab, a_rich_menu
from tests.slow.crashing import MODES, Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FRIENDS = 4
KILLS = 4
CALLS = ("/v2/bot/richmenu/alias", "/v2/bot/richmenu/batch", "/v2/bot/user/all/richmenu", "/v2/bot/richmenu")
PAST = timedelta(seconds=-1)
LEASES = (
    Publication.due_at,
    LineMenu.due_at,
    MenuTab.due_at,
    StrayMenu.delete_due_at,
    MenuSettings.default_due_at,
    MenuSettings.leaving_due_at,
    FriendMenu.lease_until,
    FriendMenu.due_at,
)


def test_whenever_the_worker_dies_line_ends_up_with_exactly_the_wanted_menus(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    menu_id = two_menus(crashing)
    for number in range(KILLS):
        publish(crashing, menu_id, f"{number}回目", has_two_tabs=chance.random() < 0.7)
        misbehave(crashing, [chance.choice(MODES) for _ in CALLS])
        call_line_and_die(crashing, chance)
        let_leases_end(crashing)
    publish(crashing, menu_id, "最後に", has_two_tabs=True)
    misbehave(crashing, ["drop-before" for _ in CALLS])
    come_to_rest(crashing)
    check_that_line_has_what_is_wanted(crashing)

    with crashing.runtime.database.unit() as session:
        leaving.begin(session, now=crashing.runtime.clock.now())
    call_line_and_die(crashing, chance)
    come_to_rest(crashing)
    at_line = crashing.runtime.account.line().rich_menus
    assert (at_line.all(), at_line.aliases(), at_line.default()) == ([], {}, None)
    with crashing.runtime.database.read() as session:
        assert (found := leaving.progress(session)) and found.step is LeavingStep.DONE


def two_menus(crashing: Crashing) -> int:
    """One that everybody but the last friend is to see, and that is the default; its id."""
    now = crashing.runtime.clock.now()
    with crashing.runtime.database.unit() as session:
        menu, _ = a_menu(session), a_rich_menu(session, document=small_document([a_menu_tab("料金")]))
        menu_id = menu.id
        for each in rich_menus.in_order(session):
            publishing.request(session, each, staff_id=None, now=now)
    come_to_rest(crashing)
    with crashing.runtime.database.unit() as session:
        defaults.set_default(session, session.get_one(RichMenu, menu_id), now=now)
        *others, _ = session.scalars(sa.select(Friend).order_by(Friend.id))
        for friend in others:
            showing.show(session, friend, menu_id, origin=MenuOrigin.STAFF, now=now)
    return menu_id


def a_menu(session: Session) -> RichMenu:
    tabs = [a_menu_tab("予約したい"), a_menu_tab("料金", label="料金表")]
    return a_rich_menu(session, document=small_document(tabs))


def small_document(tabs: list[dict[str, Any]]) -> dict[str, Any]:
    small = {"size": "free", "width": 800, "height": 260, "strip_height": 300}
    return studio.fresh(rich_menus.INPUTS) | small | {"tabs": tabs}


def publish(crashing: Crashing, menu_id: int, text: str, *, has_two_tabs: bool) -> None:
    """Another text, and maybe another tab; one that is still on its way gives way or goes on."""
    now = crashing.runtime.clock.now()
    with crashing.runtime.database.unit() as session:
        menu = session.get_one(RichMenu, menu_id)
        document = deepcopy(menu.document)
        document["tabs"][0]["cells"][0]["tap"]["text"] = text
        document["tabs"] = [document["tabs"][0], *([a_menu_tab("料金", label="料金表")] if has_two_tabs else [])]
        rich_menus.update(session, menu, rich_menus.Draft(menu.name, "メニュー", True, document), now=now)
        current = publishing.current(session, menu)
        if current is None or current.step in publishing.UNSEEN_STEPS:
            publishing.request(session, menu, staff_id=None, now=now)


def misbehave(crashing: Crashing, modes: list[str]) -> None:
    """The next call of each kind goes wrong."""
    for call, mode in zip(CALLS, modes, strict=True):
        fault: dict[str, Any] = {"path": call, "mode": mode, "times": 1, "seconds": 1.5}
        crashing.control("POST", "/faults", fault)


def call_line_and_die(crashing: Crashing, chance: random.Random) -> None:
    """Dies within moments of some call for a menu."""
    known, wanted = calls(crashing), chance.randint(1, 6)
    crashing.start_worker()
    give_up_at = time.monotonic() + 2
    while calls(crashing) < known + wanted and time.monotonic() < give_up_at:
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.05))
    crashing.kill_worker()


def calls(crashing: Crashing) -> int:
    return sum("richmenu" in request["path"] for request in crashing.control("GET", "/requests"))


def let_leases_end(crashing: Crashing) -> None:
    """What was claimed, or waits for its next try, has waited long enough."""
    then = crashing.runtime.clock.wall() + PAST
    for column in LEASES:
        with crashing.runtime.database.unit() as session:
            session.execute(sa.update(column.class_).where(column.is_not(None)).values({column.key: then}))


def come_to_rest(crashing: Crashing) -> None:
    crashing.start_worker()
    wait_until(lambda: is_at_rest(crashing), 90, why=crashing.log, every=0.3)
    crashing.kill_worker()


def is_at_rest(crashing: Crashing) -> bool:
    let_leases_end(crashing)
    clock = crashing.runtime.clock
    with crashing.runtime.database.read() as session:
        is_busy = agenda.whole(session, now=clock.now(), wall=clock.wall()).due > 0
        is_open = session.scalar(sa.select(sa.exists().where(Publication.state.in_(outcomes.OPEN))))
        return not (is_busy or is_open or modes.settings(session).leaving_due_at)


def check_that_line_has_what_is_wanted(crashing: Crashing) -> None:
    with crashing.runtime.database.unit() as session:
        strays.look_again(session)
    come_to_rest(crashing)
    at_line = crashing.runtime.account.line().rich_menus
    with crashing.runtime.database.read() as session:
        rows = session.scalars(sa.select(LineMenu).where(LineMenu.state == LineMenuState.LIVE))
        live = {row.id: row.line_id for row in rows}
        states = set(session.scalars(sa.select(LineMenu.state)))
        found = sa.select(MenuTab).where(MenuTab.is_live).order_by(MenuTab.menu_id, MenuTab.position)
        tabs = session.scalars(found).all()
        assert states <= {LineMenuState.LIVE, LineMenuState.GONE}
        assert {each.line_id for each in at_line.all()} == set(live.values()), "no orphan, none missing"
        assert all(at_line.has_picture(str(line_id)) for line_id in live.values())
        assert at_line.aliases() == {tab.alias: live[tab.line_menu_id or 0] for tab in tabs}
        first = live[tabs[0].line_menu_id or 0]
        assert at_line.default() == first
        ends = set(session.scalars(sa.select(Publication.state)))
        assert ends <= {PublicationState.DONE, PublicationState.REPLACED}, ends
        assert not session.scalars(sa.select(StrayMenu)).all()
    wait_until(lambda: {seen_by(crashing, user_id) for user_id in crashing.user_ids} == {first}, 5, why=crashing.log)


def seen_by(crashing: Crashing, user_id: str) -> str | None:
    shown = crashing.control("GET", f"/users/{user_id}/menu")
    return shown and str(shown["richMenuId"])
