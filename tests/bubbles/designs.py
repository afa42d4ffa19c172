"""Flex messages that use every part of the box model, for drawing them and for measuring what was drawn."""

from typing import Any

Json = dict[str, Any]
PICTURE = "https://demo.lstep.invalid/media/petals"
STAR = "https://demo.lstep.invalid/media/star"


def flex(contents: Json) -> Json:
    return {"type": "flex", "altText": "今月のお知らせ", "contents": contents}


def bubble(*contents: Json, **blocks: Any) -> Json:
    return {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(contents)}, **blocks}


def box(layout: str, *contents: Json, **more: Any) -> Json:
    return {"type": "box", "layout": layout, "contents": list(contents), **more}


def text(words: str, **more: Any) -> Json:
    return {"type": "text", "text": words, **more}


def carousel(*bubbles: Json) -> Json:
    return {"type": "carousel", "contents": list(bubbles)}


def button(label: str, **more: Any) -> Json:
    return {"type": "button", "action": {"type": "postback", "label": label, "data": "a"}, **more}


def image(**more: Any) -> Json:
    return {"type": "image", "url": PICTURE, **more}


def menu_card() -> Json:
    """A card as salons send it: picture with a badge, stars, price list, buttons."""
    badge = box(
        "vertical", text("NEW", size="xs", color="#ffffff", align="center"), position="absolute", offsetTop="18px",
        offsetStart="18px", width="53px", height="25px", backgroundColor="#d6336c", cornerRadius="20px",
    )  # fmt: skip
    stars = [{"type": "icon", "url": STAR, "size": "sm"} for _ in range(5)]
    prices = [
        box("baseline", text(name, flex=2, color="#555555", size="sm"), text(price, flex=1, align="end", size="sm"))
        for name, price in (("カット", "¥5,500"), ("カラー", "¥8,800"), ("トリートメント", "¥3,300"))
    ]
    buttons = [button("予約する", style="primary", color="#0f766e"), button("電話", style="link")]
    return bubble(
        box("vertical", image(size="full", aspectRatio="20:13", aspectMode="cover"), badge, paddingAll="none"),
        text("髪質改善コース", size="xl", weight="bold", margin="lg"),
        box("baseline", *stars, text("4.8", size="sm", color="#999999", margin="md", flex=0), spacing="xs"),
        {"type": "separator", "margin": "lg"},
        box("vertical", *prices, spacing="sm", margin="lg"),
        size="mega",
        styles={"footer": {"separator": True, "separatorColor": "#dddddd"}},
        footer=box("horizontal", *buttons, spacing="sm"),
    )


def every_kind() -> list[Json]:
    """One message of each kind, with nearly every property that LINE knows."""
    link = {"type": "uri", "label": "見る", "uri": "https://example.com/menu"}
    say = {"type": "message", "label": "予約", "text": "予約したいです"}
    ask = {"type": "postback", "label": "相談", "data": "a", "displayText": "相談", "inputOption": "openKeyboard"}
    pick = {"type": "datetimepicker", "label": "日時", "data": "d", "mode": "datetime", "initial": "2026-12-01T10:00"}
    panel = {
        "thumbnailImageUrl": PICTURE,
        "title": "5月",
        "text": "特典",
        "defaultAction": link,
        "actions": [say, pick],
    }
    area = {"x": 0, "y": 0, "width": 520, "height": 350}
    film = {"originalContentUrl": PICTURE, "previewImageUrl": PICTURE, "trackingId": "t"}
    quick = {"items": [{"type": "action", "imageUrl": PICTURE, "action": action} for action in (ask, link)]}
    hero = {"type": "video", "url": PICTURE, "previewUrl": PICTURE, "aspectRatio": "20:13", "action": link}
    gradient = {
        "type": "linearGradient", "angle": "45deg", "startColor": "#000000", "endColor": "#ffffff",
        "centerColor": "#ff0000", "centerPosition": "30%",
    }  # fmt: skip
    spans = [
        {"type": "span", "text": "太字", "weight": "bold", "color": "#111111", "size": "lg", "decoration": "underline"}
    ]
    frame = box(
        "vertical", text("枠", action=say), image(action=link, backgroundColor="#eeeeee"), {"type": "filler"},
        {"type": "text", "contents": spans, "wrap": True, "lineSpacing": "4px", "adjustMode": "shrink-to-fit"},
        background=gradient, borderWidth="light", borderColor="#cccccc", maxWidth="90%", paddingAll="lg", action=ask,
        position="absolute", offsetTop="1px", offsetStart="2%", justifyContent="center", alignItems="center",
    )  # fmt: skip
    return [
        {"type": "text", "text": "こんにちは$ https://example.com", "emojis": [{"index": 5, "productId": "p"}]},
        {"type": "textV2", "text": "{a}さん {b}", "substitution": {"a": {"type": "emoji"}, "b": {"type": "mention"}}},
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "image", "originalContentUrl": PICTURE, "previewImageUrl": PICTURE},
        {"type": "video", **film},
        {"type": "audio", "originalContentUrl": PICTURE, "duration": 6000},
        {"type": "file", "fileName": "同意書.pdf", "fileSize": 2048},
        {"type": "location", "title": "サロン花", "address": "花町", "latitude": 35.6, "longitude": 139.7},
        {"type": "coupon", "couponId": "01"},
        {
            "type": "hologram",
            "altText": "お知らせ",
            "sender": {"name": "店長", "iconUrl": PICTURE},
            "quickReply": quick,
        },
        {"type": "template", "altText": "a", "template": {"type": "buttons", **panel, "imageSize": "contain"}},
        {"type": "template", "altText": "a", "template": {"type": "confirm", "text": "はい？", "actions": [say, ask]}},
        {"type": "template", "altText": "a", "template": {"type": "carousel", "columns": [panel, panel]}},
        {
            "type": "template",
            "template": {"type": "image_carousel", "columns": [{"imageUrl": PICTURE, "action": link}]},
        },
        {
            "type": "imagemap",
            "baseUrl": PICTURE,
            "baseSize": {"width": 1040, "height": 700},
            "actions": [{"type": "uri", "linkUri": "https://example.com", "label": "見る", "area": area}],
            "video": {**film, "area": area, "externalLink": {"linkUri": "https://example.com", "label": "続き"}},
        },
        flex(menu_card()),
        flex(carousel(bubble(frame, direction="rtl", action=link), bubble(text("a"), size="nano"))),
        flex(bubble(text("a"), hero=hero)),
    ]
