"""Moving a booking on the board: what it would mean, doing it, and taking it back at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.effects import firing, messaging, texts
from lstep_lite.engine.reservations.transitions import changing, recording, refusals
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.reservations.transitions.recording import Transition
from lstep_lite.engine.reservations.transitions.refusals import Refused
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Provider, Reservation, ReservationEntry

UNDO = timedelta(seconds=10)
"""So long a customer is not told yet of what was moved."""
TOLD = "changed"
"""The message of the catalogue that tells of it, and the moment at which action sets hang."""


@dataclass(frozen=True)
class Look:
    """What a move would come to."""

    reservation: Reservation
    change: Change
    words: Sequence[str]
    """「10:00→11:30」「担当 佐藤→鈴木」"""
    leaves_nominated: bool
    """The customer had asked for the provider it leaves."""
    price: str
    """「6,050円→5,500円」 where the fee for asking for somebody goes with it."""
    ends_request: bool
    """The customer asks for another time; that ends with it."""
    untold: str
    """Why the customer can't be told; empty when they can."""
    problem: Refused | None

    @property
    def is_same(self) -> bool:
        return not self.words


def look(session: Session, reservation: Reservation, change: Change, *, version: int | None, now: datetime) -> Look:
    """Nothing is written; when it is done, it is checked again."""
    problem = None
    try:
        _check_seen(reservation, version)
        changing.check_move(session, reservation, change, now=now)
    except Refused as refusal:
        problem = refusal
    return explained(session, reservation, change, problem)


CHANGED_MEANWHILE = "この予約は、ほかの人が先に変更しました。最新の内容を確かめてから、もう一度動かしてください。"


def _check_seen(reservation: Reservation, version: int | None) -> None:
    if version not in (None, reservation.version):
        raise refusals.version_conflict(CHANGED_MEANWHILE)


def explained(session: Session, reservation: Reservation, change: Change, problem: Refused | None) -> Look:
    is_other = changing.gives_over(reservation, change)
    return Look(
        reservation=reservation,
        change=change,
        words=[*_times(reservation, change), *(_people(session, reservation, change) if is_other else ())],
        leaves_nominated=is_other and reservation.is_nominated,
        price=_price(session, reservation, change) if is_other else "",
        ends_request=changing.open_request(session, reservation) is not None,
        untold=_untold(session, reservation),
        problem=problem,
    )


def _times(reservation: Reservation, change: Change) -> list[str]:
    words = []
    if change.day != reservation.business_date:
        before = days.in_words(reservation.business_date, reservation.start_minute)
        words.append(f"{before}→{days.in_words(change.day, change.minute)}")
    elif change.minute != reservation.start_minute:
        words.append(f"{days.clock(reservation.start_minute)}→{days.clock(change.minute)}")
    minutes = length(reservation)
    if change.minutes not in (None, minutes):
        words.append(f"{minutes}分→{change.minutes}分")
    return words


def length(reservation: Reservation) -> int:
    """The customer's minutes."""
    return int((reservation.ends_at - reservation.starts_at).total_seconds()) // 60


def _people(session: Session, reservation: Reservation, change: Change) -> list[str]:
    wanted = (reservation.provider_id, change.provider_id)
    rows = session.execute(
        sa.select(Provider.id, Provider.name).where(Provider.id.in_([each for each in wanted if each]))
    )
    names: dict[int | None, str] = {row.id: row.name for row in rows}
    return [f"担当 {names.get(wanted[0], '未割当')}→{names.get(wanted[1], '未割当')}"]


def _price(session: Session, reservation: Reservation, change: Change) -> str:
    price, fee = reservation.price, changing.fee_of(session, change)
    if price is None or fee == reservation.fee:
        return ""
    return f"{price:,}円→{price - reservation.fee + fee:,}円"


def _untold(session: Session, reservation: Reservation) -> str:
    if (reason := messaging.unreachable(reservation.friend)) is not None:
        return reason
    return "" if texts.get(session, TOLD).is_on else "変更のお知らせは、予約のお知らせの設定で止めてあります。"


def move(
    session: Session,
    reservation: Reservation,
    change: Change,
    *,
    staff_id: int | None,
    tells: bool,
    now: datetime,
    version: int | None = None,
    force: bool = False,
) -> ReservationEntry:
    """What is told waits for UNDO. Raises Refused. Returns what `undo` takes back."""
    _check_seen(reservation, version)
    by = recording.By(ChangedBy.STAFF, staff_id, tells, UNDO)
    changing.move(session, reservation, change, by=by, now=now, version=version, force=force)
    return _last(session, reservation)


def sets_off(session: Session, reservation: Reservation) -> bool:
    """Whether action sets ran with the move: `undo` does not take back what they did."""
    return firing.runs(session, reservation, TOLD)


def _last(session: Session, reservation: Reservation) -> ReservationEntry:
    row = ReservationEntry
    mine = sa.select(row).where(row.reservation_id == reservation.id, row.what == Transition.CHANGED.value)
    return session.scalars(mine.order_by(row.id.desc()).limit(1)).one()


def undo(session: Session, reservation: Reservation, entry_id: int, *, staff_id: int | None, now: datetime) -> None:
    """Back to where it was before the change *entry_id*, and the customer hears of neither.

    Raises Refused when it was changed since or the old place is gone, DomainError once the customer was told.
    """
    entry = session.get(ReservationEntry, entry_id)
    if entry is None or entry.reservation_id != reservation.id or entry.what != Transition.CHANGED.value:
        raise refusals.version_conflict(NOT_THE_LAST)
    before = entry.before
    change = Change(
        day=date.fromisoformat(before["business_date"]),
        minute=before["start_minute"],
        provider_id=before["provider_id"],
        minutes=_minutes(before["starts_at"], before["ends_at"]),
        is_nominated=before["is_nominated"],
        fee=before.get("fee"),
    )
    by = recording.by_staff(staff_id, tells=False)
    force = before["is_forced"] or before["is_outside"]  # where staff had put it, it may stand again
    changing.move(session, reservation, change, by=by, now=now, version=entry.version, force=force)
    try:
        messaging.take_back(session, entry, TOLD, now=now)
    except DomainError:
        raise DomainError("お客様へのお知らせを送ったあとなので、元に戻せません。もう一度動かしてください。") from None


NOT_THE_LAST = "この変更は元に戻せません。画面を開き直してください。"


def _minutes(starts_at: str, ends_at: str) -> int:
    return int((datetime.fromisoformat(ends_at) - datetime.fromisoformat(starts_at)).total_seconds()) // 60
