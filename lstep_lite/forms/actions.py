"""The editor of an action set, as a field of any form."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Field, SelectField, StringField

from lstep_lite.engine import actions, segments
from lstep_lite.engine.actions import ActionKind, SetDraft, saved
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.rows import Row
from lstep_lite.forms.segments import GONE, Conditions, spread
from lstep_lite.models import Action, ActionSet, Folder

UNKNOWN_KIND = "このアクションは使えなくなりました。右の「⋯」から削除してください。"
CONDITION = "if"
NO_FOLDER = 0
HAS_PROBLEMS = "まだ保存していません。赤い印の付いたアクションを直してください。"


@dataclass
class StepRow:
    """One step as it was typed: its inputs and its condition."""

    row: Row
    conditions: Conditions

    @classmethod
    def read(cls, posted: rows.Posted, row: Row) -> "StepRow":
        return cls(row, Conditions.read(posted, row.name(CONDITION)))


@dataclass
class ShownStep:
    """One step, as the editor draws it."""

    row: Row
    kind: ActionKind | None
    options: dict[str, Any]
    sentence: str
    """What it does, in one phrase; empty while it can't be said."""
    conditions: Conditions
    condition: str
    """When it is done, in one phrase; empty for always, and while it can't be said."""
    has_condition: bool
    is_broken: bool
    is_open: bool
    is_added: bool
    """Whether the button that was pressed has just made it."""


class ActionsField(Field):
    """The steps of an action set and whether it runs again, edited by `ui.actions_editor`.

    Its data is a SetDraft (`actions.draft(stored_or_none, place)`); `draft(session)` is what was posted, checked.
    Rows are posted as forms/rows.py says; a step's condition stands at `<row>.if`.
    """

    def __init__(self, label: str, *, place: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.place = place

    @property
    def element_id(self) -> str:
        return self.id.replace(".", "-").replace("_", "-")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.errors, self.process_errors = (), []
        self.data = data if isinstance(data, SetDraft) else actions.draft(None, self.place)
        posted = formdata or _as_posted(self.name, self.data)
        self.steps = [StepRow.read(posted, row) for row in rows.read(posted, self.name)]
        self.repeats = bool(posted.get(f"{self.name}.repeats"))
        self.holder = posted.get(f"{self.name}.holder") or None
        """The row the stored set hangs at."""
        self._added = _added_key(posted, self.name)

    def draft(self, session: Session) -> SetDraft:
        """What was posted. Raises DomainError naming this field; what is wrong stands at each row's input."""
        found = [_step(session, step) for step in self.steps]
        if any(step.row.errors for step in self.steps):
            raise DomainError(HAS_PROBLEMS, self.short_name)
        return SetDraft([step for step in found if step], self.repeats, self.holder)

    def shown(self, session: Session) -> list[ShownStep]:
        """The steps to draw. Each kind's choices are loaded once."""
        offered: dict[str, dict[str, Any]] = {}
        for name in {step.row.kind for step in self.steps} & set(actions.kinds):
            offered[name] = actions.kinds[name].options(session)
        return [self._shown(session, step, offered.get(step.row.kind, {})) for step in self.steps]

    def groups(self) -> list[tuple[str, list[ActionKind]]]:
        """The kinds of steps on offer, below their headings, in order."""
        found: dict[str, list[ActionKind]] = {}
        for kind in actions.offered():
            found.setdefault(kind.group, []).append(kind)
        return list(found.items())

    def problems(self) -> list[str]:
        """What `draft` found wrong, with the number of the step."""
        return [
            f"{number}番目：{text}"
            for number, step in enumerate(self.steps, start=1)
            for texts in step.row.errors.values()
            for text in texts
        ]

    def in_words(self) -> str:
        """For the comparison of two people's changes."""
        labels = [actions.kinds[step.row.kind].label for step in self.steps if step.row.kind in actions.kinds]
        listed = "、".join(f"{number}. {label}" for number, label in enumerate(labels, start=1))
        return f"{listed or 'アクションなし'}（2回目以降も実行：{'オン' if self.repeats else 'オフ'}）"

    def _shown(self, session: Session, step: StepRow, offered: dict[str, Any]) -> ShownStep:
        row = step.row
        kind = actions.kinds.get(row.kind)
        sentence, condition = _sentence(session, row), _condition_sentence(session, step.conditions)
        has_condition = any(step.conditions.blocks.values())
        is_broken = kind is None or sentence == actions.MISSING or segments.GONE in condition
        is_added = row.key == self._added
        is_open = bool(row.errors) or not sentence or is_broken or is_added
        return ShownStep(
            row, kind, offered, sentence, step.conditions, condition, has_condition, is_broken, is_open, is_added
        )


def _as_posted(path: str, draft: SetDraft) -> rows.Posted:
    posted: rows.Posted = MultiDict()
    for step in draft.steps:
        kind = actions.kinds.get(step["kind"])
        values = kind.values(step["data"]) if kind else {}
        key = str(step["id"])
        condition = spread(step.get("segment"), f"{path}.{key}.if")
        for name, text in (*rows.spread(path, key, step["kind"], values), *condition):
            posted.add(name, text)
    if draft.repeats:
        posted.add(f"{path}.repeats", "yes")
    if draft.holder:
        posted.add(f"{path}.holder", draft.holder)
    return posted


def _added_key(posted: rows.Posted, path: str) -> str | None:
    """The row that the pressed button has just added."""
    keys = posted.getlist(path)
    return keys[-1] if keys and posted.get("op", "").startswith(f"{path}:add:") else None


def _step(session: Session, step: StepRow) -> dict[str, Any] | None:
    """One step as it is stored; None when something is wrong, which then stands in the row's errors."""
    row, kind = step.row, actions.kinds.get(step.row.kind)
    if kind is None:
        row.refuse(UNKNOWN_KIND)
        return None
    try:
        data = kind.parse(session, row.values)
    except DomainError as error:
        row.refuse(error.message, error.field)
        return None
    try:
        tree = step.conditions.draft(session)
    except DomainError as error:
        row.refuse(error.message, CONDITION)
        return None
    return {"id": row.key, "kind": row.kind, "data": data, "segment": None if segments.is_empty(tree) else tree}


def _sentence(session: Session, row: Row) -> str:
    kind = actions.kinds.get(row.kind)
    if kind is None:
        return actions.MISSING
    try:
        return actions.step_sentence(session, {"kind": row.kind, "data": kind.parse(session, row.values)})
    except DomainError:
        return ""


def _condition_sentence(session: Session, conditions: Conditions) -> str:
    looked_at = deepcopy(conditions)  # what is not filled in yet is no error before saving
    try:
        tree = looked_at.draft(session)
    except DomainError:
        said = [text for block in looked_at.blocks.values() for row in block for text in row.errors.get("", [])]
        return segments.GONE if GONE in said else ""
    return "" if segments.is_empty(tree) else segments.sentence(session, tree)


class ActionForm(EditForm):
    """A saved action."""

    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(saved.LONGEST_NAME)])
    folder_id = SelectField("フォルダ", coerce=int, default=NO_FOLDER)
    steps = ActionsField("すること", place=saved.PLACE)

    @classmethod
    def of(cls, action: Action | None, action_set: ActionSet | None, folders: Sequence[Folder]) -> "ActionForm":
        """The form of what is kept, or of nothing yet."""
        data: dict[str, Any] = {"steps": actions.draft(action_set, saved.PLACE)}
        if action is not None:
            data |= {"name": action.name, "folder_id": action.folder_id or NO_FOLDER}
        return cls(data=data)._offering(folders)

    @classmethod
    def posted(cls, formdata: Any, folders: Sequence[Folder]) -> "ActionForm":
        return cls(formdata)._offering(folders)

    def _offering(self, folders: Sequence[Folder]) -> "ActionForm":
        self.folder_id.choices = options({"0": "フォルダなし"} | {str(folder.id): folder.name for folder in folders})
        return self

    def draft(self, session: Session) -> saved.ActionDraft:
        return saved.ActionDraft(self.name.data or "", self.steps.draft(session), self.folder_id.data or None)
