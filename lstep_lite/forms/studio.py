"""The studio's dialogs: conditions and actions, which a document holds as JSON, in the editors of the other pages."""

from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import segments, studio, taps
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.studio import Data
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import Form
from lstep_lite.forms.segments import SegmentField

_CONDITION = studio.Condition()
_ACTIONS = studio.Actions()


class ConditionForm(Form):
    tree = SegmentField("条件")

    @classmethod
    def of(cls, session: Session, value: Any) -> "ConditionForm":
        """The form of what a document holds; it comes from a browser, and what is wrong with it is left out."""
        return cls(data={"tree": _kept(session, _CONDITION, value)})

    def value(self, session: Session) -> Data | None:
        """As a document holds it. Raises DomainError naming the field."""
        tree = self.tree.draft(session)
        return None if segments.is_empty(tree) else tree


class ActionsForm(Form):
    steps = ActionsField("すること", place=taps.PLACE)

    @classmethod
    def of(cls, session: Session, value: Any) -> "ActionsForm":
        """The form of what a document holds, as above."""
        kept = _kept(session, _ACTIONS, value)
        return cls(data={"steps": SetDraft(kept["steps"], kept["repeats"])})

    def value(self, session: Session) -> Data:
        """As a document holds it. Raises DomainError naming the field."""
        draft = self.steps.draft(session)
        return {"steps": list(draft.steps), "repeats": draft.repeats}


def _kept(session: Session, each: studio.Input, value: Any) -> Any:
    return studio.clean(session, [each], {each.name: value})[0][each.name]


def condition_in_words(session: Session, value: Any) -> str:
    """A condition that comes from a browser, as far as it can be read; empty for everybody."""
    return " ".join(sentences(session, _kept(session, _CONDITION, value)))


def sentences(session: Session, value: Data | None) -> list[str]:
    """A condition or actions, as a document holds them, in words."""
    each = _ACTIONS if value and "steps" in value else _CONDITION
    found = studio.walk([each], {each.name: value})
    return studio.sentences(session, found).get(each.name, [])
