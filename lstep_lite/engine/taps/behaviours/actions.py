"""Run an action set, and answer."""

from lstep_lite.engine.studio import Actions, Data, Text
from lstep_lite.engine.taps.registry import TOLD_OF, Behaviour, LineObject, Speaker, behaviour, postback


def reply_text(more: str = "") -> Text:
    """What is answered at once; *more* of a hint."""
    hint = f"無料の返信として送ります。{more}"
    return Text(name="reply", label="返信する文章", lines=3, most=5000, count="utf16", required=False, hint=hint)


@behaviour
class RunActions(Behaviour):
    name = "actions"
    label = "アクションを実行・返信する"
    icon = "bolt"
    order = 10
    places = TOLD_OF
    answers = True
    inputs = (
        reply_text(),
        Actions(),
        Text(
            name="says",
            label="お客様の発言として表示する文字",
            most=300,
            required=False,
            words=False,
            hint="空なら、タップしたことはトークに表示されません。",
        ),
    )

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        return postback(tap) | ({"displayText": tap["says"]} if tap["says"] else {})
