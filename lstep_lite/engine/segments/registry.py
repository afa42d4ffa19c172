"""Kinds of conditions."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, RowKind


@dataclass(frozen=True)
class Moment:
    """When a condition is asked, and for what: relative dates and chances depend on it."""

    now: datetime
    zone: ZoneInfo
    thing: str
    """The condition's id: with the occurrence and the friend's lot number it decides chances."""
    occurrence: str = ""


class Scope(StrEnum):
    """Whom a list leaves out unless a condition speaks of them."""

    LEFT = "left"
    SHELVED = "shelved"
    WITHOUT_LINE = "without_line"


class ConditionKind(RowKind):
    """A kind of condition: `segments/conditions/<name>.py` and `templates/segments/conditions/<name>.html`."""

    governs: ClassVar[Scope | None] = None
    """The people lists leave out by default and this kind decides about instead."""
    is_offered: ClassVar[bool] = True
    """Whether staff can pick it; the others are made by features alone."""

    @abstractmethod
    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        """It as SQL over `Friend`. What it refers to exists: the caller has looked."""

    def governed(self, session: Session, data: Data) -> set[Scope]:
        """Whom lists no longer leave out because of it."""
        return {self.governs} if self.governs else set()

    def is_broken(self, session: Session, data: Data) -> bool:
        """Whether something is gone that it refers to through others; what it mentions itself exists."""
        return False


kinds: dict[str, ConditionKind] = {}


def condition(kind: type[ConditionKind]) -> type[ConditionKind]:
    """Register *kind*."""
    kinds[kind.name] = kind()
    return kind


def offered() -> list[ConditionKind]:
    """In the order of the picker."""
    return sorted((kind for kind in kinds.values() if kind.is_offered), key=lambda kind: (kind.order, kind.name))


Tree = dict[str, Any]
"""{"all": [condition…], "any": [condition…]}; a condition is {"id", "kind", "data"}."""
