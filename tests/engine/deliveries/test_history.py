"""The log, the month's numbers, and what is not settled."""

from datetime import timedelta

from lstep_lite.engine import deliveries
from lstep_lite.engine.deliveries import Filters
from lstep_lite.models import DeliveryState, Lane
from tests.engine.deliveries.conftest import LOST, NO_MORE, FakeLine, Outbox
from tests.factories import NOW


def test_the_log_shows_the_newest_first_a_page_at_a_time_and_only_what_fits(outbox: Outbox) -> None:
    friend, blocked = outbox.friend(search_text="やまだはなこ"), outbox.friend(is_following=False)
    ids = [outbox.put(friend, str(n)) for n in range(3)] + [outbox.put(blocked, "x")]
    outbox.send()
    with outbox.database.read() as session:
        page = deliveries.log(session, Filters(), limit=3)
        assert [row.id for row in page.rows] == ids[:0:-1] and page.next_before == ids[1]
        older = deliveries.log(session, Filters(), before=page.next_before, limit=3)
        assert [row.id for row in older.rows] == ids[:1] and older.next_before is None

        def found(**filters: object) -> list[int]:
            return sorted(row.id for row in deliveries.log(session, Filters(**filters)).rows)  # type: ignore[arg-type]

        assert found(state=DeliveryState.SKIPPED) == ids[3:]
        assert found(name="ヤマダ") == found(friend_id=friend.id) == found(is_counted=True) == ids[:3]
        assert found(source="greetings") == found(until=NOW) == []
        assert deliveries.sources(session) == ["chat"]


def test_the_month_is_counted_in_free_and_paid_messages(outbox: Outbox) -> None:
    friend = outbox.friend()
    outbox.put(friend, "無料", lane=Lane.REPLY, event=outbox.event(friend))
    outbox.send(Lane.REPLY)
    outbox.put(friend, "有料")
    outbox.put(outbox.friend(), "有料")
    outbox.send()
    with outbox.database.read() as session:
        month = deliveries.this_month(session, now=NOW)
        assert (month.free, month.counted) == (1, 2)
        assert list(month.by_source) == [deliveries.Counts("chat", free=1, counted=2)]
        assert deliveries.this_month(session, now=NOW + timedelta(days=31)).by_source == []


def test_things_are_settled_when_nothing_is_due_in_flight_or_tried_again_soon(outbox: Outbox, line: FakeLine) -> None:
    def pending() -> tuple[int, int, int, str | None]:
        with outbox.database.read() as session:
            found = deliveries.pending(session, now=outbox.time, wall=outbox.machine_time)
            return found["due"], found["in_flight"], found["retrying"], found["next_due"]

    later = NOW + timedelta(days=1)
    outbox.put(outbox.friend(), "あした", due_at=later)
    assert pending() == (0, 0, 0, later.isoformat())
    outbox.put(outbox.friend(), "いま")
    assert pending()[:3] == (1, 0, 0)
    sender = outbox.sender(Lane.CHAT)
    attempts = sender._start(sender._claim(1)[1])
    assert pending()[:3] == (0, 1, 0)
    line.answers = [LOST]
    sender._submit(line, attempts)  # type: ignore[arg-type]
    sender.finish()
    assert pending()[:3] == (0, 0, 1)


def test_messages_that_wait_for_the_allowance_or_for_an_account_do_not_keep_things_unsettled(
    outbox: Outbox, line: FakeLine
) -> None:
    line.answers = [NO_MORE]
    outbox.put(outbox.friend(), "1")
    outbox.send()
    outbox.put(outbox.friend(), "2")
    with outbox.database.read() as session:
        found = deliveries.pending(session, now=outbox.time, wall=outbox.machine_time)
    assert (found["due"], found["retrying"]) == (0, 0)
    outbox.wait(minutes=61)
    with outbox.database.read() as session:
        found = deliveries.pending(session, now=outbox.time, wall=outbox.machine_time)
    assert found["due"] == 1, "it is late and not marked as missed yet"
