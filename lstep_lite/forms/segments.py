"""Conditions as they are picked: rows in two blocks (all of these, any of these)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from wtforms import Field, StringField

from lstep_lite.engine import mentions, segments
from lstep_lite.engine.segments import ConditionKind, Reach, SegmentDraft, Tree
from lstep_lite.engine.segments.saved import LONGEST_NAME
from lstep_lite.engine.segments.trees import BLOCKS, MOST_CONDITIONS
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.base import EditForm, at_most, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.rows import Posted, Row
from lstep_lite.models import Folder, Segment

_KEY = re.compile(r"[0-9A-Za-z_-]{1,40}")
GONE = "削除されたものを使っています。選び直すか、この条件を外してください。"
UNKNOWN = "この条件は使えなくなりました。外してください。"


@dataclass
class ShownCondition:
    """One condition, as the picker draws it."""

    row: Row
    kind: ConditionKind | None
    options: dict[str, Any]
    warning: str


@dataclass
class Conditions:
    """What is picked at *path*: rows at `<path>.all` and `<path>.any`."""

    path: str
    blocks: dict[str, list[Row]] = field(default_factory=lambda: {block: [] for block in BLOCKS})
    reach: Reach = Reach.LIST
    """Whom the live count asks."""
    stored: dict[str, Any] = field(default_factory=dict)
    """What is stored of each row, by its prefix: something of it may be gone by now."""

    @classmethod
    def read(cls, posted: Posted, path: str, reach: Reach = Reach.LIST) -> "Conditions":
        return cls(path, {block: _read(posted, f"{path}.{block}") for block in BLOCKS}, reach)

    @classmethod
    def of(cls, tree: Tree | None, path: str, reach: Reach = Reach.LIST) -> "Conditions":
        """The rows of a stored tree."""
        tree = tree or segments.EVERYBODY
        found = cls.read(Posted(segments.query(tree, path)), path, reach)
        found.stored = {f"{path}.{block}.{row['id']}": row["data"] for block in BLOCKS for row in tree[block]}
        return found

    @property
    def id(self) -> str:
        """The element id of the editor."""
        return f"conditions-{self.path.replace('.', '-').replace('_', '-')}"

    def draft(self, session: Session) -> Tree:
        """The tree. Raises DomainError naming *path*; what is wrong stands at each row."""
        tree = {block: [_condition(session, row) for row in self.blocks[block]] for block in BLOCKS}
        if any(row.errors for block in BLOCKS for row in self.blocks[block]):
            raise DomainError("条件を確認してください。", self.path)
        if sum(map(len, tree.values())) > MOST_CONDITIONS:
            raise DomainError(f"条件は{MOST_CONDITIONS}個までです。", self.path)
        return tree

    def shown(self, session: Session, block: str) -> list[ShownCondition]:
        """The conditions of one block, ready to be drawn. Each kind's choices are loaded once."""
        options: dict[str, dict[str, Any]] = {}
        for name in {row.kind for row in self.blocks[block]} & set(segments.kinds):
            options[name] = segments.kinds[name].options(session)
        return [self._shown(session, row, options.get(row.kind, {})) for row in self.blocks[block]]

    def _shown(self, session: Session, row: Row, options: dict[str, Any]) -> ShownCondition:
        if row.kind not in segments.kinds:
            return ShownCondition(row, None, {}, UNKNOWN)
        data = self.stored.get(row.prefix)
        is_broken = data is not None and segments.broken(session, _alone(row, data))
        return ShownCondition(row, segments.kinds[row.kind], options, GONE if is_broken else "")

    def groups(self) -> list[tuple[str, list[ConditionKind]]]:
        """The kinds of conditions on offer, below their headings, in order."""
        found: dict[str, list[ConditionKind]] = {}
        for kind in segments.offered():
            found.setdefault(kind.group, []).append(kind)
        return list(found.items())


def spread(tree: Tree | None, path: str) -> Iterator[tuple[str, str]]:
    """The inputs of a stored tree at *path*, as a browser would post them."""
    for name, texts in segments.query(tree or segments.EVERYBODY, path).items():
        yield from ((name, text) for text in texts)


class SegmentField(Field):
    """A condition tree, edited by `ui.segment_picker`. Its data is a stored tree; `draft` reads what was picked."""

    def __init__(self, label: str, *, reach: Reach = Reach.LIST, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self._reach = reach

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.data = self.data or segments.EVERYBODY
        self.conditions = (
            Conditions.read(formdata, self.name, self._reach)
            if formdata
            else Conditions.of(self.data, self.name, self._reach)
        )

    def draft(self, session: Session) -> Tree:
        """The tree that was picked. Raises DomainError naming this field."""
        return self.conditions.draft(session)

    def in_words(self) -> str:
        """Which kinds of conditions are picked."""
        rows_in_order = [row for block in BLOCKS for row in self.conditions.blocks[block]]
        labels = [segments.kinds[row.kind].label for row in rows_in_order if row.kind in segments.kinds]
        return f"{'、'.join(labels)}（{len(labels)}個の条件）" if labels else "（条件なし）"


class SegmentForm(EditForm):
    """A saved search."""

    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    tree = SegmentField("条件")

    @classmethod
    def of(cls, segment: Segment | None, folders: Sequence[Folder], tree: Tree | None = None) -> "SegmentForm":
        """The form of what is kept, or of a new one with *tree*."""
        if segment is None:
            form = cls(data={"tree": tree})
        else:
            form = cls(data={"name": segment.name, "folder_id": segment.folder_id or NO_FOLDER, "tree": segment.tree})
        form.folder_id.offer(folders)
        return form

    @classmethod
    def posted(cls, formdata: Posted, folders: Sequence[Folder]) -> "SegmentForm":
        form = cls(formdata)
        form.folder_id.offer(folders)
        return form

    def draft(self, session: Session) -> SegmentDraft:
        """Raises DomainError naming the field."""
        return SegmentDraft(self.name.data or "", self.tree.draft(session), self.folder_id.folder_id)


def _read(posted: Posted, path: str) -> list[Row]:
    return [row for row in rows.read(posted, path) if _KEY.fullmatch(row.key)]


def _condition(session: Session, row: Row) -> dict[str, Any]:
    """One row as a condition; what is wrong with it is written at the row."""
    row.errors.clear()
    kind = segments.kinds.get(row.kind)
    if kind is None:
        row.refuse(UNKNOWN)
        return {}
    try:
        data = kind.parse(session, row.values)
    except DomainError as error:
        row.refuse(error.message, error.field)
        return {}
    if mentions.missing(session, kind.mentions(data)):
        row.refuse(GONE)
    return {"id": row.key, "kind": row.kind, "data": data}


def _alone(row: Row, data: Any) -> Tree:
    return {"all": [{"id": row.key, "kind": row.kind, "data": data}], "any": []}
