"""Tell staff something about the friend."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import messages, notifications
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.notifications import Recipients
from lstep_lite.engine.notifications.kinds import EVERYBODY
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError
from lstep_lite.models import Staff

LONGEST_TEXT = 200
PREVIEW_CHARACTERS = 30
_PLACEHOLDER = re.compile(r"\[[^\[\]]{1,200}\]")
_NAME = re.compile(r"\[name\](さん|様)?")
KIND = notifications.kind(
    "action.notify",
    label="アクションからのお知らせ",
    lead="アクションの「スタッフに知らせる」が動いたときに知らせます。相手は、アクションごとに選ぶこともできます。",
    icon="bell",
    order=20,
    roles=EVERYBODY,
)


@action
class NotifyStep(ActionKind):
    name = "notify"
    label = "スタッフに知らせる"
    icon = "bell"
    group = "スタッフ"
    order = 90

    def parse(self, session: Session, values: Values) -> Data:
        text = " ".join(storable(values.one("text")).split())
        if not text:
            raise DomainError("知らせる内容を入力してください。", "text")
        if len(text) > LONGEST_TEXT:
            raise DomainError(f"知らせる内容は{LONGEST_TEXT}文字以内で入力してください。", "text")
        return {"text": text, "staff_ids": values.ids("staff_ids")}

    def sentence(self, session: Session, data: Data) -> str:
        text = data["text"]
        short = text if len(text) <= PREVIEW_CHARACTERS else f"{text[:PREVIEW_CHARACTERS]}…"
        names = [name for staff_id, name in _staff(session) if staff_id in data["staff_ids"]]
        whom = "・".join(f"{name}さん" for name in names) or "スタッフ"
        return f"{whom}に「{short}」と知らせる"

    def options(self, session: Session) -> dict[str, Any]:
        return {"staff": _staff(session), "words": placeholders.offered(session)}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return placeholders.mentioned([data["text"]])

    def run(self, running: Running, data: Data) -> str:
        told = notifications.notify(
            running.session,
            KIND.name,
            # The title goes out by e-mail and LINE as well, where nothing personal belongs.
            title=_without_person(data["text"]),
            body=f"{running.friend.name}：{_filled(running, data['text'])}",
            href=f"/friends/{running.friend.id}",
            dedupe_key=running.key,
            friend=running.friend,
            recipients=Recipients(staff_ids=tuple(data["staff_ids"])) or None,
            now=running.now,
        )
        if told is None:
            raise Skipped("「通知」の設定で、アクションからのお知らせがオフになっています。")
        return f"{self.sentence(running.session, data)}ようにしました。"


def _without_person(text: str) -> str:
    """*text* with nothing filled in."""
    return _PLACEHOLDER.sub("…", _NAME.sub("お客様", text))


def _staff(session: Session) -> Sequence[tuple[int, str]]:
    people = sa.select(Staff.id, Staff.name).where(Staff.is_active).order_by(Staff.id)
    return [(staff_id, name) for staff_id, name in session.execute(people)]


def _filled(running: Running, text: str) -> str:
    return messages.fill_for(running.session, text, running.friend, now=running.now, pins=running.pins)
