"""Looking bookings up, and changing one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self

from wtforms import BooleanField, DateField, HiddenField, SearchField, SelectField
from wtforms.validators import InputRequired

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.desk import listing, wording
from lstep_lite.engine.reservations.desk.listing import Filters, Show
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form, options, row_id
from lstep_lite.forms.reservations.acts import ActForm
from lstep_lite.forms.reservations.fields import ClockField, IdsField
from lstep_lite.models import BookedBy, BookingPage, Course, Provider, Reservation

ALL, ANYBODY = 0, 0
FORCE = "yes"
LONGEST_TEXT = 100
BAD_TIME = "時刻は5分単位で入力してください（例：10:30、25:00）。"


class ListForm(Form):
    """A filter: what it does not understand, it does not narrow by."""

    show = SelectField("状態", default=Show.AHEAD.value, choices=options(listing.WORDS), validate_choice=False)
    q = SearchField("名前・カナ・電話番号・予約番号")
    first = DateField("この日から")
    last = DateField("この日まで")
    provider = SelectField("担当", coerce=row_id, default=ALL, validate_choice=False)
    course = SelectField("メニュー", coerce=row_id, default=ALL, validate_choice=False)
    calendar = SelectField("カレンダー", coerce=row_id, default=ALL, validate_choice=False)
    way = SelectField("受付", default="", choices=options({"": "すべて"} | wording.WAYS), validate_choice=False)

    def offer(self, people: Sequence[Provider], courses: Sequence[Course], pages: Sequence[BookingPage]) -> Self:
        self.provider.choices = _or_all(people)
        self.course.choices = _or_all(courses)
        self.calendar.choices = _or_all(pages)
        return self

    def filters(self) -> Filters:
        return Filters(
            show=Show(self.show.data) if self.show.data in listing.WORDS else Show.AHEAD,
            first=self.first.data,
            last=self.last.data,
            provider_id=self.provider.data or None,
            course_id=self.course.data or None,
            page_id=self.calendar.data or None,
            booked_by=BookedBy(self.way.data) if self.way.data in wording.WAYS else None,
            text=(self.q.data or "")[:LONGEST_TEXT],
        )


def _or_all(rows: Sequence[Any]) -> list[Any]:
    return options({str(ALL): "すべて"} | {str(each.id): each.name for each in rows})


class ChangeForm(ActForm):
    """Another time, provider or other courses; by GET it only looks for a time."""

    name = "change"
    day = DateField("日付", [InputRequired("日付を選んでください。")])
    start = ClockField("開始の時刻")
    provider_id = SelectField("担当", coerce=row_id, default=ANYBODY, validate_choice=False)
    nominated = BooleanField("お客様のご指名")
    courses = IdsField("メニュー")
    options = IdsField("追加メニュー")
    tells = BooleanField("お客様に知らせる", default=True)
    force = HiddenField()

    @property
    def is_forced(self) -> bool:
        return self.force.data == FORCE

    @classmethod
    def of(cls, reservation: Reservation) -> Self:
        """What it is now."""
        form = cls(
            data={
                "day": reservation.business_date,
                "start": reservation.start_minute,
                "provider_id": reservation.provider_id or ANYBODY,
                "nominated": reservation.is_nominated,
                "courses": [line.course_id for line in reservation.lines if line.course_id is not None],
                "options": [line.option_id for line in reservation.lines if line.option_id is not None],
                "tells": True,
            }
        )
        return form.for_version(reservation)

    def offer(
        self,
        people: Sequence[Provider],
        courses: Mapping[int, str],
        extras: Mapping[int, str],
        reservation: Reservation,
    ) -> Self:
        self.provider_id.choices = options(
            {str(ANYBODY): "おまかせ（空いている担当者）"} | {str(each.id): each.name for each in people}
        )
        gone = {line.course_id: line.name for line in reservation.lines if line.course_id is not None}
        self.courses.offer(gone | dict(courses))
        gone = {line.option_id: line.name for line in reservation.lines if line.option_id is not None}
        self.options.offer(gone | dict(extras))
        return self

    def args(self, *, day: date, minute: int | None = None) -> dict[str, Any]:
        """What an address says to have this form with another day, or another time."""
        start = self.start.typed if minute is None else days.clock(minute)
        plain = {"day": day.isoformat(), "start": start, "provider_id": self.provider_id.data}
        lists = {"courses": self.courses.data, "options": self.options.data, "seen_version": self.seen_version.data}
        ticked = {name: "y" for name in ("nominated", "tells") if self[name].data}
        return {f"{self.name}-{name}": value for name, value in (plain | lists | ticked).items()}

    def change(self, reservation: Reservation) -> Change:
        """What is wanted. Raises DomainError naming the field."""
        day, minute = self.day.data, self.start.data
        if day is None or days.parse_day(day.isoformat()) is None:
            raise DomainError("日付を選んでください。", "day")
        if minute is None or minute % days.TICK_MINUTES:
            raise DomainError(BAD_TIME, "start")
        if not self.courses.data:
            raise DomainError("メニューを1つ以上選んでください。", "courses")
        provider_id = self.provider_id.data or None
        return Change(
            day,
            minute,
            self._wish(reservation, provider_id),
            provider_id,
            is_nominated=self._is_nominated(provider_id),
        )

    def _wish(self, reservation: Reservation, provider_id: int | None) -> Wish | None:
        """None while the courses stay as they were agreed."""
        now = ChangeForm.of(reservation)
        if self._chosen() == now._chosen():
            return None
        nominated = provider_id if self._is_nominated(provider_id) else None
        return Wish(tuple(self.courses.data or ()), tuple(self.options.data or ()), nominated, reservation.party)

    def _chosen(self) -> tuple[set[int], set[int]]:
        return set(self.courses.data or ()), set(self.options.data or ())

    def _is_nominated(self, provider_id: int | None) -> bool:
        return provider_id is not None and bool(self.nominated.data)
