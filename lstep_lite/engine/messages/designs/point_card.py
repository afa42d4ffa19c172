"""ポイントカード"""

from lstep_lite.engine.messages.designs.palette import GOLD, LEAF, LEAF_DEEP, LEAF_PALE, SOFT, WHITE
from lstep_lite.engine.messages.designs.parts import button, card, columns, frame, paint, part, run, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

REPLY = "ポイントは、お会計のときにスタッフが確かめてからお使いいただけます。次のご来店でお声がけください。"
FULL = run(" / 10", size="sm", color=WHITE)
STAMPS = (("●　●　●　●　●", ""), ("●　●　", "○　○　○"))
"""Ten, seven of them stamped."""


@design("point_card", label="ポイントカード", lead="いまのポイントと、特典までの残りをひと目で。")
def make(sample: Sample) -> Data:
    who = [
        text("POINT CARD", size="xxs", color="#cfe5db"),
        text("[name]さま", size="lg", bold=True, color=WHITE, margin="xs"),
    ]
    points = [text("7", size="4xl", bold=True, color=GOLD, align="end", details=True, runs=[FULL])]
    body = [
        frame(*[_stamps(*stamps) for stamps in STAMPS], color=LEAF_PALE, corner="xl", padding="lg"),
        part("gauge", value="7", full="10", color=LEAF, back=LEAF_PALE, margin="xl"),
        text("あと3ポイントで 1,000円OFF", bold=True, color=LEAF_DEEP, align="center", margin="lg"),
        text(
            "ご来店1回につき1ポイント。有効期限は最後のご来店から1年です。",
            size="xs",
            color=SOFT,
            align="center",
            margin="sm",
        ),
    ]
    footer = [button("ポイントを使う", reply=REPLY, color=LEAF)]
    colors = paint(header_color=LEAF, header_color2=LEAF_DEEP, header_angle="135deg")
    head = [columns(who, points, shares=(3, 2))]
    return document("ポイントカードをお届けします", card(header=head, body=body, footer=footer, **colors))


def _stamps(stamped: str, left: str) -> Data:
    rest = [run(left, size="xl", color="#a9c7bb")] if left else []
    return text(stamped, size="xl", color=LEAF, align="center", details=True, runs=rest, wrap=False)
