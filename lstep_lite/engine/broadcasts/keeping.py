"""Keeping broadcasts: what staff write down until they send it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine import actions, folders, mentions, messages, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.broadcasts import checking
from lstep_lite.engine.broadcasts.checking import VariantDraft
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import AudienceAt, Broadcast, BroadcastState, BroadcastVariant, WinnerBy

FEATURE = "broadcasts"
PLACE = "broadcasts.sent"
LONGEST_NAME = 100
PAGE_SIZE = 30
UNDER_WAY = "送信が始まっているため、変更できません。内容を変えて送るときは、コピーしてください。"
EDITABLE = (BroadcastState.DRAFT, BroadcastState.ASKED, BroadcastState.BOOKED, BroadcastState.MISSED)
DELETABLE = (BroadcastState.DRAFT, BroadcastState.MISSED, BroadcastState.CANCELLED, BroadcastState.DONE)
IS_THERE = Broadcast.deleted_at.is_(None)
folders.shelf(FEATURE, Broadcast, Permission.BROADCASTS_SEND, only=IS_THERE)


@dataclass(frozen=True)
class BroadcastDraft:
    """What the editor says. *planned_at* None means at once."""

    name: str
    variants: Sequence[VariantDraft]
    tree: Tree = field(default_factory=lambda: segments.EVERYBODY)
    at_most: int | None = None
    audience_at: AudienceAt = AudienceAt.SENDING
    planned_at: datetime | None = None
    per_minute: int | None = None
    keeps_frequency: bool = True
    winner_by: WinnerBy | None = None
    winner_after_minutes: int | None = None
    actions: SetDraft = field(default_factory=lambda: SetDraft(repeats=True))
    folder_id: int | None = None


@dataclass(frozen=True)
class Page(Paged):
    rows: Sequence[Broadcast]


def get(session: Session, broadcast_id: int) -> Broadcast:
    broadcast = session.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.deleted_at is not None:
        raise NotFound("この一斉配信は見つかりませんでした。削除された可能性があります。")
    return broadcast


def page(
    session: Session,
    states: Collection[BroadcastState],
    *,
    folder_id: int | None = None,
    text: str = "",
    number: int = 1,
) -> Page:
    """Those in one of *states*, the last touched first, with their versions loaded."""
    wanted: list[sa.ColumnElement[bool]] = [IS_THERE, Broadcast.state.in_(states)]
    if folder_id is not None:
        wanted.append(Broadcast.folder_id == folder_id)
    if text.strip():
        wanted.append(Broadcast.name.contains(text.strip(), autoescape=True))
    count = session.scalar(sa.select(sa.func.count()).select_from(Broadcast).where(*wanted)) or 0
    number = nearest(number, count, PAGE_SIZE)
    query = (
        sa.select(Broadcast)
        .where(*wanted)
        .options(selectinload(Broadcast.variants))
        .order_by(Broadcast.updated_at.desc(), Broadcast.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page(session.scalars(query).all(), total_count=count, number=number, size=PAGE_SIZE)


def counts(session: Session) -> dict[BroadcastState, int]:
    """How many there are in each state, for the tabs."""
    query = sa.select(Broadcast.state, sa.func.count()).where(IS_THERE).group_by(Broadcast.state)
    return dict(session.execute(query).all())


def upcoming(session: Session, *, now: datetime, limit: int = 5) -> Sequence[Broadcast]:
    """Those that go out next or are on their way, the nearest first."""
    open_states = (BroadcastState.BOOKED, BroadcastState.SENDING, BroadcastState.PAUSED)
    query = sa.select(Broadcast).where(IS_THERE, Broadcast.state.in_(open_states))
    return session.scalars(query.order_by(Broadcast.due_at, Broadcast.id).limit(limit)).all()


def create(session: Session, draft: BroadcastDraft, *, now: datetime) -> Broadcast:
    """A new draft; its messages may still be missing. Raises DomainError naming the field."""
    broadcast = Broadcast(state=BroadcastState.DRAFT, created_at=now)
    _write(session, broadcast, draft, now)
    session.add(broadcast)
    session.flush()  # its set hangs at its id
    _keep_parts(session, broadcast, draft, now)
    return broadcast


def update(session: Session, broadcast: Broadcast, draft: BroadcastDraft, *, now: datetime) -> None:
    """Change it until it goes out. One that was booked or asked for is a draft again, to be sent anew.

    Raises DomainError naming the field.
    """
    lock(session, broadcast)
    check_editable(broadcast, now=now)
    _write(session, broadcast, draft, now)
    back_to_draft(broadcast)
    _keep_parts(session, broadcast, draft, now)


def copy(session: Session, broadcast: Broadcast, *, now: datetime) -> Broadcast:
    """A draft that says the same, to be sent at once."""
    return create(session, copied(session, broadcast, name=f"{broadcast.name}のコピー"[:LONGEST_NAME]), now=now)


def copied(session: Session, broadcast: Broadcast, *, name: str) -> BroadcastDraft:
    return BroadcastDraft(
        name=name,
        variants=[VariantDraft(variant.blocks, variant.percent) for variant in broadcast.variants],
        tree=broadcast.tree,
        at_most=broadcast.at_most,
        audience_at=broadcast.audience_at,
        per_minute=broadcast.per_minute,
        keeps_frequency=broadcast.keeps_frequency,
        winner_by=broadcast.winner_by,
        winner_after_minutes=broadcast.winner_after_minutes,
        actions=actions.draft(actions.at(session, PLACE, broadcast.id), PLACE),
        folder_id=broadcast.folder_id,
    )


def delete(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """It is gone for everybody at once; its rows, which may be very many, go bit by bit. Raises DomainError."""
    lock(session, broadcast)
    if broadcast.state not in DELETABLE or _is_winding_up(broadcast):
        raise DomainError("予約中や送信中の一斉配信は削除できません。先に取り消すか、中止してください。")
    broadcast.deleted_at = now
    mentions.forget(session, FEATURE, broadcast.id)


def _is_winding_up(broadcast: Broadcast) -> bool:
    return broadcast.started_at is not None and broadcast.finished_at is None


def lock(session: Session, broadcast: Broadcast) -> None:
    """Nobody else changes it, and the worker leaves it alone, until this unit ends."""
    session.refresh(broadcast, with_for_update=True)


def check_editable(broadcast: Broadcast, *, now: datetime) -> None:
    """Raises DomainError once it is on its way, or about to be."""
    is_leaving = broadcast.state is BroadcastState.BOOKED and broadcast.due_at is not None and broadcast.due_at <= now
    if broadcast.state not in EDITABLE or is_leaving:
        raise DomainError(UNDER_WAY)


def back_to_draft(broadcast: Broadcast) -> None:
    """As before 「送信」 was pressed. Who was gathered is cleared away when it is gathered anew."""
    broadcast.state = BroadcastState.DRAFT
    broadcast.held_from = broadcast.asked_at = broadcast.asked_by_id = broadcast.approved_by_id = None
    broadcast.is_gathered, broadcast.cursor, broadcast.pause_reason = False, 0, None
    if broadcast.is_at_once:
        broadcast.due_at = None


def is_broken(session: Session, broadcast: Broadcast) -> bool:
    """Whether something its audience, messages or actions refer to is gone."""
    return bool(broken_ids(session, [broadcast]))


def broken_ids(session: Session, found: Sequence[Broadcast]) -> set[int]:
    """The ids of those that refer to something gone; one look for all of them."""
    sets = actions.at_many(session, PLACE, [broadcast.id for broadcast in found])
    uses = {broadcast.id: actions.Uses([broadcast.tree], _mentioned(broadcast)) for broadcast in found}
    return actions.broken_holders(session, sets.values(), uses)


def _write(session: Session, broadcast: Broadcast, draft: BroadcastDraft, now: datetime) -> None:
    name = checked_name(draft.name, LONGEST_NAME)
    checking.check_plan(draft.planned_at, draft.at_most, draft.per_minute, now=now)
    checking.check_variants(session, draft.variants, draft.winner_by, draft.winner_after_minutes)
    broadcast.name, broadcast.tree = name, draft.tree
    broadcast.at_most, broadcast.per_minute = draft.at_most, draft.per_minute
    broadcast.audience_at, broadcast.keeps_frequency = draft.audience_at, draft.keeps_frequency
    broadcast.is_at_once, broadcast.due_at = draft.planned_at is None, draft.planned_at
    is_trial = len(draft.variants) > 1
    broadcast.winner_by = draft.winner_by if is_trial else None
    broadcast.winner_after_minutes = draft.winner_after_minutes if broadcast.winner_by is WinnerBy.TAPS else None
    broadcast.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    broadcast.updated_at = now
    _write_variants(session, broadcast, draft.variants)


def _write_variants(session: Session, broadcast: Broadcast, wanted: Sequence[VariantDraft]) -> None:
    del broadcast.variants[len(wanted) :]
    for position, draft in enumerate(wanted):
        if position == len(broadcast.variants):
            broadcast.variants.append(BroadcastVariant(position=position))
        variant = broadcast.variants[position]
        variant.blocks, variant.percent = list(draft.blocks), draft.percent if len(wanted) > 1 else 100


def _keep_parts(session: Session, broadcast: Broadcast, draft: BroadcastDraft, now: datetime) -> None:
    actions.keep(session, PLACE, broadcast.id, draft.actions, now=now)
    mentions.write(session, FEATURE, broadcast.id, _mentioned(broadcast))


def _mentioned(broadcast: Broadcast) -> set[tuple[str, int | str]]:
    blocks = [block for variant in broadcast.variants for block in variant.blocks]
    return {*segments.mentioned(broadcast.tree), *messages.mentioned(blocks)}


def _places(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    wanted = [int(broadcast_id) for broadcast_id in ids]
    query = sa.select(Broadcast.id, Broadcast.name).where(Broadcast.id.in_(wanted), IS_THERE)
    return {
        str(broadcast_id): mentions.Place(f"一斉配信「{name}」", "broadcasts.show", {"broadcast_id": broadcast_id})
        for broadcast_id, name in session.execute(query)
    }


@mentions.target(FEATURE)
def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    wanted = [int(broadcast_id) for broadcast_id in ids]
    query = sa.select(Broadcast.id, Broadcast.name).where(Broadcast.id.in_(wanted), IS_THERE)
    return {str(broadcast_id): name for broadcast_id, name in session.execute(query)}


mentions.owner(FEATURE)(_places)
actions.place(PLACE, label="一斉配信が届いたとき", runs_once=False)(_places)
