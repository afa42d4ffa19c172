"""The people who serve (担当者): who they are, what they do, and when they go."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.reservations.keeping import courses, saving, words
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.engine.settings import zone
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    BLOCKING,
    Color,
    Course,
    Pool,
    PoolKind,
    Provider,
    ProviderSkill,
    ProviderState,
    Reservation,
    ReservationSegment,
    Staff,
)

FEATURE = "providers"
GONE = "この担当者は見つかりませんでした。削除された可能性があります。"
STILL_HERE = "「退職」にすると、今日から予約を受けません。退職日まで受けるときは、退職日だけを入れてください。"
LONGEST_NAME = 30
LONGEST_RANK = 30
LONGEST_TEXT = 300
MOST_AT_ONCE = 20
COLORS = (Color.BLUE, Color.PINK, Color.GREEN, Color.ORANGE, Color.PURPLE, Color.YELLOW, Color.RED, Color.GRAY)
"""In the order in which new people get them."""


@dataclass(frozen=True)
class ProviderDraft:
    name: str
    rank: str = ""
    text: str = ""
    media_id: int | None = None
    color: Color = Color.BLUE
    fee: int | None = 0
    is_nominatable: bool = True
    takes_free: bool = True
    at_once: int | None = 1
    """How many customers at a time."""
    state: ProviderState = ProviderState.ACTIVE
    retires_on: date | None = None
    staff_id: int | None = None


@dataclass(frozen=True)
class SkillDraft:
    """That a course is done, with own minutes or price where they differ."""

    minutes: Sequence[int] = ()
    """One for each segment of the course; none: the menu's."""
    price: int | None = None


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, provider_id: int) -> Provider:
    provider = session.get(Provider, provider_id)
    if provider is None:
        raise NotFound(GONE)
    return provider


def in_order(session: Session, *, with_retired: bool = False) -> Sequence[Provider]:
    query = sa.select(Provider).options(sa.orm.joinedload(Provider.pool)).order_by(Provider.position, Provider.id)
    if not with_retired:
        query = query.where(Provider.state != ProviderState.RETIRED)
    return session.scalars(query).all()


def next_color(session: Session) -> Color:
    """One that is used least, so that columns of a board can be told apart."""
    used = [each.color for each in in_order(session)]
    return min(COLORS, key=used.count)


def skill_counts(session: Session) -> dict[int, int]:
    row = ProviderSkill
    counts = sa.select(row.provider_id, sa.func.count()).group_by(row.provider_id)
    return dict(session.execute(counts).all())


def skills(session: Session, provider: Provider) -> dict[int, SkillDraft]:
    """By course."""
    rows = session.scalars(sa.select(ProviderSkill).where(ProviderSkill.provider_id == provider.id))
    return {row.course_id: SkillDraft([each["minutes"] for each in row.segments or ()], row.price) for row in rows}


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: ProviderDraft, *, now: datetime) -> Provider:
    """Who does nothing yet, and does not work yet. Raises DomainError naming the field."""
    last = session.scalar(sa.select(sa.func.max(Provider.position))) or 0
    with saving.offering(session, now=now):
        pool = Pool(kind=PoolKind.PROVIDER, name=draft.name, capacity=1, position=0)
        provider = Provider(code=secrets.token_urlsafe(courses.CODE_BYTES), pool=pool, position=last + 1)
        _write(session, provider, draft)
        session.add(provider)
        _note(session, provider)
    return provider


def update(
    session: Session, provider: Provider, draft: ProviderDraft, *, by: By, now: datetime, anyway: bool = False
) -> None:
    """Raises DomainError naming the field, and WouldNotFit when bookings lie after the last day."""
    if draft.state is ProviderState.RETIRED and draft.retires_on and draft.retires_on > _today(session, now):
        raise DomainError(STILL_HERE, "state")
    with saving.fitting(session, by=by, now=now, anyway=anyway):
        _write(session, provider, draft)
        _note(session, provider)


def _today(session: Session, now: datetime) -> date:
    return now.astimezone(zone(session)).date()


def _write(session: Session, provider: Provider, draft: ProviderDraft) -> None:
    provider.name = words.named(draft.name, LONGEST_NAME, "お名前")
    provider.rank = words.told(draft.rank, LONGEST_RANK, "rank")
    provider.text = words.told(draft.text, LONGEST_TEXT, "text")
    provider.media_id, provider.color = draft.media_id, draft.color
    provider.fee = words.price(draft.fee, "fee")
    provider.is_nominatable, provider.takes_free = draft.is_nominatable, draft.takes_free
    provider.state, provider.retires_on = draft.state, draft.retires_on
    if draft.staff_id is not None and session.get(Staff, draft.staff_id) is None:
        raise DomainError("スタッフを選び直してください。", "staff_id")
    provider.staff_id = draft.staff_id
    provider.pool.name = provider.name
    provider.pool.capacity = words.count(draft.at_once, "at_once", least=1, most=MOST_AT_ONCE)


def teach(session: Session, provider: Provider, wanted: Mapping[int, SkillDraft], *, now: datetime) -> None:
    """Exactly these courses are done. Raises DomainError naming the field."""
    with saving.offering(session, now=now):
        known = {each.id: each for each in courses.in_order(session, with_retired=True)}
        row = ProviderSkill
        session.execute(sa.delete(row).where(row.provider_id == provider.id))
        session.add_all(
            row(
                provider_id=provider.id,
                course_id=course_id,
                segments=_own_segments(known[course_id], each),
                price=None if each.price is None else words.price(each.price, "skills"),
            )
            for course_id, each in wanted.items()
            if course_id in known
        )


def _own_segments(course: Course, skill: SkillDraft) -> list[dict[str, Any]] | None:
    if not skill.minutes:
        return None
    if len(skill.minutes) != len(course.segments):
        raise DomainError(f"「{course.name}」の時間は、すべての欄に入力するか、すべて空にしてください。", "skills")
    own = [
        {"kind": each["kind"], "minutes": minutes} for each, minutes in zip(course.segments, skill.minutes, strict=True)
    ]
    return None if own == course.segments else courses.checked_segments(own, "skills")


def move(session: Session, provider: Provider, *, by: int, now: datetime) -> None:
    """One step up (-1) or down (1); at either end nothing changes."""
    in_place = list(in_order(session, with_retired=True))
    place = in_place.index(provider)
    in_place.insert(max(0, place + by), in_place.pop(place))
    with saving.offering(session, now=now):
        for position, each in enumerate(in_place, 1):
            each.position = position


def bookings_ahead(session: Session, provider: Provider, *, now: datetime) -> int:
    row = Reservation
    mine = sa.select(sa.func.count()).where(row.provider_id == provider.id, row.state.in_(BLOCKING), row.ends_at > now)
    return session.scalar(mine) or 0


def remove(session: Session, provider: Provider, *, now: datetime) -> bool:
    """Whether it is gone; one that bookings refer to is retired instead. Raises DomainError while some lie ahead."""
    with saving.offering(session, now=now):  # from here on nobody books
        if session.get(Provider, provider.id, populate_existing=True) is None:
            raise NotFound(GONE)
        if count := bookings_ahead(session, provider, now=now):
            raise DomainError(
                f"これからの予約が{count}件あるため、退職にできません。"
                "先に予約の担当者を変えるか、退職日を決めてください。"
            )
        is_used = _is_used(session, provider)
        if is_used:
            provider.state = ProviderState.RETIRED
        else:
            pool = provider.pool
            mentions.forget(session, FEATURE, provider.id)
            session.delete(provider)
            session.flush()  # before its pool
            session.delete(pool)
    return not is_used


def _is_used(session: Session, provider: Provider) -> bool:
    """Whether bookings refer to them, or to whom a stretch of one was given."""
    row = ReservationSegment
    booked = sa.exists().where(Reservation.provider_id == provider.id)
    served = sa.exists().where(row.provider_id == provider.id)
    return bool(session.scalar(sa.select(sa.or_(booked, served))))


def _note(session: Session, provider: Provider) -> None:
    """Write down which picture it shows: 「使われている場所」."""
    session.flush()  # it is written down under its id
    mentions.write(session, FEATURE, provider.id, [("media", provider.media_id)] if provider.media_id else [])


@mentions.owner(FEATURE)
def _described(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids)
    return {
        key: mentions.Place(f"スタッフ「{name}」", "providers.edit", {"provider_id": int(key)})
        for key, name in named.items()
    }
