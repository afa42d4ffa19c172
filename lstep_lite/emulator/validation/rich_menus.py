"""Rich menus: their size, their words, and the areas that can be tapped."""

from ..refusals import body_errors
from .actions import RICH_MENU, check_action
from .report import Json, Place, Report, graphemes

NAME_LENGTH = 300
CHAT_BAR_LENGTH = 14
MOST_AREAS = 20
WIDTHS = (800, 2500)
LEAST_HEIGHT = 250
LEAST_RATIO = 1.45
WHOLE = Place("")


def require_rich_menu(body: Json) -> None:
    """Raises Refused for a rich menu object that LINE would not create."""
    report = Report()
    _check_size(report, body)
    if _is_given(report, body, "selected") and not isinstance(body["selected"], bool):
        report.add(Place("selected"), "must be true or false")
    for name, most in (("name", NAME_LENGTH), ("chatBarText", CHAT_BAR_LENGTH)):
        if _is_given(report, body, name):
            report.text(body, name, WHOLE, most=most, count=graphemes)
    if _is_given(report, body, "areas"):
        for area, place in report.objects(body, "areas", WHOLE, least=0, most=MOST_AREAS):
            _check_area(report, area, place, body.get("size"))
    if report.errors:
        raise body_errors(*report.errors)


def is_allowed_size(width: int, height: int) -> bool:
    return WIDTHS[0] <= width <= WIDTHS[1] and height >= LEAST_HEIGHT and width / height >= LEAST_RATIO


def _is_given(report: Report, body: Json, name: str) -> bool:
    if body.get(name) is None:
        report.add(Place(name), "must be specified")
        return False
    return True


def _check_size(report: Report, body: Json) -> None:
    if not _is_given(report, body, "size"):
        return
    size, found = report.object(body, "size", WHOLE), len(report.errors)
    if size is None:
        return
    report.whole_number(size, "width", Place("size"), least=WIDTHS[0], most=WIDTHS[1])
    report.whole_number(size, "height", Place("size"), least=LEAST_HEIGHT)
    if len(report.errors) == found and not is_allowed_size(size["width"], size["height"]):
        report.add(Place("size"), f"width / height must be {LEAST_RATIO} or more")


def _check_area(report: Report, area: Json, place: Place, size: object) -> None:
    bounds = report.object(area, "bounds", place)
    if bounds is not None:
        _check_bounds(report, bounds, place.at("bounds"), size if isinstance(size, dict) else {})
    action = report.object(area, "action", place)
    if action is not None:
        check_action(report, action, place.at("action"), RICH_MENU)


def _check_bounds(report: Report, bounds: Json, place: Place, size: Json) -> None:
    found = len(report.errors)
    for start, length, side in (("x", "width", "width"), ("y", "height", "height")):
        report.whole_number(bounds, start, place, least=0)
        report.whole_number(bounds, length, place, least=1)
        edge = size.get(side)
        if len(report.errors) == found and type(edge) is int and bounds[start] + bounds[length] > edge:
            report.add(place, f"must not exceed the {side} of the rich menu")
