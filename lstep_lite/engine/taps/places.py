"""Where taps are known: their action sets hang at them, and conditions refer to them."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions
from lstep_lite.engine.taps.keeping import PLACE
from lstep_lite.engine.taps.owners import owners
from lstep_lite.models import Tap

TARGET = "taps"


@actions.place(PLACE, label="ボタンや選択肢が押されたとき")
def _describe(session: Session, codes: Collection[str]) -> dict[str, mentions.Place]:
    found = session.scalars(sa.select(Tap).where(Tap.code.in_(codes)))
    return {tap.code: owners[tap.owner].place(tap) for tap in found}


@mentions.target(TARGET)
def _names(session: Session, codes: Collection[str]) -> dict[str, str]:
    found = session.scalars(sa.select(Tap).where(Tap.code.in_(codes)))
    return {tap.code: tap.label for tap in found}
