"""[予約:日時] in messages: what a booking is.

In a message about one booking the words are pinned to it, `[予約:日時@12]` with the id of the entry that says how it
was then. Anywhere else they mean the friend's next booking, or their last visit when there is none.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine import pinning, settings
from lstep_lite.engine.line import links
from lstep_lite.engine.messages.placeholders import Asking, Family, Loaded, Offer, family
from lstep_lite.engine.reservations.availability.days import clock, day_in_words, full_clock, in_words, minute_on
from lstep_lite.engine.reservations.customer import addresses
from lstep_lite.models import (
    Event,
    EventSlot,
    Provider,
    Reservation,
    ReservationEntry,
    ReservationSettings,
    ReservationState,
)

PREFIX = "予約"
SAMPLES = {
    "日時": "3月5日(木) 10:00",
    "日付": "3月5日(木)",
    "時刻": "10:00",
    "終了": "11:00ごろ",
    "メニュー": "カット",
    "担当": "佐藤",
    "料金": "5,500円",
    "人数": "2名様",
    "番号": "R-260305-014",
    "変更期限": "3月4日(水)18:00",
    "返事の期限": "3月5日(木)15:00",
    "変更前の日時": "3月4日(水) 10:00",
    "理由": "臨時休業のため",
    "前回からの日数": "45",
    "場所": "東京都渋谷区…",
    "電話番号": "03-1234-5678",
    "確認ページ": "https://…",
}
"""Each word, and what stands for it where nobody has booked."""
LABELS = {"終了": "終わる時刻", "確認ページ": "予約を確認・変更するページ", "番号": "予約番号", "場所": "お店の場所"}
AHEAD = (ReservationState.REQUESTED, ReservationState.CONFIRMED, ReservationState.CHECKED_IN)


def pin(text: str, entry: ReservationEntry) -> str:
    """*text* speaking of the booking as *entry* has it, whatever else the friend books."""
    return pinning.text(text, pins(entry))


PINNED = re.compile(r"(.+)@(\d{1,18})", re.ASCII)
"""A word, and the id of the entry it is pinned to."""


def pins(entry: ReservationEntry) -> pinning.Pins:
    """What has messages speak of the booking as *entry* has it."""
    return {PREFIX: entry.id}


@dataclass(frozen=True)
class House:
    """What all bookings share."""

    zone: ZoneInfo
    pages_url: str
    place: str
    phone: str
    providers: Mapping[int, str]
    slots: Mapping[int, tuple[EventSlot, Event]]
    """By the slot's id."""


@dataclass(frozen=True)
class Subject:
    """A booking as it was after one change: what is told of it."""

    reservation: Reservation
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    house: House

    @property
    def day(self) -> date:
        return date.fromisoformat(self.after["business_date"])

    @property
    def minute(self) -> int:
        return int(self.after["start_minute"])

    @property
    def when(self) -> str:
        """「3月5日(木) 10:00」"""
        return in_words(self.day, self.minute)

    @property
    def before_when(self) -> str:
        if not self.before:
            return ""
        return in_words(date.fromisoformat(self.before["business_date"]), int(self.before["start_minute"]))

    @property
    def end(self) -> str:
        ends_at = datetime.fromisoformat(self.after["ends_at"])
        end = clock(minute_on(self.day, ends_at, self.house.zone))
        return end if self.event is not None else f"{end}ごろ"

    @property
    def menu(self) -> str:
        title = self.event.title if self.event is not None else ""
        return "・".join(part for part in (title, *self.after["lines"]) if part)

    @property
    def event(self) -> Event | None:
        found = self.house.slots.get(self.after["slot_id"] or 0)
        return found[1] if found is not None else None

    @property
    def place(self) -> str:
        """Where it is: the slot's place, else the event's, else the shop's."""
        slot, event = self.house.slots.get(self.after["slot_id"] or 0, (None, None))
        own = (slot.place if slot is not None else "", event.place if event is not None else "")
        return next((place for place in own if place), self.house.place)

    @property
    def map_url(self) -> str:
        """The address of a map that the event names; empty for none."""
        return self.event.place_url if self.event is not None else ""

    @property
    def provider(self) -> str:
        """Who serves: named to who asked for them alone, as nobody was promised to the others."""
        name = self.house.providers.get(self.after["provider_id"] or 0, "")
        return name if self.after["is_nominated"] else ""

    @property
    def price(self) -> str:
        price, fee = self.after["price"], self.after.get("fee", self.reservation.fee)
        if price is None:
            return "店頭でご案内します"
        if self.event is not None and not price:
            return ""  # an event without tickets: what it costs, if anything, is told elsewhere
        more = "〜" if self.reservation.has_open_price else ""
        return f"{price - fee:,}円{more}" + (f"+指名料{fee:,}円" if fee else "")

    @property
    def people(self) -> str:
        return f"{self.after['party']}名様"

    def moment(self, moment: datetime | None) -> str:
        """On the shop's clock: 「3月4日(水)18:00」."""
        if moment is None:
            return ""
        local = moment.astimezone(self.house.zone)
        return f"{day_in_words(local.date())}{local:%-H:%M}"

    def url(self, path: str) -> str:
        """A customer's page, opened inside LINE."""
        return f"{self.house.pages_url}{path.removeprefix(links.PAGES)}"

    def words(self, now: datetime) -> dict[str, str]:
        """What each word of the family becomes."""
        reservation, today = self.reservation, now.astimezone(self.house.zone).date()
        return {
            "日時": self.when,
            "日付": day_in_words(self.day),
            "時刻": full_clock(self.minute),
            "終了": self.end,
            "メニュー": self.menu,
            "担当": self.provider,
            "料金": self.price,
            "人数": self.people,
            "番号": reservation.number,
            "変更期限": self.moment(reservation.deadline_at),
            "返事の期限": self.moment(reservation.expires_at),
            "変更前の日時": self.before_when,
            "理由": self.reason,
            "前回からの日数": str(max(0, (today - self.day).days)),
            "場所": self.place,
            "電話番号": self.house.phone,
            "確認ページ": self.url(addresses.own(reservation)),
        }


def sample_house(session: Session, public_url: str) -> House:
    """For a booking that nobody made."""
    return replace(_house(session, (), public_url), providers={0: SAMPLES["担当"]})


def subjects(session: Session, entries: Sequence[ReservationEntry], public_url: str) -> dict[int, Subject]:
    """By the entry's id, in a number of statements that does not grow."""
    row = Reservation
    ids = {entry.reservation_id for entry in entries}
    found = session.scalars(sa.select(row).where(row.id.in_(ids))).all() if ids else ()
    house, by_id = _house(session, found, public_url), {each.id: each for each in found}
    return {
        entry.id: Subject(by_id[entry.reservation_id], entry.before, entry.after, entry.reason, house)
        for entry in entries
    }


def _house(session: Session, found: Collection[Reservation], public_url: str) -> House:
    shop = session.get(ReservationSettings, 1)
    slot_ids = {each.slot_id for each in found if each.slot_id is not None}
    slots = sa.select(EventSlot, Event).join(Event, Event.id == EventSlot.event_id)
    return House(
        zone=settings.zone(session),
        pages_url=links.pages_url(settings.channel(session), public_url=public_url),
        place=shop.place if shop else "",
        phone=shop.phone if shop else "",
        providers=dict(session.execute(sa.select(Provider.id, Provider.name)).all()) if found else {},
        slots={slot.id: (slot, event) for slot, event in _rows(session, slots, slot_ids)},
    )


def _rows(session: Session, slots: Any, slot_ids: Collection[int]) -> Sequence[Any]:
    return session.execute(slots.where(EventSlot.id.in_(slot_ids))).all() if slot_ids else ()


def entries_of(session: Session, ids: Collection[int]) -> Sequence[ReservationEntry]:
    return session.scalars(sa.select(ReservationEntry).where(ReservationEntry.id.in_(ids))).all() if ids else ()


def last_entry(session: Session, reservation: Reservation) -> ReservationEntry:
    """How it is now."""
    mine = sa.select(ReservationEntry).where(ReservationEntry.reservation_id == reservation.id)
    return session.scalars(mine.order_by(ReservationEntry.id.desc()).limit(1)).one()


# The family ----------------------------------------------------------------------------------------------------------


@family
class BookingFamily(Family):
    prefix = PREFIX
    label = "予約"
    is_personal = True
    mentioned_as = ""

    def offered(self, session: Session) -> list[Offer]:
        if session.get(ReservationSettings, 1) is None:
            return []
        return [Offer(f"{PREFIX}:{word}", LABELS.get(word, word)) for word in SAMPLES]

    def load(self, session: Session, words: Collection[str], asking: Asking) -> Loaded:
        pinned = _pinned(session, words, asking)
        samples = {word: SAMPLES[word] for word in words if word in SAMPLES}
        asked = {friend.id for friend in asking.friends if friend.id is not None}
        next_ones = _own(session, asked, asking) if samples else {}
        nothing = dict.fromkeys((*samples, *pinned), "")
        own = {
            friend_id: nothing
            | {word: told for word, told in next_ones.get(friend_id, {}).items() if word in samples}
            | {word: told for word, (owner_id, told) in pinned.items() if owner_id == friend_id}
            for friend_id in asked
        }
        return Loaded(samples | {word: told for word, (_, told) in pinned.items()}, own)


def _pinned(session: Session, words: Collection[str], asking: Asking) -> dict[str, tuple[int, str]]:
    """Whose booking each speaks of, and what it says: nobody hears of the booking of another customer."""
    parts = {word: found for word in words if (found := PINNED.fullmatch(word)) and found[1] in SAMPLES}
    ids = {word: int(found[2]) for word, found in parts.items()}
    known = subjects(session, entries_of(session, set(ids.values())), asking.public_url)
    told = {entry_id: subject.words(asking.now) for entry_id, subject in known.items()}
    return {
        word: (known[entry_id].reservation.friend_id, told[entry_id][parts[word][1]])
        for word, entry_id in ids.items()
        if entry_id in told
    }


def _own(session: Session, friend_ids: Collection[int], asking: Asking) -> dict[int, dict[str, str]]:
    """Of each friend's booking at hand."""
    found = at_hand(session, friend_ids, now=asking.now)
    house = _house(session, found, asking.public_url)
    return {each.friend_id: _now(each, house).words(asking.now) for each in found}


def _now(reservation: Reservation, house: House) -> Subject:
    """As it is, without a change."""
    after = {
        "business_date": reservation.business_date.isoformat(),
        "start_minute": reservation.start_minute,
        "ends_at": reservation.ends_at.isoformat(),
        "slot_id": reservation.slot_id,
        "lines": [line.name for line in reservation.lines],
        "provider_id": reservation.provider_id,
        "is_nominated": reservation.is_nominated,
        "price": reservation.price,
        "party": reservation.party,
    }
    return Subject(reservation, {}, after, "", house)


def at_hand(session: Session, friend_ids: Collection[int], *, now: datetime) -> Sequence[Reservation]:
    """Of each friend the next booking, else the last visit."""
    if not friend_ids:
        return ()
    row = Reservation
    is_ahead = sa.and_(row.state.in_(AHEAD), row.ends_at > now)
    is_visit = row.state == ReservationState.COMPLETED
    nearest = sa.case((is_ahead, 0), else_=1), sa.case((is_ahead, row.starts_at)), row.starts_at.desc(), row.id
    place = sa.func.row_number().over(partition_by=row.friend_id, order_by=nearest).label("place")
    ranked = sa.select(row.id, place).where(row.friend_id.in_(friend_ids), sa.or_(is_ahead, is_visit)).subquery()
    first = sa.select(ranked.c.id).where(ranked.c.place == 1)
    return session.scalars(sa.select(row).where(row.id.in_(first)).options(selectinload(row.lines))).all()
