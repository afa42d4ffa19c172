"""Ready set-ups for kinds of shops (業種): real menus, hours and conditions, to begin with and to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import settings as shop_settings
from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.opening import WEEKDAY_KEYS
from lstep_lite.engine.reservations.availability.plans import Need
from lstep_lite.engine.reservations.availability.policies import Approval, Cut, Policy
from lstep_lite.engine.reservations.effects import rules
from lstep_lite.engine.reservations.keeping import courses, options, pools, saving, settings
from lstep_lite.engine.reservations.keeping.courses import CourseDraft
from lstep_lite.engine.reservations.keeping.options import GroupDraft, OptionDraft
from lstep_lite.engine.reservations.keeping.pools import PoolDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import PoolKind, PriceKind, ReservationSettings

TEN, NINE = 600, 540


@dataclass(frozen=True)
class Item:
    """A course: its minutes are work and waiting in turn, from work on."""

    name: str
    price: int
    minutes: tuple[int, ...]
    text: str = ""
    kind: PriceKind = PriceKind.FIXED
    after: int = 0
    next_visit_days: int | None = None
    needs_place: bool = True


@dataclass(frozen=True)
class Preset:
    name: str
    label: str
    icon: str
    text: str
    place: tuple[PoolKind, str, int] | None
    """Kind, name and number of what each customer takes."""
    menu: Mapping[str, Sequence[Item]]
    """By category."""
    extras: Sequence[tuple[str, int, int]] = ()
    """Options: name, yen, minutes."""
    hours: tuple[tuple[int, int], ...] = ((TEN, 1140),)
    works_on_holidays: bool = True
    """As on any other day of the week; what the shop has set for its days of rest goes before it."""
    slot_minutes: int = 30
    policy: Policy = field(default_factory=Policy)


CONSENT = (
    "ご予約の変更・キャンセルは、前日の18時までにお願いいたします。"
    "それ以降は、お電話でご連絡ください。無断キャンセルが続いた場合、次回からのご予約をお断りすることがあります。"
)
USUAL = replace(policies.DEFAULTS, consent_text=CONSENT)
PRESETS: Sequence[Preset] = (
    Preset(
        name="hair",
        label="美容室",
        icon="scissors",
        text="カット・カラー・パーマ。カラーの放置時間に、ほかのお客様の予約を受けられます。",
        place=(PoolKind.SEAT, "セット面", 3),
        menu={
            "カット": [
                Item("カット", 5500, (60,), "シャンプー・ブロー込み", next_visit_days=45),
                Item("前髪カット", 1100, (15,), next_visit_days=30),
                Item("学生カット", 4400, (60,), "高校生まで", next_visit_days=45),
            ],
            "カラー・パーマ": [
                Item("カラー", 7700, (40, 40, 30), "シャンプー・ブロー込み", PriceKind.FROM, next_visit_days=60),
                Item("リタッチカラー", 6600, (30, 35, 25), "根元のみ", next_visit_days=45),
                Item("パーマ", 8800, (60, 20, 40), kind=PriceKind.FROM, next_visit_days=90),
                Item("縮毛矯正", 16500, (60, 30, 90), kind=PriceKind.FROM, next_visit_days=180),
            ],
            "ヘアケア": [
                Item("トリートメント", 3300, (30,), next_visit_days=30),
                Item("ヘッドスパ", 4400, (40,), next_visit_days=30),
            ],
        },
        extras=[("炭酸シャンプー", 1100, 10), ("クイックトリートメント", 2200, 15), ("眉カット", 550, 5)],
        slot_minutes=15,
        policy=USUAL,
    ),
    Preset(
        name="nail",
        label="ネイル・まつげ",
        icon="hand-finger",
        text="ネイルとまつげエクステ。次回の目安は4週間後です。",
        place=(PoolKind.SEAT, "施術席", 2),
        menu={
            "ネイル": [
                Item("ワンカラー", 5500, (90,), next_visit_days=28),
                Item("デザインネイル", 8800, (120,), kind=PriceKind.FROM, next_visit_days=28),
                Item("オフのみ", 2200, (30,)),
            ],
            "まつげ": [
                Item("まつげエクステ 100本", 6600, (75,), next_visit_days=28),
                Item("まつげパーマ", 5500, (60,), next_visit_days=45),
                Item("アイブロウ", 4400, (45,), next_visit_days=28),
            ],
        },
        extras=[("付け替えオフ", 1100, 30), ("甘皮ケア", 1100, 15)],
        policy=USUAL,
    ),
    Preset(
        name="seitai",
        label="整体・リラクゼーション",
        icon="user-heart",
        text="時間で選ぶメニュー。施術のあとに10分の片づけを入れてあります。",
        place=(PoolKind.BED, "ベッド", 2),
        menu={
            "初めての方": [Item("初回カウンセリング+施術", 3980, (75,), "お体の状態をうかがいます", after=10)],
            "整体": [
                Item("整体 40分", 4400, (40,), after=10, next_visit_days=14),
                Item("整体 60分", 6600, (60,), after=10, next_visit_days=14),
                Item("整体 90分", 9900, (90,), after=10, next_visit_days=14),
            ],
        },
        extras=[("足つぼ", 2200, 20), ("ヘッドマッサージ", 1650, 15)],
        hours=((TEN, 1200),),
        policy=USUAL,
    ),
    Preset(
        name="clinic",
        label="クリニック",
        icon="heartbeat",
        text="診察・相談の予約。午前と午後に分かれ、初めての方はお店の確認後に確定します。",
        place=(PoolKind.ROOM, "診察室", 1),
        menu={
            "診察": [
                Item("初診", 0, (30,), "マイナ保険証か資格確認書をお持ちください", PriceKind.ASK),
                Item("再診", 0, (15,), kind=PriceKind.ASK),
            ],
            "相談": [Item("施術の相談", 0, (30,), kind=PriceKind.ASK)],
        },
        hours=((NINE, 720), (840, 1080)),
        works_on_holidays=False,
        slot_minutes=15,
        policy=replace(policies.DEFAULTS, approval=Approval.NEW, closes=(Cut(minutes=120),)),
    ),
    Preset(
        name="lesson",
        label="個人教室・レッスン",
        icon="music",
        text="先生と1対1のレッスン。体験レッスンから始められます。定員のあるクラスは、あとから「イベント」で作れます。",
        place=None,
        menu={
            "体験": [Item("体験レッスン", 1100, (45,), "初めての方", needs_place=False)],
            "レッスン": [
                Item("レッスン 45分", 4400, (45,), after=15, next_visit_days=7, needs_place=False),
                Item("レッスン 60分", 5500, (60,), after=15, next_visit_days=7, needs_place=False),
            ],
        },
        hours=((TEN, 1260),),
        policy=replace(USUAL, max_open=4),
    ),
    Preset(
        name="desk",
        label="相談窓口・そのほか",
        icon="help-circle",
        text="相談・見学・打ち合わせなど。お店の確認後に確定し、料金はお店でご案内します。",
        place=(PoolKind.ROOM, "相談室", 1),
        menu={
            "ご相談": [
                Item("初回のご相談", 0, (60,), "オンラインでもお受けします", PriceKind.ASK),
                Item("2回目からのご相談", 0, (30,), kind=PriceKind.ASK),
            ]
        },
        hours=((TEN, 1080),),
        works_on_holidays=False,
        policy=replace(policies.DEFAULTS, approval=Approval.ALL),
    ),
)


def get(name: str) -> Preset:
    """Raises DomainError."""
    found = next((each for each in PRESETS if each.name == name), None)
    if found is None:
        raise DomainError("業種を選んでください。", "preset")
    return found


def take(session: Session, preset: Preset, *, now: datetime) -> ReservationSettings:
    """Begin with it: conditions, menu and reminders. A menu that is there already is kept, and not added to."""
    hours = {key: [list(each) for each in preset.hours] for key in WEEKDAY_KEYS}
    settings.begin(session, hours=hours, now=now)
    with saving.offering(session, now=now) as kept:
        if not courses.in_order(session, with_retired=True):
            kept.hours, kept.slot_minutes = hours, preset.slot_minutes
            kept.policy = policies.stored(preset.policy)
            _open_on_holidays(session, preset)
            _fill(session, preset, now)
    rules.make_ready(session, now=now)
    return kept


def _open_on_holidays(session: Session, preset: Preset) -> None:
    shop = shop_settings.shop(session)
    if shop is not None and not shop.closed_weekdays:
        shop.works_on_holidays = shop.works_on_holidays or preset.works_on_holidays


def _fill(session: Session, preset: Preset, now: datetime) -> None:
    needs: list[Need] = []
    if preset.place:
        kind, name, count = preset.place
        pool = pools.create(session, PoolDraft(name, kind, count), now=now)
        needs = [Need(pool.id)]
    for name, items in preset.menu.items():
        category = courses.create_category(session, name, now=now)
        for item in items:
            draft = _draft(item, category.id, needs)
            courses.create(session, draft, provider_ids=(), now=now)
    if preset.extras:
        group = options.create_group(session, GroupDraft("追加メニュー"), now=now)
        for name, price, minutes in preset.extras:
            options.create(session, OptionDraft(name, group.id, price, minutes), now=now)


def _draft(item: Item, category_id: int, needs: Sequence[Need]) -> CourseDraft:
    segments: list[dict[str, Any]] = [
        {"kind": "proc" if number % 2 else "work", "minutes": minutes} for number, minutes in enumerate(item.minutes)
    ]
    return CourseDraft(
        name=item.name,
        segments=segments,
        price=item.price,
        price_kind=item.kind,
        category_id=category_id,
        text=item.text,
        after_minutes=item.after,
        needs=needs if item.needs_place else (),
        next_visit_days=item.next_visit_days,
    )
