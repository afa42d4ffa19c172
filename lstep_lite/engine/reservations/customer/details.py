"""What customers are asked beside the time: who they are, what they wish, and the questions of the booking page.

It is one page of questions like those of forms (engine/surveys). What is typed is kept in the customer's draft before
anything is said about it, and written down when they book.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import fields, locking, settings
from lstep_lite.engine.reservations.transitions import counting
from lstep_lite.engine.studio import Data, fresh
from lstep_lite.engine.surveys import documents, effects, parsing
from lstep_lite.engine.surveys.kinds.registry import PREFIX, Reading, question_of
from lstep_lite.engine.surveys.parsing import Read
from lstep_lite.engine.surveys.paths import Typed
from lstep_lite.models import BookingCustomer, BookingPage, ChangedBy, Friend

PAGE = "details"
"""The code of the one page."""
LEFT_OUT = (f"{PREFIX}file",)
"""Kinds of questions that only forms ask: files belong to an answer."""
LONGEST_NAME, LONGEST_NOTE = 50, 200
NAME, KANA, PHONE, NOTE = OWN = ("name", "kana", "phone", "note")
"""The codes of what every page asks; the others are the shop's questions."""


def document(page: BookingPage, *, is_repeat: bool) -> Data:
    """Name, kana, phone and wishes, and between them what *page* asks first-time customers or those who came before."""
    return around(page.repeat_document if is_repeat else page.first_document)


def around(own: Data) -> Data:
    """Name, kana, phone and wishes, and between them what *own* asks."""
    asked = [part for each in own.get("pages", ()) for part in each["parts"] if part["kind"] not in LEFT_OUT]
    whole = {"id": PAGE, "title": "", "lead": "", "parts": [*_person(), *asked, _note()], "jumps": [], "next": ""}
    return {"pages": [whole]}


def _person() -> list[dict[str, Any]]:
    return [
        _line(NAME, "お名前", "system:real_name", example="花田 桜", most=LONGEST_NAME, fills="name"),
        _line(KANA, "フリガナ", "system:kana", rule="kana", example="ハナダ サクラ", most=LONGEST_NAME),
        _line(PHONE, "電話番号", "system:phone", rule="phone", example="090-1234-5678"),
    ]


def _line(code: str, label: str, target: str, **inputs: Any) -> dict[str, Any]:
    given = {"id": code, "label": label, "save_to": [target], "is_required": True, "is_prefilled": True}
    return _fresh("survey_one_line") | given | inputs


def _note() -> dict[str, Any]:
    return _fresh("survey_long_text") | {"id": NOTE, "label": "ご要望（任意）", "most": LONGEST_NOTE, "lines": 3}


def _fresh(kind: str) -> dict[str, Any]:
    found = next(each for each in documents.elements() if each.name == kind)
    return {**fresh(found.inputs), "kind": kind}


def for_friend(session: Session, page: BookingPage, friend: Friend) -> Data:
    """What *page* asks this customer."""
    customer = session.get(BookingCustomer, friend.id)
    return document(page, is_repeat=customer is not None and customer.visits > 0)


# What they have typed ------------------------------------------------------------------------------------------------


def typed(session: Session, document: Data, friend: Friend) -> Typed:
    """What stands in the page: what was typed last, else what the shop knows."""
    customer = session.get(BookingCustomer, friend.id)
    draft: Mapping[str, Any] = (customer.draft if customer is not None else None) or {}
    return {**_known(session, document, friend), **draft.get("typed", {})}


def _known(session: Session, document: Data, friend: Friend) -> dict[str, dict[str, list[str]]]:
    asked = {
        part["id"]: part["save_to"][0]
        for part in documents.questions_of(document)
        if part.get("is_prefilled") and part.get("save_to")
    }
    targets = fields.some(session, set(asked.values()))
    kept = fields.read_targets(session, [friend], list(targets.values()))[friend.id] if targets else {}
    found: dict[str, dict[str, list[str]]] = {}
    for part in documents.questions_of(document):
        target, kind = targets.get(asked.get(part["id"], "")), question_of(part)
        plain = fields.typed(session, target, kept.get(target.key)) if target is not None else ""
        if kind is not None and (plain := plain or part.get("default", "")):
            found[part["id"]] = kind.typed(part, plain)
    return found


def keep(session: Session, document: Data, friend: Friend, form: Mapping[str, Sequence[str]], *, now: datetime) -> Read:
    """Keep what was typed, right or wrong, and read it."""
    locking.lock(session, friend)
    customer = counting.customer_anew(session, friend.id)
    posted = parsing.posted(documents.questions_of(document), form)
    before = (customer.draft or {}).get("typed", {})
    customer.draft = {**(customer.draft or {}), "typed": {**before, **posted}}
    session.flush()  # who reads it next finds it
    return read(session, document, friend, now=now)


def read(session: Session, document: Data, friend: Friend, *, now: datetime) -> Read:
    today = now.astimezone(settings.zone(session)).date()
    return parsing.whole(document, typed(session, document, friend), Reading(today))


def is_settled(session: Session, document: Data, friend: Friend, *, now: datetime) -> bool:
    """Whether nothing has to be asked: all is known, and questions of the page were answered or do not exist."""
    if read(session, document, friend, now=now).errors:
        return False
    customer = session.get(BookingCustomer, friend.id)
    has_typed = customer is not None and bool((customer.draft or {}).get("typed"))
    return has_typed or len(documents.questions_of(document)) == len(OWN)


def agree(session: Session, friend: Friend, terms: str) -> None:
    """They have ticked that they agree to *terms*; the tick stays when something else has to be put right."""
    locking.lock(session, friend)
    customer = counting.customer_anew(session, friend.id)
    customer.draft = {**(customer.draft or {}), "agreed": terms}


def has_agreed(session: Session, friend: Friend, terms: str) -> bool:
    customer = session.get(BookingCustomer, friend.id)
    return customer is not None and (customer.draft or {}).get("agreed") == terms


# Booking -------------------------------------------------------------------------------------------------------------


def note_of(read: Read) -> str:
    given = read.given.get(NOTE)
    return given.text if given is not None else ""


def write_down(session: Session, friend: Friend, read: Read, *, now: datetime) -> None:
    """Keep about *friend* what they said of themselves, and begin the next booking with an empty page."""
    effects.write(session, friend, read, changed_by=ChangedBy.CUSTOMER, now=now)
    counting.customer(session, friend.id).draft = None
