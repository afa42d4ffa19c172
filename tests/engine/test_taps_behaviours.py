"""What taps do, as LINE is told: within LINE's limits, and refused with words where they can't be."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import messages, registry, taps
from lstep_lite.engine.studio import clean
from lstep_lite.engine.taps import TapInput, Where
from lstep_lite.engine.taps.behaviours import mail
from lstep_lite.models import FieldType
from tests.factories import NOW, a_field, a_survey

assert registry
CODE = "tap-number-1"
MAY = "2026-05-01T00:00"


class Speaker:
    """Says what is written, whoever reads it."""

    public_url = "https://salon.example"
    now = NOW.astimezone()

    def fill(self, text: str, most: int | None = None) -> str:
        return text.replace("[name]", "花子" * 400)[:most]

    def fill_url(self, url: str, most: int | None = None) -> str:
        return url

    def page(self, path: str) -> str:
        return f"https://liff.example/1{path.removeprefix('/liff')}"

    def alias(self, tab: str) -> str:
        return f"alias-of-{tab}"


def kept(session: Session, do: str, where: Where = Where.TEMPLATE, **typed: Any) -> tuple[dict[str, Any], list[str]]:
    """The tap as it is kept, and the paths of what is wrong with it."""
    inputs = (TapInput(where=where),)
    document, problems = clean(session, inputs, {"tap": {"id": CODE, "do": do} | typed})
    return document["tap"], [problem.path for problem in problems]


def line(session: Session, do: str, where: Where = Where.TEMPLATE, **typed: Any) -> Any:
    tap, problems = kept(session, do, where, **typed)
    assert problems == []
    return taps.line_action(tap, Speaker())


@pytest.mark.parametrize(
    ("do", "typed", "action"),
    [
        ("none", {}, None),
        ("phone", {"number": "０３-1234-5678"}, {"type": "uri", "uri": "tel:0312345678"}),
        ("phone", {"number": "+82 2 312 3456"}, {"type": "uri", "uri": "tel:+8223123456"}),
        ("mail", {"address": "a@example.com"}, {"type": "uri", "uri": f"https://salon.example/taps/{CODE}/mail"}),
        ("say", {"text": "予約したい"}, {"type": "message", "text": "予約したい"}),
        ("copy", {"text": "SPRING"}, {"type": "clipboard", "clipboardText": "SPRING"}),
        ("share", {"text": "春 50%"}, {"type": "uri", "uri": "https://line.me/R/share?text=%E6%98%A5%2050%25"}),
        ("pick", {"mode": "time", "from_time": "10:00", "to_time": "19:00"}, {
            "type": "datetimepicker", "data": f"tap={CODE}", "mode": "time",
            "min": "10:00", "initial": "10:00", "max": "19:00",
        }),
        ("pick", {"mode": "date", "limits": "days", "from_days": 1, "to_days": 30}, {
            "type": "datetimepicker", "data": f"tap={CODE}", "mode": "date",
            "min": "2026-03-06", "initial": "2026-03-06", "max": "2026-04-04",
        }),
        ("pick", {"mode": "datetime", "limits": "fixed", "to_moment": "2026-12-31T18:00"}, {
            "type": "datetimepicker", "data": f"tap={CODE}", "mode": "datetime", "max": "2026-12-31T18:00",
        }),
        ("pick", {"mode": "date"}, {"type": "datetimepicker", "data": f"tap={CODE}", "mode": "date"}),
    ],
)  # fmt: skip
def test_each_becomes_the_action_of_line(session: Session, do: str, typed: Any, action: Any) -> None:
    assert line(session, do, **typed) == action


@pytest.mark.parametrize("do", ["say", "copy", "share"])
def test_a_long_name_never_makes_it_too_long_for_line(session: Session, do: str) -> None:
    action = {"label": "押す"} | line(session, do, text="[name]さん")
    buttons = {"type": "buttons", "text": "本文", "actions": [action]}
    assert messages.problems([{"type": "template", "altText": "通知", "template": buttons}]) == []


@pytest.mark.parametrize(
    ("do", "typed", "wrong"),
    [
        ("phone", {"number": "電話"}, "tap.number"),
        ("phone", {}, "tap.number"),
        ("mail", {"address": "花子"}, "tap.address"),
        ("share", {"text": "春" * 200}, "tap.text"),
        ("copy", {"text": "あ" * 1001}, "tap.text"),
        ("pick", {"mode": "time", "from_time": "25:00"}, "tap.from_time"),
        ("pick", {"mode": "time", "from_time": "19:00", "to_time": "10:00"}, "tap.to_time"),
        ("pick", {"limits": "days", "from_days": 5, "to_days": 5}, "tap.to_days"),
        ("pick", {"limits": "fixed", "from_moment": MAY, "to_moment": "2026-04-01T00:00"}, "tap.to_moment"),
        ("pick", {"limits": "fixed", "from_moment": "1492-05-01T00:00"}, "tap.from_moment"),
        ("pick", {"field": "field:999"}, "tap.field"),
        ("pick", {"mode": "time", "field": "system:birthday"}, "tap.field"),
        ("camera", {}, "tap"),
    ],
)  # fmt: skip
def test_what_line_would_refuse_is_refused_where_it_was_typed(
    session: Session, do: str, typed: Any, wrong: str
) -> None:
    assert wrong in kept(session, do, **typed)[1]


def test_phones_do_more_for_quick_replies_and_less_for_imagemaps() -> None:
    assert {"camera", "cameraRoll", "location"} <= {each.name for each in taps.offered(Where.QUICK_REPLY)}
    allowed = {each.name for each in taps.offered(Where.IMAGEMAP)}
    known = {"none", "uri", "open_survey", "open_booking", "open_event", "phone", "mail", "say", "copy", "share"}
    assert allowed == known, "imagemaps know no postback"


MENU = Where.RICH_MENU


@pytest.mark.parametrize(
    ("do", "typed", "action"),
    [
        ("switch_tab", {"tab": "second"}, {
            "type": "richmenuswitch", "richMenuAliasId": "alias-of-second", "data": f"tap={CODE}",
        }),
        ("actions", {"says": "予約", "afterwards": "closeRichMenu", "fill_in": "名前は"}, {
            "type": "postback", "data": f"tap={CODE}", "displayText": "予約", "inputOption": "closeRichMenu",
        }),
        ("actions", {"afterwards": "openKeyboard", "fill_in": "名前は"}, {
            "type": "postback", "data": f"tap={CODE}", "inputOption": "openKeyboard", "fillInText": "名前は",
        }),
        ("actions", {"afterwards": "none"}, {"type": "postback", "data": f"tap={CODE}"}),
    ],
)  # fmt: skip
def test_rich_menus_do_what_nothing_else_can(session: Session, do: str, typed: Any, action: Any) -> None:
    assert line(session, do, MENU, **typed) == action
    elsewhere, problems = kept(session, do, **typed)
    assert problems == ["tap"] or "afterwards" not in elsewhere


@pytest.mark.parametrize(
    ("do", "typed", "wrong"),
    [("switch_tab", {}, "tap.tab"), ("camera", {}, "tap"), ("pick", {"limits": "days"}, "tap.limits")],
)
def test_what_a_menu_can_not_do_for_months_is_refused(session: Session, do: str, typed: Any, wrong: str) -> None:
    assert wrong in kept(session, do, MENU, **typed)[1]


def test_a_menu_shows_everybody_the_same_words_but_answers_each_friend(session: Session) -> None:
    described = TapInput(where=MENU).describe(session, {})
    words = {
        (each["name"], one["name"]): one.get("words") for each in described["behaviours"] for one in each["inputs"]
    }
    personal = {key for key, may in words.items() if may}
    assert personal == {("actions", "reply"), ("pick", "reply")}


def test_every_action_passes_our_own_check_of_quick_replies(session: Session) -> None:
    survey = a_survey(session)
    typed = {"uri": "https://example.com", "number": "090-1234-5678", "address": "a@example.com", "text": "文章"}
    typed |= {"survey": f"{survey.id}:{survey.code}", "page": "own", "event": "all"}
    for each in taps.offered(Where.QUICK_REPLY):
        action = line(session, each.name, Where.QUICK_REPLY, **typed) or {"type": "postback", "data": "x"}
        item = {"type": "action", "action": {"label": "押す"} | action}
        assert messages.problems([{"type": "text", "text": "本文", "quickReply": {"items": [item]}}]) == [], each.name


def test_a_field_that_a_picker_fills_is_mentioned(session: Session) -> None:
    field = a_field(session, FieldType.MOMENT)
    tap, problems = kept(session, "pick", mode="datetime", field=f"field:{field.id}")
    found = next(each for each in taps.registry.behaviours["pick"].inputs if each.name == "field")
    assert problems == [] and list(found.mentioned(tap["field"])) == [("fields", field.id)]


def test_a_mail_link_holds_what_was_typed_and_nothing_else(session: Session) -> None:
    tap, _ = kept(session, "mail", address="a+b@example.com", subject="予約&変更", body="お名前：\nご希望：")
    link = mail.link(tap)
    assert link.startswith("mailto:a%2Bb@example.com?subject=%E4%BA%88%E7%B4%84%26")
    assert "%0D%0A" in link and "&body=" in link


def test_the_clock_of_the_shop_decides_what_today_is(session: Session) -> None:
    tap, _ = kept(session, "pick", mode="date", limits="days", from_days=0, to_days=1)
    late = Speaker()
    late.now = datetime(2026, 3, 6, 0, 30).astimezone()
    action = taps.line_action(tap, late)
    assert action and (action["min"], action["max"]) == ("2026-03-06", "2026-03-07")
