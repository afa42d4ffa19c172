"""Numbers that are drawn: gauges, and days that are left."""

from datetime import datetime, timedelta

from lstep_lite.engine.messages.flex import looks
from lstep_lite.engine.messages.flex.looks import ALIGN, box, slim
from lstep_lite.engine.messages.flex.numbers import number_in
from lstep_lite.engine.messages.flex.registry import Component, block
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Data, Moment, Text

HEIGHTS = {"6px": "細い", "10px": "標準", "16px": "太い", "24px": "とても太い"}


@block(
    "gauge",
    label="ゲージ",
    icon="percentage",
    title="value",
    inputs=(
        Text(
            name="value",
            label="いまの値",
            most=100,
            start="70",
            hint="数字か、数字の入る友だち情報・共通情報・スコアです。",
        ),
        Text(name="full", label="いっぱいになる値", most=100, start="100"),
        Color(name="color", label="ゲージの色", start="#058743", required=True),
        Color(name="back", label="残りの色", start="#e5e7eb", required=True),
        Choice(name="height", label="太さ", options=HEIGHTS, start="10px", as_buttons=True),
    ),
)
def draw_gauge(data: Data, speaking: Speaking) -> Component:
    percent = filled_percent(speaking.fill(data["value"]), speaking.fill(data["full"]))
    round_ends: Data = {"height": data["height"], "cornerRadius": "xxl"}
    bar = box("vertical", [], width=f"{percent}%", backgroundColor=data["color"], **round_ends)
    return box("vertical", [bar] if percent else [], backgroundColor=data["back"], **round_ends)


def filled_percent(value: str, full: str) -> int:
    """0 to 100. A gauge without an end is empty; one that is not full never looks so."""
    now, most = number_in(value), number_in(full)
    if not most:
        return 0
    return 100 if now >= most else min(99, round(100 * now / most))


@block(
    "countdown",
    label="カウントダウン",
    icon="hourglass",
    inputs=(
        Moment(name="until", label="いつまで", required=True),
        Choice(
            name="unit",
            label="残りの数え方",
            options={"days": "日数", "hours": "時間", "both": "日数と時間"},
            start="days",
            as_buttons=True,
            hint="送るときに数えます。届いたあとは変わりません。",
        ),
        Text(name="before", label="前に置く文字", most=100, required=False, start="あと"),
        Text(name="after", label="後ろに置く文字", most=100, required=False),
        Text(name="today", label="当日の文字", most=100, start="本日まで", shown_if={"unit": ("days",)}),
        Text(
            name="over",
            label="過ぎたあとの文字",
            most=100,
            required=False,
            start="終了しました",
            hint="空なら何も表示しません。",
        ),
        Choice(name="size", label="数字の大きさ", options=looks.TEXT_SIZES, start="3xl"),
        Color(name="color", label="数字の色", start="#c2410c"),
        Color(name="word_color", label="前後の文字の色"),
        ALIGN,
    ),
)
def draw_countdown(data: Data, speaking: Speaking) -> Component | None:
    until = datetime.strptime(data["until"], "%Y-%m-%dT%H:%M").replace(tzinfo=speaking.now.tzinfo)
    left = until - speaking.now
    if left <= timedelta(0):
        return _said(speaking.fill(data["over"]), data)
    if data["unit"] == "days" and until.date() == speaking.now.date():
        return _said(speaking.fill(data["today"]), data)
    return _counted(data, _left(data["unit"], until, speaking.now), speaking)


def _left(unit: str, until: datetime, now: datetime) -> list[tuple[int, str]]:
    """Numbers and their units. Days are those of the calendar; a begun hour counts."""
    if unit == "days":
        return [((until.date() - now.date()).days, "日")]
    hours = -((now - until) // timedelta(hours=1))
    if unit == "hours":
        return [(hours, "時間")]
    return [(hours // 24, "日"), (hours % 24, "時間")] if hours >= 24 else [(hours, "時間")]


def _counted(data: Data, left: list[tuple[int, str]], speaking: Speaking) -> Component:
    numbers = slim({"size": data["size"], "color": data["color"]}, size="md") | {"weight": "bold"}
    spans: list[Component] = _words(speaking.fill(data["before"]), " ")
    for number, unit in left:
        spans += [{"type": "span", "text": f"{number}", **numbers}, {"type": "span", "text": unit}]
    spans += _words(" ", speaking.fill(data["after"]))
    look = slim({"align": data["align"], "color": data["word_color"]}, align="start")
    return {"type": "text", "contents": spans, "wrap": True} | look


def _words(first: str, second: str) -> list[Component]:
    return [{"type": "span", "text": first + second}] if (first + second).strip() else []


def _said(said: str, data: Data) -> Component | None:
    if not said.strip():
        return None
    return looks.text(said, weight="bold", color=data["color"], align=data["align"])
