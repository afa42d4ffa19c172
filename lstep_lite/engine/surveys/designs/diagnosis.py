"""A diagnosis: choices have scores, whose sum leads to a result."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.designs.parts import choice, document, jump, page, pick, result
from lstep_lite.engine.surveys.designs.registry import design
from lstep_lite.engine.surveys.keeping import SurveyForm
from lstep_lite.models import AnswerRate


@design(
    "diagnosis",
    label="診断",
    lead="答えの点数で3つの結果に分かれます。答えによって、たずねるページも変わります。",
    icon="sparkles",
    form=SurveyForm(
        name="髪のダメージ診断",
        title="髪のダメージ診断",
        lead="かんたんな質問に答えるだけで、今のあなたの髪に合うお手入れが分かります。",
        rate=AnswerRate.MANY,
        button_text="結果を見る",
        thanks_text="診断へのご参加、ありがとうございました。気になることは、このトークでご相談ください。",
    ),
)
def _diagnosis() -> Data:
    colour = _scored("この1年でカラーをしましたか", ("していない", 0), ("カラーだけ", 2), ("ブリーチもした", 4))
    coloured = page(
        "カラーについて",
        _scored("カラーの間隔", ("3か月より長い", 0), ("1〜3か月ごと", 1), ("1か月より短い", 3)),
        _scored("色落ちは気になりますか", ("気にならない", 0), ("少し気になる", 1), ("とても気になる", 2)),
    )
    daily = page(
        "ふだんのお手入れ",
        _scored("ヘアアイロンを使う回数", ("ほとんど使わない", 0), ("週に数回", 1), ("毎日", 3)),
        _scored("お風呂上がりの髪の乾かし方", ("すぐに乾かす", 0), ("しばらくしてから", 1), ("自然に乾くのを待つ", 2)),
        _scored("指通り", ("なめらか", 0), ("ときどき引っかかる", 1), ("よく引っかかる", 3)),
    )
    first = page("今の髪のこと", colour)
    first["jumps"] = [jump(colour, daily, "していない")]
    return document(first, coloured, daily, results=_results())


def _scored(label: str, *choices: tuple[str, int]) -> Data:
    return pick("radio", label, *(choice(words, score=score) for words, score in choices), must=True)


def _results() -> tuple[Data, ...]:
    return (
        result("すこやか髪タイプ", 0, 4, "ダメージの少ない、すこやかな髪です。今のお手入れを続けましょう。"),
        result(
            "お疲れ髪タイプ",
            5,
            10,
            "少しお疲れ気味です。週に1度のトリートメントと、乾かす前のオイルがおすすめです。",
        ),
        result(
            "要ケア髪タイプ", 11, 100, "ダメージが進んでいます。サロンでの補修トリートメントを、一度ご相談ください。"
        ),
    )
