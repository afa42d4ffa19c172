"""What was tapped in one document: how often, by how many people, and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.mentions import Place
from lstep_lite.engine.taps import stretches
from lstep_lite.engine.taps.owners import owners
from lstep_lite.engine.taps.stretches import Stretch
from lstep_lite.errors import NotFound
from lstep_lite.models import AnswerState, Tap, TapAnswer

PERIODS = {7: 1, 30: 1, 91: 7, 364: 28}
"""How many days can be looked at, today included, and how many of them stand together in the chart."""
COUNTED = AnswerState.TAKEN


@dataclass(frozen=True)
class Count:
    friends: int = 0
    taken: int = 0
    again: int = 0
    closed: int = 0


@dataclass(frozen=True)
class Choice:
    """One tap with what came of it."""

    tap: Tap
    panel: int
    """Its panel, counted from 1; 0 where there is only one."""
    count: Count


@dataclass(frozen=True)
class Span:
    """Some days in a row, and how often something was chosen in them."""

    on: Stretch
    taken: int


@dataclass(frozen=True)
class Report:
    owner: str
    owner_id: int
    name: str
    place: Place
    days: int
    choices: Sequence[Choice]
    friends: int
    """How many people chose anything."""
    taken: int
    spans: Sequence[Span]

    @property
    def most_taken(self) -> int:
        """In any span: the longest bar of the chart."""
        return max(span.taken for span in self.spans)


def report(session: Session, owner: str, owner_id: int, *, days: int, zone: ZoneInfo, now: datetime) -> Report:
    """The last *days* days of one document. Raises NotFound when nothing could ever be tapped in it."""
    if owner not in owners or days not in PERIODS:
        raise NotFound
    taps = of_owner(session, owner, owner_id)
    if not taps:
        raise NotFound("まだ、押すと記録されるボタンや選択肢がありません。")
    stretch = stretches.last_days(days, zone=zone, now=now)
    mine = of(owner, owner_id)
    recent = sa.and_(mine, during(stretch))
    found = counts(session, recent)
    return Report(
        owner=owner,
        owner_id=owner_id,
        name=taps[0].owner_name,
        place=owners[owner].place(taps[0]),
        days=days,
        choices=_choices(taps, found),
        friends=friends(session, recent),
        taken=sum(count.taken for count in found.values()),
        spans=spans(session, mine, stretch.cut(PERIODS[days])),
    )


def has_choices(session: Session, owner: str, owner_id: int) -> bool:
    """Whether something in the document can be counted, or could be once: then there is a report."""
    mine = sa.exists().where(Tap.owner == owner, Tap.owner_id == owner_id, Tap.is_counted)
    return bool(session.scalar(sa.select(mine)))


def of_owner(session: Session, owner: str, owner_id: int) -> Sequence[Tap]:
    """What can be counted in a document, in its order; what was taken out of it comes last."""
    query = sa.select(Tap).where(Tap.owner == owner, Tap.owner_id == owner_id, sa.or_(Tap.is_counted, _has_answers()))
    return session.scalars(query.order_by(Tap.is_live.desc(), Tap.position, Tap.id)).all()


def _has_answers() -> sa.ColumnElement[bool]:
    return sa.exists().where(TapAnswer.tap_id == Tap.id)


def of(owner: str, owner_id: int) -> sa.ColumnElement[bool]:
    """The taps in one document, for the functions below."""
    return sa.and_(TapAnswer.owner == owner, TapAnswer.owner_id == owner_id)


def during(stretch: Stretch) -> sa.ColumnElement[bool]:
    return sa.and_(TapAnswer.at >= stretch.begins_at, TapAnswer.at < stretch.ends_at)


def counts(session: Session, wanted: sa.ColumnElement[bool]) -> dict[int, Count]:
    """What came of each tap, by its row's id."""
    numbers = sa.func.count(), sa.func.count(sa.distinct(TapAnswer.friend_id))
    rows = session.execute(
        sa.select(TapAnswer.tap_id, TapAnswer.state, *numbers).where(wanted).group_by(TapAnswer.tap_id, TapAnswer.state)
    )
    found: dict[int, dict[str, int]] = {}
    for tap_id, state, count, friends in rows:
        values = {"taken": count, "friends": friends} if state is COUNTED else {state.value: count}
        found.setdefault(tap_id, {}).update(values)
    return {tap_id: Count(**values) for tap_id, values in found.items()}


def friends(session: Session, wanted: sa.ColumnElement[bool]) -> int:
    """How many people chose anything."""
    distinct = sa.func.count(sa.distinct(TapAnswer.friend_id))
    return session.scalar(sa.select(distinct).where(wanted, TapAnswer.state == COUNTED)) or 0


def _choices(taps: Iterable[Tap], counts: Mapping[int, Count]) -> list[Choice]:
    taps = list(taps)
    panels = list(dict.fromkeys(tap.panel for tap in taps if tap.panel))
    numbers = {code: number for number, code in enumerate(panels, 1)} if len(panels) > 1 else {}
    return [Choice(tap, numbers.get(tap.panel, 0), counts.get(tap.id, Count())) for tap in taps]


def spans(session: Session, mine: sa.ColumnElement[bool], pieces: Sequence[Stretch]) -> list[Span]:
    """How often something was chosen in each of *pieces*."""
    every = sa.select(sa.func.count()).select_from(TapAnswer).where(mine, TapAnswer.state == COUNTED)
    columns = [every.where(during(piece)).scalar_subquery() for piece in pieces]  # each a stretch of the index
    found = session.execute(sa.select(*columns)).one()
    return [Span(piece, count) for piece, count in zip(pieces, found, strict=True)]
