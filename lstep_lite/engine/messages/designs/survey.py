"""アンケートのお願い"""

from lstep_lite.engine.messages.designs.palette import CLAY, CREAM, INK, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, paint, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

HAPPY = "ありがとうございます。とてもうれしいです。次のご来店もお待ちしています。"
SORRY = "お聞かせいただきありがとうございます。よろしければ、気になった点をこのトークで教えてください。"
ANSWERS = (("😊 とてもよかった", HAPPY), ("🙂 よかった", HAPPY), ("😐 ふつう", SORRY), ("😢 いまひとつ", SORRY))


@design("survey", label="アンケートのお願い", lead="タップひとつで答えられる、1問だけの質問。")
def make(sample: Sample) -> Data:
    body = [
        text("1問だけ・10秒で終わります", size="xs", color=CLAY, align="center", bold=True),
        text("今日のご来店は\nいかがでしたか？", size="xl", bold=True, color=INK, align="center", margin="md"),
        text(
            "[name]さまの声を、これからのお店づくりに活かします。", size="sm", color=SOFT, align="center", margin="md"
        ),
    ]
    footer = [button(label, reply=reply, style="secondary", color="#f3e7d8", margin="sm") for label, reply in ANSWERS]
    thanks = text("お礼に、次回の200円引きをさしあげます", size="xs", color=CLAY, align="center", margin="md")
    colors = paint(body_color=CREAM, footer_color=CREAM, padding="xxl")
    return document("アンケートのお願い", card(body=body, footer=[*footer, thanks], **colors))
