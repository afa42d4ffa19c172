"""Why a booking is refused: each has a code for programs and a sentence, with a way out, for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lstep_lite.engine.reservations.availability.days import clock, day_in_words
from lstep_lite.errors import DomainError


class Code(StrEnum):
    SLOT_TAKEN = "SLOT_TAKEN"
    PRICE_CHANGED = "PRICE_CHANGED"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    OVERLAPS_OWN = "OVERLAPS_OWN"
    OUT_OF_WINDOW = "OUT_OF_WINDOW"
    TOO_LATE = "TOO_LATE"
    CLOSED = "CLOSED"
    SKILL_MISMATCH = "SKILL_MISMATCH"
    DEADLINE_PASSED = "DEADLINE_PASSED"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    BAD_TIME = "BAD_TIME"
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    BUSY = "BUSY"


@dataclass(frozen=True)
class Start:
    """A moment at which a booking can begin."""

    day: date
    minute: int
    starts_at: datetime

    def in_words(self, beside: date | None = None) -> str:
        """「3月6日10:00」, and on the day *beside* 「10:00」."""
        words = day_in_words(self.day).partition("(")[0]
        return clock(self.minute) if self.day == beside else f"{words}{clock(self.minute)}"


class Refused(DomainError):
    """*alternatives* are the nearest starts that are free, the nearest first."""

    def __init__(
        self, code: Code, message: str, *, alternatives: Sequence[Start] = (), field: str | None = None
    ) -> None:
        super().__init__(message, field)
        self.code = code
        self.alternatives = tuple(alternatives)


def slot_taken(day: date | None = None, alternatives: Sequence[Start] = ()) -> Refused:
    words = "申し訳ありません。たった今ほかのご予約が入りました。入力内容はそのままです。"
    if alternatives:
        words += f"近い空き:{'/'.join(each.in_words(day) for each in alternatives)}"
    else:
        words += "ほかの日時をお選びください。"
    return Refused(Code.SLOT_TAKEN, words, alternatives=alternatives)


def to_staff(code: Code, message: str, alternatives: Sequence[Start] = ()) -> Refused:
    """To staff, who see every reason, and whom a booking meets."""
    return Refused(code, message, alternatives=alternatives)


def sold_out() -> Refused:
    return Refused(Code.SLOT_TAKEN, "申し訳ありません。たった今満席になりました。ほかの回をお選びください。")


def too_few_left(left: int) -> Refused:
    return Refused(Code.SLOT_TAKEN, f"申し訳ありません。残りは{left}席です。人数を減らすか、ほかの回をお選びください。")


def price_changed(minutes: tuple[int, int], price: tuple[int | None, int | None]) -> Refused:
    parts = []
    if minutes[0] != minutes[1]:
        parts.append(f"{minutes[0]}分→{minutes[1]}分")
    if price[0] != price[1]:
        parts.append(f"{_yen(price[0])}→{_yen(price[1])}")
    words = f"メニュー内容が更新されました({'、'.join(parts)})。ご確認のうえ、もう一度お進みください。"
    return Refused(Code.PRICE_CHANGED, words)


def _yen(price: int | None) -> str:
    return "料金はお店で" if price is None else f"{price:,}円"


def settings_changed() -> Refused:
    return Refused(Code.SETTINGS_CHANGED, "ご予約の条件が更新されました。内容をご確認のうえ、もう一度お進みください。")


def version_conflict(
    message: str = "このボタンは変更前のご予約のものです。最新の内容をご確認ください。",
) -> Refused:
    return Refused(Code.VERSION_CONFLICT, message)


def too_many_open(most: int) -> Refused:
    words = f"同時にお取りいただけるご予約は{most}件までです。「ご予約の確認」からご確認ください。"
    return Refused(Code.LIMIT_EXCEEDED, words)


def too_many_a_day(most: int) -> Refused:
    words = f"同じ日にお取りいただけるご予約は{most}件までです。別の日をお選びください。"
    return Refused(Code.LIMIT_EXCEEDED, words)


def limit_exceeded(message: str) -> Refused:
    return Refused(Code.LIMIT_EXCEEDED, message)


def overlaps_own() -> Refused:
    return Refused(Code.OVERLAPS_OWN, "同じ時間帯にすでにご予約があります。別の時間をお選びください。")


def out_of_window(release: str) -> Refused:
    words = f"この日の受付はまだ始まっていません。ご予約は{release}から受け付けています。"
    return Refused(Code.OUT_OF_WINDOW, words)


def too_late(phone: str) -> Refused:
    return Refused(Code.TOO_LATE, f"この時間のオンライン受付は終了しました。{_call(phone)}")


def closed(message: str = "この日時は営業していません。別の日時をお選びください。") -> Refused:
    return Refused(Code.CLOSED, message)


def skill_mismatch() -> Refused:
    words = "選んだ担当者は、このメニューを担当していません。担当者かメニューを選び直してください。"
    return Refused(Code.SKILL_MISMATCH, words)


def deadline_passed(deadline: str, phone: str, what: str = "変更・キャンセル") -> Refused:
    words = f"オンラインでの{what}は{deadline}までです。{_call(phone)}"
    return Refused(Code.DEADLINE_PASSED, words)


def not_online(what: str, phone: str) -> Refused:
    return Refused(Code.DEADLINE_PASSED, f"オンラインでの{what}は受け付けていません。{_call(phone)}")


def consent_required() -> Refused:
    words = "キャンセルポリシーをお読みになり、「同意する」にチェックを入れてください。"
    return Refused(Code.CONSENT_REQUIRED, words, field="consent")


def bad_time(message: str = "この時刻からは予約できません。別の時刻をお選びください。") -> Refused:
    return Refused(Code.BAD_TIME, message)


def busy() -> Refused:
    return Refused(Code.BUSY, "ただいま込み合っています。少し待ってから、もう一度お試しください。")


def _call(phone: str) -> str:
    return f"お手数ですがお電話ください({phone})。" if phone else "お手数ですがお店にご連絡ください。"
