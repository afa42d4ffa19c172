"""Scenarios to begin with. They become ordinary drafts; the shop fills in its own facts where 「○」 stands."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.scenarios import keeping, steps, versions
from lstep_lite.engine.scenarios.keeping import ScenarioDraft
from lstep_lite.engine.scenarios.steps import StepDraft
from lstep_lite.engine.sequences.samples import Sample, SampleStep, find
from lstep_lite.models import Scenario, ScenarioMode

_WELCOME = (
    SampleStep(
        0,
        None,
        "ごあいさつ",
        "[name]さん、はじめまして。○○です。\nこれから1週間、当店のことを少しずつご紹介します。\n"
        "ご質問は、いつでもこのトークでどうぞ。",
    ),
    SampleStep(1, "12:00", "お店の紹介", "○○は、○○駅から歩いて○分の小さなサロンです。\n得意なメニューは「○○」です。"),
    SampleStep(
        3,
        "12:00",
        "はじめての方へ",
        "はじめてのご来店では、まず○分ほどお話をうかがいます。\n"
        "お悩みやなりたいイメージを、写真でお持ちいただけるとスムーズです。",
    ),
    SampleStep(
        5,
        "12:00",
        "よくあるご質問",
        "よくあるご質問です。\n\n・駐車場はありますか？\n　→ ○台あります。\n・支払い方法は？\n　→ ○○が使えます。",
    ),
    SampleStep(
        7,
        "12:00",
        "ご予約のご案内",
        "[name]さん、1週間お付き合いいただき、ありがとうございました。\n"
        "ご予約は、ご希望の日時をこのトークでお知らせください。はじめての方は○○円引きです。",
    ),
)
_THANKS = (
    SampleStep(
        1,
        "12:00",
        "ご来店のお礼",
        "[name]さん、昨日はご来店ありがとうございました。\n気になるところがあれば、遠慮なくお知らせください。",
    ),
    SampleStep(
        7,
        "12:00",
        "その後いかがですか",
        "[name]さん、その後の調子はいかがですか？\nご自宅でのお手入れのコツをお伝えします。\n\n・○○○○\n・○○○○",
    ),
    SampleStep(
        30,
        "12:00",
        "次のご予約のすすめ",
        "前回のご来店から1か月がたちました。\nそろそろお手入れの時期です。ご希望の日時を、このトークでお知らせください。",
    ),
    SampleStep(
        45,
        "18:00",
        "もう一度お知らせ",
        "[name]さん、お変わりありませんか？\n今月中のご予約で、○○をサービスします。お待ちしています。",
    ),
)
_DORMANT = (
    SampleStep(
        0,
        "12:00",
        "お久しぶりです",
        "[name]さん、お久しぶりです。○○です。\nその後、お変わりありませんか？\n季節のメニュー「○○」が始まりました。",
    ),
    SampleStep(
        7,
        "12:00",
        "お戻り特典",
        "久しぶりにお越しの方へ、○○円引きのご案内です。\nこのトークの画面をお見せください（○月○日まで）。",
    ),
    SampleStep(
        21,
        "18:00",
        "最後のご案内",
        "[name]さん、特典は今週までです。\nお日にちが合わないときは、ご都合をお知らせください。お待ちしています。",
    ),
)
SAMPLES = (
    Sample(
        "welcome",
        "新しい友だち 7日間ステップ",
        "user-plus",
        "友だち追加から7日間で、お店を知っていただき、はじめてのご予約へ（5ステップ）",
        _WELCOME,
    ),
    Sample(
        "thanks",
        "来店お礼と次回予約のすすめ",
        "heart",
        "来店の次の日のお礼から、1か月後の次のご予約まで（4ステップ）",
        _THANKS,
    ),
    Sample(
        "dormant",
        "しばらく来ていないお客様へ",
        "refresh",
        "間のあいたお客様に、近況のおたずねと特典を3回に分けて（3ステップ）",
        _DORMANT,
    ),
)


def create(session: Session, key: str, *, now: datetime) -> Scenario:
    """A draft like the sample. Raises NotFound."""
    sample = find(SAMPLES, key)
    scenario = keeping.create(session, ScenarioDraft(sample.name, ScenarioMode.CLOCK), now=now)
    version = versions.draft_of(session, scenario, now=now)
    for each in sample.steps:
        draft = StepDraft(each.content(), days=each.days, at_time=each.at_time)
        steps.add(session, scenario, version, draft, now=now)
    return scenario
