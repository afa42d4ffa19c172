"""The demo salon: what a first look finds ready-made. Demo mode only."""

import logging
import threading
import time
from datetime import datetime

import argon2
import urllib3
from sqlalchemy.orm import Session

from lstep_lite import demo_menus, demo_timed
from lstep_lite.emulator import EmulatorConfig
from lstep_lite.engine import auto_replies, business_days, greetings, settings, staff
from lstep_lite.engine.auto_replies import AutoReplyDraft, Keyword
from lstep_lite.engine.business_days import WeekDraft
from lstep_lite.engine.settings import checks, credentials
from lstep_lite.engine.settings.credentials import ConnectionDraft
from lstep_lite.models import GreetingKind, Matching, Purpose, Role, Shop, Staff
from lstep_lite.runtime import Runtime

log = logging.getLogger(__name__)

OWNER_EMAIL = "owner@example.com"
DEFAULT_PASSWORD = "lstep-demo"  # noqa: S105 - printed on screen, for a shop that does not exist
CONNECT_SECONDS = 60
MONDAY = 0

WELCOME = (
    "[name]さん、友だち追加ありがとうございます🌸\nサロン花（はな）です。\n\n"
    "「営業時間」「料金」「アクセス」「予約」「キャンセル」と送っていただくと、すぐにご案内します。"
)
WELCOME_BACK = "[name]さん、おかえりなさい。またご連絡いただけてうれしいです。"
ANSWERS = (
    (
        "営業時間",
        ("営業時間", "定休日", "何時まで"),
        "営業時間は 10:00〜19:00（最終受付 18:00）です。\n定休日は毎週月曜日です。祝日も営業しています。",
    ),
    (
        "料金",
        ("料金", "値段", "いくら"),
        "主なメニューの料金です。\n・カット 5,500円\n・カラー 7,700円〜\n・パーマ 8,800円〜\n"
        "・トリートメント 3,300円〜\n（すべて税込）",
    ),
    (
        "アクセス",
        ("アクセス", "場所", "行き方", "駐車場"),
        "〒150-0000 東京都渋谷区花町1-2-3 花ビル2階\n花町駅の東口から歩いて3分です。駐車場は2台分あります。",
    ),
    (
        "キャンセル",
        ("キャンセル", "取り消し"),
        "ご予約のキャンセルや変更は、「予約」と送ると出る「予約の確認・変更」から、前日の18:00まで承ります。",
    ),
    (
        "予約",
        ("予約",),
        "ご予約ですね、ありがとうございます。\nご希望の日時とメニューをこのトークで教えてください。スタッフが空きを確かめてお返事します。",
    ),
)
"""Rule, keywords, answer. Whoever cancels a booking must not be asked for a date, so that rule is first."""


def seed(session: Session, *, password_hash: str, now: datetime) -> bool:
    """Fill an empty installation with the salon, its owner, its greetings and answers. False when it is not empty."""
    if staff.anybody(session):
        return False
    shop = Shop(id=1, name="サロン花", purpose=Purpose.SALON, created_at=now)
    business_days.update_week(shop, WeekDraft(closed_weekdays=[MONDAY], works_on_holidays=True))
    session.add(shop)
    session.add(
        Staff(name="花田 さくら", email=OWNER_EMAIL, password_hash=password_hash, role=Role.OWNER, created_at=now)
    )
    greetings.save(session, GreetingKind.NEW, is_on=True, blocks=[{"kind": "text", "text": WELCOME}], now=now)
    greetings.save(
        session, GreetingKind.RETURNING, is_on=True, blocks=[{"kind": "text", "text": WELCOME_BACK}], now=now
    )
    for name, keywords, answer in ANSWERS:
        auto_replies.create(session, _rule(name, keywords, answer), now=now)
    return True


def _rule(name: str, keywords: tuple[str, ...], answer: str) -> AutoReplyDraft:
    return AutoReplyDraft(
        name, Matching.KEYWORDS, [{"kind": "text", "text": answer}], [Keyword(word) for word in keywords]
    )


def set_owner_password(session: Session, password_hash: str) -> bool:
    """False when the demo owner is gone."""
    owner = session.query(Staff).filter_by(email=OWNER_EMAIL).one_or_none()
    if owner:
        owner.password_hash = password_hash
    return owner is not None


def owner_has_password(session: Session, password: str) -> bool:
    """Whether the demo owner exists and signs in with *password* (a hash is computed: not inside a unit of work)."""
    owner = session.query(Staff).filter_by(email=OWNER_EMAIL).one_or_none()
    if owner is None:
        return False
    try:
        return argon2.PasswordHasher().verify(owner.password_hash, password)
    except argon2.exceptions.VerificationError:
        return False


def connect_soon(runtime: Runtime, config: EmulatorConfig) -> None:
    """Connect the shop to the pretended LINE as soon as this server answers, unless that is done already."""
    threading.Thread(target=_connect, args=(runtime, config), name="demo-connect", daemon=True).start()


def _connect(runtime: Runtime, config: EmulatorConfig) -> None:
    with runtime.database.read() as session:
        channel = settings.channel(session)
        if channel is not None and channel.connected_at is not None:
            return
    if not _answers(f"{config.app_url}/healthz"):
        log.error("the demo could not be connected to its LINE: this server does not answer")
        return
    _introduce(config)
    connect(runtime, config)


def _introduce(config: EmulatorConfig) -> None:
    """Have the pretended LINE know the salon's friends; whom it knows already it leaves as they are."""
    pool = urllib3.PoolManager(retries=False)
    for number, name in enumerate(demo_timed.PEOPLE):
        person = {"user_id": demo_timed.line_user_id(number), "name": name, "following": True}
        pool.request("POST", f"{config.app_url}/emulator/control/users", json=person)


def connect(runtime: Runtime, config: EmulatorConfig) -> None:
    """Paste the pretended account's values and go through the steps, as an owner would."""
    draft = ConnectionDraft(
        config.channel_id,
        config.channel_secret,
        config.login_channel_id,
        config.login_channel_secret,
        accepts_other_account=True,
    )
    with runtime.database.unit() as session:
        credentials.save(session, draft, vault=runtime.vault, now=runtime.clock.now())
    trial = checks.run(runtime.database, runtime.account, runtime.vault, public_url=runtime.settings.public_url)
    with runtime.database.unit() as session:
        checks.record(session, trial, now=runtime.clock.now(), wall=runtime.clock.wall())
        demo_menus.publish(session, now=runtime.clock.now())


def _answers(url: str) -> bool:
    pool = urllib3.PoolManager(retries=False, timeout=2)
    give_up_at = time.monotonic() + CONNECT_SECONDS
    while time.monotonic() < give_up_at:
        try:
            pool.request("GET", url)
            return True
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
    return False
