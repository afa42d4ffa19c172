"""LINE's rich menus: made, given their picture, shown to friends, and taken away.

https://developers.line.biz/en/reference/messaging-api/#rich-menu
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lstep_lite.engine.line.connection import LineError

Ask = Callable[..., dict[str, Any]]
"""ask(method, path, body=…): one request to LINE; the answer's JSON. Raises LineError."""
RequestId = Callable[..., str]
"""The same, for LINE's own id of the request."""
Transfer = Callable[..., bytes]
"""transfer(method, path, data=…, content_type=…): bytes up or down, at LINE's host for data. Raises LineError."""


@dataclass(frozen=True)
class MenuAtLine:
    line_id: str
    name: str
    chat_bar_text: str


class BatchPhase(StrEnum):
    ONGOING = "ongoing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Some friends were not reached, others were."""


Bounds = tuple[int, int, int, int]
"""Left, top, width and height of an area."""


Counted = Mapping[str, tuple[int, int]]
"""How often and by how many people, by LINE's word for a day."""


@dataclass(frozen=True)
class DayAtLine:
    """What LINE counted on one day."""

    day: date
    impressions: int
    viewers: int
    clicks: Mapping[Bounds, tuple[int, int]]
    """Taps and people of each area."""


class RichMenusAtLine:
    """Every call may raise LineError; not inside a unit of work."""

    def __init__(self, ask: Ask, request_id: RequestId, transfer: Transfer) -> None:
        self._ask = ask
        self._request_id = request_id
        self._transfer = transfer

    # Menus

    def validate(self, menu: dict[str, Any]) -> None:
        """LineError with LINE's words when it would not make it."""
        self._ask("POST", "/v2/bot/richmenu/validate", body=menu)

    def create(self, menu: dict[str, Any]) -> str:
        """LINE's id of the new menu; at most 100 times an hour, and 1,000 menus in all."""
        return str(self._ask("POST", "/v2/bot/richmenu", body=menu)["richMenuId"])

    def all(self) -> list[MenuAtLine]:
        """Those made through the API, in one answer."""
        found = self._ask("GET", "/v2/bot/richmenu/list").get("richmenus", ())
        return [
            MenuAtLine(str(each["richMenuId"]), str(each.get("name", "")), str(each.get("chatBarText", "")))
            for each in found
        ]

    def delete(self, line_id: str) -> None:
        """At most 100 times an hour; one that is gone already is fine."""
        self._unless_gone(lambda: self._ask("DELETE", "/v2/bot/richmenu/{richMenuId}", richMenuId=line_id))

    def upload(self, line_id: str, picture: bytes, content_type: str) -> None:
        """A menu gets its picture once. LineError with http_status 400 when it has one."""
        self._transfer("POST", _content(line_id), data=picture, content_type=content_type)

    def has_picture(self, line_id: str) -> bool:
        try:
            self._transfer("GET", _content(line_id))
        except LineError as error:
            if error.http_status == 404:
                return False
            raise
        return True

    # The account's default

    def default(self) -> str | None:
        """LineError with http_status 403 when it was set in LINE's own manager."""
        try:
            return str(self._ask("GET", "/v2/bot/user/all/richmenu")["richMenuId"])
        except LineError as error:
            if error.http_status == 404:
                return None
            raise

    def set_default(self, line_id: str) -> None:
        self._ask("POST", "/v2/bot/user/all/richmenu/{richMenuId}", richMenuId=line_id)

    def cancel_default(self) -> None:
        self._unless_gone(lambda: self._ask("DELETE", "/v2/bot/user/all/richmenu"))

    # Aliases

    def create_alias(self, alias: str, line_id: str) -> None:
        """LineError with http_status 400 when there is one of that name."""
        self._ask("POST", "/v2/bot/richmenu/alias", body={"richMenuAliasId": alias, "richMenuId": line_id})

    def update_alias(self, alias: str, line_id: str) -> None:
        path = "/v2/bot/richmenu/alias/{richMenuAliasId}"
        self._ask("POST", path, body={"richMenuId": line_id}, richMenuAliasId=alias)

    def delete_alias(self, alias: str) -> None:
        """At most 100 times an hour; one that is gone already is fine."""
        path = "/v2/bot/richmenu/alias/{richMenuAliasId}"
        self._unless_gone(lambda: self._ask("DELETE", path, richMenuAliasId=alias))

    def aliases(self) -> dict[str, str]:
        """All of them, and the menu that each leads to."""
        found = self._ask("GET", "/v2/bot/richmenu/alias/list").get("aliases", ())
        return {str(each["richMenuAliasId"]): str(each["richMenuId"]) for each in found}

    # One friend, or up to 500. For those who blocked the account LINE answers the same and does nothing.

    def link(self, user_id: str, line_id: str) -> None:
        """LineError with http_status 404 when LINE does not know them, or not yet."""
        self._ask("POST", "/v2/bot/user/{userId}/richmenu/{richMenuId}", userId=user_id, richMenuId=line_id)

    def unlink(self, user_id: str) -> None:
        self._ask("DELETE", "/v2/bot/user/{userId}/richmenu", userId=user_id)

    def link_many(self, user_ids: Sequence[str], line_id: str) -> None:
        """Up to 500; it shows a moment after the answer."""
        body = {"richMenuId": line_id, "userIds": list(user_ids)}
        self._ask("POST", "/v2/bot/richmenu/bulk/link", body=body)

    def unlink_many(self, user_ids: Sequence[str]) -> None:
        self._ask("POST", "/v2/bot/richmenu/bulk/unlink", body={"userIds": list(user_ids)})

    # Everybody who looks at a menu: at most 3 times an hour

    def move_friends(self, moves: Mapping[str, str], key: str) -> str:
        """Take all who look at one menu to another one, up to 1,000 pairs; LINE's id of the request.

        The same *key* takes up a request that was made before, for 14 days.
        """
        links = [{"type": "link", "from": old, "to": new} for old, new in moves.items()]
        return self._batch(links, key)

    def unlink_everybody(self, key: str) -> str:
        """From whatever menu; LINE's id of the request. *key* as in `move_friends`."""
        return self._batch([{"type": "unlinkAll"}], key)

    def _batch(self, operations: list[dict[str, str]], key: str) -> str:
        body = {"operations": operations, "resumeRequestKey": key}
        return self._request_id("POST", "/v2/bot/richmenu/batch", body=body)

    def batch_phase(self, request_id: str) -> BatchPhase:
        """At most 100 times an hour."""
        path = "/v2/bot/richmenu/progress/batch"
        found = self._ask("GET", f"{path}?requestId={request_id}")
        return BatchPhase(str(found["phase"]))

    # Numbers

    def days(self, line_id: str, first: date, last: date) -> list[DayAtLine]:
        """What LINE counted on each day, Japanese time; nothing while fewer than 20 people tapped.

        At most 60 times an hour, and 100 days at once.
        """
        path = f"/v2/bot/insight/richmenu/{{richMenuId}}/daily?from={first:%Y%m%d}&to={last:%Y%m%d}"
        found = self._ask("GET", path, richMenuId=line_id)
        shown = _by_day(found.get("impression", {}))
        clicks = {bounds(each["bounds"]): _by_day(each) for each in found.get("clicks", ())}
        days = sorted({*shown, *(day for counted in clicks.values() for day in counted)})
        return [_told(day, shown, clicks) for day in days]

    def _unless_gone(self, call: Callable[[], object]) -> None:
        try:
            call()
        except LineError as error:
            if error.http_status != 404:
                raise


def _content(line_id: str) -> str:
    return f"/v2/bot/richmenu/{line_id}/content"


def bounds(area: dict[str, int]) -> Bounds:
    """As LINE tells them."""
    return area["x"], area["y"], area["width"], area["height"]


def _told(day: str, shown: Counted, clicks: Mapping[Bounds, Counted]) -> DayAtLine:
    taps = {area: counted[day] for area, counted in clicks.items() if day in counted}
    return DayAtLine(_day(day), *shown.get(day, (0, 0)), taps)


def _by_day(counted: dict[str, Any]) -> Counted:
    return {each["date"]: (each["count"], each["uniqueUsers"]) for each in counted.get("metrics", ())}


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
