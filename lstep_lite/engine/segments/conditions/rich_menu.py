"""Rich menus: who is shown one, or one tab of it, and who is not."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, rich_menus
from lstep_lite.engine.rich_menus import showing
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import MenuTab

HOWS = {"shown": "を表示している", "not_shown": "を表示していない", "tab": "で、次のタブを表示している"}


@condition
class RichMenuCondition(ConditionKind):
    name = "rich_menu"
    label = "リッチメニュー"
    icon = "layout-bottombar"
    group = "行動"
    order = 76

    def parse(self, session: Session, values: Values) -> Data:
        known = [str(menu.id) for menu in rich_menus.in_order(session)]
        menu_id = int(values.chosen("menu_id", known, "リッチメニューを選んでください。"))
        how = values.chosen("how", HOWS, "表示しているかどうかを選んでください。")
        return {"menu_id": menu_id, "how": how} | (_chosen_tab(session, menu_id, values) if how == "tab" else {})

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, rich_menus.FEATURE, [data["menu_id"]])[str(data["menu_id"])]
        if data["how"] == "tab":
            label = dict(_tabs(session, data["menu_id"])).get(data["code"], "今はないタブ")
            return f"リッチメニュー「{name}」のタブ「{label}」を表示している"
        return f"リッチメニュー「{name}」{HOWS[data['how']]}"

    def options(self, session: Session) -> dict[str, Any]:
        menus = rich_menus.in_order(session)
        tabs = sa.select(MenuTab.menu_id, MenuTab.code, MenuTab.label).where(MenuTab.is_live)
        rows = session.execute(tabs.order_by(MenuTab.position, MenuTab.id)).all()
        return {
            "menus": [(menu.id, menu.name) for menu in menus],
            "tabs": [(menu.name, [tuple(row[1:]) for row in rows if row[0] == menu.id]) for menu in menus],
            "hows": HOWS,
        }

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(rich_menus.FEATURE, data["menu_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        if data["how"] == "tab":
            return showing.tab_condition(session, data["menu_id"], data["code"], now=moment.now)
        shown = showing.condition(session, data["menu_id"], now=moment.now)
        return shown if data["how"] == "shown" else sa.not_(shown)


def _chosen_tab(session: Session, menu_id: int, values: Values) -> Data:
    code = values.one("code")
    if code not in dict(_tabs(session, menu_id)):
        raise DomainError("選んだリッチメニューのタブを選んでください。", "code")
    return {"code": code}


def _tabs(session: Session, menu_id: int) -> list[tuple[str, str]]:
    return [(tab.code, tab.label) for tab in session.scalars(rich_menus.live_tabs(menu_id))]
