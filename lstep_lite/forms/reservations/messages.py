"""What customers are told of bookings, and which reminders run by them."""

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.effects import Message, rules, texts
from lstep_lite.engine.reservations.effects.rules import RuleDraft
from lstep_lite.engine.reservations.effects.texts import TextDraft
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, at_most, options, required, row_id
from lstep_lite.models import BookingRule, Reminder, RuleGoal


class MessageForm(EditForm):
    is_on = BooleanField("このお知らせを送る")
    title = StringField("見出し", [required("見出しを入力してください。"), at_most(texts.LONGEST_TITLE)])
    text = TextAreaField("文章", [required("文章を入力してください。"), at_most(texts.LONGEST_TEXT)])

    @classmethod
    def of(cls, message: Message) -> "MessageForm":
        return cls(obj=message)

    def draft(self) -> TextDraft:
        return TextDraft(self.title.data or "", self.text.data or "", self.is_on.data)


class RuleForm(EditForm):
    goal = SelectField("いつを起点にするか", choices=options(rules.GOALS))
    targets = SelectMultipleField(
        "どの予約に送るか", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    unless_booked = BooleanField("次の予約がある方には送らない")

    @classmethod
    def of(cls, rule: BookingRule, targets: Mapping[str, str]) -> "RuleForm":
        kept = {"goal": rule.goal, "targets": rules.targets_of(rule), "unless_booked": rule.unless_booked}
        return cls(data=kept).offer(targets)

    def offer(self, targets: Mapping[str, str]) -> "RuleForm":
        self.targets.choices = options(targets)
        return self

    def draft(self) -> RuleDraft:
        return rules.draft(RuleGoal(self.goal.data), self.targets.data or (), unless_booked=self.unless_booked.data)


class NewRuleForm(RuleForm):
    reminder_id = SelectField("リマインダ", coerce=row_id)

    def offer_reminders(self, reminders: Sequence[Reminder]) -> "NewRuleForm":
        self.reminder_id.choices = options({str(reminder.id): reminder.name for reminder in reminders})
        return self


class MomentForm(EditForm):
    """What is done at one moment of bookings; made by `moment_form`, as each has a place of its own."""

    steps: ActionsField

    @classmethod
    def of(cls, kept: SetDraft) -> "MomentForm":
        return cls(data={"steps": kept})


def moment_form(moment: effects.Moment) -> type[MomentForm]:
    field = ActionsField(moment.place, place=effects.place_of(moment))
    return type("MomentForm", (MomentForm,), {"steps": field})
