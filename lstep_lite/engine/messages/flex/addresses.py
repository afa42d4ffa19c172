"""Where the pictures of cards come from: an upload, or an address that a shared value or a field holds."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from lstep_lite.engine.messages.rendering import URL_SAFE, Speaking
from lstep_lite.engine.studio import Choice, Data, File, Input, Text

FROM = {"file": "画像を選ぶ", "words": "共通情報・友だち情報から"}
RATIOS = {
    "auto": "元の画像のまま",
    "20:13": "横長（20:13）",
    "16:9": "横長（16:9）",
    "2:1": "横長（2:1）",
    "3:1": "帯（3:1）",
    "4:3": "やや横長（4:3）",
    "1:1": "正方形（1:1）",
    "3:4": "縦長（3:4）",
}
MODES = {"cover": "枠いっぱいに広げる", "fit": "全体を見せる"}
TALLEST = 3
"""Times as high as wide. https://developers.line.biz/en/reference/messaging-api/#f-image"""
LONGEST = 2000


@dataclass(frozen=True)
class Picture:
    url: str
    ratio: str
    """Of the file itself, where it is known."""


def inputs(shown_if: dict[str, tuple[str, ...]] | None = None) -> tuple[Input, ...]:
    """What to choose for a picture of a card."""
    around = shown_if or {}
    return (
        Choice(name="source", label="画像の選び方", options=FROM, start="file", as_buttons=True, shown_if=around),
        File(
            name="media_id",
            label="画像",
            ratios=("20:13", "1:1", "16:9", "2:1", "4:3", "3:4"),
            shown_if={**around, "source": ("file",)},
        ),
        Text(
            name="address",
            label="画像のアドレス",
            most=LONGEST,
            example="[共通:今月の写真]",
            hint="画像の共通情報や、画像のURLを入れた友だち情報を差し込めます。",
            shown_if={**around, "source": ("words",)},
        ),
        File(
            name="spare_id",
            label="画像がないとき",
            required=False,
            hint="差し込んだ情報が空のお客様に見せる画像です。選ばなければ、何も表示しません。",
            shown_if={**around, "source": ("words",)},
        ),
        Choice(name="ratio", label="縦横の形", options=RATIOS, start="20:13", shown_if=around),
        Choice(name="mode", label="収め方", options=MODES, start="cover", as_buttons=True, shown_if=around),
    )


def find(data: Data, speaking: Speaking) -> Picture | None:
    """The picture to show; None where the words hold no address and nothing stands in for it."""
    if data["source"] == "file":
        return _stored(data["media_id"], speaking)
    url = quote(speaking.fill(data["address"]).strip(), safe=URL_SAFE)
    if _is_picture_address(url):
        return Picture(url, "1:1")
    return _stored(data["spare_id"], speaking) if data["spare_id"] else None


def look(data: Data, picture: Picture) -> dict[str, str]:
    """LINE's properties of the picture."""
    ratio = picture.ratio if data["ratio"] == "auto" else data["ratio"]
    return {"url": picture.url, "size": "full", "aspectRatio": ratio, "aspectMode": data["mode"]}


def ratio_of(width: int, height: int) -> str:
    """As LINE wants it: 1 to 100,000, no more than three times as high as wide."""
    if not width or not height:
        return "1:1"
    return f"{width}:{min(height, TALLEST * width)}"


def _stored(media_id: int, speaking: Speaking) -> Picture:
    file = speaking.file(media_id)
    return Picture(file.url, ratio_of(file.width, file.height))


def _is_picture_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and len(url) <= LONGEST
