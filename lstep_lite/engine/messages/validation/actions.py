"""Actions: what a tap does. https://developers.line.biz/en/reference/messaging-api/#action-objects"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lstep_lite.engine.messages.validation.nodes import Node
from lstep_lite.engine.text import grapheme_count

URI_LIMIT = 10_000
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
ANYWHERE = frozenset({"postback", "message", "uri", "datetimepicker", "clipboard"})
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2100, 12, 31, 23, 59)  # noqa: DTZ001 - LINE's pickers know no zone
PICKER_FORMATS = {"date": ("%Y-%m-%d",), "time": ("%H:%M",), "datetime": ("%Y-%m-%dT%H:%M", "%Y-%m-%dt%H:%M")}
PICKER_SHAPES = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d"),
}


@dataclass(frozen=True)
class Place:
    """Where an action stands decides how long its label may be and which kinds are allowed."""

    label_limit: int
    needs_label: bool
    kinds: frozenset[str] = ANYWHERE


TEMPLATE = Place(20, needs_label=True)
IMAGE_CAROUSEL = Place(12, needs_label=False)
QUICK_REPLY = Place(20, needs_label=True, kinds=ANYWHERE | {"camera", "cameraRoll", "location"})
FLEX_BUTTON = Place(40, needs_label=True)
FLEX_AREA = Place(40, needs_label=False)


def check(action: Node, place: Place) -> None:
    if not action.is_object("アクション"):
        return
    kind = action.child("type")
    if kind.word not in place.kinds:
        kind.problem("ここでは使えない種類のアクションです。")
        return
    label = action.child("label")
    label.text("ボタンの文字", place.label_limit, required=place.needs_label, length=grapheme_count)
    if kind.word in _CHECKS:
        _CHECKS[kind.word](action)


def _postback(action: Node) -> None:
    action.child("data").text("ポストバックのデータ", 300)
    action.child("displayText").text("タップ後に表示する文字", 300, required=False, length=grapheme_count)
    action.child("text").text("タップ後に送る文字", 300, required=False, length=grapheme_count)
    if not action.child("displayText").is_absent and not action.child("text").is_absent:
        action.child("text").problem("displayText と text は一緒に使えません。")
    action.child("inputOption").one_of("入力欄の動き", INPUT_OPTIONS)
    filled = action.child("fillInText")
    filled.text("入力欄に入れておく文字", 300, required=False, length=grapheme_count)
    if not filled.is_absent and action.child("inputOption").value != "openKeyboard":
        filled.problem("fillInText は inputOption が openKeyboard のときだけ使えます。")


def _message(action: Node) -> None:
    action.child("text").text("タップで送る文字", 300, length=grapheme_count)


def _uri(action: Node) -> None:
    action.child("uri").url("リンク先", URI_LIMIT, schemes=("https", "http", "line", "tel"))
    desktop = action.child("altUri")
    if not desktop.is_absent and desktop.is_object("パソコン用のリンク先"):
        desktop.child("desktop").url("パソコン用のリンク先", URI_LIMIT, schemes=("https", "http"))


def _datetimepicker(action: Node) -> None:
    action.child("data").text("日時選択のデータ", 300)
    mode = action.child("mode")
    mode.one_of("日時選択の種類", tuple(PICKER_FORMATS), required=True)
    if mode.word not in PICKER_FORMATS:
        return
    initial, latest, earliest = (_moment(action.child(key), mode.word) for key in ("initial", "max", "min"))
    if earliest and latest and earliest >= latest:
        action.child("min").problem("選べる範囲の始まりは、終わりより前にしてください。")
    if initial and ((earliest and initial < earliest) or (latest and initial > latest)):
        action.child("initial").problem("最初に表示する日時を、選べる範囲の中にしてください。")


def _moment(node: Node, mode: str) -> datetime | None:
    if node.is_absent:
        return None
    moment = _parsed(str(node.value), mode)
    if moment is None or (mode != "time" and not EARLIEST <= moment <= LATEST):
        node.problem("日時の書き方が正しくないか、1900年から2100年の範囲にありません。")
        return None
    return moment


def _parsed(text: str, mode: str) -> datetime | None:
    if not PICKER_SHAPES[mode].fullmatch(text):
        return None
    for form in PICKER_FORMATS[mode]:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - a clock on a wall, wherever it hangs
        except ValueError:
            continue
    return None


def _clipboard(action: Node) -> None:
    action.child("clipboardText").text("コピーする文字", 1000)


_CHECKS: dict[str, Callable[[Node], None]] = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _datetimepicker,
    "clipboard": _clipboard,
}
