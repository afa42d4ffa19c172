"""Tags: 1つ以上・すべて・1つも・すべてではない."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, FriendTag, Tag

HOWS = {
    "any": "次のどれか1つ以上が付いている",
    "all": "次のすべてが付いている",
    "none": "次のどれも付いていない",
    "not_all": "次のどれかが付いていない",
}
ONE = {"any": "が付いている", "all": "が付いている", "none": "が付いていない", "not_all": "が付いていない"}
"""How it reads with one tag."""


@condition
class TagCondition(ConditionKind):
    name = "tag"
    label = "タグ"
    icon = "tag"
    group = "友だちの情報"
    order = 10

    def parse(self, session: Session, values: Values) -> Data:
        how = values.chosen("how", HOWS, "タグの条件を選んでください。")
        if not (tag_ids := values.ids("tag_ids")):
            raise DomainError("タグを1つ以上選んでください。", "tag_ids")
        return {"how": how, "tag_ids": tag_ids}

    def sentence(self, session: Session, data: Data) -> str:
        names = mentions.names(session, "tags", data["tag_ids"])
        listed = "".join(f"「{names[str(tag_id)]}」" for tag_id in data["tag_ids"])
        if len(data["tag_ids"]) == 1:
            return f"タグ{listed}{ONE[data['how']]}"
        return f"タグ{listed}{HOWS[data['how']].replace('次', '', 1)}"

    def options(self, session: Session) -> dict[str, Any]:
        tags = session.execute(sa.select(Tag.id, Tag.name).order_by(Tag.position, Tag.id)).all()
        return {"tags": [(tag_id, name) for tag_id, name in tags], "hows": HOWS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [("tags", tag_id) for tag_id in data["tag_ids"]]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        ids: list[int] = data["tag_ids"]
        return {
            "any": lambda: _carries(ids),
            "all": lambda: sa.and_(*(_carries([tag_id]) for tag_id in ids)),
            "none": lambda: _lacks(ids),
            "not_all": lambda: sa.or_(*(_lacks([tag_id]) for tag_id in ids)),
        }[data["how"]]()


def _carries(tag_ids: list[int]) -> sa.ColumnElement[bool]:
    """A list of friends to look up: so few carriers are found without reading all friends."""
    return Friend.id.in_(sa.select(FriendTag.friend_id).where(FriendTag.tag_id.in_(tag_ids)))


def _lacks(tag_ids: list[int]) -> sa.ColumnElement[bool]:
    """Asked friend by friend: a list of everybody who is left out may be very long."""
    return sa.not_(sa.exists().where(FriendTag.friend_id == Friend.id, FriendTag.tag_id.in_(tag_ids)))
