"""Telling living workers from dead ones."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import workers
from lstep_lite.models import Delivery, Worker
from tests.factories import NOW, a_delivery, a_friend


def names(session: Session) -> list[str]:
    return sorted(session.scalars(select(Worker.id)))


def leased(session: Session) -> list[str | None]:
    return list(session.scalars(select(Delivery.lease_owner).order_by(Delivery.id)))


def a_leased_delivery(session: Session, owner: str) -> None:
    a_delivery(session, a_friend(session), lease_owner=owner, lease_until=NOW + timedelta(minutes=1))


def test_a_worker_silent_for_fifteen_seconds_is_dead_and_what_it_had_is_free(session: Session) -> None:
    for owner in ("silent", "alive"):
        workers.beat(session, owner, wall=NOW)
        a_leased_delivery(session, owner)
    workers.beat(session, "alive", wall=NOW + timedelta(seconds=15))
    assert names(session) == ["alive", "silent"]
    workers.beat(session, "alive", wall=NOW + timedelta(seconds=16))
    assert names(session) == ["alive"] and leased(session) == [None, "alive"]
    assert workers.last_beat(session) == NOW + timedelta(seconds=16)


def test_the_only_worker_of_a_file_buries_all_others_at_once(session: Session) -> None:
    for owner in ("old", "new"):
        workers.beat(session, owner, wall=NOW)
        a_leased_delivery(session, owner)
    workers.bury_others(session, "new", wall=NOW)
    assert names(session) == ["new"] and leased(session) == [None, "new"]


def test_a_worker_that_leaves_gives_back_what_it_had(session: Session) -> None:
    workers.beat(session, "one", wall=NOW)
    a_leased_delivery(session, "one")
    workers.leave(session, "one", wall=NOW)
    assert names(session) == [] and leased(session) == [None]
