"""What publishing a menu would change, in sentences for staff."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import taps
from lstep_lite.engine.rich_menus import geometry, showing
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.geometry import Area
from lstep_lite.engine.rich_menus.publishing import budget, moving, requesting
from lstep_lite.engine.studio import Data
from lstep_lite.models import LineMenu, LineMenuState, MenuCallKind, RichMenu

ON_PHONES_ONLY = "パソコンのLINEには、リッチメニューは表示されません。"
FEW_CREATES = 20
"""From so many on staff are told how many LINE still makes in this hour."""


def changes(session: Session, menu: RichMenu) -> list[str]:
    """What customers will see and do otherwise; empty when nothing."""
    if menu.live_document is None:
        names = "、".join(f"「{tab['label']}」" for tab in menu.document["tabs"])
        return ["はじめて公開します。" + (f"タブは{names}です。" if geometry.has_strip(menu.document) else "")]
    before, after = deepcopy(menu.live_document), deepcopy(menu.document)
    taps.with_actions(session, [(INPUTS, before)])
    return [*_of_bar(session, menu), *_of_tabs(before, after), *_within(before, after)]


def _of_bar(session: Session, menu: RichMenu) -> Iterator[str]:
    last = requesting.last_live(session, menu)
    if last is None:
        return
    if last.chat_bar_text != menu.chat_bar_text:
        yield f"メニューバーの文字が「{last.chat_bar_text}」から「{menu.chat_bar_text}」に変わります。"
    if last.is_open != menu.is_open:
        yield f"トークを開いたとき、メニューは{'開いた' if menu.is_open else '閉じた'}状態になります。"


def _of_tabs(before: Data, after: Data) -> Iterator[str]:
    old, new = _by_id(before["tabs"]), _by_id(after["tabs"])
    for code in new:
        if code not in old:
            yield f"タブ「{new[code]['label']}」が増えます。"
        elif old[code]["label"] != new[code]["label"]:
            yield f"タブ「{old[code]['label']}」の名前が「{new[code]['label']}」に変わります。"
    for code in old.keys() - new.keys():
        yield f"タブ「{old[code]['label']}」がなくなります。見ているお客様には最初のタブを表示します。"
    if [code for code in old if code in new] != [code for code in new if code in old]:
        yield "タブの並び順が変わります。"


def _within(before: Data, after: Data) -> Iterator[str]:
    old, new = _by_id(before["tabs"]), _by_id(after["tabs"])
    all_look_new = _look_of_all(before) != _look_of_all(after)
    for code in new:
        if code not in old:
            continue
        place = f"タブ「{new[code]['label']}」の" if len(new) > 1 else ""
        if all_look_new or _look(old[code]) != _look(new[code]):
            yield f"{place}画像が変わります。"
        yield from _of_areas(place, _areas(before, old[code]), _areas(after, new[code]))


def _by_id(rows: list[Data]) -> dict[str, Data]:
    return {row["id"]: row for row in rows}


def _look_of_all(document: Data) -> str:
    """What is seen in each tab: size, colours, and the strip with the names of all."""
    strip = [(tab["label"], tab["icon"]) for tab in document["tabs"]] if geometry.has_strip(document) else []
    return _told({**document, "tabs": strip})


def _look(tab: Data) -> str:
    """All that is drawn: what happens on taps is not, nor are the names of buttons."""
    shown = {name: value for name, value in tab.items() if name not in ("id", "label", "icon", "areas")}
    shown["cells"] = [
        {name: value for name, value in cell.items() if name not in ("id", "tap", "label")} for cell in tab["cells"]
    ]
    return _told(shown)


def _areas(document: Data, tab: Data) -> dict[str, Area]:
    return {area.code: area for area in geometry.areas_of(document, tab) if area.tap is not None}


def _of_areas(place: str, old: Mapping[str, Area], new: Mapping[str, Area]) -> Iterator[str]:
    for code, area in new.items():
        if code not in old:
            yield f"{place}ボタン{_named(area)}が増えます。"
        elif _behaviour(old[code]) != _behaviour(area):
            yield f"{place}ボタン{_named(area)}を押したときの動きが変わります。"
        elif old[code].box != area.box:
            yield f"{place}ボタン{_named(area)}の場所か大きさが変わります。"
    for code in old.keys() - new.keys():
        yield f"{place}ボタン{_named(old[code])}がなくなります。"


def _behaviour(area: Area) -> str:
    """Actions that hold nothing are none."""
    tap = area.tap or {}
    return _told({name: value for name, value in tap.items() if name != "actions" or value["steps"]})


def _named(area: Area) -> str:
    return f"「{area.label}」" if area.label else "（名前なし）"


def _told(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


# What else there is to know ------------------------------------------------------------------------------------------


def prospects(session: Session, menu: RichMenu, *, now: datetime, wall: datetime) -> list[str]:
    """Who will see it, and what LINE's limits mean for it."""
    return [*_who(session, menu, now), *_limits(session, menu, wall), ON_PHONES_ONLY]


def _who(session: Session, menu: RichMenu, now: datetime) -> Iterator[str]:
    count = showing.counts(session, now).get(menu.id, 0)
    if count:
        yield f"いま{count:,}人のお客様にこのメニューを表示しています。"
    elif menu.live_revision is None:
        yield "公開しただけでは、まだだれにも表示されません。既定のメニューにするか、アクションなどで表示します。"


def _limits(session: Session, menu: RichMenu, wall: datetime) -> Iterator[str]:
    creates = budget.left(session, MenuCallKind.CREATE, wall)
    if creates < len(menu.document["tabs"]):
        at = budget.next_at(session, MenuCallKind.CREATE, wall)
        yield budget.waiting_words(session, "LINEに登録し始めます", at)
    elif creates <= FEW_CREATES:
        yield f"LINEに登録できるのは、この1時間であと{creates}個（タブ）です。"
    live = sa.select(LineMenu.id).where(LineMenu.menu_id == menu.id, LineMenu.state == LineMenuState.LIVE)
    seeing = moving.count_seeing(session, session.scalars(live).all())
    if seeing > moving.FEW and not budget.left(session, MenuCallKind.BATCH, wall):
        at = budget.next_at(session, MenuCallKind.BATCH, wall)
        yield budget.waiting_words(session, "お客様の画面を切り替えます", at)
