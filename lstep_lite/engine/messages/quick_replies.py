"""Quick replies: buttons above the keyboard, below the last message.

https://developers.line.biz/en/docs/messaging-api/using-quick-reply/
"""

from collections.abc import Sequence

from lstep_lite.engine.messages.rendering import LineObject, Speaking
from lstep_lite.engine.studio import Condition, Data, Element, File, Items, Text
from lstep_lite.engine.taps import TapInput, Where

MOST = 13
LABEL = 20
QUICK_REPLY = Element(
    name="quick_reply",
    label="クイックリプライ",
    icon="hand-click",
    title="label",
    inputs=(
        Text(name="label", label="ボタンの文字", most=LABEL),
        TapInput(where=Where.QUICK_REPLY, start="actions"),
        File(name="media_id", label="アイコン", required=False, ratios=("1:1",), hint="正方形の小さな絵です。"),
        Condition(),
    ),
)
INPUTS = (
    Items(
        name="quick_replies",
        label="クイックリプライ",
        hint="メッセージの下に並ぶボタンです。1つ押すか、新しいメッセージが届くと消えます。スマートフォンだけに表示されます。",
        of=lambda: (QUICK_REPLY,),
        most=MOST,
        noun="ボタン",
    ),
)


def render(items: Sequence[Data], speaking: Speaking) -> LineObject | None:
    """LINE's quickReply object; None when nothing of it is for this friend."""
    shown = [_item(item, speaking) for item in items if speaking.is_shown(item)]
    return {"items": shown} if shown else None


def _item(item: Data, speaking: Speaking) -> LineObject:
    drawn: LineObject = {"type": "action", "action": speaking.action_always(item["tap"], item["label"], LABEL)}
    if item["media_id"]:
        drawn["imageUrl"] = speaking.file(item["media_id"]).preview_url
    return drawn
