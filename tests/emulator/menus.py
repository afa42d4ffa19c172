"""A rich menu to try things with: two areas side by side, the second of which leads to another menu."""

import io
from typing import Any

from linebot.v3.messaging import MessagingApi, MessagingApiBlob, RichMenuRequest
from PIL import Image

SIZE = (800, 540)


def area(x: int, **action: Any) -> dict[str, Any]:
    return {"bounds": {"x": x, "y": 0, "width": 400, "height": 540}, "action": action}


MENU: dict[str, Any] = {
    "size": {"width": SIZE[0], "height": SIZE[1]},
    "selected": True,
    "name": "春のメニュー",
    "chatBarText": "メニュー",
    "areas": [
        area(0, type="postback", label="予約", data="tap:1", displayText="予約する"),
        area(400, type="richmenuswitch", richMenuAliasId="second", data="tap:2"),
    ],
}


def picture(size: tuple[int, int] = SIZE, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def a_menu(line: MessagingApi, blob: MessagingApiBlob, *areas: dict[str, Any]) -> str:
    """A menu with its picture."""
    body = MENU | ({"areas": list(areas)} if areas else {})
    made = line.create_rich_menu(RichMenuRequest.from_dict(body), _request_timeout=5).rich_menu_id
    blob.set_rich_menu_image(made, body=picture(), _headers={"Content-Type": "image/png"}, _request_timeout=5)
    return made
