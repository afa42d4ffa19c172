"""Customers: the list's filters, and how one may book online."""

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from lstep_lite.engine.reservations.clientele.listing import Filters, Only, Order
from lstep_lite.engine.reservations.clientele.standing import LONGEST_CAUTION, ONLINE, StandingDraft
from lstep_lite.forms.base import EditForm, Form, at_most, options
from lstep_lite.models import BookingCustomer

ORDERS = {
    Order.LAST_VISIT: "最後の来店が新しい順",
    Order.DUE: "次回の目安が近い順",
    Order.VISITS: "来店回数が多い順",
    Order.NO_SHOWS: "無断キャンセルが多い順",
}
ONLY = {
    Only.ALL: "来店した方",
    Only.NEW: "予約だけの方",
    Only.OVERDUE: "次回の目安を過ぎた方",
    Only.NO_SHOW: "無断キャンセルあり",
    Only.LIMITED: "注意・制限あり",
    Only.WITHOUT_LINE: "LINEなし",
}


class CustomerSearchForm(Form):
    """Its address is the filter; what is no choice counts as none."""

    q = StringField("名前・フリガナ・電話番号")
    order = SelectField("並び順", choices=options(ORDERS), validate_choice=False)
    only = SelectField("しぼりこみ", choices=options(ONLY), validate_choice=False)
    after = StringField("つづき")

    def filters(self) -> Filters:
        return Filters(
            text=(self.q.data or "")[:100],
            order=Order(self.order.data) if self.order.data in set(Order) else Order.LAST_VISIT,
            only=Only(self.only.data) if self.only.data in set(Only) else Only.ALL,
            after=(self.after.data or "")[:80],
        )


class StandingForm(EditForm):
    online = RadioField("ネット予約の受け付け方", choices=options(ONLINE))
    is_careful = BooleanField("予約の画面に「注意」の印を付ける")
    caution = TextAreaField("注意すること（お客様には見えません）", [at_most(LONGEST_CAUTION)])

    @classmethod
    def of(cls, customer: BookingCustomer | None) -> "StandingForm":
        if customer is None:
            return cls(data={"online": "ok", "is_careful": False, "caution": ""})
        return cls(data={name: getattr(customer, name) for name in ("online", "is_careful", "caution")})

    def draft(self) -> StandingDraft:
        return StandingDraft(self.online.data or "", self.is_careful.data, self.caution.data or "")
