"""Starting a batch: writing down what is to be done, and to whom. The worker does the rest."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine.batches.kinds import Params, kinds
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.models import Batch, BatchState


def start(
    session: Session,
    kind: str,
    /,
    *,
    label: str,
    params: Params,
    audience: Audience,
    dedupe_key: str,
    staff_id: int | None,
    now: datetime,
) -> Batch:
    """A batch of *kind* over *audience*; for a *dedupe_key* that was used before, the batch it belongs to."""
    values = {
        "kind": kinds[kind].name,
        "label": label,
        "params": params,
        "audience": audience.to_json(),
        "dedupe_key": dedupe_key,
        "state": BatchState.GATHERING,
        "staff_id": staff_id,
        "created_at": now,
    }
    session.execute(insert_new(session, Batch).values(values))
    return session.scalars(sa.select(Batch).where(Batch.dedupe_key == dedupe_key)).one()
