"""Keeping coupons, and what staff do with those of one customer."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.coupons import COLOR, LOSING_TEXT, LOST, OBTAINED, USED, CouponDraft
from lstep_lite.engine.coupons.drafts import LONGEST, LONGEST_NAME
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, Form, at_most, options, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.media import PictureField
from lstep_lite.forms.moments import MomentField, on_clock
from lstep_lite.models import CodeKind, CodeShape, Coupon, CouponHome, Folder, Reward

HOMES = {
    CouponHome.OWN: "このソフトのクーポン（おすすめ）",
    CouponHome.LINE: "LINE公式アカウントのクーポン",
}
CHANCES = {"everybody": "希望した方全員に", "lottery": "抽選で"}
CODES = {
    CodeKind.NONE: "なし（画面を見せるだけ）",
    CodeKind.COMMON: "全員に同じコード",
    CodeKind.SINGLE: "お客様ごとに違うコード",
}
SHAPES = {CodeShape.TEXT: "文字だけ", CodeShape.QR: "QRコード", CodeShape.BARCODE: "バーコード"}
REWARDS = {
    Reward.YEN_OFF: "○円引き",
    Reward.PERCENT_OFF: "○%引き",
    Reward.FREE: "無料",
    Reward.GIFT: "プレゼント",
    Reward.OTHERS: "そのほか",
}
NUMBERS = ("days", "supply", "uses_each", "percent", "reward_amount")
WORDS = ("name", "title", "price_text", "description", "conditions", "losing_text", "common_code")
USUAL_PERCENT = 50


class CouponForm(EditForm):
    """Moments are typed on the shop's clock."""

    name = StringField("管理用の名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    home = SelectField("クーポンの種類", default=CouponHome.OWN.value, choices=options(HOMES))
    reward = SelectField("特典の種類", default=Reward.OTHERS.value, choices=options(REWARDS))
    reward_amount = IntegerField("割引の大きさ（円・%）", [Optional()])
    title = StringField(
        "お客様に見せる名前", [required("お客様に見せる名前を入力してください。"), at_most(LONGEST["title"])]
    )
    price_text = StringField("特典（大きく表示）", [at_most(LONGEST["price_text"])])
    description = TextAreaField("説明", [at_most(LONGEST["description"])])
    conditions = TextAreaField("利用条件", [at_most(LONGEST["conditions"])])
    media_id = PictureField("画像")
    color = StringField("色", default=COLOR)
    starts_at = MomentField("始まり")
    ends_at = MomentField("終わり")
    days = IntegerField("受け取ってから使える日数", [Optional()])
    supply = IntegerField("枚数（抽選のときは当たりの数）", [Optional()])
    uses_each = IntegerField("1人が使える回数", [Optional()])
    chance = SelectField("だれに渡すか", default="everybody", choices=options(CHANCES))
    percent = IntegerField("当たる確率（%）", [Optional()], default=USUAL_PERCENT)
    losing_text = TextAreaField("はずれたときの文章", [at_most(LONGEST["losing_text"])], default=LOSING_TEXT)
    losing_media_id = PictureField("はずれたときの画像")
    code_kind = SelectField("レジで読み取るコード", default=CodeKind.NONE.value, choices=options(CODES))
    common_code = StringField("全員に同じコード", [at_most(LONGEST["common_code"])])
    code_shape = SelectField("コードの見せ方", default=CodeShape.TEXT.value, choices=options(SHAPES))
    obtained = ActionsField("受け取ったとき", place=OBTAINED)
    used = ActionsField("使ったとき", place=USED)
    lost = ActionsField("抽選にはずれたとき", place=LOST)

    @classmethod
    def of(cls, coupon: Coupon, sets: Mapping[str, SetDraft], zone: ZoneInfo) -> "CouponForm":
        data: dict[str, Any] = {name: getattr(coupon, name) for name in (*WORDS, *NUMBERS, "color")}
        data |= {name: getattr(coupon, name).value for name in ("home", "reward", "code_kind", "code_shape")}
        data |= {name: on_clock(getattr(coupon, name), zone) for name in ("starts_at", "ends_at")}
        data |= {name: getattr(coupon, name) or 0 for name in ("media_id", "losing_media_id")}
        data |= {"percent": coupon.percent or USUAL_PERCENT}
        data |= {"folder_id": coupon.folder_id or NO_FOLDER, "chance": "lottery" if coupon.is_lottery else "everybody"}
        data |= {"obtained": sets[OBTAINED], "used": sets[USED], "lost": sets[LOST]}
        return cls(data=data)

    def offer(self, folders: Sequence[Folder], pictures: Mapping[int, str]) -> "CouponForm":
        self.folder_id.offer(folders)
        self.media_id.offer(pictures)
        self.losing_media_id.offer(pictures)
        return self

    def draft(self, zone: ZoneInfo) -> CouponDraft:
        """What was typed so far, whether it is all well or not."""
        values: dict[str, Any] = {name: self[name].data or "" for name in WORDS}
        values |= {name: self[name].data for name in NUMBERS}
        values["percent"] = self.percent.data or 0 if self.chance.data == "lottery" else None
        return CouponDraft(
            **values,
            color=self.color.data or COLOR,
            media_id=self.media_id.media_id,
            losing_media_id=self.losing_media_id.media_id,
            starts_at=self.starts_at.moment(zone),
            ends_at=self.ends_at.moment(zone),
            code_kind=_one_of(CodeKind, self.code_kind.data, CodeKind.NONE),
            code_shape=_one_of(CodeShape, self.code_shape.data, CodeShape.TEXT),
            home=_one_of(CouponHome, self.home.data, CouponHome.OWN),
            reward=_one_of(Reward, self.reward.data, Reward.OTHERS),
            folder_id=self.folder_id.folder_id,
        )

    def sets(self, session: Session) -> dict[str, SetDraft]:
        """The actions by place. Raises DomainError naming the field."""
        fields = {OBTAINED: self.obtained, USED: self.used, LOST: self.lost}
        return {place: field.draft(session) for place, field in fields.items()}


class GiveForm(Form):
    coupon_id = SelectField("渡すクーポン", coerce=int, validate_choice=False)


class UseForm(Form):
    """Asking once more before a use; *token* makes pressing twice one use."""

    token = HiddenField(validators=[required(), at_most(64)])


def _one_of(values: Any, text: str | None, default: Any) -> Any:
    return values(text) if text in {member.value for member in values} else default
