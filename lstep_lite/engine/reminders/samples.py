"""Reminders to begin with, switched off. The shop fills in its own facts where 「○」 stands."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.reminders import keeping, steps
from lstep_lite.engine.reminders.keeping import ReminderDraft
from lstep_lite.engine.reminders.steps import StepDraft
from lstep_lite.engine.sequences.samples import Sample, SampleStep, find
from lstep_lite.models import Reminder, ReminderMode

_VISIT = (
    SampleStep(
        -3,
        "18:00",
        "3日前のお知らせ",
        "[name]さん、ご予約の3日前になりました。\nご都合が変わったときは、このトークでお早めにお知らせください。",
    ),
    SampleStep(
        -1,
        "18:00",
        "前日のお知らせ",
        "[name]さん、明日のご来店をお待ちしています。\n\n住所：○○県○○市○○1-2-3\n駐車場：○台\n\nお気をつけてお越しください。",
    ),
    SampleStep(
        1, "11:00", "ご来店のお礼", "[name]さん、昨日はありがとうございました。\nその後、気になるところはありませんか？"
    ),
)
_SEMINAR = (
    SampleStep(
        -7, "12:00", "1週間前", "[name]さん、○○セミナーまであと1週間です。\n当日の持ち物は、筆記用具だけで大丈夫です。"
    ),
    SampleStep(-1, "12:00", "前日", "いよいよ明日です。\n会場：○○（○○駅から歩いて○分）\n受付は○時からです。"),
    SampleStep(0, "08:00", "当日の朝", "おはようございます。今日のセミナーでお会いできるのを楽しみにしています。"),
    SampleStep(
        1,
        "10:00",
        "アンケート",
        "昨日はご参加ありがとうございました。\nよろしければ、このトークでご感想をお聞かせください。",
    ),
)
_ANNIVERSARY = (
    SampleStep(
        -14,
        "11:00",
        "2週間前",
        "[name]さん、もうすぐ記念日ですね。\n記念日の月にご来店の方に、○○をプレゼントしています。",
    ),
    SampleStep(0, "10:00", "当日のお祝い", "[name]さん、おめでとうございます！\n素敵な一日になりますように。"),
)
SAMPLES = (
    Sample(
        "visit", "来店リマインド", "calendar-event", "3日前と前日にご予約を知らせ、次の日にお礼を送ります。", _VISIT
    ),
    Sample(
        "seminar", "セミナー・イベント", "users", "1週間前から当日の朝まで案内し、次の日に感想を聞きます。", _SEMINAR
    ),
    Sample("anniversary", "誕生日・記念日", "gift", "2週間前に特典を知らせ、当日にお祝いを送ります。", _ANNIVERSARY),
)


def create(session: Session, key: str, *, now: datetime) -> Reminder:
    """A reminder with the steps of a sample, switched off. Raises NotFound."""
    sample = find(SAMPLES, key)
    reminder = keeping.create(session, ReminderDraft(sample.name, ReminderMode.CLOCK), now=now)
    for each in sample.steps:
        draft = StepDraft(each.days, each.at_time, content=each.content())
        steps.add(session, reminder, draft, now=now)
    return reminder
