"""LINE's rich menus: made, shown and switched, asked through the real SDK and by hand."""

import time
from copy import deepcopy
from typing import Any

import pytest
import urllib3
from linebot.v3.insight import ApiClient as InsightClient
from linebot.v3.insight import Configuration as InsightConfiguration
from linebot.v3.insight import Insight
from linebot.v3.messaging import (
    ApiException,
    CreateRichMenuAliasRequest,
    MessagingApi,
    MessagingApiBlob,
    RichMenuBatchRequest,
    RichMenuBulkLinkRequest,
    RichMenuBulkUnlinkRequest,
    UpdateRichMenuAliasRequest,
)

from lstep_lite.emulator import Emulator
from lstep_lite.emulator.limits import LINE_ZONE
from lstep_lite.emulator.rich_menus import links, menus
from lstep_lite.emulator.store import dump
from tests.emulator.conftest import Application, Caller, Control, later
from tests.emulator.menus import MENU, a_menu, area, picture

NOBODY = "U" + "0" * 32
NO_MENU = "richmenu-" + "0" * 32


def upload(call: Caller, path: str, body: bytes, media_type: str) -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {call.token}", "Content-Type": media_type}
    return call.http.request("POST", call.url + path, body=body, headers=headers)


def refused(answer: Any, status: int) -> str:
    assert answer.status == status, answer.data
    return str(answer.json())


# Making --------------------------------------------------------------------------------------------------------------


def test_a_menu_is_made_given_its_picture_once_listed_and_deleted(
    line: MessagingApi, blob: MessagingApiBlob, call: Caller
) -> None:
    made = a_menu(line, blob)
    assert call("GET", f"/v2/bot/richmenu/{made}").json() == {"richMenuId": made, **MENU}
    assert [one["name"] for one in call("GET", "/v2/bot/richmenu/list").json()["richmenus"]] == ["春のメニュー"]
    assert blob.get_rich_menu_image(made, _request_timeout=5) == picture()
    again = upload(call, f"/v2/bot/richmenu/{made}/content", picture(), "image/png")
    assert "already been uploaded" in refused(again, 400)
    line.delete_rich_menu(made, _request_timeout=5)
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/content")):
        refused(call(method, f"/v2/bot/richmenu/{made}{path}"), 404)


def test_a_picture_is_jpeg_or_png_fits_and_is_small(call: Caller) -> None:
    made = call("POST", "/v2/bot/richmenu", MENU).json()["richMenuId"]
    path = f"/v2/bot/richmenu/{made}/content"
    jpeg = picture(kind="JPEG")
    for body, media_type, status in (
        (picture(), "image/gif", 415),
        (picture(), "image/jpeg", 400),
        (picture((800, 500)), "image/png", 400),
        (jpeg + bytes(1_000_000), "image/jpeg", 400),
        (b"no picture", "image/png", 400),
        (jpeg, "image/jpeg", 200),
    ):
        assert upload(call, path, body, media_type).status == status, (len(body), media_type)
    assert call("GET", path).data == jpeg


def changed(path: str, value: Any) -> dict[str, Any]:
    """The menu with the value at *path*, such as `areas.0.bounds.x`, replaced, or taken away if None."""
    body: Any = deepcopy(MENU)
    *way, last = path.split(".")
    found = body
    for step in way:
        found = found[int(step) if step.isdecimal() else step]
    if value is None:
        del found[last]
    else:
        found[int(last) if last.isdecimal() else last] = value
    return body


WRONG: tuple[tuple[str, Any, str], ...] = (
    *((name, None, name) for name in ("size", "selected", "name", "chatBarText", "areas")),
    ("size.width", 799, "size.width"),
    ("size.width", 2501, "size.width"),
    ("size.height", 249, "size.height"),
    ("size.height", 552, "size"),
    ("selected", "yes", "selected"),
    ("name", "👨‍👩‍👧" * 301, "name"),
    ("chatBarText", "👨‍👩‍👧" * 15, "chatBarText"),
    ("chatBarText", "", "chatBarText"),
    ("areas", [MENU["areas"][0]] * 21, "areas"),
    ("areas.0.bounds", None, "areas[0].bounds"),
    ("areas.0.bounds.x", -1, "areas[0].bounds.x"),
    ("areas.1.bounds.x", 401, "areas[1].bounds"),
    ("areas.0.bounds.height", 541, "areas[0].bounds"),
    ("areas.0.bounds.width", 0, "areas[0].bounds.width"),
    ("areas.0.bounds.width", 1.5, "areas[0].bounds.width"),
    ("areas.0.action", None, "areas[0].action"),
    ("areas.0.action.label", "あ" * 21, "areas[0].action.label"),
    ("areas.0.action.data", "a" * 301, "areas[0].action.data"),
    ("areas.0.action.inputOption", "openCamera", "areas[0].action.inputOption"),
    ("areas.0.action.fillInText", "予約", "areas[0].action.fillInText"),
    ("areas.0.action", {"type": "camera", "label": "写真"}, "areas[0].action.type"),
    ("areas.0.action", {"type": "uri", "uri": "mailto:a@example.com"}, "areas[0].action.uri"),
    ("areas.1.action.data", None, "areas[1].action.data"),
    ("areas.1.action.richMenuAliasId", "a" * 33, "areas[1].action.richMenuAliasId"),
)


def test_what_line_refuses_is_refused_and_nothing_is_made(call: Caller) -> None:
    for path, value, place in WRONG:
        for address in ("", "/validate"):
            answer = call("POST", f"/v2/bot/richmenu{address}", changed(path, value))
            assert answer.status == 400, path
            assert place in [detail["property"] for detail in answer.json()["details"]], answer.json()
    assert call("GET", "/v2/bot/richmenu/list").json() == {"richmenus": []}


def test_words_are_counted_as_people_see_them(call: Caller) -> None:
    body = MENU | {"chatBarText": "👨‍👩‍👧" * 14, "name": "👨‍👩‍👧" * 300}
    assert call("POST", "/v2/bot/richmenu/validate", body).status == 200


def test_a_thousand_menus_and_not_one_more(emulator: Emulator, call: Caller) -> None:
    with emulator.store.unit() as db:
        rows = [(f"richmenu-{n:032x}", dump(MENU)) for n in range(menus.MOST_MENUS - 1)]
        db.executemany("INSERT INTO rich_menu (rich_menu_id, body) VALUES (?, ?)", rows)
    assert call("POST", "/v2/bot/richmenu", MENU).status == 200
    assert "maximum number" in refused(call("POST", "/v2/bot/richmenu", MENU), 400)


def test_a_hundred_are_made_in_an_hour_and_validating_costs_nothing(call: Caller) -> None:
    statuses = [call("POST", "/v2/bot/richmenu", {}).status for _ in range(101)]
    assert statuses == [400] * 100 + [429]
    assert call("POST", "/v2/bot/richmenu/validate", MENU).status == 200


# Who sees which ------------------------------------------------------------------------------------------------------


def test_a_persons_own_menu_goes_before_the_default(
    line: MessagingApi, blob: MessagingApiBlob, control: Control, call: Caller
) -> None:
    default, own, user_id = a_menu(line, blob), a_menu(line, blob), control.a_friend()
    assert control.get(f"/users/{user_id}/menu") is None
    refused(call("GET", "/v2/bot/user/all/richmenu"), 404)
    line.set_default_rich_menu(default, _request_timeout=5)
    assert line.get_default_rich_menu_id(_request_timeout=5).rich_menu_id == default
    assert control.get(f"/users/{user_id}/menu")["richMenuId"] == default
    assert "no richmenu" in refused(call("GET", f"/v2/bot/user/{user_id}/richmenu"), 404)
    line.link_rich_menu_id_to_user(user_id, own, _request_timeout=5)
    assert line.get_rich_menu_id_of_user(user_id, _request_timeout=5).rich_menu_id == own
    assert control.get(f"/users/{user_id}/menu") == {"richMenuId": own, **MENU}
    line.delete_rich_menu(own, _request_timeout=5)
    assert control.get(f"/users/{user_id}/menu")["richMenuId"] == default
    line.cancel_default_rich_menu(_request_timeout=5)
    assert control.get(f"/users/{user_id}/menu") is None


def test_a_default_made_in_lines_own_manager_is_none_of_ours(
    line: MessagingApi, blob: MessagingApiBlob, control: Control, call: Caller
) -> None:
    control.post("/account", {"oam_default": True})
    assert "another channel" in refused(call("GET", "/v2/bot/user/all/richmenu"), 403)
    line.set_default_rich_menu(made := a_menu(line, blob), _request_timeout=5)
    assert call("GET", "/v2/bot/user/all/richmenu").json() == {"richMenuId": made}


def test_a_menu_without_a_picture_can_be_shown_to_nobody(control: Control, call: Caller) -> None:
    bare, user_id = call("POST", "/v2/bot/richmenu", MENU).json()["richMenuId"], control.a_friend()
    paths = (f"/v2/bot/user/all/richmenu/{bare}", f"/v2/bot/user/{user_id}/richmenu/{bare}")
    answers = [call("POST", path) for path in paths]
    answers.append(call("POST", "/v2/bot/richmenu/bulk/link", {"richMenuId": bare, "userIds": [user_id]}))
    assert all("must upload richmenu image" in refused(answer, 400) for answer in answers)
    alias = call("POST", "/v2/bot/richmenu/alias", {"richMenuAliasId": "a", "richMenuId": bare})
    assert "richmenu not found" in refused(alias, 400)


def test_people_who_are_no_friends_are_passed_over_in_silence(
    line: MessagingApi, blob: MessagingApiBlob, control: Control, call: Caller
) -> None:
    menu, stranger, friend = a_menu(line, blob), control.a_user(), control.a_friend()
    control.post(f"/users/{friend}/unfollow")
    for user_id in (stranger, friend, NOBODY):
        assert call("POST", f"/v2/bot/user/{user_id}/richmenu/{menu}").status == 200
        refused(call("GET", f"/v2/bot/user/{user_id}/richmenu"), 404)
    assert "userId" in refused(call("POST", f"/v2/bot/user/Udefinitely/richmenu/{menu}"), 400)
    refused(call("POST", f"/v2/bot/user/{friend}/richmenu/{NO_MENU}"), 404)


def test_whoever_blocked_the_account_comes_back_to_the_default(
    line: MessagingApi, blob: MessagingApiBlob, control: Control
) -> None:
    default, own, user_id = a_menu(line, blob), a_menu(line, blob), control.a_friend()
    line.set_default_rich_menu(default, _request_timeout=5)
    line.link_rich_menu_id_to_user(user_id, own, _request_timeout=5)
    control.post(f"/users/{user_id}/unfollow")
    assert control.get(f"/users/{user_id}/menu") is None
    control.post(f"/users/{user_id}/follow")
    assert control.get(f"/users/{user_id}/menu")["richMenuId"] == default


def test_many_are_linked_a_moment_after_it_was_accepted(
    line: MessagingApi, blob: MessagingApiBlob, control: Control
) -> None:
    menu, people = a_menu(line, blob), [control.a_friend(f"客{n}") for n in range(3)]
    request = RichMenuBulkLinkRequest.from_dict({"richMenuId": menu, "userIds": [*people, NOBODY]})
    assert line.link_rich_menu_id_to_users_with_http_info(request, _request_timeout=5).status_code == 202
    assert control.get(f"/users/{people[0]}/menu") is None, "not yet"
    control.post("/settle")
    assert {control.get(f"/users/{user_id}/menu")["richMenuId"] for user_id in people} == {menu}
    line.unlink_rich_menu_id_from_users(RichMenuBulkUnlinkRequest.from_dict({"userIds": people[:2]}))
    control.post("/settle")
    assert [bool(control.get(f"/users/{user_id}/menu")) for user_id in people] == [False, False, True]


def test_a_bulk_call_names_what_is_wrong(call: Caller) -> None:
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"richMenuId": NO_MENU, "userIds": [NOBODY]}, 404, "richmenu not found"),
        ({"richMenuId": "mine", "userIds": [NOBODY]}, 400, "invalid richMenuId"),
        ({"richMenuId": NO_MENU, "userIds": [NOBODY] * 501}, 400, "between 1 and 500"),
        ({"richMenuId": NO_MENU, "userIds": []}, 400, "between 1 and 500"),
        ({"richMenuId": NO_MENU, "userIds": [NOBODY, "U1"]}, 400, "userIds[1]"),
    ]
    for body, status, words in wrong:
        assert words in refused(call("POST", "/v2/bot/richmenu/bulk/link", body), status)


# Batches -------------------------------------------------------------------------------------------------------------


def moved(call: Caller, control: Control, *operations: dict[str, Any], **more: Any) -> str:
    """Ask for a batch and wait until it is over; the id to ask about it."""
    answer = call("POST", "/v2/bot/richmenu/batch", {"operations": list(operations), **more})
    assert answer.status == 202, answer.data
    control.post("/settle")
    return str(answer.headers["x-line-request-id"])


def progress(call: Caller, request_id: str) -> str:
    found = call("GET", f"/v2/bot/richmenu/progress/batch?requestId={request_id}").json()
    assert found["acceptedTime"].endswith("Z")
    return str(found["phase"])


def linked(control: Control, people: list[str]) -> list[str | None]:
    found = [control.get(f"/users/{user_id}/menu") for user_id in people]
    return [menu and menu["richMenuId"] for menu in found]


def test_a_batch_moves_everybody_and_its_operations_do_not_follow_each_other(
    line: MessagingApi, blob: MessagingApiBlob, control: Control, call: Caller
) -> None:
    a, b, c = (a_menu(line, blob) for _ in range(3))
    people = [control.a_friend(f"客{n}") for n in range(3)]
    for user_id, menu in zip(people, (a, b, c), strict=True):
        line.link_rich_menu_id_to_user(user_id, menu, _request_timeout=5)
    operations = [
        {"type": "link", "from": a, "to": b},
        {"type": "link", "from": b, "to": c},
        {"type": "unlink", "from": c},
    ]
    body = RichMenuBatchRequest.from_dict({"operations": operations})
    accepted = line.rich_menu_batch_with_http_info(body, _request_timeout=5)
    request_id = accepted.headers["x-line-request-id"]
    assert progress(call, request_id) == "ongoing"
    assert linked(control, people) == [a, b, c]
    control.post("/settle")
    assert linked(control, people) == [b, c, None]
    assert progress(call, request_id) == "succeeded"
    moved(call, control, {"type": "unlinkAll"})
    assert linked(control, people) == [None] * 3


def test_a_batch_that_failed_is_resumed_for_those_it_did_not_reach(
    line: MessagingApi, blob: MessagingApiBlob, control: Control, call: Caller, emulator: Emulator
) -> None:
    old, new, people = a_menu(line, blob), a_menu(line, blob), [control.a_friend(f"客{n}") for n in range(4)]
    call("POST", "/v2/bot/richmenu/bulk/link", {"richMenuId": old, "userIds": people})
    time.sleep(links.BULK_TAKES_SECONDS)
    control.post("/account", {"failing_batches": 1})
    there, back = {"type": "link", "from": old, "to": new}, {"type": "link", "from": new, "to": old}
    first = moved(call, control, there, resumeRequestKey="k-1")
    assert progress(call, first) == "failed"
    assert sorted(map(str, linked(control, people))) == sorted([old] * 2 + [new] * 2)
    late = control.a_friend("あとから来た人")
    line.link_rich_menu_id_to_user(late, old, _request_timeout=5)
    assert progress(call, moved(call, control, there, resumeRequestKey="k-1")) == "succeeded"
    assert linked(control, [*people, late]) == [new] * 4 + [old], "somebody new is not part of what is resumed"
    later(emulator, days=15)
    moved(call, control, back, resumeRequestKey="k-1")
    assert linked(control, people) == [old] * 4, "after two weeks the key is a new one"
    refused(call("GET", f"/v2/bot/richmenu/progress/batch?requestId={first}"), 404)


def test_three_batches_an_hour(call: Caller) -> None:
    body = {"operations": [{"type": "unlinkAll"}]}
    assert [call("POST", "/v2/bot/richmenu/batch", body).status for _ in range(4)] == [202, 202, 202, 429]


def test_a_batch_is_checked_before_anybody_is_moved(line: MessagingApi, blob: MessagingApiBlob, call: Caller) -> None:
    menu = a_menu(line, blob)
    bare = call("POST", "/v2/bot/richmenu", MENU).json()["richMenuId"]
    link = {"type": "link", "from": menu, "to": menu}
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"operations": []}, 400, "between 1 and 1000"),
        ({"operations": [link] * 1001}, 400, "between 1 and 1000"),
        ({"operations": [{"type": "move"}]}, 400, "operations[0].type"),
        ({"operations": [{"type": "unlink", "from": "mine"}]}, 400, "invalid richMenuId"),
        ({"operations": [{"type": "unlink", "from": NO_MENU}]}, 404, "is not found"),
        ({"operations": [link | {"to": bare}]}, 400, "must have image"),
        ({"operations": [link, {"type": "unlink", "from": menu}]}, 400, "is duplicated"),
        ({"operations": [{"type": "unlinkAll"}, link]}, 400, "can't be combined"),
        ({"operations": [link], "resumeRequestKey": "鍵"}, 400, "resumeRequestKey"),
    ]
    for body, status, words in wrong:
        assert words in refused(call("POST", "/v2/bot/richmenu/validate/batch", body), status)
    assert call("POST", "/v2/bot/richmenu/validate/batch", {"operations": [link]}).json() == {}


# Aliases and taps ----------------------------------------------------------------------------------------------------


def test_an_alias_is_made_repointed_listed_and_deleted(
    line: MessagingApi, blob: MessagingApiBlob, call: Caller
) -> None:
    first, second = a_menu(line, blob), a_menu(line, blob)
    wanted = CreateRichMenuAliasRequest.from_dict({"richMenuAliasId": "tab-1", "richMenuId": first})
    line.create_rich_menu_alias(wanted, _request_timeout=5)
    with pytest.raises(ApiException) as again:
        line.create_rich_menu_alias(wanted, _request_timeout=5)
    assert "conflict richmenu alias id" in str(again.value.body)
    line.update_rich_menu_alias("tab-1", UpdateRichMenuAliasRequest.from_dict({"richMenuId": second}))
    assert line.get_rich_menu_alias("tab-1").rich_menu_id == second
    assert [one.rich_menu_alias_id for one in line.get_rich_menu_alias_list().aliases] == ["tab-1"]
    line.delete_rich_menu_alias("tab-1")
    for method, body in (("GET", None), ("DELETE", None), ("POST", {"richMenuId": first})):
        assert "alias not found" in refused(call(method, "/v2/bot/richmenu/alias/tab-1", body), 404)
    for body in ({"richMenuAliasId": "タブ", "richMenuId": first}, {"richMenuAliasId": "a", "richMenuId": "mine"}):
        assert call("POST", "/v2/bot/richmenu/alias", body).status == 400


def test_a_tap_does_what_its_area_says(
    application: Application, line: MessagingApi, blob: MessagingApiBlob, control: Control
) -> None:
    user_id = control.a_friend()
    control.post(f"/users/{user_id}/tap", {"area": 0}, status=409)
    areas = [
        MENU["areas"][0],
        area(0, type="message", text="営業時間は？"),
        area(0, type="uri", uri="https://demo.lstep.invalid/reserve"),
        area(0, type="datetimepicker", data="tap:3", mode="date"),
        area(0, type="clipboard", clipboardText="SPRING"),
    ]
    line.link_rich_menu_id_to_user(user_id, a_menu(line, blob, *areas), _request_timeout=5)
    control.post(f"/users/{user_id}/tap", {"area": 5}, status=409)
    control.post(f"/users/{user_id}/tap", {"area": 0})
    control.post(f"/users/{user_id}/tap", {"area": 1})
    assert control.post(f"/users/{user_id}/tap", {"area": 2})["location"] == f"{application.url}/reserve"
    control.post(f"/users/{user_id}/tap", {"area": 3}, status=400)
    control.post(f"/users/{user_id}/tap", {"area": 3, "params": {"date": "2026-12-01"}})
    assert control.post(f"/users/{user_id}/tap", {"area": 4})["copied"] == "SPRING"
    postback, message, picked = application.events(3)
    assert postback["postback"] == {"data": "tap:1"}
    assert message["message"]["text"] == "営業時間は？"
    assert picked["postback"] == {"data": "tap:3", "params": {"date": "2026-12-01"}}
    said = [entry["message"]["text"] for entry in control.get(f"/users/{user_id}/talk")]
    assert said == ["予約する", "営業時間は？"]
    control.post(f"/users/{user_id}/unfollow")
    control.post(f"/users/{user_id}/tap", {"area": 0}, status=409)


def test_a_tab_links_its_menu_to_the_person_and_tells_the_account(
    application: Application, line: MessagingApi, blob: MessagingApiBlob, control: Control, call: Caller
) -> None:
    first, second, user_id = a_menu(line, blob), a_menu(line, blob), control.a_friend()
    line.set_default_rich_menu(first, _request_timeout=5)
    control.post(f"/users/{user_id}/tap", {"area": 1})
    call("POST", "/v2/bot/richmenu/alias", {"richMenuAliasId": "second", "richMenuId": second})
    control.post(f"/users/{user_id}/tap", {"area": 1, "fails": True})
    assert control.get(f"/users/{user_id}/menu")["richMenuId"] == first
    control.post(f"/users/{user_id}/tap", {"area": 1})
    assert line.get_rich_menu_id_of_user(user_id, _request_timeout=5).rich_menu_id == second
    call("DELETE", f"/v2/bot/richmenu/{second}")
    control.post(f"/users/{user_id}/tap", {"area": 1})
    control.post(f"/users/{user_id}/tap", {"area": 1, "menu": second}, status=409)
    told = [event["postback"]["params"] for event in application.events(4)]
    assert told == [
        {"status": "RICHMENU_ALIAS_ID_NOTFOUND"},
        {"status": "FAILED"},
        {"newRichMenuAliasId": "second", "status": "SUCCESS"},
        {"status": "RICHMENU_NOTFOUND"},
    ]


def test_a_menu_that_was_just_replaced_can_still_be_tapped(
    application: Application, line: MessagingApi, blob: MessagingApiBlob, control: Control
) -> None:
    old, new, user_id = a_menu(line, blob), a_menu(line, blob, area(0, type="message", text="新")), control.a_friend()
    line.link_rich_menu_id_to_user(user_id, new, _request_timeout=5)
    control.post(f"/users/{user_id}/tap", {"area": 0, "menu": old})
    assert application.events(1)[0]["postback"] == {"data": "tap:1"}


def test_the_picture_of_the_shown_menu(line: MessagingApi, blob: MessagingApiBlob, control: Control) -> None:
    user_id = control.a_friend()
    control.get(f"/users/{user_id}/menu.png", status=404)
    line.link_rich_menu_id_to_user(user_id, a_menu(line, blob), _request_timeout=5)
    answer = control.client.get(f"/emulator/control/users/{user_id}/menu.png")
    assert (answer.mimetype, answer.data) == ("image/png", picture())


# What LINE counts ----------------------------------------------------------------------------------------------------


def test_line_tells_views_and_taps_of_days_gone_by_once_twenty_people_tapped(
    line: MessagingApi, blob: MessagingApiBlob, control: Control, call: Caller, emulator: Emulator
) -> None:
    menu = a_menu(line, blob)
    line.set_default_rich_menu(menu, _request_timeout=5)
    people = [control.a_friend(f"客{n}") for n in range(20)]
    today = f"{emulator.clock.now().astimezone(LINE_ZONE):%Y%m%d}"
    for user_id in people:
        control.post(f"/users/{user_id}/menu")
        control.post(f"/users/{user_id}/tap", {"area": 0})
    control.post(f"/users/{people[0]}/tap", {"area": 0})
    path = f"/v2/bot/insight/richmenu/{menu}"
    assert call("GET", f"{path}/summary?from={today}&to={today}").json() == {"richMenuId": menu}, "today is not counted"
    later(emulator, days=1)
    found = call("GET", f"{path}/summary?from={today}&to={today}").json()
    assert found["impression"] == {"metrics": {"count": 20, "uniqueUsers": 20}}
    assert [one["metrics"] for one in found["clicks"]] == [
        {"count": 21, "uniqueUsers": 20},
        {"count": 0, "uniqueUsers": 0},
    ]
    assert found["clicks"][1]["bounds"] == MENU["areas"][1]["bounds"]
    with InsightClient(InsightConfiguration(access_token=call.token, host=emulator.api_url)) as client:
        by_day = Insight(client).get_rich_menu_insight_daily(menu, today, today, _request_timeout=5)
        client.rest_client.pool_manager.clear()
    assert by_day.clicks is not None
    assert [(day.var_date, day.count) for day in by_day.clicks[0].metrics] == [(today, 21)]


def test_a_period_must_make_sense(call: Caller) -> None:
    made = call("POST", "/v2/bot/richmenu", MENU).json()["richMenuId"]
    for query in (
        "from=20260102&to=20260101",
        "from=20250101&to=20260331",
        "from=20200101&to=20200102",
        "from=2026-01-01&to=20260102",
        "to=20260102",
    ):
        assert call("GET", f"/v2/bot/insight/richmenu/{made}/summary?{query}").status == 400, query
    assert call("GET", f"/v2/bot/insight/richmenu/{NO_MENU}/summary?from=20260101&to=20260101").status == 404
