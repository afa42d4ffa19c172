"""Menus for many friends at once, chosen by hand."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import batches, triggers
from lstep_lite.engine.batches import Choice, Outcome, Params, Question
from lstep_lite.engine.rich_menus import keeping
from lstep_lite.engine.rich_menus.showing import wishing
from lstep_lite.engine.staff import Permission
from lstep_lite.models import Batch, Friend, MenuOrigin


def _choices(session: Session) -> Sequence[Choice]:
    return [(menu.id, menu.name) for menu in keeping.live_menus(session)]


def _explain(session: Session, _params: Params, _count: int) -> Sequence[str]:
    if (reason := wishing.refusal(session)) is not None:
        return [f"今は変えられません。{reason}"]
    return ["メッセージは送りません。お客様の画面では、トークを開いたときに新しいメニューへ変わります。"]


@batches.kind(
    "rich_menus.show",
    label="リッチメニューを変える",
    permission=Permission.RICH_MENUS_EDIT,
    question=Question("menu_id", "表示するリッチメニュー", _choices),
    explain=_explain,
)
def show(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    """Raises NotFound when the menu is gone."""
    menu = keeping.get(session, batch.params["menu_id"])
    return _show(session, batch, friend_ids, menu.id, menu.name, now)


@batches.kind(
    "rich_menus.reset",
    label="リッチメニューを既定に戻す",
    permission=Permission.RICH_MENUS_EDIT,
    explain=_explain,
)
def reset(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    return _show(session, batch, friend_ids, None, wishing.DEFAULT, now)


def _show(
    session: Session, batch: Batch, friend_ids: Sequence[int], menu_id: int | None, label: str, now: datetime
) -> Outcome:
    if (reason := wishing.refusal(session)) is not None:
        return Outcome(skipped=dict.fromkeys(friend_ids, reason))
    seeing = sa.select(Friend.id).where(Friend.id.in_(friend_ids), wishing.SEES_LINE)
    wishes = dict.fromkeys(session.scalars(seeing), menu_id)
    news = wishing.wish(session, wishes, origin=MenuOrigin.STAFF, now=now, urgent=False)
    staff = {"staff_id": batch.staff_id} if batch.staff_id is not None else {}
    if news:
        triggers.record_many(session, wishing.KIND, sorted(news), now=now, label=label, batch_id=batch.id, **staff)
    same = [friend_id for friend_id in wishes if friend_id not in news]
    others = [friend_id for friend_id in friend_ids if friend_id not in wishes]
    return Outcome(
        skipped=dict.fromkeys(same, f"すでに「{label}」を表示しています。")
        | dict.fromkeys(others, "LINEの友だちではないか、ブロックされています。")
    )
