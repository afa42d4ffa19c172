"""Conditions on a text that each friend has: width, kana, case and spaces make no difference."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lstep_lite.engine import text
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend

LONGEST = 100


class TextCondition(ConditionKind):
    """Base of the conditions on a normalised column."""

    group = "友だちの情報"
    column: ClassVar[str]
    """Of Friend; empty text where there is none."""
    hows: ClassVar[dict[str, str]] = {"contains": "に次の言葉がある", "lacks": "に次の言葉がない"}

    def parse(self, session: Session, values: Values) -> Data:
        how = values.chosen("how", self.hows, f"{self.label}の条件を選んでください。")
        if how in ("empty", "filled"):
            return {"how": how}
        typed = text.storable(values.one("text")).strip()
        if not text.normalise(typed):
            raise DomainError("さがす言葉を入力してください。", "text")
        if len(typed) > LONGEST:
            raise DomainError(f"さがす言葉は{LONGEST}文字以内で入力してください。", "text")
        return {"how": how, "text": typed}

    def sentence(self, session: Session, data: Data) -> str:
        if data["how"] in ("empty", "filled"):
            return f"{self.label}{self.hows[data['how']]}"
        return f"{self.label}に「{data['text']}」{'がある' if data['how'] == 'contains' else 'がない'}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"hows": self.hows, "label": self.label}

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        if data["how"] == "empty":
            return sa.and_(getattr(Friend, self.column) == "")
        if data["how"] == "filled":
            return sa.and_(getattr(Friend, self.column) != "")
        found = self._containing(text.normalise(data["text"]))
        return found if data["how"] == "contains" else sa.not_(found)

    def _containing(self, wanted: str) -> sa.ColumnElement[bool]:
        """A query of its own: so the texts are read from their index, and not row by row in the order of a list."""
        friend = aliased(Friend)
        texts = getattr(friend, self.column)
        return Friend.id.in_(sa.select(friend.id).where(texts != "", texts.contains(wanted, autoescape=True)))
