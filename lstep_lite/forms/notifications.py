"""Who is told of a kind of thing, and how."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lstep_lite.engine.notifications import Hours, Quiet, Recipients, Rule, Waiting
from lstep_lite.engine.notifications.rules import BUNDLES
from lstep_lite.forms.auto_replies import WeekdaysField
from lstep_lite.forms.base import EditForm, options
from lstep_lite.forms.staff import ROLES
from lstep_lite.models import NotificationChannel, Role, Staff

CHANNELS = {NotificationChannel.EMAIL: "メール", NotificationChannel.LINE: "LINE（1件につき1通として数えます）"}
NUMBER_WANTED = "分数を数字で入力してください。"


def ticks(label: str, **given: Any) -> SelectMultipleField:
    """Choices of which any number may be ticked."""
    return SelectMultipleField(label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **given)


def roles_field(label: str) -> SelectMultipleField:
    return ticks(label, choices=options({role: f"{name}全員" for role, name in ROLES.items()}))


def staff_field(label: str) -> SelectMultipleField:
    return ticks(label, coerce=int, choices=[], validate_choice=False)  # the engine says it in plainer words


class RuleForm(EditForm):
    is_on = BooleanField("知らせる")
    roles = roles_field("知らせる相手（役割で選ぶ）")
    staff_ids = staff_field("知らせる相手（人で選ぶ）")
    channels = ticks("画面のほかに知らせる方法", choices=options(CHANNELS))
    quiet_starts_at = TimeField("控える時間の始まり", [Optional()])
    quiet_ends_at = TimeField("控える時間の終わり", [Optional()])
    bundle_minutes = SelectField(
        "まとめる間隔",
        coerce=int,
        choices=options({str(minutes): f"{minutes}分に1回まで" if minutes else "そのつど送る" for minutes in BUNDLES}),
    )

    @classmethod
    def of(cls, rule: Rule, staff: Sequence[Staff]) -> "RuleForm":
        """The form of what holds now, with everybody who may be chosen."""
        return (WaitingRuleForm if rule.waiting else RuleForm)._offering(staff, data=_texts(rule))

    @classmethod
    def posted(cls, formdata: Any, rule: Rule, staff: Sequence[Staff]) -> "RuleForm":
        return (WaitingRuleForm if rule.waiting else RuleForm)._offering(staff, formdata)

    @classmethod
    def _offering(cls, staff: Sequence[Staff], *args: Any, **kwargs: Any) -> "RuleForm":
        form = cls(*args, **kwargs)
        for field in form.staff_fields():
            field.choices = [(person.id, person.name) for person in staff]
        return form

    def staff_fields(self) -> list[SelectMultipleField]:
        return [self.staff_ids]

    def draft(self) -> Rule:
        quiet = Quiet(_clock_time(self.quiet_starts_at) or "", _clock_time(self.quiet_ends_at) or "")
        return Rule(
            recipients=_recipients(self.roles, self.staff_ids),
            is_on=self.is_on.data,
            channels=tuple(NotificationChannel(channel) for channel in self.channels.data or []),
            quiet=quiet if quiet.starts_at or quiet.ends_at else None,
            bundle_minutes=self.bundle_minutes.data,
            waiting=self.waiting(),
        )

    def waiting(self) -> Waiting | None:
        return None


class WaitingRuleForm(RuleForm):
    """For what is told only after a while."""

    minutes = IntegerField("何分たったら知らせますか", [InputRequired(NUMBER_WANTED)])
    weekdays = WeekdaysField("営業している曜日")
    starts_at = TimeField("営業の始まり", [Optional()])
    ends_at = TimeField("営業の終わり", [Optional()])
    escalates_after = IntegerField("それでも返信がないとき、最初から何分で次の相手に知らせますか", [Optional()])
    second_roles = roles_field("次に知らせる相手（役割で選ぶ）")
    second_staff_ids = staff_field("次に知らせる相手（人で選ぶ）")

    def staff_fields(self) -> list[SelectMultipleField]:
        return [self.staff_ids, self.second_staff_ids]

    def waiting(self) -> Waiting:
        hours = Hours(tuple(sorted(self.weekdays.data or [])), _clock_time(self.starts_at), _clock_time(self.ends_at))
        second = _recipients(self.second_roles, self.second_staff_ids)
        return Waiting(self.minutes.data or 0, hours, self.escalates_after.data, second)


def _texts(rule: Rule) -> dict[str, Any]:
    """What the form of *rule* is filled with."""
    data = {
        "is_on": rule.is_on,
        "roles": list(rule.recipients.roles),
        "staff_ids": list(rule.recipients.staff_ids),
        "channels": list(rule.channels),
        "quiet_starts_at": _time(rule.quiet.starts_at if rule.quiet else None),
        "quiet_ends_at": _time(rule.quiet.ends_at if rule.quiet else None),
        "bundle_minutes": rule.bundle_minutes,
    }
    if rule.waiting is None:
        return data
    return data | {
        "minutes": rule.waiting.minutes,
        "weekdays": list(rule.waiting.hours.weekdays),
        "starts_at": _time(rule.waiting.hours.starts_at),
        "ends_at": _time(rule.waiting.hours.ends_at),
        "escalates_after": rule.waiting.escalates_after,
        "second_roles": list(rule.waiting.second.roles),
        "second_staff_ids": list(rule.waiting.second.staff_ids),
    }


def _recipients(roles: SelectMultipleField, staff_ids: SelectMultipleField) -> Recipients:
    return Recipients(tuple(Role(role) for role in roles.data or []), tuple(staff_ids.data or []))


def _clock_time(field: TimeField) -> str | None:
    return field.data.strftime("%H:%M") if field.data else None


def _time(clock_time: str | None) -> time | None:
    return time.fromisoformat(clock_time) if clock_time else None
