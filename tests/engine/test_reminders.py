"""Goals and the steps around them: what goes out when, what is skipped and why, and that nothing comes twice."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import (
    deliveries,
    fields,
    friends,
    registry,
    reminders,
    sending_rules,
    sequences,
)
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.deliveries import rechecks
from lstep_lite.engine.friends import FriendDraft
from lstep_lite.engine.reminders import StepDraft, missed, reckoning, running, steps, sweeping
from lstep_lite.engine.sending_rules import RulesDraft
from lstep_lite.engine.sequences import Content
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    ChangedBy,
    Countdown,
    CountdownState,
    Delivery,
    FieldType,
    Friend,
    Reminder,
    ReminderMode,
    ReminderPassage,
    SendingRules,
    TimelineEntry,
)
from tests.factories import NOW, a_field, a_friend, a_reminder, a_shop, a_staff

assert registry

TOKYO = ZoneInfo("Asia/Tokyo")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GOAL = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
"""Tuesday 10 March 2026, 14:00 in Tokyo: five days and four hours after NOW."""


def at(text: str) -> datetime:
    """A moment on the shop's clock in March 2026: "9 8:00"."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, int(day), int(hour), int(minute), tzinfo=TOKYO)


def set_goal(session: Session, reminder: Reminder, friend: Friend, goal_at: datetime = GOAL, **over: Any) -> Countdown:
    return reminders.set_goal(session, reminder, friend, goal_at, **{"origin": "test", "now": NOW} | over)


def run_until(session: Session, end: datetime) -> None:
    """What the worker does when the clock stops at every due moment up to *end*."""
    while (due := running.pending(session, now=end, wall=end)).due:
        assert due.due
        first = session.scalar(sa.select(sa.func.min(Countdown.due_at)).where(Countdown.state == "active"))
        for friend in session.scalars(sa.select(Friend)).all():
            running._run(session, friend, now=max(first or end, NOW))


def sent(session: Session) -> list[tuple[str, datetime]]:
    """Texts and moments of what was laid into the outbox."""
    rows = session.scalars(sa.select(Delivery).where(Delivery.source == "reminders").order_by(Delivery.id))
    return [(row.content.blocks[0]["text"], row.due_at) for row in rows]


def passages(session: Session) -> list[tuple[str, str | None]]:
    rows = session.scalars(sa.select(ReminderPassage).order_by(ReminderPassage.id))
    return [(row.state.value, row.reason) for row in rows]


def results(session: Session, kind: str) -> list[str]:
    query = sa.select(TimelineEntry).filter_by(kind=kind).order_by(TimelineEntry.id)
    return [line for entry in session.scalars(query) for line in entry.results]


# What goes out when --------------------------------------------------------------------------------------------------


def test_steps_on_the_clock_go_out_around_the_day_of_the_goal(session: Session) -> None:
    reminder, friend = a_reminder(session, (-3, "08:00"), (-1, "13:00"), (0, "09:00"), (1, "10:00")), a_friend(session)
    countdown = set_goal(session, reminder, friend)
    run_until(session, at("12 0:00"))
    assert sent(session) == [
        ("-3 08:00", at("7 8:00")),
        ("-1 13:00", at("9 13:00")),
        ("0 09:00", at("10 9:00")),
        ("1 10:00", at("11 10:00")),
    ]
    assert (countdown.state, countdown.ended_at) == (CountdownState.FINISHED, at("11 10:00"))


def test_steps_by_remaining_time_count_minutes(session: Session) -> None:
    reminder = a_reminder(session, -90, 0, 30, mode=ReminderMode.REMAINING)
    set_goal(session, reminder, a_friend(session))
    run_until(session, GOAL + DAY)
    assert [moment for _, moment in sent(session)] == [GOAL - 90 * MINUTE, GOAL, GOAL + 30 * MINUTE]


def test_steps_that_are_past_when_the_goal_is_set_are_skipped_with_the_reason(session: Session) -> None:
    reminder, friend = a_reminder(session, (-3, "08:00"), (-1, "13:00")), a_friend(session)
    set_goal(session, reminder, friend, NOW + 2 * DAY)
    run_until(session, NOW + 3 * DAY)
    assert [text for text, _ in sent(session)] == ["-1 13:00"]
    assert passages(session)[0] == ("skipped", "ゴールが決まったときには、もう時刻を過ぎていました。")
    assert "「3日前の8:00」は送りません" in results(session, "reminder.set")[1]


def test_what_may_not_go_out_at_its_time_waits_but_never_past_the_goal(session: Session) -> None:
    window = {"weekdays": [], "starts_at": "12:00", "ends_at": "13:00", "holidays": "send"}
    reminder, friend = a_reminder(session, -120, -30, 30, mode=ReminderMode.REMAINING, window=window), a_friend(session)
    set_goal(session, reminder, friend, at("10 13:10"))
    run_until(session, at("12 0:00"))
    assert [moment for _, moment in sent(session)] == [at("10 12:00"), at("10 12:40"), at("11 12:00")]
    set_goal(session, reminder, friend, at("20 13:40"), origin="other", now=at("12 0:00"))
    run_until(session, at("22 0:00"))
    assert [moment for _, moment in sent(session)][3:] == [at("20 12:00"), at("21 12:00")]
    assert passages(session)[4] == ("skipped", "送ってよい時間帯まで待つとゴールを過ぎるため、送りませんでした。")


def test_a_friend_has_several_goals_at_once_and_the_same_goal_once(session: Session) -> None:
    reminder, friend = a_reminder(session, (-1, "10:00")), a_friend(session)
    first = set_goal(session, reminder, friend, origin="visit:1")
    assert set_goal(session, reminder, friend, origin="visit:1", now=NOW + HOUR) is first
    set_goal(session, reminder, friend, GOAL + DAY, origin="visit:2")
    run_until(session, GOAL + 2 * DAY)
    assert [moment for _, moment in sent(session)] == [at("9 10:00"), at("10 10:00")]
    assert session.scalar(sa.select(sa.func.count()).where(TimelineEntry.kind == "reminder.set")) == 2


def test_a_goal_that_moves_takes_its_steps_along_and_one_that_is_cleared_stops(session: Session) -> None:
    reminder, friend = a_reminder(session, (-3, "08:00"), (-1, "13:00")), a_friend(session)
    countdown = set_goal(session, reminder, friend)
    run_until(session, at("8 0:00"))
    set_goal(session, reminder, friend, GOAL + 10 * DAY, now=at("8 0:00"))
    assert countdown.due_at == at("17 8:00")
    run_until(session, at("18 0:00"))
    assert [moment for _, moment in sent(session)] == [at("7 8:00"), at("17 8:00")]
    cleared = {"origin": "test", "now": at("18 0:00"), "reason": "予約が取り消されました。"}
    assert reminders.clear_goal(session, reminder, friend, **cleared)
    assert not reminders.clear_goal(session, reminder, friend, **cleared)
    run_until(session, at("25 0:00"))
    assert len(sent(session)) == 2
    assert results(session, "reminder.stopped") == ["予約が取り消されました。"]


def test_a_stopped_goal_that_is_set_again_sends_only_what_is_left(session: Session) -> None:
    reminder, friend = a_reminder(session, (-3, "08:00"), (-1, "13:00")), a_friend(session)
    set_goal(session, reminder, friend)
    run_until(session, at("8 0:00"))
    assert reminders.stop(session, friend, now=at("8 0:00"), reason="手で止めました。") == 1
    set_goal(session, reminder, friend, now=at("8 1:00"))
    run_until(session, at("12 0:00"))
    assert [moment for _, moment in sent(session)] == [at("7 8:00"), at("9 13:00")]


def test_a_yearly_goal_begins_again_with_the_next_anniversary(session: Session) -> None:
    reminder, friend = a_reminder(session, (-7, "10:00")), a_friend(session, birthday=date(1992, 2, 29))
    goal = reminders.goal_of(friend.birthday, at_time="10:00", is_yearly=True, now=NOW, zone=TOKYO)
    assert goal == datetime(2027, 2, 28, 10, tzinfo=TOKYO)
    countdown = set_goal(session, reminder, friend, goal, origin="system:birthday", is_yearly=True)
    run_until(session, datetime(2028, 3, 1, tzinfo=TOKYO))
    days = [moment.astimezone(TOKYO).date() for _, moment in sent(session)]
    assert days == [date(2027, 2, 21), date(2028, 2, 22)]
    assert countdown.goal_at == datetime(2029, 2, 28, 10, tzinfo=TOKYO)
    assert rechecks.reasons(session, [guarded(session)], now=NOW) == {}, "last year's message is still meant"


# Fields --------------------------------------------------------------------------------------------------------------


def test_a_goal_from_a_date_field_follows_it_however_it_is_changed(session: Session) -> None:
    a_shop(session)
    field = fields.target(session, f"field:{a_field(session, FieldType.DATE).id}")
    reminder, friend, staff = a_reminder(session, (-1, "10:00")), a_friend(session), a_staff(session)
    countdown = set_goal(session, reminder, friend, at("10 15:00"), origin=field.key)
    fields.write(session, friend, field, date(2026, 3, 12), changed_by=ChangedBy.IMPORT, now=NOW)
    assert countdown.goal_at == at("12 15:00")
    fields.write_by_hand(session, friend, {field: date(2026, 3, 14)}, staff_id=staff.id, now=NOW)
    assert (countdown.goal_at, countdown.due_at) == (at("14 15:00"), at("13 10:00"))
    fields.write_by_hand(session, friend, {field: None}, staff_id=staff.id, now=NOW)
    assert (countdown.state, countdown.end_reason) == (
        CountdownState.STOPPED,
        "ゴールの日付が空になったため、止めました。",
    )
    fields.write(session, friend, field, date(2026, 3, 20), changed_by=ChangedBy.AUTOMATION, now=NOW)
    assert (countdown.state, countdown.goal_at) == (CountdownState.ACTIVE, at("20 15:00"))
    reminders.stop(session, friend, now=NOW, reason="手で止めました。")
    fields.write(session, friend, field, date(2026, 3, 22), changed_by=ChangedBy.AUTOMATION, now=NOW)
    assert countdown.state is CountdownState.STOPPED, "what staff have stopped stays so"


def test_a_birthday_that_is_corrected_on_the_friends_form_moves_the_goal(session: Session) -> None:
    reminder, friend = a_reminder(session, (0, "10:00")), a_friend(session, birthday=date(1990, 3, 20))
    countdown = set_goal(session, reminder, friend, at("20 12:00"), origin="system:birthday", is_yearly=True)
    friends.update(session, friend, FriendDraft(birthday=date(1990, 3, 25)), now=NOW)
    assert countdown.goal_at == at("25 12:00")


def test_a_field_that_changed_unseen_is_noticed_before_a_step_goes_out(session: Session) -> None:
    reminder, friend = a_reminder(session, (-1, "10:00")), a_friend(session, birthday=date(1990, 3, 10))
    countdown = set_goal(session, reminder, friend, at("10 12:00"), origin="system:birthday", is_yearly=True)
    friend.birthday = date(1990, 3, 28)  # as when two rows of one person become one
    run_until(session, at("10 0:00"))
    assert (sent(session), countdown.goal_at) == ([], at("28 12:00"))


def test_a_goal_goes_along_when_two_rows_become_one_person(session: Session) -> None:
    reminder, friend = a_reminder(session, (-1, "10:00")), a_friend(session)
    gone = a_friend(session, line_user_id=None, is_following=False, birthday=date(1990, 3, 20))
    countdown = set_goal(session, reminder, gone, at("20 12:00"), origin="system:birthday", is_yearly=True)
    friend.birthday = date(1990, 3, 25)
    friends.merge(session, friend, gone, staff_id=None, now=NOW)
    session.refresh(countdown)
    assert (countdown.friend_id, countdown.goal_at) == (friend.id, at("25 12:00"))


def test_a_reminder_that_does_not_follow_keeps_the_goal(session: Session) -> None:
    reminder = a_reminder(session, (-1, "10:00"), follows_field=False)
    friend = a_friend(session, birthday=date(1990, 3, 10))
    countdown = set_goal(session, reminder, friend, at("10 12:00"), origin="system:birthday")
    friends.update(session, friend, FriendDraft(birthday=date(1990, 3, 25)), now=NOW)
    run_until(session, at("12 0:00"))
    assert (countdown.goal_at, len(sent(session))) == (at("10 12:00"), 1)


# What stops a step ---------------------------------------------------------------------------------------------------


def test_a_blocked_friend_gets_nothing_and_time_goes_on(session: Session) -> None:
    reminder, friend = a_reminder(session, (-3, "08:00"), (-1, "13:00")), a_friend(session, is_following=False)
    set_goal(session, reminder, friend)
    run_until(session, at("8 0:00"))
    friend.is_following = True
    run_until(session, at("12 0:00"))
    assert [state for state, _ in passages(session)] == ["skipped", "sent"]
    assert "ブロック" in (passages(session)[0][1] or "")


def test_while_it_is_off_what_falls_due_is_skipped(session: Session) -> None:
    reminder, friend = a_reminder(session, (-3, "08:00"), (-1, "13:00"), is_on=False), a_friend(session)
    set_goal(session, reminder, friend)
    run_until(session, at("8 0:00"))
    reminders.switch(session, reminder, is_on=True, now=at("8 0:00"))
    run_until(session, at("12 0:00"))
    assert passages(session) == [("skipped", running.OFF), ("sent", None)]


def test_after_an_outage_late_steps_are_missed_until_staff_say_what_becomes_of_them(session: Session) -> None:
    reminder, friend = a_reminder(session, (-3, "08:00"), (-2, "08:00"), (1, "08:00")), a_friend(session)
    staff = a_staff(session).id
    set_goal(session, reminder, friend)
    running._run(session, friend, now=at("8 8:30"))
    assert [state for state, _ in passages(session)] == ["missed", "sent"]
    (group,) = deliveries.left_over(session, now=at("8 8:30"))
    assert (group.leftover.label, group.leftover.people) == (f"{reminder.name}：3日前の8:00", 1)
    kind = missed.MissedSteps()
    assert kind.send(session, group.leftover.key, staff_id=staff, now=at("8 9:00")) == 1
    assert kind.send(session, group.leftover.key, staff_id=staff, now=at("8 9:00")) == 0
    assert [text for text, _ in sent(session)] == ["-2 08:00", "-3 08:00"]


def test_what_was_meant_to_come_before_the_goal_does_not_come_late_after_it(session: Session) -> None:
    reminder, friend = a_reminder(session, -30, mode=ReminderMode.REMAINING), a_friend(session)
    set_goal(session, reminder, friend)
    running._run(session, friend, now=GOAL + 5 * MINUTE)
    assert passages(session) == [("missed", running.AFTER_GOAL)]


def guarded(session: Session) -> Any:
    found: Any = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
    return found


def test_a_message_on_its_way_is_held_back_when_its_goal_is_gone(session: Session) -> None:
    reminder, friend = a_reminder(session, (-1, "13:00")), a_friend(session)
    countdown = set_goal(session, reminder, friend)
    run_until(session, at("9 13:00"))
    delivery = guarded(session)
    assert rechecks.reasons(session, [delivery], now=NOW) == {}
    set_goal(session, reminder, friend, GOAL + DAY, now=at("9 13:00"))
    assert "ゴールの日時が変わった" in rechecks.reasons(session, [delivery], now=NOW)[delivery.id]
    set_goal(session, reminder, friend, GOAL, now=at("9 13:01"))
    run_until(session, at("12 0:00"))
    assert countdown.state is CountdownState.FINISHED
    assert rechecks.reasons(session, [delivery], now=NOW) == {}, "the last message outlives the end"
    reminders.switch(session, reminder, is_on=False, now=NOW)
    session.flush()
    assert "オフ" in rechecks.reasons(session, [delivery], now=NOW)[delivery.id]


def test_a_window_that_the_shop_never_opens_any_more_holds_nothing_up(session: Session) -> None:
    window = {"weekdays": [], "starts_at": "22:30", "ends_at": "23:30", "holidays": "send"}
    reminder, friend = a_reminder(session, (-1, "12:00"), window=window), a_friend(session)
    session.add(SendingRules(id=1, quiet_from="22:00", quiet_to="08:00"))
    assert set_goal(session, reminder, friend).due_at == at("9 12:00")


# Editing -------------------------------------------------------------------------------------------------------------


def a_text(text: str = "こんにちは") -> Content:
    return Content(blocks=[{"kind": "text", "text": text}])


def test_a_new_step_reaches_goals_that_are_still_ahead_of_it(database: Database) -> None:
    with database.unit() as session:
        reminder, friend = a_reminder(session, (-1, "13:00")), a_friend(session)
        countdown = set_goal(session, reminder, friend)
        ids = (reminder.id, countdown.id)
    with database.unit() as session:
        reminder = session.get_one(Reminder, ids[0])
        steps.add(session, reminder, StepDraft(-2, "10:00", content=a_text()), now=NOW + DAY)
        steps.add(session, reminder, StepDraft(-4, "08:00", content=a_text()), now=NOW + DAY)
    while reckoning.reckon(database, now=NOW + DAY, wall=NOW):
        pass
    with database.unit() as session:
        countdown = session.get_one(Countdown, ids[1])
        assert (countdown.due_at, countdown.version) == (at("8 10:00"), countdown.reminder.version)
        assert countdown.reminder.reckoned_to_id is None
        run_until(session, at("12 0:00"))
        assert [state for state, _ in passages(session)] == ["skipped", "sent", "sent"]
        assert passages(session)[0][1] == "ステップの時刻を決めたときには、もう過ぎていました。"


def test_other_quiet_hours_are_noticed_by_goals_that_wait(database: Database) -> None:
    with database.unit() as session:
        sending_rules.update(session, RulesDraft(quiet_from="12:00", quiet_to="20:00"))
        countdown = set_goal(session, a_reminder(session, (-1, "13:00")), a_friend(session))
        assert countdown.due_at == at("9 20:00")
        countdown_id = countdown.id
    with database.unit() as session:
        sending_rules.update(session, RulesDraft())
    while reckoning.reckon(database, now=NOW, wall=NOW):
        pass
    with database.read() as session:
        assert session.get_one(Countdown, countdown_id).due_at == at("9 13:00")


def test_a_deleted_reminder_lets_everybody_go_in_the_background(database: Database) -> None:
    with database.unit() as session:
        reminder = a_reminder(session, (-3, "08:00"), (-1, "13:00"))
        for _ in range(3):
            set_goal(session, reminder, a_friend(session))
        run_until(session, at("8 0:00"))
        reminders.delete(session, reminder, now=at("8 0:00"))
        with pytest.raises(NotFound):
            reminders.get(session, reminder.id)
    while sweeping.sweep(database, now=at("8 0:00"), wall=NOW):
        pass
    with database.read() as session:
        assert not session.scalars(sa.select(Reminder)).all()
        assert not session.scalars(sa.select(Countdown)).all()
        entries = session.scalars(sa.select(TimelineEntry).filter_by(kind="reminder.stopped")).all()
        assert len(entries) == 3
        assert len(sent(session)) == 3


def test_what_falls_due_of_a_deleted_reminder_stops_at_once_and_keeps_nobody_waiting(database: Database) -> None:
    with database.unit() as session:
        gone, other = a_reminder(session, (-1, "13:00")), a_reminder(session, (-1, "13:00"))
        for _ in range(running.CHUNK):
            set_goal(session, gone, a_friend(session))
        set_goal(session, other, a_friend(session))
        reminders.delete(session, gone, now=NOW)
    while running.run_due(database, now=at("9 13:00"), wall=NOW):
        pass
    with database.read() as session:
        assert sent(session) == [("-1 13:00", at("9 13:00"))]


def test_a_copy_has_the_same_steps_with_their_actions_and_nobody_in_it(session: Session) -> None:
    reminder = a_reminder(session, (-1, "13:00"))
    stop = {"id": "s1", "kind": "reminder", "segment": None, "data": {"way": "stop_all"}}
    steps.add(session, reminder, StepDraft(1, "10:00", content=Content(actions=SetDraft([stop]))), now=NOW)
    set_goal(session, reminder, a_friend(session))
    twin = reminders.copy(session, reminder, now=NOW)
    assert (twin.name, twin.is_on) == (f"{reminder.name}のコピー", False)
    assert [(step.days, step.at_time, step.blocks) for step in twin.steps] == [
        (step.days, step.at_time, step.blocks) for step in reminder.steps
    ]
    cards = sequences.cards(session, twin.steps, reminders.WHERE)
    assert [list(cards[step.id].actions) for step in twin.steps] == [[], ["すべてのリマインダを止める"]]
    assert reminders.waiting_counts(session) == {reminder.id: 1}


def test_it_can_not_be_switched_on_without_steps_nor_lose_its_last_one_while_on(session: Session) -> None:
    empty, full = a_reminder(session, is_on=False), a_reminder(session, (-1, "13:00"))
    with pytest.raises(DomainError, match="ステップがまだありません"):
        reminders.switch(session, empty, is_on=True, now=NOW)
    with pytest.raises(DomainError, match="最後のステップ"):
        steps.delete(session, full, full.steps[0], now=NOW)
