"""The menu: courses, categories, options."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from lstep_lite.engine.reservations.availability.plans import parse_needs
from lstep_lite.engine.reservations.keeping import courses
from lstep_lite.engine.reservations.keeping import options as options_
from lstep_lite.engine.reservations.keeping.courses import CourseDraft
from lstep_lite.engine.reservations.keeping.options import GroupDraft, OptionDraft
from lstep_lite.engine.segments import Reach
from lstep_lite.forms.base import EditForm, Form, at_most, options, required
from lstep_lite.forms.media import PictureField
from lstep_lite.forms.reservations.fields import ClockField, IdsField, NeedsField, PartsField, number
from lstep_lite.forms.reservations.policies import OwnPolicyForm
from lstep_lite.forms.segments import SegmentField
from lstep_lite.models import Course, CourseCategory, CourseOption, CourseState, OptionGroup, Pool, PriceKind, Provider

PRICES = {PriceKind.FIXED: "決まった金額", PriceKind.FROM: "○円から", PriceKind.ASK: "お店でご案内（金額を出さない）"}
STATES = {
    CourseState.ACTIVE: "お客様に見せる",
    CourseState.HIDDEN: "お客様に見せない（お店からの予約だけ）",
    CourseState.RETIRED: "やめたメニュー",
}
SAME = (
    "name",
    "text",
    "price",
    "shows_price",
    "shows_minutes",
    "before_minutes",
    "after_minutes",
    "last_start",
    "most_party",
    "charges_each",
)
SAME_TOO = ("is_online", "next_visit_days")


class CourseForm(EditForm, OwnPolicyForm):
    name = StringField(
        "メニューの名前", [required("メニューの名前を入力してください。"), at_most(courses.LONGEST_NAME)]
    )
    category_id = SelectField("分類", coerce=int, default=0)
    text = TextAreaField("説明", [at_most(courses.LONGEST_TEXT)])
    media_id = PictureField("写真")
    segments = PartsField("所要時間（分）")
    price_kind = SelectField("料金", default=PriceKind.FIXED.value, choices=options(PRICES))
    price = number("金額（税込・円）", default=0)
    shows_price = BooleanField("料金をお客様に見せる", default=True)
    shows_minutes = BooleanField("所要時間をお客様に見せる", default=True)
    before_minutes = number("前の準備（分）", default=0)
    after_minutes = number("後の片づけ（分）", default=0)
    needs = NeedsField("使う席・部屋")
    most_party = number("一緒に受けられる人数", default=1)
    charges_each = BooleanField("料金は1名様あたり（人数分をいただく）", default=True)
    last_start = ClockField("最終受付の時刻（空なら閉店に間に合うまで）")
    provider_ids = IdsField("担当できるスタッフ")
    is_online = BooleanField("お客様がLINEから予約できる", default=True)
    audience = SegmentField("予約できる方", reach=Reach.SEND)
    next_visit_days = number("次回の来店の目安（日後）")
    state = SelectField("表示", default=CourseState.ACTIVE.value, choices=options(STATES))

    @classmethod
    def of(cls, course: Course, provider_ids: Sequence[int]) -> "CourseForm":
        data = {name: getattr(course, name) for name in (*SAME, *SAME_TOO)}
        data |= {"category_id": course.category_id or 0, "media_id": course.media_id or 0, "segments": course.segments}
        data |= {"price_kind": course.price_kind.value, "state": course.state.value, "audience": course.audience}
        data |= {"needs": parse_needs(course.needs), "provider_ids": list(provider_ids)}
        return cls(data=data | cls.own_typed(course.policy))

    def offer(
        self,
        categories: Sequence[CourseCategory],
        pools: Sequence[Pool],
        people: Sequence[Provider],
        pictures: Mapping[int, str],
    ) -> "CourseForm":
        self.category_id.choices = options({"0": "分類なし"} | {str(each.id): each.name for each in categories})
        self.needs.offer(pools)
        self.provider_ids.offer({each.id: each.name for each in people})
        self.media_id.offer(pictures)
        return self

    def draft(self, session: Session) -> CourseDraft:
        """Raises DomainError naming the field."""
        tree = self.audience.draft(session)
        return CourseDraft(
            **{name: self[name].data for name in (*SAME, *SAME_TOO)},
            segments=self.segments.data or [],
            price_kind=PriceKind(self.price_kind.data),
            category_id=self.category_id.data or None,
            media_id=self.media_id.media_id,
            needs=self.needs.data,
            audience=tree if tree["all"] or tree["any"] else None,
            policy=self.own_policy(),
            state=CourseState(self.state.data),
        )


class CategoryForm(Form):
    name = StringField("分類の名前", [required("分類の名前を入力してください。"), at_most(courses.LONGEST_NAME)])


class GroupForm(EditForm):
    name = StringField(
        "グループの名前", [required("グループの名前を入力してください。"), at_most(options_.LONGEST_NAME)]
    )
    least = number("少なくとも（いくつ）", default=0)
    most = number("多くて（空なら制限なし）")
    is_for_all = BooleanField("すべてのメニューで選べる", default=True)
    course_ids = IdsField("選べるメニュー")

    @classmethod
    def of(cls, group: OptionGroup) -> "GroupForm":
        data = {"name": group.name, "least": group.least, "most": group.most}
        return cls(data=data | {"is_for_all": group.course_ids is None, "course_ids": group.course_ids or []})

    def offer(self, every: Sequence[Course]) -> "GroupForm":
        self.course_ids.offer({each.id: each.name for each in every})
        return self

    def draft(self) -> GroupDraft:
        ids = None if self.is_for_all.data else self.course_ids.data or []
        return GroupDraft(self.name.data or "", self.least.data, self.most.data, ids)


class OptionForm(EditForm):
    name = StringField(
        "オプションの名前", [required("オプションの名前を入力してください。"), at_most(options_.LONGEST_NAME)]
    )
    group_id = SelectField("グループ", coerce=int)
    price = number("金額（税込・円）", default=0)
    minutes = number("のびる時間（分）", default=0)
    text = TextAreaField("説明", [at_most(options_.LONGEST_TEXT)])
    needs = NeedsField("使う席・部屋")
    state = SelectField("表示", default=CourseState.ACTIVE.value, choices=options(STATES))

    @classmethod
    def of(cls, option: CourseOption) -> "OptionForm":
        same = ("name", "group_id", "price", "minutes", "text")
        data = {name: getattr(option, name) for name in same}
        return cls(data=data | {"needs": parse_needs(option.needs), "state": option.state.value})

    def offer(self, groups: Sequence[OptionGroup], pools: Sequence[Pool]) -> "OptionForm":
        self.group_id.choices = options({str(each.id): each.name for each in groups})
        self.needs.offer(pools)
        return self

    def draft(self) -> OptionDraft:
        return OptionDraft(
            name=self.name.data or "",
            group_id=self.group_id.data,
            price=self.price.data,
            minutes=self.minutes.data,
            text=self.text.data or "",
            needs=self.needs.data,
            state=CourseState(self.state.data),
        )
