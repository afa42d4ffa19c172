"""Inputs that refer to something else: a file, a row, a segment, steps of an action set."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, segments
from lstep_lite.engine.actions import sets
from lstep_lite.engine.actions.registry import kinds as step_kinds
from lstep_lite.engine.rows import RowKind, Values
from lstep_lite.engine.segments.trees import BLOCKS
from lstep_lite.engine.studio.inputs import Cleaning, Data, Found, Input, new_code
from lstep_lite.errors import DomainError
from lstep_lite.models import Media, MediaKind, MediaState

Options = Sequence[tuple[int, str]]
Source = Callable[[Session], Options]
_sources: dict[str, Source] = {}


def source(name: str) -> Callable[[Source], Source]:
    """Register the function below as what a `Pick` from *name* offers: ids and their labels."""

    def register(offered: Source) -> Source:
        _sources[name] = offered
        return offered

    return register


@dataclass(frozen=True, kw_only=True)
class File(Input):
    """A file of the media library, by its id; None where none is needed."""

    widget = "file"
    kind: str = "image"
    required: bool = True
    ratios: tuple[str, ...] = ()
    """What the editor offers to cut a picture to, for example `1.51:1`."""

    def empty(self) -> None:
        return None

    def clean(self, value: Any, here: Cleaning) -> int | None:
        wanted = int(value) if _is_id(value) else None
        if wanted is not None and not _is_there(here.session, wanted, self.kind):
            here.refuse(f"選んだ{self.label}は使えません。削除されたか、種類が違います。選び直してください。")
        elif wanted is None and self.required:
            here.refuse(f"{self.label}を選んでください。")
        return wanted

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        own = {"kind": self.kind, "required": self.required, "ratios": list(self.ratios)}
        return super().describe(session, elements) | own


def _is_there(session: Session, media_id: int, kind: str) -> bool:
    """A customer's own picture is no file to be sent to others."""
    wanted = select(Media.id).where(
        Media.id == media_id, Media.kind == MediaKind(kind), Media.state == MediaState.STORED, Media.friend_id.is_(None)
    )
    return session.scalar(wanted) is not None


@dataclass(frozen=True, kw_only=True)
class Pick(Input):
    """A row of another feature, by its id; None where none is needed."""

    widget = "pick"
    source: str
    """Who offers the rows (see `source`)."""
    feature: str
    """As what mentions know the rows."""
    required: bool = True

    def empty(self) -> None:
        return None

    def clean(self, value: Any, here: Cleaning) -> int | None:
        wanted = int(value) if _is_id(value) else None
        if wanted is not None and mentions.missing(here.session, [(self.feature, wanted)]):
            here.refuse(f"選んだ{self.label}は削除されています。選び直してください。")
        elif wanted is None and self.required:
            here.refuse(f"{self.label}を選んでください。")
        return wanted

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        options = [{"value": row_id, "label": label} for row_id, label in _sources[self.source](session)]
        return super().describe(session, elements) | {"options": options, "required": self.required}

    def mentioned(self, value: Any) -> Iterable[tuple[str, int | str]]:
        return [(self.feature, value)] if value else []


@dataclass(frozen=True, kw_only=True)
class Condition(Input):
    """A segment's tree; None for everybody."""

    widget = "condition"
    label: str = "表示する相手"
    hint: str = "条件に当てはまるお客様にだけ表示します。"
    name: str = field(default="if")

    def empty(self) -> None:
        return None

    def clean(self, value: Any, here: Cleaning) -> Data | None:
        if not isinstance(value, dict) or segments.is_empty({block: value.get(block) or [] for block in BLOCKS}):
            return None
        return {block: _rows(value.get(block), segments.kinds, here) for block in BLOCKS}


@dataclass(frozen=True, kw_only=True)
class Actions(Input):
    """The steps of an action set: {"steps", "repeats"}."""

    widget = "actions"
    name: str = "actions"
    label: str = "アクション"

    def empty(self) -> Data:
        return {"steps": [], "repeats": True}

    def clean(self, value: Any, here: Cleaning) -> Data:
        value = value if isinstance(value, dict) else {}
        steps = _rows(value.get("steps"), step_kinds, here)
        return {"steps": steps, "repeats": value.get("repeats") is True}


def sentences(session: Session, found: Iterable[Found]) -> dict[str, list[str]]:
    """By path, the conditions and the steps among *found* in words; none for everybody and for nothing to do."""
    said: dict[str, list[str]] = {}
    for each in found:
        if isinstance(each.input, Condition) and each.value:
            said[each.path] = [segments.sentence(session, each.value)]
        if isinstance(each.input, Actions) and each.value["steps"]:
            said[each.path] = sets.sentences(session, each.value["steps"])
    return said


def _rows(rows: Any, kinds: Any, here: Cleaning) -> list[Data]:
    """Rows of an editor that came as JSON, put through the same check as rows of a form."""
    found = (_row(row, kinds, here) for row in (rows if isinstance(rows, list) else ())[:100])
    return [row for row in found if row is not None]


def _row(row: Any, kinds: Any, here: Cleaning) -> Data | None:
    kind: RowKind | None = kinds.get(str(row.get("kind"))) if isinstance(row, dict) else None
    if kind is None:
        here.refuse("使えなくなった設定があります。開いて外してください。")
        return None
    try:
        data = kind.parse(here.session, Values(kind.values(row["data"])))
    except DomainError as error:
        here.refuse(f"{kind.label}：{error.message}")
        return None
    except (KeyError, TypeError, ValueError, AttributeError):  # the browser's JSON may be anything
        here.refuse(f"{kind.label}：設定を読み取れません。開いて直してください。")
        return None
    kept: Data = {"id": _row_id(row.get("id")), "kind": kind.name, "data": data}
    if "segment" in row:
        kept["segment"] = Condition().clean(row["segment"], here)
    return kept


def _row_id(wanted: Any) -> str:
    return wanted if isinstance(wanted, str) and 0 < len(wanted) <= 40 and wanted.isascii() else new_code()


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and 0 < len(value) <= 12
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
