"""Whether customers hear of what staff do with a booking, said before and after."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.effects import texts
from lstep_lite.models import Friend


@dataclass(frozen=True)
class Told:
    promise: str
    """Before: 「お客様のLINEに「ご予約が確定しました」を送ります」"""
    result: str
    """After."""
    reaches: bool


def every(session: Session, friend: Friend) -> Mapping[str, Told]:
    """Of each message of the catalogue."""
    if effects.unreachable(friend) is not None:
        call = f"LINEで知らせられません。お電話でお伝えください{f'（{friend.phone}）' if friend.phone else ''}。"
        return dict.fromkeys(texts.every(session), Told(call, call, reaches=False))
    return {kind: _told(message.title, message.is_on) for kind, message in texts.every(session).items()}


def _told(title: str, is_on: bool) -> Told:
    if is_on:
        return Told(f"お客様のLINEに「{title}」を送ります。", "お客様のLINEにお知らせします。", reaches=True)
    off = "このお知らせは「予約のお知らせ」で止めているため、お客様には届きません。"
    return Told(off, "お客様にはお知らせしていません。", reaches=False)
