"""Files, consent, and what the address brings along."""

import re
from collections.abc import Iterable

from lstep_lite.engine.studio import Choice, Data, Number, Problem, Text
from lstep_lite.engine.surveys.kinds.registry import Given, Group, Picked, Question, Raw, Reading, Wrong, kind
from lstep_lite.engine.text import storable

MOST_FILES = 5
AGREED = "yes"
LONGEST_PARAMETER = 200
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@kind
class Files(Question):
    """What was uploaded is kept beside the draft (SurveyFile); the page posts the codes of those that stay."""

    name = "file"
    label = "写真・ファイルを送る"
    icon = "paperclip"
    group = Group.OTHERS
    order = 10
    saves = False
    inputs = (
        Choice(
            name="takes",
            label="送れるもの",
            options={"image": "写真・画像", "pdf": "PDF", "both": "写真・画像とPDF"},
            start="image",
        ),
        Number(name="most", label="何個まで", least=1, most=MOST_FILES, start=1, unit="個"),
    )

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        codes = tuple(dict.fromkeys(code for code in raw.get("", ()) if code))
        if any(code not in reading.files for code in codes):
            raise Wrong("ファイルを受け取れていません。もう一度選んでください。")
        if len(codes) > part["most"]:
            raise Wrong(f"{part['most']}個までで選んでください。")
        return Given(text=f"ファイル{len(codes)}個", files=codes) if codes else None


@kind
class Consent(Question):
    name = "consent"
    label = "同意してもらう"
    icon = "shield-check"
    group = Group.OTHERS
    order = 20
    saves = False
    inputs = (
        Text(name="text", label="同意してもらう文章", most=10_000, lines=8, words=False),
        Text(
            name="version",
            label="文章の版",
            most=20,
            words=False,
            start="1",
            hint="文章を変えたら、版も変えてください。だれがどの版に同意したかが残ります。",
        ),
        Text(name="agreement", label="チェックの言葉", most=60, words=False, start="上の内容に同意します"),
    )

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        if AGREED not in raw.get("", ()):
            return None
        return Given(text=f"同意しました（文章の版：{part['version']}）", picked=(Picked(AGREED, part["agreement"]),))


@kind
class Hidden(Question):
    """Shown to nobody: what the address of the form says, for example where somebody came from."""

    name = "hidden"
    is_seen = False
    label = "見えない項目（URLから受け取る）"
    icon = "eye-off"
    group = Group.OTHERS
    order = 30
    inputs = (
        Text(
            name="parameter",
            label="URLでの名前",
            most=40,
            words=False,
            example="from",
            hint="フォームのURLの後ろに「?from=店頭」のように付けた値を、回答と一緒に残します。",
        ),
    )

    def problems(self, part: Data) -> Iterable[Problem]:
        if not _PARAMETER.fullmatch(part["parameter"]) or part["parameter"].startswith("liff"):
            yield Problem(
                "parameter",
                "英字から始まる英数字・「_」・「-」だけの名前にしてください（liffで始まるものは除く）。",
            )

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        value = storable(reading.parameters.get(part["parameter"], "")).strip()[:LONGEST_PARAMETER]
        return Given(text=value, plain=value) if value else None
