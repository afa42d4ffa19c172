"""The demo salon's bookings: hours, menu, three stylists and an open booking page. Demo mode only."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import auto_replies
from lstep_lite.engine.auto_replies import AutoReplyDraft, Keyword, KeywordMatch
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.availability.opening import WEEKDAY_KEYS
from lstep_lite.engine.reservations.keeping import courses, entrances, hours, presets, providers, quick
from lstep_lite.engine.reservations.keeping.hours import Holidays, WeekDraft
from lstep_lite.engine.reservations.keeping.providers import ProviderDraft, SkillDraft
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.models import BookingPage, Color

BY = by_staff(None)
LUNCH = ((780, 840),)
MONDAY, TUESDAY, WEDNESDAY = 0, 1, 2
PEOPLE = (
    (ProviderDraft("佐藤", "店長", "髪質に合わせたカットが得意です。", color=Color.BLUE, fee=550), TUESDAY),
    (ProviderDraft("鈴木", "スタイリスト", "カラーとヘッドスパを担当します。", color=Color.PINK), WEDNESDAY),
    (ProviderDraft("高橋", "アシスタント", color=Color.GREEN, is_nominatable=False), WEDNESDAY),
)
"""Each with their day off besides the shop's."""
PHONE, ADDRESS = "03-0000-0000", "東京都渋谷区花町1-2-3 花ビル2階"
EASY = ("前髪カット", "トリートメント", "ヘッドスパ")
"""What the assistant does."""


def tell(session: Session, *, now: datetime) -> None:
    """Add them to the salon that `demo.seed` has made."""
    presets.take(session, presets.get("hair"), now=now)
    week = WeekDraft(dict.fromkeys(WEEKDAY_KEYS, ((600, 1140),)), (MONDAY,), Holidays.AS_WEEKDAY)
    hours.update_week(session, week, by=BY, now=now)
    for draft, day_off in PEOPLE:
        quick.add_person(session, draft, day_off=[day_off], breaks=LUNCH, by=BY, now=now)
    _teach_assistant(session, now)
    kept = book.settings(session)
    kept.phone, kept.place = PHONE, ADDRESS
    _answer_with_buttons(session, quick.open_first(session, now=now), now)


def _answer_with_buttons(session: Session, page: BookingPage, now: datetime) -> None:
    """Whoever writes 「予約」 books there and then, instead of being asked for a time."""
    card = entrances.buttons(session, page, now=now)
    [rule] = [rule for rule in auto_replies.in_order(session) if rule.name == entrances.WORD]
    blocks = [{"kind": "template", "template_id": card.id}]
    keywords = [Keyword(word, KeywordMatch.EXACT) for word in entrances.WORDS]
    auto_replies.update(session, rule, AutoReplyDraft(rule.name, rule.matching, blocks, keywords), now=now)


def _teach_assistant(session: Session, now: datetime) -> None:
    easy = {each.id: SkillDraft() for each in courses.in_order(session) if each.name in EASY}
    providers.teach(session, providers.in_order(session)[-1], easy, now=now)
