"""The columns of the friend list: each member of staff chooses, and whatever they choose costs the same few queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import fields, marks, settings, tags
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Score, ScoreTotal, Staff

DEFAULT = ("contact", "state", "added")
MOST = 12
SCORE = "score:"
OWN = {
    "contact": "連絡先",
    "state": "状態",
    "tags": "タグ",
    "mark": "対応マーク",
    "added": "友だち追加日",
    "last_message": "最後のメッセージ",
    "last_reaction": "最後の反応",
}
SYSTEM = ("system:real_name", "system:kana", "system:phone", "system:email", "system:birthday", "system:memo")


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    group: str


@dataclass(frozen=True)
class Shown:
    """A column with what it holds for each friend of a page, by friend's id."""

    key: str
    label: str
    values: Mapping[int, Any]

    @property
    def heading(self) -> str | tuple[str, str]:
        """For the head of a table: numbers stand at the right."""
        return (self.label, "number") if self.kind == "score" else self.label

    @property
    def kind(self) -> str:
        """How it is drawn: one of OWN, or score, or text."""
        if self.key in OWN:
            return self.key
        return "score" if self.key.startswith(SCORE) else "text"


def groups(session: Session) -> dict[str, list[Column]]:
    """All there are, below their headings."""
    found: dict[str, list[Column]] = {}
    for column in offered(session):
        found.setdefault(column.group, []).append(column)
    return found


def offered(session: Session) -> list[Column]:
    """All there are, in the order in which they are offered."""
    own = [Column(key, label, "基本") for key, label in OWN.items()]
    targets = [each for each in fields.targets(session) if each.field_id or each.key in SYSTEM]
    kept = [Column(each.key, each.name, "友だち情報欄" if each.field_id else "基本") for each in targets]
    rows = session.execute(sa.select(Score.id, Score.name).order_by(Score.position, Score.id))
    return [*own, *kept, *(Column(f"{SCORE}{score_id}", name, "スコア") for score_id, name in rows)]


def choose(session: Session, staff: Staff, keys: Sequence[str]) -> None:
    """From now on *staff* sees these columns, in the order of the offer; none means the ordinary ones."""
    chosen = [column.key for column in offered(session) if column.key in set(keys)]
    if len(chosen) > MOST:
        raise DomainError(f"列は{MOST}個まで選べます。")
    staff.friend_columns = chosen


def chosen(staff: Staff) -> Sequence[str]:
    return staff.friend_columns or DEFAULT


def shown(session: Session, staff: Staff, friends: Sequence[Friend]) -> list[Shown]:
    """The columns that *staff* has chosen, filled for *friends*; those whose field or score is gone are left out."""
    keys = chosen(staff)
    filled = _own(session, keys, friends) | _fields(session, keys, friends) | _scores(session, keys, friends)
    return [filled[key] for key in keys if key in filled]


def _own(session: Session, keys: Collection[str], friends: Sequence[Friend]) -> dict[str, Shown]:
    values: dict[str, Mapping[int, Any]] = {}
    if "tags" in keys:
        values["tags"] = tags.of_many(session, [friend.id for friend in friends])
    if "mark" in keys:
        by_id = {mark.id: mark for mark in marks.in_order(session)}
        values["mark"] = {friend.id: by_id[friend.mark_id] for friend in friends if friend.mark_id in by_id}
    return {key: Shown(key, OWN[key], values.get(key, {})) for key in keys if key in OWN}


def _fields(session: Session, keys: Collection[str], friends: Sequence[Friend]) -> dict[str, Shown]:
    wanted, zone = fields.some(session, keys), settings.zone(session)
    held = fields.read_targets(session, friends, list(wanted.values()))
    return {
        key: Shown(key, each.name, {friend_id: each.show(values.get(key), zone) for friend_id, values in held.items()})
        for key, each in wanted.items()
    }


def _scores(session: Session, keys: Collection[str], friends: Sequence[Friend]) -> dict[str, Shown]:
    ids = [int(key.removeprefix(SCORE)) for key in keys if key.startswith(SCORE)]
    if not ids:
        return {}
    rows = session.execute(sa.select(Score.id, Score.name).where(Score.id.in_(ids)))
    names: dict[int, str] = {row.id: row.name for row in rows}
    mine = ScoreTotal.friend_id.in_([friend.id for friend in friends])
    totals: dict[int, dict[int, int]] = {score_id: {} for score_id in names}
    for total in session.scalars(sa.select(ScoreTotal).where(mine, ScoreTotal.score_id.in_(names))):
        totals[total.score_id][total.friend_id] = total.total
    return {
        f"{SCORE}{score_id}": Shown(f"{SCORE}{score_id}", name, totals[score_id]) for score_id, name in names.items()
    }
