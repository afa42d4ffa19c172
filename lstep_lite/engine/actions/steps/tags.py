"""Attach tags, or take them off."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, tags
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.tags import TagDraft
from lstep_lite.engine.tags.keeping import LONGEST_NAME
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Tag

WAYS = {"attach": "付ける", "detach": "外す"}


@action
class TagsStep(ActionKind):
    name = "tags"
    label = "タグを付ける・外す"
    icon = "tag"
    group = "友だちの情報"
    order = 10

    def parse(self, session: Session, values: Values) -> Data:
        way = values.chosen("way", WAYS, "付けるか外すかを選んでください。")
        tag_ids, new_name = values.ids("tag_ids"), values.one("new_name").strip()
        if len(new_name) > LONGEST_NAME:
            raise DomainError(f"タグの名前は{LONGEST_NAME}文字以内で入力してください。", "new_name")
        if not (tag_ids or new_name):
            raise DomainError("タグを1つ以上選んでください。", "tag_ids")
        return {"way": way, "tag_ids": tag_ids} | ({"new_name": new_name} if new_name else {})

    def settle(self, session: Session, data: Data, now: datetime) -> Data:
        if not (name := data.get("new_name")):
            return data
        tag = tags.find(session, name) or tags.create(session, TagDraft(name), now=now)
        return {"way": data["way"], "tag_ids": list(dict.fromkeys([*data["tag_ids"], tag.id]))}

    def sentence(self, session: Session, data: Data) -> str:
        names = mentions.names(session, tags.FEATURE, data["tag_ids"])
        listed = "".join(f"「{names[str(tag_id)]}」" for tag_id in data["tag_ids"])
        made = f"「{data['new_name']}」（新しく作ります）" if data.get("new_name") else ""
        return f"タグ{listed}{made}を{WAYS[data['way']]}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"tags": [(tag.id, tag.name) for tag in tags.in_order(session)], "ways": WAYS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(tags.FEATURE, tag_id) for tag_id in data["tag_ids"]]

    def run(self, running: Running, data: Data) -> str:
        settled = self.settle(running.session, data, running.now)
        wanted = [tags.get(running.session, tag_id) for tag_id in settled["tag_ids"]]
        return _attach(running, wanted) if data["way"] == "attach" else _detach(running, wanted)


def _attach(running: Running, wanted: list[Tag]) -> str:
    added = [tag for tag in wanted if _attach_one(running, tag)]
    others = [tag for tag in wanted if tag not in added]
    there = [tag for tag in others if tags.carries(running.session, tag, running.friend)]
    full = [tag for tag in others if tag not in there]
    parts = [
        (added, "を付けました。"),
        (full, "は定員のため付けませんでした。"),
        (there, "はもう付いています。"),
    ]
    return _in_words(parts, is_done=bool(added or full))


def _attach_one(running: Running, tag: Tag) -> bool:
    return tags.attach(
        running.session,
        tag,
        running.friend,
        changed_by=ChangedBy.AUTOMATION,
        now=running.now,
        cause=running.entry,
        event=running.event,
        staff_id=running.staff_id,
    )


def _detach(running: Running, wanted: list[Tag]) -> str:
    gone = [tag for tag in wanted if _detach_one(running, tag)]
    others = [tag for tag in wanted if tag not in gone]
    return _in_words([(gone, "を外しました。"), (others, "は付いていません。")], is_done=bool(gone))


def _detach_one(running: Running, tag: Tag) -> bool:
    return tags.detach(
        running.session, tag, running.friend, now=running.now, cause=running.entry, staff_id=running.staff_id
    )


def _in_words(parts: list[tuple[list[Tag], str]], *, is_done: bool) -> str:
    """What became of which tags. Raises Skipped when nothing changed."""
    words = "".join(f"タグ{_named(found)}{what}" for found, what in parts if found)
    if not is_done:
        raise Skipped(words)
    return words


def _named(found: list[Tag]) -> str:
    return "".join(f"「{tag.name}」" for tag in found)
