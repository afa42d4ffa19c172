"""Looking for answers of a form, and noting how far the shop is with one."""

from typing import Any

from sqlalchemy.orm import Session
from wtforms import DateField, HiddenField, RadioField, SearchField, SelectField, TextAreaField
from wtforms.validators import Optional

from lstep_lite.engine import segments
from lstep_lite.engine.fields.types.dates import FIRST_YEAR, LAST_YEAR
from lstep_lite.engine.surveys.answers import LONGEST_MEMO, STATES, Filters
from lstep_lite.engine.surveys.columns import Column
from lstep_lite.forms.base import EditForm, Form, at_most, options
from lstep_lite.forms.segments import SegmentField
from lstep_lite.models import SurveyAnswerState


class DayField(DateField):
    """A day. One at the edge of the calendar could not be reckoned with: it counts as unknown."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            self.data = None


class AnswerSearchForm(Form):
    """The filters of the list, from its address; what is unknown filters nothing."""

    state = HiddenField()
    q = SearchField("名前・回答・メモの言葉でさがす", [at_most(100)])
    since = DayField("回答日（から）", [Optional()])
    until = DayField("回答日（まで）", [Optional()])
    choice = SelectField("選んだ答え", validate_choice=False)
    segment = SegmentField("回答した方の条件", name=segments.PATH)

    def offer(self, columns: list[Column]) -> "AnswerSearchForm":
        """What can be picked in each question."""
        offered: list[Any] = [("", "指定しない")]
        self._picks: dict[str, str] = {}
        for column in columns:
            picks = {f"{column.code}/{code}": label for code, label in column.choices.items()}
            offered += options({column.code: "（回答のある方すべて）"} | picks, group=column.label)
            self._picks |= {value: f"{column.label}：{label}" for value, label in picks.items()}
            self._picks[column.code] = column.label
        self.choice.choices = offered
        return self

    def words(self, session: Session) -> list[str]:
        """What is asked for, each in a phrase. After `offer`; raises DomainError as `filters` does."""
        wanted = self.filters(session)
        found = [f"対応が「{STATES[wanted.state]}」"] if wanted.state else []
        found += [f"{wanted.since:%Y/%m/%d}から"] if wanted.since else []
        found += [f"{wanted.until:%Y/%m/%d}まで"] if wanted.until else []
        found += [f"「{wanted.text}」を含む"] if wanted.text else []
        found += [f"「{self._picks.get(wanted.choice, '今はない答え')}」に答えた"] if wanted.choice else []
        return found if segments.is_empty(wanted.tree) else [*found, segments.sentence(session, wanted.tree)]

    def filters(self, session: Session) -> Filters:
        """Raises DomainError when a condition is not filled in; it is said at the condition."""
        states = [state for state in SurveyAnswerState if state.value == self.state.data]
        return Filters(
            state=states[0] if states else None,
            since=self.since.data,
            until=self.until.data,
            text=(self.q.data or "")[:100],
            choice=(self.choice.data or "")[:200],
            tree=self.segment.draft(session),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state is asked for."""
        conditions = any(self.segment.conditions.blocks.values())
        return conditions or any(field.data for field in (self.q, self.since, self.until, self.choice))

    @property
    def is_detailed(self) -> bool:
        """Whether something behind 「くわしく絞り込む」 is asked for."""
        return self.is_narrowed and not (self.q.data and not self.since.data and not self.until.data)


class NoteForm(EditForm):
    """How far the shop is with one answer."""

    state = RadioField("対応", choices=options(STATES))
    memo = TextAreaField("メモ（スタッフだけが見られます）", [at_most(LONGEST_MEMO)])
