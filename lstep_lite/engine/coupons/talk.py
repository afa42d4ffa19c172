"""What a customer taps on a coupon or a ticket: each tap is answered, a refusal with its reason and what to do next."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from lstep_lite.engine import settings, triggers
from lstep_lite.engine.coupons import drawing, keeping, sending, tickets
from lstep_lite.engine.coupons.drawing import PREFIX
from lstep_lite.engine.coupons.sending import Blocks
from lstep_lite.engine.coupons.tickets import By
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, CouponTicket, Friend, Lane

GONE = "このクーポンは終了しました。またのご利用をお待ちしています。"
BLOCKED = "こちらでブロックしている方のため、クーポンは渡さず、返信もしませんでした。"
NOT_YOURS = "このクーポンは、受け取ったご本人のトークからお使いください。"
QUESTION_OVER = "確認の時間（5分）が過ぎたか、すでにお答えいただいています。もう一度「使う」を押してください。"
NOT_USED = "使いませんでした。クーポンはそのままお持ちです。"


@triggers.on("postback.received")
def _answer(session: Session, happening: triggers.Happening) -> str | None:
    verb, _, code = str(happening.facts["data"]).removeprefix(PREFIX).partition(":")
    if not str(happening.facts["data"]).startswith(PREFIX) or verb not in _VERBS:
        return None
    if happening.friend.is_blocked:
        return BLOCKED
    event = happening.event
    by = By(
        changed_by=ChangedBy.CUSTOMER,
        now=happening.now,
        at=event.occurred_at if event else happening.now,
        occurrence=event.webhook_event_id if event else f"entry-{happening.entry.id}",
        event=event,
        cause=happening.entry,
    )
    return _VERBS[verb](session, happening.friend, code, by)


def _get(session: Session, friend: Friend, code: str, by: By) -> str:
    """Take part, or show again what one has."""
    coupon = keeping.find(session, code)
    if coupon is None:
        return _say(session, friend, GONE, by)
    obtained = tickets.obtain(session, coupon, friend, by)
    if obtained.ticket is None:
        return _say(session, friend, obtained.refusal, by, coupon.name)
    _reply(session, friend, sending.ticket_blocks(obtained.ticket), by, coupon.name)
    if not obtained.is_new:
        return f"クーポン「{coupon.name}」は前に答えが出ているため、もう一度同じ内容を返信します。"
    tickets.follow(session, obtained.ticket, by)
    return f"クーポン「{coupon.name}」の結果を返信します。"


def _use(session: Session, friend: Friend, code: str, by: By) -> str:
    """Ask whether to use it now."""
    ticket = tickets.find(session, code)
    if ticket is None or ticket.friend_id != friend.id:
        return _say(session, friend, GONE if ticket is None else NOT_YOURS, by)
    if reason := tickets.why_not_usable(ticket, by.at, settings.zone(session)):
        return _say(session, friend, reason, by, ticket.coupon.name)
    blocks = sending.question_blocks(ticket, tickets.ask(session, ticket, by))
    _reply(session, friend, blocks, by, ticket.coupon.name)
    return f"クーポン「{ticket.coupon.name}」を使うか確認しました。"


def _yes(session: Session, friend: Friend, question: str, by: By) -> str:
    ticket = _asked(session, friend, question)
    if ticket is None or not tickets.is_answered_in_time(ticket, by.at):
        return _say(session, friend, QUESTION_OVER, by, ticket.coupon.name if ticket else "")
    try:
        with session.begin_nested():  # a use that is refused leaves nothing
            used = tickets.use(session, ticket, by)
    except DomainError as error:
        return _say(session, friend, error.message, by, ticket.coupon.name)
    if used is None:
        return "このタップは前に処理しています。"
    moment = drawing.in_words(by.at, settings.zone(session))
    left = tickets.uses_left(ticket)
    more = f"あと{left}回お使いいただけます。" if left else ""
    _say(session, friend, f"「{ticket.coupon.title}」を使用しました（{moment}）。{more}", by, ticket.coupon.name)
    tickets.follow_use(session, used, ticket, by)
    return f"クーポン「{ticket.coupon.name}」を使用しました。"


def _no(session: Session, friend: Friend, question: str, by: By) -> str:
    ticket = _asked(session, friend, question)
    if ticket is None:
        return "確認はもう終わっているため、何もしませんでした。"
    ticket.question = None
    _say(session, friend, NOT_USED, by, ticket.coupon.name)
    return f"クーポン「{ticket.coupon.name}」は使いませんでした。"


_VERBS: Mapping[str, Callable[[Session, Friend, str, By], str]] = {"get": _get, "use": _use, "yes": _yes, "no": _no}


def _asked(session: Session, friend: Friend, question: str) -> CouponTicket | None:
    ticket = tickets.asked(session, question)
    return ticket if ticket and ticket.friend_id == friend.id else None


def _say(session: Session, friend: Friend, text: str, by: By, label: str = "") -> str:
    _reply(session, friend, sending.text_blocks(text), by, label)
    return text


def _reply(session: Session, friend: Friend, blocks: Blocks, by: By, label: str = "") -> None:
    sending.put(session, friend, blocks, label or "クーポン", by, lane=Lane.REPLY)
