"""A rehearsal: what is tried out, with whom, and from when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField

from lstep_lite.engine import fields, friends, rehearsals, tags
from lstep_lite.engine.friends import Filters
from lstep_lite.engine.rehearsals import ArrivalBegin, Begin, Imagined, ReminderBegin, ScenarioBegin, Setting, Tap
from lstep_lite.engine.rehearsals.people import NAME
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form, at_most, options, required
from lstep_lite.forms.fields import ValuesForm, values_form
from lstep_lite.forms.moments import MomentField, on_clock
from lstep_lite.models import FieldType, Friend, GreetingKind

IMAGINARY, REAL = "imaginary", "friend"
WHO = {IMAGINARY: "架空のお客様", REAL: "登録されている友だち"}
DAYS = {"30": "30日間", "90": "90日間", "365": "1年間", "10000": "最後まで"}
LOTS = {str(number): f"くじ {number + 1}" for number in range(10)}
CANDIDATES = 8
MOST_TAPS = 20
LATER = timedelta(days=3)
"""How far away the goal of a reminder is, unless somebody says."""


@dataclass(frozen=True)
class Rehearsal:
    """What the form asks for."""

    viewer: int | Imagined
    """Somebody real by their id."""
    begin: Begin
    setting: Setting


class RehearsalForm(Form):
    """Make it with `fresh` or `posted`, which know what there is to choose from."""

    what = SelectField("試すもの", validate_choice=False)
    at_code = SelectField("始めるステップ", default="", validate_choice=False)
    who = RadioField("だれで試しますか", default=IMAGINARY, choices=options(WHO))
    name = StringField("名前", [required("お客様の名前を入力してください。"), at_most(50)], default=NAME)
    tag_ids = SelectMultipleField("付いているタグ", coerce=int, validate_choice=False)
    lot = SelectField("確率の分かれ道（くじ）", default="0", choices=options(LOTS))
    friend_text = StringField("友だちの名前", [at_most(100)])
    friend_id = SelectField("見つかった友だち", coerce=int, default=0, validate_choice=False)
    found_for = HiddenField()
    """The name that the friends to choose from were found by."""
    start = MomentField("始める日時")
    goal_at = MomentField("ゴールの日時（リマインダのとき）")
    is_answer = BooleanField("友だち追加や返信がきっかけで始まる")
    days = SelectField("どこまで見ますか", default="90", choices=options(DAYS))
    taps = HiddenField()
    """What is assumed to be tapped, as `taps_in_words` writes it."""

    @classmethod
    def fresh(
        cls, session: Session, what: str, friend: Friend | None, *, now: datetime, zone: ZoneInfo
    ) -> "RehearsalForm":
        """With everything filled in as most people want it."""
        data: dict[str, Any] = {"what": what, "start": on_clock(now, zone), "goal_at": on_clock(now + LATER, zone)}
        if friend is not None:
            data |= {"who": REAL, "friend_id": friend.id, "friend_text": friend.name}
        form = cls(data=data)._offering(session, None, zone)
        form._show([friend] if friend else [])
        return form

    @classmethod
    def posted(cls, session: Session, formdata: Any, zone: ZoneInfo) -> "RehearsalForm":
        return cls(formdata)._offering(session, formdata, zone)

    def _offering(self, session: Session, formdata: Any, zone: ZoneInfo) -> "RehearsalForm":
        self.subjects = rehearsals.subjects(session)
        self.what.choices = [
            choice for each in self.subjects for choice in options({each.key: each.label}, group=each.group)
        ]
        chosen = [each for each in self.subjects if each.key == self.what.data] or self.subjects[:1]
        self.entries = {code: words for each in chosen for code, words in rehearsals.entries(session, each)}
        self.at_code.choices = options({"": "最初のステップ"} | self.entries)
        targets = [target for target in fields.targets(session) if target.type is not FieldType.FILE]
        self.values_form: ValuesForm = values_form(targets, zone, 0)(formdata)
        self.tags = tags.in_order(session)
        self.candidates: Sequence[Friend] = ()
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        values_are_right = self.who.data != IMAGINARY or self.values_form.validate()
        return super().validate(extra_validators) and values_are_right

    def rehearsal(self, session: Session, *, public_url: str, now: datetime, zone: ZoneInfo) -> Rehearsal:
        """Raises DomainError naming the field."""
        start = self.start.moment(zone) or now
        begin = self._begin(start, zone)
        setting = Setting(
            start,
            start + timedelta(days=int(self.days.data)),
            public_url,
            is_answer=self.is_answer.data or isinstance(begin, ArrivalBegin),
            taps=parse_taps(self.taps.data or ""),
        )
        return Rehearsal(self._viewer(session), begin, setting)

    def _begin(self, start: datetime, zone: ZoneInfo) -> Begin:
        if self.what.data not in {each.key for each in self.subjects}:
            raise DomainError("試すものを選んでください。", "what")
        kind, number, *version = self.what.data.split(":")
        if kind == "greetings":
            return ArrivalBegin(GreetingKind(number))
        if kind == "reminders":
            return ReminderBegin(int(number), self.goal_at.moment(zone) or start + LATER)
        at_code = self.at_code.data if self.at_code.data in self.entries else None
        return ScenarioBegin(int(number), is_draft=version == ["draft"], at_code=at_code)

    def _viewer(self, session: Session) -> int | Imagined:
        if self.who.data == REAL:
            return self._friend(session)
        tag_ids = [tag.id for tag in self.tags if tag.id in (self.tag_ids.data or ())]
        return Imagined(self.name.data or NAME, tag_ids, self.values_form.values(), int(self.lot.data))

    def _friend(self, session: Session) -> int:
        """The one who was picked among those found, or the only one with that name."""
        text = self.friend_text.data or ""
        if not text:
            raise DomainError("友だちの名前を入力してください。", "friend_text")
        found = friends.search(session, Filters(text=text), size=CANDIDATES).friends
        picked = [each for each in found if each.id == self.friend_id.data and text == self.found_for.data]
        self._show(found)
        if len(picked or found) == 1:
            self.friend_id.data = found_id = (picked or found)[0].id
            return found_id
        words = "下から選んで、もう一度押してください。" if found else "見つかりません。名前の一部で探してください。"
        raise DomainError(words, "friend_text")

    def _show(self, found: Sequence[Friend]) -> None:
        self.candidates, self.found_for.data = found, self.friend_text.data


def parse_taps(text: str) -> list[Tap]:
    """What `taps_in_words` has written; the rest is left out: it comes from a browser."""
    return [tap for part in text.split()[:MOST_TAPS] if (tap := _tap(part)) is not None]


def taps_in_words(taps: Iterable[Tap]) -> str:
    return " ".join(f"{tap.at.isoformat()}|{tap.code}" for tap in taps)


def _tap(part: str) -> Tap | None:
    moment, _, code = part.partition("|")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Tap(at, code) if at.tzinfo is not None and code else None
