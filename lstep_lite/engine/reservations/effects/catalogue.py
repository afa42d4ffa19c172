"""The messages customers get about bookings, as they are until the shop writes them anew.

Titles stand in notifications, which other people may see: none names a course. In texts [予約:…] stands for what the
booking is (wording.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Button(StrEnum):
    SHOW = "show"
    CHANGE = "change"
    CANCEL = "cancel"
    ANSWER = "answer"
    BOOK = "book"
    OTHER = "other"
    AGAIN = "again"
    LATE = "late"
    PHONE = "phone"
    MAP = "map"
    STOP = "stop"


class Group(StrEnum):
    """Under which heading editors show it."""

    BOOKING = "booking"
    ENDING = "ending"
    REMINDER = "reminder"


GROUPS = {
    Group.BOOKING: "予約を受けたとき・変わったとき",
    Group.ENDING: "予約がなくなったとき",
    Group.REMINDER: "ご来店の前とあと",
}
RED, GREEN, BLUE, GREY = "#C0392B", "#1F7A4D", "#2457A6", "#5A6472"


@dataclass(frozen=True)
class Message:
    kind: str
    group: Group
    label: str
    """When it goes out, for staff."""
    title: str
    text: str
    color: str
    """Of its head."""
    buttons: tuple[Button, ...] = ()
    shows_facts: bool = True
    """Whether the booking's date, menu and so on stand below the text."""
    is_on: bool = True
    word: str = ""
    """What the page says in the customer's name after they did it: the message is then a free reply."""


_SEE = (Button.SHOW, Button.CHANGE, Button.CANCEL, Button.PHONE)
_ALL = (
    Message(
        "confirmed",
        Group.BOOKING,
        "予約が確定したとき",
        "ご予約が確定しました",
        "[name]様\nご予約ありがとうございます。ご来店をお待ちしております。",
        GREEN,
        (*_SEE, Button.MAP),
        word="予約しました",
    ),
    Message(
        "requested",
        Group.BOOKING,
        "申し込みを受けたとき（お店の承認がいる予約）",
        "お申し込みを受け付けました",
        "[name]様\nお申し込みありがとうございます。まだ確定ではありません。お店からのお返事をお待ちください。",
        BLUE,
        (Button.SHOW, Button.CANCEL),
        word="予約を申し込みました",
    ),
    Message(
        "approved",
        Group.BOOKING,
        "申し込みを承認したとき",
        "ご予約が確定しました",
        "[name]様\nお待たせいたしました。ご予約が確定しました。ご来店をお待ちしております。",
        GREEN,
        (*_SEE, Button.MAP),
    ),
    Message(
        "changed",
        Group.BOOKING,
        "予約が変更されたとき",
        "ご予約の変更",
        "[name]様\nご予約を変更しました。\n変更前：[予約:変更前の日時]\n変更後：[予約:日時]",
        GREEN,
        _SEE,
        word="予約を変更しました",
    ),
    Message(
        "change_asked",
        Group.BOOKING,
        "変更の申し込みを受けたとき",
        "変更のお申し込みを受け付けました",
        "[name]様\n変更のお申し込みを受け付けました。まだ確定ではありません。"
        "お店からのお返事まで、今のご予約はそのままです。",
        BLUE,
        (Button.SHOW,),
        word="予約の変更を申し込みました",
    ),
    Message(
        "change_declined",
        Group.BOOKING,
        "変更の申し込みを断ったとき",
        "ご予約の変更について",
        "[name]様\n申し訳ございません。ご希望の変更はお受けできませんでした。今のご予約はそのままです。",
        GREY,
        _SEE,
    ),
    Message(
        "change_expired",
        Group.BOOKING,
        "変更の申し込みの期限が切れたとき",
        "ご予約の変更について",
        "[name]様\nお返事が間に合わず、変更のお申し込みを取り消しました。今のご予約はそのままです。",
        GREY,
        _SEE,
    ),
    Message(
        "restored",
        Group.BOOKING,
        "キャンセルした予約を元に戻したとき",
        "ご予約が確定しました",
        "[name]様\nキャンセルになっていたご予約を、元に戻しました。ご来店をお待ちしております。",
        GREEN,
        _SEE,
        is_on=False,
    ),
    Message(
        "offered",
        Group.BOOKING,
        "キャンセル待ちに空きが出たとき",
        "空きが出ました",
        "[name]様\nお待ちいただいていたご予約に空きが出ました。[予約:返事の期限]までにお返事ください。",
        BLUE,
        (Button.ANSWER,),
    ),
    Message(
        "declined",
        Group.ENDING,
        "申し込みを断ったとき",
        "ご予約について",
        "[name]様\n申し訳ございません。ご希望の日時はご用意できませんでした。別の日時をお選びいただけますと幸いです。",
        GREY,
        (Button.OTHER, Button.PHONE),
    ),
    Message(
        "expired",
        Group.ENDING,
        "申し込みの期限が切れたとき",
        "ご予約について",
        "[name]様\nお返事が間に合わず、お申し込みを取り消しました。お手数ですがもう一度お選びください。",
        GREY,
        (Button.OTHER, Button.PHONE),
    ),
    Message(
        "withdrawn",
        Group.ENDING,
        "お客様が申し込みを取り下げたとき",
        "お申し込みの取り下げを承りました",
        "[name]様\nお申し込みの取り下げを承りました。またのご予約をお待ちしております。",
        GREY,
        (Button.BOOK,),
        word="予約の申し込みを取り下げました",
    ),
    Message(
        "cancelled",
        Group.ENDING,
        "お客様がキャンセルしたとき",
        "キャンセルを承りました",
        "[name]様\nご予約のキャンセルを承りました。またのご予約をお待ちしております。",
        GREY,
        (Button.BOOK,),
        word="予約をキャンセルしました",
    ),
    Message(
        "cancelled_by_shop",
        Group.ENDING,
        "お店の都合でキャンセルしたとき",
        "ご予約についてのお詫び",
        "[name]様\n誠に申し訳ございません。お店の都合により、ご予約をお受けできなくなりました。"
        "ご迷惑をおかけいたしますが、別の日時をお選びいただけますと幸いです。",
        RED,
        (Button.OTHER, Button.PHONE),
    ),
    Message(
        "no_show",
        Group.ENDING,
        "無断キャンセルにしたとき",
        "ご予約について",
        "[name]様\nご予約の時間にお見えになりませんでした。またのご予約をお待ちしております。",
        GREY,
        (Button.BOOK, Button.PHONE),
        is_on=False,
    ),
    Message(
        "day_before",
        Group.REMINDER,
        "前日のご案内",
        "明日のご予約のご案内",
        "[name]様\n明日 [予約:日時]にお待ちしております。",
        GREEN,
        (*_SEE, Button.MAP),
    ),
    Message(
        "same_day",
        Group.REMINDER,
        "当日のご案内",
        "本日のご予約",
        "[name]様\n本日[予約:時刻]のご予約です。遅れる場合はこちらからお知らせください。",
        GREEN,
        (Button.SHOW, Button.LATE, Button.PHONE, Button.MAP),
    ),
    Message(
        "thanks",
        Group.REMINDER,
        "ご来店のお礼",
        "ご来店ありがとうございました",
        "[name]様\nご来店いただき、ありがとうございました。またのお越しをお待ちしております。",
        GREEN,
        (Button.BOOK,),
        shows_facts=False,
    ),
    Message(
        "next_visit",
        Group.REMINDER,
        "次のご来店のご案内",
        "そろそろいかがですか",
        "[name]様\n前回の[予約:メニュー]から[予約:前回からの日数]日ほど経ちました。そろそろいかがですか。",
        GREEN,
        (Button.AGAIN, Button.STOP),
        shows_facts=False,
    ),
)
MESSAGES: Mapping[str, Message] = {each.kind: each for each in _ALL}
