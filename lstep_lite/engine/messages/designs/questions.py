"""よくある質問"""

from lstep_lite.engine.messages.designs.palette import INK, NIGHT, NIGHT_DEEP, NIGHT_PALE, SOFT, WHITE
from lstep_lite.engine.messages.designs.parts import button, card, columns, frame, paint, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

QUESTIONS = (
    ("予約の変更はできますか？", "前日の19:00まで、このトークで承ります。"),
    ("駐車場はありますか？", "ビルの裏に2台分あります。満車のときは近くの駐車場の料金を割引します。"),
    ("子どもと一緒でも大丈夫？", "はい。キッズスペースと、おむつ替えの台があります。"),
)
REPLY = "ご質問をこのトークで送ってください。営業時間内にスタッフがお返事します。"


@design("questions", label="よくある質問", lead="同じご質問に、先にお答えして。")
def make(sample: Sample) -> Data:
    head = [
        text("Q & A", size="xxs", color="#c9d5e8"),
        text("よくあるご質問", size="xl", bold=True, color=WHITE, margin="xs"),
    ]
    footer = [button("ほかの質問をする", reply=REPLY, color=NIGHT)]
    colors = paint(header_color=NIGHT, header_color2=NIGHT_DEEP, header_angle="90deg", padding="lg")
    body = [_answered(*question) for question in QUESTIONS]
    return document("よくあるご質問にお答えします", card(header=head, body=body, footer=footer, **colors))


def _answered(question: str, answer: str) -> Data:
    asked = columns(_mark("Q", NIGHT), [text(question, size="sm", bold=True, color=INK)], shares=(1, 8), gravity="top")
    told = columns(_mark("A", "#a4512a"), [text(answer, size="sm", color=SOFT)], shares=(1, 8), gravity="top")
    return frame(asked, told, color=NIGHT_PALE, corner="xl", padding="lg")


def _mark(letter: str, color: str) -> list[Data]:
    return [text(letter, size="sm", bold=True, color=color)]
