"""What a broadcast may say: its plan, its versions, and whether it is ready to go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import messages, segments
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, WinnerBy

MOST_VARIANTS = 4
MOST_A_MINUTE = 60_000
MOST_PEOPLE = 100_000_000
LONGEST_TRIAL = 7 * 24 * 60
"""In minutes."""
LETTERS = "ABCD"
PAST = "この日時は過ぎています。これから先の日時にしてください。"


@dataclass(frozen=True)
class VariantDraft:
    """One version. *percent* is that of the friends who get it; a single version goes to all."""

    blocks: Sequence[Any]
    percent: int = 100


def check_plan(planned_at: datetime | None, at_most: int | None, per_minute: int | None, *, now: datetime) -> None:
    """Raises DomainError for the field `planned_at`, `at_most` or `per_minute`."""
    if planned_at is not None and planned_at <= now:
        raise DomainError(PAST, "planned_at")
    if at_most is not None and not 1 <= at_most <= MOST_PEOPLE:
        raise DomainError(f"人数は1〜{MOST_PEOPLE:,}にしてください。", "at_most")
    if per_minute is not None and not 1 <= per_minute <= MOST_A_MINUTE:
        raise DomainError(f"1分間の通数は1〜{MOST_A_MINUTE:,}にしてください。", "per_minute")


def check_variants(
    session: Session, variants: Sequence[VariantDraft], winner_by: WinnerBy | None, winner_after: int | None
) -> None:
    """What is filled in must be right; a draft's messages may be missing.

    Raises DomainError for the field `blocks-<position>`, `percent` or `winner_after_minutes`.
    """
    if not 1 <= len(variants) <= MOST_VARIANTS:
        raise DomainError(f"パターンは1〜{MOST_VARIANTS}個にしてください。", "percent")
    for position, variant in enumerate(variants):
        if variant.blocks:
            _check_blocks(session, variant.blocks, position, is_alone=len(variants) == 1)
    if len(variants) > 1:
        _check_percents([variant.percent for variant in variants], waits=winner_by is not None)
        if winner_by is WinnerBy.TAPS and not 1 <= (winner_after or 0) <= LONGEST_TRIAL:
            raise DomainError("結果を比べるまでの時間は、1分〜7日にしてください。", "winner_after_minutes")


def check_complete(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """Raises DomainError naming the field when it can't go out as it is."""
    if not broadcast.is_at_once and (broadcast.due_at is None or broadcast.due_at <= now):
        raise DomainError(PAST, "planned_at")
    if segments.broken(session, broadcast.tree):
        raise DomainError("送る相手の条件に、削除されたものが使われています。条件を直してください。", "tree")
    for variant in broadcast.variants:
        _check_blocks(session, variant.blocks, variant.position, is_alone=len(broadcast.variants) == 1)


def _check_blocks(session: Session, blocks: Sequence[Any], position: int, *, is_alone: bool) -> None:
    try:
        messages.check_to_keep(session, blocks)
    except DomainError as error:
        which = "" if is_alone else f"パターン{LETTERS[position]}："
        raise DomainError(f"{which}{error.message}", f"blocks-{position}") from error


def _check_percents(percents: Sequence[int], *, waits: bool) -> None:
    if any(percent < 1 for percent in percents):
        raise DomainError("割合は、どのパターンも1%以上にしてください。", "percent")
    if waits and sum(percents) >= 100:
        raise DomainError("よかったほうを残りの方に送るには、割合の合計を99%以下にしてください。", "percent")
    if not waits and sum(percents) != 100:
        raise DomainError(f"割合の合計を100%にしてください（今は{sum(percents)}%です）。", "percent")
