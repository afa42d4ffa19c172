"""A place on the map. https://developers.line.biz/en/reference/messaging-api/#location-message"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Cleaning, Text
from lstep_lite.engine.text import cut_utf16

LONGEST = 100
"""Of name and address."""
NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
LINKS = (
    re.compile(rf"!3d{NUMBER}!4d{NUMBER}"),  # the place itself
    re.compile(rf"[?&](?:q|query|ll|center|destination|daddr|coordinate)=(?:loc:)?{NUMBER},\+?{NUMBER}"),
    re.compile(rf"/(?:place|search|dir/[^/]*)/{NUMBER},\+?{NUMBER}"),
    re.compile(rf"@{NUMBER},{NUMBER}"),  # the middle of the map: good enough where the place is not told
)
"""Where links to maps tell a point, best first."""
PAIR = re.compile(rf"\(?\s*{NUMBER}\s*[,、\s]\s*{NUMBER}\s*\)?")
SHORT_LINKS = ("maps.app.goo.gl", "goo.gl/maps", "g.co/")
HOW = "Googleマップで場所を右クリック（スマートフォンでは長押し）すると「35.68, 139.76」のような数字が出ます。"


@dataclass(frozen=True, kw_only=True)
class MapPoint(Text):
    """A point, kept as `35.6812,139.7671`. A link to a map is read, not followed."""

    most: int = 2000
    words: bool = False

    def clean(self, value: Any, here: Cleaning) -> str:
        typed = super().clean(value, here)
        if not typed:
            return ""
        point = parse(typed)
        if point is None:
            here.refuse(_why_not(typed))
            return typed
        return ",".join(_plain(degrees) for degrees in point)


def parse(typed: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None when *typed* tells none that exist."""
    text = unicodedata.normalize("NFKC", unquote(typed)).strip()
    found = PAIR.fullmatch(text) or next((match for link in LINKS if (match := link.search(text))), None)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _plain(degrees: float) -> str:
    """Seven decimals are a centimetre."""
    return f"{degrees:.7f}".rstrip("0").rstrip(".")


def _why_not(typed: str) -> str:
    if any(host in typed for host in SHORT_LINKS):
        return f"短いリンクからは場所を読み取れません。ブラウザで開いたあとの長いアドレスを貼り付けてください。{HOW}"
    return f"地図の場所を読み取れません。{HOW}それを貼り付けてください。"


@kind
class Location(Kind):
    name = "location"
    label = "位置情報"
    icon = "map-pin"
    order = 60
    lead = "お店の場所を地図で送ります。"
    inputs = (
        Text(name="title", label="場所の名前", most=LONGEST, count="utf16", example="サロン花 表参道店"),
        Text(name="address", label="住所", most=LONGEST, count="utf16", example="東京都渋谷区神宮前1-2-3"),
        MapPoint(
            name="point",
            label="地図の場所",
            hint=f"GoogleマップのURLか、緯度と経度を貼り付けてください。{HOW}",
            example="35.6812, 139.7671",
        ),
    )

    def preview(self, block: Block) -> str:
        return f"［位置情報］{block['title']}"

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        latitude, longitude = parse(block["point"]) or (0.0, 0.0)
        return [
            {
                "type": "location",
                "title": cut_utf16(speaking.words(block["title"], LONGEST), LONGEST),
                "address": cut_utf16(speaking.words(block["address"], LONGEST), LONGEST),
                "latitude": latitude,
                "longitude": longitude,
            }
        ]
