"""What a list of friends may have as columns: the system's own, tags, fields and scores."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import fields, settings
from lstep_lite.engine.transfers.cells import guarded
from lstep_lite.models import FieldType, Friend, FriendTag, Mark, Score, ScoreTotal, Tag, Talk

BASIC, TAGS, FIELDS, SCORES = "基本の情報", "タグ", "友だち情報", "スコア"
GROUPS = (BASIC, TAGS, FIELDS, SCORES)


@dataclass(frozen=True)
class Column:
    """One column. *key* is a word of ours, or "tag:<id>", "score:<id>", or a field's key."""

    key: str
    heading: str
    group: str
    is_usual: bool = False
    """Whether it is ticked from the beginning."""
    is_number: bool = False
    is_read: bool = False
    """Whether an import writes it."""

    @property
    def row_id(self) -> int:
        return int(self.key.partition(":")[2])


_SYSTEM_HEADINGS = {"system:memo": "個別メモ"}
_NOT_READ = {FieldType.FILE}


def columns(session: Session) -> list[Column]:
    """All of them, in the order of the file."""
    return [*_basic(), *_tags(session), *_fields(session), *_scores(session)]


def chosen(session: Session, keys: Collection[str]) -> list[Column]:
    """Those of *keys* that exist, in the order of the file."""
    wanted = set(keys)
    return [column for column in columns(session) if column.key in wanted]


def _basic() -> list[Column]:
    own = {target.key: target for target in fields.SYSTEM}
    heading = {key: _SYSTEM_HEADINGS.get(key, target.name) for key, target in own.items()}

    def system(*names: str) -> list[Column]:
        return [Column(key, heading[key], BASIC, is_usual=True, is_read=True) for key in map("system:{}".format, names)]

    return [
        Column("id", "ID", BASIC, is_usual=True, is_number=True, is_read=True),
        Column("name", "表示名", BASIC, is_usual=True),
        Column("display_name", "LINE登録名", BASIC, is_usual=True),
        *system("real_name", "kana", "system_name", "phone", "email", "birthday"),
        Column("status_message", "ステータスメッセージ", BASIC),
        *system("memo"),
        Column("followed_at", "友だち追加日時", BASIC, is_usual=True),
        Column("mark", "対応マーク", BASIC, is_usual=True, is_read=True),
        Column("shelved", "表示状態", BASIC, is_usual=True),
        Column("left", "ユーザーブロック", BASIC, is_usual=True, is_number=True),
        Column("last_message", "最終メッセージ", BASIC),
        Column("last_message_at", "最終メッセージ日時", BASIC, is_usual=True),
    ]


def _tags(session: Session) -> list[Column]:
    rows = session.execute(sa.select(Tag.id, Tag.name).order_by(Tag.position, Tag.id))
    return [Column(f"tag:{tag_id}", f"タグ：{name}", TAGS, is_number=True, is_read=True) for tag_id, name in rows]


def _fields(session: Session) -> list[Column]:
    targets = [target for target in fields.targets(session) if target.field_id is not None]
    return [
        Column(
            target.key,
            f"情報：{target.name}",
            FIELDS,
            is_number=target.type is FieldType.NUMBER,
            is_read=target.type not in _NOT_READ,
        )
        for target in targets
    ]


def _scores(session: Session) -> list[Column]:
    rows = session.execute(sa.select(Score.id, Score.name).order_by(Score.position, Score.id))
    return [Column(f"score:{score_id}", f"スコア：{name}", SCORES, is_number=True) for score_id, name in rows]


class Sheet:
    """Turns friends into rows of cells; what it needs for that is loaded once, and per chunk of friends."""

    def __init__(self, session: Session, columns: Sequence[Column]) -> None:
        self.columns = columns
        keys = [column.key for column in columns]
        self._zone = settings.zone(session)
        self._targets = list(fields.some(session, keys).values())
        self._marks = {mark.id: mark.name for mark in session.scalars(sa.select(Mark))}
        self._has_words = "last_message" in keys
        self._tag_ids = [column.row_id for column in columns if column.key.startswith("tag:")]
        self._score_ids = [column.row_id for column in columns if column.key.startswith("score:")]

    def rows(self, session: Session, friends: Sequence[Friend]) -> list[list[str]]:
        """The rows of these friends, guarded; a constant number of statements."""
        ids = [friend.id for friend in friends]
        held = self._held(session, friends)
        for friend_id, tag_id in session.execute(_TAGS, {"ids": ids, "tag_ids": self._tag_ids}):
            held[friend_id][f"tag:{tag_id}"] = "1"
        for friend_id, score_id, total in session.execute(_SCORES, {"ids": ids, "score_ids": self._score_ids}):
            held[friend_id][f"score:{score_id}"] = str(total)
        if self._has_words:
            for friend_id, text in session.execute(_WORDS, {"ids": ids}):
                held[friend_id]["last_message"] = text
        return [[self._cell(column, held[friend.id]) for column in self.columns] for friend in friends]

    def _held(self, session: Session, friends: Sequence[Friend]) -> dict[int, dict[str, str]]:
        values = fields.read_targets(session, friends, self._targets)
        return {
            friend.id: self._own(friend)
            | {target.key: target.typed(values[friend.id].get(target.key), self._zone) for target in self._targets}
            for friend in friends
        }

    def _own(self, friend: Friend) -> dict[str, str]:
        return {
            "id": str(friend.id),
            "name": friend.name,
            "display_name": friend.display_name or "",
            "status_message": friend.status_message or "",
            "followed_at": moment(friend.followed_at, self._zone),
            "mark": self._marks.get(friend.mark_id or 0, ""),
            "shelved": shelved(friend),
            "left": "1" if friend.line_user_id and not friend.is_following else "0",
            "last_message_at": moment(friend.last_message_at, self._zone),
        }

    def _cell(self, column: Column, held: dict[str, str]) -> str:
        text = held.get(column.key, "0" if column.group in (TAGS, SCORES) else "")
        return text if column.is_number else guarded(text)


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def shelved(friend: Friend) -> str:
    if friend.is_blocked:
        return "ブロック"
    return "非表示" if friend.is_hidden else "表示"


_TAGS = sa.select(FriendTag.friend_id, FriendTag.tag_id).where(
    FriendTag.friend_id.in_(sa.bindparam("ids", expanding=True)),
    FriendTag.tag_id.in_(sa.bindparam("tag_ids", expanding=True)),
)
_SCORES = sa.select(ScoreTotal.friend_id, ScoreTotal.score_id, ScoreTotal.total).where(
    ScoreTotal.friend_id.in_(sa.bindparam("ids", expanding=True)),
    ScoreTotal.score_id.in_(sa.bindparam("score_ids", expanding=True)),
)
_WORDS = sa.select(Talk.friend_id, Talk.last_text).where(Talk.friend_id.in_(sa.bindparam("ids", expanding=True)))
