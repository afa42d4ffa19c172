"""「送信」: the booking, the second person's yes, and taking it back until the very moment."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications, sending_rules
from lstep_lite.engine.broadcasts import checking, keeping
from lstep_lite.engine.notifications.kinds import LEADERS, Recipients
from lstep_lite.errors import DomainError, NotAllowed
from lstep_lite.models import Broadcast, BroadcastState

SENT_ALREADY = (BroadcastState.ASKED, BroadcastState.BOOKED, BroadcastState.SENDING, BroadcastState.DONE)
TOO_LATE = "すでに送信が始まっているため、取り消せません。止めるときは「一時停止」を押してください。"
ASKED = notifications.kind(
    "broadcast.asked",
    label="一斉配信の承認",
    lead="一斉配信の承認を頼まれたとき、頼んだ配信に返事があったときに知らせます。",
    icon="speakerphone",
    order=72,
    roles=LEADERS,
)


def submit(session: Session, broadcast: Broadcast, *, staff_id: int, now: datetime) -> None:
    """Book it, or ask a second person first where the shop's rules want that; pressing twice does it once.

    Raises DomainError naming the field when it is not ready.
    """
    keeping.lock(session, broadcast)
    if broadcast.state in SENT_ALREADY:
        return
    if broadcast.state is not BroadcastState.DRAFT:
        raise DomainError("この一斉配信は、今は送信できません。内容を開いて保存し直すか、コピーしてください。")
    checking.check_complete(session, broadcast, now=now)
    broadcast.asked_by_id, broadcast.asked_at = staff_id, now
    if sending_rules.rules(session).needs_approval:
        broadcast.state, broadcast.updated_at = BroadcastState.ASKED, now
        _tell_approvers(session, broadcast, now)
    else:
        _book(session, broadcast, now)


def approve(session: Session, broadcast: Broadcast, *, staff_id: int, now: datetime) -> None:
    """A second person says yes. Raises DomainError when it is not asked for, and NotAllowed to whoever asked."""
    _lock_asked(session, broadcast)
    if broadcast.asked_by_id == staff_id:
        raise NotAllowed("ご自分が頼んだ一斉配信は承認できません。ほかの管理者に頼んでください。")
    if not broadcast.is_at_once and broadcast.due_at is not None and broadcast.due_at <= now:
        raise DomainError("予定の日時を過ぎています。「戻す」を押して、日時を直してもらってください。")
    checking.check_complete(session, broadcast, now=now)
    broadcast.approved_by_id = staff_id
    _book(session, broadcast, now)
    _tell_asker(session, broadcast, "一斉配信が承認されました", "", now)


def decline(session: Session, broadcast: Broadcast, *, word: str = "", now: datetime) -> None:
    """It goes back to whoever asked, with a *word*. Raises DomainError when it is not asked for."""
    _lock_asked(session, broadcast)
    _tell_asker(session, broadcast, "一斉配信が下書きに戻されました", word.strip(), now)
    keeping.back_to_draft(broadcast)
    broadcast.updated_at = now


def take_back(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """「取り消す」: a draft again, as long as it has not gone out. Raises DomainError."""
    keeping.lock(session, broadcast)
    if broadcast.state is BroadcastState.DRAFT:
        return
    if broadcast.state not in (BroadcastState.ASKED, BroadcastState.BOOKED) or _is_leaving(broadcast, now):
        raise DomainError(TOO_LATE)
    keeping.back_to_draft(broadcast)
    broadcast.updated_at = now


def _is_leaving(broadcast: Broadcast, now: datetime) -> bool:
    return broadcast.state is BroadcastState.BOOKED and broadcast.due_at is not None and broadcast.due_at <= now


def _book(session: Session, broadcast: Broadcast, now: datetime) -> None:
    end_of_hold = now + timedelta(seconds=sending_rules.rules(session).hold_seconds)
    planned_at = None if broadcast.is_at_once else broadcast.due_at
    broadcast.state, broadcast.held_from = BroadcastState.BOOKED, now
    broadcast.due_at = max(planned_at or now, end_of_hold)
    broadcast.is_gathered, broadcast.cursor, broadcast.updated_at = False, 0, now


def _lock_asked(session: Session, broadcast: Broadcast) -> None:
    keeping.lock(session, broadcast)
    if broadcast.state is not BroadcastState.ASKED:
        raise DomainError("この一斉配信は、承認待ちではありません。だれかが先に返事をしたか、取り消されています。")


def _tell_approvers(session: Session, broadcast: Broadcast, now: datetime) -> None:
    _tell(session, broadcast, "一斉配信の承認を頼まれています", "", now, Recipients(LEADERS))


def _tell_asker(session: Session, broadcast: Broadcast, title: str, word: str, now: datetime) -> None:
    if broadcast.asked_by_id is not None:
        _tell(session, broadcast, title, word, now, Recipients(staff_ids=(broadcast.asked_by_id,)))


def _tell(session: Session, broadcast: Broadcast, title: str, word: str, now: datetime, recipients: Recipients) -> None:
    notifications.notify(
        session,
        ASKED.name,
        title=title,
        body=f"{broadcast.name}：{word}" if word else broadcast.name,
        href=f"/broadcasts/{broadcast.id}",
        dedupe_key=f"{ASKED.name}:{broadcast.id}:{title}:{now.isoformat()}",
        recipients=recipients,
        now=now,
    )
