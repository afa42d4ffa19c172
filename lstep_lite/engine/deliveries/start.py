"""The last step before LINE is called: body, retry key and attempt are written down, then nothing changes them."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.deliveries import own_limit, parts
from lstep_lite.engine.deliveries.claim import Group, Row, close, why_not
from lstep_lite.engine.deliveries.drafts import Draft, Part
from lstep_lite.engine.deliveries.parts import MessageObject, Slice
from lstep_lite.models import Call, CallKind, CallState, Delivery, DeliveryState, Friend


@dataclass(frozen=True)
class Attempt:
    """One request to make now."""

    call_id: int
    kind: CallKind
    body: str
    retry_key: str | None
    lease_until: datetime
    number: int = 1


@dataclass(eq=False)
class _Planned:
    """A call to be stored, and what it carries of its draft's parts."""

    draft: Draft
    slices: list[Slice]
    values: dict[str, Any]
    after: "_Planned | None"


def start(
    session: Session, drafts: Sequence[Draft], *, owner: str, now: datetime, wall: datetime, lease_until: datetime
) -> list[Attempt]:
    """Check the rules a last time and store the calls; what is returned is to be made now.

    Deliveries that were cancelled, or taken by somebody else after the lease ran out, are left alone.
    """
    has_limit = own_limit.holds(session)
    ours = _still_ours(session, drafts, owner)
    kept = [checked for draft in drafts if (checked := _checked(session, draft, ours, now))]
    if has_limit:
        kept = own_limit.within(session, kept, now=now, wall=wall)
    planned = [call for draft in kept for call in _plan(draft, wall)]
    first = [call for call in planned if call.after is None]
    lease = {"state": CallState.IN_FLIGHT, "attempts": 1, "lease_owner": owner, "lease_until": lease_until}
    _store(session, first, lease)
    for call in planned:
        if call.after:
            _store(session, [call], {"state": CallState.QUEUED, "attempts": 0, "after_id": call.after.values["id"]})
    _attach(session, planned)
    return [
        Attempt(call.values["id"], call.values["kind"], call.values["body"], call.values["retry_key"], lease_until)
        for call in first
    ]


def _still_ours(session: Session, drafts: Sequence[Draft], owner: str) -> dict[int, str | None]:
    """Of our deliveries those that still wait for us, each with the reason why it may not be sent after all."""
    ids = [row.id for draft in drafts for row in draft.group.rows]
    found = session.connection().execute(_still_waiting, {"ids": ids, "owner": owner})
    return {id: why_not(user_id, following, blocked) for id, user_id, following, blocked in found}


def _checked(session: Session, draft: Draft, ours: dict[int, str | None], now: datetime) -> Draft | None:
    """*draft* without what must not go; None when nothing is left of it."""
    for reason, ids in _reasons(draft, ours).items():
        state = DeliveryState.FAILED if reason in draft.broken.values() else DeliveryState.SKIPPED
        close(session, ids, state, reason, now)
    rows = tuple(row for row in draft.group.rows if row.id in ours and not ours[row.id] and row.id not in draft.broken)
    if len(rows) == len(draft.group.rows):
        return draft
    if not rows:
        return None
    if draft.group.kind is CallKind.MULTICAST:
        return draft.for_rows(rows)
    return Draft(replace(draft.group, rows=rows), [part for part in draft.parts if part.row in rows])


def _reasons(draft: Draft, ours: dict[int, str | None]) -> dict[str, list[int]]:
    """Why some of our deliveries do not go."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in draft.group.rows:
        if row.id in ours and (reason := ours[row.id] or draft.broken.get(row.id)):
            found[reason].append(row.id)
    return found


def _plan(draft: Draft, wall: datetime) -> list[_Planned]:
    objects = parts.gather_quick_replies([message for part in draft.parts for message in part.objects])
    calls: list[_Planned] = []
    sent = 0
    for slices in draft.requests():
        count = sum(piece.length for piece in slices)
        values = _call(draft.group, objects[sent : sent + count], is_first=not calls, wall=wall)
        calls.append(_Planned(draft, slices, values, after=calls[-1] if calls else None))
        sent += count
    return calls


def _call(group: Group, objects: list[MessageObject], *, is_first: bool, wall: datetime) -> dict[str, Any]:
    # What goes beyond one reply is pushed: the token is good for one request.
    kind = CallKind.PUSH if group.kind is CallKind.REPLY and not is_first else group.kind
    if kind is CallKind.REPLY:
        body = parts.reply_body(group.reply_token or "", objects)
    elif kind is CallKind.MULTICAST:
        body = parts.multicast_body([row.user_id for row in group.rows], objects)
    else:
        body = parts.push_body(group.rows[0].user_id, objects)
    return {
        "kind": kind,
        "lane": group.lane,
        "retry_key": None if kind is CallKind.REPLY else str(uuid.uuid4()),
        "body": body,
        "first_at": wall,
        "due_at": wall,
    }


def _store(session: Session, calls: Sequence[_Planned], state: dict[str, Any]) -> None:
    keyed = [call for call in calls if call.values["retry_key"]]
    if keyed:  # all at once, told apart by their keys: in order they would go in one by one
        found = session.connection().execute(_insert_keyed, [call.values | state for call in keyed])
        ids = {key: call_id for call_id, key in found}
        for call in keyed:
            call.values["id"] = ids[call.values["retry_key"]]
    for call in calls:
        if not call.values["retry_key"]:
            call.values["id"] = session.connection().execute(_insert_call, call.values | state).scalar_one()


def _attach(session: Session, calls: Sequence[_Planned]) -> None:
    """Tie each delivery to the call that carries it; one that is cut goes on in a new row."""
    alone: list[dict[str, Any]] = []
    for call in calls:
        place = 0
        for piece in call.slices:
            part = call.draft.parts[piece.index]
            carried = _carried(part, piece, call.values["id"], place)
            if call.draft.group.kind is CallKind.MULTICAST:
                ids = _ids(session, call.draft.group.rows, piece)
                session.connection().execute(_update_all, carried | {"ids": ids})
            else:
                alone.append(carried | {"delivery_id": _ids(session, (part.row,), piece)[0]})
            place += piece.length
    if alone:
        session.connection().execute(_update_one, alone)


def _carried(part: Part, piece: Slice, call_id: int, place: int) -> dict[str, Any]:
    is_cut = piece.stop < len(part.objects)
    return {
        "call_id": call_id,
        "first_part": place,
        "part_count": piece.length,
        "content_to": part.row.content_from + piece.stop if is_cut else part.row.content_to,
    }


def _ids(session: Session, rows: Sequence[Row], piece: Slice) -> Sequence[int]:
    """The deliveries that carry this piece for *rows*, which say the same: their own, or new ones for what is cut."""
    ids = [row.id for row in rows]
    return _continue(session, ids, rows[0].content_from, piece.start) if piece.start else ids


def _continue(session: Session, ids: Sequence[int], content_from: int, start: int) -> Sequence[int]:
    """New rows for what of these deliveries goes in a later call."""
    columns: dict[str, Any] = {column.name: column for column in _deliveries.columns if column.name != "id"}
    columns["dedupe_key"] = _deliveries.c.dedupe_key + f"+{start}"
    columns["content_from"] = sa.literal(content_from + start)
    originals = sa.select(*columns.values()).where(_deliveries.c.id.in_(ids)).order_by(_deliveries.c.id)
    statement = sa.insert(_deliveries).from_select(list(columns), originals).returning(_deliveries.c.id)
    return session.scalars(statement).all()


_still_waiting = (
    sa.select(Delivery.id, Friend.line_user_id, Friend.is_following, Friend.is_blocked)
    .join(Friend, Friend.id == Delivery.friend_id)
    .where(
        Delivery.id.in_(sa.bindparam("ids", expanding=True)),
        Delivery.state == DeliveryState.WAITING,
        Delivery.lease_owner == sa.bindparam("owner"),
    )
    .order_by(Delivery.id)
    .with_for_update(of=Delivery)
)
_deliveries = cast(sa.Table, Delivery.__table__)
_insert_call = sa.insert(cast(sa.Table, Call.__table__)).returning(Call.id)
_insert_keyed = sa.insert(cast(sa.Table, Call.__table__)).returning(Call.id, Call.retry_key)
_carried_values: dict[str, Any] = {
    "state": DeliveryState.SENDING,
    "call_id": sa.bindparam("call_id"),
    "first_part": sa.bindparam("first_part"),
    "part_count": sa.bindparam("part_count"),
    "content_to": sa.bindparam("content_to"),
    "lease_owner": None,
    "lease_until": None,
}
_update_one = sa.update(_deliveries).where(_deliveries.c.id == sa.bindparam("delivery_id")).values(_carried_values)
_update_all = (
    sa.update(_deliveries).where(_deliveries.c.id.in_(sa.bindparam("ids", expanding=True))).values(_carried_values)
)
