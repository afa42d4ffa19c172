"""Answers that are picked from choices."""

from collections.abc import Iterable
from typing import ClassVar

from lstep_lite.engine.studio import Choice, Data, File, Flag, Number, Problem, Text
from lstep_lite.engine.surveys.kinds.picking import MOST_CHOICES, choices, kept_choices, picked_from, with_other
from lstep_lite.engine.surveys.kinds.registry import Given, Group, Picked, Question, Raw, Reading, Wrong, kind

PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県",
    "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県",
    "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府",
    "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
    "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県",
    "鹿児島県", "沖縄県",
)  # fmt: skip


class _Picked(Question):
    group = Group.CHOICES
    has_choices: ClassVar[bool] = True

    def typed(self, part: Data, plain: str) -> dict[str, list[str]]:
        return kept_choices(part, plain)


class _One(_Picked):
    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        found = picked_from(part, raw)
        if len(found) > 1:
            raise Wrong("1つだけ選んでください。")
        return with_other(found, raw)


@kind
class Radio(_One):
    name = "radio"
    label = "1つ選ぶ（ラジオボタン）"
    icon = "circle-dot"
    order = 10
    inputs = (choices("radio"),)


@kind
class Dropdown(_One):
    name = "dropdown"
    label = "1つ選ぶ（プルダウン）"
    icon = "select"
    order = 30
    inputs = (choices("dropdown"),)


class _Several(_Picked):
    def problems(self, part: Data) -> Iterable[Problem]:
        if part["most"] and part["most"] < part["least"]:
            yield Problem("most", "「最多」は「最少」以上にしてください。")
        if part["least"] > len(part["choices"]):
            yield Problem("least", "選択肢の数より多くは選べません。")

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        found = picked_from(part, raw)
        if found and len(found) < part["least"]:
            raise Wrong(f"{part['least']}個以上選んでください。")
        if part["most"] and len(found) > part["most"]:
            raise Wrong(f"{part['most']}個までで選んでください。")
        return with_other(found, raw)


_HOW_MANY = (
    Number(name="least", label="最少で選ぶ数", least=0, most=MOST_CHOICES, start=0, unit="個"),
    Number(
        name="most",
        label="最多で選ぶ数",
        least=0,
        most=MOST_CHOICES,
        start=0,
        unit="個",
        hint="0なら、いくつでも選べます。",
    ),
)


@kind
class Checkbox(_Several):
    name = "checkbox"
    label = "いくつでも選ぶ（チェックボックス）"
    icon = "square-check"
    order = 20
    inputs = (choices("checkbox", least=1), *_HOW_MANY)


@kind
class ImageChoice(_Several):
    name = "image_choice"
    label = "画像から選ぶ"
    icon = "photo-check"
    order = 40
    inputs = (
        choices("pictured", File(name="media_id", label="画像", ratios=("1:1", "4:3"))),
        *(_HOW_MANY[:1]),
        Number(
            name="most",
            label="最多で選ぶ数",
            least=0,
            most=MOST_CHOICES,
            start=1,
            unit="個",
            hint="1なら1つだけ、0ならいくつでも選べます。",
        ),
    )


@kind
class Prefecture(Question):
    name = "prefecture"
    label = "都道府県"
    icon = "map"
    group = Group.CHOICES
    order = 70

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        wanted = next(iter(raw.get("", ())), "")
        if not wanted:
            return None
        if wanted not in PREFECTURES:
            raise Wrong("都道府県を選んでください。")
        return Given(text=wanted, plain=wanted)


@kind
class Scale(Question):
    """Grades from one number to another; 0 to 10 of a recommendation is what NPS is made of."""

    name = "scale"
    label = "段階で評価（NPS・満足度）"
    icon = "star-half"
    group = Group.CHOICES
    order = 50
    inputs = (
        Choice(
            name="span",
            label="段階",
            options={"five": "1〜5", "seven": "1〜7", "ten": "1〜10", "nps": "0〜10（NPS）", "stars": "★5つ"},
            start="five",
        ),
        Text(name="least_label", label="低いほうの言葉", most=20, required=False, words=False, start="不満"),
        Text(name="most_label", label="高いほうの言葉", most=20, required=False, words=False, start="満足"),
        Flag(name="is_scored", label="選んだ数字を点数に加える", section="くわしい設定"),
    )
    SPANS: ClassVar[dict[str, range]] = {
        "five": range(1, 6),
        "seven": range(1, 8),
        "ten": range(1, 11),
        "nps": range(11),
        "stars": range(1, 6),
    }

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        typed = next(iter(raw.get("", ())), "")
        if not typed:
            return None
        if typed not in {str(number) for number in self.SPANS[part["span"]]}:
            raise Wrong("数字を1つ選んでください。")
        number = int(typed)
        picked = (Picked(typed, typed),)
        score = number if part.get("is_scored") else 0
        return Given(text=typed, plain=typed, picked=picked, number=number, score=score)
