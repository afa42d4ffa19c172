"""What goes out beside the bell: e-mail, and LINE to staff who linked themselves.

Whatever is due together for one person leaves as one message. An attempt is counted and committed before the mail
server is asked, so a worker that dies on the way leaves a trace and the mail goes again after the lease: a mail may
come twice, it never gets lost unseen. By LINE it goes through the outbox, which sends once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import Database
from lstep_lite.engine import agenda, deliveries, messages, settings
from lstep_lite.engine.notifications.kinds import kinds
from lstep_lite.engine.notifications.mail import Mail, Mailer, MailError
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    Dispatch,
    DispatchState,
    Friend,
    Lane,
    Notification,
    NotificationChannel,
    Receipt,
    Staff,
    StaffLink,
)

SOURCE = "notifications"
LABEL = "スタッフへのお知らせ"
LEASE = timedelta(minutes=2)
"""Longer than a mail server may take."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 8
MOST_LISTED = 20
"""So many notifications are told one by one in a message."""
KEPT = timedelta(days=180)
MOST_BUNDLED = 500
"""So many leave as one at most."""
SWEPT_AT_A_TIME = 100
GONE = "スタッフのアカウントが停止されています。"
NOT_LINKED = "LINEと連携していません。「アカウント」の画面で連携できます。"
IS_OPEN = Dispatch.state.in_((DispatchState.WAITING, DispatchState.SENDING))
UNREACHABLE = "LINEで受け取れない状態です（ブロック中、または友だちではありません）。"


def send_due(database: Database, mailer: Mailer, *, public_url: str, now: datetime, wall: datetime) -> None:
    """Send what is due, one message a person and channel; a mail server that fails is left alone until the next pass.

    Talks to the mail server: never call it inside a unit of work.
    """
    with database.read() as session:
        turns = session.execute(due_turns(now, wall)).all()
    for staff_id, channel in turns:
        if channel is NotificationChannel.LINE:
            with database.unit() as session:
                _put_line(session, staff_id, public_url, now, wall)
        elif not _send_mail(database, mailer, staff_id, public_url, now, wall):
            break


def _claimable(now: datetime, wall: datetime) -> sa.ColumnElement[bool]:
    waits = sa.and_(Dispatch.state == DispatchState.WAITING, Dispatch.due_at <= now)
    may_retry = sa.or_(Dispatch.retry_at.is_(None), Dispatch.retry_at <= wall)
    abandoned = sa.and_(Dispatch.state == DispatchState.SENDING, Dispatch.lease_until < wall)
    return sa.and_(IS_OPEN, sa.or_(sa.and_(waits, may_retry), abandoned))


def due_turns(now: datetime, wall: datetime) -> sa.Select[int, NotificationChannel]:
    turns = sa.select(Dispatch.staff_id, Dispatch.channel).where(_claimable(now, wall))
    return turns.group_by(Dispatch.staff_id, Dispatch.channel).order_by(sa.func.min(Dispatch.id)).limit(20)


def _claim(session: Session, staff_id: int, channel: NotificationChannel, now: datetime, wall: datetime) -> list[int]:
    """Take what is due for this person; the attempt counts from here on."""
    of_mine = (Dispatch.staff_id == staff_id, Dispatch.channel == channel, _claimable(now, wall))
    oldest = sa.select(Dispatch.id).where(*of_mine).order_by(Dispatch.id).limit(MOST_BUNDLED)
    mine = sa.update(Dispatch).where(Dispatch.id.in_(oldest), *of_mine)
    taken = mine.values(
        state=DispatchState.SENDING, attempts=Dispatch.attempts + 1, lease_until=wall + LEASE, retry_at=None
    ).execution_options(synchronize_session=False)
    return sorted(session.scalars(taken.returning(Dispatch.id)))


# E-mail ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Parcel:
    ids: list[int]
    mail: Mail


def _send_mail(
    database: Database, mailer: Mailer, staff_id: int, public_url: str, now: datetime, wall: datetime
) -> bool:
    """Send one person's mail. False when the mail server should be left alone for now."""
    with database.unit() as session:
        parcel = _pack(session, staff_id, public_url, now, wall)
    if parcel is None:
        return True
    failure = _try(mailer, parcel.mail)
    with database.unit() as session:
        _record(session, parcel.ids, failure, now=now, wall=wall)
    return failure is None or failure.permanent


def _pack(session: Session, staff_id: int, public_url: str, now: datetime, wall: datetime) -> _Parcel | None:
    person = session.get_one(Staff, staff_id)
    ids = _claim(session, staff_id, NotificationChannel.EMAIL, now, wall)
    if not ids:
        return None
    if not person.is_active:
        _end(session, ids, DispatchState.SKIPPED, GONE, now)
        return None
    told = _notifications(session, ids)
    lines = "\n\n".join(f"・{each.title}\n  {public_url}{each.href}" for each in told[:MOST_LISTED])
    text = f"{lines}{_more(told)}\n\nすべてのお知らせ: {public_url}/notifications\n"
    key = f"{SOURCE}:{staff_id}:{ids[0]}"
    return _Parcel(ids, Mail(person.email, f"【{_shop_name(session)}】{_subject(told)}", text, key, now))


def _subject(told: Sequence[Notification]) -> str:
    return kinds[told[0].kind].label if len(told) == 1 else f"{len(told)}件のお知らせ"


def _try(mailer: Mailer, mail: Mail) -> MailError | None:
    try:
        mailer.send(mail)
    except MailError as error:
        return error
    return None


def _record(session: Session, ids: list[int], failure: MailError | None, *, now: datetime, wall: datetime) -> None:
    if failure is None:
        _end(session, ids, DispatchState.SENT, None, now)
    elif failure.permanent:
        _end(session, ids, DispatchState.FAILED, failure.message, now)
    else:
        _again_later(session, ids, failure.message, now, wall)


def _again_later(session: Session, ids: list[int], reason: str, now: datetime, wall: datetime) -> None:
    """Back to waiting, twice as long each time; those that were tried often enough are given up."""
    for dispatch in session.scalars(sa.select(Dispatch).where(Dispatch.id.in_(ids))):
        dispatch.lease_until, dispatch.reason = None, reason
        if dispatch.attempts >= MOST_ATTEMPTS:
            dispatch.state, dispatch.finished_at = DispatchState.FAILED, now
        else:
            dispatch.state = DispatchState.WAITING
            dispatch.retry_at = wall + min(FIRST_WAIT * 2 ** (dispatch.attempts - 1), LONGEST_WAIT)


def _end(session: Session, ids: list[int], state: DispatchState, reason: str | None, now: datetime) -> None:
    done = sa.update(Dispatch).where(Dispatch.id.in_(ids)).execution_options(synchronize_session=False)
    session.execute(done.values(state=state, reason=reason, finished_at=now, lease_until=None))


# LINE -----------------------------------------------------------------------------------------------------------------


def _put_line(session: Session, staff_id: int, public_url: str, now: datetime, wall: datetime) -> None:
    """Lay what is due for one person into the outbox, as one message that counts."""
    ids = _claim(session, staff_id, NotificationChannel.LINE, now, wall)
    if not ids:
        return
    reason = why_not_line(session, staff_id)
    if reason is not None:
        _end(session, ids, DispatchState.SKIPPED, reason, now)
        return
    friend = session.get_one(StaffLink, staff_id).friend
    text = _line_text(session, _notifications(session, ids), public_url)
    put = put_text(session, friend, text, dedupe_key=f"{SOURCE}:{staff_id}:{ids[0]}", now=now)
    _end(session, ids, DispatchState.SENT, None, now)
    session.execute(sa.update(Dispatch).where(Dispatch.id.in_(ids)).values(delivery_id=put))


def why_not_line(session: Session, staff_id: int) -> str | None:
    """Why this member of staff can't be told by LINE, if they can't."""
    link = session.get(StaffLink, staff_id)
    if not session.get_one(Staff, staff_id).is_active:
        return GONE
    if link is None:
        return NOT_LINKED
    return None if link.friend.can_receive else UNREACHABLE


def put_text(session: Session, friend: Friend, text: str, *, dedupe_key: str, now: datetime) -> int | None:
    """Lay a counted message to a member of staff into the outbox; its id, or None when it is there already."""
    # What people typed must not turn into a placeholder of the staff member's own.
    plain = text.replace("[", "［").replace("]", "］")
    content = messages.freeze(session, [{"kind": "text", "text": plain}], now=now)
    put = deliveries.put(
        session, friend, content, source=SOURCE, label=LABEL, dedupe_key=dedupe_key, lane=Lane.TIMED, now=now
    )
    return put.id if put else None


def _line_text(session: Session, told: Sequence[Notification], public_url: str) -> str:
    head = f"【{_shop_name(session)}】"
    if len(told) == 1:
        return f"{head}{told[0].title}\n{public_url}{told[0].href}"
    lines = "\n".join(f"・{each.title}" for each in told[:MOST_LISTED])
    return f"{head}{len(told)}件のお知らせ\n{lines}{_more(told)}\n{public_url}/notifications"


# Shared ---------------------------------------------------------------------------------------------------------------


def _notifications(session: Session, dispatch_ids: list[int]) -> Sequence[Notification]:
    query = sa.select(Notification).join(Dispatch, Dispatch.notification_id == Notification.id)
    return session.scalars(query.where(Dispatch.id.in_(dispatch_ids)).order_by(Notification.id)).all()


def _more(told: Sequence[Notification]) -> str:
    return f"\nほか{len(told) - MOST_LISTED}件" if len(told) > MOST_LISTED else ""


def _shop_name(session: Session) -> str:
    shop = settings.shop(session)
    return shop.name if shop else "lstep_lite"


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    due = sa.select(sa.func.count()).select_from(Dispatch)
    due = due.where(IS_OPEN, sa.or_(_claimable(now, wall), Dispatch.state == DispatchState.SENDING))
    next_due = sa.select(sa.func.min(Dispatch.due_at)).where(IS_OPEN, Dispatch.due_at > now)
    return agenda.Pending(session.scalar(due) or 0, session.scalar(next_due))


def recent(session: Session, *, limit: int = 30) -> Sequence[Dispatch]:
    """The newest messages that went out or were to, with their people and what they told."""
    query = sa.select(Dispatch).order_by(Dispatch.id.desc()).limit(limit)
    told = (joinedload(Dispatch.notification), joinedload(Dispatch.staff), joinedload(Dispatch.delivery))
    return session.scalars(query.options(*told)).all()


def retry(session: Session, dispatch_id: int, *, now: datetime) -> None:
    """Have a failed one sent again. Raises DomainError for any other."""
    dispatch = session.get(Dispatch, dispatch_id, with_for_update=True)
    if dispatch is None:
        raise NotFound
    if dispatch.state not in (DispatchState.FAILED, DispatchState.SKIPPED):
        raise DomainError("送り直せるのは、送れなかったお知らせだけです。")
    dispatch.state, dispatch.attempts, dispatch.due_at = DispatchState.WAITING, 0, now
    dispatch.reason = dispatch.finished_at = dispatch.retry_at = None
    session.flush()  # the same request lists it


@agenda.work("chores", due=lambda now, wall: sa.exists().where(Notification.created_at < agenda.ago(KEPT)))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Forget notifications of half a year ago."""
    old = sa.select(Notification.id).where(Notification.created_at < now - KEPT).limit(SWEPT_AT_A_TIME)
    with database.read() as session:
        ids = session.scalars(old).all()
    if not ids:
        return False
    with database.unit() as session:
        for table in (Dispatch, Receipt):
            session.execute(sa.delete(table).where(table.notification_id.in_(ids)))
        session.execute(sa.delete(Notification).where(Notification.id.in_(ids)))
    return True
