"""What staff should look at in a film. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from lstep_lite.engine.deliveries.parts import OBJECTS_PER_CALL
from lstep_lite.engine.rehearsals.films import Film

NIGHT_FROM, NIGHT_TO = 22, 8
CLOSE = timedelta(minutes=5)


def looked_through(film: Film, zone: ZoneInfo) -> Film:
    """*film* with its warnings."""
    return replace(
        film, warnings=[*_empty(film), *_at_night(film, zone), *_close(film, zone), *_late(film, zone), *_long(film)]
    )


def _empty(film: Film) -> Iterator[str]:
    if not any(not each.is_other for _, each in film.sendings):
        yield "このお客様には、メッセージが1つも届きません。絞り込みの条件や、開始の設定を確かめてください。"


def _at_night(film: Film, zone: ZoneInfo) -> Iterator[str]:
    for at, sending in film.sendings:
        hour = at.astimezone(zone).hour
        if not sending.is_reply and (hour >= NIGHT_FROM or hour < NIGHT_TO):
            yield f"{_when(at, zone)}：夜間（{NIGHT_FROM}時〜{NIGHT_TO}時）に届きます。ブロックされやすい時間帯です。"


def _close(film: Film, zone: ZoneInfo) -> Iterator[str]:
    """Two that nobody asked for, shortly after each other."""
    pushed = [at for at, sending in film.sendings if not sending.is_reply]
    for before, after in pairwise(pushed):
        if after - before < CLOSE:
            minutes = int((after - before).total_seconds() // 60)
            apart = f"{minutes}分しか空いていません" if minutes else "同じ時刻です"
            yield f"{_when(after, zone)}：前の配信と{apart}。1つにまとめると通数も減ります。"


def _late(film: Film, zone: ZoneInfo) -> Iterator[str]:
    if film.goal_at is not None:
        for at, sending in film.sendings:
            if at > film.goal_at and not sending.is_other:
                yield f"{_when(at, zone)}：ゴールの日時を過ぎてから届きます。"


def _long(film: Film) -> Iterator[str]:
    for _, sending in film.sendings:
        if sending.is_reply and sending.counted:
            beyond = len(sending.objects) - OBJECTS_PER_CALL
            yield f"無料の返信に入りきらない吹き出しが{beyond}個あります。6個目からは通数がかかります。"


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
