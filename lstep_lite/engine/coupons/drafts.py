"""What the form of a coupon says, and what is wrong with it."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError
from lstep_lite.models import CodeKind, CodeShape, CouponHome, Media, Reward

COLOR = "#E8590C"
LONGEST_NAME = 60
LONGEST = {"title": 60, "price_text": 30, "description": 1000, "conditions": 300, "losing_text": 500, "common_code": 40}
LONGEST_AT_LINE = {"title": 60, "description": 1000, "conditions": 100, "common_code": 16}
"""https://developers.line.biz/en/reference/messaging-api/#create-coupon"""
LARGEST_SUPPLY = 999_999
LARGEST_USES = 999
LONGEST_DAYS = 3650
LARGEST_YEN = 9_999_999
LOSING_TEXT = "残念、今回ははずれでした。またのご参加をお待ちしています。"
WORDS = {
    "title": "お客様に見せる名前",
    "price_text": "特典",
    "description": "説明",
    "conditions": "利用条件",
    "losing_text": "はずれたときの文章",
    "common_code": "共通のコード",
}
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_BARCODE = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True)
class CouponDraft:
    """What the form of a coupon says. Moments are aware; None means no bound."""

    name: str
    title: str
    price_text: str = ""
    description: str = ""
    conditions: str = ""
    media_id: int | None = None
    color: str = COLOR
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    days: int | None = None
    supply: int | None = None
    uses_each: int | None = 1
    percent: int | None = None
    losing_text: str = LOSING_TEXT
    losing_media_id: int | None = None
    code_kind: CodeKind = CodeKind.NONE
    code_shape: CodeShape = CodeShape.TEXT
    common_code: str = ""
    home: CouponHome = CouponHome.OWN
    reward: Reward = Reward.OTHERS
    reward_amount: int | None = None
    folder_id: int | None = None


def checked(session: Session, draft: CouponDraft) -> str:
    """The name of *draft* as it is kept. Raises DomainError naming the field that is wrong."""
    name = checked_name(draft.name, LONGEST_NAME, "管理用の名前")
    _check_texts(draft)
    _check_times(draft)
    _check_numbers(draft)
    _check_code(draft)
    _check_pictures(session, draft)
    if draft.home is CouponHome.LINE:
        _check_for_line(draft)
    return name


def _check_texts(draft: CouponDraft) -> None:
    if not draft.title.strip():
        raise DomainError("お客様に見せる名前を入力してください。", "title")
    for field, most in LONGEST.items():
        if len(getattr(draft, field)) > most:
            raise DomainError(f"{WORDS[field]}は{most:,}文字以内で入力してください。", field)
    if not _COLOR.fullmatch(draft.color):
        raise DomainError("色を選び直してください。", "color")


def _check_times(draft: CouponDraft) -> None:
    for field, moment in (("starts_at", draft.starts_at), ("ends_at", draft.ends_at)):
        if moment is not None and not 2000 <= moment.year <= 2999:
            raise DomainError("2000年から2999年までの日時を入力してください。", field)
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        raise DomainError("終わりの日時は、始まりの日時よりあとにしてください。", "ends_at")


def _check_numbers(draft: CouponDraft) -> None:
    bounds = (
        ("days", "日数", 1, LONGEST_DAYS),
        ("supply", "枚数", 1, LARGEST_SUPPLY),
        ("uses_each", "使える回数", 1, LARGEST_USES),
        ("percent", "当たる確率", 1, 100),
    )
    for field, words, least, most in bounds:
        value = getattr(draft, field)
        if value is not None and not least <= value <= most:
            raise DomainError(f"{words}は{least}〜{most:,}の数字で入力してください。", field)
    if draft.percent is not None and not draft.losing_text.strip():
        raise DomainError("はずれたときの文章を入力してください。", "losing_text")


def _check_code(draft: CouponDraft) -> None:
    if draft.code_kind is not CodeKind.COMMON:
        return
    if not draft.common_code.strip():
        raise DomainError("共通のコードを入力してください。", "common_code")
    if draft.code_shape is CodeShape.BARCODE and not _BARCODE.fullmatch(draft.common_code):
        raise DomainError("バーコードにできるのは、半角の英数字と記号だけです。", "common_code")


def _check_pictures(session: Session, draft: CouponDraft) -> None:
    for field in ("media_id", "losing_media_id"):
        media_id = getattr(draft, field)
        row = session.get(Media, media_id) if media_id else None
        if media_id and (row is None or row.friend_id is not None or row.path is None):
            raise DomainError("選んだ画像は削除されています。選び直してください。", field)


def _check_for_line(draft: CouponDraft) -> None:
    """What LINE asks of a coupon that it keeps itself."""
    for field, most in LONGEST_AT_LINE.items():
        if len(getattr(draft, field)) > most:
            raise DomainError(f"LINEのクーポンでは、{WORDS[field]}は{most:,}文字以内です。", field)
    for field, value in (("starts_at", draft.starts_at), ("ends_at", draft.ends_at)):
        if value is None:
            raise DomainError("LINEのクーポンでは、始まりと終わりの日時がどちらも必要です。", field)
    if draft.uses_each not in (1, None):
        raise DomainError("LINEのクーポンでは、「1回」か「何回でも」のどちらかです。", "uses_each")
    if draft.percent == 100:
        raise DomainError("LINEの抽選では、当たる確率は1〜99です。", "percent")
    if draft.supply is not None and draft.percent is None:
        raise DomainError("LINEのクーポンで枚数を決められるのは、抽選のときだけです。", "supply")
    if draft.code_kind is CodeKind.SINGLE:
        raise DomainError("LINEのクーポンでは、お客様ごとに違うコードは使えません。", "code_kind")
    _check_reward(draft)


def _check_reward(draft: CouponDraft) -> None:
    most = {Reward.YEN_OFF: LARGEST_YEN, Reward.PERCENT_OFF: 99}.get(draft.reward)
    if most is not None and not 1 <= (draft.reward_amount or 0) <= most:
        raise DomainError(f"割引の大きさは1〜{most:,}の数字で入力してください。", "reward_amount")
