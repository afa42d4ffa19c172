"""Rules that answer what friends write."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from lstep_lite.engine import actions, auto_replies
from lstep_lite.engine.auto_replies import AutoReplyDraft, Keyword, KeywordMatch
from lstep_lite.engine.auto_replies.rules import LONGEST_NAME
from lstep_lite.engine.segments import Reach
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, Form, at_most, options, required
from lstep_lite.forms.messages import BlocksField
from lstep_lite.forms.segments import SegmentField
from lstep_lite.models import ActionSet, AutoReply, DayRule, Folder, Matching

NO_FOLDER = 0
LONGEST_TRIAL = 1000
DAY_RULES = {
    DayRule.ANY: "営業日でも休みの日でも",
    DayRule.BUSINESS: "営業日だけ",
    DayRule.CLOSED: "お休みの日だけ（定休日・祝日）",
}
MATCHES = {KeywordMatch.PARTIAL.value: "をふくむ", KeywordMatch.EXACT.value: "とぴったり同じ"}
SPARE_ROWS = 2
"""Empty rows for a browser without JavaScript; with it, a button adds more."""


def parse_keywords(texts: Sequence[str], matches: Sequence[str]) -> list[Keyword]:
    """The filled-in rows, in order; an unknown way of matching is the default one."""
    return [
        Keyword(text.strip(), KeywordMatch(match if match in MATCHES else KeywordMatch.PARTIAL))
        for text, match in zip(texts, matches, strict=False)
        if text.strip()
    ]


class KeywordsField(Field):
    """Rows of a word and how it must match, posted as `<name>-text` and `<name>-match`."""

    matches = MATCHES

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, [_keyword(row) for row in data or []], extra_filters)
        if formdata:
            self.data = parse_keywords(formdata.getlist(f"{self.name}-text"), formdata.getlist(f"{self.name}-match"))

    @property
    def rows(self) -> list[Keyword]:
        """What to draw: the keywords and some empty rows."""
        return [*self.data, *(Keyword("") for _ in range(SPARE_ROWS))]


class WeekdaysField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            label, choices=options({str(day): word for day, word in enumerate(WEEKDAYS)}), coerce=int, **kwargs
        )


class ScheduleForm(Form):
    """When a rule answers; on its own it reads the sentence back while the form is being filled in."""

    weekdays = WeekdaysField("曜日")
    day_rule = RadioField("お店の営業日", default=DayRule.ANY.value, choices=options(DAY_RULES))
    starts_at = TimeField("始まり", [Optional()])
    ends_at = TimeField("終わり", [Optional()])

    def hours(self) -> dict[str, Any]:
        return {
            "weekdays": self.weekdays.data or [],
            "day_rule": DayRule(self.day_rule.data if self.day_rule.data in list(DayRule) else DayRule.ANY),
            "starts_at": _clock_time(self.starts_at.data),
            "ends_at": _clock_time(self.ends_at.data),
        }


class AutoReplyForm(EditForm, ScheduleForm):
    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = SelectField("フォルダ", coerce=int, default=NO_FOLDER)
    is_on = BooleanField("この自動応答を使う", default=True)
    matching = RadioField(
        "どんなときに返しますか",
        default=Matching.KEYWORDS.value,
        choices=options(
            {
                Matching.KEYWORDS: "決まった言葉が届いたとき",
                Matching.ANYTHING: "どんなメッセージにも（不在のお知らせなど）",
            }
        ),
    )
    keywords = KeywordsField("言葉")
    segment = SegmentField("だれに返すか", reach=Reach.SEND)
    goes_on = BooleanField("返したあと、次に当てはまる自動応答も返す")
    blocks = BlocksField("返すメッセージ", offers_senders=True)
    actions = ActionsField("返したあとのアクション", place=auto_replies.PLACE)

    @classmethod
    def of(
        cls, rule: AutoReply | AutoReplyDraft | None, folders: Sequence[Folder], action_set: ActionSet | None = None
    ) -> "AutoReplyForm":
        """The form of what is kept, of a draft, or of nothing yet."""
        if rule is None:
            return cls._with_folders(cls(), folders)
        same = ("name", "is_on", "matching", "keywords", "weekdays", "day_rule", "goes_on", "blocks")
        data = {name: getattr(rule, name) for name in same}
        data |= {"starts_at": _time(rule.starts_at), "ends_at": _time(rule.ends_at)}
        data["segment"] = rule.tree
        data["folder_id"] = rule.folder_id or NO_FOLDER
        data["actions"] = actions.draft(action_set, auto_replies.PLACE)
        return cls._with_folders(cls(data=data), folders)

    @classmethod
    def posted(cls, formdata: Any, folders: Sequence[Folder]) -> "AutoReplyForm":
        return cls._with_folders(cls(formdata), folders)

    @classmethod
    def _with_folders(cls, form: "AutoReplyForm", folders: Sequence[Folder]) -> "AutoReplyForm":
        form.folder_id.choices = options({"0": "フォルダなし"} | {str(folder.id): folder.name for folder in folders})
        return form

    def draft(self, session: Session) -> AutoReplyDraft:
        """Raises DomainError naming the field whose rows are wrong."""
        return AutoReplyDraft(
            name=self.name.data or "",
            matching=Matching(self.matching.data),
            keywords=self.keywords.data,
            tree=self.segment.draft(session),
            goes_on=self.goes_on.data,
            is_on=self.is_on.data,
            folder_id=self.folder_id.data or None,
            blocks=self.blocks.data or [],
            steps=self.actions.draft(session),
            **self.hours(),
        )


class TrialForm(Form):
    """「この文に何が返る?」: a text and, if it matters, who writes it and the moment it comes in."""

    text = StringField("お客様の文", [at_most(LONGEST_TRIAL)])
    at = DateTimeLocalField("届く日時（空なら今）", [Optional()])
    who = StringField("お客様（空でもよい）", [at_most(100)])
    friend = IntegerField(widget=HiddenInput())
    """Who was chosen among those of that name."""

    def moment(self, zone: ZoneInfo) -> datetime | None:
        return self.at.data.replace(tzinfo=zone) if self.at.data else None


def _keyword(kept: Keyword | dict[str, str]) -> Keyword:
    return kept if isinstance(kept, Keyword) else Keyword(kept["text"], KeywordMatch(kept["match"]))


def _clock_time(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None


def _time(clock_time: str | None) -> time | None:
    return time.fromisoformat(clock_time) if clock_time else None
