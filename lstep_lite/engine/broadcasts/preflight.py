"""The sheet before 「送信」: who gets it, what it costs, what it looks like, and what to think about first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import messages, segments, sending_rules, settings
from lstep_lite.engine.broadcasts import audience, checking
from lstep_lite.engine.deliveries import counting
from lstep_lite.engine.settings.quota import Forecast
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, BroadcastVariant, Friend

SAMPLES = 5
OFTEN = 4
"""Broadcasts in a month: more make people block the account."""
OFTEN_DAYS = 30
EARLIEST, LATEST = 8, 22
"""Hours at which most people like to be written to."""


@dataclass(frozen=True)
class LeftOut:
    """So many friends in the segment do not get it."""

    reason: str
    count: int


@dataclass(frozen=True)
class Sample:
    """What one friend would see; *problem* says why it can't be shown."""

    friend: Friend
    variant: BroadcastVariant
    objects: Sequence[dict[str, Any]]
    problem: str | None


@dataclass(frozen=True)
class Sheet:
    recipients: int
    left_out: Sequence[LeftOut]
    often: int
    """Of the recipients, those who got `often_times` broadcasts or more in the last `often_days` days."""
    often_times: int
    often_days: int
    forecast: Forecast | None
    """The account's allowance; None until LINE has told it."""
    own_cap: int | None
    own_used: int
    """Counted messages of this month, as we know them."""
    samples: Sequence[Sample]
    warnings: Sequence[str] = field(default_factory=tuple)

    @property
    def counted(self) -> int:
        """How much of the allowance it uses: one request a friend, whatever is in it."""
        return self.recipients

    @property
    def used(self) -> int:
        """Of the allowance; others may send through the same account."""
        return self.forecast.used if self.forecast else self.own_used

    @property
    def left(self) -> int | None:
        """What LINE's allowance and the shop's own limit leave before it; None without limits."""
        lefts = []
        if self.forecast is not None and self.forecast.limit is not None:
            lefts.append(self.forecast.limit - self.used)
        if self.own_cap is not None:
            lefts.append(self.own_cap - self.own_used)
        return max(0, min(lefts)) if lefts else None

    @property
    def is_short(self) -> bool:
        return self.left is not None and self.counted > self.left


def preflight(session: Session, broadcast: Broadcast, *, public_url: str, now: datetime) -> Sheet:
    """How it would go if it went out now."""
    within = audience.condition(session, broadcast, now=now)
    enough = audience.had_enough(session, broadcast, now=now)
    matching = _count(session, within)
    had_enough = _count(session, within & enough) if enough is not None else 0
    chosen = min(matching, broadcast.at_most) if broadcast.at_most is not None else matching
    # By lot the draw comes first; how many of the drawn have had enough is a guess by their share.
    had_enough = round(had_enough * chosen / matching) if matching else 0
    reached = within if enough is None else sa.and_(within, sa.not_(enough))
    rules = sending_rules.rules(session)
    often_times, often_days = (
        rules.frequency_most or OFTEN,
        rules.frequency_days if rules.frequency_most else OFTEN_DAYS,
    )
    often = audience.written_to(often_times, often_days, besides=broadcast.id, now=now)
    month = counting.this_month(session, now=now)
    sheet = Sheet(
        recipients=chosen - had_enough,
        left_out=[*_unreachable(session, broadcast, now), *_by_rules(matching - chosen, had_enough)],
        often=_count(session, reached & often),
        often_times=often_times,
        often_days=often_days,
        forecast=counting.forecast(session, month, now=now),
        own_cap=rules.monthly_cap,
        own_used=month.counted,
        samples=_samples(session, broadcast, reached, public_url, now),
    )
    return replace(sheet, warnings=_warnings(session, broadcast, sheet, now))


def _samples(
    session: Session, broadcast: Broadcast, reached: sa.ColumnElement[bool], public_url: str, now: datetime
) -> list[Sample]:
    """A few friends by lot, each with the version they would get."""
    found = session.scalars(sa.select(Friend).where(reached).order_by(audience.lot(broadcast)).limit(SAMPLES)).all()
    return [_sample(session, broadcast, friend, public_url, now) for friend in found]


def _sample(session: Session, broadcast: Broadcast, friend: Friend, public_url: str, now: datetime) -> Sample:
    variant = audience.version_of(broadcast, friend.lot_number) or broadcast.variants[0]
    try:
        context = messages.context(session, variant.blocks, public_url=public_url, now=now, friends=[friend])
        return Sample(friend, variant, messages.render(context, friend), None)
    except DomainError as error:
        return Sample(friend, variant, [], error.message)


def _count(session: Session, condition: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Friend).where(condition)) or 0


def _unreachable(session: Session, broadcast: Broadcast, now: datetime) -> list[LeftOut]:
    """Those in the segment to whom nothing can be sent."""
    has_line = Friend.line_user_id.is_not(None)
    groups = {
        "こちらでブロックした方": sa.and_(has_line, Friend.is_blocked),
        "このアカウントをブロックした方": sa.and_(has_line, ~Friend.is_blocked, ~Friend.is_following),
        "LINEなしのお客様": sa.and_(~has_line, Friend.erased_at.is_(None)),
    }
    within = segments.condition(session, broadcast.tree, now=now, occurrence=audience.occurrence(broadcast))
    columns = [sa.func.count(sa.case((group, 1))) for group in groups.values()]
    counts = session.execute(sa.select(*columns).select_from(Friend).where(within)).one()
    return [LeftOut(reason, count) for reason, count in zip(groups, counts, strict=True) if count]


def _by_rules(by_lot: int, had_enough: int) -> list[LeftOut]:
    found = [
        LeftOut("くじで選ばれない方", by_lot),
        LeftOut("お店で決めた回数まで最近の一斉配信を受け取っている方", had_enough),
    ]
    return [each for each in found if each.count]


def _warnings(session: Session, broadcast: Broadcast, sheet: Sheet, now: datetime) -> list[str]:
    found = []
    if not sheet.recipients:
        found.append("今の条件では、受け取る方がいません。「だれに」を見直してください。")
    if sheet.is_short:
        found.append(
            f"今月送れる残りは{sheet.left or 0:,}通です。足りない分は送られずに残り、"
            "通数が増えるか来月になってから続きを送れます。"
        )
    hour = (broadcast.due_at or now).astimezone(settings.zone(session)).hour
    if not EARLIEST <= hour < LATEST:
        found.append(f"夜間や早朝（{LATEST}時〜{EARLIEST}時）の配信です。お客様が驚かない時間か確かめてください。")
    return found + _problem(session, broadcast, now)


def _problem(session: Session, broadcast: Broadcast, now: datetime) -> list[str]:
    """What 「送信」 would refuse."""
    try:
        checking.check_complete(session, broadcast, now=now)
    except DomainError as error:
        return [error.message]
    return []
