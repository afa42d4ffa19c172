"""Customers of the shop: limits for who stays away, books of tickets, karte, lists, and one person recorded twice."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.media import StoredImage
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.clientele import doubles, history, listing, standing
from lstep_lite.engine.reservations.clientele.listing import Filters, Only, Order
from lstep_lite.engine.reservations.clientele.standing import StandingDraft
from lstep_lite.engine.reservations.karte import entries, photos
from lstep_lite.engine.reservations.karte.entries import EntryDraft
from lstep_lite.engine.reservations.ticket_books import books, kinds, spending
from lstep_lite.engine.reservations.ticket_books.books import Correction
from lstep_lite.engine.reservations.ticket_books.kinds import KindDraft
from lstep_lite.engine.reservations.transitions import counting, ending, visiting
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    BookingCustomer,
    Friend,
    KarteEntry,
    KartePhoto,
    Notification,
    PhotoPhase,
    Reservation,
    ReservationSettings,
    ReservationState,
    TicketBook,
    TicketUse,
    TimelineEntry,
    WaitEntry,
)
from tests.engine.reservations.salon import FRIDAY, TEN, TODAY, Salon, a_salon
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend, a_staff

State = ReservationState
STAFF = by_staff(None)
AFTER = NOW + timedelta(days=2)


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session)


@pytest.fixture
def hanako(session: Session, salon: Salon) -> Friend:
    return a_friend(session, display_name="山田花子")


def a_visit(session: Session, friend: Friend, salon: Salon, *, day: date = FRIDAY, minute: int = TEN) -> Reservation:
    return book(session, friend, salon, day=day, minute=minute)


def missed(session: Session, friend: Friend, salon: Salon, day: date) -> Reservation:
    made = a_visit(session, friend, salon, day=day)
    return visiting.no_show(session, made, by=STAFF, now=made.ends_at)


def limits(session: Session, **values: object) -> None:
    settings = session.get_one(ReservationSettings, 1)
    for name, value in values.items():
        setattr(settings, name, value)
    session.flush()


def kinds_of(session: Session, friend: Friend) -> list[str]:
    entry = TimelineEntry
    return list(session.scalars(sa.select(entry.kind).where(entry.friend_id == friend.id)))


# Limits --------------------------------------------------------------------------------------------------------------


def test_who_stays_away_too_often_is_limited_once_and_staff_hear_of_it(session, salon, hanako):
    limits(session, strike_limit=2, strike_online="phone_only")
    missed(session, hanako, salon, FRIDAY)
    assert counting.customer(session, hanako.id).online == "ok"
    missed(session, hanako, salon, FRIDAY + timedelta(days=1))
    assert counting.customer(session, hanako.id).online == "phone_only"
    assert kinds_of(session, hanako).count("booking.limited") == 1
    assert session.scalars(sa.select(Notification.kind)).all().count("reservation.limited") == 1


def test_what_staff_forgave_counts_no_more(session, salon, hanako):
    limits(session, strike_limit=1)
    first = missed(session, hanako, salon, FRIDAY)
    freed = StandingDraft("ok")
    standing.update(session, hanako, freed, staff_id=a_staff(session).id, now=first.ends_at + timedelta(hours=1))
    visiting.correct(session, first, State.COMPLETED, by=STAFF, now=AFTER)
    assert counting.customer(session, hanako.id).online == "ok"
    missed(session, hanako, salon, FRIDAY + timedelta(days=1))
    assert counting.customer(session, hanako.id).online == "approval_only"


def test_what_was_forgiven_and_stands_still_counts_no_more(session, salon, hanako):
    limits(session, strike_limit=2)
    missed(session, hanako, salon, FRIDAY)
    last = missed(session, hanako, salon, FRIDAY + timedelta(days=1))
    freed = StandingDraft("ok")
    standing.update(session, hanako, freed, staff_id=a_staff(session).id, now=last.ends_at + timedelta(hours=1))
    missed(session, hanako, salon, FRIDAY + timedelta(days=2))
    assert counting.customer(session, hanako.id).online == "ok", "one since then"
    missed(session, hanako, salon, FRIDAY + timedelta(days=3))
    assert counting.customer(session, hanako.id).online == "approval_only"


def test_late_cancellations_count_within_their_days_alone(session, salon, hanako):
    limits(session, late_strike_limit=2, late_strike_days=30, policy={"late_cancel": "allow_marked"})
    for days in (0, 60, 61):
        made = a_visit(session, hanako, salon, day=FRIDAY + timedelta(days=days % 50))
        made.deadline_at = NOW - timedelta(hours=1)
        session.flush()
        ending.cancel(session, made, version=made.version, now=NOW)
        assert made.is_late
        online = counting.customer(session, hanako.id).online
        assert online == ("approval_only" if days == 61 else "ok")
        made.cancelled_at = NOW - timedelta(days=40 if days == 0 else 1)
        session.flush()


# Books of tickets ----------------------------------------------------------------------------------------------------


def sold(session: Session, friend: Friend, *courses: int, total: int = 2, days: int | None = 30) -> TicketBook:
    kind = kinds.create(session, KindDraft("カット回数券", total, 10000, days, courses), now=NOW)
    return books.sell(session, friend, kind.id, token="t", staff_id=None, now=NOW)


def balance(session: Session, book: TicketBook) -> int:
    total = session.scalar(sa.select(sa.func.sum(TicketUse.delta)).where(TicketUse.book_id == book.id))
    session.refresh(book)
    assert book.left == total, "what is left always equals the ledger"
    return book.left


def test_a_ticket_pays_once_for_a_visit_and_comes_back_when_there_was_none(session, salon, hanako):
    made, bought = a_visit(session, hanako, salon), sold(session, hanako, salon.cut)
    visiting.complete(session, made, by=STAFF, now=made.ends_at)
    assert spending.usable(session, made) == [bought]
    for _ in range(2):
        spending.use(session, made, bought.id, staff_id=None, now=made.ends_at)
    assert balance(session, bought) == 1 and spending.spent(session, made) == bought
    visiting.correct(session, made, State.NO_SHOW, by=STAFF, now=made.ends_at)
    assert balance(session, bought) == 2 and spending.spent(session, made) is None
    visiting.correct(session, made, State.COMPLETED, by=STAFF, now=made.ends_at)
    spending.use(session, made, bought.id, staff_id=None, now=made.ends_at)
    assert balance(session, bought) == 1


def test_a_book_that_is_over_spent_or_for_something_else_pays_nothing(session, salon, hanako):
    made = a_visit(session, hanako, salon)
    over = sold(session, hanako, days=1)
    assert over.expires_on == TODAY
    with pytest.raises(DomainError):
        spending.use(session, made, over.id, staff_id=None, now=NOW)
    other = sold(session, a_friend(session), salon.cut)
    with pytest.raises(NotFound):
        spending.use(session, made, other.id, staff_id=None, now=NOW)
    over.expires_on, over.course_ids = None, [salon.color]
    session.flush()
    assert spending.usable(session, made) == []
    over.course_ids = None
    assert spending.usable(session, made) == [over]


def test_pressing_twice_sells_one_book(session, salon, hanako):
    kind = kinds.create(session, KindDraft("回数券", 5, 10000), now=NOW)
    both = [books.sell(session, hanako, kind.id, token="same", staff_id=None, now=NOW) for _ in range(2)]
    assert both[0] is both[1] and balance(session, both[0]) == 5


def test_a_correction_made_from_an_old_page_is_refused(session, salon, hanako):
    bought, staff = sold(session, hanako), a_staff(session)
    draft = Correction(left=1, expires_on=None, note="紙の券から移した", seen_left=2)
    books.correct(session, hanako, bought, draft, staff_id=staff.id, now=NOW)
    assert balance(session, bought) == 1
    with pytest.raises(DomainError):
        books.correct(session, hanako, bought, draft, staff_id=staff.id, now=NOW)


# Karte ---------------------------------------------------------------------------------------------------------------


def test_what_is_about_health_is_for_those_alone_who_may_see_it(session, salon, hanako):
    staff = a_staff(session)
    secret = EntryDraft(TODAY, "ジアミンアレルギー", is_sensitive=True)
    entry = entries.write(session, hanako, secret, staff_id=staff.id, now=NOW)
    entries.write(session, hanako, EntryDraft(TODAY, "前髪は長めに"), staff_id=staff.id, now=NOW)
    shown = entries.page(session, hanako, 1, sees_all=False)
    assert ([each.entry.text for each in shown.entries], shown.hidden_count) == (["前髪は長めに"], 1)
    with pytest.raises(NotFound):
        entries.get(session, hanako, entry.id, sees_all=False)
    assert entries.page(session, hanako, 1, sees_all=True).total_count == 2


def test_what_stood_before_a_change_is_kept_and_photos_outlive_their_entry_until_swept(session, salon, hanako):
    staff = a_staff(session)
    entry = entries.write(session, hanako, EntryDraft(TODAY, "6トーン", "N6 40g"), staff_id=staff.id, now=NOW)
    photos.add(session, entry, [StoredImage("c" * 32, "image/jpeg", 9, 1, 1)], PhotoPhase.BEFORE)
    entries.update(session, entry, EntryDraft(TODAY, "7トーン", "N7 40g"), staff_id=staff.id, now=NOW)
    session.flush()
    assert [(version.text, version.formula) for version, _ in entries.versions(session, entry)] == [
        ("6トーン", "N6 40g")
    ]
    assert [each.code for each in photos.sides(entry).before] == ["c" * 32]
    entries.delete(session, entry)
    session.expire_all()
    assert session.scalars(sa.select(KartePhoto.karte_entry_id)).all() == [None]


# The list, and who is there twice ------------------------------------------------------------------------------------


def test_the_list_goes_on_where_the_page_before_ended(session, salon, monkeypatch):
    monkeypatch.setattr(listing, "SIZE", 2)
    for number in range(5):
        friend = a_friend(session, display_name=f"客{number}")
        at = NOW - timedelta(days=number // 2)  # some at the same moment
        customer = BookingCustomer(friend_id=friend.id, visits=1, last_visit_at=at, next_due_on=at.date(), no_shows=1)
        session.add(customer)
    session.flush()
    for order in Order:
        seen, after = [], ""
        while True:
            found = listing.page(session, Filters(order=order, after=after), now=NOW)
            seen += [row.friend.id for row in found.rows]
            if not (after := found.next_cursor):
                break
        assert len(seen) == len(set(seen)) == 5, order
    assert listing.page(session, Filters(after="last_visit~昨日~1"), now=NOW).next_cursor


def test_customers_are_found_by_what_is_known_of_them(session, salon, hanako):
    missed(session, hanako, salon, FRIDAY)
    walk_in = a_friend(session, line_user_id=None, display_name=None, real_name="佐藤一郎", phone="090-1234-5678")
    friends.refresh_search_text(walk_in)
    a_visit(session, walk_in, salon, minute=TEN + 120)

    def names(**filters: object) -> list[str]:
        return [row.friend.name for row in listing.page(session, Filters(**filters), now=NOW).rows]  # type: ignore[arg-type]

    assert names(text="5678") == ["佐藤一郎"]
    assert names(only=Only.WITHOUT_LINE, order=Order.VISITS) == ["佐藤一郎"]
    assert names(only=Only.NO_SHOW, order=Order.NO_SHOWS) == ["山田花子"]
    assert sorted(names(only=Only.NEW)) == ["佐藤一郎", "山田花子"]


def test_two_records_become_one_with_all_that_was_theirs(session, salon, hanako):
    staff = a_staff(session)
    twin = a_friend(session, line_user_id=None, real_name="山田花子", phone="03-1111-2222", phone_key="0311112222")
    hanako.phone, hanako.phone_key = "0311112222", "0311112222"
    visit = a_visit(session, twin, salon)
    visiting.complete(session, visit, by=STAFF, now=visit.ends_at)
    bought = sold(session, twin, salon.cut)
    entries.write(session, twin, EntryDraft(TODAY, "くせ毛"), staff_id=staff.id, now=NOW)
    waiting = WaitEntry(code="w", friend_id=twin.id, created_at=NOW)
    session.add(waiting)
    session.flush()
    waiting_id = waiting.id
    groups, _ = doubles.groups(session)
    assert [[each.id for each in group.friends] for group in groups] == [[hanako.id, twin.id]]
    first, second = doubles.pair(session, twin.id, hanako.id)
    assert (first.friend.id, second.counts["カルテ"]) == (hanako.id, 1)
    kept = doubles.merge(session, twin.id, hanako.id, staff_id=staff.id, now=NOW)
    assert kept.id == hanako.id
    assert session.get_one(BookingCustomer, hanako.id).visits == 1
    assert session.get_one(TicketBook, bought.id).friend_id == hanako.id
    assert session.scalars(sa.select(KarteEntry.friend_id)).all() == [hanako.id]
    assert session.get_one(WaitEntry, waiting_id).friend_id == hanako.id
    found = history.summary(session, hanako, now=AFTER)
    assert [each.what for each in found.past] == ["カット"] and len(found.books) == 1
    assert doubles.groups(session) == ([], False)
