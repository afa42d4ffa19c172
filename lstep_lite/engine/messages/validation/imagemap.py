"""Pictures with areas to tap. https://developers.line.biz/en/reference/messaging-api/#imagemap-message"""

from lstep_lite.engine.messages.validation.nodes import Node

WIDTH = 1040
URI_LIMIT = 1000
ALT_TEXT_LIMIT = 1500


def check(message: Node) -> None:
    message.child("baseUrl").url("画像のアドレス")
    message.child("altText").text("代わりの文字", ALT_TEXT_LIMIT)
    size = message.child("baseSize")
    if size.is_object("画像の大きさ"):
        size.child("width").whole("画像の幅", WIDTH, WIDTH)
        size.child("height").whole("画像の高さ", 1)
    _video(message.child("video"))
    for action in message.child("actions").items("タップ領域", 0, 50):
        _action(action)


def _video(video: Node) -> None:
    if video.is_absent or not video.is_object("動画"):
        return
    video.child("originalContentUrl").url("動画のアドレス")
    video.child("previewImageUrl").url("プレビュー画像のアドレス")
    _area(video.child("area"))
    link = video.child("externalLink")
    if not link.is_absent and link.is_object("動画のあとのリンク"):
        link.child("linkUri").url("動画のあとのリンク先", URI_LIMIT, schemes=("https", "http", "line", "tel"))
        link.child("label").text("動画のあとのリンクの文字", 30)


def _action(action: Node) -> None:
    if not action.is_object("タップ領域"):
        return
    _area(action.child("area"))
    action.child("label").text("タップ領域の説明", 100, required=False)
    kind = action.child("type")
    kind.one_of("タップ領域の種類", ("uri", "message", "clipboard"), required=True)
    if kind.value == "uri":
        action.child("linkUri").url("リンク先", URI_LIMIT, schemes=("https", "http", "line", "tel"))
    elif kind.value == "message":
        action.child("text").text("タップで送る文字", 400)
    elif kind.value == "clipboard":
        action.child("clipboardText").text("コピーする文字", 1000)


def _area(area: Node) -> None:
    if area.is_object("タップ領域の位置"):
        for key, lowest in (("x", 0), ("y", 0), ("width", 1), ("height", 1)):
            area.child(key).whole("タップ領域の位置", lowest)
