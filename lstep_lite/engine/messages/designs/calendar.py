"""イベントカレンダー"""

from lstep_lite.engine.messages.designs.palette import CLAY, INK, LEAF, LEAF_DEEP, LEAF_PALE, ROSE, SOFT, WHITE
from lstep_lite.engine.messages.designs.parts import button, card, columns, frame, line, paint, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

EVENTS = (
    (4, "ヘアアレンジ教室", "14:00〜15:30　参加無料", LEAF),
    (9, "トリートメント体験会", "10:00〜12:00　先着6名さま", ROSE),
    (16, "お子さまカットデー", "10:00〜17:00　ごほうび付き", CLAY),
    (23, "夜のヘッドスパ", "18:00〜20:00　1日3名さま", LEAF_DEEP),
)
REPLY = "ご参加のお申し込みですね。ご希望の日とお名前を、このトークで教えてください。"


@design("calendar", label="イベントカレンダー", lead="これからの予定を日付ごとに並べて。")
def make(sample: Sample) -> Data:
    head = [
        text("EVENT CALENDAR", size="xxs", color="#cfe5db"),
        text("これからのイベント", size="xl", bold=True, color=WHITE, margin="xs"),
    ]
    rows = [part for event in EVENTS for part in (line(color="#e6ece9", margin="lg"), _event(sample, *event))]
    footer = [button("参加を申し込む", reply=REPLY, color=LEAF)]
    colors = paint(header_color=LEAF, header_color2=LEAF_DEEP, header_angle="90deg")
    return document("これからのイベントのご案内", card(header=head, body=rows[1:], footer=footer, **colors))


def _event(sample: Sample, days: int, title: str, when: str, color: str) -> Data:
    day = [
        text(sample.number(days), size="xl", bold=True, color=color, align="center"),
        text(sample.weekday(days), size="xxs", color=color, align="center", margin="none"),
    ]
    said = [text(title, bold=True, color=INK), text(when, size="xs", color=SOFT, margin="xs")]
    dated = frame(*day, color=LEAF_PALE, corner="md", padding="sm")
    return columns([dated], said, shares=(1, 4), spacing="lg", margin="lg")
