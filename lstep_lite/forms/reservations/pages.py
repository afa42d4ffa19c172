"""Booking pages."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, StringField, TextAreaField

from lstep_lite.engine.reservations.availability import opening
from lstep_lite.engine.reservations.availability.opening import HOLIDAY, WEEKDAY_KEYS
from lstep_lite.engine.reservations.keeping.pages import COLOR, LONGEST, PageDraft
from lstep_lite.forms.base import EditForm, at_most, required
from lstep_lite.forms.reservations.fields import IdsField, RangesField
from lstep_lite.forms.reservations.policies import OwnPolicyForm
from lstep_lite.models import BookingPage, Course, Provider

SAME = ("name", "title", "lead", "color", "asks_provider", "thanks_text", "thanks_url")


class BookingPageForm(EditForm, OwnPolicyForm):
    """The narrowed hours stand in fields day_0 (Monday) … day_6 and day_holiday."""

    name = StringField(
        "管理用の名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST["name"])]
    )
    title = StringField(
        "お客様に見せるタイトル",
        [required("タイトルを入力してください。"), at_most(LONGEST["title"])],
        default="ご予約",
    )
    lead = TextAreaField("説明", [at_most(LONGEST["lead"])])
    color = StringField("ボタンの色", default=COLOR)
    offers_all = BooleanField("すべてのメニューを受け付ける", default=True)
    course_ids = IdsField("受け付けるメニュー")
    has_everybody = BooleanField("すべての担当者で受け付ける", default=True)
    provider_ids = IdsField("受け付ける担当者")
    asks_provider = BooleanField("お客様が担当者を選べる", default=True)
    has_shops_hours = BooleanField("お店の営業時間のとおりに受け付ける", default=True)
    day_0 = RangesField("月曜日")
    day_1 = RangesField("火曜日")
    day_2 = RangesField("水曜日")
    day_3 = RangesField("木曜日")
    day_4 = RangesField("金曜日")
    day_5 = RangesField("土曜日")
    day_6 = RangesField("日曜日")
    day_holiday = RangesField("祝日")
    hours = BooleanField("受け付ける時間")
    """Only says what is wrong with the hours together."""
    thanks_text = TextAreaField("予約のあとに見せる文章", [at_most(LONGEST["thanks_text"])])
    thanks_url = StringField("予約のあとに開くページのURL")

    @classmethod
    def of(cls, page: BookingPage) -> "BookingPageForm":
        data: dict[str, Any] = {name: getattr(page, name) for name in SAME}
        data |= {"offers_all": page.course_ids is None, "course_ids": page.course_ids or []}
        data |= {"has_everybody": page.provider_ids is None, "provider_ids": page.provider_ids or []}
        hours = opening.parse_hours(page.hours or {})
        data |= {"has_shops_hours": page.hours is None} | {f"day_{key}": ranges for key, ranges in hours.items()}
        return cls(data=data | cls.own_typed(page.policy))

    def offer(self, courses: Sequence[Course], people: Sequence[Provider]) -> "BookingPageForm":
        self.course_ids.offer({each.id: each.name for each in courses})
        self.provider_ids.offer({each.id: each.name for each in people})
        return self

    def days(self) -> list[Field]:
        return [self[f"day_{key}"] for key in (*WEEKDAY_KEYS, HOLIDAY)]

    def draft(self) -> PageDraft:
        """Raises DomainError naming the field."""
        own = {key: self[f"day_{key}"].data for key in (*WEEKDAY_KEYS, HOLIDAY)}
        if not own[HOLIDAY]:
            del own[HOLIDAY]  # as the weekday
        return PageDraft(
            **{name: self[name].data for name in SAME},
            course_ids=None if self.offers_all.data else self.course_ids.data or [],
            provider_ids=None if self.has_everybody.data else self.provider_ids.data or [],
            hours=None if self.has_shops_hours.data else own,
            policy=self.own_policy(),
        )
