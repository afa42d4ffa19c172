"""Who sees which menu, whatever comes between: kills of the worker, trouble at LINE, two at work at once."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine import tags, triggers
from lstep_lite.engine.rich_menus import showing
from lstep_lite.engine.rich_menus.showing import following, rules
from lstep_lite.engine.rich_menus.showing.rules import RuleDraft
from lstep_lite.models import ChangedBy, Friend, FriendMenu, MenuMode, MenuOrigin, Tag
from tests.emulator.menus import MENU, picture
from tests.factories import NOW, a_friend, a_shown_menu, a_tag
from tests.slow.crashing import Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FRIENDS = 24
KILLS = 3
MODES = ("500", "429", "drop-before", "drop-after-accept", "slow")
PATHS = ("/v2/bot/richmenu/bulk/link", "/v2/bot/richmenu/bulk/unlink")


def test_everybody_sees_the_last_menu_that_was_meant_for_them(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    menus = set_the_stage(crashing)
    for _ in range(KILLS):
        change_minds(crashing, [*menus, None], chance)
        misbehave(crashing, chance)
        crashing.get_somewhere_and_die(lambda: requests(crashing), chance)
    change_minds(crashing, [*menus, None], chance)
    crashing.start_worker()
    wait_until(lambda: all_told(crashing), 60, why=crashing.log)
    crashing.kill_worker()
    time.sleep(0.3)  # LINE shows what many friends are to see a moment later

    assert seen(crashing) == wanted(crashing, menus)


def set_the_stage(crashing: Crashing) -> dict[int, str]:
    """Two menus; LINE's ids of them."""
    at_line = crashing.runtime.account.line().rich_menus
    line_ids = [at_line.create(MENU | {"name": name}) for name in ("一", "二")]
    for line_id in line_ids:
        at_line.upload(line_id, picture(), "image/png")
    with crashing.runtime.database.unit() as session:
        return {a_shown_menu(session, line_ids=[line_id]).id: line_id for line_id in line_ids}


def change_minds(crashing: Crashing, menus: list[int | None], chance: random.Random) -> None:
    """Two of three friends are to see something else."""
    with crashing.runtime.database.unit() as session:
        ids = [friend_id for friend_id in session.scalars(sa.select(Friend.id)) if chance.random() < 0.66]
        wishes = {friend_id: chance.choice(menus) for friend_id in ids}
        showing.wish(session, wishes, origin=MenuOrigin.ACTION, now=crashing.runtime.clock.now(), urgent=True)


def misbehave(crashing: Crashing, chance: random.Random) -> None:
    for path in PATHS:
        fault = {"path": path, "mode": chance.choice(MODES), "times": chance.randint(0, 2), "seconds": 1.5}
        crashing.control("POST", "/faults", fault)


def requests(crashing: Crashing) -> int:
    return sum("/bulk/" in each["path"] or "/v2/bot/user/" in each["path"] for each in requests_of(crashing))


def requests_of(crashing: Crashing) -> list[dict[str, str]]:
    found: list[dict[str, str]] = crashing.control("GET", "/requests")
    return found


def all_told(crashing: Crashing) -> bool:
    with crashing.runtime.database.read() as session:
        return session.scalar(sa.select(FriendMenu.friend_id).where(FriendMenu.due_at.is_not(None)).limit(1)) is None


def seen(crashing: Crashing) -> dict[str, str | None]:
    shown = {user_id: crashing.control("GET", f"/users/{user_id}/menu") for user_id in crashing.user_ids}
    return {user_id: menu["richMenuId"] if menu else None for user_id, menu in shown.items()}


def wanted(crashing: Crashing, menus: dict[int, str]) -> dict[str, str | None]:
    with crashing.runtime.database.read() as session:
        query = sa.select(Friend.line_user_id, FriendMenu.menu_id).outerjoin(FriendMenu)
        return {user_id: menus.get(menu_id) for user_id, menu_id in session.execute(query)}


def test_what_changes_while_somebody_is_looked_at_is_looked_at_again(fresh_database: Database) -> None:
    """The one who looks neither sees the change, which is not committed, nor takes away that there was one."""
    with fresh_database.unit() as session:
        friend, tag, menu = a_friend(session), a_tag(session), a_shown_menu(session)
        tree = {"all": [{"id": "c", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}
        rules.create(session, RuleDraft(tree, menu.id), now=NOW)
        rules.set_mode(session, MenuMode.RULES, now=NOW)
        triggers.record(session, "test", friend, now=NOW)
        key, menu_id = friend.id, menu.id
    with ThreadPoolExecutor(1) as pool:
        with fresh_database.unit() as session:
            friend, tag = session.get_one(Friend, key), session.scalars(sa.select(Tag)).one()
            tags.attach(session, tag, friend, changed_by=ChangedBy.STAFF, now=NOW)
            looking = pool.submit(following.look_at_changed, fresh_database, now=NOW, wall=NOW)
            time.sleep(0.3)
        looking.result(10)
    following.look_at_changed(fresh_database, now=NOW, wall=NOW)
    with fresh_database.read() as session:
        assert session.get_one(FriendMenu, key).menu_id == menu_id
