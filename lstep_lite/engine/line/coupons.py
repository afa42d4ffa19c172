"""LINE's own coupons: making, finding and closing them.

https://developers.line.biz/en/reference/messaging-api/#coupon
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

Call = Callable[..., dict[str, Any]]
"""call(method, path, body=…): one request to LINE. Raises LineError."""
PAGE = 100


class CouponsAtLine:
    """Every call may raise LineError; not inside a unit of work."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def create(self, coupon: dict[str, Any]) -> str:
        """LINE's id of the new coupon."""
        return str(self._call("POST", "/v2/bot/coupon", body=coupon)["couponId"])

    def running(self) -> Iterator[tuple[str, str]]:
        """Id and title of all coupons that are not closed, asked for page by page."""
        start = ""
        while True:
            path = f"/v2/bot/coupon?status=RUNNING&limit={PAGE}"
            found = self._call("GET", f"{path}&start={quote(start, safe='')}" if start else path)
            yield from ((str(item["couponId"]), str(item["title"])) for item in found.get("items", ()))
            start = str(found.get("next") or "")
            if not start:
                return

    def get(self, line_id: str) -> dict[str, Any]:
        return self._call("GET", "/v2/bot/coupon/{couponId}", couponId=line_id)

    def close(self, line_id: str) -> None:
        """For good. LineError with http_status 410 when it is closed already."""
        self._call("PUT", "/v2/bot/coupon/{couponId}/close", couponId=line_id)
