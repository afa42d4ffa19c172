"""What a pass costs depends on what is due, not on what waits: each question finds its rows by an index of its own."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, messages
from lstep_lite.engine.deliveries import claim, conditions, holding
from lstep_lite.models import Delivery, Friend, Lane, Origin
from tests.factories import NOW

MANY = 1_000


@pytest.fixture
def waiting(session: Session) -> Session:
    """Many messages that are due in three days."""
    people = [
        {
            "code": f"code{number}",
            "line_user_id": f"U{number:032x}",
            "origin": Origin.ADDED,
            "lot_number": number,
            "display_name": "客",
            "is_following": True,
            "follow_changed_at": NOW,
            "followed_at": NOW,
            "created_at": NOW,
        }
        for number in range(MANY)
    ]
    session.execute(sa.insert(Friend), people)
    content = messages.freeze(session, [{"kind": "text", "text": "お知らせ"}], now=NOW)
    for start in range(0, MANY, deliveries.CHUNK):
        ids = sa.select(Friend.id).order_by(Friend.id).offset(start)
        later = {"now": NOW, "due_at": NOW + timedelta(days=3)}
        deliveries.put_many(
            session, ids, content, source="x", label="x", key_prefix="x", lane=Lane.TIMED, guard="x:1", **later
        )
    session.execute(sa.text("ANALYZE"))
    return session


def plan(session: Session, query: sa.Select[tuple[object, ...]], **parameters: object) -> str:
    """How the database looks for the deliveries of *query*."""
    engine = session.get_bind()
    words = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    asked = query.limit(100).params(**parameters).compile(engine, compile_kwargs={"literal_binds": True})
    return "\n".join(str(row) for row in session.connection().exec_driver_sql(f"{words} {asked}"))


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (conditions._look(Lane.TIMED), "ix_deliveries_waiting"),
        (claim._candidates(Lane.TIMED, False), "ix_deliveries_waiting"),
        (holding._LATE, "ix_deliveries_late"),
        (sa.select(Delivery.id).where(holding._held_of("x:2")), "ix_deliveries_held"),
    ],
    ids=["look", "candidates", "late", "held of a guard"],
)
def test_a_pass_looks_at_what_is_due_alone(waiting: Session, query: sa.Select[tuple[object, ...]], index: str) -> None:
    found = plan(waiting, query, **conditions.clocks(NOW, NOW))
    assert index in found, found
    others = {"ix_deliveries_late", "ix_deliveries_waiting", "ix_deliveries_state_id"} - {index}
    assert not any(other in found for other in others) and "Seq Scan on deliveries " not in found, found
