"""Template messages: buttons, confirm, carousel, image carousel."""

import re

from .actions import IMAGE_COLUMN, TEMPLATE_BUTTON, TEMPLATE_DEFAULT, Setting, check_action
from .report import Json, Place, Report, graphemes

ALT_TEXT_LENGTH = 1500
TITLE_LENGTH = 40
CONFIRM_LENGTH = 240
SHORT_TEXT_LENGTH = 60  # beside an image or a title
BUTTONS_TEXT_LENGTH = 160
COLUMN_TEXT_LENGTH = 120
MOST_COLUMNS = 10
KINDS = ("buttons", "confirm", "carousel", "image_carousel")
ASPECT_RATIOS = ("rectangle", "square")
IMAGE_SIZES = ("cover", "contain")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def check_template(outer: Report, inner: Report, message: Json, place: Place) -> None:
    outer.text(message, "altText", place, most=ALT_TEXT_LENGTH)
    template = outer.object(message, "template", place)
    if template is None:
        return
    place = place.at("template")
    kind = outer.choice(template, "type", place, KINDS)
    if kind == "buttons":
        _check_card(outer, template, place, text_length=BUTTONS_TEXT_LENGTH, most_actions=4)
        _check_image_style(outer, template, place)
    elif kind == "confirm":
        outer.text(template, "text", place, most=CONFIRM_LENGTH, count=graphemes)
        _check_actions(outer, template, place, least=2, most=2)
    elif kind == "carousel":
        _check_carousel(outer, inner, template, place)
    elif kind == "image_carousel":
        _check_image_carousel(outer, template, place)


def _check_card(report: Report, card: Json, place: Place, *, text_length: int, most_actions: int) -> None:
    """What the buttons template and a carousel's column have in common."""
    report.https_url(card, "thumbnailImageUrl", place, needed=False)
    report.text(card, "title", place, most=TITLE_LENGTH, count=graphemes, needed=False)
    has_head = card.get("thumbnailImageUrl") or card.get("title")
    report.text(card, "text", place, most=SHORT_TEXT_LENGTH if has_head else text_length, count=graphemes)
    if "imageBackgroundColor" in card and not COLOUR.fullmatch(str(card["imageBackgroundColor"])):
        report.add(place.at("imageBackgroundColor"), "invalid color")
    if "defaultAction" in card and (action := report.object(card, "defaultAction", place)) is not None:
        check_action(report, action, place.at("defaultAction"), TEMPLATE_DEFAULT)
    _check_actions(report, card, place, least=1, most=most_actions)


def _check_image_style(report: Report, template: Json, place: Place) -> None:
    report.choice(template, "imageAspectRatio", place, ASPECT_RATIOS, needed=False)
    report.choice(template, "imageSize", place, IMAGE_SIZES, needed=False)


def _check_actions(
    report: Report, owner: Json, place: Place, *, least: int, most: int, setting: Setting = TEMPLATE_BUTTON
) -> None:
    for action, action_place in report.objects(owner, "actions", place, least=least, most=most):
        check_action(report, action, action_place, setting)


def _check_carousel(outer: Report, inner: Report, template: Json, place: Place) -> None:
    _check_image_style(outer, template, place)
    columns = outer.objects(template, "columns", place, least=1, most=MOST_COLUMNS)
    for column, column_place in columns:
        _check_card(outer, column, column_place, text_length=COLUMN_TEXT_LENGTH, most_actions=3)
    if len({_count_of(column.get("actions")) for column, _ in columns}) > 1:
        inner.add(Place("template.columns"), "all columns must have the same number of actions")
    if len({(bool(column.get("thumbnailImageUrl")), bool(column.get("title"))) for column, _ in columns}) > 1:
        inner.add(Place("template.columns"), "images and titles must be used in all columns or in none")


def _count_of(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _check_image_carousel(report: Report, template: Json, place: Place) -> None:
    for column, column_place in report.objects(template, "columns", place, least=1, most=MOST_COLUMNS):
        report.https_url(column, "imageUrl", column_place)
        action = report.object(column, "action", column_place)
        if action is not None:
            check_action(report, action, column_place.at("action"), IMAGE_COLUMN)
