"""Telling staff of batches that did not work for everybody."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.models import Batch

KIND = notifications.kind(
    "batch.failed",
    label="一括処理の失敗",
    lead="一括処理が終わり、うまくいかなかったお客様がいるときに知らせます。",
    icon="stack-2",
    order=50,
)


def tell(session: Session, batch: Batch, *, now: datetime) -> None:
    """*batch* is done; if it failed for somebody."""
    if not batch.failed:
        return
    notifications.notify(
        session,
        KIND.name,
        title="一括処理でうまくいかなかったお客様がいます",
        body=f"{batch.label}：{batch.failed:,}人",
        href=f"/batches/{batch.id}",
        dedupe_key=f"{KIND.name}:{batch.id}",
        now=now,
    )
