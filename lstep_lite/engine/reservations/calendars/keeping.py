"""Setting connections up, and what staff see of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine.reservations.calendars import subjects, tokens
from lstep_lite.engine.reservations.calendars.google import SCOPES, CalendarAtGoogle, Client, Google, Grant
from lstep_lite.engine.reservations.calendars.subjects import Subject
from lstep_lite.engine.reservations.calendars.tokens import Key
from lstep_lite.engine.reservations.keeping import saving
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.engine.secrets import Vault
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import CalendarEvent, CalendarLink, ExternalBusy, GoogleClient, LinkState, Reservation

CALLBACK = "/reservations/calendars/callback"
"""Where Google sends the owner back to; it has to be written down at Google as it is."""
SHOWN_PROBLEMS = 50
NO_SCOPE = "カレンダーへの許可が足りません。接続し直して、Googleの画面に出る項目すべてにチェックを入れてください。"
_PAST = {"synchronize_session": False}


# How Google knows us -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClientDraft:
    """As pasted. An empty secret keeps the one that is stored."""

    client_id: str
    client_secret: str


def client(session: Session) -> GoogleClient | None:
    return session.get(GoogleClient, 1)


def save_client(session: Session, draft: ClientDraft, *, vault: Vault, now: datetime) -> GoogleClient:
    """Raises DomainError for a missing secret."""
    row = client(session)
    if not draft.client_secret and (row is None or row.client_id != draft.client_id):
        raise DomainError("クライアントシークレットを貼り付けてください。", "client_secret")
    if row is None:
        row = GoogleClient(id=1)
        session.add(row)
    row.client_id, row.updated_at = draft.client_id, now
    if draft.client_secret:
        row.client_secret = vault.seal(draft.client_secret)
    return row


# Connections ---------------------------------------------------------------------------------------------------------


def get(session: Session, link_id: int) -> CalendarLink:
    link = session.get(CalendarLink, link_id)
    if link is None:
        raise NotFound("この接続は見つかりませんでした。接続が解除された可能性があります。")
    return link


def by_subject(session: Session) -> Mapping[str, CalendarLink]:
    return {link.subject: link for link in session.scalars(sa.select(CalendarLink))}


def shown(session: Session) -> Sequence[tuple[Subject, CalendarLink | None]]:
    """Everybody who has a calendar, those who left included, or could have one."""
    links = by_subject(session)
    found = [(each, links.get(each.key)) for each in subjects.all_of(session)]
    known = {each.key for each, _ in found}
    left = [link for link in links.values() if link.subject not in known]
    return [*found, *((Subject(each.subject, f"{name_of(each)}（退職）", each.provider_id), each) for each in left)]


def name_of(link: CalendarLink) -> str:
    return f"{link.provider.name}さん" if link.provider is not None else "お店全体"


def connect(
    session: Session, subject: str, grant: Grant, *, vault: Vault, now: datetime, wall: datetime
) -> CalendarLink:
    """Keep what Google has granted; which calendar it is has to be chosen (again) next. Raises DomainError."""
    whose = subjects.get(session, subject)
    if not grant.refresh_token or not set(SCOPES) <= set(grant.scope.split()):
        raise DomainError(NO_SCOPE)
    link = session.scalar(sa.select(CalendarLink).where(CalendarLink.subject == whose.key).with_for_update())
    if link is None:
        link = CalendarLink(subject=whose.key, provider_id=whose.provider_id, takes_busy=whose.provider_id is not None)
        session.add(link)
    link.state, link.connected_at, link.due_at = LinkState.CHOOSING, now, None
    link.refresh_token = vault.seal(grant.refresh_token)
    link.access_token, link.access_token_expires_at = vault.seal(grant.access_token), wall + grant.lives
    session.flush()  # its id is in the address of the next page
    return link


def key_of(session: Session, link: CalendarLink, *, vault: Vault) -> Key:
    """What `offered` needs."""
    return tokens.key(session, link, vault)


def google_client(session: Session, *, vault: Vault) -> Client:
    """Raises DomainError before the owner has told us."""
    return tokens.client(session, vault)


def offered(google: Google, key: Key, *, wall: datetime) -> Sequence[CalendarAtGoogle]:
    """The calendars there are to choose from. Asks Google: not inside a unit. Raises GoogleError."""
    return key.call(google, google.calendars, wall=wall)


@dataclass(frozen=True)
class LinkDraft:
    calendar_id: str
    calendar_name: str
    takes_busy: bool
    shows_names: bool


def choose(session: Session, link: CalendarLink, draft: LinkDraft, *, by: By, now: datetime, wall: datetime) -> None:
    """From now on this calendar is told of bookings, those that lie ahead included, and says when it is busy."""
    with saving.fitting(session, by=by, now=now, anyway=True):
        if link.calendar_id != draft.calendar_id:
            session.execute(sa.delete(CalendarEvent).where(CalendarEvent.link_id == link.id), execution_options=_PAST)
        if link.calendar_id != draft.calendar_id or not draft.takes_busy:
            session.execute(sa.delete(ExternalBusy).where(ExternalBusy.link_id == link.id), execution_options=_PAST)
        link.calendar_id, link.calendar_name = draft.calendar_id, draft.calendar_name
        link.takes_busy, link.shows_names = draft.takes_busy, draft.shows_names
        link.state, link.caught_up_to_id = LinkState.ACTIVE, 0
        link.sync_token, link.read_whole_at, link.reason, link.attempts = None, None, None, 0
        link.due_at = wall if draft.takes_busy else None


def disconnect(session: Session, link: CalendarLink, *, by: By, now: datetime) -> None:
    """What was written into the calendar stays there; its busy times count no longer."""
    with saving.fitting(session, by=by, now=now, anyway=True):
        session.delete(link)


def try_again(session: Session, link: CalendarLink, *, wall: datetime) -> None:
    """Everything that failed, and the next reading, at once."""
    row = CalendarEvent
    stuck = sa.update(row).where(row.link_id == link.id, row.reason.is_not(None))
    values = {"is_due": True, "retry_at": None, "attempts": 0, "reason": None}
    session.execute(stuck.values(values), execution_options=_PAST)
    link.reason, link.attempts, link.rests_until = None, 0, None
    if link.state is LinkState.ACTIVE and link.takes_busy:
        link.due_at = wall


# What staff see ------------------------------------------------------------------------------------------------------


def waiting(session: Session) -> Mapping[int, int]:
    """By calendar: how many bookings Google has still to be told of."""
    row = CalendarEvent
    query = sa.select(row.link_id, sa.func.count()).where(row.is_due).group_by(row.link_id)
    return dict(session.execute(query).all())


def problems(session: Session) -> Sequence[CalendarEvent]:
    """The bookings with which something went wrong, the latest first."""
    row = CalendarEvent
    query = sa.select(row).where(row.reason.is_not(None)).order_by(row.id.desc()).limit(SHOWN_PROBLEMS)
    loaded = joinedload(row.reservation).joinedload(Reservation.friend)
    return session.scalars(query.options(loaded, joinedload(row.link).joinedload(CalendarLink.provider))).all()


@dataclass(frozen=True)
class SyncState:
    """How one calendar stands with a booking."""

    calendar: str
    words: str
    kind: str
    """Of the badge: success, warning, danger."""
    reason: str = ""


def states_of(session: Session, reservation: Reservation) -> Sequence[SyncState]:
    """Of every calendar that knows the booking, or should; none without a connection."""
    row = CalendarEvent
    query = sa.select(row).where(row.reservation_id == reservation.id).order_by(row.link_id)
    loaded = query.options(joinedload(row.link).joinedload(CalendarLink.provider))
    return [_state(each) for each in session.scalars(loaded)]


def _state(event: CalendarEvent) -> SyncState:
    calendar = name_of(event.link)
    if event.link.state is LinkState.LOST:
        return SyncState(calendar, "接続が切れています", "danger", event.link.reason or "")
    if event.reason is not None:
        return SyncState(
            calendar, "もう一度試します" if event.is_due else "書き込めませんでした", "danger", event.reason
        )
    if event.is_due:
        return SyncState(calendar, "これから書き込みます", "warning")
    return SyncState(calendar, "書き込み済み", "success")
