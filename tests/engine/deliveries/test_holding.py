"""A used-up allowance loses nothing: what waits too long is held, and goes on when somebody says so."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries
from lstep_lite.engine.deliveries import deciding, holding
from lstep_lite.engine.line import Quota
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import AfterLimit, Decision, Delivery, DeliveryState, Lane, SendingRules, Verdict
from tests.engine.deliveries.conftest import LOST, NO_MORE, FakeLine, Outbox
from tests.factories import NOW, a_delivery, a_friend

HELD, WAITING, SENT = DeliveryState.HELD, DeliveryState.WAITING, DeliveryState.SENT


def states(outbox: Outbox) -> list[DeliveryState]:
    return [delivery.state for delivery in outbox.all()]


def aside(outbox: Outbox) -> None:
    deliveries.put_aside_late(outbox.database, now=outbox.time)


def use_up(outbox: Outbox, line: FakeLine, **rules: object) -> None:
    """The month's allowance is used up with the first timed message."""
    with outbox.database.unit() as session:
        session.add(SendingRules(id=1, **rules))
    line.answers, line.allowance = [NO_MORE], Quota(limit=200, used=200)


def new_month(outbox: Outbox, line: FakeLine) -> None:
    line.allowance = Quota(limit=200, used=0)
    outbox.wait(minutes=10)
    deliveries.recheck(outbox.database, outbox, now=outbox.time, wall=outbox.machine_time)  # type: ignore[arg-type]


def test_what_waits_too_long_for_the_allowance_is_held_and_an_answer_is_missed(outbox: Outbox, line: FakeLine) -> None:
    use_up(outbox, line)
    outbox.put(outbox.friend(), "1", lane=Lane.TIMED)
    outbox.put(outbox.friend(), "2", lane=Lane.BULK)
    outbox.put(outbox.friend(), "3", lane=Lane.CHAT)
    outbox.send(Lane.TIMED)
    outbox.wait(minutes=61)
    aside(outbox)
    assert states(outbox) == [HELD, HELD, DeliveryState.MISSED]
    assert "通数を使い切った" in (outbox.all()[0].reason or "")
    new_month(outbox, line)
    assert outbox.send(Lane.TIMED) == [], "staff decides"


def test_what_staff_is_told_is_never_held_nor_offered_later(outbox: Outbox, line: FakeLine) -> None:
    use_up(outbox, line)
    outbox.put(outbox.friend(), "1", lane=Lane.TIMED)
    outbox.send(Lane.TIMED)
    outbox.change(outbox.all()[0], source="notifications")
    outbox.wait(minutes=61)
    aside(outbox)
    assert states(outbox) == [DeliveryState.MISSED] and groups(outbox) == []


def test_what_line_refused_for_the_month_goes_back_so_that_its_rules_are_asked_again(
    outbox: Outbox, line: FakeLine
) -> None:
    use_up(outbox, line)
    for _ in range(2):
        outbox.put(outbox.friend(), *"123456", lane=Lane.BULK)
    friend = outbox.friend_of(outbox.all()[0].id)
    outbox.send(Lane.BULK)
    assert set(states(outbox)) == {WAITING}
    outbox.change(friend, is_following=False)
    new_month(outbox, line)
    outbox.send(Lane.BULK)
    skipped = [row.friend_id for row in outbox.all() if row.state is DeliveryState.SKIPPED]
    assert set(skipped) == {friend.id} and {row.state for row in outbox.all()} == {DeliveryState.SKIPPED, SENT}
    assert {call.state for call in outbox.calls()} == {"refused", "accepted"}


def test_an_attempt_whose_outcome_is_unknown_keeps_its_key_through_the_pause(outbox: Outbox, line: FakeLine) -> None:
    use_up(outbox, line)
    line.answers = [LOST, NO_MORE]
    outbox.put(outbox.friend(), "1", lane=Lane.TIMED)
    outbox.send(Lane.TIMED)
    outbox.wait(seconds=2)
    outbox.send(Lane.TIMED)
    assert states(outbox) == [DeliveryState.SENDING]
    assert len({sent.retry_key for sent in line.sent}) == 1


def test_held_messages_go_on_by_themselves_when_the_shop_wants_that(outbox: Outbox, line: FakeLine) -> None:
    use_up(outbox, line, after_limit=AfterLimit.NEXT_MONTH)
    outbox.put(outbox.friend(), "1", lane=Lane.TIMED)
    outbox.send(Lane.TIMED)
    outbox.wait(minutes=61)
    aside(outbox)
    assert not holding.go_on(outbox.database, now=outbox.time, wall=outbox.machine_time)
    assert states(outbox) == [HELD], "sending still rests"
    new_month(outbox, line)
    holding.go_on(outbox.database, now=outbox.time, wall=outbox.machine_time)
    aside(outbox)
    outbox.send(Lane.TIMED)
    assert states(outbox) == [SENT]


def test_a_feature_holds_its_own_messages_and_lets_them_go_or_drops_them(outbox: Outbox) -> None:
    for guard in ("shows:1", "shows:1", "shows:2"):
        outbox.put(outbox.friend(), "x", lane=Lane.BULK, guard=guard)
    with outbox.database.unit() as session:
        assert deliveries.hold(session, "shows:1", reason="一時停止中") == 2
        assert deliveries.hold(session, "shows:1", reason="一時停止中") == 0
    outbox.wait(minutes=61)
    with outbox.database.unit() as session:
        assert deliveries.let_go(session, "shows:1", now=outbox.time) == 2
        assert deliveries.hold(session, "shows:1", reason="一時停止中") == 2
        assert deliveries.drop(session, "shows:1", now=outbox.time) == 2
    assert states(outbox) == [DeliveryState.CANCELLED, DeliveryState.CANCELLED, WAITING]


def test_what_is_being_prepared_is_not_held(outbox: Outbox) -> None:
    outbox.put(outbox.friend(), "x", lane=Lane.BULK, guard="shows:1")
    outbox.change(outbox.all()[0], lease_owner="worker", lease_until=outbox.machine_time)
    with outbox.database.unit() as session:
        assert deliveries.hold(session, "shows:1", reason="一時停止中") == 0


def test_a_guard_that_says_wait_has_its_messages_held(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    paused = {"1": deliveries.Wait("一時停止中")}
    guards = {"shows": lambda session, names: {name: paused[name] for name in names if name in paused}}
    monkeypatch.setattr("lstep_lite.engine.deliveries.rechecks._guards", guards)
    for name in ("1", "1", "2"):
        outbox.put(outbox.friend(), "x", lane=Lane.BULK, guard=f"shows:{name}", key=f"{name} {len(outbox.all())}")
    outbox.send(Lane.BULK)
    assert states(outbox) == [HELD, HELD, SENT]
    assert outbox.all()[0].reason == "一時停止中"


# What staff decides ---------------------------------------------------------------------------------------------------


def carry_out(outbox: Outbox) -> None:
    while deciding.work(outbox.database, now=outbox.time, wall=outbox.machine_time):
        pass


def groups(outbox: Outbox) -> list[tuple[str, str, int, int, str | None]]:
    with outbox.database.read() as session:
        return [
            (group.kind, group.leftover.label, group.leftover.people, group.leftover.messages, group.verdict)
            for group in deliveries.left_over(session, now=outbox.time)
        ]


def decide(outbox: Outbox, kind: str, verdict: Verdict) -> None:
    with outbox.database.unit() as session:
        deliveries.decide(session, kind, "chat:個別トーク", verdict, staff_id=None, now=outbox.time)


def missed(outbox: Outbox) -> None:
    friend = outbox.friend()
    outbox.put(friend, "1", lane=Lane.TIMED)
    outbox.put(friend, "2", lane=Lane.BULK)
    outbox.put(friend, "3", lane=Lane.CHAT)
    outbox.wait(minutes=61)
    aside(outbox)


def test_missed_messages_are_offered_in_groups_and_sent_once_when_staff_says_so(outbox: Outbox, line: FakeLine) -> None:
    missed(outbox)
    assert groups(outbox) == [("missed", "個別トーク", 1, 2, None)]
    decide(outbox, "missed", Verdict.SEND)
    assert groups(outbox) == [("missed", "個別トーク", 1, 2, Verdict.SEND)]
    with pytest.raises(DomainError, match="処理しているところ"):
        decide(outbox, "missed", Verdict.DROP)
    carry_out(outbox)
    assert groups(outbox) == []
    with pytest.raises(NotFound):
        decide(outbox, "missed", Verdict.SEND)
    outbox.send(Lane.TIMED)
    outbox.send(Lane.BULK)
    assert sorted(sent.texts[0] for sent in line.sent) == ["1", "2"]
    with outbox.database.read() as session:
        assert session.scalars(select(Decision)).all() == []


def test_missed_messages_that_nobody_wants_any_more_are_let_go(outbox: Outbox) -> None:
    missed(outbox)
    decide(outbox, "missed", Verdict.DROP)
    carry_out(outbox)
    assert states(outbox) == [DeliveryState.CANCELLED, DeliveryState.CANCELLED, DeliveryState.MISSED]
    assert groups(outbox) == []


def test_one_missed_message_that_was_sent_by_hand_is_not_in_the_group_any_more(outbox: Outbox) -> None:
    missed(outbox)
    with outbox.database.unit() as session:
        first = session.get_one(Delivery, outbox.all()[0].id)
        assert deliveries.retry(session, first, staff_id=None, now=outbox.time) is first
    assert groups(outbox) == [("missed", "個別トーク", 1, 1, None)]


def test_what_was_missed_long_ago_is_not_offered(session: Session) -> None:
    old = NOW - deliveries.OFFERED_FOR - timedelta(minutes=1)
    a_delivery(
        session,
        a_friend(session),
        lane=Lane.TIMED,
        state=DeliveryState.MISSED,
        finished_at=old,
        reason="送信予定の時刻を大きく過ぎたため、送信しませんでした。",
    )
    assert deliveries.left_over(session, now=NOW) == []


def test_a_broken_feature_keeps_no_decision_of_others_from_being_carried_out(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def send(self, session: Session, key: str, **_: object) -> int:
            raise RuntimeError

    monkeypatch.setitem(deciding._kinds, "broken", Broken())  # type: ignore[arg-type]
    missed(outbox)
    with outbox.database.unit() as session:
        session.add(Decision(kind="broken", key="x", verdict=Verdict.SEND, decided_at=NOW))
    decide(outbox, "missed", Verdict.DROP)
    carry_out(outbox)
    with outbox.database.read() as session:
        monkeypatch.delitem(deciding._kinds, "broken")
        assert session.scalars(select(Decision.kind)).all() == ["broken"]
    assert groups(outbox) == []
