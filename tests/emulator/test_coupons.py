"""The platform's own coupons, asked through the real SDK and by hand."""

from typing import Any

import pytest
from linebot.v3.messaging import ApiException, CouponCreateRequest, MessagingApi

from tests.emulator.conftest import Caller

COUPON: dict[str, Any] = {
    "title": "春の500円引き",
    "startTimestamp": 1_770_000_000,
    "endTimestamp": 1_780_000_000,
    "timezone": "ASIA_TOKYO",
    "visibility": "UNLISTED",
    "maxUseCountPerTicket": 1,
    "acquisitionCondition": {"type": "normal"},
    "reward": {"type": "discount", "priceInfo": {"type": "fixed", "fixedAmount": 500}},
}


def test_a_coupon_is_made_listed_and_closed_for_good(line: MessagingApi, call: Caller) -> None:
    made = line.create_coupon(CouponCreateRequest.from_dict(COUPON), _request_timeout=5).coupon_id
    assert [item.coupon_id for item in line.list_coupon(status=["RUNNING"], _request_timeout=5).items] == [made]
    assert call("GET", f"/v2/bot/coupon/{made}").json()["status"] == "RUNNING"
    line.close_coupon(made, _request_timeout=5)
    assert line.list_coupon(status=["RUNNING"], _request_timeout=5).items == []
    with pytest.raises(ApiException) as again:
        line.close_coupon(made, _request_timeout=5)
    assert again.value.status == 410
    assert call("GET", "/v2/bot/coupon/nothing").status == 404


def test_lists_come_page_by_page(call: Caller) -> None:
    ids = [call("POST", "/v2/bot/coupon", COUPON).json()["couponId"] for _ in range(3)]
    first = call("GET", "/v2/bot/coupon?limit=2").json()
    second = call("GET", f"/v2/bot/coupon?limit=2&start={first['next']}").json()
    assert [item["couponId"] for item in first["items"] + second["items"]] == ids[::-1]
    assert "next" not in second


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": ""}, "title"),
        ({"title": "あ" * 61}, "title"),
        ({"usageCondition": "あ" * 101}, "usageCondition"),
        ({"couponCode": "1" * 17}, "couponCode"),
        ({"imageUrl": "http://example.com/a.png"}, "imageUrl"),
        ({"maxUseCountPerTicket": 2}, "maxUseCountPerTicket"),
        ({"endTimestamp": 1}, "endTimestamp"),
        ({"visibility": "PRIVATE"}, "visibility"),
        ({"acquisitionCondition": {"type": "lottery", "lotteryProbability": 100, "maxAcquireCount": 5}}, "lottery"),
        ({"acquisitionCondition": {"type": "lottery", "lotteryProbability": 9, "maxAcquireCount": 0}}, "AcquireCount"),
        ({"reward": {"type": "discount"}}, "reward.priceInfo"),
        ({"reward": {"type": "cashBack", "priceInfo": {"type": "percentage", "percentage": 100}}}, "percentage"),
    ],
)
def test_what_line_refuses_is_refused(call: Caller, change: dict[str, Any], place: str) -> None:
    answer = call("POST", "/v2/bot/coupon", COUPON | change)
    assert answer.status == 400
    assert place in str(answer.json()["details"])
