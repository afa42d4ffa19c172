"""LINE's own coupons: made, listed, looked at and closed. Nobody uses one here; LINE tells an account nothing of it."""

import json
import secrets
import string
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from .calls import Answer, Call
from .refusals import body_errors, not_found, refusal
from .store import millis
from .validation.report import Json, Place, Report

if TYPE_CHECKING:
    from .platform import Emulator

MOST_COUPONS = 5000
MOST_ON_A_PAGE = 100
STATUSES = ("DRAFT", "RUNNING", "CLOSED")
VISIBILITIES = ("PUBLIC", "UNLISTED")
REWARDS = ("cashBack", "discount", "free", "gift", "others")
PRICES = {"cashBack": ("fixed", "percentage"), "discount": ("fixed", "percentage", "explicit")}
MOST_PRIZES = 999_999
WHOLE = Place("")


def create(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    errors = _errors(body)
    if errors:
        raise body_errors(*errors)
    if len(_stored(emulator, ("RUNNING",))) >= MOST_COUPONS:
        raise refusal(400, "The maximum number of coupons has been reached")
    coupon_id = "01" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(24))
    made = {**body, "couponId": coupon_id, "createdTimestamp": millis(call.now) // 1000, "status": "RUNNING"}
    emulator.store.write("INSERT INTO coupon (coupon_id, body) VALUES (?, ?)", coupon_id, json.dumps(made))
    return Answer({"couponId": coupon_id})


def index(emulator: "Emulator", call: Call) -> Answer:
    query = parse_qs(urlsplit(call.target).query)
    limit, start = query.get("limit", ["20"])[0], query.get("start", ["0"])[0]
    statuses = tuple(query.get("status", STATUSES))
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST_ON_A_PAGE:
        raise refusal(400, "Invalid limit")
    if not start.isdecimal() or not set(statuses) <= set(STATUSES):
        raise refusal(400, "Invalid start" if not start.isdecimal() else "Invalid status")
    first, last = int(start), int(start) + int(limit)
    found = _stored(emulator, statuses)
    page: dict[str, Any] = {"items": [{name: one[name] for name in ("couponId", "title")} for one in found[first:last]]}
    return Answer(page | ({"next": str(last)} if len(found) > last else {}))


def show(emulator: "Emulator", call: Call, coupon_id: str) -> Answer:
    return Answer(_get(emulator, coupon_id))


def close(emulator: "Emulator", call: Call, coupon_id: str) -> Answer:
    found = _get(emulator, coupon_id)
    if found["status"] == "CLOSED":
        raise refusal(410, "The coupon is already closed")
    closed = json.dumps({**found, "status": "CLOSED"})
    emulator.store.write("UPDATE coupon SET body = ? WHERE coupon_id = ?", closed, coupon_id)
    return Answer({})


def _get(emulator: "Emulator", coupon_id: str) -> Json:
    row = emulator.store.row("SELECT body FROM coupon WHERE coupon_id = ?", coupon_id)
    if row is None:
        raise not_found()
    found: Json = json.loads(row["body"])
    return found


def _stored(emulator: "Emulator", statuses: tuple[str, ...]) -> list[Json]:
    """The newest first."""
    rows = emulator.store.rows("SELECT body FROM coupon ORDER BY n DESC")
    found = [json.loads(row["body"]) for row in rows]
    return [one for one in found if one["status"] in statuses]


# What LINE refuses ---------------------------------------------------------------------------------------------------


def _errors(body: Json) -> list[tuple[str, str]]:
    report = Report()
    report.text(body, "title", WHOLE, most=60)
    for name, most in (("description", 1000), ("usageCondition", 100), ("couponCode", 16)):
        if body.get(name) != "":
            report.text(body, name, WHOLE, most=most, needed=False)
    for name in ("imageUrl", "barcodeImageUrl"):
        report.https_url(body, name, WHOLE, needed=False)
    report.choice(body, "visibility", WHOLE, VISIBILITIES)
    report.text(body, "timezone", WHOLE, most=60)
    if body.get("maxUseCountPerTicket") not in (1, -1):
        report.add(WHOLE.at("maxUseCountPerTicket"), "must be 1 or -1")
    _check_period(report, body)
    _check_acquisition(report, body)
    if "reward" in body:
        _check_reward(report, body)
    return report.errors


def _check_period(report: Report, body: Json) -> None:
    report.whole_number(body, "startTimestamp", WHOLE, least=0)
    report.whole_number(body, "endTimestamp", WHOLE, least=0)
    if not report.errors and body["endTimestamp"] <= body["startTimestamp"]:
        report.add(WHOLE.at("endTimestamp"), "must be later than startTimestamp")


def _check_acquisition(report: Report, body: Json) -> None:
    condition = report.object(body, "acquisitionCondition", WHOLE)
    if condition is None:
        return
    place = WHOLE.at("acquisitionCondition")
    if report.choice(condition, "type", place, ("normal", "lottery")) != "lottery":
        return
    report.whole_number(condition, "lotteryProbability", place, least=1, most=99)
    if condition.get("maxAcquireCount") != -1:
        report.whole_number(condition, "maxAcquireCount", place, least=1, most=MOST_PRIZES)


def _check_reward(report: Report, body: Json) -> None:
    reward = report.object(body, "reward", WHOLE)
    kind = reward and report.choice(reward, "type", WHOLE.at("reward"), REWARDS)
    if not reward or kind not in PRICES:
        return
    price = report.object(reward, "priceInfo", WHOLE.at("reward"))
    if price is None:
        return
    place = WHOLE.at("reward").at("priceInfo")
    match report.choice(price, "type", place, PRICES[kind]):
        case "fixed":
            report.whole_number(price, "fixedAmount", place, least=1)
        case "percentage":
            report.whole_number(price, "percentage", place, least=1, most=99)
        case "explicit":
            report.whole_number(price, "originalPrice", place, least=1)
            report.whole_number(price, "priceAfterDiscount", place, least=0)
