"""Cards drawn as Flex, where LINE's templates do not allow what a message says."""

from collections.abc import Sequence

from lstep_lite.engine.messages.rendering import LineObject

GREEN, GREY = "#06C755", "#666666"


def message(alt_text: str, bubbles: Sequence[LineObject]) -> LineObject:
    """One card, or several side by side."""
    contents = bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": list(bubbles)}
    return {"type": "flex", "altText": alt_text, "contents": contents}


def card(body: Sequence[LineObject], buttons: Sequence[LineObject], *, size: str = "kilo") -> LineObject:
    return {
        "type": "bubble",
        "size": size,
        "body": _column(body, spacing="sm"),
        "footer": _column(buttons, spacing="xs"),
    }


def heading(text: str) -> LineObject:
    return {"type": "text", "text": text, "weight": "bold", "size": "lg", "wrap": True}


def paragraph(text: str) -> LineObject:
    return {"type": "text", "text": text, "size": "sm", "color": GREY, "wrap": True}


def picture(url: str, ratio: str, **look: str) -> LineObject:
    return {"type": "image", "url": url, "size": "full", "aspectRatio": ratio, "aspectMode": "cover", **look}


def button(action: LineObject, **look: str) -> LineObject:
    return {"type": "button", "height": "sm", "action": action, **look}


def _column(contents: Sequence[LineObject], spacing: str) -> LineObject:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": list(contents)}
