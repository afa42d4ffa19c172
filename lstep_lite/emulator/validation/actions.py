"""What a button, an area or a quick reply does when it is tapped."""

from dataclasses import dataclass
from datetime import UTC, datetime

from .report import Json, Place, Report, graphemes

DATA_LENGTH = 300
TEXT_LENGTH = 300
URI_LENGTH = 10_000
CLIPBOARD_LENGTH = 1000
ALIAS_LENGTH = 32
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
PICKER_FORMATS = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime": "%Y-%m-%dT%H:%M"}
PICKER_LENGTHS = {"date": 10, "time": 5, "datetime": 16}
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, 23, 59, tzinfo=UTC)

ANYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")


@dataclass(frozen=True)
class Setting:
    """Where an action stands: which kinds are possible there and what its label may be."""

    kinds: tuple[str, ...]
    label_length: int
    label_needed: bool


TEMPLATE_BUTTON = Setting(ANYWHERE, 20, True)
TEMPLATE_DEFAULT = Setting(ANYWHERE, 20, False)
IMAGE_COLUMN = Setting(ANYWHERE, 12, False)
QUICK_REPLY = Setting((*ANYWHERE, "camera", "cameraRoll", "location"), 20, True)
FLEX_BUTTON = Setting(ANYWHERE, 40, True)
FLEX_AREA = Setting(ANYWHERE, 40, False)
RICH_MENU = Setting((*ANYWHERE, "richmenuswitch"), 20, False)


def check_action(report: Report, action: Json, place: Place, setting: Setting) -> None:
    kind = report.choice(action, "type", place, setting.kinds)
    report.text(action, "label", place, most=setting.label_length, count=graphemes, needed=setting.label_needed)
    if kind == "postback":
        _check_postback(report, action, place)
    elif kind == "message":
        report.text(action, "text", place, most=TEXT_LENGTH, count=graphemes)
    elif kind == "uri":
        _check_uri(report, action, place)
    elif kind == "datetimepicker":
        _check_picker(report, action, place)
    elif kind == "clipboard":
        report.text(action, "clipboardText", place, most=CLIPBOARD_LENGTH)
    elif kind == "richmenuswitch":
        report.text(action, "data", place, most=DATA_LENGTH)
        report.text(action, "richMenuAliasId", place, most=ALIAS_LENGTH)


def _check_postback(report: Report, action: Json, place: Place) -> None:
    report.text(action, "data", place, most=DATA_LENGTH)
    for name in ("displayText", "text", "fillInText"):
        report.text(action, name, place, most=TEXT_LENGTH, count=graphemes, needed=False)
    option = report.choice(action, "inputOption", place, INPUT_OPTIONS, needed=False)
    if "displayText" in action and "text" in action:
        report.add(place.at("text"), "displayText and text cannot be used together")
    if "fillInText" in action and option != "openKeyboard":
        report.add(place.at("fillInText"), "can be used only with inputOption openKeyboard")


def _check_uri(report: Report, action: Json, place: Place) -> None:
    report.link(action, "uri", place, most=URI_LENGTH)
    if "altUri" in action and (desktop := report.object(action, "altUri", place)) is not None:
        report.link(desktop, "desktop", place.at("altUri"), most=URI_LENGTH)


def _check_picker(report: Report, action: Json, place: Place) -> None:
    report.text(action, "data", place, most=DATA_LENGTH)
    mode = report.choice(action, "mode", place, tuple(PICKER_FORMATS))
    if mode is None:
        return
    moments = {name: _moment(report, action, name, place, mode) for name in ("min", "initial", "max")}
    known = [moment for moment in moments.values() if moment is not None]
    is_empty = moments["min"] is not None and moments["min"] == moments["max"]
    if known != sorted(known) or is_empty:
        report.add(place, "min, initial and max must be in this order")


def _moment(report: Report, action: Json, name: str, place: Place, mode: str) -> datetime | None:
    if name not in action:
        return None
    written = str(action[name]).replace("t", "T")
    try:
        if len(written) != PICKER_LENGTHS[mode]:
            raise ValueError(written)
        moment = datetime.strptime(written, PICKER_FORMATS[mode]).replace(tzinfo=UTC)
    except ValueError:
        report.add(place.at(name), f"must match the format of {mode}")
        return None
    if mode != "time" and not EARLIEST <= moment <= LATEST:
        report.add(place.at(name), "must be between 1900-01-01 and 2100-12-31")
        return None
    return moment
