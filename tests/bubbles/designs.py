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
