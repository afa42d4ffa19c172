"""How customers come from the talk to the booking pages: whoever writes 「予約」 gets three buttons."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import auto_replies
from lstep_lite.engine.auto_replies import AutoReplyDraft, Keyword, KeywordMatch
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.designs.parts import card, part, text
from lstep_lite.engine.messages.designs.registry import document
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.engine.studio import Data, new_code
from lstep_lite.engine.taps.behaviours.open_booking import OWN
from lstep_lite.models import AutoReply, BookingPage, Matching, Template

WORD = "予約"
WORDS = (WORD, "予約する", "予約したい", "予約の確認", "予約の変更")
"""What brings the buttons, written exactly so: a sentence about a booking is for people to read."""
NAME = "予約のご案内"


def answering(session: Session, *, now: datetime) -> AutoReply | None:
    """The rule that answers 「予約」 at the moment."""
    return next(iter(auto_replies.explain(session, WORD, now=now).answers), None)


def begin(session: Session, page: BookingPage, *, now: datetime) -> AutoReply:
    """Make the three buttons, and the rule that sends them, unless something answers already. Twice is once."""
    book.lock(session)  # two who press at once make one rule
    if (found := answering(session, now=now)) is not None:
        return found
    template = buttons(session, page, now=now)
    draft = AutoReplyDraft(
        name=NAME,
        matching=Matching.KEYWORDS,
        keywords=[Keyword(word, KeywordMatch.EXACT) for word in WORDS],
        blocks=[{"kind": "template", "template_id": template.id}],
    )
    return auto_replies.create(session, draft, now=now)


def buttons(session: Session, page: BookingPage, *, now: datetime) -> Template:
    """The card with the three buttons."""
    return templates.create(session, "flex", TemplateDraft(NAME, _buttons(session, page)), now=now)


def _buttons(session: Session, page: BookingPage) -> Data:
    phone = book.settings(session).phone
    buttons = [
        _button("予約する", {"do": "open_booking", "page": f"{page.id}:{page.code}"}, page.color),
        _button("予約の確認・変更", {"do": "open_booking", "page": OWN}, page.color, style="secondary"),
    ]
    if phone:
        buttons.append(_button("お店に電話", {"do": "phone", "number": phone}, page.color, style="link"))
    body = [text("ご予約はこちらから", size="lg", bold=True), text("24時間いつでもご予約いただけます。", size="sm")]
    return document("ご予約のご案内", card(body=body, footer=buttons))


def _button(label: str, tap: dict[str, Any], color: str, **over: Any) -> Data:
    look = {"color": color} if "style" not in over else {}
    return part("button", label=label, tap={"id": new_code()} | tap, height="sm", **look, **over)
