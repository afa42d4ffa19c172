"""Inputs that only forms have: what stands elsewhere in the same document, and where an answer is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import fields
from lstep_lite.engine.fields import Target
from lstep_lite.engine.studio import Cleaning, Data, Input


@dataclass(frozen=True, kw_only=True)
class QuestionPick(Input):
    """A question with choices, earlier in the same document, by its code; empty for none.

    Whether there is one is known only when the document is whole.
    """

    widget = "question"

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        return value[:40] if isinstance(value, str) else ""


@dataclass(frozen=True, kw_only=True)
class ChoicePick(Input):
    """Some choices of the question that the input *of* beside it names, by their codes."""

    widget = "question-choices"
    of: str = "question"

    def empty(self) -> list[str]:
        return []

    def clean(self, value: Any, here: Cleaning) -> list[str]:
        codes = value if isinstance(value, list) else []
        return [code[:40] for code in codes[:100] if isinstance(code, str)]

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        return super().describe(session, elements) | {"of": self.of}


@dataclass(frozen=True, kw_only=True)
class PagePick(Input):
    """A later page of the same document by its code, "end" for the end of the form, empty for the next one."""

    widget = "page"

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        return value[:40] if isinstance(value, str) else ""


@dataclass(frozen=True, kw_only=True)
class SaveTo(Input):
    """What about the friend an answer is written into: keys of engine/fields targets."""

    widget = "targets"
    name: str = "save_to"
    label: str = "回答の保存先"

    def empty(self) -> list[str]:
        return []

    def clean(self, value: Any, here: Cleaning) -> list[str]:
        wanted = [key for key in (value if isinstance(value, list) else [])[:20] if isinstance(key, str)]
        found = fields.some(here.session, [key for key in wanted if key.count(":") == 1])
        if any(key not in found for key in wanted):
            here.refuse("保存先の友だち情報欄が削除されています。選び直してください。")
        return [key for key in dict.fromkeys(wanted) if key in found]

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        headings = [
            {"label": heading, "targets": [_described(each) for each in found]}
            for heading, found in fields.by_heading(session, fields.targets(session))
        ]
        return super().describe(session, elements) | {"headings": headings}

    def mentioned(self, value: Any) -> Iterable[tuple[str, int | str]]:
        return [pair for key in value for pair in fields.mentioned(key)]


def _described(target: Target) -> Data:
    return {"value": target.key, "label": target.name, "type": target.type.value}
