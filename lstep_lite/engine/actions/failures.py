"""Telling staff of steps that failed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.models import ActionRun, Friend

KIND = notifications.kind(
    "action.failed",
    label="アクションの失敗",
    lead="アクションの一部を実行できなかったとき、使っていたものが削除されていたときに知らせます。同じ設定については1日に1回だけです。",
    icon="bolt",
    order=40,
)


def tell(session: Session, run: ActionRun, label: str, friend: Friend, *, now: datetime) -> None:
    """If a step of *run* failed: once a day and set, because it will fail for the next friends too."""
    failed = list(_failed(run.results))
    if not failed:
        return
    notifications.notify(
        session,
        KIND.name,
        title="実行できなかったアクションがあります",
        body=f"{label}：{failed[0]}",
        href=f"/friends/{friend.id}",
        dedupe_key=f"{KIND.name}:{run.action_set_id}:{now:%Y%m%d}",
        friend=friend,
        now=now,
    )


def _failed(results: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What failed, also within a saved action that is one step of the set."""
    for result in results:
        if result["state"] == "failed":
            yield result["text"]
        yield from _failed(result.get("inside", ()))
