"""Image maps: an image with areas to tap and perhaps a video in it."""

from .report import Json, Place, Report

BASE_WIDTH = 1040
ALT_TEXT_LENGTH = 1500
MOST_ACTIONS = 50
URI_LENGTH = 1000
MESSAGE_LENGTH = 400
CLIPBOARD_LENGTH = 1000
LABEL_LENGTH = 100
VIDEO_LABEL_LENGTH = 30
KINDS = ("uri", "message", "clipboard")


def check_imagemap(report: Report, message: Json, place: Place) -> None:
    report.https_url(message, "baseUrl", place)
    report.text(message, "altText", place, most=ALT_TEXT_LENGTH)
    size = report.object(message, "baseSize", place)
    if size is not None:
        report.whole_number(size, "width", place.at("baseSize"), least=BASE_WIDTH, most=BASE_WIDTH)
        report.whole_number(size, "height", place.at("baseSize"), least=1)
    for action, action_place in report.objects(message, "actions", place, least=0, most=MOST_ACTIONS):
        _check_action(report, action, action_place)
    if "video" in message:
        _check_video(report, message, place)


def _check_action(report: Report, action: Json, place: Place) -> None:
    kind = report.choice(action, "type", place, KINDS)
    report.text(action, "label", place, most=LABEL_LENGTH, needed=False)
    _check_area(report, action, place)
    if kind == "uri":
        report.link(action, "linkUri", place, most=URI_LENGTH)
    elif kind == "message":
        report.text(action, "text", place, most=MESSAGE_LENGTH)
    elif kind == "clipboard":
        report.text(action, "clipboardText", place, most=CLIPBOARD_LENGTH)


def _check_area(report: Report, owner: Json, place: Place) -> None:
    area = report.object(owner, "area", place)
    if area is None:
        return
    for name in ("x", "y"):
        report.whole_number(area, name, place.at("area"), least=0)
    for name in ("width", "height"):
        report.whole_number(area, name, place.at("area"), least=1)


def _check_video(report: Report, message: Json, place: Place) -> None:
    video = report.object(message, "video", place)
    if video is None:
        return
    place = place.at("video")
    report.https_url(video, "originalContentUrl", place)
    report.https_url(video, "previewImageUrl", place)
    _check_area(report, video, place)
    if "externalLink" in video and (link := report.object(video, "externalLink", place)) is not None:
        report.link(link, "linkUri", place.at("externalLink"), most=URI_LENGTH)
        report.text(link, "label", place.at("externalLink"), most=VIDEO_LABEL_LENGTH)
