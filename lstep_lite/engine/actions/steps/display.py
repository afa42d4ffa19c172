"""Hide the friend, bring the friend back, or block."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.rows import Data, Values

WAYS = {
    "hide": "非表示にする（メッセージは届きます）",
    "show": "友だちリストに戻す（非表示をやめる）",
    "block": "こちらでブロックする（メッセージは届かなくなり、タグなどの情報は消えます）",
}


@action
class DisplayStep(ActionKind):
    name = "display"
    label = "表示・ブロック"
    icon = "eye-off"
    group = "友だちの情報"
    order = 60

    def parse(self, session: Session, values: Values) -> Data:
        return {"way": values.chosen("way", WAYS, "どうするかを選んでください。")}

    def sentence(self, session: Session, data: Data) -> str:
        return WAYS[data["way"]].partition("（")[0]

    def options(self, session: Session) -> dict[str, Any]:
        return {"ways": WAYS}

    def run(self, running: Running, data: Data) -> str:
        do, is_done, words = _ways(running)[data["way"]]
        if is_done:
            raise Skipped("もうその状態です。")
        do(
            running.session,
            running.friend,
            now=running.now,
            staff_id=running.staff_id,
            cause=running.entry,
            event=running.event,
        )
        return words


def _ways(running: Running) -> dict[str, tuple[Callable[..., Any], bool, str]]:
    """What to do, whether it is so already, and what to say."""
    friend = running.friend
    return {
        "hide": (friends.hide, friend.is_hidden, "非表示にしました。"),
        "show": (friends.show, not friend.is_hidden, "友だちリストに戻しました。"),
        "block": (friends.block, friend.is_blocked, "こちらでブロックしました。"),
    }
