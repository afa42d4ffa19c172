"""What becomes of a call and its deliveries once LINE has answered.

The answer counts whoever holds the lease by now: LINE has spoken. Only "try again" is left to the present holder.
"""

import json
import logging
import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine.deliveries import conditions, counting, parts, pausing
from lstep_lite.engine.deliveries.claim import REPLY_ENDED, SHARED_LANES, close, pushes_dead_replies
from lstep_lite.engine.deliveries.resume import MAYBE_ARRIVED, end
from lstep_lite.engine.deliveries.start import Attempt
from lstep_lite.engine.line import Answer, AnswerKind
from lstep_lite.models import Call, CallKind, CallState, Channel, Delivery, DeliveryState, Lane

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=5)
REFUSALS_BEFORE_PUSH = 3
"""So many people may be thrown out of one multicast before the others get a push each."""
HEAD_FAILED = "前の部分を送信できなかったため、続きを送信しませんでした。"
OPEN = (CallState.QUEUED, CallState.IN_FLIGHT, CallState.RETRYING)


@dataclass(frozen=True)
class Outcome:
    attempt: Attempt
    answer: Answer


def record(session: Session, outcomes: Sequence[Outcome], *, owner: str, now: datetime, wall: datetime) -> None:
    """Write down what LINE answered to these calls, and decide what follows from it."""
    accepted = [outcome for outcome in outcomes if outcome.answer.is_accepted]
    sent = _accept(session, accepted, now) if accepted else Counter()
    for outcome in outcomes:
        if not outcome.answer.is_accepted:
            call = session.get_one(Call, outcome.attempt.call_id, with_for_update=True)
            _not_accepted(session, call, outcome.answer, owner=owner, now=now, wall=wall)
    counting.add(session, sent, now=now)


def note_sent(session: Session, *, now: datetime) -> None:
    """Remember that LINE has accepted something, for the health page."""
    session.execute(sa.update(Channel).where(Channel.id == 1).values(last_sent_at=now))


def _accept(session: Session, outcomes: Sequence[Outcome], now: datetime) -> Counter[tuple[str, bool]]:
    """How many messages went out, by (source, is_counted)."""
    connection = session.connection()
    answers = [
        {
            "call": outcome.attempt.call_id,
            "status": outcome.answer.status,
            "request": outcome.answer.request_id,
            "messages": list(outcome.answer.sent_message_ids) or None,
        }
        for outcome in outcomes
    ]
    connection.execute(_accept_call, answers)
    sent: Counter[tuple[str, bool]] = Counter()
    for is_counted in (True, False):
        made = [o.attempt.call_id for o in outcomes if (o.attempt.kind is not CallKind.REPLY) is is_counted]
        if made:
            marked = connection.execute(_mark_sent, {"calls": made, "counted": is_counted, "at": now})
            sent.update((source, is_counted) for source in marked.scalars())
    return sent


_calls = cast(sa.Table, Call.__table__)
_deliveries = cast(sa.Table, Delivery.__table__)
_accept_call = (
    sa.update(_calls)
    .where(_calls.c.id == sa.bindparam("call"))
    .values(
        state=CallState.ACCEPTED,
        http_status=sa.bindparam("status"),
        request_id=sa.bindparam("request"),
        sent_message_ids=sa.bindparam("messages"),
        reason=None,
        lease_owner=None,
        lease_until=None,
    )
)
# Also those given up as unknown: a late answer settles it.
_mark_sent = (
    sa.update(_deliveries)
    .where(
        _deliveries.c.call_id.in_(sa.bindparam("calls", expanding=True)),
        _deliveries.c.state.in_([conditions.SENDING, conditions.literal(DeliveryState.UNKNOWN)]),
    )
    .values(state=DeliveryState.SENT, is_counted=sa.bindparam("counted"), finished_at=sa.bindparam("at"), reason=None)
    .returning(_deliveries.c.source)
)


def _not_accepted(session: Session, call: Call, answer: Answer, *, owner: str, now: datetime, wall: datetime) -> None:
    if call.state not in OPEN:
        return
    call.http_status, call.request_id, call.reason = answer.status, answer.request_id, answer.message
    match answer.kind:
        case AnswerKind.REFUSED:
            _refused(session, call, answer, now, wall)
        case AnswerKind.BAD_REPLY_TOKEN:
            _reply_ended(session, call, now, wall)
        case _ if call.lease_owner != owner:
            log.info("call %s: %s came late, another worker has it", call.id, answer.kind)
        case _:
            _again_later(session, call, answer, now, wall)


def _again_later(session: Session, call: Call, answer: Answer, now: datetime, wall: datetime) -> None:
    """The same body to the same people under the same key, after a pause that doubles each time."""
    if answer.kind is AnswerKind.UNKNOWN:
        call.had_unknown_outcome = True
    if answer.kind is AnswerKind.MONTHLY_LIMIT:
        pausing.pause(session, pausing.MONTHLY_LIMIT, now=now, wall=wall)
        if call.lane in SHARED_LANES and not call.had_unknown_outcome:
            return _give_back(session, call)
    if answer.kind is AnswerKind.TOKEN_REJECTED:
        pausing.pause(session, pausing.TOKEN_REJECTED, now=now, wall=wall)
    if answer.kind is AnswerKind.NOT_TRIED:
        call.attempts -= 1
    call.state = CallState.RETRYING
    call.due_at = wall + wait(call.id, call.attempts)
    call.lease_owner = call.lease_until = None
    log.info("call %s: attempt %s ended as %s", call.id, call.attempts, answer.kind)


def _give_back(session: Session, call: Call) -> None:
    """Nobody got it, and it may be long until it can go: what is right then is asked then."""
    given_back = [call, *_followers(session, call)]
    ids = [each.id for each in given_back]
    hanging = sa.update(Delivery).where(Delivery.call_id.in_(ids), Delivery.state == DeliveryState.SENDING)
    session.execute(hanging.values(state=DeliveryState.WAITING, call_id=None))
    for each in given_back:
        each.state, each.lease_owner, each.lease_until = CallState.REFUSED, None, None


def wait(call_id: int, attempts: int) -> timedelta:
    """1, 2, 4 … seconds up to five minutes, and up to a quarter more so that calls do not come back together."""
    seconds = min(2.0 ** min(attempts - 1, 10), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * (1 + call_id % 101 / 400))


def _refused(session: Session, call: Call, answer: Answer, now: datetime, wall: datetime) -> None:
    place = _number_in(answer, r"messages\[(\d+)\]")
    person = _number_in(answer, r"\bto\[(\d+)\]")
    if call.kind is CallKind.REPLY and place is not None:
        _reply_without(session, call, place, answer, now, wall)
    elif call.kind is CallKind.MULTICAST and person is not None:
        _multicast_without(session, call, person, answer, now, wall)
    else:
        end(session, call, CallState.REFUSED, DeliveryState.FAILED, reason_of(answer), now)
        _end_followers(session, call, DeliveryState.FAILED, HEAD_FAILED, now)


def _number_in(answer: Answer, pattern: str) -> int | None:
    for text in (*(detail.property for detail in answer.details), answer.message):
        found = re.search(pattern, text)
        if found:
            return int(found[1])
    return None


def reason_of(answer: Answer) -> str:
    """LINE's own words, with the places they are about."""
    details = "、".join(f"{detail.property}: {detail.message}" for detail in answer.details)
    words = f"{answer.message}（{details}）" if details else answer.message
    return f"LINEに受け付けられませんでした：{words}"


def _reply_without(session: Session, call: Call, place: int, answer: Answer, now: datetime, wall: datetime) -> None:
    """The delivery that owns object *place* fails; the others go again with the same token, which is still good."""
    rest: list[Delivery] = []
    for delivery in _hanging(session, call):
        if delivery.first_part <= place < delivery.first_part + delivery.part_count:
            close(session, [delivery.id], DeliveryState.FAILED, reason_of(answer), now)
        else:
            rest.append(delivery)
    call.state = CallState.REFUSED
    if rest:
        request = json.loads(call.body)
        objects = _keep_only(rest, request["messages"])
        _replace(session, call, rest, CallKind.REPLY, parts.reply_body(request["replyToken"], objects), wall)


def _keep_only(rest: Sequence[Delivery], objects: Sequence[parts.MessageObject]) -> list[parts.MessageObject]:
    """The objects of these deliveries, moved up; the quick replies of all stay, on what is now the last one."""
    kept: list[parts.MessageObject] = []
    for delivery in rest:
        start, delivery.first_part = delivery.first_part, len(kept)
        kept += objects[start : start + delivery.part_count]
    quick_reply = objects[-1].get("quickReply")
    return [*kept[:-1], kept[-1] | {"quickReply": quick_reply}] if quick_reply else kept


def _multicast_without(
    session: Session, call: Call, person: int, answer: Answer, now: datetime, wall: datetime
) -> None:
    """Nobody got it. Without that person it is a new request; after three such answers everyone gets a push."""
    addressed = json.loads(call.body)["to"]
    refused = addressed[person] if person < len(addressed) else None
    rest: list[Delivery] = []
    for delivery in _hanging(session, call):
        if delivery.friend.line_user_id == refused:
            close(session, [delivery.id], DeliveryState.FAILED, reason_of(answer), now)
        else:
            rest.append(delivery)
    call.state = CallState.REFUSED
    if call.refused_ids_count + 1 >= REFUSALS_BEFORE_PUSH or refused is None:
        _back_to_the_outbox(session, call, rest)
    elif rest:
        body = parts.addressed_to(call.body, {delivery.friend.line_user_id for delivery in rest})
        again = _replace(session, call, rest, CallKind.MULTICAST, body, wall)
        again.refused_ids_count = call.refused_ids_count + 1


def _back_to_the_outbox(session: Session, call: Call, deliveries: Sequence[Delivery]) -> None:
    """Each goes by a push of its own, and so does what was to follow."""
    following = _followers(session, call)
    for follower in following:
        follower.state = CallState.REFUSED
    for delivery in [*deliveries, *(row for follower in following for row in _hanging(session, follower))]:
        delivery.state, delivery.call_id, delivery.is_alone = DeliveryState.WAITING, None, True


def _reply_ended(session: Session, call: Call, now: datetime, wall: datetime) -> None:
    """The token is dead. If an attempt may have used it up, nobody knows; else the account's setting decides."""
    if call.had_unknown_outcome:
        end(session, call, CallState.UNKNOWN, DeliveryState.UNKNOWN, MAYBE_ARRIVED, now)
    elif call.lane is Lane.CHAT or pushes_dead_replies(session):
        hanging = _hanging(session, call)
        call.state = CallState.REFUSED
        if hanging:
            body = parts.push_body(hanging[0].friend.line_user_id or "", json.loads(call.body)["messages"])
            _replace(session, call, hanging, CallKind.PUSH, body, wall)
    else:
        end(session, call, CallState.REFUSED, DeliveryState.MISSED, REPLY_ENDED, now)
        _end_followers(session, call, DeliveryState.MISSED, REPLY_ENDED, now)


def _hanging(session: Session, call: Call) -> Sequence[Delivery]:
    """The deliveries that still hang on *call*, in the order of its body, with their friends."""
    query = sa.select(Delivery).where(Delivery.call_id == call.id, Delivery.state == DeliveryState.SENDING)
    return session.scalars(query.options(joinedload(Delivery.friend)).order_by(Delivery.first_part, Delivery.id)).all()


def _replace(
    session: Session, call: Call, deliveries: Sequence[Delivery], kind: CallKind, body: str, wall: datetime
) -> Call:
    """A new request for *deliveries* in the place of the refused *call*, made at the lane's next turn."""
    again = Call(
        kind=kind,
        lane=call.lane,
        retry_key=None if kind is CallKind.REPLY else str(uuid.uuid4()),
        body=body,
        state=CallState.QUEUED,
        first_at=wall,
        due_at=wall,
        after_id=call.after_id,
    )
    session.add(again)
    session.flush()  # its id
    for follower in session.scalars(sa.select(Call).where(Call.after_id == call.id)):
        follower.after_id = again.id
    for delivery in deliveries:
        delivery.call_id = again.id
    return again


def _followers(session: Session, call: Call) -> list[Call]:
    """The calls that wait for *call*, in order."""
    waiting = sa.select(Call).where(Call.state == CallState.QUEUED)
    found: list[Call] = []
    while follower := session.scalar(waiting.where(Call.after_id == (found[-1] if found else call).id)):
        found.append(follower)
    return found


def _end_followers(session: Session, call: Call, state: DeliveryState, reason: str, now: datetime) -> None:
    for follower in _followers(session, call):
        end(session, follower, CallState.REFUSED, state, reason, now)
