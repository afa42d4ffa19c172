"""Before and after a visit: a counselling sheet, what customers think, and whether they would recommend the shop."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.designs.parts import (
    ask,
    birthday,
    document,
    heading,
    kana,
    name,
    only_if,
    page,
    phone,
    pick,
    privacy,
    text,
)
from lstep_lite.engine.surveys.designs.registry import design
from lstep_lite.engine.surveys.keeping import SurveyForm
from lstep_lite.models import AnswerRate


@design(
    "counselling",
    label="カウンセリングシート",
    lead="初めてのお客様に、お悩みや体質、ご希望をうかがいます。3ページ。",
    icon="clipboard-list",
    form=SurveyForm(
        name="カウンセリングシート",
        title="カウンセリングシート",
        lead="ご来店の前にお答えいただくと、当日のご案内がスムーズです。3分ほどで終わります。",
        rate=AnswerRate.MANY,
        confirms=True,
        restores_previous=True,
        thanks_text="ご記入ありがとうございました。ご来店を心よりお待ちしております。",
    ),
)
def _counselling() -> Data:
    allergy = pick("radio", "アレルギーや、かぶれた経験はありますか", "ない", "ある", "分からない", must=True)
    return document(
        page(
            "お客様のこと",
            name(),
            kana(),
            phone(),
            birthday(),
            pick("dropdown", "お店を知ったきっかけ", "ご紹介", "Instagram", "検索", "通りがかり", other=True),
        ),
        page(
            "髪とお肌のこと",
            pick(
                "checkbox", "気になっていること", "くせ・うねり", "白髪", "ボリューム", "ダメージ", "頭皮の乾燥",
                other=True, description="いくつでもお選びください。",
            ),
            pick("checkbox", "この1年で受けた施術", "カラー", "パーマ", "縮毛矯正", "ブリーチ", "どれも受けていない"),
            allergy,
            only_if(ask("long_text", "差し支えない範囲で、くわしく教えてください", lines=3), allergy, "ある"),
        ),
        page(
            "当日のご希望",
            pick(
                "radio", "過ごし方のご希望", "会話を楽しみたい", "静かに過ごしたい", "おまかせ",
            ),
            ask("file", "なりたいイメージの写真", most=3, description="3枚まで送れます。なくてもかまいません。"),
            ask("long_text", "ほかに伝えておきたいこと"),
            privacy("施術とご連絡"),
        ),
    )  # fmt: skip


@design(
    "visit",
    label="来店アンケート",
    lead="ご来店後の満足度と、よかったところ・直したいところをうかがいます。",
    icon="star",
    form=SurveyForm(
        name="来店アンケート",
        title="ご来店アンケート",
        lead="ご来店ありがとうございました。1分ほどで終わります。よりよいお店づくりのため、ご協力をお願いします。",
        rate=AnswerRate.MANY,
        thanks_text="ご協力ありがとうございました。またのご来店をお待ちしております。",
    ),
)
def _visit() -> Data:
    return document(
        page(
            "",
            ask("scale", "全体の満足度", must=True, span="stars"),
            ask("matrix", "それぞれについて教えてください", needs_all=False, rows=_rows(), columns=_columns()),
            pick("checkbox", "よかったところ", "仕上がり", "接客", "お店の雰囲気", "料金", "通いやすさ", other=True),
            ask("long_text", "気になったところや、ご要望", lines=4),
            pick("radio", "また来たいと思いますか", "ぜひ来たい", "たぶん来る", "分からない", "来ないと思う"),
        )
    )


def _rows() -> list[Data]:
    return [{"kind": "survey_matrix_row", "label": label} for label in ("仕上がり", "接客", "お店の清潔さ", "待ち時間")]


def _columns() -> list[Data]:
    return [{"kind": "survey_matrix_column", "label": label, "score": 0} for label in ("満足", "ふつう", "不満")]


@design(
    "nps",
    label="NPS（おすすめ度）",
    lead="「友人にすすめたいか」を0〜10でうかがい、理由もたずねます。",
    icon="heart",
    form=SurveyForm(
        name="おすすめ度アンケート",
        title="2問だけのアンケート",
        lead="30秒で終わります。率直なお気持ちをお聞かせください。",
        rate=AnswerRate.EVERY,
        rate_days=90,
        thanks_text="ありがとうございました。いただいたお声を、お店づくりに生かします。",
    ),
)
def _nps() -> Data:
    return document(
        page(
            "",
            ask(
                "scale",
                "当店を、ご友人やご家族にすすめたいと思いますか",
                must=True,
                span="nps",
                least_label="まったく思わない",
                most_label="とても思う",
            ),
            ask("long_text", "そう思われた理由を教えてください", lines=4),
            heading("お返事が必要な方へ"),
            text("ご返事をご希望の内容は、このトークにそのままお送りください。スタッフが拝見します。"),
        )
    )
