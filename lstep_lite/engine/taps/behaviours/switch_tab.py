"""Switch to another tab of the same rich menu, at once: LINE does it on the phone, and tells us afterwards.

https://developers.line.biz/en/docs/messaging-api/switch-rich-menus/
"""

from dataclasses import dataclass
from typing import Any, cast

from lstep_lite.engine.studio import Cleaning, Data, Input
from lstep_lite.engine.taps.registry import (
    PREFIX,
    Behaviour,
    LineObject,
    MenuSpeaker,
    Speaker,
    Where,
    behaviour,
)


@dataclass(frozen=True, kw_only=True)
class TabPick(Input):
    """A tab of the same document, by its code. Whether there is one is known only when the document is whole."""

    widget = "tab"

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        code = value if isinstance(value, str) else ""
        if not code:
            here.refuse(f"{self.label}を選んでください。")
        return code


@behaviour
class SwitchTab(Behaviour):
    name = "switch_tab"
    label = "タブを切り替える"
    icon = "layout-navbar"
    order = 12
    places = frozenset({Where.RICH_MENU})
    answers = True
    inputs = (TabPick(name="tab", label="切り替え先のタブ"),)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        alias = cast(MenuSpeaker, speaker).alias(tap["tab"])  # rich menus alone hold it
        return {"type": "richmenuswitch", "richMenuAliasId": alias, "data": f"{PREFIX}{tap['id']}"}
