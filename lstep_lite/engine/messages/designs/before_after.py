"""ビフォーアフター"""

from lstep_lite.engine.messages.designs.palette import CREAM, INK, ROSE, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, columns, paint, part, picture, table, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

REPLY = "ご相談ありがとうございます。いまの髪のお悩みと、なりたいイメージをこのトークで教えてください。写真も送れます。"


@design(
    "before_after",
    label="ビフォーアフター",
    lead="変化をならべて。写真を入れかえるだけ。",
    pictures=["before", "after"],
)
def make(sample: Sample) -> Data:
    body = [
        text("BEFORE & AFTER", size="xxs", bold=True, color=ROSE, align="center"),
        text("うねる髪が、まとまる髪へ", size="lg", bold=True, color=INK, align="center", margin="xs"),
        columns(
            _shot(sample, "before", "BEFORE", "#8a817a"),
            _shot(sample, "after", "AFTER", ROSE),
            spacing="sm",
            margin="lg",
        ),
        text(
            "広がりが気になる髪に、髪質改善トリートメントを。朝のスタイリングが5分で終わるようになりました。",
            size="sm",
            color=SOFT,
            margin="lg",
        ),
        table(("メニュー", "髪質改善コース"), ("時間", "約2時間"), ("料金", "16,500円"), shares="1:2", margin="lg"),
    ]
    footer = [button("髪の悩みを相談する", reply=REPLY, color=ROSE)]
    colors = paint(body_color=CREAM, footer_color=CREAM)
    return document("ビフォーアフターのご紹介", card(body=body, footer=footer, **colors))


def _shot(sample: Sample, name: str, words: str, color: str) -> list[Data]:
    shown = picture(sample.pictures[name], ratio="3:4", corner="xl")
    return [shown, part("badge", text=words, background=color, size="xxs", align="center", margin="sm")]
