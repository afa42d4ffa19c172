"""The better version of a trial: the one with more taps, or the one staff choose. It goes to those who wait for it."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.engine.broadcasts import keeping, results
from lstep_lite.engine.broadcasts.results import Outcome, VersionResult
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, BroadcastState, Recipient, RecipientState, WinnerBy

CHOOSE = notifications.kind(
    "broadcast.winner",
    label="一斉配信のパターン選び",
    lead="お試しのパターンを送り終わり、残りの方に送るパターンを選べるようになったときに知らせます。",
    icon="trophy",
    order=74,
)


def is_on_trial(broadcast: Broadcast) -> bool:
    """Whether some friends wait for the better version."""
    return broadcast.winner_by is not None and broadcast.winner_id is None


def choose_winner(session: Session, broadcast: Broadcast, variant_id: int, *, now: datetime) -> None:
    """By hand, as soon as it is on its way; the rest get this version. Raises DomainError when it is too late."""
    keeping.lock(session, broadcast)
    under_way = broadcast.state in (BroadcastState.SENDING, BroadcastState.PAUSED)
    if not (under_way and is_on_trial(broadcast)):
        raise DomainError("パターンは、残りの方がお待ちの間だけ選べます。すでに選ばれたか、送り終わっています。")
    if variant_id not in {variant.id for variant in broadcast.variants}:
        raise DomainError("送るパターンを選んでください。", "variant_id")
    _begin_the_rest(broadcast, variant_id, now)
    broadcast.updated_at = now


def trial_is_over(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """All versions of the trial are put: wait for its taps, for staff, or choose."""
    if not _somebody_waits(session, broadcast):
        broadcast.due_at = None
    elif broadcast.winner_by is WinnerBy.HAND:
        broadcast.due_at = None
        _ask_to_choose(session, broadcast, now)
    else:
        started_at = broadcast.started_at or now
        broadcast.due_at = started_at + timedelta(minutes=broadcast.winner_after_minutes or 0)
        if broadcast.due_at <= now:
            _begin_the_rest(broadcast, _best(session, broadcast, now), now)


def waits_for_staff(session: Session, broadcast: Broadcast) -> bool:
    """Whether nothing goes on until somebody has chosen."""
    is_by_hand = is_on_trial(broadcast) and broadcast.winner_by is WinnerBy.HAND and broadcast.due_at is None
    return is_by_hand and _somebody_waits(session, broadcast)


def _somebody_waits(session: Session, broadcast: Broadcast) -> bool:
    waiting = sa.select(Recipient.id).filter_by(broadcast_id=broadcast.id, state=RecipientState.WAITING)
    return session.scalar(waiting.limit(1)) is not None


def _best(session: Session, broadcast: Broadcast, now: datetime) -> int:
    """The version with the largest share of people who tapped; the first of equals."""
    found = results.results(session, broadcast, now=now).versions
    return max(found, key=_share).variant.id


def _share(version: VersionResult) -> tuple[float, int]:
    sent = version.numbers[Outcome.SENT]
    return (version.tapped / sent if sent else 0.0), -version.variant.position


def _begin_the_rest(broadcast: Broadcast, variant_id: int, now: datetime) -> None:
    broadcast.winner_id, broadcast.cursor, broadcast.due_at = variant_id, 0, now


def _ask_to_choose(session: Session, broadcast: Broadcast, now: datetime) -> None:
    notifications.notify(
        session,
        CHOOSE.name,
        title="残りの方に送るパターンを選んでください",
        body=broadcast.name,
        href=f"/broadcasts/{broadcast.id}",
        dedupe_key=f"{CHOOSE.name}:{broadcast.id}",
        now=now,
    )
