"""The card that tells of a booking: a head in its colour, the shop's words, what was booked, and buttons."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.customer import addresses
from lstep_lite.engine.reservations.effects import wording
from lstep_lite.engine.reservations.effects.catalogue import MESSAGES, Button, Group
from lstep_lite.engine.reservations.effects.wording import Subject
from lstep_lite.models import BookingPage, ReservationState

LineObject = dict[str, Any]
STOP = "reservation:stop"
"""What the button posts back with which a customer wants no more of what asks them to come again."""
BEING_LATE = "本日のご予約に遅れます。"
"""What a customer says with a button; staff see it as a message nobody has answered."""
LABELS = {
    Button.SHOW: "予約を確認する",
    Button.CHANGE: "日時を変更する",
    Button.CANCEL: "キャンセルする",
    Button.ANSWER: "内容を見て返事をする",
    Button.BOOK: "あらためて予約する",
    Button.OTHER: "別の日時を選ぶ",
    Button.AGAIN: "前回と同じ内容で予約する",
    Button.LATE: "遅れる連絡をする",
    Button.PHONE: "電話する",
    Button.MAP: "地図を見る",
    Button.STOP: "配信を止める",
}
PRIMARY = (Button.SHOW, Button.ANSWER, Button.BOOK, Button.OTHER, Button.AGAIN)
ONLINE = (Button.CHANGE, Button.CANCEL)
STANDS = (ReservationState.CONFIRMED, ReservationState.REQUESTED)


@dataclass(frozen=True)
class Known:
    """What cards show."""

    subject: Subject
    page: BookingPage | None
    """Where one books (again)."""


def load(session: Session, entry_ids: Collection[int], public_url: str) -> Mapping[int, Known]:
    """By the entry's id."""
    found = wording.subjects(session, wording.entries_of(session, entry_ids), public_url)
    pages = session.scalars(sa.select(BookingPage).order_by(BookingPage.position, BookingPage.id)).all()
    return {entry_id: Known(subject, _page(subject, pages)) for entry_id, subject in found.items()}


def _page(subject: Subject, pages: Collection[BookingPage]) -> BookingPage | None:
    """The one it was booked on while that is open, else the first that is."""
    is_open = [page for page in pages if page.is_open]
    mine = (page for page in is_open if page.id == subject.reservation.page_id)
    return next(mine, next(iter(is_open), None))


def bubble(known: Known, kind: str, title: str, text: str, *, now: datetime) -> LineObject:
    """The card of *kind* with its words filled."""
    message = MESSAGES[kind]
    body = [_paragraph(text)]
    if message.shows_facts:
        body += [{"type": "separator", "margin": "lg"}, _table(known.subject, message.group)]
    if note := _deadline(known.subject, kind, now):
        body.append(_small(note))
    drawn = {
        "type": "bubble",
        "size": "mega",
        "header": _head(title, message.color),
        "body": {"type": "box", "layout": "vertical", "spacing": "md", "contents": body},
    }
    buttons = list(_buttons(known, message.buttons, message.color, now))
    if buttons:
        drawn["footer"] = {"type": "box", "layout": "vertical", "spacing": "sm", "contents": buttons}
    return drawn


def _head(title: str, color: str) -> LineObject:
    words = {"type": "text", "text": title, "weight": "bold", "size": "lg", "color": "#FFFFFF", "wrap": True}
    return {
        "type": "box",
        "layout": "vertical",
        "backgroundColor": color,
        "paddingAll": "lg",
        "contents": [words],
    }


def _paragraph(text: str) -> LineObject:
    return {"type": "text", "text": text, "size": "md", "wrap": True, "color": "#222222"}


def _small(text: str) -> LineObject:
    return {"type": "text", "text": text, "size": "xs", "wrap": True, "color": "#5A6472", "margin": "lg"}


def _table(subject: Subject, group: Group) -> LineObject:
    """What was booked; of what is over no more than which it was."""
    left_out = ("料金", "場所") if group is Group.ENDING else ()
    rows = [_row(label, value) for label, value in _facts(subject) if value and label not in left_out]
    return {"type": "box", "layout": "vertical", "spacing": "sm", "margin": "lg", "contents": [_when(subject), *rows]}


def _when(subject: Subject) -> LineObject:
    """Over the whole width: a time that goes over two lines is easily misread."""
    return _paragraph(f"{subject.when}〜{subject.end}") | {"weight": "bold"}


def _row(label: str, value: str) -> LineObject:
    name = {"type": "text", "text": label, "size": "sm", "color": "#5A6472", "flex": 3}
    words = {"type": "text", "text": value, "size": "sm", "color": "#222222", "wrap": True, "flex": 8}
    return {"type": "box", "layout": "baseline", "spacing": "sm", "contents": [name, words]}


def _facts(subject: Subject) -> Iterator[tuple[str, str]]:
    yield "メニュー" if subject.after["slot_id"] is None else "内容", subject.menu
    yield "担当", f"{subject.provider}（ご指名）" if subject.provider else ""
    yield "人数", subject.people if subject.after["slot_id"] is not None else ""
    yield "料金", subject.price
    yield "予約番号", subject.reservation.number
    yield "場所", "" if _is_address(subject.place) else subject.place


def _deadline(subject: Subject, kind: str, now: datetime) -> str:
    """Until when the customer may change it; nothing when that is over."""
    if Button.CANCEL not in MESSAGES[kind].buttons or not _may_change(subject, now):
        return ""
    return f"変更・キャンセルは{subject.moment(subject.reservation.deadline_at)}まで"


def _may_change(subject: Subject, now: datetime) -> bool:
    """Not at the deadline itself either: who reads it then is too late."""
    deadline = subject.reservation.deadline_at
    return subject.reservation.state in STANDS and deadline is not None and now < deadline


# Buttons -------------------------------------------------------------------------------------------------------------


def _buttons(known: Known, wanted: Collection[Button], color: str, now: datetime) -> Iterator[LineObject]:
    hidden = _hidden(wanted, may_change=_may_change(known.subject, now))
    for button in wanted:
        if button in hidden:
            continue
        if (action := _action(known, button)) is None:
            continue
        look = {"style": "primary", "color": color} if button in PRIMARY else {"style": "link"}
        yield {"type": "button", "height": "sm", "action": action | {"label": LABELS[button]}} | look


def _hidden(wanted: Collection[Button], *, may_change: bool) -> Collection[Button]:
    """Where a booking can be changed, the telephone stands in once it is too late for doing so here."""
    if not may_change:
        return ONLINE
    return (Button.PHONE,) if Button.CANCEL in wanted else ()


def _action(known: Known, button: Button) -> LineObject | None:
    """None where it would lead nowhere."""
    if button is Button.STOP:
        return {"type": "postback", "data": STOP, "displayText": LABELS[button]}
    if button is Button.LATE:
        return {"type": "message", "text": BEING_LATE}
    address = _address(known, button)
    return {"type": "uri", "uri": address} if address else None


def _address(known: Known, button: Button) -> str:
    subject, reservation, house = known.subject, known.subject.reservation, known.subject.house
    match button:
        case Button.SHOW:
            return subject.url(addresses.own(reservation))
        case Button.ANSWER:
            return subject.url(addresses.offer(reservation))
        case Button.CHANGE:
            return subject.url(addresses.change(reservation)) if subject.event is None else ""
        case Button.CANCEL:
            return subject.url(addresses.cancel(reservation))
        case Button.BOOK:
            return subject.url(_where_to_book(known)) if known.page is not None or subject.event is not None else ""
        case Button.OTHER if subject.event is not None:
            return subject.url(addresses.event(subject.event))
        case Button.OTHER if known.page is not None:
            return subject.url(addresses.again(known.page, reservation))
        case Button.AGAIN if known.page is not None and subject.event is None:
            return subject.url(addresses.again(known.page, reservation))
        case Button.PHONE:
            return f"tel:{house.phone}" if house.phone else ""
        case Button.MAP:
            return subject.map_url or (subject.place if _is_address(subject.place) else _map(subject.place))
        case _:
            return ""


def _where_to_book(known: Known) -> str:
    """The event itself, else the page."""
    if known.subject.event is not None:
        return addresses.event(known.subject.event)
    return addresses.book(known.page) if known.page is not None else ""


def _is_address(place: str) -> bool:
    return place.startswith(("https://", "http://"))


def _map(place: str) -> str:
    return f"https://www.google.com/maps/search/?api=1&query={quote(place, safe='')}" if place else ""
