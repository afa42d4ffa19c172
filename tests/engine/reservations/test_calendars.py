"""Google calendars: they get our bookings once, as they stand last, and their busy times are not booked."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.friends import erasing
from lstep_lite.engine.reservations import Refused, by_staff
from lstep_lite.engine.reservations.calendars import content, keeping, reading, working, writing
from lstep_lite.engine.reservations.calendars.google import Client, Google, GoogleError
from lstep_lite.engine.reservations.calendars.keeping import ClientDraft, LinkDraft
from lstep_lite.engine.reservations.calendars.pausing import Here
from lstep_lite.engine.reservations.desk import board
from lstep_lite.engine.reservations.transitions import changing, ending
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.secrets import Vault
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    CalendarEvent,
    CalendarLink,
    ExternalBusy,
    Friend,
    LinkState,
    Notification,
    Reservation,
    ReservationSettings,
    Vacancy,
)
from tests import google as stand_in
from tests.engine.reservations.salon import ELEVEN, FRIDAY, NOON, TEN, TOKYO, Salon, a_salon, at
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend, a_staff
from tests.google import CLIENT_ID, CLIENT_SECRET, Stand

SATO, SUZUKI = "sato@example.com", "suzuki@example.com"
BY = by_staff(None)


@pytest.fixture
def google() -> Iterator[Stand]:
    with stand_in.running(SATO, SUZUKI) as stand:
        yield stand


@dataclass
class Shop:
    """The salon with its worker, as far as calendars go."""

    here: Here
    session: Session
    salon: Salon
    hanako: Friend

    def work(self, *, after: timedelta = timedelta(0)) -> None:
        """The worker does what is due, *after* more of both clocks have passed."""
        self.here = replace(self.here, now=self.here.now + after, wall=self.here.wall + after)
        self.session.commit()
        here = self.here
        args: dict[str, Any] = {"public_url": here.public_url, "now": here.now, "wall": here.wall, "limit": 50}
        working.work_due(here.database, here.google, here.vault, **args)
        self.session.expire_all()

    def connect(self, subject: str, calendar: str, **over: Any) -> CalendarLink:
        client = Client(CLIENT_ID, CLIENT_SECRET)
        vault, now, wall = self.here.vault, self.here.now, self.here.wall
        self.session.commit()
        grant = self.here.google.exchange(client, "good-code", "https://x.invalid/back", verifier="v")
        link = keeping.connect(self.session, subject, grant, vault=vault, now=now, wall=wall)
        draft = LinkDraft(calendar, f"{calendar}の予定", **{"takes_busy": True, "shows_names": False} | over)
        keeping.choose(self.session, link, draft, by=BY, now=now, wall=wall)
        return link

    def book(self, minute: int = TEN, provider_id: int | None = None) -> Reservation:
        found = book(self.session, self.hanako, self.salon, minute=minute, provider_id=provider_id or self.salon.sato)
        self.session.commit()
        return found

    def busy(self) -> list[tuple[datetime, datetime]]:
        row = ExternalBusy
        return [tuple(each) for each in self.session.execute(sa.select(row.starts_at, row.ends_at).order_by(row.id))]


@pytest.fixture
def shop(database: Database, session: Session, google: Stand) -> Iterator[Shop]:
    vault = Vault([Fernet.generate_key().decode()])
    at_google = Google(login_url=google.url, token_url=google.url, api_url=google.url, timeout_seconds=5)
    salon = a_salon(session)
    keeping.save_client(session, ClientDraft(CLIENT_ID, CLIENT_SECRET), vault=vault, now=NOW)
    hanako = a_friend(session, display_name="山田花子", kana="ヤマダ ハナコ")
    session.commit()
    yield Shop(Here(database, at_google, vault, "https://shop.example.jp", NOW, NOW), session, salon, hanako)
    at_google.close()


@pytest.fixture
def sato(shop: Shop) -> CalendarLink:
    """佐藤's calendar, read once already."""
    link = shop.connect(f"provider-{shop.salon.sato}", SATO)
    shop.work()
    return link


def refused_at(shop: Shop, minute: int) -> Refused:
    with pytest.raises(Refused) as caught:
        book(shop.session, shop.hanako, shop.salon, minute=minute, provider_id=shop.salon.sato)
    return caught.value


# Bookings go there ---------------------------------------------------------------------------------------------------


def test_a_booking_is_in_the_calendar_follows_its_changes_and_goes(
    shop: Shop, sato: CalendarLink, google: Stand
) -> None:
    made = shop.book()
    shop.work()
    [event] = google.ours(SATO)
    assert (event["summary"], event["start"]) == ("カット Y.H様", {"dateTime": "2026-03-06T10:00:00+09:00"})
    assert "花子" not in str(event) and made.number in event["description"]
    assert [state.words for state in keeping.states_of(shop.session, made)] == ["書き込み済み"]
    changing.change(shop.session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    assert [state.words for state in keeping.states_of(shop.session, made)] == ["これから書き込みます"]
    shop.work()
    [event] = google.ours(SATO)
    assert event["start"] == {"dateTime": "2026-03-06T12:00:00+09:00"}
    ending.cancel_by_staff(shop.session, made, by=BY, now=NOW)
    shop.work()
    assert google.ours(SATO) == [] and not shop.session.scalars(sa.select(CalendarEvent)).all()


def test_who_gets_a_booking_of_somebody_else_has_it_in_the_own_calendar(
    shop: Shop, sato: CalendarLink, google: Stand
) -> None:
    shop.connect(f"provider-{shop.salon.suzuki}", SUZUKI, shows_names=True)
    made = shop.book()
    shop.work()
    changing.move(shop.session, made, Change(FRIDAY, TEN, provider_id=shop.salon.suzuki), by=BY, now=NOW)
    shop.work()
    assert google.ours(SATO) == [] and [each["summary"] for each in google.ours(SUZUKI)] == ["カット 山田花子様"]


def test_a_new_connection_catches_up_with_what_lies_ahead(shop: Shop, google: Stand) -> None:
    shop.book()
    shop.book(NOON, shop.salon.suzuki)
    shop.connect("shop", SATO, takes_busy=False)
    shop.work()
    assert len(google.ours(SATO)) == 2


@pytest.mark.parametrize("is_done", [True, False])
def test_a_lost_answer_makes_no_second_event(shop: Shop, sato: CalendarLink, google: Stand, is_done: bool) -> None:
    google.fail("POST", "/events", 0, is_done=is_done)
    made = shop.book()
    shop.work()
    assert [state.words for state in keeping.states_of(shop.session, made)] == ["もう一度試します"]
    shop.work(after=timedelta(minutes=1))
    assert len(google.ours(SATO)) == 1 and not keeping.problems(shop.session)


def test_a_worker_that_died_after_the_call_is_followed_by_one_that_finds_the_event(
    shop: Shop, sato: CalendarLink, google: Stand
) -> None:
    shop.book()
    with shop.here.database.unit() as session:
        job = writing._claim(session, shop.here)
    assert job is not None and writing._do(job, shop.here) is None  # and no word of it is written down
    shop.work()
    assert shop.session.scalars(sa.select(CalendarEvent.is_due)).one()
    shop.work(after=timedelta(minutes=5))
    assert len(google.ours(SATO)) == 1 and not shop.session.scalars(sa.select(CalendarEvent.is_due)).one()


def test_an_event_that_the_owner_deleted_is_there_again_after_a_change(
    shop: Shop, sato: CalendarLink, google: Stand
) -> None:
    made = shop.book()
    shop.work()
    google.remove(SATO, content.event_id(made))
    changing.change(shop.session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    shop.work()
    assert len(google.ours(SATO)) == 1


def test_what_google_asks_us_to_wait_for_is_waited_for(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    google.fail("POST", "/events", 403, reason="rateLimitExceeded", headers={"Retry-After": "600"})
    shop.book()
    for minutes, count in ((0, 0), (9, 0), (2, 1)):
        shop.work(after=timedelta(minutes=minutes))
        assert len(google.ours(SATO)) == count


def test_what_google_refuses_is_listed_and_tried_again_by_hand(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    google.fail("POST", "/events", 403, reason="forbidden")
    shop.book()
    shop.work()
    shop.work(after=timedelta(days=1))
    [problem] = keeping.problems(shop.session)
    assert "権限" in (problem.reason or "") and not google.ours(SATO)
    keeping.try_again(shop.session, sato, wall=shop.here.wall)
    shop.work()
    assert len(google.ours(SATO)) == 1 and not keeping.problems(shop.session)


def test_who_is_forgotten_is_forgotten_in_the_calendar_too(shop: Shop, google: Stand) -> None:
    shop.connect("shop", SATO, shows_names=True)
    shop.book()
    shop.work()
    owner = a_staff(shop.session)
    later = NOW + timedelta(minutes=1)
    erasing.erase(shop.session, shop.hanako, typed_name="山田花子", staff_id=owner.id, now=later, wall=later)
    shop.session.commit()
    while erasing.erase_due(shop.here.database, now=later, wall=later):
        pass
    shop.work(after=timedelta(minutes=2))
    assert len(google.ours(SATO)) == 1 and "花子" not in str(google.calendars)


def test_while_google_does_not_answer_one_booking_is_tried_for_all(
    shop: Shop, sato: CalendarLink, google: Stand
) -> None:
    google.fail("POST", "/events", 503, times=9)
    for minute in (TEN, NOON):
        shop.book(minute)
    before = len(google.requests)
    shop.work()
    assert len(google.requests) == before + 1
    google.faults.clear()
    shop.work(after=timedelta(minutes=2))
    assert len(google.ours(SATO)) == 2


# Busy times come from there ------------------------------------------------------------------------------------------


def test_busy_times_are_not_booked_and_free_ones_are(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    google.put(SATO, "dentist", "2026-03-06T10:30:00+09:00", "2026-03-06T11:02:00+09:00", summary="歯医者")
    google.put(SATO, "maybe", "2026-03-06T13:00:00+09:00", "2026-03-06T14:00:00+09:00", transparency="transparent")
    google.put(SATO, "trip", "2026-03-07", "2026-03-08")
    shop.work(after=timedelta(minutes=3))
    assert shop.busy() == [
        (at(FRIDAY, 630), at(FRIDAY, 662)),
        (at(FRIDAY + timedelta(days=1), 0), at(FRIDAY + timedelta(days=2), 0)),
    ]
    assert refused_at(shop, TEN).code.value == "SLOT_TAKEN" and refused_at(shop, ELEVEN)
    shop.book(minute=780)
    google.remove(SATO, "dentist")
    shop.work(after=timedelta(minutes=3))
    assert len(shop.busy()) == 1 and shop.session.scalars(sa.select(Vacancy.business_date)).all() == [FRIDAY]
    shop.book(minute=TEN)


def test_our_own_events_keep_nobody_busy(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    made = shop.book()
    shop.work()
    shop.work(after=timedelta(minutes=3))
    assert len(google.ours(SATO)) == 1 and shop.busy() == [] and not made.needs_look


def test_a_list_of_changes_that_google_forgot_is_read_whole(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    google.put(SATO, "first", "2026-03-06T10:00:00+09:00", "2026-03-06T11:00:00+09:00")
    shop.work(after=timedelta(minutes=3))
    google.calendars[SATO].pop("first")  # no change tells of it
    for number in range(3):
        google.put(SATO, f"other{number}", f"2026-03-06T1{number}:00:00Z", f"2026-03-06T1{number}:30:00Z")
    google.forgotten = len(google.changes)
    shop.work(after=timedelta(minutes=3))
    assert len(shop.busy()) == 3 and at(FRIDAY, TEN) not in [start for start, _ in shop.busy()]


def test_busy_time_over_a_booking_marks_it_and_cancels_nothing(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    made, version = shop.book(), shop.session.get_one(ReservationSettings, 1).version
    google.put(SATO, "flight", "2026-03-06T09:00:00+09:00", "2026-03-06T12:00:00+09:00")
    shop.work(after=timedelta(minutes=3))
    assert made.needs_look and made.state == "confirmed"
    assert shop.session.get_one(ReservationSettings, 1).version > version
    google.remove(SATO, "flight")
    shop.work(after=timedelta(minutes=3))
    assert not made.needs_look


def test_nothing_of_the_book_changes_while_the_calendar_stays_as_it_is(
    shop: Shop, sato: CalendarLink, google: Stand
) -> None:
    google.put(SATO, "flight", "2026-03-06T09:00:00+09:00", "2026-03-06T12:00:00+09:00")
    shop.work(after=timedelta(minutes=3))
    version = shop.session.get_one(ReservationSettings, 1).version
    assert "外部カレンダーの予定" in str(board.load(shop.session, FRIDAY, now=NOW).columns)
    shop.work(after=timedelta(minutes=3))
    shop.work(after=timedelta(days=1))  # read whole again
    assert shop.session.get_one(ReservationSettings, 1).version == version and sato.read_at == shop.here.now


def test_a_calendar_that_is_taken_away_keeps_nobody_busy(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    google.put(SATO, "flight", "2026-03-06T09:00:00+09:00", "2026-03-06T12:00:00+09:00")
    shop.work(after=timedelta(minutes=3))
    keeping.disconnect(shop.session, sato, by=BY, now=NOW)
    shop.session.commit()
    assert shop.busy() == [] and shop.book()


@pytest.mark.parametrize(
    ("item", "is_busy"),
    [
        ({"start": {"dateTime": "2026-03-06T10:00:00Z"}, "end": {"dateTime": "2026-03-06T11:00:00Z"}}, True),
        ({"start": {"date": "2026-03-06"}, "end": {"date": "2026-03-07"}}, True),
        ({"start": {"date": "2026-03-06"}, "end": {"date": "2026-03-07"}, "eventType": "workingLocation"}, False),
        ({"start": {"date": "2026-03-06"}, "end": {"date": "2026-03-06"}}, False),
        ({"start": {"date": "いつか"}, "end": {"date": "2026-03-06"}}, False),
        ({"id": "x"}, False),
    ],
)
def test_what_makes_busy(item: dict[str, Any], is_busy: bool) -> None:
    assert (reading.span(item, TOKYO) is not None) is is_busy


def test_an_invitation_that_was_declined_keeps_nobody_busy() -> None:
    item = {"start": {"date": "2026-03-06"}, "end": {"date": "2026-03-07"}}
    mine = {"attendees": [{"responseStatus": "accepted"}, {"self": True, "responseStatus": "declined"}]}
    assert reading.span({**item, **mine}, TOKYO) is None


# The connection ------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_is_renewed_and_kept_sealed(shop: Shop, sato: CalendarLink, google: Stand) -> None:
    shop.work(after=timedelta(hours=2))
    assert google.issued == 2
    shop.work(after=timedelta(minutes=3))
    assert google.issued == 2 and "access-2" not in (sato.access_token or "")
    google.access_tokens.clear()
    shop.work(after=timedelta(minutes=3))
    assert google.issued == 3 and sato.reason is None


def test_an_ended_connection_is_seen_told_once_and_goes_on_when_made_anew(
    shop: Shop, sato: CalendarLink, google: Stand
) -> None:
    a_staff(shop.session)
    google.revoke()
    made = shop.book()
    for _ in range(3):
        shop.work(after=timedelta(hours=2))
    assert sato.state is LinkState.LOST and sato.reason == "Googleとの接続が切れました。接続し直してください。"
    told = shop.session.scalars(sa.select(Notification).where(Notification.kind == "calendar.lost")).all()
    assert [each.href for each in told] == ["/reservations/calendars"]
    assert [state.words for state in keeping.states_of(shop.session, made)] == ["接続が切れています"]
    shop.connect(f"provider-{shop.salon.sato}", SATO)
    shop.work()
    assert len(google.ours(SATO)) == 1 and sato.state is LinkState.ACTIVE


def test_a_key_that_was_lost_ends_the_connection(shop: Shop, sato: CalendarLink) -> None:
    shop.here = replace(shop.here, vault=Vault([Fernet.generate_key().decode()]))
    shop.work(after=timedelta(minutes=3))
    assert sato.state is LinkState.LOST


def test_a_wrong_secret_is_no_ended_connection(shop: Shop, google: Stand) -> None:
    with pytest.raises(GoogleError, match="シークレットが正しくありません"):
        shop.here.google.exchange(Client(CLIENT_ID, "wrong"), "good-code", "https://x.invalid/back", verifier="v")


def test_less_than_all_that_is_needed_is_not_enough(shop: Shop, google: Stand) -> None:
    grant = shop.here.google.exchange(Client(CLIENT_ID, CLIENT_SECRET), "good-code", "https://x", verifier="v")
    less = replace(grant, scope=grant.scope.split()[0])
    with pytest.raises(DomainError, match="許可が足りません"):
        keeping.connect(shop.session, "shop", less, vault=shop.here.vault, now=NOW, wall=NOW)


def test_no_log_tells_of_customers_or_keys(
    shop: Shop, sato: CalendarLink, google: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    google.fail("POST", "/events", 500)
    shop.book()
    shop.work()
    google.fail("POST", "/events", 0)
    shop.work(after=timedelta(minutes=5))
    assert "calendar event" in caplog.text
    assert not [word for word in ("花子", "Y.H", "access-", "refresh-", SATO) if word in caplog.text]
