"""Pictures, films, sounds, stickers, places and files."""

from urllib.parse import quote

from . import marks, values
from .html import Json, Tools, div, element, span, void, words


def draw_sticker(message: Json, tools: Tools) -> str:
    """LINE gives out no pictures of its stickers: a frame with what it shows."""
    label = words(tools.sticker_words(message))
    return div("line-sticker", f"{marks.SMILE}<span>スタンプ</span><small>{label}</small>")


def draw_image(message: Json, tools: Tools) -> str:
    whole = tools.url(message.get("originalContentUrl"))
    small = tools.url(message.get("previewImageUrl")) or whole
    if small is None:
        return tile(marks.PICTURE, "画像")
    image = void("img", {"src": small, "alt": "画像", "loading": "lazy"})
    return element(
        "a", {"class": "line-media", "href": whole or small, "target": "_blank", "rel": "noopener noreferrer"}, image
    )


def draw_video(message: Json, tools: Tools) -> str:
    """`data-tracking-id` asks whoever plays it to the end to say so."""
    url, tracked = tools.url(message.get("originalContentUrl")), message.get("trackingId")
    if url is None:
        return tile(marks.PLAY, "動画")
    attributes = {
        "class": "line-media",
        "controls": "",
        "playsinline": "",
        "preload": "none",
        "src": url,
        "poster": tools.url(message.get("previewImageUrl")),
        "data-tracking-id": tracked if isinstance(tracked, str) and tracked else None,
    }
    return element("video", attributes)


def draw_audio(message: Json, tools: Tools) -> str:
    url, seconds = tools.url(message.get("originalContentUrl")), _seconds(message.get("duration"))
    if url is None:
        return tile(marks.SOUND, "音声", seconds)
    player = element("audio", {"controls": "", "preload": "none", "src": url})
    return div("line-audio", player + (f"<small>{words(seconds)}</small>" if seconds else ""))


def _seconds(milliseconds: object) -> str:
    """1:05"""
    found = values.number(milliseconds)
    if found is None or found < 0:
        return ""
    minutes, seconds = divmod(round(found / 1000), 60)
    return f"{minutes}:{seconds:02}"


def draw_file(message: Json, tools: Tools) -> str:
    name, size = message.get("fileName"), values.number(message.get("fileSize"))
    kilobytes = f"{max(1, round(size / 1024)):,} KB" if size is not None and size >= 0 else ""
    return tile(marks.PAPER, name if isinstance(name, str) and name else "ファイル", kilobytes)


def draw_location(message: Json, tools: Tools) -> str:
    """A card that opens the place on a map; the map itself is not ours to show."""
    title, address = message.get("title"), message.get("address")
    latitude, longitude = values.number(message.get("latitude")), values.number(message.get("longitude"))
    body = f"<strong>{words(title) or '位置情報'}</strong>" + (f"<small>{words(address)}</small>" if address else "")
    card = div("line-map", marks.PIN) + div("line-place", body)
    if latitude is None or longitude is None:
        return div("line-location", card)
    url = f"https://www.google.com/maps/search/?api=1&query={quote(f'{latitude:.6f},{longitude:.6f}')}"
    link = {"class": "line-location", "href": url, "target": "_blank", "rel": "noopener noreferrer"}
    return element("a", {**link, "title": "タップ：地図を開く"}, card)


def draw_coupon(message: Json, tools: Tools) -> str:
    """The message holds nothing but the coupon's id; LINE fills in the rest."""
    return tile(marks.TICKET, "LINEのクーポン", "タップするとクーポンが開きます")


def draw_unknown(message: Json, tools: Tools) -> str:
    alternative = message.get("altText")
    return tile(marks.BUBBLE, alternative if isinstance(alternative, str) and alternative else "メッセージ")


def tile(mark: str, title: str, text: str = "") -> str:
    """A sign with a few words, for what cannot be shown itself."""
    small = f"<small>{words(text)}</small>" if text else ""
    return div("line-bubble line-tile", mark + span("", words(title) + small))
