"""Units of work: one at a time on SQLite, in turn."""

import threading
import time

import pytest

from lstep_lite.db import Database, FairLock
from lstep_lite.models import Purpose, Shop
from tests.factories import NOW


def test_who_goes_from_unit_to_unit_lets_others_in_between() -> None:
    lock, order = FairLock(), []
    is_held = threading.Event()

    def busy() -> None:
        for _ in range(3):
            with lock:
                is_held.set()
                time.sleep(0.05)
                order.append("busy")

    def request() -> None:
        is_held.wait()
        with lock:
            order.append("request")

    threads = [threading.Thread(target=busy), threading.Thread(target=request)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["busy", "request", "busy", "busy"]


def test_the_lock_is_free_again_after_an_error() -> None:
    lock = FairLock()
    with pytest.raises(ValueError, match="odd"), lock:
        raise ValueError("odd")
    with lock:
        pass


def test_a_second_unit_in_one_thread_raises_at_once(fresh_database: Database) -> None:
    with fresh_database.unit(), pytest.raises(RuntimeError), fresh_database.unit():
        pass


def test_text_that_one_database_would_refuse_is_kept_readable(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        session.add(Shop(id=1, name="花\x00屋\ud800", purpose=Purpose.SALON, created_at=NOW))
    with fresh_database.read() as session:
        assert session.query(Shop.name).where(Shop.name == "花\x00屋?").scalar() == "花屋?"
