"""A coupon: the card to get it, or LINE's own coupon."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from lstep_lite.engine import coupons
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Pick
from lstep_lite.errors import DomainError

GONE = "使っているクーポンが削除されています。別のクーポンを選び直してください。"
NOT_AT_LINE = (
    "このクーポンは、まだLINE公式アカウントに登録されていません。クーポンの画面で「配布を始める」を押してください。"
)


@kind
class CouponCard(Kind):
    name = "coupon"
    label = "クーポン"
    icon = "ticket"
    order = 120
    lead = "作っておいたクーポンを配ります。受け取り・抽選・使用まで、トークの中でできます。"
    inputs = (
        Pick(
            name="coupon_id",
            label="クーポン",
            source=coupons.FEATURE,
            feature=coupons.FEATURE,
            hint="メニューの「クーポン」で作ったものから選びます。",
        ),
    )

    def load(self, session: Session, blocks: list[Block], public_url: str) -> dict[int, coupons.Offer]:
        return coupons.offers(session, {block["coupon_id"] for block in blocks}, public_url)

    def render(self, block: Block, speaking: Speaking) -> Collection[LineObject]:
        offer: coupons.Offer | None = speaking.context.loaded[self.name].get(block["coupon_id"])
        if offer is None:
            raise DomainError(GONE)
        if offer.line_id == "":
            raise DomainError(NOT_AT_LINE)
        return [coupons.coupon_message(offer, speaking.context.zone)]
