"""Show the friend another rich menu, or the default again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, rich_menus
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.rich_menus import showing
from lstep_lite.engine.rows import Data, Values
from lstep_lite.models import MenuOrigin, RichMenu

WAYS = {"show": "メニューを表示する", "reset": "既定のメニューに戻す"}


@action
class RichMenuStep(ActionKind):
    name = "rich_menu"
    label = "リッチメニュー"
    icon = "layout-bottombar"
    group = "配信"
    order = 30

    def parse(self, session: Session, values: Values) -> Data:
        way = values.chosen("way", WAYS, "表示するか、既定に戻すかを選んでください。")
        if way == "reset":
            return {"way": way}
        known = [str(menu.id) for menu in rich_menus.in_order(session)]
        return {"way": way, "menu_id": int(values.chosen("menu_id", known, "リッチメニューを選んでください。"))}

    def sentence(self, session: Session, data: Data) -> str:
        if data["way"] == "reset":
            return "リッチメニューを既定に戻す"
        name = mentions.names(session, rich_menus.FEATURE, [data["menu_id"]])[str(data["menu_id"])]
        return f"リッチメニュー「{name}」を表示する"

    def options(self, session: Session) -> dict[str, Any]:
        return {
            "menus": [(menu.id, _named(menu)) for menu in rich_menus.in_order(session)],
            "ways": WAYS,
            "refusal": showing.refusal(session),
        }

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(rich_menus.FEATURE, data["menu_id"])] if "menu_id" in data else []

    def run(self, running: Running, data: Data) -> str:
        try:
            return showing.show(
                running.session,
                running.friend,
                data.get("menu_id"),
                origin=MenuOrigin.ACTION,
                now=running.now,
                cause=running.entry,
                staff_id=running.staff_id,
            )
        except showing.NotShown as refused:
            raise Skipped(refused.message) from refused


def _named(menu: RichMenu) -> str:
    return menu.name if menu.live_revision is not None else f"{menu.name}（まだ公開していません）"
