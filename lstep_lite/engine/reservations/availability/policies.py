"""The conditions of a booking: from when and until when one books, changes and cancels, how often, and on what terms.

The shop has a whole policy; a booking page, a course or an event says what differs. Stored, a policy is JSON with the
names of `Policy`'s fields; what is missing is DEFAULTS'. Days count by business date, so one day before a booking at
24:30 on Friday is Thursday. Every moment named is still in time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from lstep_lite.engine.reservations.availability.days import clock, instant
from lstep_lite.errors import DomainError


class Approval(StrEnum):
    NONE = "none"
    NEW = "new"
    """Of those who have not visited yet."""
    ALL = "all"


class Changing(StrEnum):
    """What a customer may do about the time of a booking before the deadline."""

    YES = "yes"
    ASK = "ask"
    """The shop decides."""
    NO = "no"


class LateCancel(StrEnum):
    REFUSE = "refuse"
    ALLOW_MARKED = "allow_marked"


class OpensKind(StrEnum):
    DAYS = "days"
    MONTHLY = "monthly"


class CutKind(StrEnum):
    MINUTES = "minutes"
    DAY_BEFORE = "day_before"


@dataclass(frozen=True)
class Opens:
    """From when a day can be booked: so many days ahead, or all days of a month on one day of an earlier month."""

    kind: OpensKind = OpensKind.DAYS
    days: int = 60
    at: int | None = None
    """The minute of that day; None with DAYS: when the business day begins."""
    day: int = 1
    """MONTHLY: the day of the month on which it opens; in a shorter month, its last."""
    months: int = 1
    """MONTHLY: how many months before the month of the booking."""


@dataclass(frozen=True)
class Cut:
    """A last moment: so many minutes before the start, or a time of so many days before."""

    kind: CutKind = CutKind.MINUTES
    minutes: int = 0
    days: int = 0
    at: int = 0

    def moment(self, day: date, starts_at: datetime, zone: tzinfo) -> datetime:
        if self.kind is CutKind.MINUTES:
            return starts_at - timedelta(minutes=self.minutes)
        return instant(day - timedelta(days=self.days), self.at, zone)

    def in_words(self) -> str:
        """「前日18:00」「2時間前」"""
        if self.kind is CutKind.MINUTES:
            hours, minutes = divmod(self.minutes, 60)
            return f"{hours}時間前" if hours and not minutes else f"{self.minutes}分前"
        day = {0: "当日", 1: "前日"}.get(self.days, f"{self.days}日前の")
        return f"{day}{clock(self.at)}"


@dataclass(frozen=True)
class Policy:
    opens: Opens = Opens()
    closes: tuple[Cut, ...] = (Cut(minutes=120),)
    """Until when one books; all of them hold."""
    deadline: Cut | None = Cut(CutKind.DAY_BEFORE, days=1, at=1080)
    """Until when a customer changes or cancels; None: until the start."""
    changing: Changing = Changing.YES
    cancelling: bool = True
    max_open: int | None = 2
    """How many bookings of one customer may lie ahead."""
    max_per_day: int | None = None
    approval: Approval = Approval.NONE
    request_minutes: int = 1440
    """How long the shop has for an answer."""
    hold_minutes: int | None = 10
    """How long a start is kept for a customer who is typing; None: not at all."""
    late_cancel: LateCancel = LateCancel.REFUSE
    consent_text: str = ""
    """What a customer agrees to before booking; empty: nothing."""
    consent_version: int = 1


DEFAULTS = Policy()
NAMES = frozenset(each.name for each in fields(Policy))


# Reading what is stored ----------------------------------------------------------------------------------------------


def parse(stored: Mapping[str, Any], base: Policy = DEFAULTS) -> Policy:
    """*base* with what *stored* says instead. Raises DomainError naming the field."""
    if unknown := stored.keys() - NAMES:
        raise DomainError("予約の条件を読み取れませんでした。もう一度設定してください。", min(unknown))
    values: dict[str, Any] = {name: _value(name, value) for name, value in stored.items()}
    return replace(base, **values)


def stored(policy: Policy) -> dict[str, Any]:
    """As JSON, whole."""
    return {name: _plain(getattr(policy, name)) for name in sorted(NAMES)}


def merged(shop: Mapping[str, Any], page: Mapping[str, Any], each: Iterable[Mapping[str, Any]]) -> Policy:
    """The shop's, with the page's differences, with those of what is booked. Of several courses the strictest holds."""
    base = parse(page, parse(shop))
    found = [parse(differences, base) for differences in each]
    return strictest(found) if found else base


def strictest(policies: Sequence[Policy]) -> Policy:
    first, *others = policies
    for other in others:
        first = _stricter(first, other)
    return first


def _stricter(one: Policy, other: Policy) -> Policy:
    approvals, changings = list(Approval), list(Changing)
    is_same_text = one.consent_text == other.consent_text
    texts = [one.consent_text] if is_same_text else [one.consent_text, other.consent_text]
    return Policy(
        opens=_later(one.opens, other.opens),
        closes=one.closes + tuple(each for each in other.closes if each not in one.closes),
        deadline=_earlier(one.deadline, other.deadline),
        changing=max(one.changing, other.changing, key=changings.index),
        cancelling=one.cancelling and other.cancelling,
        max_open=_least(one.max_open, other.max_open),
        max_per_day=_least(one.max_per_day, other.max_per_day),
        approval=max(one.approval, other.approval, key=approvals.index),
        request_minutes=min(one.request_minutes, other.request_minutes),
        hold_minutes=_least(one.hold_minutes, other.hold_minutes),
        late_cancel=LateCancel.REFUSE if LateCancel.REFUSE in (one.late_cancel, other.late_cancel) else one.late_cancel,
        consent_text="\n\n".join(text for text in texts if text),
        consent_version=max(one.consent_version, other.consent_version),
    )


MIDDLE_OF_A_MONTH, TEN = date(2026, 3, 20), 600


def _later(one: Opens, other: Opens) -> Opens:
    """Whichever opens later for a day in the middle of a month."""
    return max(one, other, key=lambda opens: _release(opens, MIDDLE_OF_A_MONTH))


def _release(opens: Opens, day: date) -> tuple[date, int]:
    return _release_day(opens, day), opens.at or 0


def _earlier(one: Cut | None, other: Cut | None) -> Cut | None:
    """Whichever ends earlier for a booking at ten in the morning."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=_minutes_before_ten)


def _minutes_before_ten(cut: Cut) -> int:
    if cut.kind is CutKind.MINUTES:
        return cut.minutes
    return cut.days * 1440 + TEN - cut.at


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


# Judging -------------------------------------------------------------------------------------------------------------


def is_released(opens: Opens, day: date, today: date, now: datetime, zone: tzinfo) -> bool:
    """Whether *day* can be booked already; *today* is the business date of *now*."""
    release = _release_day(opens, day)
    return today >= release if opens.at is None else now >= instant(release, opens.at, zone)


def _release_day(opens: Opens, day: date) -> date:
    if opens.kind is OpensKind.DAYS:
        return day - timedelta(days=opens.days)
    months = day.year * 12 + day.month - 1 - opens.months
    first = date(months // 12, months % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=opens.day - 1), last)


def release_in_words(opens: Opens) -> str:
    if opens.kind is OpensKind.MONTHLY:
        when = {0: "当月", 1: "前月"}.get(opens.months, f"{opens.months}か月前の")
        return f"{when}{opens.day}日{clock(opens.at or 0)}"
    return f"{opens.days}日前" + ("" if opens.at is None else f"の{clock(opens.at)}")


def deadline_at(policy: Policy, day: date, starts_at: datetime, zone: tzinfo) -> datetime:
    """Until when, inclusive, the customer may change or cancel: never after the start."""
    moment = policy.deadline.moment(day, starts_at, zone) if policy.deadline else starts_at
    return min(moment, starts_at)


# Values --------------------------------------------------------------------------------------------------------------

LONGEST_HOLD = 30
MOST_DAYS, MOST_MINUTES, MOST_COUNT, LONGEST_CONSENT = 730, 525_600, 100, 3000


def _value(name: str, value: Any) -> Any:
    try:
        return _READERS[name](value)
    except (KeyError, TypeError, ValueError) as broken:
        raise DomainError("予約の条件の値を確認してください。", name) from broken


def _opens(value: Mapping[str, Any]) -> Opens:
    kind = OpensKind(value["kind"])
    at = None if value.get("at") is None else _whole(value["at"], 0, 2160)
    if kind is OpensKind.DAYS:
        return Opens(kind, days=_whole(value["days"], 0, MOST_DAYS), at=at)
    return Opens(kind, at=at or 0, day=_whole(value["day"], 1, 31), months=_whole(value["months"], 0, 24))


def _cut(value: Mapping[str, Any]) -> Cut:
    kind = CutKind(value["kind"])
    if kind is CutKind.MINUTES:
        return Cut(kind, minutes=_whole(value["minutes"], 0, MOST_MINUTES))
    return Cut(kind, days=_whole(value["days"], 0, MOST_DAYS), at=_whole(value["at"], 0, 2160))


def _cuts(value: Sequence[Mapping[str, Any]]) -> tuple[Cut, ...]:
    return tuple(_cut(each) for each in value)


def _whole(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(value)
    return value


def _count(value: Any) -> int | None:
    return None if value is None else _whole(value, 1, MOST_COUNT)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_CONSENT:
        raise ValueError(value)
    return value.strip()


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "opens": _opens,
    "closes": _cuts,
    "deadline": lambda value: None if value is None else _cut(value),
    "changing": Changing,
    "cancelling": _yes,
    "max_open": _count,
    "max_per_day": _count,
    "approval": Approval,
    "request_minutes": lambda value: _whole(value, 5, MOST_MINUTES),
    "hold_minutes": lambda value: None if value is None else _whole(value, 1, LONGEST_HOLD),
    "late_cancel": LateCancel,
    "consent_text": _text,
    "consent_version": lambda value: _whole(value, 1, 1_000_000),
}


def _plain(value: Any) -> Any:
    if isinstance(value, Opens):
        if value.kind is OpensKind.DAYS:
            return {"kind": "days", "days": value.days, "at": value.at}
        return {"kind": "monthly", "day": value.day, "months": value.months, "at": value.at or 0}
    if isinstance(value, Cut):
        if value.kind is CutKind.MINUTES:
            return {"kind": "minutes", "minutes": value.minutes}
        return {"kind": "day_before", "days": value.days, "at": value.at}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, StrEnum) else value
