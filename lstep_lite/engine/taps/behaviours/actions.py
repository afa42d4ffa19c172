"""Run an action set, and answer."""

from lstep_lite.engine.studio import Actions, Choice, Data, Text
from lstep_lite.engine.taps.registry import TOLD_OF, Behaviour, LineObject, Speaker, behaviour, postback

AFTERWARDS = {
    "none": "メニューを開いたままにする",
    "closeRichMenu": "メニューを閉じる",
    "openKeyboard": "文字の入力を始めてもらう",
    "openVoice": "音声の入力を始めてもらう",
}
"""LINE's names for what the phone does then. https://developers.line.biz/en/reference/messaging-api/#postback-action"""


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

    menu_inputs = (
        Choice(name="afterwards", label="押したあと", options=AFTERWARDS, start="none"),
        Text(
            name="fill_in",
            label="入力欄に入れておく文字",
            most=300,
            lines=2,
            required=False,
            words=False,
            shown_if={"afterwards": ("openKeyboard",)},
            hint="お客様は続きを書くだけになります。スマートフォンのLINE（12.6以降）で使えます。",
        ),
    )

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        afterwards = tap.get("afterwards", "none")
        more = {
            "displayText": tap["says"],
            "inputOption": "" if afterwards == "none" else afterwards,
            "fillInText": tap.get("fill_in", ""),
        }
        return postback(tap) | {name: text for name, text in more.items() if text}
