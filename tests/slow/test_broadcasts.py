"""The worker is killed again and again during a broadcast, while LINE misbehaves: everybody gets it exactly once."""

import random
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import pytest
import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine import broadcasts
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.broadcasts import BroadcastDraft, VariantDraft
from lstep_lite.models import (
    Broadcast,
    BroadcastState,
    Call,
    CallState,
    Delivery,
    DeliveryState,
    Friend,
    FriendTag,
    Origin,
    Recipient,
    RecipientState,
    SendingRules,
    TimelineEntry,
)
from tests.factories import NOW, a_broadcast, a_shop, a_staff, a_tag
from tests.slow.crashing import Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 18
FRIENDS = 0
"""The stage makes them one by one; so many people are written down at once here."""
PEOPLE = 2_000
FEW = 60
TO_ALL = [{"kind": "text", "text": "お知らせ"}]
PERSONAL = [{"kind": "text", "text": "[name]さんへ"}]


def test_eighteen_kills_leave_nobody_out_and_send_nothing_twice(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    make_people(crashing)
    book(crashing)
    for _ in range(KILLS):
        crashing.misbehave(chance)
        work_a_little_and_die(crashing, chance)
    crashing.behave()
    crashing.retry_at_once()
    crashing.start_worker()
    wait_until(lambda: is_done(crashing), 120, why=crashing.log, every=0.5)
    crashing.kill_worker()

    with crashing.runtime.database.read() as session:
        totals = session.scalars(sa.select(Broadcast.totals).order_by(Broadcast.id)).all()
        assert totals == [{"sent": PEOPLE}, {"sent": FEW}]
        assert set(session.scalars(sa.select(Delivery.state))) == {DeliveryState.SENT}
        tagged = sa.select(FriendTag.friend_id, sa.func.count()).group_by(FriendTag.friend_id)
        assert Counter(count for _, count in session.execute(tagged)) == Counter({1: FEW})
        runs = sa.select(sa.func.count()).where(TimelineEntry.kind == "action.run")
        assert session.scalar(runs) == FEW
    expected = Counter({1: PEOPLE - FEW, 2: FEW})
    assert Counter(messages(crashing).values()) == expected, "each phone shows each broadcast once"


def make_people(crashing: Crashing) -> None:
    with closing(sqlite3.connect(crashing.folder / "emulator.db")) as line, line:
        rows = [(f"U{number:032x}", "友だち", "friend") for number in range(PEOPLE)]
        line.executemany("INSERT INTO user (user_id, name, relation) VALUES (?, ?, ?)", rows)
    now = crashing.runtime.clock.now()
    with crashing.runtime.database.unit() as session:
        session.execute(sa.insert(Friend), people(PEOPLE, now))


def people(count: int, now: datetime) -> list[dict[str, object]]:
    same = {"origin": Origin.ADDED, "display_name": "友だち", "is_following": True, "followed_at": now}
    same |= {"created_at": now, "profile_checked_at": now}
    return [
        {"code": f"code{number}", "line_user_id": f"U{number:032x}", "lot_number": number * 7919, **same}
        for number in range(count)
    ]


def book(crashing: Crashing) -> None:
    """One for all, most of whom get the same words; one for a few, who get a tag besides."""
    now = crashing.runtime.clock.now()
    with crashing.runtime.database.unit() as session:
        session.add(SendingRules(id=1, hold_seconds=0))
        step = {"id": "1", "kind": "tags", "segment": None}
        step["data"] = {"way": "attach", "tag_ids": [a_tag(session).id]}
        staff_id = a_staff(session).id
        variants = [VariantDraft(TO_ALL, 90), VariantDraft(PERSONAL, 10)]
        with_tag = SetDraft([step], repeats=True)
        for draft in (
            BroadcastDraft(name="春のお知らせ", variants=variants),
            BroadcastDraft(name="抽選", variants=[VariantDraft(PERSONAL)], at_most=FEW, actions=with_tag),
        ):
            broadcast = broadcasts.create(session, draft, now=now)
            broadcasts.submit(session, broadcast, staff_id=staff_id, now=now)


def work_a_little_and_die(crashing: Crashing, chance: random.Random) -> None:
    """Dies within moments of having got somewhere."""
    crashing.retry_at_once()
    before = progress(crashing)
    crashing.start_worker()
    wait_until(lambda: is_done(crashing) or progress(crashing) != before, 60, why=crashing.log, every=0.005)
    time.sleep(chance.uniform(0, 0.05))
    crashing.kill_worker()


def progress(crashing: Crashing) -> tuple[object, ...]:
    """How far they are: gathered, put, acted, called, answered."""
    with crashing.runtime.database.read() as session:
        put = sa.func.count(sa.case((Recipient.state == RecipientState.PUT, 1)))
        recipients = session.execute(sa.select(sa.func.count(), put, sa.func.count(Recipient.acted_at))).one()
        answered = sa.func.count(sa.case((Call.state == CallState.ACCEPTED, 1)))
        return *recipients, *session.execute(sa.select(sa.func.sum(Call.attempts), answered)).one()


def is_done(crashing: Crashing) -> bool:
    with crashing.runtime.database.read() as session:
        return set(session.scalars(sa.select(Broadcast.state))) == {BroadcastState.DONE}


def messages(crashing: Crashing) -> dict[str, int]:
    """How many messages of ours are in each talk."""
    with closing(sqlite3.connect(crashing.folder / "emulator.db")) as line:
        query = "SELECT user_id, count(*) FROM message WHERE sender = 'account' GROUP BY user_id"
        return dict(line.execute(query).fetchall())


def test_two_workers_at_once_put_everybody_once(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        a_shop(session)
        session.add(SendingRules(id=1, hold_seconds=0))
        session.execute(sa.insert(Friend), people(PEOPLE // 2, NOW))
        broadcast = a_broadcast(session)
        broadcasts.submit(session, broadcast, staff_id=a_staff(session).id, now=NOW)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(8):
            list(pool.map(lambda _: broadcasts.work(fresh_database, now=NOW, wall=NOW), range(2)))
    with fresh_database.read() as session:
        assert session.scalar(sa.select(sa.func.count(Recipient.id))) == PEOPLE // 2
        assert session.scalar(sa.select(sa.func.count(Delivery.friend_id.distinct()))) == PEOPLE // 2
        assert session.scalar(sa.select(sa.func.count(Delivery.id))) == PEOPLE // 2
        assert set(session.scalars(sa.select(Recipient.state))) == {RecipientState.PUT}
