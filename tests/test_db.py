"""Units of work: one at a time on SQLite, in turn."""

import threading
import time

import pytest
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.db import Database, FairLock
from lstep_lite.models import Purpose, Shop
from tests.factories import NOW


def order_of_turns(lock: FairLock, *waiting: tuple[str, bool]) -> list[str]:
    """In which order named threads, urgent or not, get a lock they all asked for while it was held."""
    order: list[str] = []

    def take(name: str, urgent: bool) -> None:
        with lock.held(urgent=urgent):
            order.append(name)

    threads = [threading.Thread(target=take, args=each) for each in waiting]
    with lock.held(urgent=False):
        for thread in threads:
            thread.start()
            time.sleep(0.02)  # so that they ask in this order
    for thread in threads:
        thread.join()
    return order


def test_threads_get_the_lock_in_the_order_in_which_they_asked() -> None:
    assert order_of_turns(FairLock(), *((name, False) for name in "abcd")) == list("abcd")


def test_urgent_threads_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FairLock, "PATIENCE", float("inf"))
    waiting = [("worker", False), ("request", True), ("other request", True)]
    assert order_of_turns(FairLock(), *waiting) == ["request", "other request", "worker"]


def test_urgent_threads_never_keep_the_others_waiting_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FairLock, "PATIENCE", 0)
    waiting = [("request", True), ("other request", True), ("worker", False)]
    assert order_of_turns(FairLock(), *waiting) == ["worker", "request", "other request"]


def test_the_lock_is_free_again_after_an_error() -> None:
    lock = FairLock()
    with pytest.raises(ValueError, match="odd"), lock.held(urgent=True):
        raise ValueError("odd")
    with lock.held(urgent=True):
        pass


def test_a_second_unit_in_one_thread_raises_at_once(fresh_database: Database) -> None:
    with fresh_database.unit(), pytest.raises(RuntimeError), fresh_database.unit():
        pass


def test_text_that_one_database_would_refuse_is_kept_readable(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        session.add(Shop(id=1, name="花\x00屋\ud800", purpose=Purpose.SALON, created_at=NOW))
    with fresh_database.read() as session:
        assert session.query(Shop.name).where(Shop.name == "花\x00屋?").scalar() == "花屋?"


def test_a_memory_within_another_knows_nothing_of_it_and_leaves_it_as_it_was(session: Session) -> None:
    answers = iter(range(9))

    def ask() -> int:
        return db.remembered(session, ("question",), lambda: next(answers))

    assert (ask(), ask()) == (0, 1)
    with db.memory(session):
        assert (ask(), ask()) == (2, 2)
        with db.memory(session):
            assert (ask(), ask()) == (3, 3)
        assert ask() == 2
    assert ask() == 4
