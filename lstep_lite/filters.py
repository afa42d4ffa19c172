"""How dates and numbers read on screen: the shop's zone, Japanese words."""

import math
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g
from markupsafe import Markup

from lstep_lite import bubbles
from lstep_lite.engine.messages import stickers
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.models import Friend

HONORIFICS = ("さん", "様", "さま", "ちゃん", "くん", "君", "先生")


def init_app(app: Flask) -> None:
    for function in (
        when,
        day,
        clock_time,
        count,
        ago,
        lasting,
        file_size,
        play_time,
        local_address,
        line_drawn,
        line_quick_replies,
        polite,
        customer,
    ):
        app.add_template_filter(function)


def when(moment: datetime | None) -> str:
    """3月5日(金) 10:00, with the year when it is not this one."""
    if moment is None:
        return "—"
    return f"{day(moment)} {clock_time(moment)}"


def day(moment: datetime | date | None) -> str:
    if moment is None:
        return "—"
    local = moment.astimezone(g.zone).date() if isinstance(moment, datetime) else moment
    year = "" if local.year == g.now.astimezone(g.zone).year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日({WEEKDAYS[local.weekday()]})"


def clock_time(moment: datetime | None) -> str:
    return moment.astimezone(g.zone).strftime("%H:%M") if moment else "—"


def count(number: int | None) -> str:
    """1,234"""
    return "—" if number is None else f"{number:,}"


def ago(moment: datetime | None) -> str:
    """たった今, 5分前, 3時間前, きのう, then the day."""
    if moment is None:
        return "まだありません"
    passed = g.now - moment
    if passed < timedelta(minutes=1):
        return "たった今"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)}分前"
    local, today = moment.astimezone(g.zone), g.now.astimezone(g.zone).date()
    if local.date() == today:
        return f"{passed // timedelta(hours=1)}時間前"
    if local.date() == today - timedelta(days=1):
        return f"きのう {clock_time(moment)}"
    return day(moment)


def lasting(duration: timedelta) -> str:
    """約20秒, 約3分, 約2時間: roughly, upwards."""
    seconds = duration.total_seconds()
    if seconds <= 50:
        return f"約{max(1, math.ceil(seconds / 10)) * 10}秒"
    if seconds <= 90 * 60:
        return f"約{math.ceil(seconds / 60)}分"
    return f"約{math.ceil(seconds / 3600)}時間"


def file_size(size: int | None) -> str:
    """2.3MB: three digits at most, in the units phones use."""
    if size is None:
        return "—"
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= step:
            amount = size / step
            return f"{amount:.0f}{unit}" if amount >= 100 else f"{amount:.1f}{unit}"
    return f"{size}バイト"


def play_time(milliseconds: int | None) -> str:
    """1:05, as players show it."""
    minutes, seconds = divmod(round((milliseconds or 0) / 1000), 60)
    return f"{minutes}:{seconds:02}"


def local_address(url: str) -> str:
    """An address of our own as this browser reaches it, whatever name LINE knows us by; others stay as they are."""
    return url.removeprefix(current_app.extensions["runtime"].settings.public_url)


def line_drawn(message: dict[str, Any]) -> Markup:
    """A LINE message object as LINE shows it."""
    return bubbles.draw(message, address=local_address, sticker_words=sticker_words)


def line_quick_replies(message: dict[str, Any]) -> Markup:
    """The buttons that stand under the talk while *message* is the last one."""
    return bubbles.draw_quick_replies(message, address=local_address)


def sticker_words(message: dict[str, Any]) -> str:
    """What a sticker shows; LINE gives out no pictures of them. One that customers bought is told by its number."""
    package_id, sticker_id = str(message.get("packageId")), str(message.get("stickerId"))
    return stickers.label(package_id, sticker_id) or f"{package_id}-{sticker_id}"


def polite(name: str, ending: str = "さん") -> str:
    """How staff speak of a customer: with 「さん」, unless the name already ends politely."""
    return name if name.endswith(HONORIFICS) else f"{name}{ending}"


def customer(friend: Friend) -> str:
    """How staff speak of somebody who books: 「山田 花子様」."""
    return polite(friend.desk_name, "様")
