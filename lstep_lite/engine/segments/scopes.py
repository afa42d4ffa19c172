"""Conditions on the people whom lists leave out: leave them out, show them too, or show only them."""

from abc import abstractmethod
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment

SHOWN = {"yes": "表示する", "only": "だけを表示する", "no": "表示しない"}


class ScopeCondition(ConditionKind):
    """Base of the conditions that replace a default of lists (`governs`)."""

    group = "表示する人"
    people: ClassVar[str]
    """Who they are, for sentences."""

    @abstractmethod
    def holds(self) -> sa.ColumnElement[bool]:
        """Who they are, as SQL over Friend."""

    def parse(self, session: Session, values: Values) -> Data:
        return {"shown": values.chosen("shown", SHOWN, "表示するかどうかを選んでください。")}

    def sentence(self, session: Session, data: Data) -> str:
        return f"{self.people}{ {'yes': 'も表示する', 'only': 'だけを表示する', 'no': 'は表示しない'}[data['shown']] }"

    def options(self, session: Session) -> dict[str, Any]:
        return {"people": self.people, "shown": SHOWN}

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        if data["shown"] == "yes":
            return sa.true()
        return self.holds() if data["shown"] == "only" else sa.not_(self.holds())
