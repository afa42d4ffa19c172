"""Forms that customers answer: what they ask, and how they are answered."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.studio import Problem
from lstep_lite.engine.surveys import SUBMITTED, Refused, SurveyForm
from lstep_lite.engine.surveys.keeping import COLOR, GROUND, LONGEST, LONGEST_NAME
from lstep_lite.errors import DomainError
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.media import PictureField
from lstep_lite.forms.messages import BlocksField, DocumentField
from lstep_lite.forms.moments import MomentField, on_clock
from lstep_lite.models import AnswerRate, Confirmation, Folder, Survey

RATES = {
    AnswerRate.ONCE: "1人1回だけ",
    AnswerRate.MANY: "何度でも",
    AnswerRate.EVERY: "決めた日数がたったら、また答えられる",
}
CONFIRMATIONS = {
    Confirmation.NONE: "送らない",
    Confirmation.FREE: "無料の返信で送る（おすすめ）",
    Confirmation.PUSH: "いつも通数を使って送る",
}
WORDS = ("name", "title", "lead", "color", "ground", "button_text", "thanks_text", "thanks_url", "closed_text")
SWITCHES = ("confirms", "restores_previous", "takes_anonymous", "clears_other_tags")
NUMBERS = ("rate_days", "most_answers", "editable_minutes")
MOMENTS = ("opens_at", "closes_at")


class SurveyDocument(DocumentField):
    """What the builder puts together."""

    def in_words(self) -> str:
        return "質問の内容（下の編集画面で確かめてください）"


class SurveyDocumentForm(EditForm):
    document = SurveyDocument("質問")

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(formdata, *args, **kwargs)
        self.problems: Sequence[Problem] = ()
        """What is wrong inside the document, after a refusal."""

    def refuse(self, error: DomainError) -> None:
        if isinstance(error, Refused):
            self.problems = error.problems
        super().refuse(error)


class SurveySettingsForm(EditForm):
    """Moments are typed on the shop's clock."""

    name = StringField("管理用の名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    title = StringField("お客様に見せるタイトル", [required("タイトルを入力してください。"), at_most(LONGEST["title"])])
    lead = TextAreaField("説明", [at_most(LONGEST["lead"])])
    header_media_id = PictureField("いちばん上の画像")
    color = StringField("ボタンの色", default=COLOR)
    ground = StringField("背景の色", default=GROUND)
    button_text = StringField(
        "送信ボタンの文字",
        [required("送信ボタンの文字を入力してください。"), at_most(LONGEST["button_text"])],
        default="送信する",
    )
    confirms = BooleanField("送信する前に、答えを確かめるページを見せる")
    thanks_text = TextAreaField("送信後の文章", [at_most(LONGEST["thanks_text"])])
    thanks_url = StringField("送信後に開くページのURL")
    opens_at = MomentField("始まり")
    closes_at = MomentField("終わり")
    most_answers = IntegerField("受け付ける数（先着）", [Optional()])
    closed_text = TextAreaField("受付していないときの文章", [at_most(LONGEST["closed_text"])])
    rate = RadioField("1人が答えられる回数", default=AnswerRate.ONCE.value, choices=options(RATES))
    rate_days = IntegerField("何日たったら", [Optional()])
    restores_previous = BooleanField("前回の答えを初めから入れておく")
    editable_minutes = IntegerField("送信したあと、自分で直せる時間（分）", [Optional()])
    takes_anonymous = BooleanField("LINEを使わない方の回答も受け付ける")
    clears_other_tags = BooleanField("答え直したとき、前の答えで付けたタグを外す")
    confirmation = RadioField("送信後のメッセージ", default=Confirmation.NONE.value, choices=options(CONFIRMATIONS))
    said_text = StringField("お客様の名前で送る言葉", [at_most(LONGEST["said_text"])])
    blocks = BlocksField("送るメッセージ", offers_senders=True)
    actions = ActionsField("回答したあとのアクション", place=SUBMITTED)

    @classmethod
    def of(cls, survey: Survey, steps: SetDraft, zone: ZoneInfo) -> "SurveySettingsForm":
        same = (*WORDS, *SWITCHES, *NUMBERS, "said_text", "blocks")
        data: dict[str, Any] = {name: getattr(survey, name) for name in same}
        data |= {name: on_clock(getattr(survey, name), zone) for name in MOMENTS}
        data |= {"rate": survey.rate.value, "confirmation": survey.confirmation.value, "actions": steps}
        data |= {"folder_id": survey.folder_id or NO_FOLDER, "header_media_id": survey.header_media_id or 0}
        return cls(data=data)

    def offer(self, folders: Sequence[Folder], pictures: Mapping[int, str]) -> "SurveySettingsForm":
        self.folder_id.offer(folders)
        self.header_media_id.offer(pictures)
        return self

    def draft(self, zone: ZoneInfo) -> SurveyForm:
        values: dict[str, Any] = {name: self[name].data or "" for name in (*WORDS, "said_text")}
        values |= {name: self[name].data for name in (*SWITCHES, *NUMBERS)}
        values |= {"opens_at": self.opens_at.moment(zone), "closes_at": self.closes_at.moment(zone)}
        return SurveyForm(
            **values,
            folder_id=self.folder_id.folder_id,
            header_media_id=self.header_media_id.media_id,
            rate=AnswerRate(self.rate.data),
            confirmation=Confirmation(self.confirmation.data),
            blocks=self.blocks.data or [],
        )
