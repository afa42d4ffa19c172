"""Buttons that say something in the customer's name: LINE tells us of the message, not of the button.

A message that is word for word what a button says, from somebody who has that button before them, counts as its tap.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import triggers
from lstep_lite.engine.rich_menus import periods, tapping
from lstep_lite.engine.studio import Data
from lstep_lite.models import AnswerState, ChatMessage, Friend, FriendMenu, LineMenu, Tap, TapAnswer

SAY = "say"


def note(session: Session, taps: Iterable[Tap], document: Data) -> None:
    """Write down which of a menu's *taps* say what in its live *document*."""
    said = {each.tap["id"]: each.tap["text"] for each in tapping.placed(document) if each.tap["do"] == SAY}
    for tap in taps:
        tap.said = said.get(tap.code)
        tap.is_counted = tap.is_counted or tap.said is not None
    session.flush()  # the next message may be one of them


@triggers.on("message.received")
def _count(session: Session, happening: triggers.Happening) -> None:
    message = session.get_one(ChatMessage, happening.facts["chat_message_id"])
    if message.kind != "text" or happening.event is None:
        return
    taps = session.scalars(sa.select(Tap).where(Tap.said == message.text, Tap.is_live).order_by(Tap.position)).all()
    if taps and (tap := _before_them(session, taps, happening.friend, happening.now)):
        _write_down(session, tap, happening, message.at)


def _before_them(session: Session, taps: Sequence[Tap], friend: Friend, now: datetime) -> Tap | None:
    """The one on the friend's screen. What they are to see from now on LINE does not show yet."""
    linked = session.scalars(
        sa.select(LineMenu)
        .join(FriendMenu, FriendMenu.linked_id == LineMenu.id)
        .where(FriendMenu.friend_id == friend.id)
    ).one_or_none()
    menu_id = linked.menu_id if linked else periods.lineup(session, now).default()
    mine = [tap for tap in taps if tap.owner_id == menu_id]
    return next((tap for tap in mine if linked and tap.panel == linked.tab_code), mine[0] if mine else None)


def _write_down(session: Session, tap: Tap, happening: triggers.Happening, at: datetime) -> None:
    row = {
        "occurrence": happening.event.webhook_event_id if happening.event else "",
        "friend_id": happening.friend.id,
        "tap_id": tap.id,
        "owner": tap.owner,
        "owner_id": tap.owner_id,
        "panel": tap.panel,
        "at": at,
        "state": AnswerState.TAKEN,
        "params": {},
    }
    session.execute(insert_new(session, TapAnswer).values(row))
