"""ありがとう"""

from lstep_lite.engine.messages.designs.palette import INK, ROSE, ROSE_PALE, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, frame, hero, points, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

TIPS = (
    "今夜はこすらず、やさしく洗ってください",
    "根もとから乾かすと形が整います",
    "3週間をめどに前髪のお直し（無料）へ",
)
REPLY = "ありがとうございます。気になるところがあれば、どんなことでもこのトークで教えてください。"


@design("thanks", label="ありがとう", lead="ご来店のお礼と、おうちでのお手入れ。", pictures=["flowers"])
def make(sample: Sample) -> Data:
    body = [
        text("Thank you", size="sm", color=ROSE, align="center", details=True, italic=True),
        text("ありがとうございました", size="xl", bold=True, color=INK, align="center", margin="sm"),
        text(
            "[name]さま、今日はお時間をいただきありがとうございました。またお会いできる日を、スタッフ一同楽しみにしています。",
            size="sm",
            color=SOFT,
            margin="lg",
        ),
        frame(
            text("おうちでのお手入れ", size="xs", bold=True, color=ROSE),
            points(*TIPS, mark="check", mark_color=ROSE, color=INK, margin="md"),
            color=ROSE_PALE,
            corner="xl",
            margin="xl",
        ),
    ]
    footer = [button("お店に感想を送る", reply=REPLY, color=ROSE)]
    made = card(**hero(sample.pictures["flowers"], ratio="2:1"), body=body, footer=footer)
    return document("ご来店ありがとうございました", made)
