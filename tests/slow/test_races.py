"""Several workers on one database at the same time."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine import deliveries
from lstep_lite.models import Delivery, DeliveryState, Friend, Lane
from tests.engine.deliveries.conftest import FakeLine, Outbox, Sent

pytestmark = pytest.mark.slow

WORKERS = 3
FRIENDS = 40
MESSAGES = 5


class Watched(FakeLine):
    """Notices two requests for one person at the same time."""

    def __init__(self) -> None:
        super().__init__(before_answer=self._hold)
        self.busy: Counter[str] = Counter()
        self.overlaps: list[str] = []
        self.texts: defaultdict[str, list[str]] = defaultdict(list)
        self._lock = threading.Lock()

    def _hold(self, sent: Sent) -> None:
        people = [sent.body["to"]] if isinstance(sent.body["to"], str) else sent.body["to"]
        with self._lock:
            self.overlaps += [person for person in people if self.busy[person]]
            self.busy.update(people)
            for person in people:
                self.texts[person] += sent.texts
        time.sleep(0.003)
        with self._lock:
            self.busy.subtract(people)


@pytest.fixture
def line() -> Iterator[Watched]:
    return Watched()


def test_workers_at_the_same_time_send_everything_once_in_order_and_one_at_a_time(
    fresh_database: Database, line: Watched
) -> None:
    outbox = Outbox(fresh_database, line)
    friends = [outbox.friend() for _ in range(FRIENDS)]
    for number in range(MESSAGES):
        for place, friend in enumerate(friends):
            personal = place % 2
            outbox.put(
                friend, f"[name] {number}" if personal else str(number), lane=Lane.TIMED, key=f"{friend.id} {number}"
            )
    threads = [threading.Thread(target=_work, args=(outbox.sender(Lane.TIMED, f"worker {n}"),)) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with fresh_database.read() as session:
        states = sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)
        assert [tuple(row) for row in session.execute(states)] == [(DeliveryState.SENT, FRIENDS * MESSAGES)]
        names = dict(session.execute(sa.select(Friend.line_user_id, Friend.display_name)).all())
    assert line.overlaps == []
    for place, friend in enumerate(friends):
        name = f"{names[friend.line_user_id]} " if place % 2 else ""
        assert line.texts[str(friend.line_user_id)] == [f"{name}{number}" for number in range(MESSAGES)]


def _work(sender: deliveries.Sender) -> None:
    quiet = 0
    while quiet < 20:  # what another worker has in flight may leave us something to do
        quiet = 0 if sender.run_pass() else quiet + 1
        time.sleep(0.01)
    sender.finish()
