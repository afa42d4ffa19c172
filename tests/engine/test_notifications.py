"""Who is told, once, and what waits for quiet hours and bundles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from lstep_lite.engine import notifications
from lstep_lite.engine.notifications import Hours, Quiet, Recipients, Waiting
from lstep_lite.engine.notifications.hours import after_open_minutes, after_quiet
from lstep_lite.engine.settings.quota import KIND
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Dispatch, Notification, NotificationChannel, Receipt, Role
from tests.factories import NOW, a_friend, a_staff

MINUTE = timedelta(minutes=1)
TOKYO = ZoneInfo("Asia/Tokyo")
EMAIL = (NotificationChannel.EMAIL,)


@pytest.fixture
def owner(session):
    return a_staff(session, name="花子")


def tell(session, key="1", now=NOW, **over):
    given = {"title": "通数が残りわずかです", "href": "/settings", "dedupe_key": key, "now": now} | over
    return notifications.notify(session, KIND.name, **given)


def ruled(session, **over):
    notifications.save_rule(session, KIND, replace(KIND.default, **over), now=NOW)


def told(session):
    return set(session.scalars(sa.select(Receipt.staff_id)))


def test_a_fresh_shop_rings_the_bell_of_those_a_kind_is_for(session, owner):
    a_staff(session, role=Role.STAFF)
    admin, gone = a_staff(session, role=Role.ADMIN), a_staff(session, is_active=False)
    assert tell(session) is not None
    assert told(session) == {owner.id, admin.id}, gone.id
    assert session.scalars(sa.select(Dispatch)).all() == [], "nothing leaves the house unasked"


def test_the_same_thing_is_told_once(session, owner):
    assert tell(session) is not None
    assert tell(session) is None
    assert notifications.unread_total(session, owner) == 1


def test_what_is_switched_off_is_not_told_and_may_be_told_later(session, owner):
    notifications.switch_rule(session, KIND, is_on=False, now=NOW)
    assert tell(session) is None
    notifications.switch_rule(session, KIND, is_on=True, now=NOW)
    assert tell(session) is not None


def test_chosen_people_are_told_and_the_owners_when_nobody_of_them_is_left(session, owner):
    chosen = a_staff(session, role=Role.STAFF)
    ruled(session, recipients=Recipients(staff_ids=(chosen.id,)))
    tell(session)
    assert told(session) == {chosen.id}
    chosen.is_active = False
    tell(session, "2")
    assert told(session) == {chosen.id, owner.id}


def test_what_goes_wrong_while_telling_stays_with_the_teller(session, owner, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(notifications.notifying, "_people", broken)
    friend = a_friend(session)
    assert tell(session, friend=friend) is None
    assert "could not be made" in caplog.text
    assert session.scalar(sa.select(sa.func.count(Notification.id))) == 0
    assert friend in session, "the caller's own work goes on"


def test_the_first_mail_leaves_at_once_and_those_that_follow_wait_for_each_other(session, owner):
    ruled(session, channels=EMAIL, bundle_minutes=15)
    for number, minutes in enumerate((0, 2, 9, 20)):
        tell(session, str(number), NOW + minutes * MINUTE)
    due = session.scalars(sa.select(Dispatch.due_at).order_by(Dispatch.id)).all()
    assert [(moment - NOW) // MINUTE for moment in due] == [0, 15, 15, 30]


def test_quiet_hours_hold_back_mail_but_not_the_bell(session, owner):
    ruled(session, channels=EMAIL, quiet=Quiet("21:00", "09:00"))
    at_night = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)  # 23:30 in Tokyo
    tell(session, now=at_night)
    assert session.scalar(sa.select(Dispatch.due_at)) == datetime(2026, 3, 6, 0, 0, tzinfo=UTC)
    assert notifications.unread_total(session, owner) == 1


def test_line_goes_only_to_those_who_linked_themselves(session, owner):
    ruled(session, channels=(NotificationChannel.LINE,))
    tell(session)
    assert session.scalars(sa.select(Dispatch)).all() == []


def test_reading_concerns_oneself_and_only_what_was_on_the_screen(session, owner):
    other = a_staff(session)
    first, second = tell(session, "1"), tell(session, "2")
    notifications.read_all(session, owner, up_to=first.id, now=NOW)
    assert [row.notification_id for row in notifications.inbox(session, owner, unread_only=True).receipts] == [
        second.id
    ]
    assert notifications.unread_total(session, other) == 2
    with pytest.raises(NotFound):
        notifications.get(session, first.id, a_staff(session, role=Role.STAFF))


def test_the_bell_goes_back_page_by_page(session, owner):
    ids = [tell(session, str(number)).id for number in range(5)]
    newest = notifications.inbox(session, owner, size=3)
    older = notifications.inbox(session, owner, size=3, before=newest.next_before)
    assert [row.notification_id for row in (*newest.receipts, *older.receipts)] == ids[::-1]
    assert older.next_before is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"recipients": Recipients()}, "roles"),
        ({"recipients": Recipients(staff_ids=(999_999,))}, "staff_ids"),
        ({"quiet": Quiet("21:00", "")}, "quiet_ends_at"),
        ({"bundle_minutes": 7}, "bundle_minutes"),
        ({"waiting": Waiting(0)}, "minutes"),
        ({"waiting": Waiting(15, Hours((0,), "10:00", None))}, "ends_at"),
        ({"waiting": Waiting(15, escalates_after=15, second=Recipients((Role.OWNER,)))}, "escalates_after"),
        ({"waiting": Waiting(15, escalates_after=30)}, "second_roles"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_at_its_field(session, owner, change, field):
    with pytest.raises(DomainError) as refusal:
        ruled(session, **change)
    assert refusal.value.field == field


def test_a_rule_comes_back_as_it_was_kept(session, owner):
    wanted = replace(
        KIND.default,
        channels=tuple(NotificationChannel),
        quiet=Quiet("21:00", "09:00"),
        waiting=Waiting(20, Hours((1, 2), "10:00", "19:00"), 60, Recipients((Role.OWNER,), (owner.id,))),
    )
    notifications.save_rule(session, KIND, wanted, now=NOW)
    session.expire_all()
    assert notifications.rule(session, KIND) == wanted


# NOW is Thursday 5 March 2026, 10:00 in Tokyo.
@pytest.mark.parametrize(
    ("hours", "minutes", "expected"),
    [
        (Hours(), 30, "05 10:30"),
        (Hours(starts_at="10:00", ends_at="19:00"), 30, "05 10:30"),
        (Hours(starts_at="10:00", ends_at="10:20"), 30, "06 10:10"),
        (Hours(starts_at="11:00", ends_at="19:00"), 30, "05 11:30"),
        (Hours(starts_at="08:00", ends_at="09:00"), 30, "06 08:30"),
        (Hours(weekdays=(5,), starts_at="10:00", ends_at="19:00"), 30, "07 10:30"),
        (Hours(starts_at="20:00", ends_at="02:00"), 300, "06 01:00"),
        (Hours(weekdays=(2,), starts_at="20:00", ends_at="11:00"), 30, "05 10:30"),
        (Hours(), 24 * 60, "06 10:00"),
    ],
)
def test_only_opening_time_counts(hours, minutes, expected):
    assert after_open_minutes(NOW, minutes, hours, TOKYO).astimezone(TOKYO).strftime("%d %H:%M") == expected


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        (None, "05 10:00"),
        (Quiet("21:00", "09:00"), "05 10:00"),
        (Quiet("21:00", "10:30"), "05 10:30"),
        (Quiet("09:00", "21:00"), "05 21:00"),
        (Quiet("10:00", "09:00"), "06 09:00"),
        (Quiet("10:30", "10:00"), "05 10:00"),
    ],
)
def test_quiet_hours_end(quiet, expected):
    assert after_quiet(NOW, quiet, TOKYO).astimezone(TOKYO).strftime("%d %H:%M") == expected
