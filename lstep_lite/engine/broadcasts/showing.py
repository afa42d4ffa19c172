"""Broadcasts in words and pictures, for the pages about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, messages, segments
from lstep_lite.engine.broadcasts import checking
from lstep_lite.engine.broadcasts.checking import LETTERS
from lstep_lite.engine.broadcasts.preflight import Sheet
from lstep_lite.engine.broadcasts.results import Outcome
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, BroadcastVariant

OUTCOMES = {
    Outcome.SENT: "送った",
    Outcome.WAITING: "順番待ち",
    Outcome.ON_THE_WAY: "送信待ち",
    Outcome.HELD: "止めている",
    Outcome.FAILED: "失敗",
    Outcome.SKIPPED: "送らなかった",
    Outcome.CANCELLED: "取り消した",
    Outcome.MISSED: "時間を過ぎて未送信",
    Outcome.UNKNOWN: "届いたか確認できません",
    Outcome.TAPPED: "ボタンを押した",
    Outcome.LEFT: "24時間以内にブロックした",
}


@dataclass(frozen=True)
class Drawn:
    """One version as somebody imaginary gets it; *problem* says why it can't be shown."""

    letter: str
    objects: Sequence[dict[str, Any]]
    problem: str


@dataclass(frozen=True)
class Allowance:
    """Of LINE's limit and the shop's own, the one that ends first: what is used of it, and what a broadcast takes."""

    limit: int
    used: int
    counted: int
    is_own: bool

    @property
    def used_percent(self) -> float:
        return self._percent(self.used)

    @property
    def counted_percent(self) -> float:
        """Never beyond the end."""
        return min(self._percent(self.counted), 100 - self.used_percent)

    def _percent(self, count: int) -> float:
        return round(min(100, 100 * count / self.limit), 1) if self.limit else 100


def whom(session: Session, broadcast: Broadcast) -> str:
    """To whom, in one phrase."""
    words = segments.sentence(session, broadcast.tree)
    return f"{words}（くじで{broadcast.at_most:,}人まで）" if broadcast.at_most else words


def whom_many(session: Session, found: Sequence[Broadcast]) -> dict[int, str]:
    """The same for a list, by id."""
    asked = [pair for broadcast in found for pair in segments.mentioned(broadcast.tree)]
    with mentions.names_at_hand(session, asked):
        return {broadcast.id: whom(session, broadcast) for broadcast in found}


def problem(session: Session, broadcast: Broadcast, *, now: datetime) -> str:
    """Why it can't go out as it is; empty when it can."""
    try:
        checking.check_complete(session, broadcast, now=now)
    except DomainError as error:
        return error.message
    return ""


def allowance(sheet: Sheet) -> Allowance | None:
    """None without limits, and while LINE has told none."""
    found = []
    if sheet.forecast and sheet.forecast.limit is not None:
        found.append(Allowance(sheet.forecast.limit, sheet.used, sheet.counted, is_own=False))
    if sheet.own_cap is not None:
        found.append(Allowance(sheet.own_cap, sheet.own_used, sheet.counted, is_own=True))
    return min(found, key=lambda each: each.limit - each.used, default=None)


def drawn(session: Session, broadcast: Broadcast, *, public_url: str, now: datetime) -> list[Drawn]:
    return [_drawn(session, variant, public_url, now) for variant in broadcast.variants]


def _drawn(session: Session, variant: BroadcastVariant, public_url: str, now: datetime) -> Drawn:
    letter = LETTERS[variant.position]
    try:
        context = messages.context(session, variant.blocks, public_url=public_url, now=now)
        return Drawn(letter, messages.render(context, messages.templates.SAMPLE_FRIEND), "")
    except DomainError as error:
        return Drawn(letter, [], error.message)
