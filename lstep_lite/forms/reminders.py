"""Reminders: making one, its settings, and giving a friend a goal by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, RadioField, SelectField, StringField

from lstep_lite.engine.reminders.keeping import LONGEST_NAME, ReminderDraft
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import EditForm, Form, at_most, options, required, row_id
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.moments import MomentField
from lstep_lite.forms.windows import WindowForm
from lstep_lite.models import Folder, Reminder, ReminderMode

MODES = {ReminderMode.CLOCK: "時刻で決める", ReminderMode.REMAINING: "残り時間で決める"}
NO_REMINDER = NO_FRIEND = 0
TYPED = "typed"


class NewReminderForm(Form):
    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    mode = RadioField("送るタイミングの決め方", default=ReminderMode.CLOCK.value, choices=options(MODES))

    def offer(self, folders: Sequence[Folder]) -> "NewReminderForm":
        self.folder_id.offer(folders)
        return self

    def draft(self) -> ReminderDraft:
        return ReminderDraft(self.name.data or "", ReminderMode(self.mode.data), self.folder_id.folder_id)


class ReminderForm(EditForm, WindowForm):
    """What holds for the whole reminder."""

    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    follows_field = BooleanField("友だち情報の日付が変わったら、ゴールも一緒に動かす", default=True)

    @classmethod
    def of(cls, reminder: Reminder, folders: Sequence[Folder]) -> "ReminderForm":
        same = ("name", "window", "is_quiet", "follows_field")
        data: dict[str, Any] = {name: getattr(reminder, name) for name in same}
        return cls(data=data | {"folder_id": reminder.folder_id or NO_FOLDER}).offer(folders)

    def offer(self, folders: Sequence[Folder]) -> "ReminderForm":
        self.folder_id.offer(folders)
        return self

    def draft(self) -> ReminderDraft:
        return ReminderDraft(
            name=self.name.data or "",
            folder_id=self.folder_id.folder_id,
            window=self.window.data,
            is_quiet=self.is_quiet.data,
            follows_field=self.follows_field.data,
        )


class GoalForm(Form):
    """A goal for one friend: a moment that is typed, or what a date field of the friend holds."""

    reminder_id = SelectField("リマインダ", coerce=row_id, default=NO_REMINDER, validate_choice=False)
    friend_id = SelectField("友だち", coerce=row_id, default=NO_FRIEND, validate_choice=False)
    source = SelectField("ゴール", default=TYPED)
    goal_at = MomentField("ゴールの日時")
    is_yearly = BooleanField("毎年くり返す（誕生日や記念日）")

    def offer(self, fields: Mapping[str, str], reminders: Mapping[int, str] | None = None) -> "GoalForm":
        """*fields*: the names of the date fields by key; *reminders*: those that can be started, by id."""
        named = {key: f"「{name}」の日付" for key, name in fields.items()}
        self.source.choices = options({TYPED: "日時を入力する", **named})
        self.reminder_id.choices = options({str(key): name for key, name in (reminders or {}).items()})
        return self

    @property
    def field_key(self) -> str | None:
        """The field the goal is taken from, if one is."""
        return None if self.source.data == TYPED else self.source.data

    def moment(self, zone: ZoneInfo) -> datetime:
        """What was typed. Raises DomainError."""
        found = self.goal_at.moment(zone)
        if found is None:
            raise DomainError("ゴールの日時を入力してください。", "goal_at")
        return found
