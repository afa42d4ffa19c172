"""セミナー"""

from lstep_lite.engine.messages.designs.palette import INK, PLUM, PLUM_PALE, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, columns, hero, part, table, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

REPLY = "お申し込みありがとうございます。お名前と人数を、このトークで教えてください。"


@design("seminar", label="セミナー", lead="日時・会場・残りの席を見せて、その場で申し込み。", pictures=["stage"])
def make(sample: Sample) -> Data:
    rows = (("日時", f"{sample.day(20)} 13:30〜15:00"), ("会場", "サロン花 2階ラウンジ"), ("講師", "森 みどり"))
    seats = [text("お席の残り", size="xs", color=SOFT)]
    left = [text("あと6席（定員20名）", size="xs", bold=True, color=PLUM, align="end")]
    body = [
        part("badge", text="参加無料", background=PLUM, size="xxs"),
        text("似合う色がわかる\nパーソナルカラー講座", size="lg", bold=True, color=INK),
        text(
            "はじめての方も大歓迎。手持ちの服やメイクが、もっと活きる色をみつけましょう。",
            size="sm",
            color=SOFT,
            margin="sm",
        ),
        table(*rows, shares="1:3", value_align="start", margin="xl"),
        columns(seats, left, shares=(2, 3), margin="xl"),
        part("gauge", value="14", full="20", color=PLUM, back=PLUM_PALE, margin="sm"),
    ]
    footer = [button("参加を申し込む", reply=REPLY, color=PLUM)]
    made = card(**hero(sample.pictures["stage"]), body=body, footer=footer)
    return document("セミナーのご案内", made)
