"""What can be tapped: the action travels as `data-action`, and a title says in words what a tap would do."""

import json
from collections.abc import Callable

from .html import Json, element, inner, words

LONGEST_WORDS = 80
PICKERS = {"date": "日付", "time": "時刻", "datetime": "日時"}
INPUTS = {
    "closeRichMenu": "メニューを閉じる",
    "openRichMenu": "メニューを開く",
    "openKeyboard": "文字の入力欄を開く",
    "openVoice": "音声の入力を開く",
}


def tappable(action: object) -> dict[str, str | None]:
    """The attributes of a button with *action*; nothing when there is none. All that a tap needs are its texts."""
    texts = {name: value for name, value in inner(action).items() if isinstance(value, str)}
    if "type" not in texts:
        return {}
    return {"data-action": json.dumps(texts, ensure_ascii=False, separators=(",", ":")), "title": told(texts)}


def area(action: object, *, says_nothing: bool = False) -> dict[str, str | None]:
    """As `tappable`, for what is no button by itself. A picture *says nothing* and gets its words as a label."""
    attributes = tappable(action)
    if not attributes:
        return {}
    label = (_label(inner(action)) or attributes["title"]) if says_nothing else None
    return {**attributes, "role": "button", "tabindex": "0", "aria-label": label}


def button(classes: str, action: object, *, style: str | None = None, before: str = "") -> str:
    """A button with the action's label; one without an action yet stands there all the same, as in a draft."""
    label = element("span", {}, words(_label(inner(action))))
    return element("button", {"type": "button", "class": classes, "style": style, **tappable(action)}, before + label)


def _label(action: Json) -> str | None:
    label = action.get("label")
    return label if isinstance(label, str) and label else None


def told(action: Json) -> str:
    """What a tap would do."""
    say = _TOLD.get(action["type"])
    return f"タップ：{say(action) if say else '何も起こりません'}"


def _uri(action: Json) -> str:
    uri = _text(action, "uri") or _text(action, "linkUri")
    if uri.startswith("tel:"):
        return f"電話をかける {uri.removeprefix('tel:')}"
    if uri.startswith("line:"):
        return "LINEの機能を開く"
    return f"URLを開く {uri}".rstrip()


def _message(action: Json) -> str:
    return f"「{_text(action, 'text')}」と送る"


def _postback(action: Json) -> str:
    shown = _text(action, "displayText") or _text(action, "text")
    said = f"「{shown}」と表示して、お店に知らせる" if shown else "お店に知らせる"
    opened = INPUTS.get(_text(action, "inputOption"))
    return f"{said}（{opened}）" if opened else said


def _picker(action: Json) -> str:
    return f"{PICKERS.get(_text(action, 'mode'), '日時')}を選ぶ"


def _clipboard(action: Json) -> str:
    return f"「{_text(action, 'clipboardText')}」をコピーする"


def _text(action: Json, name: str) -> str:
    value = action.get(name)
    if not isinstance(value, str):
        return ""
    return value if len(value) <= LONGEST_WORDS else value[:LONGEST_WORDS] + "…"


_TOLD: dict[str, Callable[[Json], str]] = {
    "uri": _uri,
    "message": _message,
    "postback": _postback,
    "datetimepicker": _picker,
    "clipboard": _clipboard,
    "camera": lambda action: "カメラを開く",
    "cameraRoll": lambda action: "写真を選んで送る",
    "location": lambda action: "位置情報を送る",
    "richmenuswitch": lambda action: "メニューを切り替える",
}
