"""The people who serve, and what they do."""

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from lstep_lite.engine.reservations.keeping import providers
from lstep_lite.engine.reservations.keeping.providers import ProviderDraft, SkillDraft
from lstep_lite.forms.base import EditForm, Form, at_most, options, required
from lstep_lite.forms.colors import ColorField
from lstep_lite.forms.media import PictureField
from lstep_lite.forms.reservations.fields import AnywayField, SkillsField, number
from lstep_lite.models import Color, Course, Provider, ProviderState, Staff

STATES = {
    ProviderState.ACTIVE: "お客様に見せる",
    ProviderState.HIDDEN: "お客様に見せない（お店からの予約だけ）",
    ProviderState.RETIRED: "退職",
}
SAME = ("name", "rank", "text", "fee", "is_nominatable", "takes_free", "retires_on")


class ProviderForm(EditForm):
    name = StringField("お名前", [required("お名前を入力してください。"), at_most(providers.LONGEST_NAME)])
    rank = StringField("肩書き", [at_most(providers.LONGEST_RANK)])
    text = TextAreaField("紹介", [at_most(providers.LONGEST_TEXT)])
    media_id = PictureField("写真")
    color = ColorField("予約表での色", default=Color.BLUE)
    fee = number("指名料（税込・円）", default=0)
    is_nominatable = BooleanField("お客様が指名できる", default=True)
    takes_free = BooleanField("「指名なし」の予約を受ける", default=True)
    at_once = number("同時に担当できる人数", default=1)
    state = SelectField("表示", default=ProviderState.ACTIVE.value, choices=options(STATES))
    retires_on = DateField("退職日（この日から予約を受けません）", [Optional()])
    staff_id = SelectField("ログインするスタッフ", coerce=int, default=0)
    anyway = AnywayField()

    @classmethod
    def of(cls, provider: Provider) -> "ProviderForm":
        data = {name: getattr(provider, name) for name in SAME}
        data |= {"media_id": provider.media_id or 0, "color": provider.color.value, "state": provider.state.value}
        return cls(data=data | {"at_once": provider.pool.capacity, "staff_id": provider.staff_id or 0})

    def offer(self, staff: Sequence[Staff], pictures: Mapping[int, str]) -> "ProviderForm":
        self.staff_id.choices = options({"0": "なし"} | {str(each.id): each.name for each in staff})
        self.media_id.offer(pictures)
        return self

    def draft(self) -> ProviderDraft:
        return ProviderDraft(
            **{name: self[name].data for name in SAME},
            media_id=self.media_id.media_id,
            color=self.color.color,
            at_once=self.at_once.data,
            state=ProviderState(self.state.data),
            staff_id=self.staff_id.data or None,
        )


class SkillsForm(EditForm):
    skills = SkillsField("できるメニュー")

    @classmethod
    def of(cls, skills: Mapping[int, SkillDraft], courses: Sequence[Course]) -> "SkillsForm":
        return cls(data={"skills": dict(skills)}).offer(courses)

    def offer(self, courses: Sequence[Course]) -> "SkillsForm":
        self.skills.offer(courses)
        return self


class QuickProviderForm(Form):
    """Somebody new in one line; they work the shop's hours and do the whole menu."""

    name = StringField("お名前", [required("お名前を入力してください。"), at_most(providers.LONGEST_NAME)])
    fee = number("指名料（円）", default=0)

    def draft(self) -> ProviderDraft:
        return ProviderDraft(name=self.name.data or "", fee=self.fee.data or 0)
