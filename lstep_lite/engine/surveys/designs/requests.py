"""What customers want from the shop: a question, an application, a seminar, a brochure, advice, a job."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.designs.parts import (
    ask,
    choice,
    document,
    email,
    jump,
    kana,
    name,
    only_if,
    page,
    phone,
    pick,
    privacy,
)
from lstep_lite.engine.surveys.designs.registry import design
from lstep_lite.engine.surveys.keeping import SurveyForm
from lstep_lite.models import AnswerRate

ANSWERED_SOON = "内容を確かめて、2営業日以内にご連絡します。"


@design(
    "inquiry",
    label="問い合わせ",
    lead="用件と、ご返事の方法をうかがいます。",
    icon="message-2",
    form=SurveyForm(
        name="お問い合わせ",
        title="お問い合わせ",
        lead="ご質問やご相談を、お気軽にお送りください。",
        rate=AnswerRate.MANY,
        thanks_text=f"お問い合わせありがとうございます。{ANSWERED_SOON}",
    ),
)
def _inquiry() -> Data:
    way = pick("radio", "ご返事の方法", "LINE", "お電話", "メール", must=True)
    return document(
        page(
            "",
            name(),
            pick("dropdown", "ご用件", "メニュー・料金", "ご予約", "商品", "アクセス・営業時間", other=True, must=True),
            ask("long_text", "お問い合わせの内容", must=True, lines=6),
            ask("file", "写真（必要な場合）", most=3),
            way,
            only_if(phone(), way, "お電話"),
            only_if(email(), way, "メール"),
            privacy("お問い合わせへのご返事"),
        )
    )


@design(
    "application",
    label="申込",
    lead="コースや会員への申し込みを受け付けます。住所は郵便番号から入ります。",
    icon="edit",
    form=SurveyForm(
        name="お申し込み",
        title="お申し込み",
        lead="必要なことを入力して、最後に内容を確かめてから送信してください。",
        confirms=True,
        button_text="申し込む",
        thanks_text=f"お申し込みを受け付けました。{ANSWERED_SOON}",
    ),
)
def _application() -> Data:
    return document(
        page(
            "お申し込みの内容",
            pick("radio", "コース", "お試しコース", "月2回コース", "通い放題コース", must=True),
            ask("date", "始めたい日", limits="future", from_days=3),
            ask("long_text", "ご質問・ご希望", lines=3),
        ),
        page(
            "お客様のこと",
            name(),
            kana(),
            phone(),
            ask("one_line", "郵便番号", rule="postal", example="150-0001"),
            ask("one_line", "ご住所", fills="street-address"),
            privacy("お申し込みの手続きとご連絡"),
        ),
    )


@design(
    "seminar",
    label="セミナー申込",
    lead="日程ごとの定員に達すると、その日は選べなくなります。",
    icon="calendar-event",
    form=SurveyForm(
        name="セミナーのお申し込み",
        title="セミナーのお申し込み",
        lead="ご希望の日程を選んでください。定員に達した日程は選べません。",
        confirms=True,
        button_text="申し込む",
        thanks_text="お申し込みありがとうございます。当日お会いできることを楽しみにしております。",
    ),
)
def _seminar() -> Data:
    days = [choice(f"{label}（日時を書きかえてください）", seats=10) for label in ("1回目", "2回目", "3回目")]
    return document(
        page(
            "",
            pick("radio", "参加する日程", *days, must=True),
            ask("one_line", "参加する人数", must=True, rule="integer", least=1, most=2, example="1"),
            name(),
            phone(),
            pick("dropdown", "このセミナーを知ったきっかけ", "LINE", "Instagram", "ご紹介", other=True),
            ask("long_text", "講師に聞いてみたいこと", lines=3),
            privacy("セミナーのご案内"),
        )
    )


@design(
    "brochure",
    label="資料請求",
    lead="知りたい資料と、郵送かデータかをうかがいます。",
    icon="book",
    form=SurveyForm(
        name="資料請求",
        title="資料のご請求",
        lead="ご希望の資料を無料でお送りします。",
        button_text="請求する",
        thanks_text="ご請求ありがとうございます。準備ができしだい、お送りします。",
    ),
)
def _brochure() -> Data:
    way = pick("radio", "受け取り方", "LINEでデータを受け取る", "郵送で受け取る", must=True)
    return document(
        page(
            "",
            pick("checkbox", "ご希望の資料", "サービスのご案内", "料金表", "お客様の声", must=True),
            way,
            name(),
            only_if(ask("one_line", "郵便番号", must=True, rule="postal", example="150-0001"), way, "郵送で受け取る"),
            only_if(ask("one_line", "ご住所", must=True, fills="street-address"), way, "郵送で受け取る"),
            pick("radio", "ご検討の時期", "すぐに", "3か月以内", "半年以内", "まだ決めていない"),
            privacy("資料の発送とご案内"),
        )
    )


@design(
    "advice",
    label="商品相談",
    lead="お悩みとご予算をうかがい、合う商品をおすすめするために使います。",
    icon="message-circle",
    form=SurveyForm(
        name="商品のご相談",
        title="商品のご相談",
        lead="あなたに合う商品を、スタッフがお選びします。1分ほどで終わります。",
        rate=AnswerRate.MANY,
        thanks_text="ご相談ありがとうございます。おすすめの商品を、このトークでご案内します。",
    ),
)
def _advice() -> Data:
    return document(
        page(
            "",
            pick("checkbox", "お悩み", "乾燥", "ダメージ", "くせ・うねり", "ボリューム", "頭皮", must=True, other=True),
            pick("radio", "お使いになる方", "ご自身", "ご家族", "プレゼント", must=True),
            pick("radio", "ご予算", "3,000円まで", "3,000〜5,000円", "5,000〜10,000円", "特に決めていない"),
            pick("checkbox", "大切にしたいこと", "香り", "成分", "手軽さ", "価格", most=2),
            ask("long_text", "今お使いの商品や、ほかに伝えたいこと", lines=3),
            ask("file", "気になるところの写真", most=2),
        )
    )


@design(
    "recruiting",
    label="採用応募",
    lead="経験のあり・なしで、たずねるページが変わります。履歴書も送れます。",
    icon="id-badge-2",
    form=SurveyForm(
        name="採用のご応募",
        title="スタッフ募集へのご応募",
        lead="ご興味をお持ちいただき、ありがとうございます。まずは気軽にご応募ください。",
        confirms=True,
        button_text="応募する",
        thanks_text="ご応募ありがとうございます。1週間以内に、面接についてご連絡します。",
    ),
)
def _recruiting() -> Data:
    experience = pick("radio", "この仕事の経験", "ある", "ない", must=True)
    career = page(
        "ご経験について",
        ask("one_line", "経験年数", rule="integer", least=0, most=60, example="3"),
        pick("checkbox", "できること", "カット", "カラー", "パーマ", "ヘッドスパ", "着付け・ヘアセット", other=True),
    )
    wishes = page(
        "働き方のご希望",
        pick("checkbox", "働き方", "正社員", "パート・アルバイト", "業務委託", must=True),
        pick("checkbox", "働ける曜日", "月", "火", "水", "木", "金", "土", "日"),
        ask("long_text", "志望の理由・自己紹介", lines=5),
        ask("file", "履歴書（写真またはPDF）", takes="both", most=3),
        privacy("採用の選考"),
    )
    first = page("応募する方のこと", name(), kana(), phone(), email(must=False), experience)
    first["jumps"] = [jump(experience, wishes, "ない")]
    return document(first, career, wishes)
