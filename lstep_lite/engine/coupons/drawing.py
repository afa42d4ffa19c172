"""Coupons and tickets as LINE's message objects. Pure.

https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine.coupons.drafts import LONGEST_DAYS, CouponDraft
from lstep_lite.models import CodeKind, CodeShape, Coupon, CouponTicket, TicketState

LineObject = dict[str, Any]
PREFIX = "coupon="
"""All our postbacks begin with it; a verb and a code follow: `coupon=get:<code>`."""
QUIET, STRONG = "#6B7280", "#111827"
SAMPLE_NUMBER = "ABCDE23456"
A_MINUTE = timedelta(minutes=1)
_RATIOS = {CodeShape.QR: "1:1", CodeShape.BARCODE: "3:1"}


@dataclass(frozen=True)
class Offer:
    """A coupon, as customers are shown it."""

    title: str
    price_text: str
    description: str
    conditions: str
    color: str
    picture_url: str
    starts_at: datetime | None
    ends_at: datetime | None
    days: int | None
    is_lottery: bool
    code: str
    line_id: str | None = None
    """LINE's own id, if LINE keeps the coupon."""


@dataclass(frozen=True)
class Held:
    """A ticket, as its friend is shown it."""

    offer: Offer
    code: str
    number: str
    shown_code: str
    """What the shop's till reads; empty where there is nothing to read."""
    shape: CodeShape
    code_url: str
    uses_left: int | None
    is_usable: bool
    expires_at: datetime | None


def offer(coupon: Coupon | CouponDraft, picture_url: str, line_id: str | None = None) -> Offer:
    """What is shown of a stored coupon, or of one that is being written."""
    same = ("title", "price_text", "description", "conditions", "color", "starts_at", "ends_at", "days")
    code = coupon.code if isinstance(coupon, Coupon) else "preview"
    shown = {name: getattr(coupon, name) for name in same}
    return Offer(**shown, picture_url=picture_url, is_lottery=coupon.percent is not None, code=code, line_id=line_id)


def held(ticket: CouponTicket, picture_url: str, public_url: str) -> Held:
    coupon = ticket.coupon
    return Held(
        offer=offer(coupon, picture_url),
        code=ticket.code,
        number=ticket.number,
        shown_code=code_of(ticket),
        shape=coupon.code_shape,
        code_url=f"{public_url}/coupons/tickets/{ticket.code}/picture",
        uses_left=None if coupon.uses_each is None else max(0, coupon.uses_each - ticket.uses),
        is_usable=ticket.state is TicketState.HELD,
        expires_at=ticket.expires_at,
    )


def preview(draft: CouponDraft, picture_url: str, zone: ZoneInfo, *, now: datetime) -> list[LineObject]:
    """How a coupon that is being written would look: its card, and a ticket. Codes stand as text."""
    shown = offer(draft, picture_url)
    codes = {CodeKind.NONE: "", CodeKind.COMMON: draft.common_code, CodeKind.SINGLE: SAMPLE_NUMBER}
    ticket = Held(
        offer=shown,
        code="preview",
        number=SAMPLE_NUMBER,
        shown_code=codes[draft.code_kind],
        shape=CodeShape.TEXT,
        code_url="",
        uses_left=draft.uses_each,
        is_usable=True,
        expires_at=expiry(draft, now, zone),
    )
    return [coupon_message(shown, zone), ticket_message(ticket, zone)]


def expiry(coupon: Coupon | CouponDraft, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a ticket got at *now* ends: with its last day in the shop, or with the coupon where that comes first."""
    if coupon.days is None or not 0 < coupon.days <= LONGEST_DAYS:
        return coupon.ends_at
    last_day = now.astimezone(zone).date() + timedelta(days=coupon.days)
    end = datetime.combine(last_day + timedelta(days=1), time.min, zone)
    return end if coupon.ends_at is None else min(end, coupon.ends_at)


def code_of(ticket: CouponTicket) -> str:
    """What the shop's till reads from the ticket; empty where there is nothing to read."""
    coupon = ticket.coupon
    return {CodeKind.NONE: "", CodeKind.COMMON: coupon.common_code, CodeKind.SINGLE: ticket.number}[coupon.code_kind]


def postback(verb: str, code: str, label: str) -> LineObject:
    return {"type": "postback", "label": label, "data": f"{PREFIX}{verb}:{code}"}


# The coupon ----------------------------------------------------------------------------------------------------------


def coupon_message(shown: Offer, zone: ZoneInfo) -> LineObject:
    """The card that offers the coupon."""
    if shown.line_id is not None:
        return {"type": "coupon", "couponId": shown.line_id}
    label = "抽選に参加する" if shown.is_lottery else "クーポンを受け取る"
    body = [*_head(shown), *_paragraphs(shown, _period(shown, zone))]
    return _flex(f"クーポン「{shown.title}」", _bubble(shown, "クーポン", body, [postback("get", shown.code, label)]))


def _period(shown: Offer, zone: ZoneInfo) -> str:
    starts = in_words(shown.starts_at, zone) if shown.starts_at else ""
    ends = end_in_words(shown.ends_at, zone) if shown.ends_at else ""
    parts = [f"{starts}〜{ends}"] if starts or ends else []
    if shown.days is not None:
        parts.append(f"受け取ってから{shown.days}日間使えます")
    return "\n".join(parts)


# The ticket ----------------------------------------------------------------------------------------------------------


def ticket_message(ticket: Held, zone: ZoneInfo, page_url: str = "") -> LineObject:
    """The friend's own card: what to show at the counter, the button to use it, and the way to all of theirs."""
    shown = ticket.offer
    body = [*_head(shown), *_code(ticket), *_paragraphs(shown, _limits(ticket, zone))]
    if ticket.shown_code != ticket.number:
        body.append(_text(f"クーポン番号 {spaced(ticket.number)}", size="xs", color=QUIET, align="center", margin="lg"))
    if ticket.is_usable:
        hint = "お店のスタッフに見せてから、下のボタンを押してください。"
        body.append(_text(hint, size="xs", color=STRONG, align="center", margin="md"))
    actions = [postback("use", ticket.code, "クーポンを使う")] if ticket.is_usable else []
    links = [{"type": "uri", "label": "マイクーポンを見る", "uri": page_url}] if page_url else []
    head = "あなたのクーポン" if ticket.is_usable else "使用済みのクーポン"
    return _flex(f"クーポン「{shown.title}」を受け取りました", _bubble(shown, head, body, actions, links))


def question_message(ticket: Held, question: str) -> LineObject:
    """「使いますか？」 with two buttons, each of which brings the question's code back.

    https://developers.line.biz/en/reference/messaging-api/#confirm
    """
    text = (
        f"「{ticket.offer.title}」をいま使いますか？\nお店のスタッフの前で「はい」を押してください。元には戻せません。"
    )
    actions = [
        postback("yes", question, "はい") | {"displayText": "はい"},
        postback("no", question, "いいえ") | {"displayText": "いいえ"},
    ]
    template = {"type": "confirm", "text": text, "actions": actions}
    return {"type": "template", "altText": f"クーポン「{ticket.offer.title}」を使いますか？", "template": template}


def spaced(number: str) -> str:
    """ABCDE 23456: easier to read out."""
    return f"{number[:5]} {number[5:]}"


def _code(ticket: Held) -> Sequence[LineObject]:
    if not ticket.shown_code:
        return []
    words = _text(ticket.shown_code, size="xl", weight="bold", align="center", color=STRONG, margin="sm")
    if ticket.shape is CodeShape.TEXT:
        return [_text("レジでこのコードをお見せください", size="xs", color=QUIET, align="center", margin="lg"), words]
    picture = {"type": "image", "url": ticket.code_url, "aspectRatio": _RATIOS[ticket.shape], "aspectMode": "fit"}
    return [picture | {"size": "full", "margin": "lg", "backgroundColor": "#FFFFFF"}, words | {"size": "md"}]


def _limits(ticket: Held, zone: ZoneInfo) -> str:
    uses = "何回でも使えます" if ticket.uses_left is None else f"あと{ticket.uses_left}回使えます"
    expiry = f"{end_in_words(ticket.expires_at, zone)}まで" if ticket.expires_at else ""
    return "\n".join(part for part in (uses if ticket.is_usable else "使用済みです", expiry) if part)


# Parts ---------------------------------------------------------------------------------------------------------------


def _flex(alt_text: str, bubble: LineObject) -> LineObject:
    return {"type": "flex", "altText": alt_text, "contents": bubble}


def _bubble(
    shown: Offer, head: str, body: Sequence[LineObject], actions: Sequence[LineObject], links: Sequence[LineObject] = ()
) -> LineObject:
    bubble: LineObject = {"type": "bubble", "size": "mega"}
    band = _text(head, size="sm", weight="bold", color="#FFFFFF", align="center")
    bubble["header"] = {"type": "box", "layout": "vertical", "paddingAll": "sm", "backgroundColor": shown.color}
    bubble["header"]["contents"] = [band]
    if shown.picture_url:
        hero = {"type": "image", "url": shown.picture_url, "size": "full", "aspectRatio": "20:13"}
        bubble["hero"] = hero | {"aspectMode": "cover"}
    bubble["body"] = {"type": "box", "layout": "vertical", "contents": list(body)}
    buttons = [{"type": "button", "style": "primary", "color": shown.color, "action": action} for action in actions]
    buttons += [{"type": "button", "style": "link", "height": "sm", "action": link} for link in links]
    if buttons:
        bubble["footer"] = {"type": "box", "layout": "vertical", "contents": buttons}
    return bubble


def _head(shown: Offer) -> list[LineObject]:
    title = _text(shown.title, size="md", weight="bold", color=STRONG, align="center")
    if not shown.price_text:
        return [title | {"size": "xl"}]
    return [title, _text(shown.price_text, size="xxl", weight="bold", color=shown.color, align="center", margin="sm")]


def _paragraphs(shown: Offer, period: str) -> list[LineObject]:
    """What it is about, how long it lasts, and on what conditions; what is empty is left out."""
    parts = [{"type": "separator", "margin": "lg"}]
    if shown.description:
        parts.append(_text(shown.description, size="sm", color=STRONG, margin="lg"))
    if period:
        parts.append(_text(period, size="sm", color=QUIET, margin="md"))
    if shown.conditions:
        parts.append(_text(shown.conditions, size="xs", color=QUIET, margin="md"))
    return parts if len(parts) > 1 else []


def _text(text: str, **more: Any) -> LineObject:
    return {"type": "text", "text": text, "wrap": True, **more}


def in_words(moment: datetime, zone: ZoneInfo) -> str:
    """2026年3月5日 10:00 on the shop's clock."""
    local = moment.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def end_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """An end at midnight is the day before, which is how people say it: 2026年3月4日."""
    local = moment.astimezone(zone)
    return in_words(moment, zone) if local.hour or local.minute else in_words(moment - A_MINUTE, zone)[:-6]
